//! Prints what happens, over restarts of the daemon, until it is interrupted: the example `monitor` for
//! async programs.
//!
//! ```sh
//! cargo run --example monitor_async         # until it is interrupted
//! cargo run --example monitor_async -- 1   # for a second
//! ```

use std::time::Duration;

use tokio::signal::ctrl_c;
use tokio::time::sleep;
use vici_client::tokio::{Incoming, Resubscribing};
use vici_client::{Config, Error};

const EVENTS: [&str; 5] = [
    "ike-updown",
    "child-updown",
    "ike-rekey",
    "child-rekey",
    "ike-update",
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seconds = std::env::args().nth(1).map(|seconds| seconds.parse());
    let end = async {
        match seconds {
            Some(Ok(seconds)) => sleep(Duration::from_secs(seconds)).await,
            _ => std::future::pending().await,
        }
    };
    // Whatever is waited for is dropped, which leaves nothing behind.
    tokio::select! {
        result = watch(Config::from_env()?) => Ok(result?),
        () = end => Ok(()),
        interrupted = ctrl_c() => Ok(interrupted?),
    }
}

async fn watch(config: Config) -> Result<(), Error> {
    let mut events = Resubscribing::new(config, &EVENTS);
    loop {
        match events.next().await? {
            // The first time, and after each restart: what happened meanwhile was told to nobody.
            Incoming::Connected => println!("watching"),
            Incoming::Event(event) => match event.decode_any() {
                Ok(Some(event)) => println!("{event:?}"),
                Ok(None) => println!("{}: {} bytes", event.name(), event.bytes().len()),
                Err(error) => println!("{error}"),
            },
            Incoming::Lagged { dropped } => println!("{dropped} events were missed"),
            _ => {}
        }
    }
}
