//! Metrics of several daemons for Prometheus, asked at the same time, each within two seconds.
//!
//! ```sh
//! cargo run --example exporter_async
//! cargo run --example exporter_async -- unix:///run/moon.vici tcp://192.0.2.1:4502
//! ```
//!
//! A daemon that does not answer is a metric as well, and holds up no other.

use std::fmt::Write;
use std::time::Duration;

use tokio::time::timeout;
use vici_client::{Config, Error};
use vici_types::{ListSas, Stats};

/// What is asked of one daemon.
struct Scrape {
    ike_sas: u32,
    idle: u32,
    bytes_in: u64,
    bytes_out: u64,
}

async fn scrape(config: Config) -> Result<Scrape, Error> {
    let client = config.connect_async().await?;
    // Both are sent before the first is answered.
    let stats = client.call(&Stats::new());
    let mut sas = client.stream(&ListSas::new().noblock(true))?;
    let stats = stats.await?;
    let (mut bytes_in, mut bytes_out) = (0, 0);
    while let Some(sa) = sas.next().await {
        for child in sa?.ike_sa.children() {
            let traffic = child.traffic();
            bytes_in += traffic.bytes_in;
            bytes_out += traffic.bytes_out;
        }
    }
    sas.finish().await?;
    Ok(Scrape {
        ike_sas: stats.ikesas.total,
        idle: stats.workers.idle,
        bytes_in,
        bytes_out,
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut configs = Vec::new();
    for uri in std::env::args().skip(1) {
        configs.push((uri.clone(), Config::from_uri(&uri)?));
    }
    if configs.is_empty() {
        configs.push(("default".to_owned(), Config::from_env()?));
    }

    let mut asked = Vec::new();
    for (daemon, config) in configs {
        let scraping = timeout(Duration::from_secs(2), scrape(config));
        asked.push((daemon, tokio::spawn(scraping)));
    }
    // Numbers of the same kind stand together, so that the lines are collected by kind.
    let (mut up, mut sas) = (String::new(), String::new());
    let (mut idle, mut traffic) = (String::new(), String::new());
    for (daemon, scraping) in asked {
        let daemon = label(&daemon);
        let scrape = match scraping.await? {
            Ok(Ok(scrape)) => Some(scrape),
            Ok(Err(error)) => {
                eprintln!("{daemon}: {error}");
                None
            }
            Err(_) => {
                eprintln!("{daemon}: no answer in time");
                None
            }
        };
        let is_up = u8::from(scrape.is_some());
        writeln!(up, "strongswan_up{{daemon=\"{daemon}\"}} {is_up}")?;
        let Some(scrape) = scrape else { continue };
        writeln!(
            sas,
            "strongswan_ike_sas{{daemon=\"{daemon}\"}} {}",
            scrape.ike_sas
        )?;
        writeln!(
            idle,
            "strongswan_workers_idle{{daemon=\"{daemon}\"}} {}",
            scrape.idle
        )?;
        for (direction, bytes) in [("in", scrape.bytes_in), ("out", scrape.bytes_out)] {
            writeln!(
                traffic,
                "strongswan_child_sa_bytes{{daemon=\"{daemon}\",direction=\"{direction}\"}} {bytes}"
            )?;
        }
    }
    for (name, lines) in [
        ("strongswan_up", up),
        ("strongswan_ike_sas", sas),
        ("strongswan_workers_idle", idle),
        ("strongswan_child_sa_bytes", traffic),
    ] {
        print!("# TYPE {name} gauge\n{lines}");
    }
    Ok(())
}

/// The value of a label, escaped: names may come from elsewhere.
fn label(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
