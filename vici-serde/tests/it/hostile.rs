//! Input that is meant to hurt.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_derive::Deserialize;
use vici_serde::{Elements, MAX_DEPTH, Message, Section, from_slice, to_vec};

/// Runs with little stack, as on a thread of a user.
fn on_a_small_stack<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(run)
        .unwrap()
        .join()
        .unwrap()
}

#[derive(Debug, Deserialize)]
struct Recursive {
    #[serde(default)]
    s: Option<Box<Self>>,
}

#[derive(Debug, Deserialize)]
struct Flat {
    known: u8,
}

#[test]
fn nesting_costs_no_stack() {
    let mut message = b"\x01\x01s".repeat(100_000);
    message.extend([2; 100_000]);
    on_a_small_stack(move || {
        assert!(from_slice::<IgnoredAny>(&message).is_ok());
        assert_eq!(
            Elements::new(&message).filter(Result::is_ok).count(),
            200_000
        );
        for error in [
            from_slice::<Message>(&message).unwrap_err(),
            from_slice::<Recursive>(&message).unwrap_err(),
        ] {
            assert!(
                error.to_string().contains("more than 128 sections"),
                "{error}"
            );
            assert_eq!(error.path().segments().len(), MAX_DEPTH + 1);
        }
        // As an unknown section beside a known key.
        message.extend(b"\x03\x05known\x00\x017");
        assert_eq!(from_slice::<Flat>(&message).unwrap().known, 7);
        // Cut off in the depth.
        message.truncate(150_000);
        assert!(from_slice::<IgnoredAny>(&message).is_err());
        assert!(from_slice::<Flat>(&message).is_err());
        assert!(from_slice::<Message>(&message).is_err());
    });
}

#[test]
fn the_deepest_that_is_accepted_fits_on_a_small_stack() {
    let mut message = b"\x01\x01s".repeat(MAX_DEPTH);
    message.extend([2; MAX_DEPTH]);
    on_a_small_stack(move || {
        let tree: Message = from_slice(&message).unwrap();
        assert_eq!(to_vec(&tree).unwrap(), message);
        let mut depth = 0;
        let mut inner = from_slice::<Recursive>(&message).unwrap().s;
        while let Some(section) = inner {
            depth += 1;
            inner = section.s;
        }
        assert_eq!(depth, MAX_DEPTH);
    });
}

#[test]
fn a_recursive_value_is_refused_beyond_the_depth() {
    #[derive(serde_derive::Serialize)]
    struct Node {
        s: Option<Box<Self>>,
    }

    let nested = |depth| {
        (0..depth).fold(Node { s: None }, |s, _| Node {
            s: Some(Box::new(s)),
        })
    };
    assert!(to_vec(&nested(MAX_DEPTH)).is_ok());
    let error = to_vec(&nested(MAX_DEPTH + 1)).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("more than 128 sections inside of each other"),
        "{error}"
    );
}

#[test]
fn a_length_behind_the_end_allocates_nothing() {
    for message in [
        b"\x03\x01k\xff\xff".as_slice(),
        b"\x03\xffk",
        b"\x04\x01l\x05\xff\xffabc",
        b"\x01\xff",
    ] {
        assert!(from_slice::<Message>(message).is_err());
        assert!(from_slice::<IgnoredAny>(message).is_err());
        assert!(from_slice::<BTreeMap<String, Vec<String>>>(message).is_err());
    }
}

#[test]
fn every_change_of_a_byte_is_read_or_refused_and_never_worse() {
    let tree = Message::new().key("up", true).section(
        "home",
        Section::new()
            .key("uniqueid", 7)
            .list("local-ts", ["10.1.0.0/16"])
            .section("net", Section::new().key("bytes-in", 84)),
    );
    let message = to_vec(&tree).unwrap();
    for position in 0..message.len() {
        for byte in 0..=255 {
            let mut changed = message.clone();
            changed[position] = byte;
            // What is accepted as a tree is what the bytes say, and what the parser accepts.
            let accepted = Elements::new(&changed).all(|element| element.is_ok());
            match from_slice::<Message>(&changed) {
                Ok(tree) => assert_eq!(to_vec(&tree).unwrap(), changed),
                Err(error) => {
                    assert!(!accepted, "{error}");
                    assert!(error.offset().unwrap() < changed.len(), "{error}");
                }
            }
            assert_eq!(from_slice::<IgnoredAny>(&changed).is_ok(), accepted);
        }
    }
}

/// A visitor that swallows the error of a value and goes on.
#[derive(Debug)]
struct Swallowing(Vec<String>);

