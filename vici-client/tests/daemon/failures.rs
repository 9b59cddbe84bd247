//! What goes wrong, and how it is told.

use std::time::{Duration, Instant};

use vici_client::{Client, Error, Message};
use vici_types::{
    Alert, AlertType, Conn, Event, Initiate, ListConns, LoadConn, Request, StreamingCommand,
    UnloadConn, Version,
};

use crate::charon::{Charon, PATIENCE, each_generation};

each_generation! {
    a_refused_command_is_an_error_with_the_words_of_the_daemon
    an_unknown_command_and_an_unknown_event_are_named
    a_stream_of_an_unknown_command_leaves_no_registration
    an_item_that_does_not_decode_is_an_error_and_the_stream_goes_on
    a_killed_daemon_closes_the_connection
    a_daemon_that_ends_says_so
}

mod over_tcp {
    use super::*;

    each_generation! { of crate::charon::run_tcp;
        a_refused_command_is_an_error_with_the_words_of_the_daemon
        an_item_that_does_not_decode_is_an_error_and_the_stream_goes_on
        a_killed_daemon_closes_the_connection
        a_daemon_that_ends_says_so
    }
}

fn a_refused_command_is_an_error_with_the_words_of_the_daemon(charon: &Charon) {
    let mut client = charon.client();

    let error = client.call(&UnloadConn::new("nobody")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`unload-conn` failed: unload: connection 'nobody' not found"
    );
    match error {
        Error::CommandFailed {
            name,
            errmsg,
            response,
            ..
        } => {
            assert_eq!(name, "unload-conn");
            assert_eq!(
                errmsg.as_deref(),
                Some("unload: connection 'nobody' not found")
            );
            assert!(!response.get::<bool>("success").unwrap());
        }
        other => panic!("{other}"),
    }

    let conn = Conn::new().proposals(["nonsense"]);
    let error = client.call(&LoadConn::new("bad", conn)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`load-conn` failed: invalid value for: proposals, config discarded"
    );

    let error = client
        .call(&Initiate::new().ike("nobody").child("net"))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "`initiate` failed: CHILD_SA config 'net' not found"
    );
    client.call(&Version::default()).unwrap();
}

fn an_unknown_command_and_an_unknown_event_are_named(charon: &Charon) {
    let mut client = charon.client();
    let error = client
        .call_raw("no-such-command", &Message::new())
        .unwrap_err();
    assert!(matches!(&error, Error::UnknownCommand { name, .. } if name == "no-such-command"));
    assert!(error.to_string().contains("no-such-command"), "{error}");
    let error = client.subscribe_raw("no-such-event").unwrap_err();
    assert!(matches!(&error, Error::UnknownEvent { name, .. } if name == "no-such-event"));
    client.call(&Version::default()).unwrap();
}

fn a_stream_of_an_unknown_command_leaves_no_registration(charon: &Charon) {
    let mut client = charon.client();
    client.call(&LoadConn::new("a", Conn::new())).unwrap();
    for _ in 0..3 {
        let stream = client.stream_raw("no-such-command", "list-conn", &Message::new());
        let error = match stream {
            Ok(mut stream) => stream.next().unwrap().unwrap_err(),
            Err(error) => error,
        };
        assert!(matches!(error, Error::UnknownCommand { .. }), "{error}");
    }
    let stream = client.stream(&ListConns::default()).unwrap();
    assert_eq!(stream.filter(|item| item.is_ok()).count(), 1);
}

/// An event that asks for what `list-conn` does not have.
#[derive(Debug, serde_derive::Deserialize)]
struct Wrong {
    #[allow(dead_code, reason = "is never there")]
    nothing: u32,
}

impl Event for Wrong {
    const NAME: &'static str = "list-conn";
}

#[derive(serde_derive::Serialize)]
struct ListWrong;

impl Request for ListWrong {
    const NAME: &'static str = "list-conns";
    type Response = Message;
}

impl StreamingCommand for ListWrong {
    type Event = Wrong;
}

fn an_item_that_does_not_decode_is_an_error_and_the_stream_goes_on(charon: &Charon) {
    let mut client = charon.client();
    client
        .call(&LoadConn::new("a", Conn::new()).conn("b", Conn::new()))
        .unwrap();
    let mut stream = client.stream(&ListWrong).unwrap();
    for _ in 0..2 {
        let error = stream.next().unwrap().unwrap_err();
        assert_eq!(
            error.to_string(),
            "list-conn: missing key `nothing` (at byte 0)"
        );
    }
    assert!(stream.next().is_none());
    stream.finish().unwrap();
}

fn a_killed_daemon_closes_the_connection(charon: &mut Charon) {
    let mut client = charon.client();
    client.call(&Version::default()).unwrap();
    charon.kill();
    let begun = Instant::now();
    for _ in 0..3 {
        let error = client.call(&Version::default()).unwrap_err();
        assert!(error.is_closed(), "{error}");
    }
    assert!(client.next_event(None).unwrap_err().is_closed());
    assert!(begun.elapsed() < Duration::from_secs(5));
}

fn a_daemon_that_ends_says_so(charon: &mut Charon) {
    let mut client = charon.client();
    let has_alerts = charon.is_at_least([6, 0, 3]);
    assert_eq!(client.subscribe::<Alert>().is_ok(), has_alerts);
    charon.terminate();
    if has_alerts {
        let event = client.next_event(Some(PATIENCE)).unwrap().unwrap();
        let alert: Alert = event.decode().unwrap();
        assert_eq!(alert.type_, AlertType::ShutdownSignal);
        assert_eq!(alert.ike_sa, None);
    }
    let error = client.next_event(Some(PATIENCE)).unwrap_err();
    assert!(error.is_closed(), "{error}");
}

#[test]
fn where_no_daemon_listens_the_address_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("charon.vici").display().to_string();
    let error = Client::connect_uri(&format!("unix://{socket}"))
        .map(|_| ())
        .unwrap_err();
    assert!(error.to_string().contains(&socket), "{error}");
}
