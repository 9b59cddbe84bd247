//! Values of every request, response and event, whatever is in them, come back from VICI and from
//! JSON; errors say where.
//!
//! The values are made of the list of all keys (`keys.tsv`): any of them may be absent, sections of
//! any name may be called anything and be there more than once, and every value is any that its key
//! can have.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;
#[path = "properties/walk.rs"]
mod walk;

use std::sync::LazyLock;

use common::{
    Frame, RoundTrip, Typed, Visit, VisitRequest, frames, with_event, with_request, with_response,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::Union;
use vici_serde::{Elements, Message, Section, Value};
use vici_types::{COMMANDS, EVENTS, Request};
use walk::assert_is_placed;

/// A key, list or section of the list of all keys.
#[derive(Default)]
struct Key {
    name: &'static str,
    kind: &'static str,
    need: bool,
    type_: &'static str,
    sample: &'static str,
    keys: Vec<Self>,
}

/// The root section of a message.
fn keys(packet: &str, message: &str) -> Key {
    let mut root = Key::default();
    for line in include_str!("keys.tsv").lines() {
        let [of, name, path, kind, need, type_, sample] =
            line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        if (of, name) != (packet, message) {
            continue;
        }
        let mut section = &mut root;
        let mut path: Vec<&str> = path.split('/').collect();
        let name = path.pop().unwrap();
        for step in path {
            // Keys of a section follow it, so that it is the last of its name.
            let mut sections = section.keys.iter_mut().rev();
            section = sections.find(|key| key.name == step).unwrap();
        }
        section.keys.push(Key {
            name,
            kind,
            need: need == "need",
            type_,
            sample,
            keys: Vec::new(),
        });
    }
    // The list says what every daemon sends; a type may need a key of a section that may be absent.
    let mut path = Vec::new();
    while let Some(next) = next_path(&root, &path) {
        path = next;
        let without = vici_serde::to_vec(&sample_without(&root, &path)).unwrap();
        if !is_read(packet, message, &without) {
            let mut key = &mut root;
            for index in &path {
                key = &mut key.keys[*index];
            }
            key.need = true;
        }
    }
    root
}

/// The path of the key behind the one at `path`, as indices, from the root on and inwards.
fn next_path(root: &Key, path: &[usize]) -> Option<Vec<usize>> {
    let at = |path: &[usize]| path.iter().fold(root, |key, index| &key.keys[*index]);
    let mut next = path.to_vec();
    if !at(path).keys.is_empty() {
        next.push(0);
        return Some(next);
    }
    while let Some(index) = next.pop() {
        if index + 1 < at(&next).keys.len() {
            next.push(index + 1);
            return Some(next);
        }
    }
    None
}

/// A message with every key but one.
fn sample_without(section: &Key, path: &[usize]) -> Section {
    let keys = section.keys.iter().enumerate();
    keys.fold(Section::new(), |to, (index, key)| {
        let inner = match path.split_first() {
            Some((first, [])) if *first == index => return to,
            Some((first, rest)) if *first == index => rest,
            _ => &[],
        };
        match key.kind {
            "section" => to.section(key.name, sample_without(key, inner)),
            "list" => to.list(key.name, [key.sample]),
            _ => to.key(key.name, key.sample),
        }
    })
}

fn is_read(packet: &str, name: &str, bytes: &[u8]) -> bool {
    round_trip(packet, name, bytes).is_ok()
}

/// The entries of a section, and then the section.
fn section(packet: &'static str, keys: &[Key]) -> BoxedStrategy<Section> {
    let entries: Vec<_> = keys.iter().map(|key| entry(packet, key)).collect();
    let concat = |entries: Vec<Vec<(String, Value)>>| entries.into_iter().flatten().collect();
    entries.prop_map(concat).boxed()
}

fn entry(packet: &'static str, key: &Key) -> BoxedStrategy<Vec<(String, Value)>> {
    let value = match key.kind {
        "section" => section(packet, &key.keys).prop_map(Value::Section).boxed(),
        "list" => vec(value(packet, key), 0..4).prop_map(Value::list).boxed(),
        _ => value(packet, key).prop_map(Value::from).boxed(),
    };
    let named = (name(key), value);
    match (key.need, key.name) {
        (true, _) => vec(named, 1).boxed(),
        (false, "any") => vec(named, 0..3).boxed(),
        (false, _) => vec(named, 0..2).boxed(),
    }
}

fn name(key: &Key) -> BoxedStrategy<String> {
    let fixed = Just(key.name.to_owned());
    match key.name {
        // Those that are called like keys are the interesting ones.
        "any" => prop_oneof![
            2 => any::<String>(),
            2 => select(vec!["", "up", "name", "children", "child-sas", "local", "0", "a.b"])
                .prop_map(str::to_owned),
        ]
        .boxed(),
        "local-x" | "local-1" => "local[ -~]{0,4}".boxed(),
        "REMOTE" | "remote-1" => "(?i:remote)[ -~]{0,4}".boxed(),
        _ => fixed.boxed(),
    }
}

fn value(packet: &'static str, key: &Key) -> BoxedStrategy<Vec<u8>> {
    let sample = Just(key.sample.as_bytes().to_vec());
    let text = |text: String| text.into_bytes();
    let number = |number: i128| number.to_string().into_bytes();
    let between = |from: i128, to: i128| {
        let ends = Union::new([Just(from), Just(to), Just(0)]);
        prop_oneof![ends, from..=to].prop_map(number).boxed()
    };
    match key.type_ {
        "u32-lax" if key.name.ends_with("_port") => between(0, u16::MAX.into()),
        "u16" => between(0, u16::MAX.into()),
        "u32" | "u32-lax" => between(0, u32::MAX.into()),
        "u64" if matches!(key.name, "sbrk" | "mmap" | "used" | "free") => {
            between(i64::MIN.into(), i64::MAX.into())
        }
        "seconds" => between(0, u32::MAX.into()),
        "seconds-signed" => between(i32::MIN.into(), i32::MAX.into()),
        "u64" | "u64-lax" => between(0, u64::MAX.into()),
        "int" | "ms" => between(i32::MIN.into(), i32::MAX.into()),
        "hex4" => "[0-9a-f]{4}".prop_map(text).boxed(),
        "hex8" => "[0-9a-f]{8}".prop_map(text).boxed(),
        "hex16" => "[0-9a-f]{16}".prop_map(text).boxed(),
        "yes/no" | "bool" | "bool-strict" => select(vec!["yes", "no"])
            .prop_map(|text| text.into())
            .boxed(),
        "blob" | "cert-blob" | "pubkey-blob" => vec(any::<u8>(), 0..70).boxed(),
        // What the daemon sends as text is any bytes, what it is sent is text. The daemon's own words
        // about itself are text, too, and those that are a bool have a type of their own.
        "string" | "identity" | "ip" | "ts" | "enum" | "hex-blob" if packet == "event" => {
            match key.name {
                "esn" => sample.boxed(),
                "dpd_action" | "start_action" | "close_action" => {
                    prop_oneof![sample, any::<String>().prop_map(text)].boxed()
                }
                _ => prop_oneof![sample, vec(any::<u8>(), 0..70)].boxed(),
            }
        }
        "string" | "identity" | "ip" | "ts" | "enum" | "hex-blob" if packet == "response" => {
            prop_oneof![sample, any::<String>().prop_map(text)].boxed()
        }
        "string" | "identity-input" | "identity-pattern" | "ts-input" | "ascii" | "enum"
            if packet == "request" =>
        {
            prop_oneof![sample, any::<String>().prop_map(text)].boxed()
        }
        _ => sample.boxed(),
    }
}

/// Every message of one packet type: its name and a message.
fn messages(
    packet: &'static str,
    names: &'static [&'static str],
) -> BoxedStrategy<(&'static str, Message)> {
    let messages = names.iter().map(|name| {
        let root = keys(packet, name);
        section(packet, &root.keys)
            .prop_map(|message| (*name, message))
            .boxed()
    });
    Union::new(messages).boxed()
}

