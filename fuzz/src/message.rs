//! The tree, and what holds for every value that is read from a message.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use vici_serde::{
    Error, Message, Path, Section, Value, from_message, from_slice, to_message, to_vec,
};

use crate::grammar::Reading;

/// A message becomes a tree, and the tree the same message.
pub fn message(message: &[u8]) {
    let tree: Message = match from_slice(message) {
        Ok(tree) => tree,
        Err(error) => return assert_is_placed(&error, message),
    };
    assert_eq!(to_vec(&tree).expect("a tree can be written"), message);
    assert_eq!(to_message(&tree).expect("a tree is a message"), tree);
    assert_eq!(from_message::<Message>(&tree).expect("and back"), tree);
    assert_eq!(tree.to_string().is_empty(), tree.is_empty());

    let reading = Reading::new(message);
    assert_is_found(&tree, &tree, &mut Vec::new());
    // The parser of JSON has a limit of its own.
    if reading.has_text_names() && reading.depth < 100 {
        let json = serde_json::to_string(&tree).expect("names are text");
        let again: Message = serde_json::from_str(&json).expect("and back from JSON");
        assert_eq!(again, tree, "{json}");
    }
}

/// Whatever has a name that is text is found by its path, be it the first of its name.
fn assert_is_found<'a>(root: &Message, section: &'a Section, path: &mut Vec<&'a str>) {
    for (index, (name, value)) in section.iter().enumerate() {
        let first = section.iter().position(|(other, _)| other == name) == Some(index);
        let (Ok(name), true) = (std::str::from_utf8(name), first) else {
            continue;
        };
        path.push(name);
        assert_eq!(root.find(path.as_slice()), Some(value));
        // As text, a path says the same; names that are not printable have no such text.
        let text = Path::from(path.as_slice()).to_string();
        if path.iter().all(|name| is_printable(name)) {
            assert_eq!(root.find(text.as_str()), Some(value), "{text}");
        }
        // Deep trees would take forever, as each step is looked up from the root.
        if let (Value::Section(section), true) = (value, path.len() < 16) {
            assert_is_found(root, section, path);
        }
        path.pop();
    }
}

fn is_printable(name: &str) -> bool {
    name.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

/// An error of reading has an offset in the message, and a path that leads somewhere in it.
pub(crate) fn assert_is_placed(error: &Error, message: &[u8]) {
    let offset = error.offset().expect("errors of reading have an offset");
    assert!(offset < message.len().max(1), "{error}");
    assert!(Reading::new(message).has(error.path()), "{error}");
    assert!(!error.to_string().is_empty());
}

/// Reads a value: either that fails where it says, or the value comes back from what it is written
/// as, which is then written in one way.
pub(crate) fn assert_comes_back<T>(message: &[u8]) -> Option<T>
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let reading = Reading::new(message);
    let value: T = match from_slice(message) {
        Ok(value) => value,
        Err(error) => {
            assert_is_placed(&error, message);
            return None;
        }
    };
    assert!(reading.is_valid(), "the grammar forbids what was read");
    assert_is_written(&value);
    Some(value)
}

/// A value comes back equal from what it is written as.
pub(crate) fn assert_is_written<T>(value: &T) -> Vec<u8>
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let written = to_vec(value).expect("the value can be written");
    assert!(Reading::new(&written).is_valid());
    let again: T = from_slice(&written).expect("what was written can be read");
    assert_eq!(&again, value);
    assert_eq!(to_vec(&again).expect("again"), written);
    written
}
