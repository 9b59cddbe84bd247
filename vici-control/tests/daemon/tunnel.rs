//! Tunnels that come up and go down between two daemons, and each reason why they do not.

use std::thread;
use std::time::{Duration, Instant};

use vici_client::Client;
use vici_control::{Failure, Reason, Up, bring_up, take_down};
use vici_types::{
    CertFlag, CertType, ClearCreds, Conn, ConnAuth, ConnChild, Initiate, KeyType, ListSas,
    LoadCert, LoadConn, LoadKey, Revocation, Stats, Unique,
};

use crate::charon::{PATIENCE, each_generation};
use crate::lab::Lab;
use crate::outside::{say, test_name};
use crate::pki::Pki;
use crate::two::{MOON, SUN, Side, conn, load_psk, load_secret, net, psk};

each_generation! { of crate::lab::run;
    a_tunnel_comes_up_and_goes_down_once
    peers_that_do_not_agree
    peers_that_do_not_agree_in_ikev1
    peers_that_are_not_trusted
    peers_that_are_not_there
    a_peer_that_is_there_already
    attempts_that_wait_hold_up_nobody
    a_peer_that_dies_is_taken_down_in_time
    a_daemon_that_is_busy_or_gone
}

const LIMIT: Duration = Duration::from_secs(30);

fn up(client: &mut Client) -> Result<Up, Failure> {
    bring_up(client, "home", "net", LIMIT)
}

fn count(client: &mut Client) -> usize {
    let mut stream = client.stream(&ListSas::new()).unwrap();
    let count = stream.by_ref().map(Result::unwrap).count();
    stream.finish().unwrap();
    count
}

/// It does not come up, for this reason, which these words of the daemon tell.
#[track_caller]
fn assert_fails(lab: &Lab, reason: Reason, words: &str) {
    assert_ends(lab, up(&mut lab.moon.client()), reason, words);
}

#[track_caller]
fn assert_ends(lab: &Lab, end: Result<Up, Failure>, reason: Reason, words: &str) {
    let failure = end.unwrap_err();
    let told = (failure.reason, failure.words.contains(words));
    let log = failure.log.join("\n    ");
    assert_eq!(told, (reason, true), "{failure}\n    {log}");
    say(&format!("{}: {} {failure}", test_name(), lab.generation));
    // Nothing of it is left to disturb the next one.
    take_down(&mut lab.moon.client(), &failure.ike, None, LIMIT).unwrap();
}

fn load(client: &mut Client, name: &str, conn: Conn, child: ConnChild) {
    let conn = LoadConn::new(name, conn.child("net", child));
    client.call(&conn).unwrap();
}

fn a_tunnel_comes_up_and_goes_down_once(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    load_psk(&mut moon, &mut sun);
    let first = up(&mut moon).unwrap();
    assert!(!first.was_up && first.child_sa().unwrap().is_up());
    let again = up(&mut moon).unwrap();
    assert!(again.was_up);
    assert_eq!(again.sa.ike_sa.uniqueid, first.sa.ike_sa.uniqueid);
    assert_eq!(again.sa.ike_sa.children().count(), 1);

    let down = |moon: &mut Client, child| take_down(moon, "home", child, LIMIT).unwrap().closed;
    assert_eq!(down(&mut moon, Some("net")), 1);
    assert_eq!(down(&mut moon, Some("net")), 0);
    assert!(!up(&mut moon).unwrap().was_up);
    assert_eq!(down(&mut moon, None), 1);
    assert_eq!(down(&mut moon, None), 0);

    // Several at once build one tunnel, whoever of them builds it.
    let ends: Vec<Up> = thread::scope(|scope| {
        let all = [(); 4].map(|()| scope.spawn(|| up(&mut lab.moon.client()).unwrap()));
        all.map(|one| one.join().unwrap()).into()
    });
    assert_eq!(count(&mut moon), 1);
    let children = |moon: &mut Client| up(moon).unwrap().sa.ike_sa.children().count();
    assert_eq!(children(&mut moon), 1, "{ends:?}");

    // It leaves the client as it was: subscribed to nothing, with its timeouts.
    assert_eq!(moon.timeout(), Some(PATIENCE));
    assert_eq!(moon.stream_timeout(), None);
    assert_eq!(take_down(&mut sun, "home", None, LIMIT).unwrap().closed, 1);
    let deadline = Instant::now() + PATIENCE;
    while count(&mut moon) > 0 {
        assert!(Instant::now() < deadline, "it is still there");
    }
    assert!(moon.next_event(Some(Duration::ZERO)).unwrap().is_none());
}

