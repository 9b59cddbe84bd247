//! Prints the daemon's version and its SAs.

use vici_client::{Client, vici_types::{ListSas, Version}};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut client = Client::connect()?;
    println!("{:?}", client.call(&Version::new())?);
    let mut sas = client.stream(&ListSas::new())?;
    for sa in &mut sas {
        println!("{:?}", sa?);
    }
    sas.finish()?;
    Ok(())
}
