//! What callers and the types of others see of the format: borrowing, readers, writers, odd types.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::ser::Serialize;
use serde_derive::Deserialize;
use vici_serde::{Message, Section, Text, from_reader, from_slice, to_vec, to_writer};

use crate::common::{One, assert_roundtrip};

#[test]
fn what_is_borrowed_is_not_copied() {
    #[derive(Deserialize)]
    struct Borrowed<'a> {
        text: &'a str,
        #[serde(borrow)]
        bytes: &'a [u8],
        #[serde(borrow)]
        cow: Cow<'a, str>,
        #[serde(borrow)]
        list: Vec<&'a str>,
        #[serde(borrow)]
        map: BTreeMap<&'a str, &'a str>,
    }

    let tree = Message::new()
        .key("text", "some text")
        .key("bytes", b"\xff\x00".as_slice())
        .key("cow", "cow")
        .list("list", ["item"])
        .section("map", Section::new().key("name", "value"));
    let message = to_vec(&tree).unwrap();
    let inside = |part: &[u8]| message.as_ptr_range().contains(&part.as_ptr());
    let value: Borrowed<'_> = from_slice(&message).unwrap();
    assert_eq!(value.text, "some text");
    assert!(inside(value.text.as_bytes()));
    assert_eq!(value.bytes, b"\xff\x00");
    assert!(inside(value.bytes));
    assert!(matches!(value.cow, Cow::Borrowed("cow")));
    assert!(inside(value.list[0].as_bytes()));
    let (name, text) = value.map.first_key_value().unwrap();
    assert!(inside(name.as_bytes()) && inside(text.as_bytes()));
}

#[test]
fn a_key_given_before_its_value_counts_as_both_at_once() {
    struct Split;

    impl Serialize for Split {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeMap;

            let mut map = serializer.serialize_map(Some(1))?;
            map.serialize_key("k")?;
            map.serialize_value(&1)?;
            map.end()
        }
    }

    let expected = Message::new().section("k", Section::new().key("k", 1));
    assert_eq!(
        to_vec(&One { k: Split }).unwrap(),
        to_vec(&expected).unwrap()
    );
}

#[test]
fn readers_and_writers_work_in_one_piece() {
    /// Gives one byte at a time, with interruptions.
    struct Trickle<'a>(&'a [u8], bool);

    impl std::io::Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(std::io::ErrorKind::Interrupted.into());
            }
            let len = self.0.len().min(buffer.len()).min(1);
            let (head, tail) = self.0.split_at(len);
            buffer[..len].copy_from_slice(head);
            self.0 = tail;
            Ok(len)
        }
    }

    /// Counts the calls.
    struct Counting(Vec<Vec<u8>>);

    impl std::io::Write for Counting {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let value = One {
        k: vec!["a".to_owned(), "b".to_owned()],
    };
    let mut writer = Counting(Vec::new());
    to_writer(&mut writer, &value).unwrap();
    assert_eq!(writer.0, [to_vec(&value).unwrap()]);
    let again: One<Vec<String>> = from_reader(Trickle(&writer.0[0], false)).unwrap();
    assert_eq!(again, value);

    let endless = std::io::repeat(3);
    assert_eq!(
        from_reader::<_, Message>(endless).unwrap_err().to_string(),
        "the message is longer than 524288 bytes, the most that a daemon takes"
    );
}

#[test]
fn text_of_any_bytes_goes_through_all_formats() {
    for bytes in [&b"home"[..], b"", b"caf\xc3\xa9", b"\xff", b"1"] {
        let text = Text::from(bytes);
        let message = Message::new().key("k", bytes);
        let message = to_vec(&message).unwrap();
        assert_eq!(to_vec(&One { k: &text }).unwrap(), message);
        assert_eq!(from_slice::<One<Text>>(&message).unwrap().k, text);
        assert_roundtrip(&One {
            k: vec![text.clone()],
        });

        let json = serde_json::to_string(&text).unwrap();
        assert_eq!(json.starts_with('"'), text.as_str().is_some(), "{json}");
        assert_eq!(serde_json::from_str::<Text>(&json).unwrap(), text);
    }
}

#[test]
fn a_text_is_no_number_and_no_list() {
    for json in [
        "42",
        "-7",
        "true",
        "[256]",
        "[-1]",
        "null",
        "{}",
        r#"["1", "2"]"#,
    ] {
        serde_json::from_str::<Text>(json).unwrap_err();
    }
    let list = to_vec(&Message::new().list("k", ["1", "2"])).unwrap();
    assert_eq!(
        from_slice::<One<Text>>(&list).unwrap_err().to_string(),
        "k: expected a value, found a list (at byte 0)"
    );
}
