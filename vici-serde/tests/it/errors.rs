//! Errors as users read them: the whole text, path and offset included.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_derive::Deserialize;
use vici_serde::fault::{Container, ElementKind, Place, Shape, Unbalanced, Unsupported};
use vici_serde::{ElementWriter, ErrorKind, Message, Path, Section, from_slice, to_vec};

use crate::common::One;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(dead_code, reason = "only decoding is tested")]
struct Sa {
    uniqueid: u32,
    #[serde(default)]
    child_sas: BTreeMap<String, Child>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(dead_code, reason = "only decoding is tested")]
struct Child {
    bytes_in: u64,
    #[serde(default)]
    encap: bool,
    #[serde(default)]
    local_ts: Vec<u8>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    rekeys: Vec<Rekey>,
    #[serde(default)]
    mode: Option<Mode>,
    #[serde(default)]
    pair: Option<(u8, u8)>,
    #[serde(default)]
    letter: Option<char>,
    #[serde(default)]
    ratio: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "only decoding is tested")]
struct Rekey {
    at: i8,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "only decoding is tested")]
enum Mode {
    Tunnel,
    Mark { value: u32 },
}

type Sas = BTreeMap<String, Sa>;

/// An event with one child, which holds what the test is about after a valid `bytes-in`.
fn event(child: Section) -> Message {
    let children = Section::new().section("net-1", child);
    Message::new().section(
        "home",
        Section::new()
            .key("uniqueid", 1)
            .section("child-sas", children),
    )
}

fn error_of<T: DeserializeOwned + std::fmt::Debug>(message: &Message) -> vici_serde::Error {
    from_slice::<T>(&to_vec(message).unwrap()).unwrap_err()
}

#[test]
fn an_error_names_the_path_and_the_byte() {
    let child = || Section::new().key("bytes-in", 84);
    #[rustfmt::skip]
    let cases = [
        (Section::new().key("bytes-in", "many"), "home.child-sas.net-1.bytes-in: invalid number: invalid digit found in string (at byte 49)"),
        (Section::new().key("bytes-in", ""), "home.child-sas.net-1.bytes-in: invalid number: cannot parse integer from empty string (at byte 47)"),
        (Section::new().key("bytes-in", -1), "home.child-sas.net-1.bytes-in: invalid number: invalid digit found in string (at byte 49)"),
        (Section::new().key("bytes-in", "18446744073709551616"), "home.child-sas.net-1.bytes-in: invalid number: number too large to fit in target type (at byte 49)"),
        (Section::new().key("bytes-in", " 1"), "home.child-sas.net-1.bytes-in: invalid number: invalid digit found in string (at byte 49)"),
        (Section::new().key("bytes-in", "0x10"), "home.child-sas.net-1.bytes-in: invalid number: invalid digit found in string (at byte 49)"),
        (Section::new().key("bytes-in", b"\xff".as_slice()), "home.child-sas.net-1.bytes-in: not UTF-8: invalid utf-8 sequence of 1 bytes from index 0 (at byte 49)"),
        (Section::new().list("bytes-in", ["1"]), "home.child-sas.net-1.bytes-in: expected a value, found a list (at byte 37)"),
        (Section::new().section("bytes-in", Section::new()), "home.child-sas.net-1.bytes-in: expected a value, found a section (at byte 37)"),
        (Section::new(), "home.child-sas.net-1: missing key `bytes-in` (at byte 30)"),
        (child().key("encap", "si"), "home.child-sas.net-1.encap: invalid boolean: expected yes, true, enabled, 1, no, false, disabled or 0 (at byte 60)"),
        (child().list("local-ts", ["1", "2", "x"]), "home.child-sas.net-1.local-ts[2]: invalid number: invalid digit found in string (at byte 72)"),
        (child().list("local-ts", ["256"]), "home.child-sas.net-1.local-ts[0]: invalid number: number too large to fit in target type (at byte 64)"),
        (child().key("local-ts", "1"), "home.child-sas.net-1.local-ts: expected a list, found a value (at byte 63)"),
        (child().key("name", b"a\xff".as_slice()), "home.child-sas.net-1.name: not UTF-8: invalid utf-8 sequence of 1 bytes from index 1 (at byte 59)"),
        (child().section("rekeys", Section::new().section("0", Section::new().key("at", "x"))), "home.child-sas.net-1.rekeys.0.at: invalid number: invalid digit found in string (at byte 68)"),
        (child().section("rekeys", Section::new().section("1", Section::new())), "home.child-sas.net-1.rekeys.1: expected a list or sections numbered from 0, found another name (at byte 59)"),
        (child().section("rekeys", Section::new().key("0", "x")), "home.child-sas.net-1.rekeys.0: expected a section, found a value (at byte 59)"),
        (child().list("rekeys", ["x"]), "home.child-sas.net-1.rekeys[0]: expected a section, found a value (at byte 62)"),
        (child().key("mode", "Beet"), "home.child-sas.net-1.mode: unknown variant `Beet`, expected `Tunnel` or `Mark` (at byte 59)"),
        (child().section("mode", Section::new()), "home.child-sas.net-1.mode: expected a section with a variant, found an empty section (at byte 51)"),
        (child().section("mode", Section::new().section("Mark", Section::new().key("value", "x"))), "home.child-sas.net-1.mode.Mark.value: invalid number: invalid digit found in string (at byte 72)"),
        (child().section("mode", Section::new().key("Mark", "x")), "home.child-sas.net-1.mode.Mark: expected a section, found a value (at byte 65)"),
        (child().list("pair", ["1"]), "home.child-sas.net-1.pair: invalid length 1, expected a tuple of size 2 (at byte 51)"),
        (child().list("pair", ["1", "2", "3"]), "home.child-sas.net-1.pair: more elements than the type takes (at byte 65)"),
        (child().key("letter", "ab"), "home.child-sas.net-1.letter: invalid character: expected exactly one (at byte 61)"),
        (child().key("ratio", "1.5.2"), "home.child-sas.net-1.ratio: invalid number: invalid float literal (at byte 60)"),
        (child().key("ratio", "inf"), "home.child-sas.net-1.ratio: invalid number: not finite (at byte 60)"),
        (child().key("encap", "yes").key("encap", "no"), "home.child-sas.net-1: duplicate field `encap` (at byte 30)"),
    ];
    for (child, expected) in cases {
        let error = error_of::<Sas>(&event(child.clone()));
        assert_eq!(error.to_string(), expected, "{child}");
    }
}

