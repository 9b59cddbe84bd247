//! Prints the daemon's version, its SAs and their traffic, out of a flat list of elements.

use rustici::wire::Element;
use rustici::{Client, Message};

fn print(message: &Message, keys: &[&str]) {
    for element in message.elements() {
        match element {
            Element::SectionStart(name) => println!("{name}"),
            Element::KeyValue(key, value) if keys.contains(&key.as_str()) => {
                println!("  {}", String::from_utf8_lossy(value));
            }
            _ => {}
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut client = Client::connect("/run/charon.vici")?;
    print(&client.call("version", &Message::new())?, &["version"]);
    client.register_event("list-sa")?;
    client.call_streaming("list-sas", &Message::new(), |_, event| {
        print(event, &["state", "remote-host", "bytes-in", "bytes-out"]);
    })?;
    client.unregister_event("list-sa")?;
    Ok(())
}
