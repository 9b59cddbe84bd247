//! Requests: how they are written, and what is refused before it is sent.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::time;

use vici_types::*;

/// The message as the protocol's documentation would show it.
fn shown<R: Request>(request: &R) -> String {
    request.check().unwrap();
    let message: vici_serde::Message = vici_serde::to_message(request).unwrap();
    message.to_string()
}

/// Why it must not be sent.
fn refused<R: Request>(request: R) -> String {
    request.check().unwrap_err().to_string()
}

#[test]
fn literals_and_setters_say_the_same() {
    let literal = Conn {
        version: Some(IkeVersion::V2),
        remote_addrs: Some(vec!["192.0.2.1".into()]),
        mobike: Some(false),
        dpd_delay: Some("30s".into()),
        if_id_in: Some(IfId::new(42)),
        local: [(
            "local",
            ConnAuth {
                auth: Some("psk".into()),
                ..Default::default()
            },
        )]
        .into(),
        children: Some(
            [(
                "net",
                ConnChild {
                    priority: Some(2),
                    ..Default::default()
                },
            )]
            .into(),
        ),
        ..Default::default()
    };
    let chained = Conn::new()
        .version(IkeVersion::V2)
        .remote_addrs(["192.0.2.1"])
        .mobike(false)
        .dpd_delay("30s")
        .if_id_in(IfId::new(42))
        .local(ConnAuth::new().auth("psk"))
        .child("net", ConnChild::new().priority(2));
    assert_eq!(literal, chained);
    assert_eq!(
        shown(&LoadConn::new("home", chained)),
        "\
home = {
  version = 2
  remote_addrs = [ 192.0.2.1 ]
  mobike = no
  dpd_delay = 30s
  if_id_in = 42
  local = {
    auth = psk
  }
  children = {
    net = {
      priority = 2
    }
  }
}
"
    );
    let literal = ListSas {
        noblock: true,
        ike: Some("home".into()),
        ..Default::default()
    };
    assert_eq!(literal, ListSas::new().noblock(true).ike("home"));
    let literal = LoadCert {
        flag: Some(CertFlag::Ca),
        ..LoadCert::new(CertType::X509, "PEM")
    };
    assert_eq!(literal, LoadCert::new("X509", "PEM").flag(CertFlag::Ca));
}

#[test]
fn debug_shows_what_is_set() {
    let conn = Conn::new()
        .version(IkeVersion::V2)
        .remote_addrs(["192.0.2.1"])
        .local(ConnAuth::new().id("moon"))
        .child("net", ConnChild::new());
    assert_eq!(
        format!("{:?}", LoadConn::new("home", conn)),
        concat!(
            r#"LoadConn { conns: {"home": Conn { version: V2, remote_addrs: ["192.0.2.1"], "#,
            r#"local: {"local": ConnAuth { id: "moon" }}, children: {"net": ConnChild} }} }"#,
        )
    );
    assert_eq!(format!("{:?}", ListSas::new()), "ListSas");
    assert_eq!(
        format!("{:?}", ListSas::new().noblock(true)),
        "ListSas { noblock: true }"
    );
    let pool = LoadPool::new("p", Pool::new("10.3.0.0/24").dns(["10.1.0.53"]));
    assert_eq!(
        format!("{pool:?}"),
        r#"LoadPool { pools: {"p": Pool { addrs: "10.3.0.0/24", attributes: {"dns": ["10.1.0.53"]} }} }"#
    );
    let shared = LoadShared::new(SharedType::Ike, "swordfish").raw("data2", "salmon");
    assert_eq!(
        format!("{shared:?}"),
        r#"LoadShared { type_: Ike, data: [redacted], raw: ["data2"] }"#
    );
}

