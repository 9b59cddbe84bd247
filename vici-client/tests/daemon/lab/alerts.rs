//! What goes wrong between the two, and the alerts that tell of it, where the daemon has them.

use vici_client::{Client, Error};
use vici_types::{
    Alert, AlertType, CertFlag, CertType, ConnAuth, KeyType, LoadCert, LoadConn, LoadKey,
};

use super::{
    Lab, MOON, SUN, Side, conn, each_lab, event, initiate, load_psk, load_secret, net, psk, sas,
    until,
};
use crate::charon::{Daemon, refusal};
use crate::pki::Pki;

each_lab! {
    secrets_that_differ
    proposals_that_differ
    a_certificate_that_has_expired
    nobody_there
}

/// A connection that gets the alerts, where there are any.
fn alerts(daemon: &Daemon) -> Option<Client> {
    let mut client = daemon.client();
    match client.subscribe::<Alert>() {
        Ok(()) => {
            assert!(daemon.is_at_least([6, 0, 3]));
            Some(client)
        }
        Err(Error::UnknownEvent { name }) => {
            assert_eq!(name, "alert");
            assert!(!daemon.is_at_least([6, 0, 3]));
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Waits for the alert, and checks that it is about the connection.
fn alert(client: Option<Client>, type_: &AlertType, name: &str) {
    if let Some(mut client) = client {
        let alert: Alert = event(&mut client, |alert: &Alert| alert.type_ == *type_);
        assert_eq!(alert.ike_sa.unwrap().name, name);
    }
}

fn secrets_that_differ(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    let (at_moon, at_sun) = (alerts(&lab.moon), alerts(&lab.sun));
    load_psk(&mut moon, &mut sun);
    for client in [&mut moon, &mut sun] {
        client.call(&vici_types::ClearCreds::new()).unwrap();
    }
    load_secret(&mut moon, "only moon thinks so");
    load_secret(&mut sun, "only sun thinks so");
    let reason = refusal(&mut moon, &initiate());
    assert_eq!(reason, "establishing CHILD_SA 'net' failed");
    alert(at_sun, &AlertType::PeerAuthFailed, "home");
    alert(at_moon, &AlertType::LocalAuthFailed, "home");
    until(&mut sun, |sas| sas.is_empty().then_some(()));
    assert!(sas(&mut moon).is_empty());
}

fn proposals_that_differ(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    let at_sun = alerts(&lab.sun);
    load_psk(&mut moon, &mut sun);
    let other = psk(
        conn(&SUN, &MOON).proposals(["aes256-sha512-modp3072"]),
        &SUN,
        &MOON,
    );
    let other = other.child("net", net(&SUN, &MOON));
    sun.call(&LoadConn::new("home", other)).unwrap();
    refusal(&mut moon, &initiate());
    if let Some(mut client) = at_sun {
        let alert: Alert = event(&mut client, |_| true);
        assert_eq!(alert.type_, AlertType::ProposalMismatchIke);
    }
}

fn a_certificate_that_has_expired(lab: &mut Lab) {
    let pki = Pki::new();
    pki.issue_expired("moon");
    pki.issue("sun");
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    let at_sun = alerts(&lab.sun);
    for (client, name) in [(&mut moon, "moon"), (&mut sun, "sun")] {
        let ca = LoadCert::new(CertType::X509, pki.cert("ca")).flag(CertFlag::Ca);
        client.call(&ca).unwrap();
        client
            .call(&LoadKey::new(KeyType::Any, pki.key(name)))
            .unwrap();
        let (own, peer): (&Side, &Side) = if name == "moon" {
            (&MOON, &SUN)
        } else {
            (&SUN, &MOON)
        };
        let auth = ConnAuth::new().auth("pubkey");
        let home = conn(own, peer)
            .local(auth.clone().id(own.id).certs([pki.cert(name)]))
            .remote(auth.id(peer.id))
            .child("net", net(own, peer));
        client.call(&LoadConn::new("home", home)).unwrap();
    }
    refusal(&mut moon, &initiate());
    alert(at_sun, &AlertType::CertExpired, "home");
}

fn nobody_there(lab: &mut Lab) {
    let mut moon = lab.moon.client();
    let at_moon = alerts(&lab.moon);
    let nobody = Side {
        outer: "192.0.2.99",
        ..SUN
    };
    let home = psk(conn(&MOON, &nobody), &MOON, &nobody).child("net", net(&MOON, &nobody));
    moon.call(&LoadConn::new("home", home)).unwrap();
    load_secret(&mut moon, "what they share");
    let reason = refusal(&mut moon, &initiate().timeout(15_000));
    assert_eq!(reason, "establishing CHILD_SA 'net' failed");
    alert(at_moon, &AlertType::RetransmitSendTimeout, "home");
}
