//! Shapes that derive cannot express, and values that are not what they look like.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{RoundTrip, Visit, decode};
use proptest::prelude::*;
use vici_serde::{Message, Section};
use vici_types::*;

/// The least that an IKE_SA has.
fn ike_sa() -> Section {
    Section::new()
        .key("uniqueid", "1")
        .key("version", "2")
        .key("state", "ESTABLISHED")
        .key("local-host", "192.0.2.7")
        .key("local-id", "%any")
        .key("remote-host", "::1.2.3.4")
        .key("remote-id", "%any")
        .key("initiator-spi", "dc381b4a812a9da0")
        .key("responder-spi", "0000000000000000")
}

fn child_sa(name: &str, uniqueid: &str, state: &str) -> Section {
    Section::new()
        .key("name", name)
        .key("uniqueid", uniqueid)
        .key("reqid", "1")
        .key("state", state)
        .key("mode", "TUNNEL")
        .list("local-ts", ["10.0.0.1..10.0.0.9"])
        .list("remote-ts", ["dynamic[tcp/http]"])
}

/// Reads it with nothing ignored, and writes the same, in JSON, too.
fn read<T: common::Typed>(message: &Message) -> T {
    let bytes = vici_serde::to_vec(message).unwrap();
    assert_eq!(RoundTrip(&bytes).visit::<T>().unwrap(), bytes);
    decode::<T>(&bytes).unwrap().0
}

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

