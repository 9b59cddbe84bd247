//! The client goes on: many connections, streams that are dropped, a daemon that is restarted, and
//! answers that never come.

use std::collections::BTreeSet;
use std::time::Duration;

use vici_client::{Client, Error};
use vici_types::{
    Conn, GetConns, Initiate, ListConns, LoadConn, LoadPool, Log, Pool, UnloadConn, Version,
};

use crate::charon::{Charon, PATIENCE, each_generation, list};

each_generation! {
    ten_thousand_connections_are_listed_once_each
    a_daemon_that_is_restarted_midway_is_found_again
    an_answer_that_never_comes_shifts_nothing
    another_thread_ends_a_call_that_waits
}

mod over_tcp {
    use super::*;

    each_generation! { of crate::charon::run_tcp;
        ten_thousand_connections_are_listed_once_each
        an_answer_that_never_comes_shifts_nothing
        another_thread_ends_a_call_that_waits
    }
}

/// Loads connections called `PREFIX-0` and so on, many in a request.
fn load(client: &mut Client, prefix: &str, count: usize) -> BTreeSet<String> {
    let names: Vec<String> = (0..count).map(|i| format!("{prefix}-{i}")).collect();
    for names in names.chunks(500) {
        let request = names.iter().fold(LoadConn::default(), |request, name| {
            request.conn(name, Conn::new())
        });
        client.call(&request).unwrap();
    }
    names.into_iter().collect()
}

fn names(client: &mut Client) -> Vec<String> {
    let conns = list(client, &ListConns::new());
    conns.iter().map(|conn| conn.name.to_string()).collect()
}

fn ten_thousand_connections_are_listed_once_each(charon: &Charon) {
    let mut client = charon.direct();
    let mut loaded = load(&mut client, "first", 1000);
    for taken in 0..100 {
        let stream = client.stream(&ListConns::new()).unwrap();
        assert_eq!(stream.take(taken).filter(Result::is_ok).count(), taken);
    }
    loaded.extend(load(&mut client, "more", 9000));
    let listed = names(&mut client);
    assert_eq!(listed.len(), loaded.len());
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), loaded);
}

fn a_daemon_that_is_restarted_midway_is_found_again(charon: &mut Charon) {
    let mut client = charon.direct();
    load(&mut client, "before", 2000);
    client.subscribe::<Log>().unwrap();

    // It dies while a stream runs, which ends with one error.
    let mut stream = client.stream(&ListConns::new()).unwrap();
    assert!(stream.next().unwrap().is_ok());
    charon.kill();
    let rest: Vec<_> = stream.by_ref().collect();
    let (last, items) = rest.split_last().unwrap();
    assert!(items.iter().all(Result::is_ok));
    assert!(last.as_ref().unwrap_err().is_closed());
    assert!(stream.next().is_none());
    drop(stream);
    assert!(client.call(&Version::new()).unwrap_err().is_closed());

    charon.restart(&[]);
    client.reconnect(PATIENCE).unwrap();
    assert!(client.call(&GetConns::new()).unwrap().conns.is_empty());
    client.call(&LoadConn::new("after", Conn::new())).unwrap();
    assert_eq!(names(&mut client), ["after"]);

    // The subscription is there again.
    let logged = loop {
        let event = client
            .next_event(Some(PATIENCE))
            .unwrap()
            .expect("a log event");
        let log: Log = event.decode().unwrap();
        if log.msg.to_string().contains("after") {
            break log.msg;
        }
    };
    assert_eq!(logged, "added vici connection: after");
}

fn an_answer_that_never_comes_shifts_nothing(charon: &Charon) {
    let mut client = charon.direct();
    // More names than a response can hold: the daemon drops it without a word.
    let filler = "x".repeat(230);
    load(&mut client, &filler, 2500);
    client
        .set_timeout(Some(Duration::from_millis(500)))
        .unwrap();
    for _ in 0..3 {
        match client.call(&GetConns::new()) {
            Err(error) if error.is_timeout() => {}
            Err(Error::Dropped { name, .. }) => assert_eq!(name, "get-conns"),
            other => panic!("{other:?}"),
        }
        client.set_timeout(Some(PATIENCE)).unwrap();
        assert_eq!(
            client.call(&Version::new()).unwrap().version,
            charon.version()
        );
        client
            .set_timeout(Some(Duration::from_millis(500)))
            .unwrap();
    }
    client.set_timeout(Some(PATIENCE)).unwrap();
    assert_eq!(names(&mut client).len(), 2500);
    client
        .call(&UnloadConn::new(format!("{filler}-0")))
        .unwrap();
    assert_eq!(names(&mut client).len(), 2499);
}

fn another_thread_ends_a_call_that_waits(charon: &Charon) {
    let mut client = charon.direct();
    let nowhere = Conn::new()
        .local_addrs(["127.0.0.1"])
        .remote_addrs(["127.0.0.2"])
        .child("net", vici_types::ConnChild::new());
    client.call(&LoadConn::new("nowhere", nowhere)).unwrap();
    client
        .call(&LoadPool::new("pool", Pool::new("10.0.0.0/24")))
        .unwrap();
    client.set_timeout(None).unwrap();

    let mut log = client
        .stream(&Initiate::new().ike("nowhere").child("net"))
        .unwrap();
    // It waits for a peer that is not there; the first line says that it does.
    assert!(log.next().unwrap().is_ok());
    drop(log);

    let handle = client.shutdown_handle().unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| client.call(&Version::new()).unwrap_err());
        handle.shutdown().unwrap();
        assert!(waiting.join().unwrap().is_closed());
    });
}