impl<'de> Deserialize<'de> for Swallowing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;

        impl<'de> Visitor<'de> for Names {
            type Value = Swallowing;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a section")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Swallowing, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = map.next_key()? {
                    names.push(name);
                    let _ = map.next_value::<Flat>();
                }
                Ok(Swallowing(names))
            }
        }

        deserializer.deserialize_map(Names)
    }
}

#[test]
fn who_goes_on_after_an_error_sees_nothing_out_of_place() {
    let inner = Section::new().key("known", "x").key("inner", 1);
    let tree = Message::new()
        .key("a", 1)
        .section("b", inner)
        .section("c", Section::new().key("known", 1));
    // Nothing of the broken section is taken for something of the message.
    let names = from_slice::<Swallowing>(&to_vec(&tree).unwrap()).unwrap();
    assert_eq!(names.0, ["a", "b", "c"]);
    // Where it does not end is no way to go on.
    let message = to_vec(&tree).unwrap();
    for len in 1..message.len() {
        let whole = vici_serde::Elements::new(&message[..len]).all(|element| element.is_ok());
        assert_eq!(
            from_slice::<Swallowing>(&message[..len]).is_ok(),
            whole,
            "{len}"
        );
    }
    let tree = Message::new().key("a", 1).key("b", 2);
    let names = from_slice::<Swallowing>(&to_vec(&tree).unwrap()).unwrap();
    assert_eq!(names.0, ["a", "b"]);
}

#[test]
fn a_visitor_that_stops_early_is_an_error() {
    struct First;

    impl<'de> Deserialize<'de> for First {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Stop;

            impl<'de> Visitor<'de> for Stop {
                type Value = First;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a section")
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<First, A::Error> {
                    map.next_key::<String>()?;
                    Ok(First)
                }
            }

            deserializer.deserialize_map(Stop)
        }
    }

    let section = || Section::new().key("known", 1);
    for (tree, offset) in [
        (Message::new().key("a", 1).key("b", 2), 6),
        (Message::new().section("a", section()), 3),
        (Message::new().list("a", ["x"]), 3),
    ] {
        let message = to_vec(&tree).unwrap();
        let error = from_slice::<First>(&message).map(|_| ()).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("more elements than the type takes (at byte {offset})")
        );
    }
    assert!(from_slice::<First>(b"").is_ok());
}

#[test]
fn a_type_that_looks_at_nothing_disturbs_nothing() {
    #[derive(Debug)]
    struct Blind;

    impl<'de> Deserialize<'de> for Blind {
        fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
            Ok(Self)
        }
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only decoding is tested")]
    struct Beside {
        a: Blind,
        b: Blind,
        c: Blind,
        known: u8,
    }

    let tree = Message::new()
        .section(
            "a",
            Section::new().key("known", 1).section("x", Section::new()),
        )
        .list("b", ["known", "x"])
        .key("c", "known")
        .key("known", 7);
    assert_eq!(
        from_slice::<Beside>(&to_vec(&tree).unwrap()).unwrap().known,
        7
    );
}

#[test]
fn names_that_are_not_utf8_are_skipped_where_they_are_unknown() {
    let tree = Message::new()
        .key(b"\xff\xfe", b"\xff".as_slice())
        .key("known", 7);
    assert_eq!(
        from_slice::<Flat>(&to_vec(&tree).unwrap()).unwrap().known,
        7
    );
}

#[test]
fn a_wrapped_length_cannot_inject_a_key() {
    // Cut to sixteen bits, the length of this value would be 4, and the rest of it elements.
    let mut value = b"X509".to_vec();
    value.extend(b"\x03\x04flag\x00\x02CA\x03\x03pad\xff\xef");
    value.resize(65_540, b'x');
    let error = to_vec(&Message::new().key("type", value)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "type: a value of 65540 bytes, 65535 is the most that can be sent"
    );
}

#[test]
fn a_visitor_that_skips_values_sees_no_names_from_inside_of_them() {
    struct NamesOnly;

    impl<'de> Deserialize<'de> for NamesOnly {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Names;

            impl<'de> Visitor<'de> for Names {
                type Value = NamesOnly;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a section")
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<NamesOnly, A::Error> {
                    while let Some(name) = map.next_key::<String>()? {
                        assert_ne!(name, "inner");
                    }
                    Ok(NamesOnly)
                }
            }

            deserializer.deserialize_map(Names)
        }
    }

    let inner = Section::new().key("inner", 1);
    let tree = Message::new().section("outer", inner).key("last", 1);
    assert!(from_slice::<NamesOnly>(&to_vec(&tree).unwrap()).is_err());
    let tree = Message::new().key("a", b"\x03\x05inner\x00\x00".as_slice());
    assert!(from_slice::<NamesOnly>(&to_vec(&tree).unwrap()).is_ok());
}
