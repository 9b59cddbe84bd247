//! What can be set of a tunnel, and is seen of it when it is up.

use vici_types::{
    Conn, GetAlgorithms, Initiate, KeyExchange, LabelMode, ListSas, LoadConn, LoadShared, Rekey,
    SharedType,
};

use super::{
    Lab, MOON, SUN, Side, conn, each_lab, event, initiate, load_psk, load_secret, net, psk, sa,
    until, watcher,
};
use crate::charon::list;

each_lab! {
    what_is_set_is_listed
    several_key_exchanges_are_listed
    sas_are_listed_by_name_and_number
    an_ike_sa_is_authenticated_again
}

/// Loads `home` on both, changed in the same way.
fn load_both(lab: &Lab, change: impl Fn(Conn, &Side, &Side) -> Conn) {
    for (daemon, own, peer) in [(&lab.moon, &MOON, &SUN), (&lab.sun, &SUN, &MOON)] {
        let mut client = daemon.client();
        let home = change(conn(own, peer), own, peer);
        client.call(&LoadConn::new("home", home)).unwrap();
        load_secret(&mut client, "what they share");
        let ppk = [7; 32].as_slice();
        let ppk = LoadShared::new(SharedType::Ppk, ppk).owners(["ppk.lab"]);
        client.call(&ppk).unwrap();
    }
}

fn what_is_set_is_listed(lab: &mut Lab) {
    load_both(lab, |conn, own, peer| {
        let net = net(own, peer)
            .rekey_time("1h")
            .life_time("2h")
            .rand_time("0")
            .reqid(4711)
            .mark_in("0x2a/0xff")
            .mark_out("7/0xf")
            .if_id_in("17")
            .if_id_out("0x1234")
            .label("system_u:object_r:lab_t:s0")
            .label_mode(LabelMode::Simple);
        psk(conn, own, peer)
            .ppk_id("ppk.lab")
            .ppk_required(true)
            .rekey_time("3h")
            .reauth_time("2h")
            .rand_time("0")
            .over_time("10m")
            .if_id_in("7")
            .if_id_out("%unique")
            .child("net", net)
    });
    let mut moon = lab.moon.client();
    moon.call(&initiate()).unwrap();
    for daemon in [&lab.moon, &lab.sun] {
        let sa = sa(&mut daemon.client());
        assert!(sa.ppk);
        let within = |time: Option<i64>, from: i64| {
            time.is_some_and(|time| (from - 60..=from).contains(&time))
        };
        assert!(within(sa.rekey_time, 3 * 3600), "{:?}", sa.rekey_time);
        assert!(within(sa.reauth_time, 2 * 3600), "{:?}", sa.reauth_time);
        assert_eq!(sa.if_id_in, Some(7.into()));
        assert!(sa.if_id_out.is_some());
        let child = sa.child("net").unwrap();
        assert_eq!(child.reqid, 4711);
        assert_eq!(child.mark_in, Some(0x2a.into()));
        assert_eq!(child.mark_mask_in, Some(0xff.into()));
        assert_eq!(child.mark_out, Some(7.into()));
        assert_eq!(child.mark_mask_out, Some(0xf.into()));
        assert_eq!(child.if_id_in, Some(17.into()));
        assert_eq!(child.if_id_out, Some(0x1234.into()));
        let label = child.label.as_ref().unwrap().to_bytes().unwrap();
        assert_eq!(label, b"system_u:object_r:lab_t:s0\0");
        assert!(within(child.rekey_time, 3600), "{:?}", child.rekey_time);
        assert!(within(child.life_time, 2 * 3600), "{:?}", child.life_time);
        assert!(child.install_time.is_some_and(|since| since < 60));
    }
}

