//! The async client.

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use vici_client::Error;
use vici_client::tokio::{Incoming, Resubscribing};
use vici_types::{ChildUpdown, IkeUpdown, ListConns};

use crate::asking::{CONNS, ask_and_drop, load};
use crate::charon::{Charon, PATIENCE, each_generation};

each_generation! {
    calls_of_many_tasks_that_are_dropped_at_random_shift_nothing
    a_daemon_that_is_killed_ends_what_waits_and_is_found_again
    a_second_connection_leads_to_the_same_daemon
}

fn runtime() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().unwrap()
}

fn calls_of_many_tasks_that_are_dropped_at_random_shift_nothing(charon: &Charon) {
    runtime().block_on(async {
        let client = charon.config().connect_async().await.unwrap();
        let longest = Duration::from_millis(20);
        let ended = ask_and_drop(&client, charon.version(), longest).await;
        println!("{ended} of 8000 were not dropped");
        assert!((500..7900).contains(&ended));
    });
}

fn a_daemon_that_is_killed_ends_what_waits_and_is_found_again(charon: &mut Charon) {
    let runtime = runtime();
    let mut events = Resubscribing::new(charon.config(), &["log", "ike-updown"]);
    let client = runtime.block_on(async {
        assert_eq!(events.next().await.unwrap(), Incoming::Connected);
        let client = events.client().unwrap().clone();
        load(&client).await;
        client
    });
    let calls: Vec<_> = (0..50).map(|_| client.list(&ListConns::new())).collect();
    let mut updown = runtime.block_on(client.subscribe::<IkeUpdown>()).unwrap();
    charon.kill();
    runtime.block_on(async {
        let mut failed = 0;
        for call in calls {
            match call.await {
                Ok(conns) => assert_eq!(conns.len(), CONNS),
                Err(error) => {
                    assert!(error.is_closed(), "{error}");
                    failed += 1;
                }
            }
        }
        println!("{failed} of 50 lists were cut short");
        assert!(client.closed().await.is_closed());
        assert!(updown.next().await.is_none());
        assert!(
            client
                .subscribe::<ChildUpdown>()
                .await
                .unwrap_err()
                .is_closed()
        );
    });
    charon.restart(&[]);
    runtime.block_on(async {
        // The lines that it had logged come before.
        while events.next().await.unwrap() != Incoming::Connected {}
        let again = events.client().unwrap();
        assert!(again.list(&ListConns::new()).await.unwrap().is_empty());
    });
}

fn a_second_connection_leads_to_the_same_daemon(charon: &Charon) {
    runtime().block_on(async {
        let client = charon.config().connect_async().await.unwrap();
        let other = client.another().await.unwrap();
        load(&other).await;
        drop(other);
        let conns = client.list(&ListConns::new()).await.unwrap();
        assert_eq!(conns.len(), CONNS);
        // Its configuration is a blocking client's as well, but for the timeouts.
        let timeout = charon.config().timeout(PATIENCE).connect_async().await;
        assert!(matches!(timeout, Err(Error::Io(_))));
    });
}
