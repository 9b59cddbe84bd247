//! Sends a command without its type, and walks through the answer.
//!
//! ```sh
//! cargo run --example raw -- version
//! cargo run --example raw -- get-pools leases=yes
//! cargo run --example raw -- list-conns
//! ```
//!
//! It is for commands and keys that the types do not know, such as those of a private plugin.

use std::env;

use vici_client::{Client, Message};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = env::args().skip(1);
    let command = arguments.next().unwrap_or_else(|| "version".to_owned());
    let mut request = Message::new();
    for argument in arguments {
        let (path, value) = argument.split_once('=').ok_or("give keys as key=value")?;
        request.set(path, value)?;
    }

    let mut client = Client::connect_env()?;

    // What a list-* command has to say comes as events, whose name lacks the plural.
    let event = match command.as_str() {
        "list-policies" => Some("list-policy"),
        "list-authorities" => Some("list-authority"),
        name if name.starts_with("list-") => name.strip_suffix('s'),
        _ => None,
    };
    if let Some(event) = event {
        let mut items = client.stream_raw(&command, event, &request)?;
        for item in items.by_ref() {
            println!("{}", item?);
        }
        items.finish()?;
    } else {
        println!("{}", client.call_raw(&command, &request)?);
    }
    Ok(())
}
