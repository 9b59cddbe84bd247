use std::time::{Duration, Instant};

use vici_client::{Client, Error, Message};
use vici_types::{
    Conn, ConnAuth, ConnChild, IkeUpdown, IkeVersion, Initiate, Install, ListPolicies, ListSas,
    LoadConn, Mode, Rekey, Terminate, Uninstall, UnloadConn,
};

use super::refusal;

/// A connection to where nobody is: a daemon for tests has a network of its own.
fn load_nowhere(client: &mut Client) {
    let auth = || ConnAuth::new().auth("psk");
    let conn = Conn::new()
        .version(IkeVersion::V2)
        .local_addrs(["127.0.0.1"])
        .remote_addrs(["127.0.0.2"])
        .local(auth())
        .remote(auth())
        .child("net", ConnChild::new())
        .child(
            "dropped",
            ConnChild::new().mode("drop").remote_ts(["10.0.0.0/8"]),
        );
    client.call(&LoadConn::new("nowhere", conn)).unwrap();
}

fn unload_nowhere(client: &mut Client) {
    client.call(&UnloadConn::new("nowhere")).unwrap();
    // It is gone at once with the rest of a connection that was never up.
    let request = Terminate::new().ike("nowhere").force(true).timeout(-1);
    let _ = client.call(&request);
}

pub(super) fn what_is_not_configured_is_not_found(client: &mut Client) {
    load_nowhere(client);
    for (request, errmsg) in [
        (
            Initiate::new().child("nobody"),
            "CHILD_SA config 'nobody' not found",
        ),
        (
            Initiate::new().ike("nobody").child("net"),
            "CHILD_SA config 'net' not found",
        ),
        (
            Initiate::new().ike("nobody"),
            "IKE_SA config 'nobody' not found",
        ),
    ] {
        assert_eq!(refusal(client.call(&request)), errmsg);
    }
    unload_nowhere(client);
}

pub(super) fn selectors_are_required(client: &mut Client) {
    for (command, errmsg) in [
        ("initiate", "missing configuration name"),
        ("terminate", "missing terminate selector"),
        ("rekey", "missing rekey selector"),
        ("install", "missing configuration name"),
        ("uninstall", "missing configuration name"),
        ("redirect", "missing target gateway"),
    ] {
        let error = client.call_raw(command, &Message::new()).unwrap_err();
        match error {
            Error::CommandFailed {
                errmsg: reason,
                response,
                ..
            } => {
                assert_eq!(reason.as_deref(), Some(errmsg));
                assert!(response.find("matches").is_none());
            }
            other => panic!("{other}"),
        }
    }
    // A selector that is no number is none.
    let request = Message::new().key("ike-id", "1x");
    assert_eq!(
        refusal(client.call_raw("terminate", &request)),
        "missing terminate selector"
    );

    match client.call(&Terminate::new().child_id(4711)).unwrap_err() {
        Error::CommandFailed {
            errmsg, response, ..
        } => {
            assert_eq!(
                errmsg.as_deref(),
                Some("no matching SAs to terminate found")
            );
            let names: Vec<_> = response.iter().map(|(name, _)| name).collect();
            assert_eq!(
                names,
                [&b"success"[..], b"matches", b"terminated", b"errmsg"]
            );
            assert_eq!(response.get::<u32>("matches").unwrap(), 0);
        }
        other => panic!("{other}"),
    }
    assert_eq!(
        refusal(client.call(&Rekey::new().ike("nobody"))),
        "no matching SAs to rekey found"
    );
}

