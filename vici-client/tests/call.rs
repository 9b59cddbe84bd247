//! Calls: what is sent, what comes back, what is refused before a byte is written.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

mod support;

use std::collections::BTreeMap;
use std::thread;

use serde_derive::Serialize;
use support::{Done, OK, Ping, REFUSE, Replay, Sent, converse, frame, pong};
use vici_client::proto::Packet;
use vici_client::vici_types::{Command, Request};
use vici_client::{Client, Error, Message, Result};

fn response(message: &[u8]) -> Vec<u8> {
    frame(Packet::CommandResponse { message })
}

fn call_answered(answer: Vec<u8>) -> (Client<Replay>, Result<u32>) {
    let mut client = Client::new(Replay::new([answer, frame(pong(9))]));
    let result = client.call(&Ping::default()).map(|pong| pong.number);
    (client, result)
}

#[test]
fn call_decodes_the_response() {
    let (client, result) = call_answered(frame(pong(4)));
    assert_eq!(result.unwrap(), 4);
    assert_eq!(
        client.get_ref().sent(),
        [Sent::Request("ping".into(), vec![])]
    );
}

#[test]
fn success_no_is_an_error_with_the_whole_response() {
    let answer =
        response(b"\x03\x07success\x00\x02no\x03\x06errmsg\x00\x04busy\x03\x02id\x00\x017");
    let (mut client, result) = call_answered(answer);
    let error = result.unwrap_err();
    assert_eq!(error.to_string(), "`ping` failed: busy");
    let Error::CommandFailed {
        name,
        errmsg,
        response,
        ..
    } = error
    else {
        panic!("{error:?}");
    };
    assert_eq!(name, "ping");
    assert_eq!(errmsg.as_deref(), Some("busy"));
    assert_eq!(response.get::<u8>("id").unwrap(), 7);
    assert_eq!(client.call(&Ping::default()).unwrap().number, 9);
}

#[test]
fn errmsg_may_be_missing() {
    let (_, result) = call_answered(response(b"\x03\x07success\x00\x02no"));
    let error = result.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`ping` failed: the daemon gave no reason"
    );
    assert!(matches!(error, Error::CommandFailed { errmsg: None, .. }));
}

#[test]
fn only_a_root_key_named_success_counts() {
    let inner = b"\x01\x01a\x03\x07success\x00\x02no\x02\x04\x07success\x05\x00\x02no\x06\x03\x06number\x00\x013";
    let (_, result) = call_answered(response(inner));
    assert_eq!(result.unwrap(), 3);
}

#[test]
fn unknown_command_is_an_error_with_its_name() {
    let (mut client, result) = call_answered(frame(Packet::CommandUnknown));
    let error = result.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the daemon does not know the command `ping`"
    );
    assert!(matches!(error, Error::UnknownCommand { name, .. } if name == "ping"));
    assert_eq!(client.call(&Ping::default()).unwrap().number, 9);
}

#[test]
fn undecodable_response_is_an_error_with_its_bytes_and_the_connection_goes_on() {
    let bad = b"\x03\x06number\x00\x01x";
    let (mut client, result) = call_answered(response(bad));
    let error = result.unwrap_err();
    assert_eq!(
        error.to_string(),
        "ping: number: invalid number: invalid digit found in string (at byte 10)"
    );
    assert!(std::error::Error::source(&error).is_some());
    assert!(matches!(error, Error::Decode { raw, .. } if *raw == *bad));
    assert_eq!(client.call(&Ping::default()).unwrap().number, 9);
}

#[test]
fn raw_calls_tell_failures_too() {
    let mut client = Client::new(Replay::new([
        response(b"\x03\x01a\x00\x01b"),
        response(b"\x03\x07success\x00\x02no"),
    ]));
    let answer = client.call_raw("any", &Message::new()).unwrap();
    assert_eq!(answer.get::<String>("a").unwrap(), "b");
    let error = client.call_raw("any", &Message::new()).unwrap_err();
    assert!(matches!(error, Error::CommandFailed { name, .. } if name == "any"));
}

/// Sends any names and values.
#[derive(Serialize)]
struct Names(BTreeMap<String, BTreeMap<String, String>>);

impl Request for Names {
    const NAME: &'static str = "names";
    type Response = Done;
}

impl Command for Names {}

