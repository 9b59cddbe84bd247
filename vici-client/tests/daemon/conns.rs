//! Connections: loaded from typed structs, read back, unloaded.

use std::collections::BTreeSet;

use serde_derive::Serialize;
use vici_client::Client;
use vici_types::{
    Action, AuthClass, ChildMode, Command, Conn, ConnAuth, ConnChild, Done, GetConns, IkeVersion,
    ListConn, ListConns, LoadConn, Mode, Request, Revocation, Unique, UniquePolicy, UnloadConn,
};

use crate::charon::{Charon, each_generation};

each_generation! {
    a_connection_is_read_back_as_it_was_loaded
    what_is_loaded_does_not_differ_from_what_was_wanted
    several_connections_are_loaded_in_one_request
    what_else_can_be_listed_is
    proposals_are_listed_where_the_daemon_does
    a_struct_of_ones_own_is_loaded
    many_connections_are_listed_once_each
}

mod over_tcp {
    use super::*;

    each_generation! { of crate::charon::run_tcp;
        a_connection_is_read_back_as_it_was_loaded
        many_connections_are_listed_once_each
    }
}

fn list(client: &mut Client) -> Vec<ListConn> {
    let mut stream = client.stream(&ListConns::default()).unwrap();
    let conns = stream.by_ref().map(Result::unwrap).collect();
    stream.finish().unwrap();
    conns
}

