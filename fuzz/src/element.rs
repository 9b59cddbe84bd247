//! Elements, read and written.

use arbitrary::{Arbitrary, Unstructured};
use vici_serde::{Element, ElementWriter, Elements, MAX_MESSAGE_LEN};

use crate::grammar::Reading;

/// What is parsed is written as the same bytes.
pub fn elements(message: &[u8]) {
    if message.len() > MAX_MESSAGE_LEN {
        return;
    }
    let mut writer = ElementWriter::new();
    let mut elements = Elements::new(message);
    let mut offset = 0;
    let mut failed = false;
    while let Some(element) = elements.next() {
        match element {
            Ok(element) => {
                writer.write(element).expect("what was read can be written");
                assert!(elements.offset() > offset, "every element has bytes");
                offset = elements.offset();
            }
            Err(error) => {
                assert!(error.offset().is_some_and(|offset| offset < message.len()));
                assert!(!error.to_string().is_empty());
                failed = true;
            }
        }
    }
    assert!(elements.next().is_none(), "the end is the end");
    match writer.finish() {
        Ok(written) => assert_eq!(message.get(..offset), Some(written.as_slice())),
        Err(_) => assert!(failed, "what is read whole is balanced"),
    }
    assert_eq!(
        failed,
        offset < message.len() || elements.depth() > 0 || !Reading::new(message).is_valid()
    );
}

/// One call of a writer.
#[derive(Arbitrary, Debug)]
enum Call<'a> {
    SectionStart {
        name: &'a [u8],
        long: bool,
    },
    SectionEnd,
    KeyValue {
        name: &'a [u8],
        value: &'a [u8],
        long: bool,
    },
    ListStart {
        name: &'a [u8],
    },
    ListItem {
        value: &'a [u8],
        long: bool,
    },
    ListEnd,
}

/// A writer refuses exactly what the grammar or a length forbids, and leaves nothing of it behind.
pub fn writer(data: &[u8]) {
    let Ok(calls) = Vec::<Call<'_>>::arbitrary(&mut Unstructured::new(data)) else {
        return;
    };
    let mut writer = ElementWriter::new();
    let (mut depth, mut in_list, mut written) = (0_usize, false, Vec::new());
    for call in calls {
        let (long_name, long_value);
        let element = match call {
            Call::SectionStart { name, long } => {
                long_name = stretch(name, long, 254);
                Element::SectionStart { name: &long_name }
            }
            Call::SectionEnd => Element::SectionEnd,
            Call::KeyValue { name, value, long } => {
                long_value = stretch(value, long, 65_534);
                Element::KeyValue {
                    name,
                    value: &long_value,
                }
            }
            Call::ListStart { name } => Element::ListStart { name },
            Call::ListItem { value, long } => {
                long_value = stretch(value, long, 65_534);
                Element::ListItem { value: &long_value }
            }
            Call::ListEnd => Element::ListEnd,
        };
        let (allowed, name, value): (_, &[u8], &[u8]) = match element {
            Element::SectionStart { name } | Element::ListStart { name } => (!in_list, name, &[]),
            Element::SectionEnd => (!in_list && depth > 0, &[], &[]),
            Element::KeyValue { name, value } => (!in_list, name, value),
            Element::ListItem { value } => (in_list, &[], value),
            Element::ListEnd => (in_list, &[], &[]),
        };
        let mut bytes = Vec::new();
        append(&mut bytes, &element);
        let allowed = allowed
            && name.len() <= 255
            && value.len() <= 65_535
            && written.len() + bytes.len() <= MAX_MESSAGE_LEN;
        assert_eq!(writer.write(element).is_ok(), allowed, "{element:?}");
        if allowed {
            written.append(&mut bytes);
            match element {
                Element::SectionStart { .. } => depth += 1,
                Element::SectionEnd => depth -= 1,
                Element::ListStart { .. } => in_list = true,
                Element::ListEnd => in_list = false,
                _ => {}
            }
        }
    }
    match writer.finish() {
        Ok(message) => {
            assert!(depth == 0 && !in_list);
            assert_eq!(message, written);
            assert!(Reading::new(&message).is_valid());
        }
        Err(_) => assert!(depth > 0 || in_list),
    }
}

/// Makes the bytes so long that they are at the limit of what fits, or over it.
fn stretch(bytes: &[u8], long: bool, by: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if long {
        bytes.resize(bytes.len() + by, b'x');
    }
    bytes
}

/// The bytes of an element in the plainest way; lengths that do not fit are cut.
fn append(bytes: &mut Vec<u8>, element: &Element<'_>) {
    let (tag, name, value) = match *element {
        Element::SectionStart { name } => (1, Some(name), None),
        Element::SectionEnd => (2, None, None),
        Element::KeyValue { name, value } => (3, Some(name), Some(value)),
        Element::ListStart { name } => (4, Some(name), None),
        Element::ListItem { value } => (5, None, Some(value)),
        Element::ListEnd => (6, None, None),
    };
    bytes.push(tag);
    if let Some(name) = name {
        bytes.extend(&name.len().to_be_bytes()[7..]);
        bytes.extend(name);
    }
    if let Some(value) = value {
        bytes.extend(&value.len().to_be_bytes()[6..]);
        bytes.extend(value);
    }
}
