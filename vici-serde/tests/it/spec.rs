//! The wire, byte for byte.

use vici_serde::{
    Element, ElementWriter, Elements, Error, MAX_MESSAGE_LEN, MAX_NAME_LEN, MAX_VALUE_LEN, Message,
    Section, from_slice, to_vec,
};

use crate::common::bytes;

/// A message with everything that there is.
fn example() -> (Message, Vec<u8>) {
    let tree = Message::new().key("key1", "value1").section(
        "section1",
        Section::new()
            .section("sub-section", Section::new().key("key2", "value2"))
            .list("list1", ["item1", "item2"]),
    );
    let mut wire = Vec::new();
    wire.extend(b"\x03\x04key1\x00\x06value1");
    wire.extend(b"\x01\x08section1");
    wire.extend(b"\x01\x0bsub-section");
    wire.extend(b"\x03\x04key2\x00\x06value2");
    wire.extend(b"\x02");
    wire.extend(b"\x04\x05list1");
    wire.extend(b"\x05\x00\x05item1");
    wire.extend(b"\x05\x00\x05item2");
    wire.extend(b"\x06");
    wire.extend(b"\x02");
    (tree, wire)
}

#[test]
fn every_element_has_its_bytes() {
    let (tree, wire) = example();
    assert_eq!(wire.len(), 77);
    assert_eq!(to_vec(&tree).unwrap(), wire);
    assert_eq!(from_slice::<Message>(&wire).unwrap(), tree);
}

#[test]
fn the_pull_parser_gives_each_element_and_its_offset() {
    let (_, wire) = example();
    let mut elements = Elements::new(&wire);
    let mut seen = Vec::new();
    loop {
        let (offset, depth) = (elements.offset(), elements.depth());
        match elements.next() {
            Some(element) => seen.push((offset, depth, element.unwrap())),
            None => break,
        }
    }
    let name = |name: &'static str| name.as_bytes();
    assert_eq!(
        seen,
        [
            (
                0,
                0,
                Element::KeyValue {
                    name: name("key1"),
                    value: b"value1"
                }
            ),
            (
                14,
                0,
                Element::SectionStart {
                    name: name("section1")
                }
            ),
            (
                24,
                1,
                Element::SectionStart {
                    name: name("sub-section")
                }
            ),
            (
                37,
                2,
                Element::KeyValue {
                    name: name("key2"),
                    value: b"value2"
                }
            ),
            (51, 2, Element::SectionEnd),
            (
                52,
                1,
                Element::ListStart {
                    name: name("list1")
                }
            ),
            (59, 1, Element::ListItem { value: b"item1" }),
            (67, 1, Element::ListItem { value: b"item2" }),
            (75, 1, Element::ListEnd),
            (76, 1, Element::SectionEnd),
        ]
    );
    assert!(elements.next().is_none());
}

#[test]
fn the_writer_writes_what_the_parser_read() {
    let (_, wire) = example();
    let mut writer = ElementWriter::new();
    for element in Elements::new(&wire) {
        writer.write(element.unwrap()).unwrap();
    }
    assert_eq!(writer.finish().unwrap(), wire);
}

#[test]
fn a_message_may_end_only_where_everything_is_closed() {
    let (_, wire) = example();
    for len in 0..wire.len() {
        let complete = matches!(len, 0 | 14);
        let message = &wire[..len];
        assert_eq!(from_slice::<Message>(message).is_ok(), complete, "{len}");
        assert_eq!(Elements::new(message).all(|e| e.is_ok()), complete, "{len}");
        let skipped = from_slice::<serde::de::IgnoredAny>(message);
        assert_eq!(skipped.is_ok(), complete, "{len}");
    }
}

