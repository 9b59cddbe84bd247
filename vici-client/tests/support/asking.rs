//! Questions to any daemon whose answers can't be taken for each other.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::timeout;
use vici_client::vici_types::{
    Conn, GetConns, ListConns, LoadConn, Log, Stats, UnloadConn, Version,
};
use vici_client::{AsyncClient, Error};

/// How many connections there are.
pub(crate) const CONNS: usize = 20;

/// How many questions there are.
const QUESTIONS: u64 = 7;

pub(crate) async fn load(client: &AsyncClient) {
    let loading: Vec<_> = (0..CONNS)
        .map(|number| client.call(&LoadConn::new(format!("conn-{number}"), Conn::new())))
        .collect();
    for load in loading {
        load.await.unwrap();
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

/// Small numbers that look random, the same in each run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Eight tasks ask a thousand times each, and drop some of what they have asked: before it is sent,
/// on its way, or not at all. Then all is asked once more. Returns how many were not dropped.
pub(crate) async fn ask_and_drop(client: &AsyncClient, version: &str, longest: Duration) -> usize {
    load(client).await;
    let longest = u64::try_from(longest.as_micros()).unwrap();
    let mut tasks = JoinSet::new();
    for task in 1..=8 {
        let (client, version) = (client.clone(), version.to_owned());
        tasks.spawn(async move {
            let mut random = Random(task);
            let mut ended = 0;
            for _ in 0..1000 {
                let which = random.below(QUESTIONS);
                let limit = Duration::from_micros(random.below(longest));
                let asked = timeout(limit, ask(&client, which, &version));
                ended += usize::from(asked.await.is_ok());
            }
            ended
        });
    }
    let ended = tasks.join_all().await.into_iter().sum();
    for which in 0..QUESTIONS {
        ask(client, which, version).await;
    }
    // What is registered twice comes twice, on the very connection.
    let conns = client.list(&ListConns::new()).await.unwrap();
    assert_eq!(conns.len(), CONNS);
    let state = format!("{client:?}");
    assert!(state.contains("registrations: {}"), "{state}");
    ended
}
