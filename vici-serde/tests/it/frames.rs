//! Recorded messages, and what is left of them when somebody cuts, changes or reorders them.

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::IgnoredAny;
use serde_json::Value;
use vici_serde::{Elements, Message, from_slice, to_vec};

/// Recorded messages, one of each name: the longest that the tables below get through in time.
fn messages() -> Vec<Vec<u8>> {
    // The recordings lie with the crate that knows what they mean.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vici-types/tests/frames");
    let mut messages: Vec<(String, Vec<u8>)> = Vec::new();
    for file in ["requests.jsonl", "responses.jsonl", "events.jsonl"] {
        let path = folder.join(file);
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        for line in text.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let name = format!("{file} {}", line["name"].as_str().unwrap());
            let message = STANDARD.decode(line["base64"].as_str().unwrap()).unwrap();
            if message.len() > 1000 {
                continue;
            }
            match messages.iter_mut().find(|(other, _)| *other == name) {
                Some((_, longest)) if longest.len() < message.len() => *longest = message,
                Some(_) => {}
                None => messages.push((name, message)),
            }
        }
    }
    assert!(messages.len() > 60, "{} messages", messages.len());
    messages.into_iter().map(|(_, message)| message).collect()
}

/// Where the elements of a message are.
fn elements(message: &[u8]) -> Vec<Range<usize>> {
    let mut elements = Elements::new(message);
    let mut ranges = Vec::new();
    loop {
        let start = elements.offset();
        match elements.next() {
            Some(element) => {
                element.unwrap();
                ranges.push(start..elements.offset());
            }
            None => return ranges,
        }
    }
}

/// A message is accepted as a tree, and skipped, where the parser accepts it, and nowhere else; the
/// tree is what the bytes say.
#[track_caller]
fn assert_is_read_or_refused(message: &[u8]) -> bool {
    let accepted = Elements::new(message).all(|element| element.is_ok());
    assert_eq!(from_slice::<IgnoredAny>(message).is_ok(), accepted);
    match from_slice::<Message>(message) {
        Ok(tree) => {
            assert!(accepted);
            assert_eq!(to_vec(&tree).unwrap(), message);
        }
        Err(error) => {
            assert!(!accepted, "{error}");
            assert!(error.offset().unwrap() < message.len(), "{error}");
        }
    }
    accepted
}

#[test]
fn as_they_were_recorded() {
    for message in messages() {
        assert!(assert_is_read_or_refused(&message));
    }
}

#[test]
fn every_truncation() {
    for message in messages() {
        let mut accepted = Vec::new();
        for end in 0..=message.len() {
            if assert_is_read_or_refused(&message[..end]) {
                accepted.push(end);
            }
        }
        // Only between the elements of the root is a message whole.
        let mut depth = 0;
        let mut expected = vec![0];
        for range in elements(&message) {
            match message[range.start] {
                1 | 4 => depth += 1,
                2 | 6 => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                expected.push(range.end);
            }
        }
        assert_eq!(accepted, expected);
    }
}

#[test]
fn every_byte_changed() {
    let change = |(number, message): (usize, Vec<u8>)| {
        for position in 0..message.len() {
            let byte = message[position];
            // Everything that begins or ends something, one more, and a bit, another one each time.
            let bit = 1 << ((number + position) % 8);
            for other in (0..8).chain([byte ^ bit, byte.wrapping_add(1), 0xff]) {
                let mut changed = message.clone();
                changed[position] = other;
                assert_is_read_or_refused(&changed);
            }
        }
    };
    // On all processors, as it takes long.
    thread::scope(|scope| {
        for message in messages().into_iter().enumerate() {
            scope.spawn(move || change(message));
        }
    });
}

#[test]
fn every_element_deleted_doubled_or_swapped() {
    for message in messages() {
        let elements = elements(&message);
        for (index, range) in elements.iter().enumerate() {
            let (before, after) = (&message[..range.start], &message[range.end..]);
            let element = &message[range.clone()];
            let opens_or_closes = matches!(element[0], 1 | 2 | 4 | 6);

            let deleted = assert_is_read_or_refused(&[before, after].concat());
            let doubled = assert_is_read_or_refused(&[before, element, element, after].concat());
            // What opens and closes does so once; anything else may be there as often as it likes.
            assert_eq!((deleted, doubled), (!opens_or_closes, !opens_or_closes));

            for other in elements[index + 1..]
                .iter()
                .step_by(1 + elements.len() / 20)
            {
                let between = &message[range.end..other.start];
                let swapped = [
                    before,
                    &message[other.clone()],
                    between,
                    element,
                    &message[other.end..],
                ];
                assert_is_read_or_refused(&swapped.concat());
            }
        }
    }
}
