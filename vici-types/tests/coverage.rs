//! The tables against the protocol's list of commands and events, and the types against the list of
//! all keys (`keys.tsv`: message, path, kind, whether every daemon sends it, type, sample).

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use common::{RoundTrip, Typed, Visit, with_event, with_request, with_response};
use vici_serde::{Message, Section, Value};
use vici_types::{COMMANDS, EVENTS};

const PROTOCOL_COMMANDS: &str = "
    version stats reload-settings get-algorithms get-counters reset-counters
    initiate terminate rekey redirect install uninstall
    list-sas list-policies list-conns list-certs list-authorities
    get-conns get-authorities get-pools get-keys get-shared
    load-conn unload-conn load-cert load-key unload-key load-token load-shared unload-shared
    flush-certs clear-creds load-authority unload-authority load-pool unload-pool get-pools";

const PROTOCOL_EVENTS: &str = "
    list-sa list-policy list-conn list-cert list-authority control-log
    log ike-updown ike-rekey ike-update child-updown child-rekey alert";

#[test]
fn tables_are_complete() {
    let words = |text: &'static str| text.split_whitespace().collect::<BTreeSet<_>>();
    assert_eq!(COMMANDS.len(), 36);
    assert_eq!(
        COMMANDS.iter().copied().collect::<BTreeSet<_>>(),
        words(PROTOCOL_COMMANDS)
    );
    assert_eq!(EVENTS.len(), 13);
    assert_eq!(
        EVENTS.iter().copied().collect::<BTreeSet<_>>(),
        words(PROTOCOL_EVENTS)
    );
}

/// What is searched for in the documentation under the name that it has on the wire.
#[test]
fn every_name_on_the_wire_finds_its_type() {
    fn sources(folder: &Path) -> String {
        let entries = fs::read_dir(folder).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths
            .map(|path| match path.is_dir() {
                true => sources(&path),
                false => fs::read_to_string(path).unwrap(),
            })
            .collect()
    }
    let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    for name in COMMANDS.iter().chain(EVENTS) {
        let alias = format!("#[doc(alias = \"{name}\")]");
        assert_eq!(sources.matches(&alias).count(), 1, "{name}");
    }
}

struct Key {
    path: Vec<&'static str>,
    kind: &'static str,
    need: bool,
    type_: &'static str,
    sample: &'static str,
}

/// All keys, by `request`, `response` or `event`, and the name.
fn keys() -> BTreeMap<(&'static str, &'static str), Vec<Key>> {
    let mut messages: BTreeMap<_, Vec<Key>> = BTreeMap::new();
    for name in COMMANDS {
        messages.insert(("request", *name), Vec::new());
        messages.insert(("response", *name), Vec::new());
    }
    for line in include_str!("keys.tsv").lines() {
        let [packet, name, path, kind, need, type_, sample] =
            line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let key = Key {
            path: path.split('/').collect(),
            kind,
            need: need == "need",
            type_,
            sample,
        };
        messages.entry((packet, name)).or_default().push(key);
    }
    assert_eq!(messages.len(), 36 + 36 + 13);
    messages
}

/// A message of these keys, with a value for each.
fn message(
    keys: &[Key],
    wanted: impl Fn(&Key) -> bool,
    value: impl Fn(&Key) -> Vec<u8>,
) -> Message {
    fn put(section: Section, path: &[&str], value: &Value) -> Section {
        let (name, rest) = path.split_first().unwrap();
        if rest.is_empty() {
            return section.key(*name, value.clone());
        }
        // Keys of a section follow it, so that it is the last of its name.
        let last = section.len() - 1;
        section
            .iter()
            .enumerate()
            .fold(Section::new(), |to, (index, (other, old))| match old {
                Value::Section(old) if index == last && other == name.as_bytes() => {
                    to.section(other, put(old.clone(), rest, value))
                }
                old => to.key(other, old.clone()),
            })
    }
    keys.iter()
        .filter(|key| wanted(key))
        .fold(Message::new(), |to, key| {
            let value = match key.kind {
                "section" => Value::Section(Section::new()),
                "list" => Value::list([value(key), value(key)]),
                _ => Value::from(value(key)),
            };
            put(to, &key.path, &value)
        })
}

fn sample(key: &Key) -> Vec<u8> {
    key.sample.into()
}

