//! Prints what happens: SAs that come up, go down, are rekeyed or move, and alerts. It connects again
//! when the daemon is restarted, and ends when it is interrupted, whatever it waits for.
//!
//! ```sh
//! cargo run --example monitor         # until it is interrupted
//! cargo run --example monitor -- 1   # for a second
//! ```

use std::env;
use std::time::{Duration, Instant};

use vici_client::{Client, Error, RawEvent};
use vici_types::{Alert, AnyEvent, ChildRekey, ChildUpdown, IkeRekey, IkeUpdate, IkeUpdown};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let end = match env::args().nth(1) {
        Some(seconds) => Some(Instant::now() + Duration::from_secs(seconds.parse()?)),
        None => None,
    };
    let mut client = Client::connect_env()?;
    // It stays good over every `reconnect` below.
    let shutdown = client.shutdown_handle()?;
    let interrupted = shutdown.clone();
    ctrlc::set_handler(move || {
        if let Err(error) = shutdown.shutdown() {
            eprintln!("{error}");
        }
    })?;
    subscribe(&mut client)?;
    println!("watching");

    loop {
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        match client.next_event(left) {
            Ok(Some(event)) => print(&event),
            Ok(None) => return Ok(()),
            Err(_) if interrupted.is_shut_down() => return Ok(()),
            Err(error) if error.is_closed() => {
                println!("the daemon is gone: {error}");
                // Subscribes again to what was subscribed.
                match client.reconnect(left.unwrap_or(Duration::MAX)) {
                    Ok(()) => {}
                    Err(Error::UnknownEvent { name, .. }) => {
                        println!("the new daemon does not know {name}");
                    }
                    Err(_) if interrupted.is_shut_down() => return Ok(()),
                    Err(error) => return Err(error.into()),
                }
                println!("watching again");
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn subscribe(client: &mut Client) -> Result<(), Error> {
    client.subscribe::<IkeUpdown>()?;
    client.subscribe::<ChildUpdown>()?;
    client.subscribe::<IkeRekey>()?;
    client.subscribe::<ChildRekey>()?;
    client.subscribe::<IkeUpdate>()?;
    match client.subscribe::<Alert>() {
        Err(Error::UnknownEvent { name, .. }) => println!("this daemon does not know {name}"),
        other => other?,
    }
    Ok(())
}

fn print(event: &RawEvent) {
    match event.decode_any() {
        Ok(Some(AnyEvent::IkeUpdown(event))) => {
            let direction = if event.up { "up" } else { "down" };
            println!("{} {direction}: {}", event.name, event.ike_sa.remote_host);
        }
        Ok(Some(AnyEvent::ChildUpdown(event))) => {
            let direction = if event.up { "up" } else { "down" };
            for child in event.ike_sa.children() {
                println!("{} {direction}: {:?}", event.name, child.remote_ts);
            }
        }
        Ok(Some(AnyEvent::IkeRekey(event))) => {
            let (old, new) = (event.ike_sa.old.uniqueid, event.ike_sa.new.uniqueid);
            println!("{} rekeyed: #{old} to #{new}", event.name);
        }
        Ok(Some(AnyEvent::ChildRekey(event))) => println!("{}: a child was rekeyed", event.name),
        Ok(Some(AnyEvent::IkeUpdate(event))) => {
            println!("{} moves to {}", event.name, event.remote_host);
        }
        Ok(Some(AnyEvent::Alert(event))) => println!("alert: {}", event.type_),
        // Whatever else a newer daemon sends is still there to look at.
        Ok(_) => println!("{}: {} bytes", event.name(), event.bytes().len()),
        Err(error) => println!("{error}"),
    }
}