#[test]
fn the_grammar_is_enforced() {
    let key = Element::KeyValue {
        name: b"k",
        value: b"v",
    };
    let section = Element::SectionStart { name: b"s" };
    let list = Element::ListStart { name: b"l" };
    let item = Element::ListItem { value: b"i" };
    let (section_end, list_end) = (Element::SectionEnd, Element::ListEnd);
    #[rustfmt::skip]
    let cases: &[(&[Element<'_>], &str)] = &[
        (&[section_end], "the end of a section without a section (at byte 0)"),
        (&[key, section_end], "the end of a section without a section (at byte 6)"),
        (&[section, section_end, section_end], "the end of a section without a section (at byte 4)"),
        (&[item], "a list item outside of a list (at byte 0)"),
        (&[list_end], "the end of a list outside of a list (at byte 0)"),
        (&[section, list_end], "the end of a list outside of a list (at byte 3)"),
        (&[list, list], "a list inside of a list (at byte 3)"),
        (&[list, item, key], "a key/value inside of a list (at byte 7)"),
        (&[list, section], "a section inside of a list (at byte 3)"),
        (&[section, list, section_end], "the end of a section inside of a list (at byte 6)"),
        (&[section], "the section is never closed (at byte 0)"),
        (&[key, section, section, section_end], "the section is never closed (at byte 6)"),
        (&[list], "the list is never closed (at byte 0)"),
        (&[key, list, item], "the list is never closed (at byte 6)"),
    ];
    for (elements, expected) in cases {
        let message = bytes(elements);
        let error = Elements::new(&message).find_map(Result::err).unwrap();
        assert_eq!(&error.to_string(), expected);
        assert!(from_slice::<Message>(&message).is_err(), "{expected}");
        assert!(
            from_slice::<serde::de::IgnoredAny>(&message).is_err(),
            "{expected}"
        );
    }
    for tag in [0, 7, 8, 0x30, 0xff] {
        let error = Elements::new(&[tag, 1, b'x'])
            .find_map(Result::err)
            .unwrap();
        let expected = format!("unknown element type {tag:#04x} (at byte 0)");
        assert_eq!(error.to_string(), expected);
        assert_eq!(
            from_slice::<Message>(&[tag, 1, b'x'])
                .unwrap_err()
                .to_string(),
            expected
        );
    }
}

#[test]
fn the_parser_ends_with_its_first_error() {
    let mut elements = Elements::new(b"\x02\x03\x01k\x00\x00");
    assert!(elements.next().unwrap().is_err());
    assert!(elements.next().is_none());
    assert_eq!(elements.offset(), 0);
}

#[test]
fn the_writer_refuses_what_the_parser_would() {
    fn text(result: Result<(), Error>) -> String {
        result.unwrap_err().to_string()
    }

    let mut writer = ElementWriter::new();
    assert_eq!(
        text(writer.section_end()),
        "unbalanced: no section is open to end"
    );
    assert_eq!(
        text(writer.list_end()),
        "the end of a list outside of a list"
    );
    assert_eq!(text(writer.list_item("i")), "a list item outside of a list");
    writer.list_start("l").unwrap();
    assert_eq!(text(writer.list_start("l")), "a list inside of a list");
    assert_eq!(
        text(writer.section_start("s")),
        "a section inside of a list"
    );
    assert_eq!(
        text(writer.section_end()),
        "the end of a section inside of a list"
    );
    assert_eq!(
        text(writer.key_value("k", "v")),
        "a key/value inside of a list"
    );
    let open = writer.clone();
    assert_eq!(
        text(open.finish().map(|_| ())),
        "unbalanced: a list is open"
    );
    writer.list_end().unwrap();
    writer.section_start("s").unwrap();
    let open = writer.clone();
    assert_eq!(
        text(open.finish().map(|_| ())),
        "unbalanced: a section is open"
    );
    writer.section_end().unwrap();
    assert_eq!(writer.finish().unwrap(), b"\x04\x01l\x06\x01\x01s\x02");
}

#[test]
fn lengths_are_checked_before_anything_is_written() {
    let name = [b'n'; MAX_NAME_LEN + 1];
    let value = [b'v'; MAX_VALUE_LEN + 1];
    let mut writer = ElementWriter::new();
    let long_name = "a name of 256 bytes, 255 is the most that can be sent";
    let long_value = "a value of 65536 bytes, 65535 is the most that can be sent";
    for (result, expected) in [
        (writer.key_value(name, ""), long_name),
        (writer.section_start(name), long_name),
        (writer.list_start(name), long_name),
        (writer.key_value("", value), long_value),
    ] {
        assert_eq!(result.unwrap_err().to_string(), expected);
    }
    writer.list_start(&name[1..]).unwrap();
    assert_eq!(writer.list_item(value).unwrap_err().to_string(), long_value);
    writer.list_item(&value[1..]).unwrap();
    writer.list_end().unwrap();
    writer.key_value(&name[1..], &value[1..]).unwrap();
    let message = writer.finish().unwrap();
    assert_eq!(Elements::new(&message).filter(|e| e.is_ok()).count(), 4);
}

#[test]
fn a_message_has_at_most_512_kib() {
    let value = [b'v'; 65_000];
    let mut writer = ElementWriter::new();
    for _ in 0..8 {
        writer.key_value("k", value).unwrap();
    }
    let left = MAX_MESSAGE_LEN - 8 * (5 + value.len());
    let error = writer.key_value("k", &value[..left - 4]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the message is longer than 524288 bytes, the most that a daemon takes"
    );
    writer.key_value("k", &value[..left - 5]).unwrap();
    assert!(writer.section_start("").is_err());
    assert_eq!(writer.finish().unwrap().len(), MAX_MESSAGE_LEN);
}

#[test]
fn names_and_values_may_be_empty_or_any_bytes() {
    let mut writer = ElementWriter::new();
    writer.key_value("", "").unwrap();
    writer.key_value(b"\xff\x00", b"\x00\xfe").unwrap();
    writer.section_start("").unwrap();
    writer.section_end().unwrap();
    writer.list_start("").unwrap();
    writer.list_item("").unwrap();
    writer.list_end().unwrap();
    let message = writer.finish().unwrap();
    let tree: Message = from_slice(&message).unwrap();
    assert_eq!(tree.len(), 4);
    assert_eq!(to_vec(&tree).unwrap(), message);
}
