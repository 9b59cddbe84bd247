//! What requests and settings are made from, and how they are written.

use std::time;

use vici_types::*;

/// The message as the protocol's documentation would show it.
fn shown<R: Request>(request: &R) -> String {
    request.check().unwrap();
    let message: vici_serde::Message = vici_serde::to_message(request).unwrap();
    message.to_string()
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