pub(super) fn without_an_answer_an_attempt_fails_with_its_log(client: &mut Client) {
    load_nowhere(client);
    let request = Initiate::new().ike("nowhere").child("net").timeout(500);
    let begun = Instant::now();
    let mut stream = client.stream(&request).unwrap();
    let log: Vec<_> = stream.by_ref().map(Result::unwrap).collect();
    let text = |line: &vici_types::ControlLog| line.msg.to_string();
    let first = log
        .iter()
        .find(|line| line.group.as_str() == "IKE")
        .unwrap();
    assert!(
        text(first).starts_with("initiating IKE_SA nowhere["),
        "{}",
        text(first)
    );
    assert!(text(first).ends_with("] to 127.0.0.2"), "{}", text(first));
    assert_eq!(first.ikesa_name.as_ref().unwrap(), "nowhere");
    assert!(log.iter().all(|line| line.level <= 1));
    assert!(log.iter().any(|line| line.group.as_str() == "NET"));
    assert_eq!(
        refusal(stream.finish()),
        "CHILD_SA 'net' not established after 500ms"
    );
    assert!(begun.elapsed() >= Duration::from_millis(500));

    // The attempt goes on in the daemon.
    let mut sas = client.stream(&ListSas::new()).unwrap();
    let sa = sas.next().unwrap().unwrap();
    assert!(sas.next().is_none());
    sas.finish().unwrap();
    assert_eq!(sa.name, "nowhere");
    let sa = sa.ike_sa;
    assert_eq!(sa.state.to_string(), "CONNECTING");
    assert_eq!((sa.local_id, sa.remote_id), ("%any".into(), "%any".into()));
    assert_eq!(
        (sa.remote_host, sa.remote_port),
        ("127.0.0.2".into(), Some(500))
    );
    assert!(sa.initiator);
    assert_eq!(sa.responder_spi.to_string(), "0000000000000000");
    assert_eq!(sa.encr_alg, None);
    assert!(sa.child_sas.unwrap().is_empty());

    // With a level of its own the log is shorter.
    let quiet = request.loglevel(-1).timeout(100);
    let mut stream = client.stream(&quiet).unwrap();
    assert!(stream.by_ref().next().is_none());
    assert!(stream.finish().is_err());
    unload_nowhere(client);
}

pub(super) fn an_attempt_that_waits_is_terminated(client: &mut Client) {
    load_nowhere(client);
    client.subscribe::<IkeUpdown>().unwrap();
    let attempt = Initiate::new().ike("nowhere").child("net").timeout(-1);
    client.call(&attempt).unwrap();
    let mut stream = client
        .stream(&Terminate::new().ike("nowhere").force(true))
        .unwrap();
    assert!(stream.by_ref().all(|line| line.is_ok()));
    let response = stream.finish().unwrap();
    assert_eq!((response.matches, response.terminated), (Some(1), Some(1)));
    // What never was up does not go down either.
    let event = client.next_event(Some(Duration::from_millis(50))).unwrap();
    assert!(event.is_none());
    client.unsubscribe::<IkeUpdown>().unwrap();
    assert_eq!(client.stream(&ListSas::new()).unwrap().count(), 0);
    client.call(&UnloadConn::new("nowhere")).unwrap();
}

pub(super) fn nobody_waits_for_a_negative_timeout(client: &mut Client) {
    load_nowhere(client);
    let attempt = Initiate::new().ike("nowhere").child("net").timeout(-1);
    let mut stream = client.stream(&attempt).unwrap();
    assert!(stream.by_ref().next().is_none());
    assert!(stream.finish().unwrap().success);
    let request = Terminate::new().ike("nowhere").force(true).timeout(-1);
    let response = client.call(&request).unwrap();
    assert_eq!((response.matches, response.terminated), (Some(1), Some(1)));
    unload_nowhere(client);
}

pub(super) fn policies_are_installed_and_removed(client: &mut Client) {
    load_nowhere(client);
    let all = || ListPolicies::new().drop(true).pass(true).trap(true);
    let list = |client: &mut Client, request: &ListPolicies| {
        let mut stream = client.stream(request).unwrap();
        let policies: Vec<_> = stream.by_ref().map(Result::unwrap).collect();
        stream.finish().unwrap();
        policies
    };
    assert_eq!(list(client, &all()), []);
    client
        .call(&Install::new("dropped").ike("nowhere"))
        .unwrap();
    let policies = list(client, &all());
    assert_eq!(policies.len(), 1);
    assert_eq!(policies[0].name, "nowhere/dropped");
    let policy = &policies[0].policy;
    assert_eq!(policy.mode, Mode::Drop);
    assert_eq!(policy.child.as_ref().unwrap(), "dropped");
    assert_eq!(policy.remote_ts, ["10.0.0.0/8"]);
    // Only what is asked for is listed.
    assert_eq!(list(client, &ListPolicies::new()), []);
    assert_eq!(list(client, &ListPolicies::new().trap(true)), []);
    assert_eq!(list(client, &all().child("net")), []);

    assert_eq!(
        refusal(client.call(&Install::new("nobody"))),
        "configuration name not found"
    );
    client.call(&Uninstall::new("dropped")).unwrap();
    assert_eq!(
        refusal(client.call(&Uninstall::new("dropped"))),
        "policy 'dropped' not found"
    );
    unload_nowhere(client);
}
