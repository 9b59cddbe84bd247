//! The pages of the guide say what is so.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::time::Duration;

use vici_client::proto::{FrameReader, Packet};
use vici_client::vici_serde::{Section, to_vec};
use vici_client::vici_types::{Conn, IkeVersion, Initiate, ListSas, LoadConn, LoadToken, Version};
use vici_client::{Client, Error, Message};

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name);
    fs::read_to_string(path).unwrap()
}

#[test]
fn every_option_has_its_place_in_rust() {
    let page = page("swanctl_conf.md");
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vici-types/tests/keys.tsv");
    let keys = fs::read_to_string(keys).unwrap();
    let mut options = 0;
    for line in keys.lines() {
        let [side, command, path, kind, ..] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        if side != "request" || kind == "section" {
            continue;
        }
        // The sections that the file calls after the thing itself are called `any` in the list.
        let steps: Vec<&str> = path.split('/').skip(1).collect();
        let option = match (command, steps.as_slice()) {
            ("load-conn", ["children", _, key]) => {
                format!("connections.<conn>.children.<child>.{key}")
            }
            ("load-conn", [_, _, key]) => {
                format!("connections.<conn>.local<suffix>.cert<suffix>.{key}")
            }
            ("load-conn", [_, key]) => format!("connections.<conn>.local<suffix>.{key}"),
            ("load-conn", [key]) => format!("connections.<conn>.{key}"),
            ("load-authority", [key]) => format!("authorities.<name>.{key}"),
            ("load-pool", ["25"]) => "pools.<name>.<number>".to_owned(),
            ("load-pool", [key]) => format!("pools.<name>.{key}"),
            _ => continue,
        };
        assert!(page.contains(&format!("| `{option}` | [`")), "{option}");
        options += 1;
    }
    assert!(options > 100, "{options}");
}

/// The text stands on the page, with the path of this test in place of the usual one.
fn assert_told(page: &str, error: &Error, socket: Option<&Path>) {
    let mut text = error.to_string();
    if let Some(socket) = socket {
        text = text.replace(&socket.display().to_string(), "/run/charon.vici");
    }
    assert!(page.contains(&format!("```text\n{text}\n```")), "{text}");
}

#[test]
fn errors_of_connecting_are_on_the_page() {
    let page = page("errors.md");
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("charon.vici");
    let uri = format!("unix://{}", socket.display());
    let missing = Client::connect_uri(&uri).map(|_| ()).unwrap_err();
    assert_told(&page, &missing, Some(&socket));

    drop(UnixListener::bind(&socket).unwrap());
    let refused = Client::connect_uri(&uri).map(|_| ()).unwrap_err();
    assert_told(&page, &refused, Some(&socket));

    // Root may open everything, so that the kernel's error is made here.
    let denied = Error::Connect {
        address: "/run/charon.vici".to_owned(),
        error: std::io::Error::from_raw_os_error(13),
    };
    assert_told(&page, &denied, None);
}

/// A client whose peer answers each request with the next of these packets.
fn answered_by(answers: Vec<Vec<u8>>) -> Client<UnixStream> {
    let (ours, mut peer) = UnixStream::pair().unwrap();
    std::thread::spawn(move || {
        let mut reader = FrameReader::new();
        let mut answers = answers.into_iter();
        while let Ok(count @ 1..) = peer.read(reader.buffer()) {
            reader.advance(count);
            while let Ok(Some(_)) = reader.next_frame() {
                let Some(answer) = answers.next() else { return };
                peer.write_all(&answer).unwrap();
            }
        }
    });
    Client::new(ours)
}

fn packet(packet: &Packet<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    packet.encode(&mut bytes).unwrap();
    bytes
}

fn refusal(errmsg: &str) -> Vec<u8> {
    let message = to_vec(&Message::new().key("success", false).key("errmsg", errmsg)).unwrap();
    packet(&Packet::CommandResponse { message: &message })
}

#[test]
fn errors_of_calls_are_on_the_page() {
    let page = page("errors.md");

    let mut client = answered_by(vec![b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()]);
    let wrong = client.call(&Version::new()).unwrap_err();
    assert_told(&page, &wrong, None);

    let mut client = answered_by(vec![
        packet(&Packet::CommandUnknown),
        packet(&Packet::EventUnknown),
        refusal("unknown option: frobnicate, config discarded"),
        refusal("invalid value for: proposals, config discarded"),
        refusal("CHILD_SA 'net' not established after 1000ms"),
    ]);
    let unknown = client.call(&LoadToken::new("4d4f")).unwrap_err();
    assert_told(&page, &unknown, None);
    let unknown = client.subscribe_raw("alert").unwrap_err();
    assert_told(&page, &unknown, None);
    let conn = Conn::new().version(IkeVersion::from("3"));
    let invalid = client.call(&LoadConn::new("home", conn)).unwrap_err();
    assert_told(&page, &invalid, None);
    for _ in 0..2 {
        let refused = client
            .call(&LoadConn::new("home", Conn::new()))
            .unwrap_err();
        assert_told(&page, &refused, None);
    }
    let late = client
        .call(&Initiate::new().ike("home").child("net"))
        .unwrap_err();
    assert_told(&page, &late, None);
}

#[test]
fn errors_of_answers_are_on_the_page() {
    let page = page("errors.md");
    let child = Section::new().key("bytes-in", "many");
    let children = Section::new().section("net-1", child);
    let sa = Section::new()
        .key("uniqueid", 1)
        .section("child-sas", children);
    let message = to_vec(&Message::new().section("home", sa)).unwrap();
    let event = packet(&Packet::Event {
        name: "list-sa",
        message: &message,
    });
    let confirm = packet(&Packet::EventConfirm);
    let mut client = answered_by(vec![confirm, event]);
    let mut stream = client.stream(&ListSas::new()).unwrap();
    let error = stream.next().unwrap().unwrap_err();
    assert_told(&page, &error, None);
    drop(stream);

    let (ours, peer) = UnixStream::pair().unwrap();
    let mut client = Client::new(ours);
    client.set_timeout(Some(Duration::from_millis(1))).unwrap();
    assert_told(&page, &client.call(&Version::new()).unwrap_err(), None);
    drop(peer);
    assert!(client.call(&Version::new()).unwrap_err().is_closed());
    assert_told(&page, &client.call(&Version::new()).unwrap_err(), None);
}