fn round_trip(packet: &str, name: &str, bytes: &[u8]) -> Result<Vec<u8>, String> {
    let again = match packet {
        "request" => with_request(name, RoundTrip(bytes)),
        "response" => with_response(name, RoundTrip(bytes)),
        _ => with_event(name, RoundTrip(bytes)),
    };
    again.expect("a type of this name")
}

/// A message is read whole, and written in one way.
fn comes_back(packet: &str, name: &str, message: &Message) -> Result<(), TestCaseError> {
    let bytes = vici_serde::to_vec(message).unwrap();
    let again = round_trip(packet, name, &bytes)
        .map_err(|error| TestCaseError::fail(format!("{name}: {error}")))?;
    let twice = round_trip(packet, name, &again);
    prop_assert_eq!(twice, Ok(again));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn requests_come_back((name, message) in messages("request", COMMANDS)) {
        comes_back("request", name, &message)?;
    }

    #[test]
    fn responses_come_back((name, message) in messages("response", COMMANDS)) {
        comes_back("response", name, &message)?;
    }

    #[test]
    fn events_come_back((name, message) in messages("event", EVENTS)) {
        comes_back("event", name, &message)?;
    }
}

/// What somebody does to a message.
#[derive(Clone, Debug)]
enum Change {
    Byte(Index, u8),
    Delete(Index),
    Double(Index),
    Swap(Index, Index),
    Insert(Index, Vec<u8>),
}

