//! The async client.

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use tokio::time::timeout;
use vici_client::tokio::{Incoming, Resubscribing};
use vici_client::{AsyncClient, Config, Error};
use vici_types::{
    ChildUpdown, Conn, GetConns, IkeUpdown, ListConns, LoadConn, Log, Stats, UnloadConn, Version,
};

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

fn config(charon: &Charon) -> Config {
    let socket = charon.dir().join("charon.vici");
    Config::new()
        .address(socket.as_path())
        .connect_limit(PATIENCE)
}

const CONNS: usize = 20;

async fn load(client: &AsyncClient) {
    let loading: Vec<_> = (0..CONNS)
        .map(|number| client.call(&LoadConn::new(format!("conn-{number}"), Conn::new())))
        .collect();
    for load in loading {
        load.await.unwrap();
    }
}

/// Small numbers that look random, the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Asks something, and looks whether the answer belongs to it.
async fn ask(client: &AsyncClient, which: u64, version: &str) {
    match which {
        0 => assert_eq!(client.call(&Version::new()).await.unwrap().version, version),
        1 => assert_eq!(
            client.call(&GetConns::new()).await.unwrap().conns.len(),
            CONNS
        ),
        2 => assert!(client.call(&Stats::new()).await.unwrap().workers.total > 0),
        3 => assert_eq!(client.list(&ListConns::new()).await.unwrap().len(), CONNS),
        4 => drop(client.subscribe::<Log>().await.unwrap()),
        5 => {
            let refused = client.call(&UnloadConn::new("none")).await;
            assert!(matches!(refused, Err(Error::CommandFailed { .. })));
        }
        _ => {
            let events = ["ike-updown", "child-updown"];
            drop(client.subscribe_names(&events).await.unwrap());
        }
    }
}

fn calls_of_many_tasks_that_are_dropped_at_random_shift_nothing(charon: &Charon) {
    runtime().block_on(async {
        let client = config(charon).connect_async().await.unwrap();
        load(&client).await;
        let mut tasks = JoinSet::new();
        for task in 1..=8 {
            let (client, version) = (client.clone(), charon.version().to_owned());
            tasks.spawn(async move {
                let mut random = Random(task);
                let mut ended = 0;
                for _ in 0..1000 {
                    let which = random.below(7);
                    // Some are dropped before they are sent, some on their way, some not at all.
                    let limit = Duration::from_micros(random.below(20_000));
                    ended +=
                        usize::from(timeout(limit, ask(&client, which, &version)).await.is_ok());
                }
                ended
            });
        }
        let ended: usize = tasks.join_all().await.into_iter().sum();
        println!("{ended} of 8000 were not dropped");
        assert!((500..7900).contains(&ended));
        for which in 0..7 {
            ask(&client, which, charon.version()).await;
        }
        // What is registered twice comes twice, on the very connection.
        let conns = client.list(&ListConns::new()).await.unwrap();
        assert_eq!(conns.len(), CONNS);
        assert!(
            format!("{client:?}").contains("registrations: {}"),
            "{client:?}"
        );
    });
}

fn a_daemon_that_is_killed_ends_what_waits_and_is_found_again(charon: &mut Charon) {
    let runtime = runtime();
    let mut events = Resubscribing::new(config(charon), &["log", "ike-updown"]);
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
        let client = config(charon).connect_async().await.unwrap();
        let other = client.another().await.unwrap();
        load(&other).await;
        drop(other);
        let conns = client.list(&ListConns::new()).await.unwrap();
        assert_eq!(conns.len(), CONNS);
        // Its configuration is a blocking client's as well, but for the timeouts.
        let timeout = config(charon).timeout(PATIENCE).connect_async().await;
        assert!(matches!(timeout, Err(Error::Io(_))));
    });
}
