//! Tunnels from the first to the last: what is seen of them, what goes through, how they are rekeyed.

use vici_types::{
    ChildRekey, ChildState, ChildUpdown, ConnChild, Encryption, GetCounters, IkeRekey, IkeState,
    IkeUpdown, IkeVersion, KeyExchange, LoadConn, Log, Mode, Prf, Rekey, Terminate,
};

use super::{
    Lab, MOON, SUN, conn, each_lab, event, initiate, load_psk, load_secret, psk, sa, sas, until,
    watcher,
};

each_lab! {
    a_tunnel_lives_and_ends
    a_tunnel_goes_over_ipv6
    the_log_of_a_tunnel_is_told_as_it_is_made
}

#[test]
fn the_oldest_and_the_newest_talk_to_each_other() {
    super::run("bookworm", "forky", a_tunnel_lives_and_ends);
}

#[test]
fn the_newest_and_the_one_before_talk_to_each_other() {
    super::run("forky", "trixie", a_tunnel_lives_and_ends);
}

/// Pings from one inner network to the other.
const PING: &str = "moon ping -q -c 3 -i 0.2 -w 5 -I 10.1.0.1 10.2.0.1";

fn a_tunnel_lives_and_ends(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    let (mut at_moon, mut at_sun) = (watcher(&lab.moon), watcher(&lab.sun));
    load_psk(&mut moon, &mut sun);

    let mut log = moon.stream(&initiate()).unwrap();
    let lines: Vec<_> = log
        .by_ref()
        .map(|line| line.unwrap().msg.to_string())
        .collect();
    log.finish().unwrap();
    let established = lines
        .iter()
        .any(|line| line.starts_with("CHILD_SA net{1} established"));
    assert!(established, "{lines:#?}");

    for watcher in [&mut at_moon, &mut at_sun] {
        let updown: IkeUpdown = event(watcher, |_| true);
        assert!(updown.up);
        assert_eq!(updown.name, "home");
        assert_eq!(updown.ike_sa.state, IkeState::Established);
        let updown: ChildUpdown = event(watcher, |_| true);
        assert!(updown.up);
        assert_eq!(updown.child_sa().unwrap().state, ChildState::Installed);
    }

    let (ours, theirs) = (sa(&mut moon), sa(&mut sun));
    assert!(ours.initiator && !theirs.initiator);
    assert_eq!(ours.version, IkeVersion::V2);
    assert_eq!(
        (&ours.initiator_spi, &ours.responder_spi),
        (&theirs.initiator_spi, &theirs.responder_spi)
    );
    for (sa, own, peer) in [(&ours, &MOON, &SUN), (&theirs, &SUN, &MOON)] {
        assert!(sa.is_up());
        assert_eq!(
            (&*sa.local_host.to_string(), &*sa.remote_host.to_string()),
            (own.outer, peer.outer)
        );
        assert_eq!(
            (&*sa.local_id.to_string(), &*sa.remote_id.to_string()),
            (own.id, peer.id)
        );
        assert_eq!((sa.local_port, sa.remote_port), (Some(4500), Some(4500)));
        assert_eq!(sa.encr_alg, Some(Encryption::AesCbc));
        assert_eq!(sa.encr_keysize, Some(128));
        assert_eq!(sa.prf_alg, Some(Prf::HmacSha2_256));
        assert_eq!(sa.dh_group, Some(KeyExchange::Curve25519));
        assert!(sa.established.is_some_and(|since| since < 60));
        assert!(sa.rekey_time.is_some_and(|time| time > 3600));
        let child = sa.child("net").unwrap();
        assert_eq!(
            (&child.state, &child.mode),
            (&ChildState::Installed, &Mode::Tunnel)
        );
        assert_eq!(child.encr_alg, Some(Encryption::AesGcm16));
        assert_eq!(child.dh_group, None);
        assert!(child.encap);
        assert_eq!(child.local_ts, [own.inner]);
        assert_eq!(child.remote_ts, [peer.inner]);
    }
    let (out, back) = (ours.child("net").unwrap(), theirs.child("net").unwrap());
    assert_eq!((&out.spi_in, &out.spi_out), (&back.spi_out, &back.spi_in));

    // What goes in comes out.
    lab.run(PING);
    let (ours, theirs) = (sa(&mut moon).traffic(), sa(&mut sun).traffic());
    assert_eq!((ours.packets_out, ours.packets_in), (3, 3));
    assert_eq!((theirs.packets_out, theirs.packets_in), (3, 3));
    assert_eq!(
        (ours.bytes_out, theirs.bytes_out),
        (theirs.bytes_in, ours.bytes_in)
    );
    assert!(ours.bytes_out >= 3 * 84);

    rekey(lab, &mut at_moon, &mut at_sun);

    let counters = moon
        .call(&GetCounters::new().name("home"))
        .unwrap()
        .counters
        .unwrap();
    let counters = counters.get("home").unwrap();
    assert_eq!(
        (counters.ike_init_out_req, counters.ike_init_in_resp),
        (1, 1)
    );
    assert_eq!((counters.ike_rekey_init, counters.child_rekey), (1, 1));
    let counters = sun.call(&GetCounters::new()).unwrap();
    let counters = counters.global().unwrap();
    assert_eq!(
        (counters.ike_init_in_req, counters.ike_init_out_resp),
        (1, 1)
    );
    assert_eq!((counters.ike_rekey_resp, counters.child_rekey), (1, 1));

    terminate(lab, &mut at_moon, &mut at_sun);
}

