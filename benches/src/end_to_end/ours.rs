//! What our client does.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use serde::{Deserialize, Serialize};
use vici_client::proto::{Outcome, Session};
use vici_client::{Client, Message};
use vici_types::{Empty, Entry, Event, ListSas, Request, StreamingCommand};

use super::{Failure, Way};
use crate::owned::Ike;

pub(super) const EVENTS: [Way; 5] = [
    ("vici, ListSa", typed_events),
    ("vici, five borrowed keys", borrowed_events),
    ("vici, own structs", own_events),
    ("vici, Message", raw_events),
    ("vici, core only", undecoded_events),
];

pub(super) const CALLS: [Way; 2] = [("vici, typed", typed_calls), ("vici, Message", raw_calls)];

fn connect(socket: &str) -> Result<Client<UnixStream>, Failure> {
    Ok(Client::new(UnixStream::connect(socket)?))
}

fn typed_events(socket: &str, _: usize) -> Result<usize, Failure> {
    stream(socket, &ListSas::default())
}

/// The command with structs of our own, the ones that the others decode into.
#[derive(Serialize)]
struct OwnListSas {}

#[derive(Deserialize)]
#[serde(transparent)]
struct OwnListSa(#[expect(dead_code, reason = "it is only decoded")] BTreeMap<String, Ike<String>>);

impl Request for OwnListSas {
    const NAME: &'static str = "list-sas";

    type Response = Empty;
}

impl StreamingCommand for OwnListSas {
    type Event = OwnListSa;
}

impl Event for OwnListSa {
    const NAME: &'static str = "list-sa";
}

fn own_events(socket: &str, _: usize) -> Result<usize, Failure> {
    stream(socket, &OwnListSas {})
}

fn stream<R: StreamingCommand>(socket: &str, request: &R) -> Result<usize, Failure> {
    let mut client = connect(socket)?;
    let mut events = client.stream(request)?;
    let mut count = 0;
    for event in &mut events {
        black_box(&event?);
        count += 1;
    }
    events.finish()?;
    Ok(count)
}

/// What an exporter may want of an SA.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "it is only decoded")]
struct Few<'a> {
    uniqueid: u32,
    version: u8,
    state: &'a str,
    remote_host: Option<&'a str>,
    established: Option<u64>,
}

fn borrowed_events(socket: &str, _: usize) -> Result<usize, Failure> {
    let mut client = connect(socket)?;
    let mut events = client.stream(&ListSas::new())?;
    let mut count = 0;
    while let Some(event) = events.next_as::<Entry<Few<'_>>>() {
        black_box(&event?);
        count += 1;
    }
    events.finish()?;
    Ok(count)
}

fn raw_events(socket: &str, _: usize) -> Result<usize, Failure> {
    let mut client = connect(socket)?;
    let mut events = client.stream_raw("list-sas", "list-sa", &Message::new())?;
    let mut count = 0;
    for event in &mut events {
        black_box(&event?);
        count += 1;
    }
    events.finish()?;
    Ok(count)
}

/// A driver of the core, to which messages are bytes.
fn undecoded_events(socket: &str, _: usize) -> Result<usize, Failure> {
    let mut stream = UnixStream::connect(socket)?;
    let mut session = Session::new();
    session.stream("list-sas", "list-sa", &[])?;
    let mut count = 0;
    loop {
        while let Some(reply) = session.poll()? {
            match reply.outcome {
                Outcome::Item => {
                    black_box(session.message(&reply));
                    count += 1;
                }
                _ => return Ok(count),
            }
        }
        while !session.transmit().is_empty() {
            let written = stream.write(session.transmit())?;
            session.sent(written);
        }
        let read = stream.read(session.buffer())?;
        if read == 0 {
            return Err("the server has ended".into());
        }
        session.advance(read);
    }
}

fn typed_calls(socket: &str, calls: usize) -> Result<usize, Failure> {
    let mut client = connect(socket)?;
    for _ in 0..calls {
        black_box(&client.call(&vici_types::Version::default())?);
    }
    Ok(calls)
}

fn raw_calls(socket: &str, calls: usize) -> Result<usize, Failure> {
    let mut client = connect(socket)?;
    for _ in 0..calls {
        black_box(&client.call_raw("version", &Message::new())?);
    }
    Ok(calls)
}