#[test]
fn keys_of_other_daemons_are_sent_as_they_are() {
    use vici_serde::Section;

    let conn = Conn::new()
        .version(IkeVersion::V2)
        .raw("multi_path", "yes")
        .raw("paths", Section::new().key("first", 1))
        .local(ConnAuth::new().raw("auth2", "psk"))
        .child("net", ConnChild::new().raw("encap2", true));
    assert_eq!(
        shown(&LoadConn::new("home", conn)),
        "\
home = {
  version = 2
  local = {
    auth2 = psk
  }
  children = {
    net = {
      encap2 = yes
    }
  }
  multi_path = yes
  paths = {
    first = 1
  }
}
"
    );
    assert_eq!(shown(&ListSas::new().raw("more", "yes")), "more = yes\n");
    assert_eq!(
        shown(&LoadConn::new("home", Conn::new()).raw("dry-run", "yes")),
        "home = {\n}\ndry-run = yes\n"
    );
}

#[test]
fn a_setter_is_called_if_there_is_a_value() {
    let timeout: Option<i32> = None;
    let name = Some("home");
    let request = Initiate::new()
        .maybe(name, Initiate::ike)
        .maybe(timeout, |request, timeout| request.timeout(timeout))
        .maybe(Some(["a"]), |request, [child]| request.child(child));
    assert_eq!(request, Initiate::new().ike("home").child("a"));
}

#[test]
fn nothing_set_sends_nothing() {
    assert_eq!(shown(&ListSas::new()), "");
    assert_eq!(shown(&ListSas::new().noblock(false)), "");
    assert_eq!(shown(&Version::new()), "");
    assert_eq!(shown(&LoadConn::default()), "");
    assert_eq!(shown(&LoadConn::new("home", Conn::new())), "home = {\n}\n");
}

#[test]
fn several_definitions_and_rounds_stay_in_order() {
    let conn = Conn::new()
        .local(
            ConnAuth::new()
                .auth("pubkey")
                .cert(ConnCert::new().file("/a"))
                .cert(ConnCert::new().file("/b")),
        )
        .local(ConnAuth::new().auth("eap"))
        .local_named("local-xauth", ConnAuth::new())
        .remote(ConnAuth::new().cacert(ConnCert::new().handle("4d4f")));
    let load = LoadConn::new("b", conn)
        .conn("a", Conn::new())
        .conn("b", Conn::new());
    assert_eq!(
        shown(&load),
        "\
b = {
  local = {
    auth = pubkey
    cert = {
      file = /a
    }
    cert-2 = {
      file = /b
    }
  }
  local-2 = {
    auth = eap
  }
  local-xauth = {
  }
  remote = {
    cacert = {
      handle = 4d4f
    }
  }
}
a = {
}
b = {
}
"
    );
    let pools = LoadPool::new(
        "p",
        Pool::new("10.3.0.0/24")
            .dns(["10.1.0.53"])
            .attribute("25", ["x"]),
    )
    .pool("q", Pool::new("10.4.0.1-10.4.0.9"));
    assert_eq!(
        shown(&pools),
        "p = {\n  addrs = 10.3.0.0/24\n  dns = [ 10.1.0.53 ]\n  25 = [ x ]\n}\nq = {\n  addrs = 10.4.0.1-10.4.0.9\n}\n"
    );
    let authorities = LoadAuthority::new(
        "ca",
        Authority::new().cacert("PEM").crl_uris(["http://crl"]),
    )
    .authority("ca2", Authority::new().file("/ca.pem"));
    assert_eq!(
        shown(&authorities),
        "ca = {\n  cacert = PEM\n  crl_uris = [ http://crl ]\n}\nca2 = {\n  file = /ca.pem\n}\n"
    );
}

#[test]
fn absent_empty_and_empty_item_differ() {
    let auth = |auth: ConnAuth| vici_serde::to_vec(&auth).unwrap();
    let none: [&str; 0] = [];
    assert_eq!(auth(ConnAuth::new()), b"");
    assert_eq!(auth(ConnAuth::new().certs(none)), b"\x04\x05certs\x06");
    assert_eq!(
        auth(ConnAuth::new().certs([""])),
        b"\x04\x05certs\x05\x00\x00\x06"
    );
    assert_eq!(auth(ConnAuth::new().id("")), b"\x03\x02id\x00\x00");
}

