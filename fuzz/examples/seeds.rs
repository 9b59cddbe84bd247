//! Writes the seeds in `corpus` anew, from messages that were recorded from real daemons:
//! `cargo run --manifest-path fuzz/Cargo.toml --example seeds`. What is there besides stays.

use std::error::Error;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use vici_client::proto::Packet;
use vici_fuzz::{Reading, TYPES};
use vici_serde::{Message, Section, to_vec};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

struct Frame {
    name: String,
    message: Vec<u8>,
}

fn main() -> Result<()> {
    let requests = frames("requests.jsonl")?;
    let responses = frames("responses.jsonl")?;
    let events = frames("events.jsonl")?;

    for (number, (kind, name)) in (0_u8..).zip(TYPES) {
        let frames = match *kind {
            "request" => &requests,
            "response" => &responses,
            _ => &events,
        };
        let message = richest(frames, name, 2500);
        let seed = [&[number], message].concat();
        write("typed", &format!("{kind}-{name}"), &seed)?;
    }

    for (frames, name) in [
        (&requests, "load-conn"),
        (&requests, "load-pool"),
        (&requests, "list-policies"),
        (&responses, "stats"),
        (&responses, "get-counters"),
        (&events, "list-sa"),
        (&events, "list-cert"),
    ] {
        let message = richest(frames, name, 1500);
        for target in ["elements", "grammar", "message", "decode"] {
            write(target, name, message)?;
        }
    }
    for (name, message) in of_users() {
        write("decode", name, &to_vec(&message)?)?;
    }

    let message = richest(&requests, "load-shared", 500);
    let mut stream = vec![7];
    for (name, packet) in [
        (
            "command-request",
            Packet::CommandRequest {
                name: "load-shared",
                message,
            },
        ),
        ("command-response", Packet::CommandResponse { message }),
        ("command-unknown", Packet::CommandUnknown),
        ("event-register", Packet::EventRegister { name: "list-sa" }),
        (
            "event-unregister",
            Packet::EventUnregister { name: "list-sa" },
        ),
        ("event-confirm", Packet::EventConfirm),
        ("event-unknown", Packet::EventUnknown),
        (
            "event",
            Packet::Event {
                name: "list-sa",
                message,
            },
        ),
    ] {
        let start = stream.len();
        packet.encode(&mut stream)?;
        write("packets", name, &stream[start + 4..])?;
    }
    write("frames", "all-packets", &stream)?;
    write("frames", "empty-frames", &[0; 20])?;
    write("frames", "longest", &[3, 0, 8, 0, 0, 1, 2, 3])?;
    write("frames", "too-long", &[3, 0, 0, 0, 1, 9, 0, 8, 0, 1, 0])?;

    for (name, steps) in SESSIONS {
        write("session", name, steps)?;
    }
    for target in ["encode", "requests", "writer"] {
        for seed in 1..=4 {
            write(target, &format!("noise-{seed}"), &noise(seed))?;
        }
    }
    Ok(())
}

/// Steps as `session` reads them.
const SESSIONS: &[(&str, &[u8])] = &[
    ("call", &[0, 8, 12, 0, 14]),
    ("call-unknown", &[0, 8, 12, 1, 14]),
    (
        "stream",
        &[2, 1, 8, 12, 0, 14, 10, 7, 1, 14, 8, 12, 0, 13, 3, 14],
    ),
    ("stream-of-unknown-event", &[2, 1, 8, 12, 1, 14]),
    (
        "two-streams",
        &[2, 1, 2, 1, 8, 12, 0, 14, 8, 12, 0, 14, 8, 12, 0, 14],
    ),
    ("calls-one-dropped", &[0, 0, 0, 8, 12, 0b0000_1000, 14]),
    (
        "events",
        &[
            4, 0, 8, 12, 0, 14, 10, 7, 0, 10, 7, 4, 14, 5, 0, 8, 12, 0, 14, 15, 4,
        ],
    ),
    (
        "abandoned",
        &[2, 1, 8, 6, 0, 12, 0, 14, 0, 6, 1, 0, 8, 12, 0, 14],
    ),
    (
        "registration-abandoned",
        &[4, 2, 6, 0, 4, 2, 8, 12, 0, 13, 1, 14],
    ),
    (
        "response-of-nobody",
        &[10, 1, 0, 14, 0, 15, 1, 0, 8, 12, 0, 14],
    ),
    ("restart", &[4, 0, 8, 12, 0, 14, 15, 0, 15, 1, 8, 12, 0, 14]),
    ("frame-too-long", &[9, 4, 0, 8, 0, 1, 14]),
    (
        "frame-in-pieces",
        &[0, 8, 9, 5, 0, 0, 0, 3, 1, 13, 0, 13, 0, 9, 2, 0, 0, 14],
    ),
    (
        "ignored",
        &[10, 8, 10, 0, 1, 10, 3, 0, 9, 5, 0, 0, 0, 1, 99, 14],
    ),
    (
        "odd-names",
        &[
            15, 2, 3, b'a', b'b', b'c', 15, 2, 1, 0xff, 15, 3, 8, 12, 0, 14,
        ],
    ),
];

