//! What is refused before it is sent.

use vici_types::*;

/// Why it must not be sent.
fn refused<R: Request>(request: R) -> String {
    request.check().unwrap_err().to_string()
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
