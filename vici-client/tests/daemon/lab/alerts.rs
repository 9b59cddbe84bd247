//! What goes wrong between the two, and the alerts that tell of it, where the daemon has them.

use vici_client::{Client, Error};
use vici_types::{Alert, AlertType, ClearCreds, Conn, ConnChild, LoadConn, Terminate, Unique};

use super::{
    Lab, MOON, SUN, Side, conn, each_lab, event, initiate, load_psk, load_secret, net, psk, sa,
    sas, until,
};
use crate::charon::{Daemon, refusal};

each_lab! {
    secrets_that_differ
    proposals_that_differ
    selectors_that_differ
    addresses_that_are_not_there
    nobody_there
    messages_that_are_lost
    peers_that_come_twice
    an_ike_sa_that_can_not_be_rekeyed
}

/// A connection that gets the alerts, where there are any.
pub(super) fn alerts(daemon: &Daemon) -> Option<Client> {
    let mut client = daemon.client();
    match client.subscribe::<Alert>() {
        Ok(()) => {
            assert!(daemon.is_at_least([6, 0, 3]));
            Some(client)
        }
        Err(Error::UnknownEvent { name, .. }) => {
            assert_eq!(name, "alert");
            assert!(!daemon.is_at_least([6, 0, 3]));
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Waits for the alert, and checks that it is about the connection.
pub(super) fn alert(client: &mut Option<Client>, type_: &AlertType, name: &str) {
    if let Some(client) = client {
        let alert: Alert = event(client, |alert: &Alert| alert.type_ == *type_);
        assert_eq!(alert.ike_sa.unwrap().name, name);
    }
}

/// The connection of sun, in its place.
fn load_at_sun(sun: &mut Client, change: impl Fn(Conn) -> Conn, child: ConnChild) {
    let home = change(psk(conn(&SUN, &MOON), &SUN, &MOON)).child("net", child);
    sun.call(&LoadConn::new("home", home)).unwrap();
}

const FAILED: &str = "establishing CHILD_SA 'net' failed";

fn secrets_that_differ(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    let (mut at_moon, mut at_sun) = (alerts(&lab.moon), alerts(&lab.sun));
    load_psk(&mut moon, &mut sun);
    for client in [&mut moon, &mut sun] {
        client.call(&ClearCreds::new()).unwrap();
    }
    load_secret(&mut moon, "only moon thinks so");
    load_secret(&mut sun, "only sun thinks so");
    assert_eq!(refusal(&mut moon, &initiate()), FAILED);
    alert(&mut at_sun, &AlertType::PeerAuthFailed, "home");
    alert(&mut at_moon, &AlertType::LocalAuthFailed, "home");
    until(&mut sun, |sas| sas.is_empty().then_some(()));
    assert!(sas(&mut moon).is_empty());
}

fn proposals_that_differ(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    let (mut at_moon, mut at_sun) = (alerts(&lab.moon), alerts(&lab.sun));
    load_psk(&mut moon, &mut sun);
    let other = |conn: Conn| conn.proposals(["aes256-sha512-modp3072"]);
    load_at_sun(&mut sun, other, net(&SUN, &MOON));
    assert_eq!(refusal(&mut moon, &initiate()), FAILED);
    if let Some(client) = &mut at_sun {
        let alert: Alert = event(client, |_| true);
        assert_eq!(alert.type_, AlertType::ProposalMismatchIke);
    }

    let other = net(&SUN, &MOON).esp_proposals(["aes256-sha512"]);
    load_at_sun(&mut sun, |conn| conn, other);
    assert_eq!(refusal(&mut moon, &initiate()), FAILED);
    alert(&mut at_sun, &AlertType::ProposalMismatchChild, "home");
    alert(&mut at_moon, &AlertType::KeepOnChildSaFailure, "home");
    assert!(sa(&mut moon).is_up());
}

fn selectors_that_differ(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    let (mut at_moon, mut at_sun) = (alerts(&lab.moon), alerts(&lab.sun));
    load_psk(&mut moon, &mut sun);
    let none = net(&SUN, &MOON).remote_ts(["10.77.0.0/16"]);
    load_at_sun(&mut sun, |conn| conn, none);
    assert_eq!(refusal(&mut moon, &initiate()), FAILED);
    alert(&mut at_sun, &AlertType::TsMismatch, "home");

    moon.call(&Terminate::new().ike("home").timeout(10_000))
        .unwrap();
    let less = net(&SUN, &MOON).local_ts(["10.2.0.0/28"]);
    load_at_sun(&mut sun, |conn| conn, less);
    moon.call(&initiate()).unwrap();
    alert(&mut at_moon, &AlertType::TsNarrowed, "home");
    let narrowed = sa(&mut moon);
    assert_eq!(narrowed.child("net").unwrap().remote_ts, ["10.2.0.0/28"]);
}

fn addresses_that_are_not_there(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    let (mut at_moon, mut at_sun) = (alerts(&lab.moon), alerts(&lab.sun));
    load_psk(&mut moon, &mut sun);
    load_at_sun(&mut sun, |conn| conn.pools(["nobody"]), net(&SUN, &MOON));
    let home = psk(conn(&MOON, &SUN).vips(["0.0.0.0"]), &MOON, &SUN);
    let home = home.child("net", net(&MOON, &SUN));
    moon.call(&LoadConn::new("home", home)).unwrap();
    assert_eq!(refusal(&mut moon, &initiate()), FAILED);
    alert(&mut at_sun, &AlertType::VipFailure, "home");

    let nobody = psk(conn(&MOON, &SUN), &MOON, &SUN).remote_addrs(["nobody.invalid"]);
    let nobody = nobody.child("net", net(&MOON, &SUN));
    moon.call(&LoadConn::new("nobody", nobody)).unwrap();
    refusal(&mut moon, &initiate().ike("nobody"));
    alert(&mut at_moon, &AlertType::PeerAddrFailed, "nobody");
}

fn nobody_there(lab: &mut Lab) {
    let mut moon = lab.moon.client();
    let mut at_moon = alerts(&lab.moon);
    let nobody = Side {
        outer: "192.0.2.99",
        ..SUN
    };
    let home = psk(conn(&MOON, &nobody), &MOON, &nobody).child("net", net(&MOON, &nobody));
    moon.call(&LoadConn::new("home", home)).unwrap();
    load_secret(&mut moon, "what they share");
    assert_eq!(refusal(&mut moon, &initiate().timeout(15_000)), FAILED);
    alert(&mut at_moon, &AlertType::RetransmitSend, "home");
    alert(&mut at_moon, &AlertType::RetransmitSendTimeout, "home");
    alert(&mut at_moon, &AlertType::PeerInitUnreachable, "home");
}

fn messages_that_are_lost(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    let mut at_moon = alerts(&lab.moon);
    load_psk(&mut moon, &mut sun);
    lab.run("sun ip link set veth0 down");
    moon.call(&initiate().timeout(-1)).unwrap();
    until(&mut moon, |sas| (sas.len() == 1).then_some(()));
    alert(&mut at_moon, &AlertType::RetransmitSend, "home");
    lab.run("sun ip link set veth0 up");
    until(&mut moon, |sas| sas[0].is_up().then_some(()));
    alert(&mut at_moon, &AlertType::RetransmitSendCleared, "home");
}

fn peers_that_come_twice(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    let mut at_sun = alerts(&lab.sun);
    load_psk(&mut moon, &mut sun);
    // From two addresses, as one that comes again from the same is taken to reauthenticate.
    lab.run("moon ip address add 192.0.2.11/24 dev veth0");
    for (name, address) in [("first", MOON.outer), ("second", "192.0.2.11")] {
        let home = psk(conn(&MOON, &SUN), &MOON, &SUN).local_addrs([address]);
        let home = home.child("net", net(&MOON, &SUN));
        moon.call(&LoadConn::new(name, home)).unwrap();
    }
    let keep = |conn: Conn| conn.remote_addrs(["%any"]).unique(Unique::Keep);
    load_at_sun(&mut sun, keep, net(&SUN, &MOON));
    moon.call(&initiate().ike("first")).unwrap();
    // Waits until sun is done with it, which remembers only then.
    assert!(sa(&mut sun).is_up());
    assert_eq!(refusal(&mut moon, &initiate().ike("second")), FAILED);
    alert(&mut at_sun, &AlertType::UniqueKeep, "home");

    moon.call(&Terminate::new().ike("first").timeout(10_000))
        .unwrap();
    let replace = |conn: Conn| conn.remote_addrs(["%any"]).unique(Unique::Replace);
    load_at_sun(&mut sun, replace, net(&SUN, &MOON));
    moon.call(&initiate().ike("first")).unwrap();
    assert!(sa(&mut sun).is_up());
    moon.call(&initiate().ike("second")).unwrap();
    alert(&mut at_sun, &AlertType::UniqueReplace, "home");
    until(&mut moon, |sas| (sas.len() == 1).then_some(()));
}

fn an_ike_sa_that_can_not_be_rekeyed(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    let mut at_moon = alerts(&lab.moon);
    load_psk(&mut moon, &mut sun);
    let home = psk(conn(&MOON, &SUN), &MOON, &SUN)
        .rekey_time("2s")
        .over_time("1s")
        .rand_time("0")
        .child("net", net(&MOON, &SUN));
    moon.call(&LoadConn::new("home", home)).unwrap();
    moon.call(&initiate()).unwrap();
    lab.run("sun ip link set veth0 down");
    alert(&mut at_moon, &AlertType::IkeSaExpired, "home");
    until(&mut moon, |sas| {
        sas.iter().all(|sa| !sa.is_up()).then_some(())
    });
}
