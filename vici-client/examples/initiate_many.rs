//! Brings up any number of tunnels at once.
//!
//! ```sh
//! cargo run --example site_to_site  # loads a connection
//! cargo run --example initiate_many -- vici-example-site/net
//! ```
//!
//! The daemon has few threads, and an `initiate` that waits holds one of them. So none waits here: each
//! is answered at once, and events tell what has come up. A tunnel that does not come up raises no
//! event; that it did not is only told by the time.

use std::collections::BTreeSet;
use std::env;
use std::time::{Duration, Instant};

use vici_client::Client;
use vici_types::{ChildSa, ChildUpdown, IkeSa, Initiate, ListSas};

/// How long all of it may take.
const LIMIT: Duration = Duration::from_secs(10);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut missing = BTreeSet::new();
    for tunnel in env::args().skip(1) {
        let (ike, child) = tunnel
            .split_once('/')
            .ok_or("give tunnels as connection/child")?;
        missing.insert((ike.to_owned(), child.to_owned()));
    }

    let mut client = Client::connect_env()?;
    client.set_timeout(Some(Duration::from_secs(5)))?;
    // Before all else, so that nothing comes up unseen.
    client.subscribe::<ChildUpdown>()?;

    // What is up already raises no event.
    let mut sas = client.stream(&ListSas::new())?;
    for sa in sas.by_ref() {
        let sa = sa?;
        missing.retain(|(ike, child)| sa.name != *ike || !is_up(&sa.ike_sa, child));
    }
    sas.finish()?;

    for (ike, child) in missing.clone() {
        let request = Initiate::new().ike(&ike).child(&child).timeout(-1);
        match client.call(&request) {
            Err(error) if error.is_not_found() => {
                println!("{error}");
                missing.remove(&(ike, child));
            }
            other => drop(other?),
        }
    }

    let end = Instant::now() + LIMIT;
    while !missing.is_empty() {
        let left = end.saturating_duration_since(Instant::now());
        let Some(event) = client.next_event_of::<ChildUpdown>(Some(left))? else {
            break;
        };
        missing.retain(|(ike, child)| {
            let came_up = event.up && event.name == *ike && is_up(&event.ike_sa, child);
            if came_up {
                println!("{ike}/{child} is up");
            }
            !came_up
        });
    }
    for (ike, child) in &missing {
        println!("{ike}/{child} is not up yet");
    }
    Ok(())
}

fn is_up(ike_sa: &IkeSa, child: &str) -> bool {
    ike_sa.child(child).is_some_and(ChildSa::is_up)
}
