//! The table of the crate's docs, row by row.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use serde::ser::Serialize;
use serde_bytes::{ByteBuf, Bytes};
use serde_derive::{Deserialize, Serialize};
use vici_serde::{
    Message, Section, Value, from_message, from_slice, to_message, to_vec, to_writer,
};

use crate::common::{One, Wrapper, assert_maps, assert_roundtrip};

#[track_caller]
fn assert_value<T>(value: T, text: &str)
where
    T: Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    assert_maps(&One { k: value }, Message::new().key("k", text));
}

#[track_caller]
fn assert_tree<T>(value: T, k: impl Into<Value>)
where
    T: Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    assert_maps(&One { k: value }, Message::new().key("k", k));
}

#[track_caller]
fn assert_refused<T: Serialize>(value: T, expected: &str) {
    assert_eq!(to_vec(&value).unwrap_err().to_string(), expected);
    let mut written = Vec::new();
    assert!(to_writer(&mut written, &value).is_err());
    assert!(written.is_empty());
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Unit,
    Newtype(u32),
    Tuple(u8, String),
    Struct { x: i32, y: Option<i32> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Word {
    First,
    SecondOne,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Point {
    x: i32,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Empty {}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Unit;

#[test]
fn structs_and_maps_are_sections() {
    let section = Section::new().key("x", 7);
    assert_tree(Point { x: 7 }, section.clone());
    assert_tree(BTreeMap::from([("x".to_owned(), 7)]), section);
    assert_tree(Empty {}, Section::new());
    assert_tree(BTreeMap::<String, String>::new(), Section::new());
    assert_maps(
        &BTreeMap::from([("a".to_owned(), 1)]),
        Message::new().key("a", 1),
    );
}

#[test]
fn text_and_characters_are_values() {
    assert_value(
        "text with = and \u{e9}".to_owned(),
        "text with = and \u{e9}",
    );
    assert_value(String::new(), "");
    assert_value('\u{1f980}', "\u{1f980}");
}

#[test]
fn integers_are_decimal() {
    assert_value(0_u8, "0");
    assert_value(u8::MAX, "255");
    assert_value(u16::MAX, "65535");
    assert_value(u32::MAX, "4294967295");
    assert_value(u64::MAX, "18446744073709551615");
    assert_value(u128::MAX, "340282366920938463463374607431768211455");
    assert_value(i8::MIN, "-128");
    assert_value(i16::MIN, "-32768");
    assert_value(i32::MIN, "-2147483648");
    assert_value(i64::MIN, "-9223372036854775808");
    assert_value(i64::MAX, "9223372036854775807");
    assert_value(i128::MIN, "-170141183460469231731687303715884105728");
}

#[test]
fn finite_floats_are_values() {
    assert_value(0.5_f32, "0.5");
    assert_value(-1.0_f64, "-1");
    for value in [f64::MAX, f64::MIN_POSITIVE, 5e-324, 0.1 + 0.2, -0.0] {
        assert_roundtrip(&One { k: value });
    }
    for value in [f32::MAX, f32::MIN_POSITIVE, 1e-45] {
        assert_roundtrip(&One { k: value });
    }
}

#[test]
fn booleans_are_written_as_yes_and_no_and_read_as_the_daemon_reads_them() {
    assert_value(true, "yes");
    assert_value(false, "no");
    for (spelling, value) in [
        ("yes", true),
        ("true", true),
        ("enabled", true),
        ("1", true),
        ("no", false),
        ("false", false),
        ("disabled", false),
        ("0", false),
    ] {
        for text in [spelling.to_owned(), spelling.to_uppercase()] {
            let message = Message::new().key("k", text.as_str());
            let one: One<bool> = from_message(&message).unwrap();
            assert_eq!(one.k, value, "{text}");
        }
    }
    for text in ["", "y", "on", "off", "2", "yes "] {
        let message = Message::new().key("k", text);
        assert!(from_message::<One<bool>>(&message).is_err(), "{text}");
    }
}

#[test]
fn bytes_are_values_and_vectors_of_numbers_are_lists() {
    assert_tree(ByteBuf::from(b"\x00\xff\x02"), b"\x00\xff\x02".as_slice());
    assert_tree(vec![0_u8, 255], Value::list(["0", "255"]));
    assert_tree([1_u8, 2], Value::list(["1", "2"]));
    assert_tree(
        vec![ByteBuf::from(b"\xff"), ByteBuf::new()],
        Value::list([b"\xff".as_slice(), b""]),
    );
}

#[test]
fn addresses_are_text_both_ways() {
    let v4: IpAddr = "192.0.2.1".parse().unwrap();
    let v6: IpAddr = "2001:db8::1".parse().unwrap();
    assert_value(v4, "192.0.2.1");
    assert_value(v6, "2001:db8::1");
    assert_value(Ipv4Addr::LOCALHOST, "127.0.0.1");
    assert_value::<SocketAddr>("[::1]:4502".parse().unwrap(), "[::1]:4502");
    assert_tree(
        BTreeMap::from([(v4, 1), (v6, 2)]),
        Section::new().key("192.0.2.1", 1).key("2001:db8::1", 2),
    );
}

#[test]
fn unit_variants_are_values() {
    assert_value(Shape::Unit, "Unit");
    assert_value(Word::SecondOne, "second-one");
    assert_tree(
        vec![Word::First, Word::SecondOne],
        Value::list(["first", "second-one"]),
    );
}

#[test]
fn sequences_of_values_are_lists() {
    let items = || Value::list(["a", "b"]);
    assert_tree(vec!["a".to_owned(), "b".to_owned()], items());
    assert_tree(["a".to_owned(), "b".to_owned()], items());
    assert_tree(('a', "b".to_owned()), items());
    assert_tree(BTreeSet::from(['a', 'b']), items());
    assert_tree(Wrapper(vec!['a', 'b']), items());
    assert_tree(vec![Some("a".to_owned()), Some("b".to_owned())], items());
    assert_tree(vec![true, false], Value::list(["yes", "no"]));
}

#[test]
fn sequences_of_sections_are_numbered() {
    let sections = || {
        Section::new()
            .section("0", Section::new().key("x", 1))
            .section("1", Section::new().key("x", 2))
    };
    assert_tree(vec![Point { x: 1 }, Point { x: 2 }], sections());
    assert_tree([Point { x: 1 }, Point { x: 2 }], sections());
    assert_tree((Point { x: 1 }, Some(Point { x: 2 })), sections());
    let map = |x| BTreeMap::from([("x".to_owned(), x)]);
    assert_tree(vec![map(1), map(2)], sections());
    assert_tree(vec![Empty {}], Section::new().section("0", Section::new()));
    assert_tree(
        vec![
            Shape::Newtype(5),
            Shape::Struct { x: 1, y: None },
            Shape::Tuple(1, "a".into()),
        ],
        Section::new()
            .section("0", Section::new().key("Newtype", 5))
            .section(
                "1",
                Section::new().section("Struct", Section::new().key("x", 1)),
            )
            .section("2", Section::new().list("Tuple", ["1", "a"])),
    );
}

#[test]
fn empty_sequences_are_empty_lists_and_read_from_empty_sections_too() {
    assert_tree(Vec::<String>::new(), Value::list([""; 0]));
    assert_tree(Vec::<Point>::new(), Value::list([""; 0]));
    let section = Message::new().section("k", Section::new());
    assert_eq!(from_message::<One<Vec<Point>>>(&section).unwrap().k, []);
    let absent = Message::new();
    assert!(from_message::<One<Vec<Point>>>(&absent).is_err());
    assert_eq!(
        from_message::<One<Option<Vec<Point>>>>(&absent).unwrap().k,
        None
    );
    assert_eq!(
        from_message::<One<Option<Vec<Point>>>>(&section).unwrap().k,
        Some(vec![])
    );
}

#[test]
fn none_is_absent_and_never_an_empty_value() {
    assert_value(Some("a".to_owned()), "a");
    assert_value(Some(String::new()), "");
    assert_maps(&One { k: None::<String> }, Message::new());
    assert_maps(&One { k: None::<Vec<u8>> }, Message::new());
    assert_maps(&One { k: None::<Point> }, Message::new());
    assert_value(Some(Some(3_u8)), "3");
    assert_refused(
        One {
            k: Some(None::<u8>),
        },
        "k: nothing (`None`) where a value has to be cannot be sent",
    );
    assert_refused(
        One {
            k: vec![Some(1), None],
        },
        "k[1]: nothing (`None`) as an element of a list cannot be sent",
    );
    assert_refused(
        BTreeMap::from([("a", Some(1)), ("b", None)]),
        "b: nothing (`None`) where a value has to be cannot be sent",
    );
    assert_refused(
        One {
            k: Wrapper(None::<u8>),
        },
        "k: nothing (`None`) where a value has to be cannot be sent",
    );
    assert_refused(
        None::<Point>,
        "nothing (`None`) as a message cannot be sent",
    );
    assert_maps(&Some(Point { x: 1 }), Message::new().key("x", 1));
}

/// serde gives no sign of who asks: these are to it what a struct with flattened fields is.
#[test]
fn none_in_maps_that_are_flattened_or_of_unknown_length_is_absent() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Flat {
        #[serde(flatten)]
        rest: BTreeMap<String, Option<String>>,
    }

    struct Unsized;

    impl Serialize for Unsized {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let entries = [("x", None), ("y", Some("a"))];
            serializer.collect_map(entries.into_iter().filter(|_| true))
        }
    }

    let some = ("y".to_owned(), Some("a".to_owned()));
    let flat = Flat {
        rest: [("x".to_owned(), None), some.clone()].into(),
    };
    let written = Message::new().key("y", "a");
    assert_eq!(to_message(&flat).unwrap(), written);
    assert_eq!(to_message(&Unsized).unwrap(), written);
    let read: Flat = from_message(&written).unwrap();
    assert_eq!(read.rest, [some].into());
}

#[test]
fn empty_lists_sections_names_values_and_absent_keys_differ() {
    let trees = [
        Message::new(),
        Message::new().key("k", ""),
        Message::new().list("k", [""; 0]),
        Message::new().list("k", [""]),
        Message::new().section("k", Section::new()),
        Message::new().section("k", Section::new().key("", "")),
        Message::new().key("", ""),
    ];
    for (i, tree) in trees.iter().enumerate() {
        for (j, other) in trees.iter().enumerate() {
            assert_eq!(tree == other, i == j);
            assert_eq!(to_vec(tree).unwrap() == to_vec(other).unwrap(), i == j);
        }
        assert_roundtrip(tree);
    }
}

#[test]
fn newtypes_are_transparent_everywhere() {
    assert_value(Wrapper("a".to_owned()), "a");
    assert_value(Wrapper(Wrapper(5_u16)), "5");
    assert_value(Some(Wrapper(true)), "yes");
    assert_tree(Wrapper(Point { x: 1 }), Section::new().key("x", 1));
    assert_tree(Wrapper(vec![Wrapper(1)]), Value::list(["1"]));
    assert_maps(&Wrapper(Point { x: 1 }), Message::new().key("x", 1));
    assert_tree(
        BTreeMap::from([(Wrapper("a".to_owned()), Wrapper(1))]),
        Section::new().key("a", 1),
    );
}

#[test]
fn variants_with_content_are_sections() {
    assert_tree(Shape::Newtype(5), Section::new().key("Newtype", 5));
    assert_tree(
        Shape::Tuple(1, "a".into()),
        Section::new().list("Tuple", ["1", "a"]),
    );
    assert_tree(
        Shape::Struct { x: 1, y: Some(2) },
        Section::new().section("Struct", Section::new().key("x", 1).key("y", 2)),
    );
    assert_maps(&Shape::Newtype(5), Message::new().key("Newtype", 5));
    assert_maps(
        &Shape::Struct { x: 1, y: None },
        Message::new().section("Struct", Section::new().key("x", 1)),
    );
    assert_maps(
        &Shape::Tuple(1, "a".into()),
        Message::new().list("Tuple", ["1", "a"]),
    );
    let result: Result<Point, String> = Err("x".to_owned());
    assert_tree(result, Section::new().key("Err", "x"));
}

#[test]
fn names_are_whatever_is_one_value() {
    assert_tree(
        BTreeMap::from([(-1_i64, 'a')]),
        Section::new().key("-1", "a"),
    );
    assert_tree(
        BTreeMap::from([(u128::MAX, 'a')]),
        Section::new().key(u128::MAX.to_string(), "a"),
    );
    assert_tree(
        BTreeMap::from([(true, 'a')]),
        Section::new().key("yes", "a"),
    );
    assert_tree(BTreeMap::from([('x', 'a')]), Section::new().key("x", "a"));
    assert_tree(
        BTreeMap::from([(Word::SecondOne, 'a')]),
        Section::new().key("second-one", "a"),
    );
    assert_tree(
        BTreeMap::from([(String::new(), 'a')]),
        Section::new().key("", "a"),
    );
    assert_tree(
        BTreeMap::from([(ByteBuf::from(b"\xff\x00"), 'a')]),
        Section::new().key(b"\xff\x00", "a"),
    );
    let refused = "anything but one value as the key of a map cannot be sent";
    assert_refused(BTreeMap::from([(vec![1], 1)]), refused);
    assert_refused(BTreeMap::from([((), 1)]), refused);
    assert_refused(BTreeMap::from([(None::<u8>, 1)]), refused);
}

#[test]
fn nothing_is_an_empty_message_at_the_root_only() {
    assert_maps(&(), Message::new());
    assert_maps(&Unit, Message::new());
    assert_refused(One { k: () }, "k: `()` as a value cannot be sent");
    assert_refused(
        One { k: vec![()] },
        "k[0]: `()` as an element of a list cannot be sent",
    );
    assert_refused(One { k: Unit }, "k: `()` as a value cannot be sent");
    let message = to_vec(&Message::new().key("k", "")).unwrap();
    assert_eq!(
        from_slice::<()>(&message).unwrap_err().to_string(),
        "expected an empty message, found a value (at byte 0)"
    );
    assert_eq!(
        from_slice::<One<()>>(&message).unwrap_err().to_string(),
        "k: expected nothing, found a value (at byte 3)"
    );
}

#[test]
fn what_has_no_place_in_a_message_is_refused() {
    assert_refused(One { k: f64::NAN }, "k: invalid number: not finite");
    assert_refused(
        One {
            k: vec![f32::INFINITY],
        },
        "k[0]: invalid number: not finite",
    );
    let nested = "k[0]: a list inside of a list cannot be sent";
    assert_refused(One { k: vec![vec!["a"]] }, nested);
    assert_refused(
        One {
            k: vec![("a", "b")],
        },
        nested,
    );
    assert_refused(
        One {
            k: vec![Vec::<Point>::new()],
        },
        nested,
    );
    assert_refused(
        One {
            k: (1, Point { x: 1 }),
        },
        "k[1]: a section in a list of values cannot be sent",
    );
    assert_refused(
        One {
            k: (Point { x: 1 }, 1),
        },
        "k.1: a value among numbered sections cannot be sent",
    );
    assert_refused(
        One {
            k: vec![Shape::Unit, Shape::Newtype(1)],
        },
        "k[1]: a section in a list of values cannot be sent",
    );
    let no_key = "a value without a key around it cannot be sent";
    assert_refused("text", no_key);
    assert_refused(5, no_key);
    assert_refused(Shape::Unit, no_key);
    assert_refused(Bytes::new(b"x"), no_key);
    assert_refused(vec!["a"], "a list without a key around it cannot be sent");
    assert_refused(
        vec![Point { x: 1 }],
        "a list without a key around it cannot be sent",
    );
    let section = |name: &str| BTreeMap::from([(name.to_owned(), "v".repeat(65_536))]);
    assert_refused(
        One { k: section("x") },
        "k.x: a value of 65536 bytes, 65535 is the most that can be sent",
    );
    let name = "n".repeat(256);
    let error = to_vec(&section(&name)).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("255 is the most that can be sent"),
        "{error}"
    );
    let big = vec!["v".repeat(65_000); 9];
    assert_refused(
        One { k: big },
        "k[8]: the message is longer than 524288 bytes, the most that a daemon takes",
    );
}
