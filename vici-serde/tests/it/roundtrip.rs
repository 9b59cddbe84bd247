//! What can be written can be read, whatever it is.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde_bytes::ByteBuf;
use serde_derive::{Deserialize, Serialize};
use vici_serde::{ElementWriter, Elements, Message, Section, Value, from_slice, to_vec};

use crate::common::assert_roundtrip;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Variant {
    Unit,
    Newtype(Option<i64>),
    Tuple(u8, String),
    Struct { x: f64, y: Option<String> },
    Nested(Box<Self>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Leaf {
    wide: i128,
    wider: u128,
    float: f32,
    letter: char,
    flag: Option<bool>,
    blob: Option<ByteBuf>,
    texts: Option<Vec<String>>,
    numbers: Vec<u8>,
    pair: (i8, u16),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Tree {
    name: String,
    leaf: Option<Leaf>,
    leaves: Vec<Leaf>,
    variant: Option<Variant>,
    variants: Vec<Variant>,
    map: BTreeMap<String, BTreeMap<u32, String>>,
    children: BTreeMap<String, Self>,
}

fn leaf() -> impl Strategy<Value = Leaf> {
    (
        any::<i128>(),
        any::<u128>(),
        prop::num::f32::NORMAL | prop::num::f32::ZERO | prop::num::f32::SUBNORMAL,
        any::<char>(),
        any::<Option<bool>>(),
        option::of(vec(any::<u8>(), 0..9).prop_map(ByteBuf::from)),
        option::of(vec(any::<String>(), 0..3)),
        vec(any::<u8>(), 0..3),
        any::<(i8, u16)>(),
    )
        .prop_map(
            |(wide, wider, float, letter, flag, blob, texts, numbers, pair)| Leaf {
                wide,
                wider,
                float,
                letter,
                flag,
                blob,
                texts,
                numbers,
                pair,
            },
        )
}

fn variant() -> impl Strategy<Value = Variant> {
    let plain = prop_oneof![
        Just(Variant::Unit),
        any::<Option<i64>>().prop_map(Variant::Newtype),
        (any::<u8>(), any::<String>()).prop_map(|(a, b)| Variant::Tuple(a, b)),
        (
            prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL,
            any::<Option<String>>()
        )
            .prop_map(|(x, y)| Variant::Struct { x, y }),
    ];
    plain.prop_recursive(3, 4, 1, |inner| {
        inner.prop_map(|inner| Variant::Nested(Box::new(inner)))
    })
}

fn tree() -> impl Strategy<Value = Tree> {
    let map = || {
        btree_map(
            "[a-z.]{0,5}",
            btree_map(any::<u32>(), any::<String>(), 0..3),
            0..3,
        )
    };
    let node = move |children: BTreeMap<String, Tree>| {
        (
            any::<String>(),
            option::of(leaf()),
            vec(leaf(), 0..3),
            option::of(variant()),
            vec(variant(), 0..3),
            map(),
            Just(children),
        )
            .prop_map(
                |(name, leaf, leaves, variant, variants, map, children)| Tree {
                    name,
                    leaf,
                    leaves,
                    variant,
                    variants,
                    map,
                    children,
                },
            )
    };
    node(BTreeMap::new()).prop_recursive(3, 8, 3, move |inner| {
        btree_map(any::<String>(), inner, 0..3).prop_flat_map(node)
    })
}

fn message() -> impl Strategy<Value = Message> {
    let bytes = || vec(any::<u8>(), 0..20);
    let value = prop_oneof![
        bytes().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        vec(bytes(), 0..4).prop_map(Value::list),
        Just(Section::new().into()),
    ];
    let value = value.prop_recursive(5, 40, 5, move |inner| {
        vec((bytes(), inner), 0..5).prop_map(|entries| {
            let section: Section = entries.into_iter().collect();
            section.into()
        })
    });
    vec((bytes(), value), 0..6).prop_map(|entries| entries.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn user_types_come_back_or_are_refused(tree in tree()) {
        // What cannot be sent: a variant that holds nothing, and variants of both kinds in a list.
        if let Ok(message) = to_vec(&tree) {
            prop_assert_eq!(from_slice::<Tree>(&message).unwrap(), tree);
        }
    }

    #[test]
    fn leaves_always_come_back(leaf in leaf()) {
        assert_roundtrip(&leaf);
    }

    #[test]
    fn trees_come_back_and_are_written_in_one_way(tree in message()) {
        let message = to_vec(&tree).unwrap();
        let again: Message = from_slice(&message).unwrap();
        prop_assert_eq!(&again, &tree);
        prop_assert_eq!(to_vec(&again).unwrap(), message);
    }

    #[test]
    fn elements_come_back(tree in message()) {
        let message = to_vec(&tree).unwrap();
        let mut writer = ElementWriter::new();
        for element in Elements::new(&message) {
            writer.write(element.unwrap()).unwrap();
        }
        prop_assert_eq!(writer.finish().unwrap(), message);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(0_u8..8, 0..60)) {
        let accepted = Elements::new(&bytes).all(|element| element.is_ok());
        prop_assert_eq!(from_slice::<serde::de::IgnoredAny>(&bytes).is_ok(), accepted);
        match from_slice::<Message>(&bytes) {
            Ok(tree) => prop_assert_eq!(to_vec(&tree).unwrap(), bytes),
            Err(error) => {
                prop_assert!(!accepted);
                prop_assert!(error.offset().unwrap() < bytes.len());
            }
        }
    }
}
