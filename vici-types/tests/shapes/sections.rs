//! Sections whose names are data, and what is in them.

use vici_serde::{Message, Section};
use vici_types::*;

use crate::{child_sa, ike_sa, read};

#[test]
fn a_connection_may_be_called_as_a_key() {
    let event: IkeUpdown = read(&Message::new().key("up", "yes").section("up", ike_sa()));
    assert!(event.up);
    assert_eq!(event.name, "up");
    let event: IkeUpdown = read(&Message::new().section("up", ike_sa()));
    assert!(!event.up);
    assert_eq!(event.name, "up");

    let update = Message::new()
        .key("local-host", "192.0.2.8")
        .key("local-port", "4500")
        .key("remote-host", "192.0.2.1")
        .key("remote-port", "4500")
        .section("local-port", ike_sa());
    let event: IkeUpdate = read(&update);
    assert_eq!(
        (event.local_port, event.name.as_str()),
        (4500, Some("local-port"))
    );
    assert_eq!(event.ike_sa.local_host, "192.0.2.7");

    let alert = Message::new()
        .key("type", "ts-narrowed")
        .section("ike-sa", Section::new().section("type", ike_sa()));
    let event: Alert = read(&alert);
    assert_eq!(event.type_, AlertType::TsNarrowed);
    assert_eq!(event.ike_sa.unwrap().name, "type");
    let event: Alert = read(&Message::new().key("type", "shutdown-signal"));
    assert_eq!(event.ike_sa, None);
}

/// serde has put names and values aside before it hands them on.
#[test]
fn connections_may_be_flattened_into_structs_of_ones_own() {
    #[derive(Debug, serde_derive::Deserialize)]
    struct Tunnel {
        owner: String,
        #[serde(flatten)]
        conn: Conn,
    }

    let conn = Section::new()
        .key("owner", "carol")
        .key("mobike", "no")
        .key("local_port", "4500")
        .key("rekey_time", "4h")
        .list("remote_addrs", ["192.0.2.1"])
        .section("remote-2", Section::new().key("auth", "psk"))
        .section(
            "children",
            Section::new().section("net", Section::new().list("local_ts", ["dynamic"])),
        );
    let bytes = vici_serde::to_vec(&conn).unwrap();
    let tunnel: Tunnel = vici_serde::from_slice(&bytes).unwrap();
    assert_eq!(tunnel.owner, "carol");
    let expected = Conn::new()
        .mobike(false)
        .local_port(4500)
        .rekey_time("4h")
        .remote_addrs(["192.0.2.1"])
        .remote_named("remote-2", ConnAuth::new().auth("psk"))
        .child("net", ConnChild::new().local_ts(["dynamic"]));
    assert_eq!(tunnel.conn, expected);
    let json = serde_json::to_string(&conn).unwrap();
    assert_eq!(
        serde_json::from_str::<Tunnel>(&json).unwrap().conn,
        expected
    );
    let bytes = vici_serde::to_vec(&conn.key("remote_adrs", "x")).unwrap();
    let error = vici_serde::from_slice::<Tunnel>(&bytes).unwrap_err();
    assert!(
        error.to_string().contains("did you mean remote_addrs?"),
        "{error}"
    );
}

#[test]
fn the_section_is_needed() {
    let error = vici_serde::from_slice::<IkeUpdown>(b"\x03\x02up\x00\x03yes").unwrap_err();
    assert_eq!(
        error.to_string(),
        "missing the section of `ike_sa` (at byte 0)"
    );
    let error = serde_json::from_str::<ListSa>("{}").unwrap_err();
    assert_eq!(
        error.to_string(),
        "missing the section of `ike_sa` at line 1 column 2"
    );
}

/// Beside sections of any name there is nothing else that belongs to them.
#[test]
fn sections_by_name_skip_what_is_none() {
    let message = Message::new()
        .key("net", 1)
        .list("dmz", ["a"])
        .section("home", Section::new().key("x", 1));
    let sections: Named<Message> = vici_serde::from_message(&message).unwrap();
    assert_eq!(sections.names().collect::<Vec<_>>(), ["home"]);
    let json = r#"{"net": 1, "dmz": ["a"], "home": {"x": 1}}"#;
    assert_eq!(
        serde_json::from_str::<Named<Message>>(json).unwrap(),
        sections
    );
}

#[test]
fn list_sa_has_its_children_in_order() {
    let children = Section::new()
        .section("net-2", child_sa("net", "2", "DELETED"))
        .section("net", child_sa("net", "9", "INSTALLED"))
        .section("local", child_sa("local", "5", "INSTALLED").key("esn", "1"))
        .section("net", child_sa("net", "3", "INSTALLED"));
    // The keys stand in the daemon's order.
    let children = children.iter().fold(Section::new(), |to, (name, child)| {
        let child = child.as_section().unwrap();
        let mut sorted = Section::new();
        for (key, value) in child.iter().filter(|(_, value)| value.as_list().is_none()) {
            sorted = sorted.key(key, value.clone());
        }
        for (key, value) in child.iter().filter(|(_, value)| value.as_list().is_some()) {
            sorted = sorted.key(key, value.clone());
        }
        to.section(name, sorted)
    });
    let event: ListSa =
        read(&Message::new().section("home", ike_sa().section("child-sas", children)));
    let sa = &event.ike_sa;
    let ids: Vec<_> = sa.children().map(|child| child.uniqueid.unwrap()).collect();
    assert_eq!(ids, [2, 9, 5, 3]);
    assert_eq!(
        sa.child_sas
            .as_ref()
            .unwrap()
            .names()
            .filter(|name| **name == "net")
            .count(),
        2
    );
    assert_eq!(sa.child("net").unwrap().uniqueid, Some(9));
    assert!(sa.child("local").unwrap().esn);
    assert_eq!(sa.child("other"), None);
    assert_eq!(sa.remote_host, "::1.2.3.4");
    assert_eq!(sa.traffic(), Traffic::default());
    assert_eq!(sa.responder_spi, IkeSpi::new(0));
    let child = sa.child("net").unwrap();
    assert_eq!(child.local_ts[0].range().unwrap().1.to_string(), "10.0.0.9");
    assert_eq!(child.remote_ts[0].port(), Some("http"));
}

