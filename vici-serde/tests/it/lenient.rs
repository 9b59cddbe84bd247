//! Types that keep errors to themselves, stop early or ask for the wrong thing: what they do to
//! themselves, they may not do to others.

use std::collections::BTreeMap;
use std::fmt;

use proptest::prelude::*;
use serde::de::{Deserialize, Deserializer, EnumAccess, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_derive::Deserialize;
use vici_serde::{Message, Section, Value, from_slice, to_vec};

use crate::common::One;

/// What many write: a field that is `None` where it cannot be read.
fn lenient<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(T::deserialize(deserializer).ok())
}

#[derive(Debug, PartialEq, Deserialize)]
struct Inner {
    x: u32,
    role: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Outer {
    #[serde(default, deserialize_with = "lenient")]
    inner: Option<Inner>,
    role: Option<String>,
}

#[test]
fn a_section_that_could_not_be_read_is_not_read_as_the_one_around_it() {
    let inner = Section::new().key("x", "bad").key("role", "admin");
    let message = Message::new().section("inner", inner.clone());
    let read: Outer = from_slice(&to_vec(&message).unwrap()).unwrap();
    assert_eq!((read.inner, read.role), (None, None));

    let message = message.key("role", "user");
    let read: Outer = from_slice(&to_vec(&message).unwrap()).unwrap();
    assert_eq!((read.inner, read.role.as_deref()), (None, Some("user")));

    // Deeper inside as well.
    let message = Message::new()
        .section("inner", Section::new().section("x", inner))
        .key("role", "user");
    let read: Outer = from_slice(&to_vec(&message).unwrap()).unwrap();
    assert_eq!((read.inner, read.role.as_deref()), (None, Some("user")));
}

#[test]
fn a_list_that_could_not_be_read_is_left_behind() {
    #[derive(Debug, Deserialize)]
    struct Lists {
        #[serde(deserialize_with = "lenient")]
        l: Option<Vec<u8>>,
        m: Vec<u8>,
    }

    let message = Message::new().list("l", ["1", "x", "3"]).list("m", ["4"]);
    let read: Lists = from_slice(&to_vec(&message).unwrap()).unwrap();
    assert_eq!((read.l, read.m), (None, vec![4]));
}

#[test]
fn a_type_that_takes_no_section_leaves_it_behind() {
    let message = Message::new().section("k", Section::new().key("a", 1));
    let message = to_vec(&message).unwrap();

    #[derive(Debug, Deserialize)]
    struct Lenient {
        #[serde(deserialize_with = "lenient")]
        k: Option<OnlyText>,
    }
    #[derive(Debug)]
    struct OnlyText;
    impl<'de> Deserialize<'de> for OnlyText {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Text;
            impl Visitor<'_> for Text {
                type Value = OnlyText;
                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("text")
                }
                fn visit_str<E>(self, _: &str) -> Result<OnlyText, E> {
                    Ok(OnlyText)
                }
            }
            deserializer.deserialize_any(Text)
        }
    }
    assert!(from_slice::<Lenient>(&message).unwrap().k.is_none());
}

/// Reads entries until something is wrong, and tells nobody.
#[derive(Debug, PartialEq)]
struct UntilError(BTreeMap<String, u32>);

