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
use vici_client::vici_types::{
    Conn, GetCounters, IkeVersion, Initiate, ListSas, LoadConn, LoadToken, Version,
};
use vici_client::{Client, Config, Error, Message};

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

/// Secrets have no keys of their own name in the protocol, so that they stand here.
#[test]
fn every_secret_has_its_place_in_rust() {
    let page = page("swanctl_conf.md");
    let kinds = [
        ("ike eap xauth ntlm ppk", "secret id<suffix>"),
        ("private rsa ecdsa pkcs8 pkcs12", "file secret"),
        ("token", "handle slot module pin"),
    ];
    for (kinds, keys) in kinds {
        for kind in kinds.split(' ') {
            for key in keys.split(' ') {
                let option = format!("`secrets.{kind}<suffix>.{key}`");
                assert_eq!(page.matches(&option).count(), 1, "{option}");
            }
        }
    }
}

/// The page has the texts of these errors, and no others.
#[test]
fn the_page_of_errors_has_their_texts() {
    let page = page("errors.md");
    let blocks = page.split("```text\n").skip(1);
    let mut told: Vec<&str> = blocks
        .map(|block| block.split_once("\n```").unwrap().0)
        .collect();
    let mut real = [
        errors_of_connecting(),
        errors_of_calls(),
        errors_of_answers(),
    ]
    .concat();
    told.sort();
    real.sort();
    assert_eq!(told, real);
}

/// With the path of this test replaced by the usual one.
fn errors_of_connecting() -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("charon.vici");
    let uri = format!("unix://{}", socket.display());
    let connect = || Client::connect_uri(&uri).map(|_| ()).unwrap_err();
    let missing = connect();
    drop(UnixListener::bind(&socket).unwrap());
    let refused = connect();
    // Root may open everything, so that the kernel's error is made here.
    let denied = Error::connect(&uri, std::io::Error::from_raw_os_error(13));
    let listener = UnixListener::bind(dir.path().join("full.vici")).unwrap();
    rustix::net::listen(&listener, 0).unwrap();
    let config = Config::new().address(dir.path().join("full.vici"));
    let config = config.connect_limit(Duration::from_millis(5));
    let mut waiting = Vec::new();
    let full = loop {
        match config.connect() {
            Ok(client) => waiting.push(client),
            Err(error) => break error,
        }
    };
    let none = Client::connect_uri("charon.vici").map(|_| ()).unwrap_err();
    [missing, refused, denied, full, none]
        .map(|error| {
            let text = error.to_string().replace("full.vici", "charon.vici");
            text.replace(&socket.display().to_string(), "/run/charon.vici")
        })
        .into()
}

/// A client whose peer answers each request with the next of these packets.
fn answered_by(answers: Vec<Vec<u8>>) -> Client<UnixStream> {
    let (ours, mut peer) = UnixStream::pair().unwrap();
    std::thread::spawn(move || {
        let mut reader = FrameReader::new();
        let mut answers = answers.into_iter();
        while let Ok(count @ 1..) = peer.read(reader.buffer()) {
            reader.advance(count);
            while let Ok(Some(frame)) = reader.next_frame() {
                let fence = "vici-client-fence";
                let answer = match Packet::decode(frame).unwrap() {
                    Some(Packet::EventUnregister { name }) if name == fence => {
                        Some(packet(&Packet::EventUnknown))
                    }
                    _ => answers.next(),
                };
                let Some(answer) = answer else { return };
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

fn errors_of_calls() -> Vec<String> {
    let mut client = answered_by(vec![b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()]);
    let wrong = client.call(&Version::new()).unwrap_err();

    // What real daemons say; the tests against those hold that they do.
    let mut client = answered_by(vec![
        packet(&Packet::CommandUnknown),
        packet(&Packet::EventUnknown),
        refusal("no counters available (plugin missing?)"),
        refusal("unknown option: frobnicate, config discarded"),
        refusal("invalid value for: proposals, config discarded"),
        refusal("CHILD_SA 'net' not established after 1000ms"),
    ]);
    let mut errors = vec![
        wrong,
        client.call(&LoadToken::new("4d4f")).unwrap_err(),
        client.subscribe_raw("alert").unwrap_err(),
        client.call(&GetCounters::new()).unwrap_err(),
    ];
    let conn = Conn::new().version(IkeVersion::from("3"));
    errors.push(client.call(&LoadConn::new("home", conn)).unwrap_err());
    for _ in 0..2 {
        let refused = client.call(&LoadConn::new("home", Conn::new()));
        errors.push(refused.unwrap_err());
    }
    let late = client.call(&Initiate::new().ike("home").child("net"));
    errors.push(late.unwrap_err());
    errors.iter().map(ToString::to_string).collect()
}

fn errors_of_answers() -> Vec<String> {
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
    let unfit = stream.next().unwrap().unwrap_err();
    drop(stream);

    let (ours, peer) = UnixStream::pair().unwrap();
    let mut client = Client::new(ours);
    client.set_timeout(Some(Duration::from_millis(1))).unwrap();
    let late = client.call(&Version::new()).unwrap_err();
    drop(peer);
    assert!(client.call(&Version::new()).unwrap_err().is_closed());
    let closed = client.call(&Version::new()).unwrap_err();
    [unfit, late, closed].map(|error| error.to_string()).into()
}

#[test]
fn the_names_of_packets_find_them_in_the_docs() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/proto/packet.rs");
    let source = fs::read_to_string(source).unwrap();
    for (name, variant) in [
        ("CMD_REQUEST", "CommandRequest {"),
        ("CMD_RESPONSE", "CommandResponse {"),
        ("CMD_UNKNOWN", "CommandUnknown,"),
        ("EVENT_REGISTER", "EventRegister {"),
        ("EVENT_UNREGISTER", "EventUnregister {"),
        ("EVENT_CONFIRM", "EventConfirm,"),
        ("EVENT_UNKNOWN", "EventUnknown,"),
        ("EVENT", "Event {"),
    ] {
        let alias = format!("#[doc(alias = \"{name}\")]\n    {variant}");
        assert!(source.contains(&alias), "{name}");
    }
}
