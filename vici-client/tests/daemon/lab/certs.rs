//! Certificates that must not be trusted.

use vici_client::Client;
use vici_types::{
    AlertType, CertFlag, CertType, ConnAuth, KeyType, LoadCert, LoadConn, LoadKey, Revocation,
};

use super::alerts::{alert, alerts};
use super::{Lab, MOON, SUN, conn, each_lab, initiate, net};
use crate::charon::refusal;
use crate::pki::Pki;

each_lab! {
    a_certificate_that_has_expired
    a_certificate_that_is_revoked
    a_certificate_of_an_unknown_authority
    a_certificate_that_nothing_is_known_of
}

/// Loads moon and sun, which know these authorities.
fn load(lab: &Lab, pki: &Pki, known: &Pki) -> [Client; 2] {
    pki.issue("sun");
    let sides = [("moon", &MOON, &SUN, pki), ("sun", &SUN, &MOON, known)];
    let mut clients = [lab.moon.client(), lab.sun.client()];
    for (client, (name, own, peer, known)) in clients.iter_mut().zip(sides) {
        let ca = LoadCert::new(CertType::X509, known.cert("ca")).flag(CertFlag::Ca);
        client.call(&ca).unwrap();
        let key = LoadKey::new(KeyType::Any, pki.key(name));
        client.call(&key).unwrap();
        let auth = ConnAuth::new().auth("pubkey");
        let remote = auth.clone().id(peer.id);
        let home = conn(own, peer)
            .local(auth.id(own.id).certs([pki.cert(name)]))
            .remote(if name == "sun" {
                remote.revocation(Revocation::Strict)
            } else {
                remote
            })
            .child("net", net(own, peer));
        client.call(&LoadConn::new("home", home)).unwrap();
    }
    clients
}

/// Sun refuses moon, and says why.
fn refused(lab: &Lab, moon: &mut Client, type_: &AlertType) {
    let mut at_sun = alerts(&lab.sun);
    refusal(moon, &initiate());
    alert(&mut at_sun, type_, "home");
}

fn a_certificate_that_has_expired(lab: &mut Lab) {
    let pki = Pki::new();
    pki.issue_expired("moon");
    let [mut moon, _] = load(lab, &pki, &pki);
    refused(lab, &mut moon, &AlertType::CertExpired);
}

fn a_certificate_that_is_revoked(lab: &mut Lab) {
    let pki = Pki::new();
    pki.issue("moon");
    let [mut moon, mut sun] = load(lab, &pki, &pki);
    sun.call(&LoadCert::new(CertType::X509Crl, pki.revoke("moon")))
        .unwrap();
    refused(lab, &mut moon, &AlertType::CertRevoked);
}

fn a_certificate_of_an_unknown_authority(lab: &mut Lab) {
    let (pki, other) = (Pki::new(), Pki::new());
    pki.issue("moon");
    let [mut moon, _] = load(lab, &pki, &other);
    refused(lab, &mut moon, &AlertType::CertNoIssuer);
}

fn a_certificate_that_nothing_is_known_of(lab: &mut Lab) {
    let pki = Pki::new();
    pki.issue("moon");
    let [mut moon, _] = load(lab, &pki, &pki);
    refused(lab, &mut moon, &AlertType::CertValidationFailed);
}
