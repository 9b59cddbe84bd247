//! Many at once, over the sockets of a simulated daemon.

use std::time::Duration;

use vici_client::AsyncClient;
use vici_client::vici_types::{Conn, ListConns, LoadConn, Stats, Version};
use vici_testing::SimulatedDaemon;

use crate::asking::ask_and_drop;
use crate::calls::connect;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn simulated_daemon_serves_it_unchanged() {
    let daemon = SimulatedDaemon::new();
    let (client, driver) = AsyncClient::new(connect(daemon.server()).await);
    tokio::spawn(driver);
    let version = client.call(&Version::new()).await.unwrap().version;
    let stats = client.call(&Stats::new());
    let loading: Vec<_> = (0..100)
        .map(|number| {
            let name = format!("conn-{number}");
            client.call(&LoadConn::new(name, Conn::default()))
        })
        .collect();
    for load in loading {
        load.await.unwrap();
    }
    let conns = client.list(&ListConns::new()).await.unwrap();
    assert_eq!(conns.len(), 100);
    assert_eq!(stats.await.unwrap().ikesas.total, 0);
    println!("strongSwan {version}, simulated");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn simulated_daemon_is_asked_and_left_at_random() {
    let daemon = SimulatedDaemon::new();
    let (client, driver) = AsyncClient::new(connect(daemon.server()).await);
    let driver = tokio::spawn(driver);
    let version = client.call(&Version::new()).await.unwrap().version;
    let ended = ask_and_drop(&client, &version, Duration::from_millis(2)).await;
    println!("{ended} of 8000 were not dropped");
    assert!(ended > 100);
    for event in ["list-conn", "log", "ike-updown", "child-updown"] {
        assert_eq!(daemon.server().registrations(event), 0, "{event}");
    }
    drop(client);
    driver.await.unwrap().unwrap();
}
