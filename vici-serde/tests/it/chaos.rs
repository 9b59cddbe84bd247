//! Types that break every rule, over good, cut and changed messages.

use std::cell::RefCell;
use std::fmt;

use proptest::prelude::*;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};
use vici_serde::hint::SECTION;
use vici_serde::{Elements, Section, Value, to_vec};

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
}
