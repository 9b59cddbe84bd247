//! What the check finds wrong is what a daemon refuses.

use vici_client::{Error, Message};
use vici_control::Config;
use vici_types::{Conn, LoadConn, LoadShared, SharedType};

use crate::charon::{Charon, each_generation};

each_generation! {
    what_the_check_finds_wrong_is_what_the_daemon_refuses
}

/// Keys of a connection and of a child, with values that are right and wrong on all releases.
const VALUES: &[(&str, &[&str], &[&str])] = &[
    ("version", &["0", "1", "2"], &["IKEv2"]),
    ("dscp", &["101110", "0"], &["46", "0x2e"]),
    (
        "dpd_delay",
        &["30", "30s", "1 H", "0x10"],
        &["1h30m", "1.5h", "1w", "x"],
    ),
    (
        "fragmentation",
        &["yes", "Accept", "no", "force"],
        &["maybe", "true1"],
    ),
    ("childless", &["allow", "never", "force"], &["yes"]),
    ("send_cert", &["ifasked", "ALWAYS", "never"], &["sometimes"]),
    ("unique", &["never", "no", "replace", "keep"], &["yes"]),
    (
        "if_id_in",
        &["7", "0x10", "%unique", "%unique-dir"],
        &["%same", "x"],
    ),
    (
        "proposals",
        &[
            "default",
            "aes256-sha256-x25519",
            "aes128gcm16-prfsha256-ecp256",
            "aes256-sha256-prfsha512-modp3072",
        ],
        &[
            "aes128",
            "aes128-sha265-x25519",
            "aes128gcm16-x25519",
            "aes128-x25519",
        ],
    ),
    (
        "vips",
        &["0.0.0.0", "::", "%any", "%any6", "10.0.0.1"],
        &["10.0.0.0/8", "x y"],
    ),
    (
        "children.mode",
        &[
            "tunnel",
            "Transport",
            "beet",
            "pass",
            "drop",
            "transport_proxy",
        ],
        &["tunnels", "0"],
    ),
    (
        "children.start_action",
        &[
            "none",
            "trap",
            "start",
            "trap|start",
            "start | trap",
            "restart",
            "route",
        ],
        &["traps", "start,trap"],
    ),
    (
        "children.dpd_action",
        &["clear", "none", "trap", "restart"],
        &["die"],
    ),
    (
        "children.hw_offload",
        &["no", "yes", "auto"],
        &["true", "1"],
    ),
    ("children.copy_dscp", &["no", "in", "out", "yes"], &["both"]),
    (
        "children.mark_in",
        &["1", "0x2a/0xff", "%unique", "%unique-dir", "%unique/0xff"],
        &["%same", "x", "1/x"],
    ),
    (
        "children.set_mark_in",
        &["1", "%same", "%same/0xff"],
        &["%unique", "x"],
    ),
    ("children.tfc_padding", &["mtu", "100"], &["MTU1", "x"]),
    (
        "children.rekey_bytes",
        &["1", "500m", "1 G", "0x10k"],
        &["1kb", "1T"],
    ),
    (
        "children.esp_proposals",
        &[
            "default",
            "aes128",
            "aes128-sha256",
            "aes128gcm16-x25519-esn",
        ],
        &["bogus", "sha256"],
    ),
    ("children.ah_proposals", &["sha256", "default"], &["aes128"]),
    (
        "children.local_ts",
        &[
            "dynamic",
            "10.0.0.0/8",
            "10.7.0.1",
            "fec0::/64",
            "10.0.0.1-10.0.0.9[tcp/80-90]",
            "dynamic[gre]",
            "10.0.0.0/8[17/53]",
            "0.0.0.0/0[icmp/8]",
        ],
        &["10.0.0/8", "nonsense", "10.0.0.0/8[tcp", "[gre]"],
    ),
    (
        "local.auth",
        &[
            "psk",
            "pubkey",
            "rsa-sha256",
            "ecdsa-sha384",
            "eap-md5",
            "eap",
            "xauth",
            "pubkey-sha256-ecdsa",
        ],
        &["password"],
    ),
    (
        "local.revocation",
        &["strict", "ifuri", "relaxed"],
        &["hard"],
    ),
    (
        "remote_addrs",
        &[
            "192.0.2.1",
            "192.0.2.0/24",
            "192.0.2.1-192.0.2.9",
            "%any",
            "vpn.example.org",
        ],
        &[],
    ),
];

/// A connection with one key.
fn conn(key: &str, value: &str) -> Conn {
    let list = [
        "proposals",
        "vips",
        "remote_addrs",
        "esp_proposals",
        "ah_proposals",
        "local_ts",
    ];
    let name = key.rsplit('.').next().unwrap();
    let inner = if list.contains(&name) {
        Message::new().list(name, [value])
    } else {
        Message::new().key(name, value)
    };
    let message = match key.split_once('.') {
        None => inner,
        Some(("children", _)) => {
            Message::new().section("children", Message::new().section("net", inner))
        }
        Some((section, _)) => Message::new().section(section, inner),
    };
    vici_client::vici_serde::from_message(&message).unwrap()
}

fn what_the_check_finds_wrong_is_what_the_daemon_refuses(charon: &Charon) {
    let mut client = charon.client();
    let mut all = Vec::new();
    for (key, right, wrong) in VALUES {
        let right = right.iter().map(|value| (value, true));
        for (value, valid) in right.chain(wrong.iter().map(|value| (value, false))) {
            let conn = conn(key, value);
            let mut config = Config::new();
            config.connections.push("c", conn.clone());
            config.secrets.push(LoadShared::new(SharedType::Ike, "a"));
            let problems = config.check();
            // Past the check of the types.
            let request = vici_client::vici_serde::to_message(&LoadConn::new("c", conn)).unwrap();
            let taken = match client.call_raw("load-conn", &request) {
                Ok(_) => true,
                Err(Error::CommandFailed { .. }) => false,
                Err(error) => panic!("{error}"),
            };
            if problems.is_empty() != valid || taken != valid {
                all.push(format!(
                    "{key} = {value}: taken {taken}, wanted {valid}, {problems:?}"
                ));
            }
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}