/// Messages with the keys of the structs in `src/user.rs`.
fn of_users() -> [(&'static str, Message); 5] {
    let leaf = || {
        Section::new()
            .key("wide", i128::MIN)
            .key("wider", u128::MAX)
            .key("short-signed", -128)
            .key("port", 500)
            .key("double", "1e308")
            .key("single", "-0.5")
            .key("letter", "é")
            .key("flag", "Enabled")
            .key("maybe", false)
            .key("text", "")
            .key("blob", b"\xff\x00".as_slice())
            .key("address", "::1")
            .key("choice", "yes")
            .key("newtype", u64::MAX)
            .key("defaulted", 7)
    };
    let blobs = || Section::new().list("blobs", [b"\xff"]);
    let tree = Message::new()
        .key("name", "root")
        .section("leaf", leaf())
        .section(
            "leaves",
            Section::new().section("0", leaf()).section("1", leaf()),
        )
        .list("texts", ["a", ""])
        .list("numbers", ["1", "-2"])
        .list("pair", ["-1", "x"])
        .list("triple", ["1", "2", "3"])
        .section(
            "structs",
            Section::new().section("0", blobs()).section("1", blobs()),
        )
        .section(
            "variant",
            Section::new().section(
                "Map",
                Section::new().key("7", "Unit").section(
                    "8",
                    Section::new().section("Nested", Section::new().list("Tuple", ["1", "x"])),
                ),
            ),
        )
        .section(
            "maps",
            Section::new().section("a", Section::new().key("1", "x")),
        )
        .section(
            "children",
            Section::new().section("net", Section::new().list("trees", [""; 0])),
        );
    let maps = Message::new()
        .section("texts", Section::new().key("a", "no"))
        .section("numbers", Section::new().key("-1", 255))
        .section("bools", Section::new().list("yes", ["1", "FALSE"]))
        .section("letters", Section::new().key("x", "y"))
        .section("addresses", Section::new().key("10.0.0.1", "::1"))
        .section(
            "choices",
            Section::new().section("yes", Section::new().key("", "x")),
        );
    let flat = Message::new()
        .key("name", "x")
        .key("bytes_in", 84)
        .key("encap", true)
        .section("untagged", Section::new().list("a", ["b"]).key("c", "d"))
        .section(
            "tagged",
            Section::new().key("type", "Psk").key("secret", "s"),
        )
        .section(
            "adjacent",
            Section::new().key("value", "v").key("type", "Text"),
        );
    let odd = Message::new()
        .list("holes", ["1"])
        .key("hole", 2)
        .section("values", Section::new().key("3", "x"))
        .list("lists", [""; 0])
        .list("mixed", ["Unit", "Unit"]);
    [
        ("tree", tree),
        ("leaf", leaf()),
        ("maps", maps),
        ("flat", flat),
        ("odd", odd),
    ]
}

fn frames(file: &str) -> Result<Vec<Frame>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vici-types/tests/frames");
    let mut frames = Vec::new();
    for line in fs::read_to_string(folder.join(file))?.lines() {
        let line: Value = serde_json::from_str(line)?;
        let field = |name: &str| line[name].as_str().unwrap_or_default();
        if field("source").starts_with("lab:") {
            frames.push(Frame {
                name: field("name").to_owned(),
                message: STANDARD.decode(field("base64"))?,
            });
        }
    }
    Ok(frames)
}

/// The message of this name with the most elements, of at most so many bytes; empty if there is none.
fn richest<'a>(frames: &'a [Frame], name: &str, limit: usize) -> &'a [u8] {
    let messages = frames.iter().filter(|frame| frame.name == name);
    messages
        .map(|frame| frame.message.as_slice())
        .filter(|message| message.len() <= limit)
        .max_by_key(|message| Reading::new(message).tokens.len())
        .unwrap_or_default()
}

/// Bytes in no order, the same at every run.
fn noise(seed: u32) -> Vec<u8> {
    let mut state = seed;
    let bytes = (0..600).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    });
    bytes.collect()
}

fn write(target: &str, name: &str, seed: &[u8]) -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(name), seed)?;
    Ok(())
}
