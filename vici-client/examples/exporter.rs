//! Prints metrics in the text format of Prometheus, once.
//!
//! ```sh
//! cargo run --example exporter
//! ```
//!
//! Put it behind an HTTP server of your choice, or write it to a file for the text file collector.

use std::fmt::Write;

use vici_client::Client;
use vici_types::{GetPools, ListSas, Stats};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut client = Client::connect_env()?;

    let mut out = String::new();
    let stats = client.call(&Stats::new())?;
    writeln!(out, "# TYPE strongswan_ike_sas gauge")?;
    writeln!(out, "strongswan_ike_sas {}", stats.ikesas.total)?;
    writeln!(out, "# TYPE strongswan_ike_sas_half_open gauge")?;
    writeln!(
        out,
        "strongswan_ike_sas_half_open {}",
        stats.ikesas.half_open
    )?;
    writeln!(out, "# TYPE strongswan_workers_idle gauge")?;
    writeln!(out, "strongswan_workers_idle {}", stats.workers.idle)?;

    let pools = client.call(&GetPools::new())?.pools;
    writeln!(out, "# TYPE strongswan_pool_addresses gauge")?;
    for (name, pool) in &pools {
        let pool_name = label(&name.to_string_lossy());
        let free = u64::from(pool.size).saturating_sub(u64::from(pool.online));
        writeln!(
            out,
            "strongswan_pool_addresses{{pool=\"{pool_name}\",state=\"online\"}} {}",
            pool.online
        )?;
        writeln!(
            out,
            "strongswan_pool_addresses{{pool=\"{pool_name}\",state=\"free\"}} {free}"
        )?;
    }

    // Numbers of the same kind stand together, so that the lines are collected by kind.
    let (mut up, mut traffic) = (String::new(), String::new());
    let mut sas = client.stream(&ListSas::new().noblock(true))?;
    for sa in sas.by_ref() {
        let sa = sa?;
        let ike = label(&sa.name.to_string_lossy());
        let number = sa.ike_sa.uniqueid;
        let is_up = u8::from(sa.ike_sa.is_up());
        writeln!(
            up,
            "strongswan_ike_sa_up{{ike=\"{ike}\",id=\"{number}\"}} {is_up}"
        )?;
        for child in sa.ike_sa.children() {
            let name = child.name.clone().unwrap_or_default();
            let child_name = label(&name.to_string_lossy());
            let number = child.uniqueid.unwrap_or_default();
            let bytes = child.traffic();
            for (direction, bytes) in [("in", bytes.bytes_in), ("out", bytes.bytes_out)] {
                writeln!(
                    traffic,
                    "strongswan_child_sa_bytes{{ike=\"{ike}\",child=\"{child_name}\",id=\"{number}\",direction=\"{direction}\"}} {bytes}",
                )?;
            }
        }
    }
    sas.finish()?;
    writeln!(
        out,
        "# TYPE strongswan_ike_sa_up gauge\n{up}# TYPE strongswan_child_sa_bytes gauge\n{traffic}"
    )?;
    print!("{}", out.trim_end_matches('\n').to_owned() + "\n");
    Ok(())
}

/// The value of a label, escaped: names may come from elsewhere.
fn label(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