/// Sorted by name, since the order of keys in requests means nothing.
fn sorted(section: &Section) -> Section {
    let mut entries: Vec<_> = section.iter().collect();
    entries.sort_by_key(|(name, _)| *name);
    entries
        .into_iter()
        .fold(Section::new(), |to, (name, value)| match value {
            Value::Section(section) => to.section(name, sorted(section)),
            value => to.key(name, value.clone()),
        })
}

fn round_trip(packet: &str, name: &str, message: &Message) {
    let bytes = vici_serde::to_vec(message).unwrap();
    let again = match packet {
        "request" => with_request(name, RoundTrip(&bytes)),
        "response" => with_response(name, RoundTrip(&bytes)),
        _ => with_event(name, RoundTrip(&bytes)),
    };
    let again = again
        .unwrap()
        .unwrap_or_else(|error| panic!("{packet} {name}: {error}\n{message}"));
    let again: Message = vici_serde::from_slice(&again).unwrap();
    if packet == "request" {
        assert_eq!(
            sorted(&again).to_string(),
            sorted(message).to_string(),
            "{packet} {name}"
        );
    } else {
        assert_eq!(again.to_string(), message.to_string(), "{packet} {name}");
    }
}

#[test]
fn every_key_is_known_and_in_its_place() {
    for ((packet, name), keys) in keys() {
        round_trip(packet, name, &message(&keys, |_| true, sample));
    }
}

#[test]
fn what_not_every_daemon_sends_may_be_absent() {
    for ((packet, name), keys) in keys() {
        round_trip(packet, name, &message(&keys, |key| key.need, sample));
    }
}

#[test]
fn words_are_open() {
    for ((packet, name), keys) in keys() {
        let word = |key: &Key| match (key.type_, *key.path.last().unwrap()) {
            (_, "esn") => sample(key),
            ("enum", _) => b"(1025)".into(),
            _ => sample(key),
        };
        round_trip(packet, name, &message(&keys, |_| true, word));
    }
}

#[test]
fn text_from_the_daemon_is_any_bytes() {
    for ((packet, name), keys) in keys() {
        if packet == "request" || name == "version" {
            continue;
        }
        let any = |key: &Key| match key.type_ {
            "string" | "identity" | "blob" | "ip" | "ts" => b"\xff\x00 caf\xe9".repeat(9),
            _ => sample(key),
        };
        let bytes = vici_serde::to_vec(&message(&keys, |_| true, any)).unwrap();
        let again = match packet {
            "response" => with_response(name, RoundTrip(&bytes)),
            _ => with_event(name, RoundTrip(&bytes)),
        };
        assert_eq!(again.unwrap().unwrap(), bytes, "{packet} {name}");
    }
}

#[test]
fn text_where_a_number_belongs_is_an_error() {
    let mut tried = 0;
    for ((packet, name), keys) in keys() {
        for wrong in 0..keys.len() {
            let number = matches!(
                keys[wrong].type_,
                "u16"
                    | "u32"
                    | "u64"
                    | "int"
                    | "ms"
                    | "seconds"
                    | "seconds-signed"
                    | "hex4"
                    | "hex8"
                    | "hex16"
                    | "u32-lax"
                    | "u64-lax"
            );
            if !number || keys[wrong].path.ends_with(&["version"]) {
                continue;
            }
            let value = |key: &Key| {
                if key.path == keys[wrong].path {
                    b"many".into()
                } else {
                    sample(key)
                }
            };
            let bytes = vici_serde::to_vec(&message(&keys, |_| true, value)).unwrap();
            let result = match packet {
                "request" => with_request(name, RoundTrip(&bytes)),
                "response" => with_response(name, RoundTrip(&bytes)),
                _ => with_event(name, RoundTrip(&bytes)),
            };
            let error = result.unwrap().unwrap_err();
            // The codec says where.
            assert!(error.starts_with(&keys[wrong].path.join(".")), "{error}");
            assert!(error.contains(" (at byte "), "{error}");
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried}");
}

/// Calls a function with each message, each of its sections, and each kind of what may be added there.
fn in_each_section(mut check: impl FnMut(&str, &str, &[&str], &Message, &str, &Value)) {
    for ((packet, name), keys) in keys() {
        let whole = message(&keys, |_| true, sample);
        let mut places = vec![Vec::new()];
        places.extend(
            keys.iter()
                .filter(|key| key.kind == "section")
                .map(|key| key.path.clone()),
        );
        for place in places {
            for (kind, value) in [
                ("value", Value::Scalar(b"x".into())),
                ("list", Value::list(["x"])),
                ("section", Value::Section(Section::new().key("x", "y"))),
            ] {
                if is_free(packet, name, &place, kind) {
                    check(packet, name, &place, &whole, kind, &value);
                }
            }
        }
    }
}

#[test]
fn invented_keys_are_refused_in_requests_and_seen_as_ignored_elsewhere() {
    in_each_section(|packet, name, place, whole, kind, value| {
        let bytes = vici_serde::to_vec(&with_invented(whole, place, value)).unwrap();
        let result = match packet {
            "request" => with_request(name, RoundTrip(&bytes)),
            "response" => with_response(name, RoundTrip(&bytes)),
            _ => with_event(name, RoundTrip(&bytes)),
        };
        let title = format!("{packet} {name} {place:?} {kind}");
        let error = result.unwrap().expect_err(&title);
        let path = [place, &["invented"]].concat().join(".");
        if packet == "request" {
            let start = format!("{path}: unknown key");
            assert!(error.starts_with(&start), "{title}: {error}");
        } else {
            assert_eq!(error, format!("ignored [{path:?}]"), "{title}");
        }
    });
}

/// What is skipped of a value in JSON, to which something was added in one of its sections.
struct SkippedInJson<'a> {
    message: &'a Message,
    place: &'a [&'a str],
    value: &'a Value,
}