/// Connections with every key that is listed, in spellings of all kinds, each with one change.
fn wanted_and_changed() -> Vec<(Conn, Vec<(Conn, &'static str)>)> {
    let auth = || ConnAuth::new().auth("psk");
    let plain = || {
        Conn::new()
            .remote_addrs(["192.0.2.2"])
            .local(auth())
            .remote(auth())
    };
    let child = |child: ConnChild| plain().child("net", child);
    let net = || {
        ConnChild::new()
            .local_ts(["10.1.0.0/16"])
            .remote_ts(["10.2.0.0/16[tcp/80]"])
    };
    vec![
        (
            plain(),
            vec![
                (plain().remote_addrs(["192.0.2.3"]), "remote_addrs"),
                (plain().local_addrs(["192.0.2.1"]), "local_addrs"),
                (plain().rekey_time("1h"), "rekey_time"),
                (plain().reauth_time(3600).rekey_time("4h"), "reauth_time"),
                (plain().unique(Unique::Replace), "unique"),
                (plain().remote(auth()), "remote-2"),
                (plain().child("net", ConnChild::new()), "children.net"),
            ],
        ),
        (
            plain()
                .version(2)
                .local_addrs(["192.0.2.1, 192.0.2.4"])
                .unique("keep"),
            vec![(
                plain().version(2).local_addrs(["192.0.2.1", "192.0.2.4"]),
                "unique",
            )],
        ),
        (
            plain()
                .reauth_time("2h")
                .ppk_id("ppk@example.org")
                .ppk_required(true),
            vec![
                (plain().reauth_time(7200).ppk_required(true), "ppk_id"),
                (
                    plain().reauth_time(7200).ppk_id("ppk@example.org"),
                    "ppk_required",
                ),
            ],
        ),
        (
            Conn::new()
                .local_named("local-b", auth().round(2).auth("eap-md5").eap_id("carol"))
                .local_named("local-a", auth().round(1).id("carol@example.org"))
                .remote(
                    ConnAuth::new()
                        .id("C=CH,O=Linux strongSwan,CN=moon.example.org")
                        .revocation(Revocation::Strict)
                        .groups(["sales"]),
                ),
            vec![(plain(), "local.id")],
        ),
        (
            plain().local(ConnAuth::new().auth("xauth").xauth_id("carol")),
            vec![],
        ),
        (
            child(
                net()
                    .rekey_time("30m")
                    .rekey_bytes("500m")
                    .rekey_packets(1000),
            ),
            vec![
                (
                    child(net().rekey_bytes("500m").rekey_packets(1000)),
                    "children.net.rekey_time",
                ),
                (
                    child(net().rekey_time(1800).rekey_packets(1000)),
                    "children.net.rekey_bytes",
                ),
                (
                    child(net().rekey_time(1800).rekey_bytes(524_288_000)),
                    "children.net.rekey_packets",
                ),
            ],
        ),
        (
            child(
                ConnChild::new()
                    .life_time("66m")
                    .life_bytes("11m")
                    .life_packets(110),
            ),
            vec![(
                child(ConnChild::new().life_time("66m").rekey_bytes(5)),
                "children.net.rekey_bytes",
            )],
        ),
        (
            child(
                net()
                    .dpd_action("restart")
                    .close_action(Action::trap())
                    .start_action("none"),
            ),
            vec![
                (
                    child(net().dpd_action("start")),
                    "children.net.close_action",
                ),
                (
                    child(net().close_action("trap").dpd_action("trap")),
                    "children.net.dpd_action",
                ),
            ],
        ),
        (
            child(net().mode(ChildMode::Transport).priority(7).interface("lo")),
            vec![
                (
                    child(net().priority(7).interface("lo")),
                    "children.net.mode",
                ),
                (
                    child(net().mode("transport").interface("lo")),
                    "children.net.priority",
                ),
                (
                    child(net().mode("transport").priority(7)),
                    "children.net.interface",
                ),
            ],
        ),
        (
            child(ConnChild::new().remote_ts([
                "10.2.0.0/16",
                "10.2.3.0/24",
                "10.9.0.7",
                "fec0::/64",
            ])),
            vec![(
                child(ConnChild::new().remote_ts(["10.2.0.0/16"])),
                "children.net.remote_ts",
            )],
        ),
    ]
}

fn what_is_loaded_does_not_differ_from_what_was_wanted(charon: &Charon) {
    let mut client = charon.client();
    for (wanted, changes) in wanted_and_changed() {
        client
            .call(&LoadConn::new("drift", wanted.clone()))
            .unwrap();
        let listed = list(&mut client);
        let loaded = &listed
            .iter()
            .find(|conn| conn.name == "drift")
            .unwrap()
            .conn;
        let differences = loaded.differences(&wanted);
        assert!(
            differences.is_empty(),
            "{wanted:?}: {differences}{loaded:#?}"
        );
        for (changed, path) in changes {
            let differences = loaded.differences(&changed);
            let mut paths = differences.found.iter().map(|found| found.path.as_str());
            assert!(paths.any(|found| found == path), "{path}: {differences:?}");
        }
        client.call(&UnloadConn::new("drift")).unwrap();
    }
}

fn a_connection_is_read_back_as_it_was_loaded(charon: &Charon) {
    let mut client = charon.client();

    let net = ConnChild::new()
        .local_ts(["10.1.0.0/16", "10.3.0.0/16"])
        .remote_ts(["10.2.0.0/16[tcp/80]"])
        .rekey_time("30m")
        .rekey_bytes("500m")
        .dpd_action(Action::trap())
        .priority(7);
    let home = Conn::new()
        .version(IkeVersion::V2)
        .local_addrs(["192.0.2.1"])
        .remote_addrs(["192.0.2.2", "192.0.2.3"])
        .rekey_time("1h")
        .dpd_delay("30s")
        .local(ConnAuth::new().auth("psk").id("carol@example.org"))
        .local_named(
            "local-xauth",
            ConnAuth::new().auth("eap-md5").eap_id("carol"),
        )
        .remote(ConnAuth::new().auth("psk").id("moon.example.org"))
        .child("net", net)
        .child("other", ConnChild::new());
    client.call(&LoadConn::new("home", home)).unwrap();

    let conns = list(&mut client);
    assert_eq!(conns.len(), 1);
    let conn = &conns[0].conn;
    assert_eq!(conns[0].name, "home");
    assert_eq!(conn.version.as_str(), "IKEv2");
    assert_eq!(conn.local_addrs, ["192.0.2.1"]);
    assert_eq!(conn.remote_addrs, ["192.0.2.2", "192.0.2.3"]);
    assert_eq!(conn.rekey_time, Some(3600));
    assert_eq!(conn.dpd_delay, Some(30));

    let local: Vec<_> = conn.local.iter().collect();
    assert_eq!(local.len(), 2);
    assert_eq!(*local[0].0, "local-1");
    assert_eq!(
        local[0].1.class.as_ref().unwrap().to_string(),
        "pre-shared key"
    );
    assert_eq!(local[0].1.id.as_ref().unwrap(), "carol@example.org");
    assert_eq!(local[1].1.class.as_ref().unwrap().to_string(), "EAP");
    assert_eq!(local[1].1.eap_id.as_ref().unwrap(), "carol");
    assert_eq!(conn.remote.iter().count(), 1);

    let children: Vec<_> = conn.children.iter().collect();
    assert_eq!(children.len(), 2);
    assert_eq!(*children[0].0, "net");
    assert_eq!(*children[1].0, "other");
    let net = children[0].1;
    assert_eq!(net.mode.to_string(), "TUNNEL");
    assert_eq!(net.rekey_time, Some(1800));
    assert_eq!(net.rekey_bytes, Some(500 * 1024 * 1024));
    assert_eq!(net.priority, Some(7));
    assert_eq!(net.local_ts, ["10.1.0.0/16", "10.3.0.0/16"]);
    assert_eq!(net.dpd_action.as_ref().unwrap().to_string(), "trap");
}

fn what_else_can_be_listed_is(charon: &Charon) {
    let mut client = charon.client();
    let xauth = ConnAuth::new().auth("xauth-generic").xauth_id("dave");
    let eap = ConnAuth::new()
        .auth("eap-5-4711")
        .eap_id("%any")
        .aaa_id("aaa.example.org");
    let remote = ConnAuth::new()
        .auth("pubkey")
        .ca_id("C=CH, O=Lab, CN=Lab CA")
        .groups(["users"])
        .cert_policy(["1.3.6.1.4.1.36906.1.1.1"])
        .revocation(Revocation::Strict);
    let net = ConnChild::new()
        .label("system_u:object_r:lab_t:s0")
        .mode(ChildMode::Transport)
        .interface("eth7")
        .rekey_packets(7);
    let home = Conn::new()
        .ppk_id("ppk.lab")
        .ppk_required(true)
        .unique(Unique::Never)
        .reauth_time("1h")
        .dpd_timeout("7m")
        .local(xauth)
        .local(eap)
        .remote(remote)
        .child("net", net);
    client.call(&LoadConn::new("home", home)).unwrap();

    let conn = &list(&mut client)[0].conn;
    assert_eq!(conn.ppk_id.as_ref().unwrap(), "ppk.lab");
    assert!(conn.ppk_required);
    assert_eq!(conn.unique, Some(UniquePolicy::Never));
    assert_eq!(conn.reauth_time, Some(3600));
    assert_eq!(conn.dpd_timeout, Some(420));
    let local: Vec<_> = conn.local.values().collect();
    assert_eq!(local[0].class, Some(AuthClass::Xauth));
    assert_eq!(local[0].xauth.as_ref().unwrap(), "generic");
    assert_eq!(local[0].xauth_id.as_ref().unwrap(), "dave");
    assert_eq!(local[1].eap_vendor, Some(4711));
    assert_eq!(local[1].aaa_id.as_ref().unwrap(), "aaa.example.org");
    let remote = conn.remote.values().next().unwrap();
    assert_eq!(remote.class, Some(AuthClass::PublicKey));
    assert_eq!(remote.ca_id.as_ref().unwrap(), "C=CH, O=Lab, CN=Lab CA");
    assert_eq!(remote.groups, ["users"]);
    assert_eq!(
        remote.cert_policy.as_ref().unwrap(),
        &["1.3.6.1.4.1.36906.1.1.1"]
    );
    let child = conn.children.get("net").unwrap();
    assert_eq!(child.mode, Mode::Transport);
    assert_eq!(child.interface.as_ref().unwrap(), "eth7");
    assert_eq!(child.rekey_packets, Some(7));
    let label = child.label.as_ref().unwrap().to_bytes().unwrap();
    assert_eq!(label, b"system_u:object_r:lab_t:s0\0");
}

fn proposals_are_listed_where_the_daemon_does(charon: &Charon) {
    let mut client = charon.client();
    let net = ConnChild::new()
        .esp_proposals(["aes128gcm16-x25519-esn", "aes256-sha256"])
        .ah_proposals(["sha512"]);
    let home = Conn::new()
        .proposals([
            "aes256-aes128-sha384-ecp384-x25519",
            "aes256gcm16-prfsha512-modp3072",
        ])
        .child("net", net);
    client.call(&LoadConn::new("home", home)).unwrap();
    let conn = &list(&mut client)[0].conn;
    let Some(proposals) = &conn.proposals else {
        assert!(!charon.is_at_least([6, 1, 0]));
        return;
    };
    let proposals: Vec<_> = proposals.values().collect();
    assert_eq!(proposals.len(), 2);
    let (encr, ke) = (&proposals[0].encr, &proposals[0].ke);
    assert_eq!(encr.as_ref().unwrap(), &["AES_CBC_256", "AES_CBC_128"]);
    assert_eq!(ke.as_ref().unwrap(), &["ECP_384", "CURVE_25519"]);
    assert_eq!(proposals[0].integ.as_ref().unwrap(), &["HMAC_SHA2_384_192"]);
    assert_eq!(proposals[1].prf.as_ref().unwrap(), &["PRF_HMAC_SHA2_512"]);
    let child = conn.children.get("net").unwrap();
    let esp: Vec<_> = child.esp_proposals.as_ref().unwrap().values().collect();
    assert_eq!(esp[0].sn.as_ref().unwrap(), &["EXT_SEQ"]);
    assert_eq!(esp[1].sn.as_ref().unwrap(), &["NO_EXT_SEQ"]);
    let ah: Vec<_> = child.ah_proposals.as_ref().unwrap().values().collect();
    assert_eq!(ah[0].integ.as_ref().unwrap(), &["HMAC_SHA2_512_256"]);
}

fn several_connections_are_loaded_in_one_request(charon: &Charon) {
    let mut client = charon.client();
    let request = LoadConn::new("a", Conn::new())
        .conn("b", Conn::new())
        .conn("c d", Conn::new());
    client.call(&request).unwrap();
    assert_eq!(
        client.call(&GetConns::default()).unwrap().conns,
        ["a", "b", "c d"]
    );

    client.call(&UnloadConn::new("b")).unwrap();
    assert_eq!(
        client.call(&GetConns::default()).unwrap().conns,
        ["a", "c d"]
    );
    let mut stream = client.stream(&ListConns::new().ike("c d")).unwrap();
    assert_eq!(stream.next().unwrap().unwrap().name, "c d");
    assert!(stream.next().is_none());
}

fn a_struct_of_ones_own_is_loaded(charon: &Charon) {
    #[derive(Serialize)]
    struct Load<'a> {
        mine: Mine<'a>,
    }

    #[derive(Serialize)]
    struct Mine<'a> {
        version: u8,
        remote_addrs: [&'a str; 1],
        mobike: Option<bool>,
        reauth_time: Option<u32>,
    }

    impl Request for Load<'_> {
        const NAME: &'static str = "load-conn";
        type Response = Done;
    }

    impl Command for Load<'_> {}

    let mut client = charon.client();
    let mine = Mine {
        version: 1,
        remote_addrs: ["192.0.2.9"],
        mobike: Some(false),
        reauth_time: None,
    };
    assert!(client.call(&Load { mine }).unwrap().success);
    let conns = list(&mut client);
    assert_eq!(conns[0].name, "mine");
    assert_eq!(conns[0].conn.version.as_str(), "IKEv1");
    assert_eq!(conns[0].conn.remote_addrs, ["192.0.2.9"]);
}

fn many_connections_are_listed_once_each(charon: &Charon) {
    let mut client = charon.client();
    let names: BTreeSet<String> = (0..1000).map(|i| format!("conn-{i}")).collect();
    for name in &names {
        client
            .call(&LoadConn::new(name.clone(), Conn::new()))
            .unwrap();
    }
    // Streams that are dropped midway leave nothing behind.
    for taken in 0..20 {
        let stream = client.stream(&ListConns::default()).unwrap();
        assert_eq!(
            stream.take(taken).filter(|item| item.is_ok()).count(),
            taken
        );
    }
    let conns = list(&mut client);
    assert_eq!(conns.len(), names.len());
    let listed: BTreeSet<String> = conns.iter().map(|conn| conn.name.to_string()).collect();
    assert_eq!(listed, names);
}
