//! The scripted daemon does what it is told.

use std::thread;
use std::time::Duration;

use vici_client::vici_serde::to_vec;
use vici_client::{Client, Error, Message};
use vici_testing::{Answer, Gate, ScriptedDaemon};
use vici_types::{
    Alert, AnyEvent, Conn, ControlLog, Event, IkeUpdown, Initiate, ListConn, ListConns, LoadConn,
    Stats, UnloadConn, Version, VersionResponse,
};

use crate::PATIENCE;

fn start() -> (ScriptedDaemon, Client) {
    let daemon = ScriptedDaemon::new();
    let mut client = daemon.connect().unwrap();
    client.set_timeout(Some(PATIENCE)).unwrap();
    (daemon, client)
}

fn version(text: &str) -> Answer<Version> {
    let mut version = VersionResponse::default();
    text.clone_into(&mut version.version);
    Answer::new().respond(&version)
}

#[test]
fn answers_of_one_call_come_before_those_of_all() {
    let (daemon, mut client) = start();
    daemon.always(version("always"));
    daemon.once(version("first"));
    daemon.once(version("second"));
    for expected in ["first", "second", "always", "always"] {
        assert_eq!(client.call(&Version::new()).unwrap().version, expected);
    }
    daemon.always(version("changed"));
    assert_eq!(client.call(&Version::new()).unwrap().version, "changed");
}

#[test]
fn what_has_no_answer_is_unknown_and_remembered() {
    let (daemon, mut client) = start();
    let error = client.call(&Stats::new()).unwrap_err();
    assert!(matches!(error, Error::UnknownCommand { name, .. } if name == "stats"));
    assert_eq!(daemon.commands(), ["stats"]);
    daemon.forget();
    assert!(daemon.received().is_empty());
}

#[test]
fn requests_come_back_with_their_types() {
    let (daemon, mut client) = start();
    daemon.always(Answer::<LoadConn>::new());
    daemon.on(|request: &UnloadConn| match request.name.as_str() {
        Some("home") => Answer::new(),
        _ => Answer::new().fail(&format!("unload: connection '{}' not found", request.name)),
    });
    let home = LoadConn::new("home", Conn::new().remote_addrs(["192.0.2.1"]));
    client.call(&home).unwrap();
    client.call(&UnloadConn::new("home")).unwrap();
    let mut other = daemon.connect().unwrap();
    let error = other.call(&UnloadConn::new("work")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`unload-conn` failed: unload: connection 'work' not found"
    );
    assert_eq!(daemon.requests::<LoadConn>(), [home]);
    let unloaded = daemon.requests::<UnloadConn>();
    assert_eq!(unloaded, [UnloadConn::new("home"), UnloadConn::new("work")]);
    let connections = daemon.received().into_iter().map(|call| call.connection);
    assert_eq!(connections.collect::<Vec<_>>(), [1, 1, 2]);
}

#[test]
fn request_that_does_not_fit_is_refused_and_shown() {
    let (daemon, mut client) = start();
    daemon.on(|_: &UnloadConn| Answer::new());
    let wrong = Message::new().list("name", ["home"]);
    let error = client.call_raw("unload-conn", &wrong).unwrap_err();
    assert!(error.to_string().contains("name: "), "{error}");
    let shown = thread::scope(|scope| {
        let daemon = &daemon;
        scope
            .spawn(|| daemon.requests::<UnloadConn>())
            .join()
            .unwrap_err()
    });
    let text = shown.downcast_ref::<String>().unwrap();
    assert!(text.starts_with("unload-conn: name: "), "{text}");
}

#[test]
fn events_are_streamed_and_raised_before_the_end() {
    let (daemon, mut client) = start();
    let conns = ["a", "b"].map(|name| {
        let mut conn = ListConn::default();
        conn.name = name.into();
        conn
    });
    let answer = Answer::<ListConns>::new()
        .stream(conns.clone())
        .raise(&IkeUpdown::default())
        .stream_raw("list-conn", &Message::new().section("c", Message::new()))
        .respond(&Default::default());
    daemon.always(answer);
    client.subscribe::<IkeUpdown>().unwrap();
    let mut stream = client.stream(&ListConns::new()).unwrap();
    for conn in conns {
        assert_eq!(stream.next().unwrap().unwrap(), conn);
    }
    // The third does not fit its type, and is an error of its own.
    assert!(matches!(stream.next(), Some(Err(Error::Decode { .. }))));
    assert!(stream.next().is_none());
    stream.finish().unwrap();
    assert!(
        client
            .next_event(Some(PATIENCE))
            .unwrap()
            .unwrap()
            .is::<IkeUpdown>()
    );
}

#[test]
fn any_event_is_decoded_as_what_it_is() {
    let (daemon, mut client) = start();
    let server = daemon.server();
    client.subscribe::<IkeUpdown>().unwrap();
    let updown = IkeUpdown::default();
    assert_eq!(server.raise(&updown).unwrap(), 1);
    let wrong = Message::new().key("up", "yes");
    assert_eq!(server.raise_raw("ike-updown", &wrong).unwrap(), 1);
    let mut next = || client.next_event(Some(PATIENCE)).unwrap().unwrap();
    let event = next();
    assert_eq!(event.decode_any().unwrap(), Some(AnyEvent::from(updown)));
    match next().decode_any().unwrap_err() {
        Error::Decode { name, raw, .. } => {
            assert_eq!(name, "ike-updown");
            assert_eq!(*raw, *to_vec(&wrong).unwrap());
        }
        other => panic!("{other}"),
    }

    daemon.add_event::<Own>();
    client.subscribe::<Own>().unwrap();
    assert_eq!(server.raise(&Own {}).unwrap(), 1);
    let event = client.next_event(Some(PATIENCE)).unwrap().unwrap();
    assert_eq!(event.decode_any().unwrap(), None);
    assert!(event.decode::<Own>().is_ok());
}