impl Visit for SkippedInJson<'_> {
    type Output = Vec<String>;

    fn visit<T: Typed>(self) -> Vec<String> {
        let value: T = vici_serde::from_message(self.message).unwrap();
        let mut json = serde_json::to_value(&value).unwrap();
        let mut section = &mut json;
        for name in self.place {
            section = &mut section[name];
        }
        section["invented"] = serde_json::to_value(self.value).unwrap();
        let mut skipped = Vec::new();
        let _: T =
            serde_ignored::deserialize(&json, |path| skipped.push(path.to_string())).unwrap();
        skipped
    }
}

/// The steps into options aside, which are `?`, paths are the same in every format. Only beside
/// names of any kind other formats have to look at a value before they know that it is skipped: what
/// is in a list or section is told, of a single value nothing.
#[test]
fn skipped_keys_are_told_in_other_formats_as_well() {
    let mut told = 0;
    in_each_section(|packet, name, place, message, kind, value| {
        let added = SkippedInJson {
            message,
            place,
            value,
        };
        let skipped = match packet {
            "request" => return,
            "response" => with_response(name, added).unwrap(),
            _ => with_event(name, added).unwrap(),
        };
        let skipped: Vec<_> = skipped.iter().map(|path| path.replace("?.", "")).collect();
        let path = [place, &["invented"]].concat().join(".");
        let title = format!("{packet} {name} {place:?} {kind}");
        let fixed = ["value", "section"].map(|kind| is_free(packet, name, place, kind));
        match kind {
            _ if fixed == [true; 2] => {
                assert_eq!(skipped, [path], "{title}");
                told += 1;
            }
            "list" => assert_eq!(skipped, [format!("{path}.0")], "{title}"),
            "section" => assert_eq!(skipped, [format!("{path}.x")], "{title}"),
            _ => assert_eq!(skipped, [""; 0], "{title}"),
        }
    });
    assert!(told > 100, "{told}");
}

/// Whether nothing of this kind may have any name there.
fn is_free(packet: &str, name: &str, place: &[&str], kind: &str) -> bool {
    let sections_of_any_name = match place {
        // A second section is not taken, but all there is to see of it is what it holds.
        [] => {
            (packet, name) == ("response", "get-pools")
                || packet == "request"
                    && matches!(name, "load-conn" | "load-pool" | "load-authority")
        }
        [.., last] => matches!(
            *last,
            "child-sas"
                | "children"
                | "proposals"
                | "esp_proposals"
                | "ah_proposals"
                | "leases"
                | "counters"
        ),
    };
    let values_of_any_name = packet == "response" && name == "get-algorithms" && !place.is_empty();
    match kind {
        "section" => !sections_of_any_name,
        _ => !values_of_any_name,
    }
}

fn with_invented(section: &Section, place: &[&str], value: &Value) -> Section {
    let Some((name, rest)) = place.split_first() else {
        return section.clone().key("invented", value.clone());
    };
    section
        .iter()
        .fold(Section::new(), |to, (other, old)| match old {
            Value::Section(old) if other == name.as_bytes() => {
                to.section(other, with_invented(old, rest, value))
            }
            old => to.key(other, old.clone()),
        })
}