#[test]
fn values_come_from_text_and_from_numbers() {
    let child = ConnChild::new()
        .rekey_time(time::Duration::from_secs(3600))
        .life_time("66m")
        .life_bytes(Volume::new(1 << 30))
        .mark_in(Mark::masked(42, 0xff))
        .mark_out(Mark::unique())
        .set_mark_in(SetMark::same())
        .if_id_out("%unique-dir")
        .start_action(Action::trap_and_start())
        .dpd_action("restart")
        .mode(ChildMode::Transport)
        .tfc_padding(TfcPadding::mtu())
        .hw_offload("auto")
        .per_cpu_sas(PerCpuSas::Encap);
    let conn = Conn::new().dscp(Dscp::new(46)).child("net", child);
    assert_eq!(
        shown(&LoadConn::new("home", conn)),
        "\
home = {
  dscp = 101110
  children = {
    net = {
      mode = transport
      rekey_time = 3600
      life_time = 66m
      life_bytes = 1073741824
      dpd_action = restart
      start_action = trap|start
      mark_in = 42/0xff
      mark_out = %unique
      set_mark_in = %same
      tfc_padding = mtu
      hw_offload = auto
      if_id_out = %unique-dir
      per_cpu_sas = encap
    }
  }
}
"
    );
}

#[test]
fn selectors_are_needed() {
    assert_eq!(refused(Initiate::new()), "needs child or ike");
    assert_eq!(
        refused(Terminate::new().force(true)),
        "needs child, ike, child-id or ike-id"
    );
    assert_eq!(
        refused(Rekey::new()),
        "needs child, ike, child-id or ike-id"
    );
    assert_eq!(
        refused(Redirect::new("192.0.2.9")),
        "needs ike, ike-id, peer-ip or peer-id"
    );
}

#[test]
fn selectors_that_the_daemon_ignores_are_refused() {
    let empty = "must not be empty, leave it unset to select without it";
    assert_eq!(refused(Terminate::new().ike("")), format!("ike: {empty}"));
    assert_eq!(
        refused(Initiate::new().ike("a").child("")),
        format!("child: {empty}")
    );
    assert_eq!(
        refused(Redirect::new("x").ike("a").peer_id("")),
        format!("peer-id: {empty}")
    );
    assert_eq!(
        refused(ListCerts::new().subject("")),
        format!("subject: {empty}")
    );

    let zero = "must not be 0, which the daemon takes for an absent key, leave it unset to select without it";
    assert_eq!(
        refused(Terminate::new().child("a").ike_id(0)),
        format!("ike-id: {zero}")
    );
    assert_eq!(
        refused(Rekey::new().ike("a").child_id(0)),
        format!("child-id: {zero}")
    );
    assert_eq!(refused(ListSas::new().ike_id(0)), format!("ike-id: {zero}"));

    let ascii = "must be printable ASCII, else the daemon ignores it";
    assert_eq!(
        refused(ListSas::new().ike("caf\u{e9}")),
        format!("ike: {ascii}")
    );
    assert_eq!(
        refused(ResetCounters::new().name("a\n")),
        format!("name: {ascii}")
    );
    assert_eq!(refused(UnloadConn::new("\u{7f}")), format!("name: {ascii}"));
    assert_eq!(
        refused(LoadShared::new(SharedType::Ike, "x").id("\t")),
        format!("id: {ascii}")
    );
    assert_eq!(
        refused(FlushCerts::new().type_("X509\u{e9}")),
        format!("type: {ascii}")
    );
    assert_eq!(
        refused(LoadToken::new("4d").pin("1\u{0}2")),
        format!("pin: {ascii}")
    );

    let ignored = "name: must not be set beside all, which makes the daemon ignore it";
    assert_eq!(refused(ResetCounters::new().name("a").all(true)), ignored);
    assert_eq!(refused(GetCounters::new().name("a").all(true)), ignored);
}