impl<'de> Deserialize<'de> for UntilError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = UntilError;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<UntilError, A::Error> {
                let mut entries = BTreeMap::new();
                while let Ok(Some((key, value))) = map.next_entry() {
                    entries.insert(key, value);
                }
                Ok(UntilError(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

#[test]
fn a_broken_message_is_refused_however_its_visitor_stops() {
    let section = Section::new().key("x", "bad");
    let good = to_vec(&Message::new().key("a", 1).section("s", section)).unwrap();
    // As in JSON, the rest is left over.
    from_slice::<UntilError>(&good).unwrap_err();
    serde_json::from_str::<UntilError>(r#"{"a": 1, "s": {"x": "bad"}}"#).unwrap_err();

    for len in 0..good.len() {
        let expected = match len {
            0 => Some(UntilError(BTreeMap::new())),
            6 => Some(UntilError(BTreeMap::from([("a".to_owned(), 1)]))),
            _ => None,
        };
        assert_eq!(
            from_slice::<UntilError>(&good[..len]).ok(),
            expected,
            "{len}"
        );
    }
    let garbage = [&good[..], b"\xff"].concat();
    from_slice::<UntilError>(&garbage).unwrap_err();
}

/// A variant that is looked at, and whose content is not.
#[derive(Debug)]
struct Unread;

impl<'de> Deserialize<'de> for Unread {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Variant;
        impl<'de> Visitor<'de> for Variant {
            type Value = Unread;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a variant")
            }
            fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Unread, A::Error> {
                data.variant::<IgnoredAny>().map(|_| Unread)
            }
        }
        deserializer.deserialize_enum("Unread", &[], Variant)
    }
}

#[test]
fn the_content_of_a_variant_is_not_taken_for_what_follows_it() {
    let variant = Section::new().section("v", Section::new());
    let message = Message::new()
        .section("o", Section::new().section("k", variant).key("x", 1))
        .key("role", "user");
    let message = to_vec(&message).unwrap();
    from_slice::<BTreeMap<String, One<Unread>>>(&message).unwrap_err();
}

#[test]
fn a_list_without_its_end_is_refused_though_its_type_stops_before() {
    /// Reads one item, and keeps to itself that there is no end.
    struct First;

    impl<'de> Deserialize<'de> for First {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Items;
            impl<'de> Visitor<'de> for Items {
                type Value = ();
                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a list")
                }
                fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
                    items.next_element::<String>().map(|_| ())
                }
            }
            let _ = deserializer.deserialize_seq(Items);
            Ok(Self)
        }
    }

    let whole = to_vec(&Message::new().list("l", ["a"])).unwrap();
    from_slice::<BTreeMap<String, First>>(&whole).unwrap();
    let open = &whole[..whole.len() - 1];
    from_slice::<BTreeMap<String, First>>(open)
        .map(drop)
        .unwrap_err();
}

#[derive(Debug, PartialEq, Deserialize)]
struct Lenient {
    #[serde(default, deserialize_with = "lenient")]
    n: Option<u8>,
    #[serde(default, deserialize_with = "lenient")]
    l: Option<Vec<u8>>,
    #[serde(default, deserialize_with = "lenient")]
    s: Option<Box<Self>>,
    must: u8,
}

/// What a key of [`Lenient`] may have, right or wrong.
#[derive(Clone, Debug)]
enum Given {
    Number(u8),
    Text,
    List(Vec<Self>),
    Section(BTreeMap<&'static str, Self>),
}

impl Given {
    fn vici(&self) -> Value {
        match self {
            Self::Number(number) => Value::from(*number),
            Self::Text => Value::from("text"),
            Self::List(items) => Value::list(items.iter().map(|item| match item {
                Self::Number(number) => number.to_string(),
                _ => "text".to_owned(),
            })),
            Self::Section(entries) => {
                let entries = entries.iter().map(|(name, value)| (*name, value.vici()));
                Value::from(entries.collect::<Section>())
            }
        }
    }

    fn json(&self) -> serde_json::Value {
        match self {
            Self::Number(number) => (*number).into(),
            Self::Text => "text".into(),
            Self::List(items) => items.iter().map(Self::json).collect(),
            Self::Section(entries) => {
                let entries = entries
                    .iter()
                    .map(|(name, value)| (name.to_string(), value.json()));
                serde_json::Value::Object(entries.collect())
            }
        }
    }
}

fn lenient_value(depth: usize) -> BoxedStrategy<Given> {
    let plain = || prop_oneof![3 => any::<u8>().prop_map(Given::Number), 1 => Just(Given::Text)];
    let list = prop::collection::vec(plain(), 0..3).prop_map(Given::List);
    if depth == 4 {
        return prop_oneof![plain(), list].boxed();
    }
    let names = prop::sample::select(vec!["n", "l", "s", "must"]);
    // An empty section would be an empty list in VICI, which JSON tells from it.
    let entries = prop::collection::btree_map(names, lenient_value(depth + 1), 1..5);
    prop_oneof![1 => plain(), 1 => list, 4 => entries.prop_map(Given::Section)].boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn errors_that_are_kept_do_in_vici_what_they_do_in_json(value in lenient_value(0)) {
        let message = Message::from_iter([("k", value.vici())]);
        let json = serde_json::json!({ "k": value.json() });
        let read = from_slice::<One<Lenient>>(&to_vec(&message).unwrap()).ok();
        prop_assert_eq!(read, serde_json::from_value(json).ok());
    }
}
