//! Prints the daemon's version, its SAs and their traffic.

use vici_client::Client;
use vici_client::vici_types::{ListSas, Version};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut client = Client::connect()?;
    println!("{}", client.call(&Version::new())?.version);
    let mut sas = client.stream(&ListSas::new())?;
    for sa in &mut sas {
        let sa = sa?;
        println!("{} {} {}", sa.name, sa.ike_sa.state, sa.ike_sa.remote_host);
        for (name, child) in sa.ike_sa.child_sas.iter().flatten() {
            println!("  {name} {} {:?} {:?}", child.state, child.bytes_in, child.bytes_out);
        }
    }
    sas.finish()?;
    Ok(())
}
