//! Types that keep errors to themselves, stop early or ask for the wrong thing: what they do to
//! themselves, they may not do to others.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use proptest::prelude::*;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, IgnoredAny, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde_derive::Deserialize;
use vici_serde::hint::SECTION;
use vici_serde::{Elements, Message, Section, Value, from_slice, to_vec};

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

/// A visitor that asks for the wrong thing, stops early and keeps errors to itself, as planned.
#[derive(Clone, Copy)]
struct Chaos<'c> {
    shared: &'c Shared,
    depth: usize,
}

/// The names that were seen, and in how many sections.
type Names = Vec<(usize, Vec<u8>)>;

#[derive(Default)]
struct Shared {
    plan: RefCell<Vec<u8>>,
    names: RefCell<Names>,
}

impl Chaos<'_> {
    fn next(self) -> u8 {
        self.shared.plan.borrow_mut().pop().unwrap_or(6)
    }

    fn inside(self) -> Self {
        let depth = self.depth + 1;
        Self { depth, ..self }
    }

    fn saw(self, name: &[u8]) {
        let mut names = self.shared.names.borrow_mut();
        names.push((self.depth, name.to_vec()));
    }

    /// Keeps an error to itself, or does not.
    fn swallow<E>(self, result: Result<(), E>) -> Result<(), E> {
        if self.next() % 2 == 0 { Ok(()) } else { result }
    }
}

/// The name of an element.
struct Name<'c>(Chaos<'c>);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, name: D) -> Result<(), D::Error> {
        if self.0.next() == 0 {
            return u8::deserialize(name).map(|_| ());
        }
        let name: &[u8] = Deserialize::deserialize(name)?;
        self.0.saw(name);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Chaos<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        let read = match self.next() % 16 {
            0 => value.deserialize_u8(self),
            1 => value.deserialize_str(self),
            2 => value.deserialize_bytes(self),
            3 => value.deserialize_seq(self),
            4 => value.deserialize_enum("", &[], self),
            5 => value.deserialize_unit(self),
            6 => value.deserialize_ignored_any(self),
            7 => value.deserialize_option(self),
            8 => value.deserialize_newtype_struct(SECTION, self),
            9 => value.deserialize_newtype_struct("", self),
            10 => Ok(()),
            11 => value.deserialize_bool(self),
            12 => value.deserialize_map(self),
            _ => value.deserialize_any(self),
        };
        self.swallow(read)
    }
}

impl<'de> Visitor<'de> for Chaos<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("chaos")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        self.deserialize(value)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        self.deserialize(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        for _ in 0..self.next() {
            match seq.next_element_seed(self.inside()) {
                Ok(Some(())) => {}
                Ok(None) => break,
                Err(error) => self.swallow(Err(error))?,
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        for _ in 0..self.next() {
            match self.next() % 8 {
                // A value without a key.
                0 => self.swallow(map.next_value_seed(self.inside()))?,
                // A key without a value.
                1 => self.swallow(map.next_key_seed(Name(self)).map(|_| ()))?,
                _ => match map.next_key_seed(Name(self)) {
                    Ok(Some(())) => self.swallow(map.next_value_seed(self.inside()))?,
                    Ok(None) => break,
                    Err(error) => self.swallow(Err(error))?,
                },
            }
        }
        Ok(())
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<(), A::Error> {
        let ((), variant) = data.variant_seed(Name(self))?;
        let read = match self.next() % 5 {
            0 => Ok(()),
            1 => variant.unit_variant(),
            2 => variant.newtype_variant_seed(self.inside()),
            3 => variant.tuple_variant(1, self.inside()),
            _ => variant.struct_variant(&[], self.inside()),
        };
        self.swallow(read)
    }
}

/// Sections with names that tell in how many sections they are, or numbers.
fn section(depth: usize) -> BoxedStrategy<Section> {
    let value = if depth < 3 {
        prop_oneof![
            "[a-w1]{0,2}".prop_map(Value::from),
            prop::collection::vec("[a-w1]{0,2}", 0..3).prop_map(Value::list),
            section(depth + 1).prop_map(Value::from),
        ]
        .boxed()
    } else {
        "[a-w1]{0,2}".prop_map(Value::from).boxed()
    };
    let named = prop::collection::vec((0..3_usize, value), 0..4);
    (any::<bool>(), named)
        .prop_map(move |(numbered, entries)| {
            let name = |(index, (number, value)): (usize, (usize, Value))| {
                let named = format!("{depth}x{number}");
                (if numbered { index.to_string() } else { named }, value)
            };
            entries.into_iter().enumerate().map(name).collect()
        })
        .boxed()
}

fn run(plan: &[u8], message: &[u8]) -> (Result<(), vici_serde::Error>, Names) {
    let shared = Shared {
        plan: RefCell::new(plan.to_vec()),
        ..Shared::default()
    };
    let chaos = Chaos {
        shared: &shared,
        depth: 0,
    };
    let mut deserializer = vici_serde::Deserializer::from_slice(message);
    let read = chaos
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end());
    (read, shared.names.into_inner())
}

fn is_whole(message: &[u8]) -> bool {
    Elements::new(message).all(|element| element.is_ok())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn chaos_reads_no_name_where_it_is_not(
        message in section(0),
        plan in prop::collection::vec(0..32_u8, 0..200),
        cut in any::<prop::sample::Index>(),
    ) {
        let message = to_vec(&message).unwrap();
        let cut = &message[..cut.index(message.len() + 1)];
        for message in [&message[..], cut] {
            let (read, names) = run(&plan, message);
            prop_assert!(read.is_err() || is_whole(message));
            for (depth, name) in names {
                let name = String::from_utf8(name).unwrap();
                // Neither a number nor a value that was taken for a variant.
                if name.contains('x') {
                    prop_assert!(name.starts_with(&format!("{depth}x")), "{name} at {depth}");
                }
            }
        }
    }

    #[test]
    fn chaos_makes_no_message_of_what_is_none(
        message in section(0),
        plan in prop::collection::vec(0..32_u8, 0..200),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..8_u8), 1..4),
    ) {
        let mut message = to_vec(&message).unwrap();
        for (at, byte) in changes {
            let at = at.index(message.len() + 1);
            match message.get_mut(at) {
                Some(place) => *place = byte,
                None => message.push(byte),
            }
        }
        match run(&plan, &message).0 {
            Ok(()) => prop_assert!(is_whole(&message)),
            Err(error) => {
                let offset = error.offset().unwrap_or_default();
                prop_assert!(offset < message.len().max(1), "{error}");
            }
        }
    }

    #[test]
    fn errors_that_are_kept_do_in_vici_what_they_do_in_json(value in lenient_value(0)) {
        let message = Message::from_iter([("k", value.vici())]);
        let json = serde_json::json!({ "k": value.json() });
        let read = from_slice::<One<Lenient>>(&to_vec(&message).unwrap()).ok();
        prop_assert_eq!(read, serde_json::from_value(json).ok());
    }
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
