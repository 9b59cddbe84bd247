//! Where windows end makes no difference to what is read.

use std::collections::BTreeMap;

use super::*;
use crate::ElementWriter;
use crate::element::{Element, Elements};

/// What is text is what is UTF-8, and everything is where the elements say.
fn check(message: &[u8]) {
    let mut input = Input::new(message);
    let mut in_list = false;
    for element in Elements::new(message) {
        let element = element.unwrap();
        if let (Element::ListItem { .. } | Element::ListEnd, true) = (element, in_list) {
            match (input.item().unwrap(), element) {
                (Some(text), Element::ListItem { value }) => same(text, input.value, value),
                (None, Element::ListEnd) => in_list = false,
                other => panic!("{other:?}"),
            }
            continue;
        }
        let entry = input.entry().unwrap();
        let found = entry.map(|entry| (entry.kind, entry));
        match (found, element) {
            (Some((Kind::Value, entry)), Element::KeyValue { name, value }) => {
                same(entry.name, input.name, name);
                same(entry.value, input.value, value);
            }
            (Some((Kind::Section, entry)), Element::SectionStart { name }) => {
                same(entry.name, input.name, name);
                input.enter().unwrap();
            }
            (Some((Kind::List, entry)), Element::ListStart { name }) => {
                same(entry.name, input.name, name);
                in_list = true;
            }
            (None, Element::SectionEnd) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(input.entry().unwrap().is_none());
    assert_eq!(input.left(), 0);
}

fn same(text: Option<&str>, other: &[u8], expected: &[u8]) {
    assert_eq!(text.map_or(other, str::as_bytes), expected);
}

/// A message with pieces of all kinds, of so many bytes, which are text but for some.
fn message(len: usize, bytes: &[u8]) -> Vec<u8> {
    let mut writer = ElementWriter::new();
    let mut bytes = bytes.iter().copied().cycle();
    let mut piece = || bytes.by_ref().take(len).collect::<Vec<u8>>();
    for _ in 0..3 * WINDOW / (7 * len + 20) + 1 {
        writer.key_value(piece(), piece()).unwrap();
        writer.section_start(piece()).unwrap();
        writer.list_start(piece()).unwrap();
        writer.list_item(piece()).unwrap();
        writer.list_item(piece()).unwrap();
        writer.list_end().unwrap();
        writer.key_value(piece(), b"1").unwrap();
        writer.section_end().unwrap();
    }
    writer.finish().unwrap()
}

#[test]
fn reads_the_same_as_the_elements_wherever_windows_end() {
    for len in (0..60).chain([97, 127, 128, 200, 255]) {
        check(&message(len, b"abc"));
        check(&message(len, "a\u{e9}bcdef\u{20ac}ghijk".as_bytes()));
        check(&message(len, b"abcdefghijklmnopqrstuvwxyz\xff"));
        check(&message(len, &[b"a".repeat(70), b"\xc3".to_vec()].concat()));
    }
}

#[test]
fn short_ascii_is_text_in_every_window() {
    let message = message(40, b"abc");
    let mut input = Input::new(&message);
    let mut found = 0;
    while input.left() > 0 {
        let Some(entry) = input.entry().unwrap() else {
            continue;
        };
        assert!(entry.name.is_some());
        found += 1;
        match entry.kind {
            Kind::Value => assert!(entry.value.is_some()),
            Kind::Section => input.enter().unwrap(),
            Kind::List => {
                while let Some(item) = input.item().unwrap() {
                    assert!(item.is_some());
                }
            }
        }
    }
    assert!(found > 100);
}

#[test]
fn what_cannot_be_read_from_a_window_opens_no_other_inside_of_it() {
    // All of it is UTF-8, but each value begins inside of the character that its length begins.
    let value = [b"\x80".to_vec(), b"a".repeat(0xc2)].concat();
    let message = [b"\x03\x01n\x00\xc3".to_vec(), value].concat().repeat(200);
    assert!(str::from_utf8(&message).is_ok());
    let mut input = Input::new(&message);
    let mut windows = 0;
    let mut opened = input.opened;
    while input.entry().unwrap().is_some() {
        windows += usize::from(input.opened != opened);
        opened = input.opened;
    }
    assert_eq!(windows, message.len().div_ceil(WINDOW));
}

#[test]
fn what_comes_next_is_counted_up_to_a_section() {
    let mut writer = ElementWriter::new();
    writer.key_value("a", "1").unwrap();
    writer.list_start("l").unwrap();
    for item in ["", "x", "yy"] {
        writer.list_item(item).unwrap();
    }
    writer.list_end().unwrap();
    writer.key_value("b", "2").unwrap();
    writer.section_start("s").unwrap();
    writer.key_value("c", "3").unwrap();
    writer.section_end().unwrap();
    writer.key_value("d", "4").unwrap();
    let message = writer.finish().unwrap();

    let mut input = Input::new(&message);
    input.entry().unwrap();
    assert_eq!((input.entries_ahead(), input.items_ahead()), (3, 0));
    input.entry().unwrap();
    assert_eq!((input.entries_ahead(), input.items_ahead()), (0, 3));
    while input.item().unwrap().is_some() {}
    assert_eq!(input.entries_ahead(), 2);

    let read: BTreeMap<&str, Vec<u8>> =
        crate::from_slice(b"\x04\x01n\x05\x00\x017\x05\x00\x018\x06").unwrap();
    assert_eq!(read["n"].capacity(), 2);
}
