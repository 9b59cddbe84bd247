//! Lists what is up: IKE_SAs with their CHILD_SAs, and the traffic of each.
//!
//! ```sh
//! cargo run --example list_tunnels
//! ```

use vici_client::{Client, Error};
use vici_types::{ListSas, TrafficSelector};

fn main() -> Result<(), Error> {
    let mut client = Client::connect_env()?;

    let mut count = 0;
    let mut sas = client.stream(&ListSas::new())?;
    for sa in sas.by_ref() {
        let sa = sa?;
        let ike = &sa.ike_sa;
        println!(
            "{} #{}: {} with {} at {}",
            sa.name, ike.uniqueid, ike.state, ike.remote_id, ike.remote_host
        );
        for child in ike.children() {
            let traffic = child.traffic();
            println!(
                "  {} -> {}: {}, {} bytes in {} packets received, {} bytes in {} packets sent",
                selectors(&child.local_ts),
                selectors(&child.remote_ts),
                child.state,
                traffic.bytes_in,
                traffic.packets_in,
                traffic.bytes_out,
                traffic.packets_out,
            );
        }
        count += 1;
    }
    sas.finish()?;
    println!("{count} IKE_SAs");
    Ok(())
}

fn selectors(selectors: &[TrafficSelector]) -> String {
    let texts: Vec<String> = selectors.iter().map(ToString::to_string).collect();
    texts.join(" ")
}
