//! What is loaded beside what is wanted.

#![allow(clippy::unwrap_used, reason = "tests")]

use vici_types::*;

/// A connection as charon 6.0.1 lists it.
fn listed() -> ConnInfo {
    let json = r#"{
        "local_addrs": ["%any"], "remote_addrs": ["192.0.2.1", "192.0.2.2"],
        "local_port": 500, "remote_port": 500, "version": "IKEv2",
        "reauth_time": 0, "rekey_time": 14400, "unique": "UNIQUE_REPLACE", "dpd_delay": 30,
        "local-1": {"class": "pre-shared key", "id": "carol@example.org", "groups": [],
            "cert_policy": [], "certs": [], "cacerts": []},
        "local-2": {"class": "EAP", "eap-type": "EAP_MD5", "eap_id": "carol", "groups": [],
            "cert_policy": [], "certs": [], "cacerts": []},
        "remote-1": {"class": "public key", "id": "C=CH, O=strongSwan, CN=moon", "groups": [],
            "revocation": "GOOD", "cert_policy": [], "certs": [], "cacerts": []},
        "children": {"net": {"mode": "TUNNEL", "rekey_time": 1800, "rekey_bytes": 524288000,
            "rekey_packets": 0, "dpd_action": "trap", "close_action": "trap|start",
            "local-ts": ["10.1.0.0/16"], "remote-ts": ["10.2.0.7/32[tcp/http]", "dynamic"],
            "priority": 7, "label": "613a6200"}}}"#;
    serde_json::from_str(json).unwrap()
}

/// The same in words of requests.
fn wanted() -> Conn {
    Conn::new()
        .version(2)
        .remote_addrs(["192.0.2.1 , 192.0.2.2"])
        .unique("replace")
        .dpd_delay("30s")
        .local_named(
            "local-b",
            ConnAuth::new().round(2).auth("eap-md5").eap_id("carol"),
        )
        .local_named(
            "local-a",
            ConnAuth::new()
                .round(1)
                .auth("psk")
                .id("email:carol@example.org"),
        )
        .remote(
            ConnAuth::new()
                .id("c=CH,O=strongSwan,  CN=moon")
                .revocation("strict"),
        )
        .child("net", child())
}

fn child() -> ConnChild {
    ConnChild::new()
        .rekey_time("30m")
        .rekey_bytes("500m")
        .dpd_action("hold")
        .close_action("start | trap")
        .local_ts(["10.1.0.0/16", "10.1.9.0/24"])
        .remote_ts(["dynamic", "10.2.0.7[tcp/http]"])
        .priority(7)
        .label("a:b")
}

fn lines(wanted: &Conn) -> Vec<String> {
    let differences = listed().differences(wanted);
    let lines: Vec<String> = differences.found.iter().map(ToString::to_string).collect();
    let printed: Vec<String> = differences.to_string().lines().map(str::to_owned).collect();
    assert_eq!(printed, lines);
    assert_eq!(differences.is_empty(), lines.is_empty());
    lines
}

#[test]
fn spellings_and_defaults_are_no_difference() {
    let differences = listed().differences(&wanted());
    assert_eq!(differences, Differences::default());
}

#[test]
fn words_are_read_in_any_case() {
    let mut conn = wanted().unique("Replace");
    let child = child()
        .mode("Tunnel")
        .dpd_action("Trap")
        .close_action("Trap|START");
    conn.children = Some([("net", child)].into());
    let remote = ConnAuth::new()
        .id("C=CH, O=strongSwan, CN=moon")
        .revocation("Strict");
    conn.remote = [("remote", remote)].into();
    assert_eq!(listed().differences(&conn), Differences::default());
    assert_eq!(
        lines(&conn.unique("KEEP")),
        ["unique: wanted KEEP, loaded UNIQUE_REPLACE"]
    );
}

/// Without a section the daemon lists a round all the same.
#[test]
fn the_round_that_a_daemon_makes_up_is_no_difference() {
    let made_up = r#"{"groups": [], "cert_policy": [], "certs": [], "cacerts": []}"#;
    let mut info = listed();
    info.local = [("local-1", serde_json::from_str(made_up).unwrap())].into();
    let mut conn = wanted();
    conn.local = Named::new();
    assert_eq!(info.differences(&conn), Differences::default());

    // What somebody has set is one.
    for set in [
        r#"{"class": "pre-shared key", "groups": [], "certs": [], "cacerts": []}"#,
        r#"{"id": "carol", "groups": [], "certs": [], "cacerts": []}"#,
        r#"{"groups": [], "cert_policy": ["1.2.3"], "certs": [], "cacerts": []}"#,
    ] {
        info.local = [("local-1", serde_json::from_str(set).unwrap())].into();
        let found = info.differences(&conn).found;
        assert_eq!(found.len(), 1, "{set}");
        assert_eq!(
            (found[0].path.as_str(), found[0].wanted.as_ref()),
            ("local", None)
        );
    }
    // And so is a second round.
    info.local = [
        ("local-1", serde_json::from_str(made_up).unwrap()),
        ("local-2", serde_json::from_str(made_up).unwrap()),
    ]
    .into();
    assert_eq!(info.differences(&conn).found.len(), 1);
}

