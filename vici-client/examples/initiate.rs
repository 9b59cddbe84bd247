//! Builds a tunnel and shows what the daemon logs while it does.
//!
//! ```sh
//! cargo run --example site_to_site  # loads a connection
//! cargo run --example initiate -- vici-example-site net
//! ```
//!
//! A real daemon says after ten seconds that nobody answered, as long as the addresses of
//! `site_to_site` are not those of two gateways of yours.

use std::env;
use std::time::Duration;

use vici_client::Client;
use vici_types::Initiate;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let names: Vec<String> = env::args().skip(1).collect();
    let [ike, child] = names.as_slice() else {
        return Err("give two names: the connection and its child".into());
    };

    let mut client = Client::connect_env()?;
    // How long an answer may take beyond what the request asks the daemon to wait.
    client.set_timeout(Some(Duration::from_secs(5)))?;

    let request = Initiate::new().ike(ike).child(child).timeout(10_000);
    let mut log = client.stream(&request)?;
    for line in log.by_ref() {
        let line = line?;
        println!("[{}] {}", line.group, line.msg);
    }
    // Whether it worked is in the response, which ends the stream.
    log.finish()?;
    println!("{child} is up");
    Ok(())
}
