//! Checks of commands, streams and what they carry.

use vici_client::proto::Packet;
use vici_client::{Client, Error};
use vici_serde::{Message, to_vec};
use vici_types::{
    Conn, ConnAuth, ConnChild, EVENTS, GetConns, ListConns, LoadConn, UnloadConn, Version,
};

use super::raw::{Came, Raw};
use super::{Check, NAME, Place};

pub(super) const CHECKS: &[Check] = &[
    (
        "the version is that of a daemon",
        the_version_is_that_of_a_daemon,
    ),
    (
        "every event can be registered",
        every_event_can_be_registered,
    ),
    (
        "a connection is read back as it was loaded",
        a_connection_is_read_back_as_it_was_loaded,
    ),
    (
        "items come before the response, as often as they are registered",
        items_come_before_the_response,
    ),
    ("what is refused says why", what_is_refused_says_why),
    (
        "what is malformed is refused, and the connection goes on",
        what_is_malformed_is_refused,
    ),
    (
        "the end of a message ends what is open",
        the_end_of_a_message_ends_what_is_open,
    ),
];

fn text(error: Error) -> String {
    error.to_string()
}

fn ensure(holds: bool, what: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

fn the_version_is_that_of_a_daemon(place: &Place<'_>) -> Result<(), String> {
    let version = place.client()?.call(&Version::new()).map_err(text)?;
    ensure(!version.daemon.is_empty(), "it has no `daemon`")?;
    ensure(!version.version.is_empty(), "it has no `version`")
}

fn every_event_can_be_registered(place: &Place<'_>) -> Result<(), String> {
    let mut client = place.client()?;
    // That one is of 6.0.3.
    for event in EVENTS.iter().filter(|event| **event != "alert") {
        client.subscribe_raw(event).map_err(text)?;
    }
    Ok(())
}

fn load(client: &mut Client) -> Result<(), String> {
    let conn = Conn::new()
        .remote_addrs(["192.0.2.1"])
        .local(ConnAuth::new().auth("psk").id("carol"))
        .child("net", ConnChild::new().remote_ts(["10.1.0.0/16"]));
    client.call(&LoadConn::new(NAME, conn)).map_err(text)?;
    Ok(())
}

fn unload(client: &mut Client) -> Result<(), String> {
    client.call(&UnloadConn::new(NAME)).map_err(text)?;
    Ok(())
}

/// Does something with the connection loaded.
fn with_loaded(
    place: &Place<'_>,
    check: impl FnOnce(&mut Client) -> Result<(), String>,
) -> Result<(), String> {
    let mut client = place.client()?;
    load(&mut client)?;
    let result = check(&mut client);
    unload(&mut client)?;
    result
}

fn a_connection_is_read_back_as_it_was_loaded(place: &Place<'_>) -> Result<(), String> {
    with_loaded(place, |client| {
        let names = client.call(&GetConns::new()).map_err(text)?.conns;
        ensure(names.iter().any(|name| name == NAME), "get-conns lacks it")?;
        let mut conns = client.stream(&ListConns::new().ike(NAME)).map_err(text)?;
        let listed = conns.next().ok_or("list-conns lacks it")?.map_err(text)?;
        ensure(conns.next().is_none(), "list-conns lists more than it")?;
        ensure(listed.conn.remote_addrs.len() == 1, "an address is missing")?;
        let child = listed
            .conn
            .children
            .get("net")
            .ok_or("its child is missing")?;
        ensure(child.remote_ts.len() == 1, "a selector is missing")
    })?;
    let names = place.client()?.call(&GetConns::new()).map_err(text)?.conns;
    ensure(
        !names.iter().any(|name| name == NAME),
        "it can't be unloaded",
    )
}

fn items_come_before_the_response(place: &Place<'_>) -> Result<(), String> {
    with_loaded(place, |_| {
        let mut raw = Raw::connect(place)?;
        let message =
            to_vec(&Message::new().key("ike", NAME)).map_err(|error| error.to_string())?;
        for count in 0..3 {
            let name = "list-conns";
            let message = &message;
            raw.send(Packet::CommandRequest { name, message })?;
            for _ in 0..count {
                raw.expect(&Came::Event("list-conn".to_owned()))?;
            }
            raw.expect(&Came::Response(Message::new()))?;
            let name = "list-conn";
            raw.ask(Packet::EventRegister { name }, &Came::Confirm)?;
        }
        Ok(())
    })
}

fn what_is_refused_says_why(place: &Place<'_>) -> Result<(), String> {
    let mut client = place.client()?;
    match client.call(&UnloadConn::new("vici-conformance-nothing")) {
        Err(Error::CommandFailed { errmsg, .. }) => ensure(
            errmsg.is_some_and(|reason| !reason.is_empty()),
            "no `errmsg`",
        ),
        Err(error) => Err(text(error)),
        Ok(_) => Err("what is not there was unloaded".to_owned()),
    }
}

fn what_is_malformed_is_refused(place: &Place<'_>) -> Result<(), String> {
    let mut raw = Raw::connect(place)?;
    let name = "load-conn";
    for message in [
        // A value that is cut off.
        &b"\x01\x01a\x03\x07version\x00\x052"[..],
        // A name that is not printable.
        b"\x01\x02a\xc3\x02",
        // An element of no known type.
        b"\x09",
    ] {
        raw.send(Packet::CommandRequest { name, message })?;
        match raw.read()? {
            Came::Response(message) => {
                let refused = message
                    .get::<String>("success")
                    .is_ok_and(|said| said == "no");
                ensure(refused, "it was not refused")?;
            }
            came => return Err(format!("{came:?} came")),
        }
    }
    raw.is_alive()
}

fn the_end_of_a_message_ends_what_is_open(place: &Place<'_>) -> Result<(), String> {
    let mut raw = Raw::connect(place)?;
    let mut message = vec![1, 16];
    message.extend_from_slice(NAME.as_bytes());
    message.extend_from_slice(b"\x03\x07version\x00\x012");
    let (name, message) = ("load-conn", &message[..]);
    let success = Came::Response(Message::new().key("success", true));
    raw.ask(Packet::CommandRequest { name, message }, &success)?;
    unload(&mut place.client()?)
}