#[test]
fn each_change_is_found() {
    for (changed, line) in [
        (wanted().version(1), "version: wanted 1, loaded IKEv2"),
        (
            wanted().local_addrs(["192.0.2.7"]),
            "local_addrs: wanted [192.0.2.7], loaded [%any]",
        ),
        (
            wanted().remote_addrs(["192.0.2.2", "192.0.2.1"]),
            "remote_addrs: wanted [192.0.2.2, 192.0.2.1], loaded [192.0.2.1, 192.0.2.2]",
        ),
        (
            wanted().local_port(4500),
            "local_port: wanted 4500, loaded 500",
        ),
        (
            wanted().remote_port(4500),
            "remote_port: wanted 4500, loaded 500",
        ),
        (
            wanted().unique("keep"),
            "unique: wanted keep, loaded UNIQUE_REPLACE",
        ),
        (
            wanted().rekey_time("1h"),
            "rekey_time: wanted 1h, loaded 14400",
        ),
        (
            wanted().reauth_time(60).rekey_time("4h"),
            "reauth_time: wanted 60, loaded 0",
        ),
        (wanted().dpd_delay(0), "dpd_delay: wanted 0, loaded 30"),
        (wanted().dpd_timeout(90), "dpd_timeout: wanted 90, loaded 0"),
        (wanted().ppk_id("x"), "ppk_id: wanted x, loaded nothing"),
        (
            wanted().ppk_required(true),
            "ppk_required: wanted yes, loaded no",
        ),
        (
            wanted().local(ConnAuth::new().round(3).auth("psk")),
            "local-3: wanted psk, loaded nothing",
        ),
        (
            wanted().child("dmz", ConnChild::new()),
            "children.dmz: wanted a child, loaded nothing",
        ),
    ] {
        assert_eq!(lines(&changed), [line]);
    }
    for (changed, line) in [
        (
            child().mode("transport"),
            "mode: wanted transport, loaded TUNNEL",
        ),
        (
            child().rekey_time("1h"),
            "rekey_time: wanted 1h, loaded 1800",
        ),
        (
            child().rekey_bytes("1g"),
            "rekey_bytes: wanted 1g, loaded 524288000",
        ),
        (
            child().rekey_packets(5),
            "rekey_packets: wanted 5, loaded 0",
        ),
        (
            child().dpd_action("restart"),
            "dpd_action: wanted restart, loaded trap",
        ),
        (
            child().local_ts(["10.2.0.0/16"]),
            "local_ts: wanted [10.2.0.0/16], loaded [10.1.0.0/16]",
        ),
        (
            child().interface("eth0"),
            "interface: wanted eth0, loaded nothing",
        ),
        (child().priority(0), "priority: wanted 0, loaded 7"),
        (child().label("a:c"), "label: wanted a:c, loaded a:b"),
    ] {
        let mut conn = wanted();
        conn.children = Some([("net", changed)].into());
        assert_eq!(lines(&conn), [format!("children.net.{line}")]);
    }
    let remote = |auth: ConnAuth| {
        let mut conn = wanted();
        conn.remote = [("remote", auth)].into();
        lines(&conn)
    };
    let auth = || {
        ConnAuth::new()
            .id("C=CH, O=strongSwan, CN=moon")
            .revocation("strict")
    };
    assert_eq!(
        remote(auth().auth("psk")),
        ["remote.auth: wanted psk, loaded public key"]
    );
    assert_eq!(
        remote(auth().id("CN=sun")),
        ["remote.id: wanted CN=sun, loaded C=CH, O=strongSwan, CN=moon"]
    );
    assert_eq!(
        remote(auth().revocation("ifuri")),
        ["remote.revocation: wanted ifuri, loaded GOOD"]
    );
    assert_eq!(
        remote(auth().groups(["a"])),
        ["remote.groups: wanted [a], loaded []"]
    );
}

#[test]
fn what_is_no_longer_wanted_is_found() {
    let mut conn = wanted();
    conn.dpd_delay = None;
    assert_eq!(lines(&conn), ["dpd_delay: wanted (0), loaded 30"]);
    let mut conn = wanted();
    conn.unique = None;
    assert_eq!(lines(&conn), ["unique: wanted (no), loaded UNIQUE_REPLACE"]);
    let mut conn = wanted();
    conn.children = None;
    assert_eq!(
        lines(&conn),
        ["children.net: wanted nothing, loaded a child"]
    );
    let mut conn = wanted();
    conn.local.remove("local-b");
    assert_eq!(lines(&conn), ["local: wanted nothing, loaded EAP"]);
}

#[test]
fn what_cannot_be_seen_is_named() {
    let mut conn = wanted()
        .proposals(["aes256-sha256-modp2048"])
        .mobike(false)
        .raw("new", "x");
    let child = child()
        .mark_in(42)
        .remote_ts(["dynamic", "10.2.0.7[tcp/80]"]);
    conn.children = Some([("net", child)].into());
    let auth = ConnAuth::new()
        .auth("pubkey-sha256")
        .id("C=CH, O=strongSwan, CN=moon")
        .revocation("strict")
        .cacerts(["PEM"]);
    conn.remote = [("remote", auth)].into();
    let differences = listed().differences(&conn);
    assert_eq!(differences.found, []);
    assert_eq!(
        differences.unseen,
        [
            "remote.auth",
            "remote.cacerts",
            "children.net.remote_ts",
            "children.net.mark_in",
            "proposals",
            "mobike",
            "new",
        ]
    );
    // Of an old daemon there is less to see.
    let mut old = listed();
    (old.local_port, old.rekey_time, old.unique) = (None, None, None);
    let differences = old.differences(&wanted().local_port(4500).rekey_time("1h"));
    assert_eq!(differences.found, []);
    assert_eq!(differences.unseen, ["local_port", "unique", "rekey_time"]);
}
