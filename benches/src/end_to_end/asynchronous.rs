//! What our async client does.

use std::hint::black_box;

use tokio::net::UnixStream;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use vici_client::AsyncClient;
use vici_types::{ListSas, Version};

use super::peers::{one_thread, threads};
use super::{AT_ONCE, Failure, Way};

pub(super) const EVENTS: [Way; 2] = [
    ("vici async, ListSa", |socket, _| {
        events(one_thread()?, socket)
    }),
    ("vici async, ListSa, threads", |socket, _| {
        events(threads()?, socket)
    }),
];

pub(super) const CALLS: [Way; 2] = [
    ("vici async, typed", |socket, count| {
        calls(one_thread()?, socket, count)
    }),
    ("vici async, typed, threads", |socket, count| {
        calls(threads()?, socket, count)
    }),
];

pub(super) const CALLS_AT_ONCE: [Way; 2] = [
    ("vici async, typed", |socket, count| {
        calls_at_once(one_thread()?, socket, count)
    }),
    ("vici async, typed, threads", |socket, count| {
        calls_at_once(threads()?, socket, count)
    }),
];

async fn connect(socket: &str) -> Result<AsyncClient, Failure> {
    let (client, driver) = AsyncClient::new(UnixStream::connect(socket).await?);
    tokio::spawn(driver);
    Ok(client)
}

fn events(runtime: Runtime, socket: &str) -> Result<usize, Failure> {
    runtime.block_on(async {
        let client = connect(socket).await?;
        let mut events = client.stream(&ListSas::default())?;
        let mut count = 0;
        while let Some(event) = events.next().await {
            black_box(&event?);
            count += 1;
        }
        events.finish().await?;
        Ok(count)
    })
}

fn calls(runtime: Runtime, socket: &str, count: usize) -> Result<usize, Failure> {
    runtime.block_on(async {
        let client = connect(socket).await?;
        for _ in 0..count {
            black_box(&client.call(&Version::new()).await?);
        }
        Ok(count)
    })
}

/// All tasks on one connection.
fn calls_at_once(runtime: Runtime, socket: &str, count: usize) -> Result<usize, Failure> {
    runtime.block_on(async {
        let client = connect(socket).await?;
        let mut tasks = JoinSet::new();
        for _ in 0..AT_ONCE {
            let client = client.clone();
            tasks.spawn(async move {
                for _ in 0..count / AT_ONCE {
                    black_box(&client.call(&Version::new()).await?);
                }
                Ok::<_, vici_client::Error>(())
            });
        }
        while let Some(task) = tasks.join_next().await {
            task??;
        }
        Ok(count)
    })
}
