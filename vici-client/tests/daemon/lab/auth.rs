//! Tunnels of peers that prove who they are with certificates, EAP and XAuth, and get an address.

use vici_client::Client;
use vici_types::{
    CertFlag, CertType, ChildRekey, ConnAuth, ConnChild, GetPools, IkeVersion, KeyType,
    LeaseStatus, ListCerts, LoadCert, LoadConn, LoadKey, LoadPool, LoadShared, Pool, Rekey,
    SharedType, Terminate, UnloadPool,
};

use super::{
    Lab, MOON, SUN, Side, conn, each_lab, event, initiate, load_secret, net, poll, psk, sa, sas,
    until, watcher,
};
use crate::charon::{list, refusal};
use crate::pki::Pki;

each_lab! {
    certificates_and_an_address_of_a_pool
    eap_within_certificates
    a_certificate_and_then_a_secret
    ike_version_1
    ike_version_1_with_xauth
}

/// Loads what a side has of the authority.
fn load_creds(client: &mut Client, pki: &Pki, name: &str) {
    let ca = LoadCert::new(CertType::X509, pki.cert("ca")).flag(CertFlag::Ca);
    client.call(&ca).unwrap();
    client
        .call(&LoadKey::new(KeyType::Any, pki.key(name)))
        .unwrap();
}

/// Authentication of a side by its certificate.
fn by_cert(pki: &Pki, name: &str) -> ConnAuth {
    ConnAuth::new()
        .auth("pubkey")
        .certs([pki.cert(name)])
        .id(format!("{name}.lab"))
}

/// Authentication of the other side by its certificate.
fn with_cert(side: &Side) -> ConnAuth {
    ConnAuth::new().auth("pubkey").id(side.id)
}

fn certificates_and_an_address_of_a_pool(lab: &mut Lab) {
    let pki = Pki::new();
    pki.issue("moon");
    pki.issue("sun");
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    load_creds(&mut moon, &pki, "moon");
    load_creds(&mut sun, &pki, "sun");

    let pools = LoadPool::new("home4", Pool::new("10.3.0.0/28").dns(["192.0.2.53"]))
        .pool("home6", Pool::new("2001:db8:3::10-2001:db8:3::1f"));
    sun.call(&pools).unwrap();
    let guests = conn(&SUN, &MOON)
        .pools(["home4", "home6"])
        .local(by_cert(&pki, "sun"))
        .remote(with_cert(&MOON))
        .child("net", ConnChild::new().local_ts([SUN.inner, SUN.inner6]));
    sun.call(&LoadConn::new("guests", guests)).unwrap();
    let child = ConnChild::new().remote_ts([SUN.inner, SUN.inner6]);
    let home = conn(&MOON, &SUN)
        .vips(["0.0.0.0", "::"])
        .local(by_cert(&pki, "moon"))
        .remote(with_cert(&SUN))
        .child("net", child);
    moon.call(&LoadConn::new("home", home)).unwrap();
    moon.call(&initiate()).unwrap();

    let sa = sa(&mut moon);
    assert_eq!(
        sa.local_vips.as_ref().unwrap(),
        &["10.3.0.1", "2001:db8:3::10"]
    );
    assert_eq!(super::sa(&mut sun).remote_vips, sa.local_vips);
    let child = sa.child("net").unwrap();
    assert_eq!(child.local_ts, ["10.3.0.1/32", "2001:db8:3::10/128"]);
    lab.run("moon ping -q -c 3 -i 0.2 -w 5 10.2.0.1");
    lab.run("moon ping -q -c 3 -i 0.2 -w 5 2001:db8:2::1");
    assert_eq!(super::sa(&mut sun).traffic().packets_in, 6);

    // The certificate of the peer is known now, and that it has been seen is not loaded.
    let subject = ListCerts::new().subject("C=CH, O=Lab, CN=sun.lab");
    let certs = list(&mut moon, &subject);
    assert_eq!(certs[0].data.as_bytes(), pki.cert("sun"));

    let mut leases = |status: &LeaseStatus| {
        let pools = sun.call(&GetPools::new().leases(true)).unwrap().pools;
        let online = u32::from(*status == LeaseStatus::Online);
        if pools.values().any(|pool| pool.online != online) {
            return Err(pools);
        }
        for (name, address) in [("home4", "10.3.0.1"), ("home6", "2001:db8:3::10")] {
            let pool = pools.get(name).unwrap();
            assert_eq!(pool.offline, 1 - online);
            let (_, lease) = pool.leases.as_ref().unwrap().first().unwrap();
            assert_eq!(lease.address, address);
            assert_eq!(lease.identity, "moon.lab");
            assert_eq!(lease.status, *status);
        }
        Ok(())
    };
    leases(&LeaseStatus::Online).unwrap();
    let reason = refusal(&mut lab.sun.client(), &UnloadPool::new("home4"));
    assert!(reason.contains("home4"), "{reason}");
    moon.call(&Terminate::new().ike("home").timeout(10_000))
        .unwrap();
    poll(|| leases(&LeaseStatus::Offline));
}