#[test]
fn the_parts_of_an_error_are_there_to_ask_for() {
    let error = error_of::<Sas>(&event(Section::new().key("bytes-in", "x")));
    assert!(matches!(error.kind(), ErrorKind::Int(_)));
    assert_eq!(
        error.path(),
        &Path::from(["home", "child-sas", "net-1", "bytes-in"])
    );
    assert_eq!(error.offset(), Some(49));
    assert_eq!(
        format!("{error:?}"),
        "Error { kind: Int(ParseIntError { kind: InvalidDigit }), \
         path: home.child-sas.net-1.bytes-in, offset: Some(49) }"
    );
    let error: std::io::Error = error.into();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
}

#[test]
fn odd_names_are_quoted_in_paths() {
    let message = Message::new().section("a.b", Section::new().section("", Section::new()));
    let error = error_of::<BTreeMap<String, BTreeMap<String, u8>>>(&message);
    assert_eq!(
        error.to_string(),
        "\"a.b\".\"\": expected a value, found a section (at byte 5)"
    );
}

#[test]
fn keys_of_maps_are_checked_as_values_are() {
    let message = Message::new().section("home", Section::new().key("x", 1));
    let error = error_of::<BTreeMap<String, BTreeMap<u8, u8>>>(&message);
    assert_eq!(
        error.to_string(),
        "home.x: invalid number: invalid digit found in string (at byte 8)"
    );
}

/// Behind the last name there is no byte: the offset is that of its length.
#[test]
fn the_offset_of_an_empty_name_is_one_of_the_message() {
    let error = from_slice::<BTreeMap<u8, BTreeMap<u8, u8>>>(b"\x01\x00").unwrap_err();
    assert_eq!(
        error.to_string(),
        "\"\": invalid number: cannot parse integer from empty string (at byte 1)"
    );
}

#[test]
fn a_message_is_no_value() {
    let message = to_vec(&Message::new().key("k", 1)).unwrap();
    let text = from_slice::<String>(&message).unwrap_err().to_string();
    assert_eq!(text, "expected a value, found a message");
    let text = from_slice::<Vec<u8>>(&message).unwrap_err().to_string();
    assert_eq!(text, "expected a list, found a message");
    let text = from_slice::<Sas>(b"\x03\x01").unwrap_err().to_string();
    assert_eq!(text, "the message ends inside of an element (at byte 0)");
}