fn peers_that_do_not_agree(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    load_psk(&mut moon, &mut sun);
    let home = || psk(conn(&SUN, &MOON), &SUN, &MOON);
    let child = || net(&SUN, &MOON);

    let missing = bring_up(&mut moon, "home", "nobody", LIMIT).unwrap_err();
    assert_eq!(missing.reason, Reason::NoSuchConfiguration);
    assert_eq!(
        missing.to_string(),
        "home/nobody is not up: there is no such configuration: CHILD_SA config 'nobody' not found"
    );
    let missing = bring_up(&mut moon, "nobody", "net", LIMIT).unwrap_err();
    assert_eq!(missing.reason, Reason::NoSuchConfiguration);

    load(
        &mut sun,
        "home",
        home().proposals(["aes256-sha512-modp3072"]),
        child(),
    );
    assert_fails(
        lab,
        Reason::NoProposal,
        "received NO_PROPOSAL_CHOSEN notify error",
    );
    load(
        &mut sun,
        "home",
        home(),
        child().esp_proposals(["aes256-sha512"]),
    );
    assert_fails(
        lab,
        Reason::NoProposal,
        "received NO_PROPOSAL_CHOSEN notify, no CHILD_SA built",
    );
    load(
        &mut sun,
        "home",
        home(),
        child().remote_ts(["10.77.0.0/16"]),
    );
    assert_fails(
        lab,
        Reason::TrafficSelectors,
        "received TS_UNACCEPTABLE notify",
    );
    // What is not known here is told by its words only.
    load(&mut sun, "home", home().pools(["nobody"]), child());
    let vip = psk(conn(&MOON, &SUN).vips(["0.0.0.0"]), &MOON, &SUN);
    load(&mut moon, "home", vip, net(&MOON, &SUN));
    assert_fails(lab, Reason::Other, "");

    load_psk(&mut moon, &mut sun);
    sun.call(&ClearCreds::new()).unwrap();
    load_secret(&mut sun, "only sun thinks so");
    assert_fails(
        lab,
        Reason::AuthenticationFailed,
        "received AUTHENTICATION_FAILED",
    );
    moon.call(&ClearCreds::new()).unwrap();
    assert_fails(
        lab,
        Reason::NoSecret,
        "no shared key found for 'moon.lab' - 'sun.lab'",
    );
}

/// The last releases without IKEv1 say so when it is loaded.
fn peers_that_do_not_agree_in_ikev1(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    load_psk(&mut moon, &mut sun);
    let home = |own: &Side, peer: &Side| psk(conn(own, peer).version(1), own, peer);
    let child = || net(&SUN, &MOON);
    let at_moon = LoadConn::new("home", home(&MOON, &SUN).child("net", net(&MOON, &SUN)));
    if lab.generation == "forky" {
        // It takes the connection, but can't do it.
        let _ = moon.call(&at_moon);
        let failure = up(&mut moon).unwrap_err();
        assert_eq!(
            failure.reason,
            Reason::Other,
            "{failure}: {:?}",
            failure.log
        );
        return;
    }
    moon.call(&at_moon).unwrap();
    load(&mut sun, "home", home(&SUN, &MOON), child());
    assert!(!up(&mut moon).unwrap().was_up);
    assert_eq!(
        take_down(&mut moon, "home", Some("net"), LIMIT)
            .unwrap()
            .closed,
        1
    );
    take_down(&mut moon, "home", None, LIMIT).unwrap();

    let other = home(&SUN, &MOON).proposals(["aes256-sha512-modp3072"]);
    load(&mut sun, "home", other, child());
    assert_fails(lab, Reason::NoProposal, "received NO_PROPOSAL_CHOSEN");
    load(
        &mut sun,
        "home",
        home(&SUN, &MOON),
        child().esp_proposals(["aes256-sha512"]),
    );
    assert_fails(lab, Reason::NoProposal, "received NO_PROPOSAL_CHOSEN");
    load(
        &mut sun,
        "home",
        home(&SUN, &MOON),
        child().remote_ts(["10.77.0.0/16"]),
    );
    assert_fails(
        lab,
        Reason::TrafficSelectors,
        "received INVALID_ID_INFORMATION",
    );
}