fn eap_within_certificates(lab: &mut Lab) {
    let pki = Pki::new();
    pki.issue("moon");
    pki.issue("sun");
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    load_creds(&mut moon, &pki, "moon");
    load_creds(&mut sun, &pki, "sun");
    for client in [&mut moon, &mut sun] {
        let secret = LoadShared::new(SharedType::Eap, "a password").owners(["carol"]);
        client.call(&secret).unwrap();
    }
    let guests = conn(&SUN, &MOON)
        .local(by_cert(&pki, "sun"))
        .remote(
            ConnAuth::new()
                .auth("eap-md5")
                .id("carol@lab")
                .eap_id("%any"),
        )
        .child("net", net(&SUN, &MOON));
    sun.call(&LoadConn::new("guests", guests)).unwrap();
    let home = conn(&MOON, &SUN)
        .local(ConnAuth::new().auth("eap").id("carol@lab").eap_id("carol"))
        .remote(with_cert(&SUN))
        .child("net", net(&MOON, &SUN));
    moon.call(&LoadConn::new("home", home)).unwrap();
    moon.call(&initiate()).unwrap();

    let sa = sa(&mut sun);
    assert_eq!(sa.remote_id, "carol@lab");
    assert_eq!(sa.remote_eap_id.unwrap(), "carol");
}

fn a_certificate_and_then_a_secret(lab: &mut Lab) {
    let pki = Pki::new();
    pki.issue("moon");
    pki.issue("sun");
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    for (client, name, own, peer) in [
        (&mut moon, "moon", &MOON, &SUN),
        (&mut sun, "sun", &SUN, &MOON),
    ] {
        load_creds(client, &pki, name);
        load_secret(client, "what they share");
        let second = |side: &Side| ConnAuth::new().round(2).auth("psk").id(side.id);
        let home = conn(own, peer)
            .local(by_cert(&pki, name).round(1))
            .local(second(own))
            .remote(with_cert(peer).round(1))
            .remote(second(peer))
            .child("net", net(own, peer));
        client.call(&LoadConn::new("home", home)).unwrap();
    }
    moon.call(&initiate()).unwrap();
    assert!(sa(&mut moon).is_up() && sa(&mut sun).is_up());
}

fn ike_version_1(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    for (client, own, peer) in [(&mut moon, &MOON, &SUN), (&mut sun, &SUN, &MOON)] {
        let home = psk(conn(own, peer), own, peer)
            .version(IkeVersion::V1)
            .proposals(["aes128-sha256-modp2048"])
            .child(
                "net",
                net(own, peer).esp_proposals(["aes128-sha256-modp2048"]),
            );
        client.call(&LoadConn::new("home", home)).unwrap();
        load_secret(client, "what they share");
    }
    if lab.moon.is_at_least([6, 1, 0]) {
        // The connection is taken, but there is nothing to do with it.
        refusal(&mut moon, &initiate());
        assert!(sas(&mut moon).is_empty());
        return;
    }
    moon.call(&initiate()).unwrap();
    lab.run("moon ping -q -c 3 -i 0.2 -w 5 -I 10.1.0.1 10.2.0.1");
    for client in [&mut moon, &mut sun] {
        let sa = sa(client);
        assert_eq!(sa.version, IkeVersion::V1);
        assert!(sa.is_up());
        assert_eq!(sa.traffic().packets_in, 3);
    }
    let mut watcher = watcher(&lab.sun);
    moon.call(&Rekey::new().child("net")).unwrap();
    let rekeyed: ChildRekey = event(&mut watcher, |_| true);
    assert_eq!(rekeyed.ike_sa.version, IkeVersion::V1);
    moon.call(&Terminate::new().ike("home").timeout(10_000))
        .unwrap();
    until(&mut sun, |sas| sas.is_empty().then_some(()));
}

fn ike_version_1_with_xauth(lab: &mut Lab) {
    if lab.moon.is_at_least([6, 1, 0]) {
        return;
    }
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    for client in [&mut moon, &mut sun] {
        load_secret(client, "what they share");
        let secret = LoadShared::new(SharedType::Xauth, "a password").owners(["dave"]);
        client.call(&secret).unwrap();
    }
    sun.call(&LoadPool::new("home", Pool::new("10.3.0.0/28")))
        .unwrap();
    let guests = psk(conn(&SUN, &MOON), &SUN, &MOON)
        .version(IkeVersion::V1)
        .proposals(["aes128-sha256-modp2048"])
        .pools(["home"])
        .remote_named("remote-xauth", ConnAuth::new().auth("xauth"))
        .child("net", ConnChild::new().local_ts([SUN.inner]));
    sun.call(&LoadConn::new("guests", guests)).unwrap();
    let home = psk(conn(&MOON, &SUN), &MOON, &SUN)
        .version(IkeVersion::V1)
        .proposals(["aes128-sha256-modp2048"])
        .vips(["0.0.0.0"])
        .local_named(
            "local-xauth",
            ConnAuth::new().auth("xauth").xauth_id("dave"),
        )
        .child("net", ConnChild::new().remote_ts([SUN.inner]));
    moon.call(&LoadConn::new("home", home)).unwrap();
    moon.call(&initiate()).unwrap();

    let sa = sa(&mut sun);
    assert_eq!(sa.remote_xauth_id.unwrap(), "dave");
    assert_eq!(sa.remote_vips.unwrap(), ["10.3.0.1"]);
}