fn several_key_exchanges_are_listed(lab: &mut Lab) {
    if !lab.moon.is_at_least([6, 0, 0]) {
        return;
    }
    let mut moon = lab.moon.client();
    let algorithms = moon.call(&GetAlgorithms::new()).unwrap();
    let mut known = algorithms.key_exchange().unwrap().iter();
    // What withstands a quantum computer, where there is such.
    let (word, first) = match known.find(|(name, _)| **name == KeyExchange::MlKem768) {
        Some(_) => ("mlkem768", KeyExchange::MlKem768),
        None => ("modp2048s256", KeyExchange::Modp2048_256),
    };
    // As many as there can be.
    let others = "ke2_ecp256-ke3_ecp384-ke4_ecp521-ke5_modp2048-ke6_modp3072-ke7_x448";
    let others = format!("x25519-ke1_{word}-{others}");
    load_both(lab, |conn, own, peer| {
        let net = net(own, peer).esp_proposals([format!("aes128gcm16-{others}")]);
        psk(conn, own, peer)
            .proposals([format!("aes128-sha256-{others}")])
            .child("net", net)
    });
    moon.call(&initiate()).unwrap();
    let all = [
        KeyExchange::Curve25519,
        first,
        KeyExchange::Ecp256,
        KeyExchange::Ecp384,
        KeyExchange::Ecp521,
        KeyExchange::Modp2048,
        KeyExchange::Modp3072,
        KeyExchange::Curve448,
    ];
    for daemon in [&lab.moon, &lab.sun] {
        let sa = sa(&mut daemon.client());
        let listed = [
            sa.dh_group,
            sa.ake1,
            sa.ake2,
            sa.ake3,
            sa.ake4,
            sa.ake5,
            sa.ake6,
            sa.ake7,
        ];
        assert_eq!(listed, all.clone().map(Some));
    }
    let old = sa(&mut moon).child("net").unwrap().uniqueid;
    moon.call(&Rekey::new().child("net")).unwrap();
    let child = until(&mut moon, |sas| {
        let new = sas[0].child("net").filter(|child| child.uniqueid > old);
        new.cloned()
    });
    let listed = [
        child.dh_group,
        child.ake1,
        child.ake2,
        child.ake3,
        child.ake4,
        child.ake5,
        child.ake6,
        child.ake7,
    ];
    assert_eq!(listed, all.map(Some));
}

fn sas_are_listed_by_name_and_number(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    load_psk(&mut moon, &mut sun);
    let other = psk(conn(&MOON, &SUN), &MOON, &SUN).dpd_delay("100s");
    moon.call(&LoadConn::new("other", other)).unwrap();
    moon.call(&initiate()).unwrap();
    moon.call(&Initiate::new().ike("other").timeout(10_000))
        .unwrap();
    let mut names = |request: &ListSas| -> Vec<String> {
        let mut sas = list(&mut moon, request);
        sas.sort_by_key(|sa| sa.ike_sa.uniqueid);
        sas.iter().map(|sa| sa.name.to_string()).collect()
    };
    assert_eq!(names(&ListSas::new()), ["home", "other"]);
    assert_eq!(names(&ListSas::new().ike("other")), ["other"]);
    assert_eq!(names(&ListSas::new().ike_id(1)), ["home"]);
    // Both have to fit.
    assert!(names(&ListSas::new().ike_id(1).ike("other")).is_empty());
    assert!(names(&ListSas::new().ike_id(77)).is_empty());
    assert_eq!(names(&ListSas::new().noblock(true)), ["home", "other"]);
    // Of the children, not of the IKE_SAs.
    for (request, count) in [
        (ListSas::new().child("net"), 1),
        (ListSas::new().child_id(1), 1),
        (ListSas::new().child("nobody"), 0),
    ] {
        let sas = list(&mut moon, &request);
        assert_eq!(sas.len(), 2);
        let children = sas.iter().flat_map(|sa| sa.ike_sa.children());
        assert_eq!(children.count(), count);
    }
}

fn an_ike_sa_is_authenticated_again(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    load_psk(&mut moon, &mut sun);
    moon.call(&initiate()).unwrap();
    let mut watcher = watcher(&lab.moon);
    let before = sa(&mut moon).uniqueid;
    let request = Rekey::new().ike_id(before).reauth(true);
    assert_eq!(moon.call(&request).unwrap().matches, Some(1));
    // It is not rekeyed: one goes down, and another comes up.
    let mut up = false;
    let mut down = false;
    while !(up && down) {
        let updown: vici_types::IkeUpdown = event(&mut watcher, |_| true);
        up |= updown.up && updown.ike_sa.uniqueid > before;
        down |= !updown.up && updown.ike_sa.uniqueid == before;
    }
    until(&mut moon, |sas| match sas {
        [sa] if sa.is_up() && sa.child("net").is_some() => Some(()),
        _ => None,
    });
}
