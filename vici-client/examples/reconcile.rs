//! Makes the connections of the daemon equal to a wanted set.
//!
//! ```sh
//! printf '[vici-example-file]\nremote_addrs = ["192.0.2.4"]\n' > /tmp/wanted.toml
//! cargo run --example reconcile -- /tmp/wanted.toml          # prints what it would do
//! cargo run --example reconcile -- /tmp/wanted.toml --apply  # does it
//! ```
//!
//! The file is as the first one of the example `from_toml`. Connections whose name does not begin
//! with `vici-example-` are none of its business.

use std::collections::BTreeSet;
use std::{env, fs};

use vici_client::Client;
use vici_types::{GetConns, LoadConn, UnloadConn};

const PREFIX: &str = "vici-example-";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (flags, paths): (Vec<String>, Vec<String>) = env::args()
        .skip(1)
        .partition(|argument| argument.starts_with("--"));
    let [path] = paths.as_slice() else {
        return Err("give the file with the wanted connections".into());
    };
    let apply = match flags.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--apply"] => true,
        _ => return Err("the only option is --apply".into()),
    };

    let wanted: LoadConn = toml::from_str(&fs::read_to_string(path)?)?;
    let names: BTreeSet<String> = wanted.conns.names().map(ToString::to_string).collect();
    if let Some(foreign) = names.iter().find(|name| !name.starts_with(PREFIX)) {
        return Err(format!("{foreign}: names have to begin with {PREFIX}").into());
    }

    let mut client = Client::connect_env()?;
    let loaded: BTreeSet<String> = client
        .call(&GetConns::new())?
        .conns
        .iter()
        .map(ToString::to_string)
        .filter(|name| name.starts_with(PREFIX))
        .collect();

    for name in loaded.difference(&names) {
        println!("unload {name}");
        if apply {
            client.call(&UnloadConn::new(name))?;
        }
    }
    // Loading what is loaded already changes nothing where it is equal, and updates it where not.
    // One request for each: a wrong one does not keep the others from being loaded.
    for (name, conn) in &wanted.conns {
        let verb = if loaded.contains(&name.to_string()) {
            "update"
        } else {
            "load"
        };
        println!("{verb} {name}");
        if apply {
            client.call(&LoadConn::new(name, conn.clone()))?;
        }
    }
    if !apply {
        println!("nothing was changed: give --apply to do it");
    }
    Ok(())
}