#[test]
fn what_the_daemon_can_not_read_is_refused_before_a_byte_is_written() {
    let mut client = Client::new(Replay::new([frame(OK)]));

    let error = client
        .call(&Ping {
            wrong: true,
            ..Ping::default()
        })
        .unwrap_err();
    assert_eq!(error.to_string(), "`ping` was not sent: wrong: is set");

    let section = BTreeMap::from([("gr\u{fc}n".to_owned(), "x".to_owned())]);
    let names = Names(BTreeMap::from([("home".to_owned(), section)]));
    let error = client.call(&names).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`names` was not sent: home.gr\u{fc}n: the daemon can't read a name that is not printable \
         ASCII"
    );
    let names = Names(BTreeMap::from([("a\nb".to_owned(), BTreeMap::new())]));
    let error = client.call(&names).unwrap_err();
    assert!(
        matches!(&error, Error::InvalidRequest { error, .. } if *error.path() == ["a\nb"].into())
    );

    let error = client.call_raw("gr\u{fc}n", &Message::new()).unwrap_err();
    assert!(matches!(error, Error::InvalidRequest { .. }), "{error}");
    let error = client
        .call_raw(&"x".repeat(256), &Message::new())
        .unwrap_err();
    assert_eq!(
        error.to_string().split_once(": ").unwrap().1,
        "a name of 256 bytes is over the limit of 255"
    );

    assert!(client.get_ref().writes.is_empty());
    client.call(&Names(BTreeMap::new())).unwrap();
}

#[test]
fn a_frame_over_the_limit_is_refused_and_one_of_the_limit_is_sent() {
    // 6 bytes of type and name, 9 and 1 of the list, 3 of each item.
    let padding = |last: usize| Ping {
        padding: (0..8)
            .map(|n| "x".repeat(if n < 7 { 65_535 } else { last }))
            .collect(),
        ..Ping::default()
    };
    let room = 524_288 - 6 - 10 - 8 * 3 - 7 * 65_535;
    let mut client = Client::new(Replay::new([frame(pong(1))]));
    let error = client.call(&padding(room + 1)).unwrap_err();
    assert!(matches!(error, Error::Encode { .. }), "{error}");
    assert!(client.get_ref().writes.is_empty());

    client.call(&padding(room)).unwrap();
    assert_eq!(client.get_ref().writes.len(), 1);
    assert_eq!(client.get_ref().writes[0].len(), 4 + 524_288);
}

#[test]
fn one_write_per_request() {
    let mut client = Client::new(Replay::new([frame(pong(1)), frame(pong(2))]));
    client.call(&Ping::default()).unwrap();
    client.call(&Ping::default()).unwrap();
    assert_eq!(client.get_ref().writes.len(), 2);
}

#[test]
fn an_event_that_can_not_be_asked_for_is_refused() {
    let mut client = Client::new(Replay::new([frame(REFUSE)]));
    let error = client.subscribe_raw("\u{e4}").unwrap_err();
    assert!(matches!(error, Error::InvalidRequest { .. }), "{error}");
    assert!(client.get_ref().writes.is_empty());
}

#[test]
fn client_moves_between_threads() {
    fn assert_send<T: Send>() {}
    assert_send::<Client>();
    assert_send::<vici_client::ShutdownHandle>();
    assert_send::<Error>();

    converse(
        |daemon| {
            daemon.expect_request("ping");
            daemon.send(pong(5));
        },
        |mut client| {
            thread::scope(|scope| {
                let number = scope.spawn(move || client.call(&Ping::default()).unwrap().number);
                assert_eq!(number.join().unwrap(), 5);
            });
        },
    );
}

#[test]
fn a_refusal_says_whether_there_is_no_such_thing() {
    let refused = |errmsg: &str| {
        let mut answer = b"\x03\x07success\x00\x02no\x03\x06errmsg\x00".to_vec();
        answer.push(u8::try_from(errmsg.len()).unwrap());
        answer.extend_from_slice(errmsg.as_bytes());
        let answer = frame(Packet::CommandResponse { message: &answer });
        let error = Client::new(Replay::new([answer]))
            .call(&Ping::default())
            .unwrap_err();
        assert!(error.is_refused() && !error.is_closed(), "{error:?}");
        error.is_not_found()
    };
    for errmsg in [
        "unload: connection 'home' not found",
        "unload: authority 'home' not found",
        "CHILD_SA config 'home' not found",
        "IKE_SA config 'home' not found",
        "policy 'home' not found",
        "configuration name not found",
        "home not found",
        "key not found",
        "no matching SAs to terminate found",
        "no matching SAs to rekey found",
        "no matching SAs to redirect found",
        "no counters found for this connection",
    ] {
        assert!(refused(errmsg), "{errmsg}");
    }
    for errmsg in [
        "no counters available (plugin missing?)",
        "missing terminate selector",
        "CHILD_SA 'not found' not established after 1000ms",
        "",
    ] {
        assert!(!refused(errmsg), "{errmsg}");
    }
    assert!(!Error::Timeout.is_refused());
    assert!(!Error::Closed.is_not_found());
}
