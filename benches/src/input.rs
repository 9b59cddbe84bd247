//! The messages that are measured, made anew and alike in every run.

use std::collections::BTreeMap;

use serde_bytes::Bytes;

use crate::borrowed::{
    AuthInfo, Child, ChildInfo, Conn, ConnAuth, ConnChild, ConnInfo, Ike, ListCert,
};

/// A `list-sa` with so many CHILD_SAs.
pub(crate) fn list_sa(children: u32) -> Vec<u8> {
    let texts: Vec<[String; 5]> = (0..children)
        .map(|i| {
            [
                format!("net-{i}"),
                format!("net-{i}-{}", i + 100),
                format!("{:08x}", 0xc123_4567_u32.wrapping_mul(i + 1)),
                format!("10.{}.{}.0/24", 1 + i / 250 * 2, i % 250),
                format!("10.{}.{}.0/24", 2 + i / 250 * 2, i % 250),
            ]
        })
        .collect();
    let children = texts
        .iter()
        .zip(0..)
        .map(|([name, key, spi, local, remote], i)| {
            let count = u64::from(i);
            let child = Child {
                name: name.as_str(),
                uniqueid: i + 100,
                reqid: i + 1,
                state: "INSTALLED",
                mode: "TUNNEL",
                protocol: Some("ESP"),
                encap: Some(true),
                spi_in: Some(spi),
                spi_out: Some(spi),
                encr_alg: Some("AES_CBC"),
                encr_keysize: Some(128),
                integ_alg: Some("HMAC_SHA2_256_128"),
                dh_group: Some("CURVE_25519"),
                bytes_in: Some(count * 123_456),
                packets_in: Some(count * 1234),
                use_in: Some(count),
                bytes_out: Some(count * 654_321),
                packets_out: Some(count * 4321),
                use_out: Some(count),
                rekey_time: Some(3290 - i64::from(i)),
                life_time: Some(3960),
                install_time: Some(count),
                local_ts: vec![local],
                remote_ts: vec![remote],
            };
            (key.as_str(), child)
        });
    let ike = Ike {
        uniqueid: 1,
        version: 2,
        state: "ESTABLISHED",
        local_host: "192.168.0.1",
        local_port: 4500,
        local_id: "moon.lab",
        remote_host: "192.168.0.2",
        remote_port: 4500,
        remote_id: "sun.lab",
        initiator: Some(true),
        initiator_spi: "cb725ee38433daf0",
        responder_spi: "e8aac391540a6fc8",
        nat_remote: Some(true),
        nat_any: Some(true),
        encr_alg: Some("AES_CBC"),
        encr_keysize: Some(128),
        integ_alg: Some("HMAC_SHA2_256_128"),
        prf_alg: Some("PRF_HMAC_SHA2_256"),
        dh_group: Some("CURVE_25519"),
        established: Some(12),
        rekey_time: Some(13345),
        child_sas: children.collect(),
    };
    encode(&BTreeMap::from([("home", ike)]))
}

/// A `list-conn` with two children.
pub(crate) fn list_conn() -> Vec<u8> {
    let auth = |id| AuthInfo {
        class: Some("pre-shared key"),
        id: Some(id),
        groups: Vec::new(),
        cert_policy: Some(Vec::new()),
        certs: Vec::new(),
        cacerts: Vec::new(),
    };
    let child = |local, remote| ChildInfo {
        mode: "TUNNEL",
        rekey_time: Some(3600),
        rekey_bytes: Some(500_000_000),
        rekey_packets: Some(1_000_000),
        dpd_action: Some("none"),
        close_action: Some("none"),
        local_ts: local,
        remote_ts: remote,
    };
    let conn = ConnInfo {
        local_addrs: vec!["192.168.0.1"],
        remote_addrs: vec!["192.168.0.2"],
        local_port: Some(500),
        remote_port: Some(500),
        version: "IKEv2",
        reauth_time: Some(0),
        rekey_time: Some(14400),
        unique: Some("UNIQUE_NO"),
        local: auth("psk.moon.lab"),
        remote: auth("psk.sun.lab"),
        children: BTreeMap::from([
            (
                "narrow",
                child(vec!["10.1.20.0/24", "10.1.21.0/24"], vec!["10.2.20.1/32"]),
            ),
            ("net", child(vec!["10.1.0.0/24"], vec!["10.2.0.0/24"])),
        ]),
    };
    encode(&BTreeMap::from([("psk", conn)]))
}