/// Loads moon and sun, of which moon knows this authority.
fn load_certs(lab: &Lab, pki: &Pki, known: &Pki) {
    let sides = [("moon", &MOON, &SUN, known), ("sun", &SUN, &MOON, pki)];
    for (client, (name, own, peer, known)) in [&lab.moon, &lab.sun].into_iter().zip(sides) {
        let mut client = client.client();
        client.call(&ClearCreds::new()).unwrap();
        let ca = LoadCert::new(CertType::X509, known.cert("ca")).flag(CertFlag::Ca);
        client.call(&ca).unwrap();
        client
            .call(&LoadKey::new(KeyType::Any, pki.key(name)))
            .unwrap();
        let auth = ConnAuth::new().auth("pubkey");
        let remote = auth.clone().id(peer.id);
        let home = conn(own, peer)
            .local(auth.id(own.id).certs([pki.cert(name)]))
            .remote(if name == "moon" {
                remote.revocation(Revocation::Strict)
            } else {
                remote
            });
        load(&mut client, "home", home, net(own, peer));
    }
}

fn peers_that_are_not_trusted(lab: &mut Lab) {
    let (pki, other) = (Pki::new(), Pki::new());
    pki.issue("moon");
    pki.issue_expired("sun");
    load_certs(lab, &pki, &pki);
    assert_fails(lab, Reason::Certificate, "subject certificate invalid");

    pki.issue("sun");
    load_certs(lab, &pki, &pki);
    // Nothing is known of it.
    assert_fails(lab, Reason::Certificate, "constraint check failed");
    let crl = LoadCert::new(CertType::X509Crl, pki.revoke("sun"));
    lab.moon.client().call(&crl).unwrap();
    assert_fails(lab, Reason::Certificate, "certificate was revoked");
    load_certs(lab, &pki, &other);
    assert_fails(lab, Reason::Certificate, "no issuer certificate found");

    // The own key is not there.
    let crl = LoadCert::new(CertType::X509Crl, pki.revoke("moon"));
    load_certs(lab, &pki, &pki);
    let mut moon = lab.moon.client();
    moon.call(&ClearCreds::new()).unwrap();
    let ca = LoadCert::new(CertType::X509, pki.cert("ca")).flag(CertFlag::Ca);
    moon.call(&ca).unwrap();
    moon.call(&crl).unwrap();
    assert_fails(lab, Reason::NoSecret, "private key found for 'moon.lab'");
}

fn peers_that_are_not_there(lab: &mut Lab) {
    let mut moon = lab.moon.client();
    let silent = Side {
        outer: "192.0.2.99",
        ..SUN
    };
    load(
        &mut moon,
        "home",
        psk(conn(&MOON, &silent), &MOON, &silent),
        net(&MOON, &silent),
    );
    load_secret(&mut moon, "what they share");
    // The time is over before the daemon has given up, which goes on.
    let short = bring_up(&mut moon, "home", "net", Duration::from_millis(300)).unwrap_err();
    assert_eq!(short.reason, Reason::NoAnswer, "{short}: {:?}", short.log);
    let retransmitting = bring_up(&mut moon, "home", "net", Duration::from_secs(2)).unwrap_err();
    assert_eq!(retransmitting.reason, Reason::NoAnswer, "{retransmitting}");
    assert!(
        retransmitting.words.contains("retransmit"),
        "{retransmitting}"
    );
    assert_eq!(count(&mut moon), 1);
    // A child that may be about to come up can't be said to be down.
    let child = take_down(&mut moon, "home", Some("net"), Duration::from_millis(300));
    let child = child.unwrap_err();
    assert_eq!(child.reason, Reason::NoAnswer, "{child}");
    assert!(
        child.to_string().starts_with("home/net is not down: "),
        "{child}"
    );
    // It waits for that attempt, and then for one of its own.
    assert_fails(lab, Reason::NoAnswer, "giving up after 3 retransmits");
    assert_eq!(count(&mut moon), 0);

    let nobody = psk(conn(&MOON, &SUN), &MOON, &SUN).remote_addrs(["nobody.invalid"]);
    load(&mut moon, "nobody", nobody, net(&MOON, &SUN));
    let end = bring_up(&mut moon, "nobody", "net", LIMIT);
    assert_ends(lab, end, Reason::NoAddress, "unable to resolve");
}

