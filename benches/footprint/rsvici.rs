//! Prints the daemon's version, its SAs and their traffic, of which it knows what vici.rs knows most of.

use std::collections::BTreeMap;
use std::pin::pin;

use futures_util::StreamExt;
use serde::Deserialize;

#[derive(Deserialize)]
#[allow(dead_code)]
struct Version {
    daemon: String,
    version: String,
    sysname: Option<String>,
    release: Option<String>,
    machine: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(dead_code)]
struct Ike {
    uniqueid: u32,
    version: u8,
    state: String,
    local_host: String,
    local_port: u16,
    local_id: String,
    remote_host: String,
    remote_port: u16,
    remote_id: String,
    initiator: Option<bool>,
    initiator_spi: String,
    responder_spi: String,
    nat_remote: Option<bool>,
    nat_any: Option<bool>,
    encr_alg: Option<String>,
    encr_keysize: Option<u16>,
    integ_alg: Option<String>,
    prf_alg: Option<String>,
    dh_group: Option<String>,
    established: Option<u64>,
    rekey_time: Option<i64>,
    child_sas: BTreeMap<String, Child>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(dead_code)]
struct Child {
    name: String,
    uniqueid: u32,
    reqid: u32,
    state: String,
    mode: String,
    protocol: Option<String>,
    encap: Option<bool>,
    spi_in: Option<String>,
    spi_out: Option<String>,
    encr_alg: Option<String>,
    encr_keysize: Option<u16>,
    integ_alg: Option<String>,
    dh_group: Option<String>,
    bytes_in: Option<u64>,
    packets_in: Option<u64>,
    use_in: Option<u64>,
    bytes_out: Option<u64>,
    packets_out: Option<u64>,
    use_out: Option<u64>,
    rekey_time: Option<i64>,
    life_time: Option<i64>,
    install_time: Option<u64>,
    local_ts: Vec<String>,
    remote_ts: Vec<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut client = rsvici::unix::connect("/run/charon.vici").await?;
    let version: Version = client.request("version", ()).await?;
    println!("{}", version.version);
    let mut sas = pin!(client.stream_request::<_, BTreeMap<String, Ike>>("list-sas", "list-sa", ()));
    while let Some(sa) = sas.next().await {
        for (name, sa) in sa? {
            println!("{name} {} {}", sa.state, sa.remote_host);
            for (name, child) in sa.child_sas {
                println!("  {name} {} {:?} {:?}", child.state, child.bytes_in, child.bytes_out);
            }
        }
    }
    Ok(())
}