#[test]
fn what_lists_nothing_is_sent() {
    assert_eq!(shown(&ListPolicies::new()), "");
    assert_eq!(shown(&ListSas::new().ike("")), "ike = \"\"\n");
    assert_eq!(shown(&GetCounters::new().name("")), "name = \"\"\n");
    assert_eq!(
        shown(&ListCerts::new().type_("NONSENSE")),
        "type = NONSENSE\n"
    );
    assert_eq!(
        shown(&ResetCounters::new().name("a").all(false)),
        "name = a\nall = no\n"
    );
}

#[test]
fn connections_that_the_daemon_misreads_are_refused() {
    let conn = |conn: Conn| refused(LoadConn::new("home", conn));
    let version = "home.version: must be 0 (either), 1 (IKEv1) or 2 (IKEv2)";
    assert_eq!(conn(Conn::new().version("3")), version);
    assert_eq!(conn(Conn::new().version("IKEv2")), version);
    let dscp = "home.dscp: must have up to six binary digits, such as 101110";
    assert_eq!(conn(Conn::new().dscp("46")), dscp);
    assert_eq!(conn(Conn::new().dscp("11111111")), dscp);

    let ascii = "must be printable ASCII, else the daemon ignores it";
    assert_eq!(
        refused(LoadConn::new("caf\u{e9}", Conn::new())),
        format!("caf\u{e9}: {ascii}")
    );
    assert_eq!(
        conn(Conn::new().child("net\n", ConnChild::new())),
        format!("home.children.\"net\\n\": {ascii}"),
    );
    assert_eq!(
        conn(Conn::new().pools(["a", "b\n"])),
        format!("home.pools[1]: {ascii}")
    );

    let names = "home.psk: the name of this section must begin with remote";
    assert_eq!(
        conn(Conn::new().remote_named("psk", ConnAuth::new())),
        names
    );
    assert_eq!(
        refused(LoadPool::new(
            "p",
            Pool::new("10.3.0.0/24").attribute("dsn", ["x"])
        )),
        "p.dsn: must be the name or the number of an attribute"
    );
    let cert = |cert: ConnCert| conn(Conn::new().local(ConnAuth::new().cert(cert)));
    assert_eq!(
        cert(ConnCert::new()),
        "home.local.cert: needs either file or handle"
    );
    assert_eq!(
        cert(ConnCert::new().file("/a").handle("4d")),
        "home.local.cert: needs either file or handle",
    );
    assert_eq!(
        refused(LoadAuthority::new(
            "ca",
            Authority::new().cacert("PEM").file("/a")
        )),
        "ca: takes one of cacert, file and handle, the daemon ignores the others",
    );
}