fn a_peer_that_is_there_already(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    load_psk(&mut moon, &mut sun);
    // Another child that carries the same.
    let home = psk(conn(&MOON, &SUN), &MOON, &SUN)
        .child("net", net(&MOON, &SUN))
        .child("twin", net(&MOON, &SUN));
    moon.call(&LoadConn::new("home", home)).unwrap();
    up(&mut moon).unwrap();
    let end = bring_up(&mut moon, "home", "twin", LIMIT);
    assert_ends(lab, end, Reason::Duplicate, "due to existing duplicate");

    // A peer that keeps what it has does not say so. It comes from another address, as one that comes
    // again from the same is taken to reauthenticate.
    lab.namespaces
        .run("moon ip address add 192.0.2.11/24 dev veth0");
    let second = psk(conn(&MOON, &SUN), &MOON, &SUN).local_addrs(["192.0.2.11"]);
    load(&mut moon, "second", second, net(&MOON, &SUN));
    let keep = psk(conn(&SUN, &MOON), &SUN, &MOON)
        .remote_addrs(["%any"])
        .unique(Unique::Keep);
    load(&mut sun, "home", keep, net(&SUN, &MOON));
    up(&mut moon).unwrap();
    // Waits until sun is done with it, which remembers only then.
    assert_eq!(count(&mut sun), 1);
    let end = bring_up(&mut moon, "second", "net", LIMIT);
    assert_ends(
        lab,
        end,
        Reason::AuthenticationFailed,
        "received AUTHENTICATION_FAILED",
    );
    // The first is as it was.
    assert!(up(&mut moon).unwrap().was_up);
}

/// A daemon has 16 threads, and more attempts than these wait here.
fn attempts_that_wait_hold_up_nobody(lab: &mut Lab) {
    const ATTEMPTS: usize = 24;
    let mut moon = lab.moon.client();
    load_secret(&mut moon, "what they share");
    for number in 0..ATTEMPTS {
        // The daemon takes connections that differ in their names only for one.
        let peer = format!("192.0.2.{}", 100 + number);
        let conn = psk(conn(&MOON, &SUN), &MOON, &SUN).remote_addrs([peer]);
        let name = format!("silent-{number}");
        load(&mut moon, &name, conn, net(&MOON, &SUN));
    }
    thread::scope(|scope| {
        for number in 0..ATTEMPTS {
            let mut client = lab.moon.client();
            scope.spawn(move || {
                let name = format!("silent-{number}");
                let limit = Duration::from_secs(12);
                let failure = bring_up(&mut client, &name, "net", limit).unwrap_err();
                let log = failure.log.join("\n    ");
                assert_eq!(failure.reason, Reason::NoAnswer, "{failure}\n    {log}");
            });
        }
        // While all of them wait, after the work of beginning.
        let deadline = Instant::now() + PATIENCE;
        let mut all_wait_and_few_work = || {
            let workers = moon.call(&Stats::new()).unwrap().workers;
            workers.idle > 4 && count(&mut moon) == ATTEMPTS
        };
        while !all_wait_and_few_work() {
            assert!(Instant::now() < deadline, "threads are held");
        }
    });
}

