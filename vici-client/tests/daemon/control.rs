//! `initiate` and `terminate`, with their log.

use std::time::{Duration, Instant};

use vici_client::{Client, Error};
use vici_types::{
    Conn, ConnAuth, ConnChild, IkeUpdown, IkeVersion, Initiate, Install, ListSas, LoadConn, Log,
    Redirect, Rekey, Stats, Terminate, Uninstall,
};

use crate::charon::{Charon, PATIENCE, each_generation, refusal};

each_generation! {
    initiate_without_an_answer_fails_with_its_log
    terminate_says_how_many_it_found
    log_events_come_while_other_calls_are_made
    what_is_not_there_is_neither_rekeyed_nor_redirected
    initiates_hold_threads_only_while_they_wait
}

mod over_tcp {
    use super::*;

    each_generation! { of crate::charon::run_tcp;
        initiate_without_an_answer_fails_with_its_log
        terminate_says_how_many_it_found
        log_events_come_while_other_calls_are_made
    }
}

/// A connection to where nobody is, in a network of its own.
fn nowhere() -> LoadConn {
    let auth = || ConnAuth::new().auth("psk");
    let conn = Conn::new()
        .version(IkeVersion::V2)
        .local_addrs(["127.0.0.1"])
        .remote_addrs(["127.0.0.2"])
        .local(auth())
        .remote(auth())
        .child("net", ConnChild::new());
    LoadConn::new("nowhere", conn)
}

fn initiate_without_an_answer_fails_with_its_log(charon: &Charon) {
    let mut client = charon.client();
    client.call(&nowhere()).unwrap();

    let request = Initiate::new().ike("nowhere").child("net").timeout(500);
    let mut stream = client.stream(&request).unwrap();
    let log: Vec<_> = stream.by_ref().map(Result::unwrap).collect();
    assert!(
        log.iter().any(|line| line
            .msg
            .to_string()
            .starts_with("initiating IKE_SA nowhere")),
        "{}",
        log.iter()
            .map(|line| format!("{}\n", line.msg))
            .collect::<String>()
    );
    assert!(log.iter().all(|line| line.level <= 1));
    assert!(log.iter().any(|line| line.group.as_str() == "IKE"));
    let error = stream.finish().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`initiate` failed: CHILD_SA 'net' not established after 500ms"
    );

    // The attempt goes on in the daemon.
    let mut sas = client.stream(&ListSas::default()).unwrap();
    let sa = sas.next().unwrap().unwrap();
    assert_eq!(sa.name, "nowhere");
    assert_eq!(sa.ike_sa.state.to_string(), "CONNECTING");
    assert_eq!(sa.ike_sa.remote_host, "127.0.0.2");
    assert!(sa.ike_sa.initiator);
    assert!(sas.next().is_none());
    drop(sas);

    let request = Terminate::new().ike("nowhere").force(true).timeout(-1);
    assert!(client.call(&request).unwrap().success);
}

fn terminate_says_how_many_it_found(charon: &Charon) {
    let mut client = charon.client();
    client.call(&nowhere()).unwrap();
    client.subscribe::<IkeUpdown>().unwrap();
    client
        .call(&Initiate::new().ike("nowhere").child("net").timeout(-1))
        .unwrap();

    let mut stream = client
        .stream(&Terminate::new().ike("nowhere").force(true))
        .unwrap();
    assert!(stream.by_ref().all(|line| line.is_ok()));
    let response = stream.finish().unwrap();
    assert_eq!((response.matches, response.terminated), (Some(1), Some(1)));

    // An IKE_SA that never was up does not go down either.
    assert!(
        client
            .next_event(Some(Duration::from_millis(100)))
            .unwrap()
            .is_none()
    );

    let error = client.call(&Terminate::new().ike("nowhere")).unwrap_err();
    match error {
        Error::CommandFailed {
            name,
            errmsg,
            response,
            ..
        } => {
            assert_eq!(name, "terminate");
            assert_eq!(
                errmsg.as_deref(),
                Some("no matching SAs to terminate found")
            );
            assert_eq!(response.get::<u32>("matches").unwrap(), 0);
            assert_eq!(response.get::<u32>("terminated").unwrap(), 0);
        }
        other => panic!("{other}"),
    }
}

fn log_events_come_while_other_calls_are_made(charon: &Charon) {
    let mut client = charon.client();
    client.subscribe::<Log>().unwrap();
    client.call(&nowhere()).unwrap();
    client
        .call(&Initiate::new().ike("nowhere").child("net").timeout(-1))
        .unwrap();
    let line = loop {
        let event = client
            .next_event(Some(Duration::from_secs(10)))
            .unwrap()
            .unwrap();
        let log: Log = event.decode().unwrap();
        if log.msg.to_string().starts_with("initiating IKE_SA") {
            break log;
        }
    };
    assert_eq!(line.ikesa_name.unwrap(), "nowhere");
    assert_eq!(line.ikesa_uniqueid, Some(1));
    client.unsubscribe::<Log>().unwrap();
}

fn what_is_not_there_is_neither_rekeyed_nor_redirected(charon: &Charon) {
    let mut client = charon.client();
    let matches = |error: Error| match error {
        Error::CommandFailed { response, .. } => response.get::<u32>("matches").unwrap(),
        other => panic!("{other}"),
    };
    let error = client.call(&Rekey::new().ike("nobody")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`rekey` failed: no matching SAs to rekey found"
    );
    assert_eq!(matches(error), 0);
    let request = Redirect::new("192.0.2.3").ike("nobody");
    let error = client.call(&request).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`redirect` failed: no matching SAs to redirect found"
    );
    assert_eq!(matches(error), 0);
    for child in ["net", "nobody"] {
        refusal(&mut client, &Install::new(child));
        refusal(&mut client, &Uninstall::new(child));
    }
}

/// What the docs tell of how many can be done at once.
fn initiates_hold_threads_only_while_they_wait(charon: &Charon) {
    const MANY: u32 = 50;
    const WAITING: u32 = 3;

    let mut client = charon.client();
    let idle = |client: &mut Client| client.call(&Stats::new()).unwrap().workers.idle;
    let until = |client: &mut Client, wanted: &dyn Fn(u32) -> bool| {
        let deadline = Instant::now() + PATIENCE;
        while !wanted(idle(client)) {
            assert!(Instant::now() < deadline, "{} are idle", idle(client));
        }
    };
    client.call(&nowhere()).unwrap();
    let before = idle(&mut client);
    assert!(before > WAITING, "{before}");

    let request = Initiate::new().ike("nowhere").child("net");
    for _ in 0..MANY {
        client.call(&request.clone().timeout(-1)).unwrap();
    }
    until(&mut client, &|idle| idle >= before);

    // Nobody has to wait on for them.
    for _ in 0..WAITING {
        let mut waiting = charon.client();
        waiting.set_timeout(Some(Duration::from_millis(1))).unwrap();
        assert!(waiting.call(&request).unwrap_err().is_timeout());
    }
    until(&mut client, &|idle| idle <= before - WAITING);
}