#[test]
fn texts_that_the_daemon_cuts_are_refused() {
    let cut = |limit: usize| {
        format!("must not be longer than {limit} characters, the daemon cuts off the rest")
    };
    let child = |child: ConnChild| refused(LoadConn::new("c", Conn::new().child("n", child)));
    let auth = |auth: ConnAuth| refused(LoadConn::new("c", Conn::new().local(auth)));
    let long = |length: usize| "9".repeat(length);
    assert_eq!(
        child(ConnChild::new().rekey_time(long(16))),
        format!("c.children.n.rekey_time: {}", cut(15))
    );
    assert_eq!(
        child(ConnChild::new().life_bytes(long(32))),
        format!("c.children.n.life_bytes: {}", cut(31))
    );
    assert_eq!(
        child(ConnChild::new().mark_in(long(32))),
        format!("c.children.n.mark_in: {}", cut(31))
    );
    assert_eq!(
        child(ConnChild::new().local_ts(["dynamic".into(), long(512)])),
        format!("c.children.n.local_ts[1]: {}", cut(511))
    );
    assert_eq!(
        child(ConnChild::new().esp_proposals([long(2048)])),
        format!("c.children.n.esp_proposals[0]: {}", cut(2047))
    );
    assert_eq!(
        auth(ConnAuth::new().auth(long(64))),
        format!("c.local.auth: {}", cut(63))
    );
    assert_eq!(
        auth(ConnAuth::new().id(long(512))),
        format!("c.local.id: {}", cut(511))
    );
    assert_eq!(
        auth(ConnAuth::new().groups([long(512)])),
        format!("c.local.groups[0]: {}", cut(511))
    );
    assert_eq!(
        refused(LoadConn::new("c", Conn::new().vips([long(64)]))),
        format!("c.vips[0]: {}", cut(63))
    );
    assert_eq!(
        refused(LoadShared::new(SharedType::Eap, "x").owners([long(512)])),
        format!("owners[0]: {}", cut(511)),
    );
    // What just fits is sent.
    let fits = ConnChild::new()
        .rekey_time(long(15))
        .mark_in(format!("0x{}", "0".repeat(29)))
        .local_ts([long(511)]);
    assert!(
        LoadConn::new("c", Conn::new().child("n", fits))
            .check()
            .is_ok()
    );
}

#[test]
fn numbers_that_the_daemon_wraps_are_refused() {
    let wraps = "must not be out of range, the daemon takes it for another number";
    let child = |child: ConnChild| refused(LoadConn::new("c", Conn::new().child("n", child)));
    assert_eq!(
        child(ConnChild::new().life_time("-1h")),
        format!("c.children.n.life_time: {wraps}")
    );
    assert_eq!(
        child(ConnChild::new().rand_bytes("-1")),
        format!("c.children.n.rand_bytes: {wraps}")
    );
    assert_eq!(
        child(ConnChild::new().mark_in("1/0x100000000")),
        format!("c.children.n.mark_in: {wraps}")
    );
    assert_eq!(
        child(ConnChild::new().if_id_out("-1")),
        format!("c.children.n.if_id_out: {wraps}")
    );
    assert_eq!(
        child(ConnChild::new().tfc_padding("4294967296")),
        format!("c.children.n.tfc_padding: {wraps}")
    );
    // What the daemon refuses itself, and says so, is sent.
    let wrong = ConnChild::new()
        .life_time("1h30m")
        .mark_in("x")
        .tfc_padding("MTU");
    assert!(
        LoadConn::new("c", Conn::new().child("n", wrong))
            .check()
            .is_ok()
    );
}

#[test]
fn a_refusal_shows_no_secret() {
    let request = LoadShared::new(SharedType::Ike, "swordfish").id("\n");
    let error = request.check().unwrap_err();
    assert!(!format!("{error} {error:?} {request:?}").contains("swordfish"));
    let error = LoadToken::new("4d").pin("12\u{e9}34").check().unwrap_err();
    assert!(!format!("{error} {error:?}").contains("12"));
}

#[test]
fn the_wait_is_the_positive_timeout() {
    assert_eq!(Initiate::new().ike("a").wait(), time::Duration::ZERO);
    assert_eq!(
        Initiate::new().ike("a").timeout(0).wait(),
        time::Duration::ZERO
    );
    assert_eq!(
        Initiate::new().ike("a").timeout(-1).wait(),
        time::Duration::ZERO
    );
    assert_eq!(
        Terminate::new().ike("a").timeout(1500).wait(),
        time::Duration::from_millis(1500)
    );
    assert_eq!(Version::new().wait(), time::Duration::ZERO);
}

