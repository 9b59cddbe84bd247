//! Whether the path of an error leads to something in a message.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "a part of more than one test binary"
)]

use vici_serde::{Element, Elements, Error, Path, Segment};

/// An error of reading has an offset in the message, and a path that leads somewhere in it.
#[track_caller]
pub fn assert_is_placed(error: &Error, message: &[u8]) {
    let offset = error.offset().expect("errors of reading have an offset");
    // Of an empty message, only that something is missing can be said.
    assert!(offset < message.len().max(1), "{error}");
    assert!(leads_somewhere(message, error.path()), "{error}");
}

/// Duplicates count as well, so that this is not `Message::find`.
fn leads_somewhere(message: &[u8], path: &Path) -> bool {
    let mut here: Vec<Segment> = Vec::new();
    let mut items = None;
    if path.is_empty() {
        return true;
    }
    for element in Elements::new(message) {
        let is_there = |here: &[Segment]| here == path.segments();
        let name = |name: &[u8]| Segment::Name(name.into());
        match element {
            Ok(Element::SectionStart { name: section }) => {
                here.push(name(section));
                if is_there(&here) {
                    return true;
                }
            }
            Ok(Element::SectionEnd) => {
                here.pop();
            }
            Ok(Element::KeyValue { name: key, .. }) => {
                here.push(name(key));
                if is_there(&here) {
                    return true;
                }
                here.pop();
            }
            Ok(Element::ListStart { name: list }) => {
                here.push(name(list));
                items = Some(0);
                if is_there(&here) {
                    return true;
                }
            }
            Ok(Element::ListItem { .. }) => {
                let index = items.expect("an item is in a list");
                here.push(Segment::Index(index));
                if is_there(&here) {
                    return true;
                }
                here.pop();
                items = Some(index + 1);
            }
            Ok(Element::ListEnd) => {
                here.pop();
            }
            // The fault is right here: in the section or list that is open, or in what follows,
            // whose name may be all that is left of it.
            Err(_) => {
                let open = path.segments().get(..here.len());
                return open == Some(here.as_slice()) && path.segments().len() <= here.len() + 1;
            }
        }
    }
    false
}