#[test]
fn absent_and_empty_differ() {
    let without: ListSa = read(&Message::new().section("home", ike_sa()));
    let empty: ListSa =
        read(&Message::new().section("home", ike_sa().section("child-sas", Section::new())));
    assert_eq!(without.ike_sa.child_sas, None);
    assert_eq!(empty.ike_sa.child_sas, Some(Named::new()));
    let none: [&str; 0] = [];
    let vips: ListSa = read(&Message::new().section("home", ike_sa().list("local-vips", none)));
    assert_eq!(vips.ike_sa.local_vips, Some(Vec::new()));
    let unnamed: ListSa = read(&Message::new().section("", ike_sa()));
    assert!(unnamed.name.is_empty());
}

#[test]
fn rekeyings_have_old_and_new() {
    let rekeyed =
        |old: Section, new: Section| Section::new().section("old", old).section("new", new);
    let event: IkeRekey = read(&Message::new().section("home", rekeyed(ike_sa(), ike_sa())));
    assert_eq!(event.ike_sa.old, event.ike_sa.new);

    let children = Section::new().section(
        "net",
        rekeyed(
            child_sa("net", "1", "DELETED"),
            child_sa("net", "2", "INSTALLED"),
        ),
    );
    let event: ChildRekey =
        read(&Message::new().section("home", ike_sa().section("child-sas", children)));
    assert_eq!(event.old_child().unwrap().uniqueid, Some(1));
    assert_eq!(event.new_child().unwrap().uniqueid, Some(2));
}

#[test]
fn list_conn_takes_rounds_of_any_age() {
    let none: [&str; 0] = [];
    let round = || {
        Section::new()
            .list("groups", none)
            .list("certs", none)
            .list("cacerts", none)
    };
    let conn = |first: &str, second: &str| {
        Section::new()
            .list("local_addrs", ["%any"])
            .list("remote_addrs", ["%any"])
            .key("version", "IKEv1/2")
            .section(first, round())
            .section(second, round())
            .section("remote-1", round())
            .section("children", Section::new())
    };
    // Before 5.3.0 all were called `local`.
    for (first, second) in [("local-1", "local-2"), ("local", "local")] {
        let event: ListConn = read(&Message::new().section("children", conn(first, second)));
        assert_eq!(event.name, "children");
        assert_eq!((event.conn.local.len(), event.conn.remote.len()), (2, 1));
    }
}

#[test]
fn requests_keep_what_their_author_wrote() {
    let message = Message::new()
        .section(
            "up",
            Section::new()
                .key("version", "0")
                .list("local_addrs", [""])
                .section(
                    "local-xauth",
                    Section::new().key("auth", "xauth").key("id", ""),
                )
                .section("LOCAL", Section::new().list("certs", [""]))
                .section(
                    "localhost",
                    Section::new().section("certs", Section::new().key("file", "/x")),
                )
                .section("remote", Section::new().list("cacerts", [] as [&str; 0]))
                .section(
                    "children",
                    Section::new()
                        .section("local", Section::new().key("rekey_time", "1h"))
                        .section("local", Section::new().key("dpd_action", "restart")),
                ),
        )
        .section("up", Section::new());
    let request: LoadConn = read(&message);
    let (name, conn) = request.conns.first().unwrap();
    assert_eq!(name, &"up");
    let names: Vec<_> = conn.local.names().map(Text::to_string).collect();
    assert_eq!(names, ["local-xauth", "LOCAL", "localhost"]);
    assert_eq!(conn.local.get("local-xauth").unwrap().id, Some("".into()));
    assert_eq!(conn.local_addrs, Some(vec![Text::new()]));
    assert_eq!(conn.remote.values().next().unwrap().cacerts, Some(vec![]));
    assert_eq!(conn.children.as_ref().unwrap().len(), 2);
    assert_eq!(request.conns.len(), 2);

    let pool = Message::new().section(
        "addrs",
        Section::new()
            .key("addrs", "10.3.0.0/24")
            .list("dns", ["10.1.0.53"])
            .list("25", ["x"]),
    );
    let request: LoadPool = read(&pool);
    let pool = request.pools.get("addrs").unwrap();
    assert_eq!(pool.addrs, "10.3.0.0/24");
    assert_eq!(pool.attributes.names().collect::<Vec<_>>(), ["dns", "25"]);
}