fn a_peer_that_dies_is_taken_down_in_time(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    load_psk(&mut moon, &mut sun);
    up(&mut moon).unwrap();
    lab.namespaces.run("sun ip link set veth0 down");
    let down = |moon: &mut Client, limit| take_down(moon, "home", None, limit);
    let short = down(&mut moon, Duration::from_millis(300)).unwrap_err();
    assert_eq!(short.reason, Reason::TimeOver, "{short}");
    let longer = down(&mut moon, Duration::from_secs(2)).unwrap_err();
    assert_eq!(longer.reason, Reason::NoAnswer, "{longer}");
    // The daemon goes on, and gives up at last.
    assert_eq!(down(&mut moon, LIMIT).unwrap().closed, 1);
    assert_eq!(count(&mut moon), 0);
}

fn a_daemon_that_is_busy_or_gone(lab: &mut Lab) {
    let mut moon = lab.moon.client();
    let silent = Side {
        outer: "192.0.2.99",
        ..SUN
    };
    load_secret(&mut moon, "what they share");
    for number in 0..16 {
        let conn = psk(conn(&MOON, &silent), &MOON, &silent);
        load(
            &mut moon,
            &format!("silent-{number}"),
            conn,
            net(&MOON, &silent),
        );
    }
    // As they are loaded by now, and nothing else can be when all threads wait.
    let clients = [(); 16].map(|()| lab.moon.client());
    for (number, mut client) in clients.into_iter().enumerate() {
        thread::spawn(move || {
            let request = Initiate::new().ike(format!("silent-{number}")).child("net");
            // It ends with the daemon.
            let _ = client.call(&request.timeout(0));
        });
    }
    let deadline = Instant::now() + PATIENCE;
    moon.set_timeout(Some(Duration::from_millis(500))).unwrap();
    while moon.call(&Stats::new()).is_ok() {
        assert!(Instant::now() < deadline);
    }
    let busy = bring_up(&mut moon, "home", "net", Duration::from_secs(1)).unwrap_err();
    assert_eq!(busy.reason, Reason::DaemonBusy, "{busy}");

    let mut sun = lab.sun.client();
    sun.shutdown_handle().unwrap().shutdown().unwrap();
    let gone = up(&mut sun).unwrap_err();
    assert_eq!(gone.reason, Reason::Disconnected, "{gone}");
    assert!(gone.error.is_some());
}

#[cfg(feature = "tokio")]
mod with_tokio {
    use vici_control::{bring_up_async, take_down_async};

    use super::*;

    each_generation! { of crate::lab::run;
        the_async_door_does_the_same
    }

    fn the_async_door_does_the_same(lab: &mut Lab) {
        let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
        load_psk(&mut moon, &mut sun);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            let client = lab.moon.address().connect_async().await.unwrap();
            let up = || bring_up_async(&client, "home", "net", LIMIT);
            // Of both, one builds it.
            let (first, second) = tokio::join!(up(), up());
            assert!(first.unwrap().child_sa().unwrap().is_up());
            assert!(second.unwrap().child_sa().unwrap().is_up());
            let again = up().await.unwrap();
            assert!(again.was_up);
            assert_eq!(again.sa.ike_sa.children().count(), 1);
            let down = take_down_async(&client, "home", None, LIMIT).await;
            assert_eq!(down.unwrap().closed, 1);

            sun.call(&ClearCreds::new()).unwrap();
            load_secret(&mut sun, "only sun thinks so");
            let failure = up().await.unwrap_err();
            assert_eq!(failure.reason, Reason::AuthenticationFailed, "{failure}");
            let missing = bring_up_async(&client, "home", "nobody", LIMIT).await;
            assert_eq!(missing.unwrap_err().reason, Reason::NoSuchConfiguration);
            lab.namespaces.run("sun ip link set veth0 down");
            let limit = Duration::from_millis(300);
            let failure = bring_up_async(&client, "home", "net", limit).await;
            assert_eq!(failure.unwrap_err().reason, Reason::NoAnswer);
        });
    }
}