/// A `list-cert` with two kilobytes of DER.
pub(crate) fn list_cert() -> Vec<u8> {
    encode(&ListCert {
        type_: "X509",
        flag: Some("NONE"),
        has_privkey: Some(true),
        data: Bytes::new(&noise(2048)),
        subject: None,
    })
}

/// A request to load a connection with two children.
pub(crate) fn load_conn() -> Vec<u8> {
    let auth = |id| ConnAuth {
        auth: Some("pubkey"),
        id: Some(id),
    };
    let child = |local, remote| ConnChild {
        esp_proposals: vec!["aes128gcm128-x25519", "aes256-sha256-modp3072"],
        local_ts: vec![local],
        remote_ts: vec![remote],
        updown: Some("/usr/local/libexec/ipsec/_updown iptables"),
        mode: Some("tunnel"),
        rekey_time: Some("5400"),
        dpd_action: Some("restart"),
        start_action: Some("trap"),
    };
    let conn = Conn {
        version: 2,
        local_addrs: vec!["192.168.0.1"],
        remote_addrs: vec!["192.168.0.2", "gw.example.org"],
        proposals: vec!["aes128-sha256-x25519", "aes256gcm16-prfsha384-ecp384"],
        mobike: Some(false),
        dpd_delay: Some("30s"),
        send_cert: Some("ifasked"),
        unique: Some("replace"),
        rekey_time: Some("4h"),
        local: auth("CN=moon.lab, O=Lab, C=CH"),
        remote: auth("CN=sun.lab, O=Lab, C=CH"),
        children: BTreeMap::from([
            ("alice", child("10.1.0.0/24", "10.2.0.0/24")),
            ("venus", child("10.1.20.0/24", "10.2.20.0/24")),
        ]),
    };
    encode(&BTreeMap::from([("gw-gw", conn)]))
}

/// A connection of two sites, of about 350 bytes.
pub(crate) fn load_small_conn() -> Vec<u8> {
    let auth = |id| ConnAuth {
        auth: Some("psk"),
        id: Some(id),
    };
    let child = ConnChild {
        esp_proposals: vec!["aes128gcm128-x25519"],
        local_ts: vec!["10.1.0.0/16"],
        remote_ts: vec!["10.2.0.0/16"],
        updown: None,
        mode: None,
        rekey_time: None,
        dpd_action: Some("restart"),
        start_action: Some("trap"),
    };
    let conn = Conn {
        version: 2,
        local_addrs: vec!["192.0.2.1"],
        remote_addrs: vec!["192.0.2.2"],
        proposals: vec!["aes128-sha256-x25519"],
        mobike: None,
        dpd_delay: Some("30s"),
        send_cert: None,
        unique: None,
        rekey_time: None,
        local: auth("moon.example.org"),
        remote: auth("sun.example.org"),
        children: BTreeMap::from([("net", child)]),
    };
    encode(&BTreeMap::from([("home", conn)]))
}

/// What a daemon answers to `version`.
pub(crate) fn version() -> Vec<u8> {
    encode(&BTreeMap::from([
        ("daemon", "charon"),
        ("machine", "x86_64"),
        ("release", "6.1.0-18-amd64"),
        ("sysname", "Linux"),
        ("version", "5.9.8"),
    ]))
}

/// Bytes of every value, in no order.
pub(crate) fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_u32;
    let next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(len).collect()
}

fn encode<T: serde::Serialize>(message: &T) -> Vec<u8> {
    vici_serde::to_vec(message).expect("inputs are messages")
}
