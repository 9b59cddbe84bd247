use vici_client::vici_serde::{Section, Value};
use vici_client::{Client, Message, Result};
use vici_types::{ListConns, UnloadConn};

use super::refusal;

/// Where an option is tried.
#[derive(Clone, Copy, Debug)]
enum At {
    Conn,
    Auth,
    Child,
}

fn load(client: &mut Client, at: At, name: &str, value: Value) -> Result<()> {
    let section = Section::new().key(name, value);
    let conn = match at {
        At::Conn => section,
        At::Auth => Section::new().section("local", section),
        At::Child => Section::new().section("children", Section::new().section("net", section)),
    };
    let conn = conn.key("version", "2");
    let request = Message::new().section("tried", conn);
    client.call_raw("load-conn", &request).map(|_| ())
}

fn list(item: &str) -> Value {
    Value::list([item])
}

pub(super) fn are_refused_by_name(client: &mut Client) {
    for (at, name, value) in [
        (At::Conn, "version", "IKEv2".into()),
        (At::Conn, "version", "2x".into()),
        (At::Conn, "mobike", "on".into()),
        (At::Conn, "rekey_time", "1h30m".into()),
        (At::Conn, "fragmentation", "maybe".into()),
        (At::Conn, "unique", "maybe".into()),
        (At::Conn, "send_cert", "maybe".into()),
        (At::Conn, "dscp", "46".into()),
        (At::Conn, "local_port", "x".into()),
        (At::Conn, "keyingtries", "%forever".into()),
        (At::Conn, "if_id_in", "x".into()),
        (At::Conn, "ppk_id", Value::from(&b"\xe9"[..])),
        (At::Conn, "proposals", list("bogus")),
        (At::Conn, "proposals", list("aes128")),
        (At::Conn, "vips", list("nonsense")),
        (At::Auth, "auth", "any".into()),
        (At::Auth, "auth", "".into()),
        (At::Auth, "revocation", "maybe".into()),
        (At::Auth, "round", "x".into()),
        (At::Auth, "certs", list("nonsense")),
        (At::Child, "mode", "maybe".into()),
        (At::Child, "start_action", "maybe".into()),
        (At::Child, "rekey_bytes", "1kb".into()),
        (At::Child, "tfc_padding", "x".into()),
        (At::Child, "mark_in", "%same".into()),
        (At::Child, "hw_offload", "true".into()),
        (At::Child, "copy_dscp", "true".into()),
        (At::Child, "label", "".into()),
        (At::Child, "esp_proposals", list("bogus")),
        (At::Child, "ah_proposals", list("aes128")),
        (At::Child, "local_ts", list("nonsense")),
        (At::Child, "local_ts", list("10.0.0.0/8[tcp/frobs]")),
    ] {
        assert_eq!(
            refusal(load(client, at, name, value.clone())),
            format!("invalid value for: {name}, config discarded"),
            "{at:?} {value:?}"
        );
    }
    for (at, name, value) in [
        (At::Conn, "frobnicate", "1".into()),
        (At::Conn, "frobnicate", list("1")),
        (At::Conn, "proposals", "default".into()),
        (At::Conn, "version", list("2")),
        (At::Conn, "children", "net".into()),
        (At::Auth, "frobnicate", "1".into()),
        (At::Child, "frobnicate", "1".into()),
        (At::Child, "local_ts", "dynamic".into()),
    ] {
        assert_eq!(
            refusal(load(client, at, name, value.clone())),
            format!("unknown option: {name}, config discarded"),
            "{at:?} {value:?}"
        );
    }
    let empty = || Value::from(Section::new());
    for (at, name, errmsg) in [
        (At::Conn, "frob", "invalid section: frob"),
        (At::Conn, "version", "invalid section: version"),
        (At::Auth, "frob", "invalid section: frob"),
        (At::Auth, "cert", "handle or file path missing: cert"),
    ] {
        assert_eq!(refusal(load(client, at, name, empty())), errmsg);
    }
}

pub(super) fn are_accepted_in_the_spellings_of_the_daemon(client: &mut Client) {
    for (at, name, value) in [
        (At::Conn, "version", "0x2".into()),
        (At::Conn, "mobike", "No".into()),
        (At::Conn, "mobike", "1".into()),
        (At::Conn, "rekey_time", "1 h".into()),
        (At::Conn, "rekey_time", "".into()),
        (At::Conn, "fragmentation", "accept".into()),
        (At::Conn, "unique", "replace".into()),
        (At::Conn, "dscp", "101110".into()),
        (At::Conn, "if_id_in", "%unique".into()),
        (At::Conn, "proposals", list("aes256gcm16-prfsha384-ecp384")),
        (At::Conn, "vips", list("0.0.0.0")),
        (At::Conn, "frobnicate", Value::list([""; 0])),
        (At::Auth, "auth", "PSK".into()),
        (At::Auth, "auth", "eap-frob".into()),
        (At::Auth, "auth", "xauth-pam".into()),
        (At::Auth, "auth", "ike:rsa-sha256".into()),
        (At::Auth, "revocation", "ifuri".into()),
        (At::Child, "mode", "TUNNEL".into()),
        (At::Child, "start_action", "clear".into()),
        (At::Child, "rekey_bytes", "1 g".into()),
        (At::Child, "tfc_padding", "mtu".into()),
        (At::Child, "mark_in", "1/0xff".into()),
        (At::Child, "set_mark_in", "%same".into()),
        (At::Child, "copy_dscp", "yes".into()),
        (
            At::Child,
            "esp_proposals",
            list("aes128-sha256-modp2048-esn"),
        ),
        (At::Child, "ah_proposals", list("sha256")),
        (At::Child, "frob", Section::new().key("x", "y").into()),
    ] {
        if let Err(error) = load(client, at, name, value.clone()) {
            panic!("{at:?} {name} {value:?}: {error}");
        }
    }
    client.call(&UnloadConn::new("tried")).unwrap();
}

pub(super) fn selectors_are_written_in_one_spelling(client: &mut Client) {
    let selectors = [
        ("dynamic", "dynamic"),
        ("dynamic[tcp/http]", "dynamic[tcp/http]"),
        ("10.7.0.1", "10.7.0.1/32"),
        (
            "10.0.0.1-10.0.0.9[tcp/80-90]",
            "10.0.0.1..10.0.0.9[tcp/80-90]",
        ),
        ("10.1.0.0/16[udp/53]", "10.1.0.0/16[udp/domain]"),
        ("10.0.0.0/8[17/opaque]", "10.0.0.0/8[udp/OPAQUE]"),
        ("0.0.0.0/0[1/8]", "0.0.0.0/0[icmp/8]"),
        ("10.9.0.0/16[tcp]", "10.9.0.0/16[tcp]"),
        ("fec0::/16", "fec0::/16"),
    ];
    let (given, written): (Vec<_>, Vec<_>) = selectors.into_iter().unzip();
    load(client, At::Child, "remote_ts", Value::list(given)).unwrap();
    let mut conns = client.stream(&ListConns::new()).unwrap();
    let listed = conns.next().unwrap().unwrap();
    conns.finish().unwrap();
    assert_eq!(listed.conn.children.get("net").unwrap().remote_ts, written);
    client.call(&UnloadConn::new("tried")).unwrap();
}
