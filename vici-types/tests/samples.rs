//! Recorded messages of real daemons and clients: all typed, nothing ignored, and back.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use std::collections::BTreeMap;
use std::env;
use std::path::Path;

use common::{
    Frame, RoundTrip, Typed, VisitRequest, frames, frames_in, with_event, with_request,
    with_response,
};
use vici_serde::{Message, Section, Value};
use vici_types::{AnyEvent, EVENTS, Request};

/// Runs a check on every frame, and shows the first failures of all.
fn each(frames: &[Frame], check: impl Fn(&Frame) -> Result<(), String>) {
    let failures: Vec<String> = frames
        .iter()
        .filter_map(|frame| Some(format!("{}: {}", frame.title(), check(frame).err()?)))
        .collect();
    let shown = failures
        .iter()
        .take(10)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("\n");
    assert!(
        failures.is_empty(),
        "{} of {} fail:\n{shown}",
        failures.len(),
        frames.len()
    );
}

fn tree(message: &[u8]) -> Message {
    vici_serde::from_slice(message).unwrap()
}

fn same_bytes(frame: &Frame, again: &[u8]) -> Result<(), String> {
    if again == frame.message {
        return Ok(());
    }
    Err(format!(
        "was\n{}\nand is\n{}",
        tree(&frame.message),
        tree(again)
    ))
}

#[test]
fn responses() {
    let frames = frames("responses.jsonl");
    let known: Vec<Frame> = frames
        .into_iter()
        .filter(|frame| frame.name != "no-such-command")
        .collect();
    assert_eq!(known.len(), 200);
    each(&known, |frame| {
        let again = with_response(&frame.name, RoundTrip(&frame.message)).expect("a command")?;
        same_bytes(frame, &again)
    });
}

#[test]
fn events() {
    let frames = frames("events.jsonl");
    assert_eq!(frames.len(), 2255);
    each(&frames, |frame| {
        let again = with_event(&frame.name, RoundTrip(&frame.message)).expect("an event")?;
        if frame.name == "list-conn" {
            let (was, is) = (
                rounds_sorted(&tree(&frame.message)),
                rounds_sorted(&tree(&again)),
            );
            return if was == is {
                Ok(())
            } else {
                Err(format!("was\n{was}\nand is\n{is}"))
            };
        }
        same_bytes(frame, &again)
    });
}

/// The single keys of authentication rounds come in no fixed order.
fn rounds_sorted(message: &Message) -> Message {
    let sorted = |round: &Section| {
        let mut entries: Vec<_> = round.iter().collect();
        entries.sort_by_key(|(name, value)| (value.as_list().is_some(), *name));
        entries
            .into_iter()
            .fold(Section::new(), |to, (name, value)| {
                to.key(name, value.clone())
            })
    };
    let conn = |conn: &Section| {
        conn.iter()
            .fold(Section::new(), |to, (name, value)| match value {
                Value::Section(round)
                    if name.starts_with(b"local-") || name.starts_with(b"remote-") =>
                {
                    to.section(name, sorted(round))
                }
                value => to.key(name, value.clone()),
            })
    };
    message.iter().fold(Message::new(), |to, (name, value)| {
        to.section(name, conn(value.as_section().expect("a connection")))
    })
}

#[test]
fn any_event() {
    for frame in frames("events.jsonl") {
        let mut deserializer = vici_serde::Deserializer::from_slice(&frame.message);
        let event = AnyEvent::deserialize(&frame.name, &mut deserializer)
            .unwrap()
            .unwrap();
        assert_eq!(event.name(), frame.name);
        assert!(EVENTS.contains(&event.name()));
    }
    let mut deserializer = vici_serde::Deserializer::from_slice(b"");
    assert_eq!(
        AnyEvent::deserialize("no-such-event", &mut deserializer).unwrap(),
        None
    );
}

#[test]
fn requests() {
    let frames = frames("requests.jsonl");
    assert_eq!(frames.len(), 417);
    check_requests(frames);
}

/// The requests that swanctl makes of strongSwan's own test suite may not be copied; they are read
/// from the folder in `VICI_VECTORS`.
#[test]
fn requests_of_other_sources() {
    let Some(folder) = env::var_os("VICI_VECTORS") else {
        println!("VICI_VECTORS is not set: requests of strongSwan's test suite are not tried");
        return;
    };
    let frames = frames_in(Path::new(&folder), "requests.jsonl");
    assert!(frames.len() > 800, "{} frames", frames.len());
    check_requests(frames);
}