fn change() -> impl Strategy<Value = Change> {
    let element = prop_oneof![
        Just(b"\x02".to_vec()),
        Just(b"\x01\x01x".to_vec()),
        Just(b"\x03\x04name\x00\x01x".to_vec()),
        Just(b"\x03\x02up\x00\x03yes".to_vec()),
        Just(b"\x04\x01x\x05\x00\x00\x06".to_vec()),
        Just(b"\x01\x02up\x02".to_vec()),
    ];
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        any::<Index>().prop_map(Change::Delete),
        any::<Index>().prop_map(Change::Double),
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Change::Swap(a, b)),
        (any::<Index>(), element).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
    ]
}

fn apply(message: &[u8], change: &Change) -> Vec<u8> {
    let mut elements = Elements::new(message);
    let mut pieces = Vec::new();
    loop {
        let start = elements.offset();
        match elements.next() {
            Some(Ok(_)) => pieces.push(message[start..elements.offset()].to_vec()),
            Some(Err(_)) => pieces.push(message[start..].to_vec()),
            None => break,
        }
    }
    if pieces.is_empty() {
        return message.to_vec();
    }
    let count = pieces.len();
    match change {
        Change::Byte(at, byte) => {
            let mut message = message.to_vec();
            *at.get_mut(&mut message) = *byte;
            return message;
        }
        Change::Delete(at) => drop(pieces.remove(at.index(count))),
        Change::Double(at) => {
            let at = at.index(count);
            pieces.insert(at, pieces[at].clone());
        }
        Change::Swap(a, b) => pieces.swap(a.index(count), b.index(count)),
        Change::Insert(at, bytes) => pieces.insert(at.index(count), bytes.clone()),
    }
    pieces.concat()
}

/// Recorded messages that are not too long, with their kinds.
static FRAMES: LazyLock<Vec<(&'static str, Frame)>> = LazyLock::new(|| {
    let all = ["request", "response", "event"]
        .into_iter()
        .flat_map(|kind| {
            let frames = frames(&format!("{kind}s.jsonl")).into_iter();
            frames.map(move |frame| (kind, frame))
        });
    all.filter(|(_, frame)| frame.message.len() < 3000 && frame.name != "no-such-command")
        .collect()
});

/// A value comes back, or the error says where it is.
struct ReadOrRefused<'a>(&'a [u8]);

impl Visit for ReadOrRefused<'_> {
    type Output = ();

    fn visit<T: Typed>(self) {
        match vici_serde::from_slice::<T>(self.0) {
            Ok(value) => {
                let written = vici_serde::to_vec(&value).unwrap();
                assert!(vici_serde::from_slice::<T>(&written).unwrap() == value);
                // Names that are not text have no JSON.
                if let Ok(json) = serde_json::to_string(&value) {
                    assert!(serde_json::from_str::<T>(&json).unwrap() == value, "{json}");
                }
            }
            Err(error) => assert_is_placed(&error, self.0),
        }
    }
}

impl VisitRequest for ReadOrRefused<'_> {
    type Output = ();

    fn visit<T: Request + Typed>(self)
    where
        T::Response: Typed,
    {
        Visit::visit::<T>(self);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn changed_messages_are_read_or_refused(
        frame in any::<Index>(),
        changes in vec(change(), 1..5),
    ) {
        let (kind, frame) = frame.get(&FRAMES);
        let message = changes.iter().fold(frame.message.clone(), |m, change| apply(&m, change));
        match *kind {
            "request" => with_request(&frame.name, ReadOrRefused(&message)),
            "response" => with_response(&frame.name, ReadOrRefused(&message)),
            _ => with_event(&frame.name, ReadOrRefused(&message)),
        }
        .expect("a type of this name");
    }
}