/// Rekeys the child, then the IKE_SA.
fn rekey(lab: &mut Lab, at_moon: &mut vici_client::Client, at_sun: &mut vici_client::Client) {
    let mut moon = lab.moon.client();
    let before = sa(&mut moon);
    let old = before.child("net").unwrap();
    let response = moon.call(&Rekey::new().child("net")).unwrap();
    assert_eq!(response.matches, Some(1));
    let rekeyed: ChildRekey = event(at_moon, |_| true);
    let (was, is) = (rekeyed.old_child().unwrap(), rekeyed.new_child().unwrap());
    assert_eq!(was.uniqueid, old.uniqueid);
    assert!(is.uniqueid > old.uniqueid);
    assert_eq!(is.dh_group, Some(KeyExchange::Curve25519));
    let rekeyed: ChildRekey = event(at_sun, |_| true);
    assert_eq!(rekeyed.new_child().unwrap().spi_in, is.spi_out);
    until(&mut moon, |sas| {
        let children: Vec<_> = sas[0].children().collect();
        (children.len() == 1 && children[0].uniqueid == is.uniqueid).then_some(())
    });
    lab.run(PING);

    let response = moon.call(&Rekey::new().ike("home")).unwrap();
    assert_eq!(response.matches, Some(1));
    for watcher in [at_moon, at_sun] {
        let rekeyed: IkeRekey = event(watcher, |_| true);
        assert_eq!(rekeyed.name, "home");
        assert_eq!(rekeyed.ike_sa.old.uniqueid, before.uniqueid);
        assert!(rekeyed.ike_sa.new.uniqueid > before.uniqueid);
        assert_ne!(rekeyed.ike_sa.new.initiator_spi, before.initiator_spi);
    }
    until(&mut moon, |sas| (sas.len() == 1).then_some(()));
    let after = sa(&mut moon);
    assert!(after.is_up() && after.uniqueid > before.uniqueid);
    // The child goes on.
    assert_eq!(after.child("net").unwrap().uniqueid, is.uniqueid);
    lab.run(PING);
    assert_eq!(sa(&mut moon).traffic().packets_in, 6);
}

/// Ends the child, then the IKE_SA.
fn terminate(lab: &mut Lab, at_moon: &mut vici_client::Client, at_sun: &mut vici_client::Client) {
    let mut moon = lab.moon.client();
    let request = Terminate::new().child("net").ike("home").timeout(10_000);
    let response = moon.call(&request).unwrap();
    assert_eq!((response.matches, response.terminated), (Some(1), Some(1)));
    for watcher in [&mut *at_moon, &mut *at_sun] {
        let updown: ChildUpdown = event(watcher, |_| true);
        assert!(!updown.up);
        assert_eq!(updown.child_sa().unwrap().traffic().packets_in, 6);
    }
    assert_eq!(sa(&mut moon).children().count(), 0);

    let mut log = moon
        .stream(&Terminate::new().ike("home").timeout(10_000))
        .unwrap();
    assert!(log.by_ref().map(Result::unwrap).count() > 0);
    assert_eq!(log.finish().unwrap().terminated, Some(1));
    for watcher in [at_moon, at_sun] {
        let updown: IkeUpdown = event(watcher, |_| true);
        assert!(!updown.up);
    }
    assert!(sas(&mut moon).is_empty());
    assert!(sas(&mut lab.sun.client()).is_empty());
}

fn a_tunnel_goes_over_ipv6(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    for (client, own, peer) in [(&mut moon, &MOON, &SUN), (&mut sun, &SUN, &MOON)] {
        let child = ConnChild::new()
            .local_ts([own.inner6])
            .remote_ts([peer.inner6])
            .esp_proposals(["aes256-sha256"]);
        let home = psk(conn(own, peer), own, peer)
            .local_addrs([own.outer6])
            .remote_addrs([peer.outer6])
            .child("net", child);
        client.call(&LoadConn::new("home", home)).unwrap();
        load_secret(client, "what they share");
    }
    moon.call(&initiate()).unwrap();
    lab.run("moon ping -q -c 3 -i 0.2 -w 5 -I 2001:db8:1::1 2001:db8:2::1");

    let sa = sa(&mut sun);
    assert_eq!(sa.remote_host, "2001:db8::1");
    let child = sa.child("net").unwrap();
    assert_eq!(child.remote_ts, ["2001:db8:1::/64"]);
    assert_eq!((child.encr_keysize, child.packets_in), (Some(256), Some(3)));
}

fn the_log_of_a_tunnel_is_told_as_it_is_made(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    load_psk(&mut moon, &mut sun);
    let mut logs = [lab.moon.client(), lab.sun.client()];
    for client in &mut logs {
        client.subscribe::<Log>().unwrap();
    }
    moon.call(&initiate()).unwrap();
    for client in &mut logs {
        let line: Log = event(client, |line: &Log| {
            line.msg
                .to_string()
                .starts_with("IKE_SA home[1] established")
        });
        assert_eq!(line.group.as_str(), "IKE");
        assert_eq!(line.ikesa_name.unwrap(), "home");
        assert_eq!(line.ikesa_uniqueid, Some(1));
    }
}