fn check_requests(frames: Vec<Frame>) {
    let frames: Vec<Frame> = frames
        .into_iter()
        .filter(|frame| !frame.is_excused() && !frame.has_stray_key())
        .collect();
    each(&frames, |frame| {
        let again = with_request(&frame.name, RoundTrip(&frame.message)).expect("a command")?;
        let (was, is) = (meaning(&tree(&frame.message)), meaning(&tree(&again)));
        if was != is {
            return Err(format!("was\n{was:#?}\nand is\n{is:#?}"));
        }
        with_request(&frame.name, Check(&frame.message)).expect("a command")
    });
}

/// What the daemon took must not be refused.
struct Check<'a>(&'a [u8]);

impl VisitRequest for Check<'_> {
    type Output = Result<(), String>;

    fn visit<T: Request + Typed>(self) -> Self::Output
    where
        T::Response: Typed,
    {
        let request: T = vici_serde::from_slice(self.0).unwrap();
        request.check().map_err(|error| format!("refused: {error}"))
    }
}

/// A request as the daemon takes it: keys in no order, sections in the order of their kind, bools
/// and numbers by meaning.
#[derive(Debug, PartialEq)]
struct Meaning {
    keys: BTreeMap<String, String>,
    lists: BTreeMap<String, Vec<vici_serde::Text>>,
    sections: BTreeMap<&'static str, Vec<(String, Self)>>,
}

fn meaning(section: &Section) -> Meaning {
    let mut meaning = Meaning {
        keys: BTreeMap::new(),
        lists: BTreeMap::new(),
        sections: BTreeMap::new(),
    };
    for (name, value) in section.iter() {
        let name = String::from_utf8(name.to_vec()).unwrap();
        match value {
            Value::Scalar(value) => {
                let value = value_meaning(&name, value);
                assert_eq!(meaning.keys.insert(name, value), None);
            }
            Value::List(items) => {
                assert_eq!(meaning.lists.insert(name, items.clone()), None);
            }
            Value::Section(section) => {
                let kinds = ["local", "remote", "children", "cert", "cacert"];
                let lower = name.to_lowercase();
                let kind = kinds
                    .iter()
                    .find(|kind| lower.starts_with(**kind))
                    .copied()
                    .unwrap_or("");
                meaning
                    .sections
                    .entry(kind)
                    .or_default()
                    .push((name, self::meaning(section)));
            }
        }
    }
    meaning
}

fn value_meaning(key: &str, value: &[u8]) -> String {
    const BOOLS: &[&str] = &[
        "all",
        "force",
        "leases",
        "reauth",
        "init-limits",
        "aggressive",
        "pull",
        "encap",
        "mobike",
        "send_certreq",
        "ppk_required",
        "mediation",
        "hostaccess",
        "policies",
        "policies_fwd_out",
        "ipcomp",
        "mark_in_sa",
        "sha256_96",
        "copy_df",
        "copy_ecn",
        "icmp",
    ];
    const NUMBERS: &[&str] = &[
        "timeout",
        "loglevel",
        "ike-id",
        "child-id",
        "local_port",
        "remote_port",
        "keyingtries",
        "round",
        "slot",
        "replay_window",
        "rekey_packets",
        "life_packets",
        "rand_packets",
        "reqid",
        "priority",
    ];
    const FLAGS: &[&str] = &["noblock", "drop", "pass", "trap"];
    let text = String::from_utf8_lossy(value).into_owned();
    if FLAGS.contains(&key) {
        return "yes".to_owned();
    }
    if BOOLS.contains(&key) {
        return match text.to_lowercase().as_str() {
            "yes" | "true" | "enabled" | "1" => "yes".to_owned(),
            "no" | "false" | "disabled" | "0" => "no".to_owned(),
            other => panic!("{key}={other}"),
        };
    }
    if NUMBERS.contains(&key) {
        return match text.strip_prefix("0x") {
            Some(hex) => i64::from_str_radix(hex, 16).unwrap().to_string(),
            None => text.parse::<i64>().unwrap().to_string(),
        };
    }
    format!("{value:?}")
}