/// An event of a plugin that the types do not know.
#[derive(Debug, serde_derive::Serialize, serde_derive::Deserialize)]
struct Own {}

impl Event for Own {
    const NAME: &'static str = "own";
}

#[test]
fn gate_holds_an_answer_back_until_it_is_opened() {
    let (daemon, mut client) = start();
    let gate = Gate::new();
    let mut line = ControlLog::default();
    line.msg = "initiating".into();
    let answer = Answer::<Initiate>::new()
        .stream([line.clone()])
        .hold(&gate)
        .fail("establishing CHILD_SA 'net' failed");
    daemon.once(answer);
    daemon.always(version("5.9.8"));
    assert!(!gate.wait(Duration::ZERO));
    thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let mut stream = client.stream(&Initiate::new().child("net")).unwrap();
            assert_eq!(stream.next().unwrap().unwrap(), line);
            stream.finish().map(|_| ())
        });
        assert!(gate.wait(PATIENCE));
        assert!(daemon.wait_for::<Initiate>(1, PATIENCE));
        // Others are served meanwhile.
        let mut other = daemon.connect().unwrap();
        assert!(other.call(&Version::new()).is_ok());
        assert!(!waiting.is_finished());
        gate.open();
        let error = waiting.join().unwrap().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`initiate` failed: establishing CHILD_SA 'net' failed"
        );
    });
}

#[test]
fn dropping_the_daemon_opens_its_gates() {
    let (daemon, mut client) = start();
    let gate = Gate::new();
    let inner = gate.clone();
    daemon.on(move |_: &Version| Answer::new().hold(&inner));
    thread::scope(|scope| {
        let waiting = scope.spawn(|| client.call(&Version::new()));
        assert!(gate.wait(PATIENCE));
        drop(daemon);
        assert!(waiting.join().unwrap().unwrap_err().is_closed());
    });
}

#[test]
fn client_that_waits_too_long_goes_on_afterwards() {
    let (daemon, mut client) = start();
    let gate = Gate::new();
    daemon.once(version("late").hold(&gate));
    daemon.always(version("in time"));
    client.set_timeout(Some(Duration::from_millis(20))).unwrap();
    assert!(client.call(&Version::new()).unwrap_err().is_timeout());
    gate.open();
    client.set_timeout(Some(PATIENCE)).unwrap();
    assert_eq!(client.call(&Version::new()).unwrap().version, "in time");
}

#[test]
fn answers_may_be_missing_broken_or_the_end() {
    let (daemon, mut client) = start();
    daemon.once(Answer::<Version>::new().silence());
    daemon.once(Answer::<Version>::new().unknown());
    daemon.once(Answer::<Version>::new().respond_raw(&Message::new().key("daemon", "x")));
    client.set_timeout(Some(Duration::from_millis(20))).unwrap();
    assert!(client.call(&Version::new()).unwrap_err().is_timeout());
    client.set_timeout(Some(PATIENCE)).unwrap();
    let error = client.call(&Version::new()).unwrap_err();
    assert!(matches!(error, Error::UnknownCommand { .. }), "{error}");
    let error = client.call(&Version::new()).unwrap_err();
    assert!(matches!(error, Error::Decode { .. }), "{error}");

    // A frame of five bytes of which two come, then the end.
    daemon.once(
        Answer::<Version>::new()
            .bytes(*b"\0\0\0\x05\x01\x03")
            .close(),
    );
    let error = client.call(&Version::new()).unwrap_err();
    assert!(error.is_closed(), "{error}");
    // A length that no daemon sends.
    let mut client = daemon.connect().unwrap();
    daemon.once(
        Answer::<Version>::new()
            .bytes(*b"\xff\xff\xff\xff")
            .silence(),
    );
    let error = client.call(&Version::new()).unwrap_err();
    assert!(matches!(error, Error::Protocol(_)), "{error}");
}

#[test]
fn events_are_those_of_the_daemon_unless_told_otherwise() {
    let (daemon, mut client) = start();
    client.subscribe::<Alert>().unwrap();
    assert!(client.subscribe::<Own>().is_err());
    daemon.add_event::<Own>();
    client.subscribe::<Own>().unwrap();
    daemon.remove_event::<IkeUpdown>();
    let error = client.subscribe::<IkeUpdown>().unwrap_err();
    assert!(matches!(error, Error::UnknownEvent { .. }), "{error}");
}

#[test]
fn secrets_are_not_shown() {
    let (daemon, mut client) = start();
    let secret = vici_types::LoadShared::new("IKE", "swordfish");
    daemon.always(Answer::<vici_types::LoadShared>::new());
    client.call(&secret).unwrap();
    let shown = format!("{daemon:?} {:?}", daemon.received());
    assert!(
        shown.contains("load-shared") && !shown.contains("swordfish"),
        "{shown}"
    );
    assert_eq!(daemon.requests::<vici_types::LoadShared>(), [secret]);
}
