//! Recorded messages, cut, changed and reordered, in the hands of the types that they belong to.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;
#[path = "properties/walk.rs"]
mod walk;

use std::collections::BTreeMap;
use std::thread;

use common::{
    Frame, RoundTrip, Typed, Visit, VisitRequest, frames, with_event, with_request, with_response,
};
use vici_serde::{Elements, Message, Section, Value};
use vici_types::{IkeUpdown, ListSa, Request};
use walk::assert_is_placed;

/// One message of every type, the longest that the tables get through in time.
fn samples() -> Vec<(&'static str, Frame)> {
    let mut samples = BTreeMap::new();
    for kind in ["request", "response", "event"] {
        for frame in frames(&format!("{kind}s.jsonl")) {
            let len = frame.message.len();
            if len > 1500 || frame.is_excused() || frame.name == "no-such-command" {
                continue;
            }
            let best = samples.entry((kind, frame.name.clone())).or_insert(None);
            if best
                .as_ref()
                .is_none_or(|best: &Frame| best.message.len() < len)
            {
                *best = Some(frame);
            }
        }
    }
    let samples = samples.into_iter();
    let samples: Vec<_> = samples
        .map(|((kind, _), frame)| (kind, frame.unwrap()))
        .collect();
    assert!(samples.len() > 70, "{} samples", samples.len());
    samples
}

/// Decodes as the type of a message: a value, or an error that says where.
struct Decode<'a>(&'a [u8]);

impl Visit for Decode<'_> {
    type Output = ();

    fn visit<T: Typed>(self) {
        match vici_serde::from_slice::<T>(self.0) {
            Ok(value) => {
                let accepted = Elements::new(self.0).all(|element| element.is_ok());
                assert!(accepted, "the grammar forbids what was read");
                let again = vici_serde::to_vec(&value).unwrap();
                assert!(vici_serde::from_slice::<T>(&again).unwrap() == value);
            }
            Err(error) => assert_is_placed(&error, self.0),
        }
    }
}

impl VisitRequest for Decode<'_> {
    type Output = ();

    fn visit<T: Request + Typed>(self)
    where
        T::Response: Typed,
    {
        Visit::visit::<T>(Self(self.0));
        if let Ok(request) = vici_serde::from_slice::<T>(self.0) {
            // Whatever it says, it says it without a panic.
            let refused = request.check().err();
            assert!(refused.is_none_or(|error| !error.reason().is_empty()));
        }
    }
}

fn decode(kind: &str, name: &str, message: &[u8]) {
    match kind {
        "request" => with_request(name, Decode(message)),
        "response" => with_response(name, Decode(message)),
        _ => with_event(name, Decode(message)),
    }
    .expect("a type of this name");
}

#[test]
fn every_truncation() {
    for (kind, frame) in samples() {
        for end in 0..frame.message.len() {
            decode(kind, &frame.name, &frame.message[..end]);
        }
    }
}

#[test]
fn every_byte_changed() {
    let change = |(number, (kind, frame)): (usize, (_, common::Frame))| {
        for position in 0..frame.message.len() {
            let byte = frame.message[position];
            // Everything that begins or ends something, one more, and a bit, another one each time.
            let bit = 1 << ((number + position) % 8);
            for other in (1..7).chain([byte ^ bit, byte.wrapping_add(1)]) {
                let mut changed = frame.message.clone();
                changed[position] = other;
                decode(kind, &frame.name, &changed);
            }
        }
    };
    // On all processors, as it takes long.
    thread::scope(|scope| {
        for sample in samples().into_iter().enumerate() {
            scope.spawn(move || change(sample));
        }
    });
}

#[test]
fn every_element_deleted_doubled_or_swapped() {
    for (kind, frame) in samples() {
        let mut elements = Elements::new(&frame.message);
        let mut pieces = Vec::new();
        loop {
            let start = elements.offset();
            if elements.next().is_none() {
                break;
            }
            pieces.push(&frame.message[start..elements.offset()]);
        }
        for index in 0..pieces.len() {
            let mut deleted = pieces.clone();
            deleted.remove(index);
            decode(kind, &frame.name, &deleted.concat());
            let mut doubled = pieces.clone();
            doubled.insert(index, pieces[index]);
            decode(kind, &frame.name, &doubled.concat());
            for other in (index + 1..pieces.len()).step_by(1 + pieces.len() / 20) {
                let mut swapped = pieces.clone();
                swapped.swap(index, other);
                decode(kind, &frame.name, &swapped.concat());
            }
        }
    }
}

/// The message with the value of one key, in all of its sections, replaced.
fn with_value(section: &Section, key: &str, value: &[u8]) -> Section {
    let entries = section.iter();
    entries.fold(Section::new(), |to, (name, old)| match old {
        Value::Section(section) => to.section(name, with_value(section, key, value)),
        Value::Scalar(_) if name == key.as_bytes() => to.key(name, value),
        old => to.key(name, old.clone()),
    })
}

#[test]
fn an_identity_of_a_peer_is_any_bytes() {
    let mut identities: Vec<Vec<u8>> = (0..=255).map(|byte| vec![byte]).collect();
    identities.push(Vec::new());
    identities.push((0..=255).collect());
    identities.push(vec![0xff; 65_535]);
    // What would be elements, if it were not in a value.
    identities.push(b"\x02\x02\x03\x05state\x00\x0bESTABLISHED".to_vec());
    identities.push(b"CN=\xe2\x80\xae\n\x1b[2J\0".to_vec());

    let frames = frames("events.jsonl");
    let message = |name: &str| -> Message {
        let frame = frames.iter().find(|frame| frame.name == name).unwrap();
        vici_serde::from_slice(&frame.message).unwrap()
    };
    for identity in &identities {
        let bytes = vici_serde::to_vec(&with_value(&message("list-sa"), "remote-id", identity));
        let bytes = bytes.unwrap();
        let event: ListSa = vici_serde::from_slice(&bytes).unwrap();
        let id = &event.ike_sa.remote_id;
        assert_eq!(id.as_bytes(), identity);
        assert_eq!(id.as_str().is_some(), std::str::from_utf8(identity).is_ok());
        // What is printed cannot reach the terminal.
        let shown = format!("{id:?}");
        assert!(
            !shown.bytes().any(|byte| byte < b' ' || byte == 0x7f),
            "{shown}"
        );
        assert_eq!(
            with_event("list-sa", RoundTrip(&bytes)),
            Some(Ok(bytes.clone()))
        );

        let bytes = vici_serde::to_vec(&with_value(&message("ike-updown"), "remote-id", identity));
        let event: IkeUpdown = vici_serde::from_slice(&bytes.unwrap()).unwrap();
        assert_eq!(event.ike_sa.remote_id.as_bytes(), identity);
    }
}
