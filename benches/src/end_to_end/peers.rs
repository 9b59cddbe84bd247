//! What the other clients do.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::pin::pin;
use std::sync::Arc;

use futures_util::StreamExt;
use serde::Deserialize;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use super::{AT_ONCE, Failure, Way};
use crate::owned::Ike;

pub(super) const EVENTS: [Way; 3] = [
    ("rsvici, own structs", |socket, _| {
        rsvici_events(one_thread()?, socket)
    }),
    ("rsvici, own structs, threads", |socket, _| {
        rsvici_events(threads()?, socket)
    }),
    ("rustici, flat", rustici_events),
];

pub(super) const CALLS: [Way; 3] = [
    ("rsvici, own structs", |socket, calls| {
        rsvici_calls(one_thread()?, socket, calls)
    }),
    ("rsvici, own structs, threads", |socket, calls| {
        rsvici_calls(threads()?, socket, calls)
    }),
    ("rustici, flat", rustici_calls),
];

/// A connection of rsvici belongs to one task at a time.
pub(super) const CALLS_AT_ONCE: [Way; 2] = [
    ("rsvici, own structs", |socket, calls| {
        rsvici_calls_at_once(one_thread()?, socket, calls)
    }),
    ("rsvici, own structs, threads", |socket, calls| {
        rsvici_calls_at_once(threads()?, socket, calls)
    }),
];

pub(super) fn one_thread() -> Result<Runtime, Failure> {
    Ok(Builder::new_current_thread().enable_io().build()?)
}

/// The runtime of rsvici's own examples.
pub(super) fn threads() -> Result<Runtime, Failure> {
    Ok(Builder::new_multi_thread().enable_io().build()?)
}

fn rsvici_events(runtime: Runtime, socket: &str) -> Result<usize, Failure> {
    runtime.block_on(async {
        let mut client = rsvici::unix::connect(socket).await?;
        let mut events = pin!(client.stream_request::<_, BTreeMap<String, Ike<String>>>(
            "list-sas",
            "list-sa",
            ()
        ));
        let mut count = 0;
        while let Some(event) = events.next().await {
            black_box(&event?);
            count += 1;
        }
        Ok(count)
    })
}

fn rsvici_calls(runtime: Runtime, socket: &str, calls: usize) -> Result<usize, Failure> {
    runtime.block_on(async {
        let mut client = rsvici::unix::connect(socket).await?;
        for _ in 0..calls {
            let version: Version = client.request("version", ()).await?;
            black_box(&version);
        }
        Ok(calls)
    })
}

fn rsvici_calls_at_once(runtime: Runtime, socket: &str, calls: usize) -> Result<usize, Failure> {
    runtime.block_on(async {
        let client = Arc::new(Mutex::new(rsvici::unix::connect(socket).await?));
        let mut tasks = JoinSet::new();
        for _ in 0..AT_ONCE {
            let client = Arc::clone(&client);
            tasks.spawn(async move {
                for _ in 0..calls / AT_ONCE {
                    let version: Version = client.lock().await.request("version", ()).await?;
                    black_box(&version);
                }
                Ok::<_, rsvici::Error>(())
            });
        }
        while let Some(task) = tasks.join_next().await {
            task??;
        }
        Ok(calls)
    })
}

fn rustici_events(socket: &str, _: usize) -> Result<usize, Failure> {
    let mut client = rustici::Client::connect(socket)?;
    let mut count = 0;
    client.register_event("list-sa")?;
    client.call_streaming("list-sas", &rustici::Message::new(), |_, event| {
        black_box(event);
        count += 1;
    })?;
    client.unregister_event("list-sa")?;
    Ok(count)
}

fn rustici_calls(socket: &str, calls: usize) -> Result<usize, Failure> {
    let mut client = rustici::Client::connect(socket)?;
    for _ in 0..calls {
        black_box(&client.call("version", &rustici::Message::new())?);
    }
    Ok(calls)
}

/// What `version` answers.
#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only decoded")]
struct Version {
    daemon: String,
    version: String,
    sysname: Option<String>,
    release: Option<String>,
    machine: Option<String>,
}
