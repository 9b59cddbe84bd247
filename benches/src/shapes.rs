//! Structs as a user would write them, the same for every library that knows serde.
//!
//! `S` is what text is read into: `&str` borrows, `String` owns. `B` is the same for bytes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Text, or a name of a section.
pub(crate) trait Texts: Ord + Serialize {}

impl Texts for &str {}
impl Texts for String {}

/// `list-sa`.
pub(crate) type ListSa<S> = BTreeMap<S, Ike<S>>;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    bound(deserialize = "S: Ord + Deserialize<'de>")
)]
pub(crate) struct Ike<S: Texts> {
    pub(crate) uniqueid: u32,
    pub(crate) version: u8,
    pub(crate) state: S,
    pub(crate) local_host: S,
    pub(crate) local_port: u16,
    pub(crate) local_id: S,
    pub(crate) remote_host: S,
    pub(crate) remote_port: u16,
    pub(crate) remote_id: S,
    pub(crate) initiator: Option<bool>,
    pub(crate) initiator_spi: S,
    pub(crate) responder_spi: S,
    pub(crate) nat_remote: Option<bool>,
    pub(crate) nat_any: Option<bool>,
    pub(crate) encr_alg: Option<S>,
    pub(crate) encr_keysize: Option<u16>,
    pub(crate) integ_alg: Option<S>,
    pub(crate) prf_alg: Option<S>,
    pub(crate) dh_group: Option<S>,
    pub(crate) established: Option<u64>,
    pub(crate) rekey_time: Option<i64>,
    pub(crate) child_sas: BTreeMap<S, Child<S>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    bound(deserialize = "S: Ord + Deserialize<'de>")
)]
pub(crate) struct Child<S: Texts> {
    pub(crate) name: S,
    pub(crate) uniqueid: u32,
    pub(crate) reqid: u32,
    pub(crate) state: S,
    pub(crate) mode: S,
    pub(crate) protocol: Option<S>,
    pub(crate) encap: Option<bool>,
    pub(crate) spi_in: Option<S>,
    pub(crate) spi_out: Option<S>,
    pub(crate) encr_alg: Option<S>,
    pub(crate) encr_keysize: Option<u16>,
    pub(crate) integ_alg: Option<S>,
    pub(crate) dh_group: Option<S>,
    pub(crate) bytes_in: Option<u64>,
    pub(crate) packets_in: Option<u64>,
    pub(crate) use_in: Option<u64>,
    pub(crate) bytes_out: Option<u64>,
    pub(crate) packets_out: Option<u64>,
    pub(crate) use_out: Option<u64>,
    pub(crate) rekey_time: Option<i64>,
    pub(crate) life_time: Option<i64>,
    pub(crate) install_time: Option<u64>,
    pub(crate) local_ts: Vec<S>,
    pub(crate) remote_ts: Vec<S>,
}

/// `list-conn`.
pub(crate) type ListConn<S> = BTreeMap<S, ConnInfo<S>>;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "S: Ord + Deserialize<'de>"))]
pub(crate) struct ConnInfo<S: Texts> {
    pub(crate) local_addrs: Vec<S>,
    pub(crate) remote_addrs: Vec<S>,
    pub(crate) local_port: Option<u16>,
    pub(crate) remote_port: Option<u16>,
    pub(crate) version: S,
    pub(crate) reauth_time: Option<u32>,
    pub(crate) rekey_time: Option<u32>,
    pub(crate) unique: Option<S>,
    #[serde(rename = "local-1")]
    pub(crate) local: AuthInfo<S>,
    #[serde(rename = "remote-1")]
    pub(crate) remote: AuthInfo<S>,
    pub(crate) children: BTreeMap<S, ChildInfo<S>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "S: Deserialize<'de>"))]
pub(crate) struct AuthInfo<S: Texts> {
    pub(crate) class: Option<S>,
    pub(crate) id: Option<S>,
    pub(crate) groups: Vec<S>,
    pub(crate) cert_policy: Option<Vec<S>>,
    pub(crate) certs: Vec<S>,
    pub(crate) cacerts: Vec<S>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "S: Deserialize<'de>"))]
pub(crate) struct ChildInfo<S: Texts> {
    pub(crate) mode: S,
    pub(crate) rekey_time: Option<u64>,
    pub(crate) rekey_bytes: Option<u64>,
    pub(crate) rekey_packets: Option<u64>,
    pub(crate) dpd_action: Option<S>,
    pub(crate) close_action: Option<S>,
    #[serde(rename = "local-ts")]
    pub(crate) local_ts: Vec<S>,
    #[serde(rename = "remote-ts")]
    pub(crate) remote_ts: Vec<S>,
}

/// `list-cert`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ListCert<S, B> {
    #[serde(rename = "type")]
    pub(crate) type_: S,
    pub(crate) flag: Option<S>,
    pub(crate) has_privkey: Option<bool>,
    pub(crate) data: B,
    pub(crate) subject: Option<S>,
}

/// `load-conn`.
pub(crate) type LoadConn<S> = BTreeMap<S, Conn<S>>;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "S: Ord + Deserialize<'de>"))]
pub(crate) struct Conn<S: Texts> {
    pub(crate) version: u8,
    pub(crate) local_addrs: Vec<S>,
    pub(crate) remote_addrs: Vec<S>,
    pub(crate) proposals: Vec<S>,
    pub(crate) mobike: Option<bool>,
    pub(crate) dpd_delay: Option<S>,
    pub(crate) send_cert: Option<S>,
    pub(crate) unique: Option<S>,
    pub(crate) rekey_time: Option<S>,
    pub(crate) local: ConnAuth<S>,
    pub(crate) remote: ConnAuth<S>,
    pub(crate) children: BTreeMap<S, ConnChild<S>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "S: Deserialize<'de>"))]
pub(crate) struct ConnAuth<S: Texts> {
    pub(crate) auth: Option<S>,
    pub(crate) id: Option<S>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "S: Deserialize<'de>"))]
pub(crate) struct ConnChild<S: Texts> {
    pub(crate) esp_proposals: Vec<S>,
    pub(crate) local_ts: Vec<S>,
    pub(crate) remote_ts: Vec<S>,
    pub(crate) updown: Option<S>,
    pub(crate) mode: Option<S>,
    pub(crate) rekey_time: Option<S>,
    pub(crate) dpd_action: Option<S>,
    pub(crate) start_action: Option<S>,
}
