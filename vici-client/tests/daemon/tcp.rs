//! What is different over TCP.

use std::fs;
use std::time::Duration;

use vici_client::Client;
use vici_types::{Conn, ListConns, LoadConn, Log, UnloadConn, Version};

use crate::charon::{Charon, PATIENCE, each_generation, list};

each_generation! { of crate::charon::run_tcp;
    nothing_waits_for_an_acknowledgement
    a_daemon_that_is_restarted_is_found_again
}

/// How often the kernel has put an acknowledgement off until its timer went off, in this network
/// namespace.
fn delayed_acknowledgements() -> u64 {
    let counters = fs::read_to_string("/proc/thread-self/net/netstat").unwrap();
    let mut lines = counters
        .lines()
        .filter_map(|line| line.strip_prefix("TcpExt: "));
    let (names, values) = (lines.next().unwrap(), lines.next().unwrap());
    let mut counters = names.split(' ').zip(values.split(' '));
    let (_, count) = counters.find(|(name, _)| *name == "DelayedACKs").unwrap();
    count.parse().unwrap()
}

/// How many were put off meanwhile.
fn delayed(work: impl FnOnce()) -> u64 {
    let before = delayed_acknowledgements();
    work();
    delayed_acknowledgements() - before
}

/// The daemon writes the head of a frame and the rest apart, and its kernel holds the rest back until
/// the head is acknowledged.
fn nothing_waits_for_an_acknowledgement(charon: &Charon) {
    const COUNT: u64 = 100;
    // Some come now and then, but not with each.
    const FEW: u64 = COUNT / 10;

    for timeout in [None, Some(Duration::from_secs(20))] {
        let mut client: Client = charon.direct();
        client.set_timeout(timeout).unwrap();
        client.call(&LoadConn::new("home", Conn::new())).unwrap();
        let calls = delayed(|| {
            for _ in 0..COUNT {
                client.call(&Version::new()).unwrap();
            }
        });
        let streams = delayed(|| {
            for _ in 0..COUNT {
                assert_eq!(list(&mut client, &ListConns::new()).len(), 1);
            }
        });
        // A watcher writes nothing, while another connection has something logged.
        let mut watcher = charon.direct();
        watcher.subscribe::<Log>().unwrap();
        let events = delayed(|| {
            for _ in 0..COUNT / 2 {
                client.call(&LoadConn::new("other", Conn::new())).unwrap();
                watcher.next_event(timeout).unwrap().unwrap();
                client.call(&UnloadConn::new("other")).unwrap();
            }
        });
        let counts = [calls, streams, events];
        assert!(counts.iter().all(|count| *count < FEW), "{counts:?}");
    }
}

fn a_daemon_that_is_restarted_is_found_again(charon: &mut Charon) {
    let mut client = charon.direct();
    client.subscribe::<Log>().unwrap();
    client.call(&LoadConn::new("before", Conn::new())).unwrap();
    charon.kill();
    assert!(client.call(&Version::new()).unwrap_err().is_closed());
    while client.next_event(None).is_ok() {}

    charon.restart(&[]);
    client.reconnect(PATIENCE).unwrap();
    assert!(list(&mut client, &ListConns::new()).is_empty());
    client.call(&LoadConn::new("after", Conn::new())).unwrap();
    assert!(client.next_event(Some(PATIENCE)).unwrap().is_some());
}
