//! serde, each direction, with the types of users.

use std::collections::BTreeMap;
use std::fmt::Debug;

use arbitrary::{Arbitrary, Unstructured};
use serde::Serialize;
use serde::de::DeserializeOwned;
use vici_serde::{ErrorKind, from_reader, from_slice, to_vec, to_writer};

use crate::message::{assert_comes_back, assert_is_written};
use crate::user::{Borrowed, Flat, Leaf, Maps, Odd, Owned, Tree, Untagged, Variant};

/// Whatever a user's type makes of a message comes back from what it is written as.
pub fn decode(message: &[u8]) {
    decode_as::<Tree>(message);
    decode_as::<Leaf>(message);
    decode_as::<Variant>(message);
    decode_as::<Maps>(message);
    decode_as::<Flat>(message);
    decode_as::<Odd>(message);
    decode_as::<BTreeMap<String, Untagged>>(message);

    let owned = decode_as::<Owned>(message);
    let borrowed: Option<Borrowed<'_>> = from_slice(message).ok();
    let borrowed = borrowed.map(|borrowed| Owned {
        text: borrowed.text.to_owned(),
        bytes: borrowed.bytes.to_owned(),
        cow: borrowed.cow.into_owned(),
        map: borrowed
            .map
            .into_iter()
            .map(|(name, list)| {
                (
                    name.to_owned(),
                    list.into_iter().map(str::to_owned).collect(),
                )
            })
            .collect(),
    });
    assert_eq!(owned, borrowed);
}

fn decode_as<T: Serialize + DeserializeOwned + PartialEq + Debug>(message: &[u8]) -> Option<T> {
    let value: Option<T> = assert_comes_back(message);
    let read: Option<T> = from_reader(message).ok();
    assert_eq!(read, value, "a reader gives the same");

    let mut deserializer = vici_serde::Deserializer::from_slice(message);
    match serde_ignored::deserialize::<_, _, T>(&mut deserializer, |_| {}) {
        Ok(watched) => assert_eq!(Some(watched), value, "and so does a wrapper"),
        // This one has no keys that are characters or variants.
        Err(error) => assert!(
            value.is_none() || error.to_string().contains("key"),
            "{error}"
        ),
    }
    value
}

/// Whatever a user's type holds is refused as documented, or comes back from what it is written as.
pub fn encode(data: &[u8]) {
    let _ = encode_one(&mut Unstructured::new(data));
}

fn encode_one(u: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    match u.int_in_range(0..=6)? {
        0 => encode_as(&Tree::arbitrary(u)?, false),
        1 => encode_as(&Leaf::arbitrary(u)?, false),
        2 => {
            let variant = Variant::arbitrary(u)?;
            let unit = matches!(variant, Variant::Unit);
            encode_as(&variant, unit);
        }
        3 => encode_as(&Maps::arbitrary(u)?, false),
        4 => encode_as(&Flat::arbitrary(u)?, false),
        5 => {
            let odd = Odd::arbitrary(u)?;
            encode_as(&odd, odd.is_refused());
        }
        _ => encode_as(&BTreeMap::<String, Untagged>::arbitrary(u)?, false),
    }
    Ok(())
}

fn encode_as<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, refused: bool) {
    match to_vec(value) {
        Ok(message) => {
            assert!(!refused, "{value:?} is written as {message:?}");
            assert_eq!(assert_is_written(value), message);
        }
        Err(error) => {
            let large = matches!(
                error.kind(),
                ErrorKind::NotFinite
                    | ErrorKind::NameTooLong(_)
                    | ErrorKind::ValueTooLong(_)
                    | ErrorKind::MessageTooLong(_)
                    | ErrorKind::TooDeep
            );
            assert!(refused || large, "{error}: {value:?}");
            assert_eq!(error.offset(), None);
            let mut written = Vec::new();
            assert!(to_writer(&mut written, value).is_err());
            assert!(written.is_empty(), "nothing is written of what is refused");
        }
    }
}