#[test]
fn a_value_is_never_taken_for_something_else() {
    // A value of bytes that would be elements, where a section is expected.
    let message = Message::new().key("k", b"\x03\x01k\x00\x01v\x02".as_slice());
    let error = error_of::<BTreeMap<String, BTreeMap<String, String>>>(&message);
    assert_eq!(
        error.to_string(),
        "k: expected a section, found a value (at byte 5)"
    );
    // A section of sections where a list is expected.
    let sections = Section::new().section("abc", Section::new());
    let message = Message::new().section("k", sections);
    let error = error_of::<BTreeMap<String, Vec<String>>>(&message);
    assert_eq!(
        error.to_string(),
        "k.abc: expected a list or sections numbered from 0, found another name (at byte 3)"
    );
    // Lists where values, and values where lists are expected.
    let list = Message::new().list("k", ["v"]);
    assert!(from_slice::<BTreeMap<String, String>>(&to_vec(&list).unwrap()).is_err());
    assert!(from_slice::<BTreeMap<String, Vec<u8>>>(&to_vec(&message).unwrap()).is_err());
}

#[test]
fn errors_of_the_system_keep_their_number() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::from_raw_os_error(5))
        }
    }
    let error = vici_serde::from_reader::<_, Message>(Broken).unwrap_err();
    assert_eq!(std::io::Error::from(error).raw_os_error(), Some(5));
}

#[test]
fn long_values_are_not_repeated_in_errors() {
    #[derive(Debug, serde_derive::Deserialize)]
    enum Word {
        Known,
    }
    let message = Message::new().key("k", "x".repeat(65_535));
    let message = to_vec(&message).unwrap();
    let unknown = from_slice::<One<Word>>(&message).unwrap_err().to_string();
    let shown = format!("unknown variant `{}…`, expected `Known`", "x".repeat(64));
    assert_eq!(unknown, format!("k: {shown} (at byte 5)"));
    let unit = from_slice::<One<IgnoredUnit>>(&message).unwrap_err();
    assert!(unit.to_string().len() < 200, "{unit}");
    let _ = Word::Known;

    #[derive(Debug)]
    struct IgnoredUnit;
    impl<'de> serde::Deserialize<'de> for IgnoredUnit {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Nothing;
            impl serde::de::Visitor<'_> for Nothing {
                type Value = IgnoredUnit;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("nothing")
                }
            }
            deserializer.deserialize_any(Nothing)
        }
    }
}

/// Callers match on what is wrong: nothing of it is only told in a sentence.
#[test]
fn what_is_wrong_can_be_matched_on() {
    let section = Section::new().section("net", Section::new());
    let error = from_slice::<BTreeMap<String, u32>>(&to_vec(&section).unwrap()).unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::Expected {
            expected: Shape::Value,
            found: Shape::Section,
            ..
        }
    ));

    let error = from_slice::<Message>(b"\x05\x00\x01a").unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::Misplaced {
            element: ElementKind::ListItem,
            place: Place::OutsideOfList,
            ..
        }
    ));

    for (cut, container) in [
        (&b"\x01\x01a"[..], Container::Section),
        (b"\x04\x01a", Container::List),
    ] {
        let error = from_slice::<Message>(cut).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unclosed(it) if *it == container));
    }

    for (error, reason) in [
        (to_vec(&1).unwrap_err(), Unsupported::BareValue),
        (to_vec(&[1]).unwrap_err(), Unsupported::BareList),
        (
            to_vec(&BTreeMap::from([("a", [[1]])])).unwrap_err(),
            Unsupported::ListInList,
        ),
        (
            to_vec(&BTreeMap::from([("a", ())])).unwrap_err(),
            Unsupported::UnitValue,
        ),
    ] {
        assert!(matches!(error.kind(), ErrorKind::Unsupported(it) if *it == reason));
    }

    let mut writer = ElementWriter::new();
    let error = writer.section_end().unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::Unbalanced(Unbalanced::NoSection)
    ));
    writer.list_start("a").unwrap();
    let error = writer.finish().unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::Unbalanced(Unbalanced::OpenList)
    ));
    assert_eq!(error.to_string(), "unbalanced: a list is open");
}
