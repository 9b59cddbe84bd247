//! What the tests share.

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::ser::Serialize;
use serde_derive::{Deserialize, Serialize};
use vici_serde::{Element, ElementWriter, Message, from_slice, to_vec};

/// A struct of one field, since a value needs a key.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct One<T> {
    pub(crate) k: T,
}

/// A newtype.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Wrapper<T>(pub(crate) T);

/// A value comes back equal from its bytes.
#[track_caller]
pub(crate) fn assert_roundtrip<T: Serialize + DeserializeOwned + PartialEq + Debug>(
    value: &T,
) -> Vec<u8> {
    let message = to_vec(value).expect("the value can be sent");
    let again: T = from_slice(&message).expect("what was written can be read");
    assert_eq!(&again, value);
    message
}

/// A value becomes this tree, and comes back equal from it.
#[track_caller]
pub(crate) fn assert_maps<T: Serialize + DeserializeOwned + PartialEq + Debug>(
    value: &T,
    to: Message,
) {
    let message = assert_roundtrip(value);
    assert_eq!(message, to_vec(&to).unwrap(), "{to}");
}

/// The bytes of elements, which need not be balanced.
pub(crate) fn bytes(elements: &[Element<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for element in elements {
        // What a writer refuses without context is written into a context that is cut off again.
        let mut writer = ElementWriter::new();
        let prefix = match element {
            Element::SectionEnd => {
                writer.section_start("").unwrap();
                2
            }
            Element::ListItem { .. } | Element::ListEnd => {
                writer.list_start("").unwrap();
                2
            }
            _ => 0,
        };
        writer.write(*element).unwrap();
        let len = match element {
            Element::SectionStart { name } | Element::ListStart { name } => 2 + name.len(),
            Element::KeyValue { name, value } => 4 + name.len() + value.len(),
            Element::ListItem { value } => 3 + value.len(),
            Element::SectionEnd | Element::ListEnd => 1,
        };
        match element {
            Element::SectionStart { .. } => writer.section_end().unwrap(),
            Element::ListStart { .. } | Element::ListItem { .. } => writer.list_end().unwrap(),
            _ => {}
        }
        out.extend_from_slice(&writer.finish().unwrap()[prefix..prefix + len]);
    }
    out
}