#[test]
fn flags_count_by_presence() {
    let request: ListPolicies =
        vici_serde::from_slice(b"\x03\x04drop\x00\x02no\x03\x04trap\x00\x00").unwrap();
    assert!(request.drop && request.trap && !request.pass);
    assert_eq!(
        vici_serde::to_vec(&request).unwrap(),
        b"\x03\x04drop\x00\x03yes\x03\x04trap\x00\x03yes",
    );
    let request: ListSas = serde_json::from_str(r#"{"noblock": false, "ike": null}"#).unwrap();
    assert_eq!(request, ListSas::new());
}

#[test]
fn numbers_of_requests_have_the_daemons_spellings() {
    let request: ListSas = vici_serde::from_slice(b"\x03\x06ike-id\x00\x040x10").unwrap();
    assert_eq!(request.ike_id, Some(16));
    let request: ListSas = serde_json::from_str(r#"{"ike-id": 16}"#).unwrap();
    assert_eq!(request.ike_id, Some(16));
    let error = vici_serde::from_slice::<ListSas>(b"\x03\x06ike-id\x00\x021x").unwrap_err();
    assert_eq!(
        error.to_string(),
        "ike-id: invalid value: \"1x\", expected a number that fits into u32 (at byte 10)",
    );
}

#[test]
fn secrets_are_not_printed() {
    let key = LoadKey::new(KeyType::Any, "-----BEGIN PRIVATE KEY-----");
    assert!(format!("{key:?}").contains("data: [redacted]"));
    let shared = LoadShared::new("ike", vec![0xde, 0xad]);
    assert!(format!("{shared:?}").contains("data: [redacted]"));
    let token = LoadToken::new("4d4f").pin("1234");
    assert!(!format!("{token:?}").contains("1234"));

    let log: ControlLog = read(
        &Message::new()
            .key("group", "IKE")
            .key("level", "4")
            .key("msg", &b"SK_d => 32 bytes \xff"[..]),
    );
    assert_eq!(
        format!("{:?}", AnyEvent::from(log.clone())),
        "ControlLog(ControlLog { group: Ike, level: 4, ikesa_name: None, ikesa_uniqueid: None, .. })",
    );
    assert_eq!(log.msg.as_bytes(), b"SK_d => 32 bytes \xff");
}

#[test]
fn certificates_go_through_json() {
    for data in [&b"\x30\x82\x00\xff"[..], b"-----BEGIN CERTIFICATE-----\n"] {
        let cert: ListCert = read(
            &Message::new()
                .key("type", "X509")
                .key("flag", "CA")
                .key("data", data),
        );
        assert_eq!(cert.data.as_bytes(), data);
        assert_eq!(cert.flag, Some(CertFlag::Ca));
        assert!(format!("{cert:?}").contains(&format!("Blob({} bytes)", data.len())));
    }
}

#[test]
fn the_empty_answer_of_an_old_clear_creds_is_read() {
    let old: ClearCredsResponse = vici_serde::from_slice(b"").unwrap();
    assert_eq!(old, ClearCredsResponse::default());
    assert_eq!(vici_serde::to_vec(&old).unwrap(), b"");
    let new: ClearCredsResponse = read(&Message::new().key("success", "no").key("errmsg", "x"));
    assert_eq!(
        (new.success, new.errmsg.unwrap()),
        (Some(false), "x".into())
    );
}

#[test]
fn failing_answers_decode() {
    let no = || Message::new().key("success", "no");
    let done: Done = read(&no().key("errmsg", "parsing failed"));
    assert_eq!(done.errmsg.unwrap(), "parsing failed");
    let terminate = no()
        .key("matches", "2")
        .key("terminated", "1")
        .key("errmsg", "no");
    let terminate: TerminateResponse = read(&terminate);
    assert_eq!(
        (terminate.matches, terminate.terminated),
        (Some(2), Some(1))
    );
    let counters = Message::new()
        .section("counters", Section::new())
        .key("success", "no");
    let counters: GetCountersResponse = read(&counters);
    assert!(!counters.success && counters.counters.unwrap().is_empty());
    let key: LoadKeyResponse = read(&no());
    assert_eq!(key.id, None);
}

#[test]
fn algorithms_and_heaps() {
    let stats = |mem: Section| {
        let jobs = || {
            Section::new()
                .key("critical", "0")
                .key("high", "0")
                .key("medium", "0")
                .key("low", "0")
        };
        Message::new()
            .section(
                "uptime",
                Section::new()
                    .key("running", "1 second")
                    .key("since", "Nov 20"),
            )
            .section(
                "workers",
                Section::new()
                    .key("total", "16")
                    .key("idle", "9")
                    .section("active", jobs()),
            )
            .section("queues", jobs())
            .key("scheduled", "0")
            .section(
                "ikesas",
                Section::new().key("total", "0").key("half-open", "0"),
            )
            .list("plugins", ["charon"])
            .section("mem", mem)
    };
    let heap = || Section::new().key("total", "1").key("allocs", "-1");
    let mem = Section::new()
        .section("heap-0", heap())
        .section("heap-1", heap())
        .key("total", "2");
    let stats: StatsResponse = read(&stats(mem));
    assert_eq!(stats.mem.unwrap().heaps.len(), 2);

    let algorithms: Algorithms<Encryption> =
        vici_serde::from_slice(b"\x03\x07AES_CBC\x00\x03aes\x03\x07AES_NEW\x00\x07openssl")
            .unwrap();
    assert_eq!(algorithms.plugin(&Encryption::AesCbc).unwrap(), "aes");
    assert_eq!(algorithms.iter().nth(1).unwrap().0.as_str(), "AES_NEW");
}

proptest! {
    #[test]
    fn identities_are_any_bytes(id in proptest::collection::vec(any::<u8>(), 0..80), name in "[ -~]{0,60}") {
        let mut sa = Section::new();
        for (key, value) in ike_sa().iter() {
            sa = sa.key(key, value.clone());
            if key == b"remote-id" {
                sa = sa.key("remote-xauth-id", id.as_slice());
            }
        }
        let event: ListSa = read(&Message::new().section(&name, sa));
        let user = event.ike_sa.remote_xauth_id.unwrap();
        prop_assert_eq!(user.as_bytes(), id.as_slice());
        prop_assert_eq!(event.name, name);
    }

    #[test]
    fn text_keeps_its_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let text = Text::from(bytes.as_slice());
        prop_assert_eq!(text.as_bytes(), bytes.as_slice());
        prop_assert_eq!(&text, &Text::from(bytes.clone()));
        let json = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Text>(&json).unwrap(), &text);
        prop_assert_eq!(text.as_str().is_some(), std::str::from_utf8(&bytes).is_ok());
    }

    #[test]
    fn settings_keep_their_text(text in "[ -~]{0,20}") {
        let duration = Time::from(text.as_str());
        prop_assert_eq!(duration.as_str(), text.as_str());
        prop_assert_eq!(duration.as_secs().is_some(), is_number(&text, "smhd"));
        prop_assert_eq!(Volume::from(text.as_str()).as_bytes().is_some(), is_number(&text, "kmg"));
    }

    #[test]
    fn numbers_come_back(seconds in any::<u64>(), mark in any::<u32>(), mask in any::<u32>()) {
        prop_assert_eq!(Time::new(seconds).as_secs(), Some(seconds));
        prop_assert_eq!(Volume::new(seconds).as_bytes(), Some(seconds));
        let both = Mark::masked(mark, mask);
        prop_assert_eq!((both.value(), both.mask()), (Some(mark), Some(mask)));
        prop_assert_eq!(IfId::new(mark).value(), Some(mark));
        prop_assert_eq!(Spi::new(mark).to_string().parse(), Ok(Spi::new(mark)));
        let dscp = u8::try_from(mark & 0x3f).unwrap();
        prop_assert_eq!(Dscp::new(dscp).value(), Some(dscp));
    }
}

/// A number of digits, of eight or of sixteen, which may have a suffix behind it.
fn is_number(text: &str, suffixes: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let hex = lower
        .trim_start()
        .trim_start_matches(['+', '-'])
        .starts_with("0x");
    let suffix = |c: char| suffixes.contains(c) && !(hex && c == 'd');
    let digits = lower
        .strip_suffix(suffix)
        .unwrap_or(&lower)
        .trim_end_matches(' ');
    let text = digits.trim_start_matches(' ');
    if text.is_empty() {
        return true;
    }
    let number = text.strip_prefix(['+', '-']).unwrap_or(text);
    let valid =
        |digits: &str, set: &str| !digits.is_empty() && digits.chars().all(|c| set.contains(c));
    let number_is_valid = match number.strip_prefix("0x") {
        Some(digits) => valid(digits, "0123456789abcdef"),
        None if number.starts_with('0') => valid(number, "01234567"),
        None => valid(number, "0123456789"),
    };
    number_is_valid && (!text.starts_with('-') || number.chars().all(|c| "0x".contains(c)))
}
