//! What the other clients do.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::pin::pin;

use futures_util::StreamExt;
use serde::Deserialize;
use tokio::runtime::{Builder, Runtime};

use super::{Failure, Way};
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

fn one_thread() -> Result<Runtime, Failure> {
    Ok(Builder::new_current_thread().enable_io().build()?)
}

/// The runtime of rsvici's own examples.
fn threads() -> Result<Runtime, Failure> {
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
