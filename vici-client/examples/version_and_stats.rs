//! Prints what the daemon is and how busy it is.
//!
//! ```sh
//! cargo run --example version_and_stats
//! ```

use vici_client::{Client, Error};
use vici_types::{Stats, Version};

fn main() -> Result<(), Error> {
    let mut client = Client::connect_env()?;

    let version = client.call(&Version::new())?;
    println!("{} {}", version.daemon, version.version);
    if let (Some(sysname), Some(release)) = (version.sysname, version.release) {
        println!("on {sysname} {release}");
    }

    let stats = client.call(&Stats::new())?;
    println!("up since {} ({})", stats.uptime.since, stats.uptime.running);
    println!(
        "{} of {} threads idle",
        stats.workers.idle, stats.workers.total
    );
    println!(
        "{} IKE_SAs, {} half open",
        stats.ikesas.total, stats.ikesas.half_open
    );
    let plugins: Vec<String> = stats.plugins.iter().map(ToString::to_string).collect();
    println!("plugins: {}", plugins.join(" "));
    Ok(())
}