#[test]
fn answers_can_go_into_requests() {
    let name = Text::from(b"caf\xe9");
    assert_eq!(Terminate::new().ike(&name).ike.unwrap(), name);
    assert_eq!(UnloadConn::new(&name).name, name);
    assert_eq!(UnloadPool::new(name.clone()).name, name);
    assert_eq!(UnloadShared::new(&name).id, name);
    // The daemon would ignore it.
    assert!(Terminate::new().ike(&name).check().is_err());

    let key = HexBytes::from("0e851071");
    assert_eq!(UnloadKey::new(&key).id, "0e851071");
    let address = Address::from("192.0.2.1");
    let redirect = Redirect::new("192.0.2.9").peer_ip(&address);
    assert_eq!(redirect.peer_ip.unwrap(), "192.0.2.1");
    let conn = Conn::new().remote_addrs([&address]).vips([address.clone()]);
    assert_eq!(conn.remote_addrs.unwrap(), ["192.0.2.1"]);
    let selector = TrafficSelector::from("10.1.0.0/16");
    let child = ConnChild::new().local_ts([&selector]);
    assert_eq!(child.local_ts.unwrap(), ["10.1.0.0/16"]);

    let info = ChildInfo::default();
    let child = ConnChild::new()
        .maybe(info.rekey_time, ConnChild::rekey_time)
        .maybe(info.rekey_bytes, ConnChild::rekey_bytes)
        .maybe(info.rekey_packets, ConnChild::rekey_packets)
        .maybe(info.dpd_action, ConnChild::dpd_action)
        .maybe(info.interface, ConnChild::interface);
    assert_eq!(child, ConnChild::new());
    let sa = IkeSa::<ChildSa>::default();
    let conn = Conn::new()
        .maybe(sa.if_id_in, Conn::if_id_in)
        .version(sa.version);
    assert_eq!(conn, Conn::new().version(2));
    assert_eq!(Mark::from(Hex32::new(42)), "42");
}

#[test]
fn numbers_and_durations_are_taken_where_the_setting_is_one() {
    let child = ConnChild::new()
        .rekey_time(3600)
        .life_time(time::Duration::from_millis(1500))
        .rekey_bytes(1_000_000)
        .mark_in(42)
        .set_mark_out(7)
        .if_id_in(42)
        .tfc_padding(64);
    let conn = Conn::new().version(2).dscp(46).child("net", child);
    assert_eq!(
        shown(&LoadConn::new("home", conn)),
        "\
home = {
  version = 2
  dscp = 101110
  children = {
    net = {
      rekey_time = 3600
      life_time = 2
      rekey_bytes = 1000000
      mark_in = 42
      set_mark_out = 7
      tfc_padding = 64
      if_id_in = 42
    }
  }
}
"
    );
    let request = Initiate::new()
        .ike("a")
        .timeout(time::Duration::from_secs(10));
    assert_eq!(request.wait(), time::Duration::from_secs(10));
    assert_eq!(shown(&request), "ike = a\ntimeout = 10000\n");
    assert_eq!(
        shown(&Initiate::new().ike("a").timeout(-1)),
        "ike = a\ntimeout = -1\n"
    );
}

#[test]
fn words_and_settings_are_keys_of_maps_and_parse() {
    use std::collections::BTreeMap;

    let mut counts = BTreeMap::new();
    for state in [
        IkeState::Rekeying,
        IkeState::Established,
        IkeState::Rekeying,
    ] {
        *counts.entry(state).or_insert(0) += 1;
    }
    let counts: Vec<_> = counts.into_iter().collect();
    assert_eq!(
        counts,
        [(IkeState::Established, 1), (IkeState::Rekeying, 2)]
    );
    assert_eq!("REKEYED".parse(), Ok(IkeState::Rekeyed));
    assert_eq!("4h".parse(), Ok(Time::from("4h")));
    assert_eq!(
        "10.0.0.0/8".parse(),
        Ok(TrafficSelector::from("10.0.0.0/8"))
    );
    let (small, large) = (Volume::from("1g"), Volume::from("2g"));
    assert!(small < large);
}
