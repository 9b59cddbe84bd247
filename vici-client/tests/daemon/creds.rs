//! Certificates, private keys and shared secrets.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::slice::from_ref;

use vici_client::Message;
use vici_client::{Client, Error};
use vici_types::{
    CertFlag, CertType, ClearCreds, Conn, ConnAuth, FlushCerts, GetKeys, GetShared, KeyType,
    ListCert, ListCerts, LoadCert, LoadConn, LoadKey, LoadShared, LoadToken, SharedType, UnloadKey,
    UnloadShared,
};

use crate::charon::{Charon, each_generation, list, refusal};
use crate::pki::Pki;

each_generation! {
    certificates_are_listed_as_they_were_loaded
    other_certificates_are_listed_by_their_type
    keys_are_loaded_and_unloaded_by_their_id
    a_key_on_a_token_is_loaded
    shared_secrets_are_known_by_their_id
    all_credentials_are_cleared
}

fn load(client: &mut Client, pki: &Pki, name: &str) {
    let cert = LoadCert::new(CertType::X509, pki.cert(name));
    client.call(&cert).unwrap();
}

fn certificates_are_listed_as_they_were_loaded(charon: &Charon) {
    let pki = Pki::new();
    pki.issue("moon");
    let mut client = charon.client();
    load(&mut client, &pki, "ca");
    load(&mut client, &pki, "moon");

    let certs = list(&mut client, &ListCerts::new());
    assert_eq!(certs.len(), 2);
    let find = |name: &str| -> &ListCert {
        let mut certs = certs.iter();
        certs
            .find(|cert| cert.data.as_bytes() == pki.cert(name))
            .unwrap()
    };
    for (name, flag) in [("ca", CertFlag::Ca), ("moon", CertFlag::None)] {
        let cert = find(name);
        assert_eq!(cert.type_, CertType::X509);
        assert_eq!(cert.flag, Some(flag));
        assert!(!cert.has_privkey);
    }

    let ca = list(
        &mut client,
        &ListCerts::new().type_(CertType::X509).flag(CertFlag::Ca),
    );
    assert_eq!(ca.len(), 1);
    assert_eq!(ca[0].data.as_bytes(), pki.cert("ca"));
    let moon = ListCerts::new().subject("C=CH, O=Lab, CN=moon.lab");
    assert_eq!(list(&mut client, &moon).len(), 1);
    assert!(list(&mut client, &ListCerts::new().type_(CertType::X509Crl)).is_empty());

    let key = LoadKey::new(KeyType::Ecdsa, pki.key("moon"));
    client.call(&key).unwrap();
    assert!(list(&mut client, &moon)[0].has_privkey);

    // What was loaded is no part of the cache.
    client.call(&FlushCerts::new()).unwrap();
    client
        .call(&FlushCerts::new().type_(CertType::X509))
        .unwrap();
    assert_eq!(list(&mut client, &ListCerts::new()).len(), 2);
    let reason = refusal(&mut client, &FlushCerts::new().type_("NONSENSE"));
    assert!(
        reason.contains("NONSENSE") || reason.contains("type"),
        "{reason}"
    );

    let garbage = LoadCert::new(CertType::X509, "garbage");
    let reason = refusal(&mut client, &garbage);
    assert_eq!(reason, "parsing X509 certificate failed");
}

fn other_certificates_are_listed_by_their_type(charon: &Charon) {
    let pki = Pki::new();
    pki.issue("moon");
    let mut client = charon.client();
    load(&mut client, &pki, "ca");
    let crl = pki.revoke("moon");
    client
        .call(&LoadCert::new(CertType::X509Crl, crl.clone()))
        .unwrap();
    let public = pki.public_key("moon");
    client
        .call(&LoadCert::new(CertType::Pubkey, public.clone()))
        .unwrap();

    let crls = list(&mut client, &ListCerts::new().type_(CertType::X509Crl));
    assert_eq!(crls.len(), 1);
    assert_eq!(crls[0].data.as_bytes(), crl);
    assert_eq!(crls[0].flag, None);
    let keys = list(&mut client, &ListCerts::new().type_(CertType::Pubkey));
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].data.as_bytes(), public);
    assert_eq!(list(&mut client, &ListCerts::new()).len(), 3);

    // Of one that belongs to a connection it is known whose it is.
    client.call(&ClearCreds::new()).unwrap();
    let raw = ConnAuth::new().auth("pubkey").id("moon.lab");
    let raw = Conn::new().remote(raw.pubkeys([public.clone()]));
    client.call(&LoadConn::new("raw", raw)).unwrap();
    let keys = list(&mut client, &ListCerts::new().type_(CertType::Pubkey));
    assert_eq!(keys[0].data.as_bytes(), public);
    assert_eq!(keys[0].subject.as_ref().unwrap(), "moon.lab");
}

fn keys_are_loaded_and_unloaded_by_their_id(charon: &Charon) {
    let pki = Pki::new();
    let mut client = charon.client();
    assert!(client.call(&GetKeys::new()).unwrap().keys.is_empty());

    let loaded = client
        .call(&LoadKey::new(KeyType::Any, pki.key("ca")))
        .unwrap();
    let id = loaded.id.unwrap();
    assert_eq!(id.to_string(), pki.key_id("ca"));
    assert_eq!(client.call(&GetKeys::new()).unwrap().keys, from_ref(&id));

    client.call(&UnloadKey::new(&id)).unwrap();
    assert!(client.call(&GetKeys::new()).unwrap().keys.is_empty());
    refusal(&mut client, &UnloadKey::new(&id));
    let reason = refusal(&mut client, &LoadKey::new(KeyType::Any, "garbage"));
    assert_eq!(reason, "parsing ANY private key failed");
}

/// A token of SoftHSM with a key on it, in the folder of a daemon.
fn make_token(dir: &Path, pki: &Pki) {
    fs::create_dir(dir.join("tokens")).unwrap();
    let conf = dir.join("softhsm2.host.conf");
    let tokens = dir.join("tokens").display().to_string();
    fs::write(&conf, format!("directories.tokendir = {tokens}\n")).unwrap();
    let key = pki.path("ca.pem");
    let run = |program: &str, words: &str| {
        let output = Command::new(program)
            .args(words.split(' '))
            .env("SOFTHSM2_CONF", &conf)
            .output()
            .unwrap_or_else(|error| panic!("{program}: {error}"));
        assert!(output.status.success(), "{program} {words}: {output:?}");
    };
    let from = pki.path("ca.key");
    run(
        "openssl",
        &format!("pkcs8 -topk8 -nocrypt -inform DER -in {from} -out {key}"),
    );
    let util = "softhsm2-util";
    run(
        util,
        "--init-token --free --label lab --pin 1234 --so-pin 5678",
    );
    run(
        util,
        &format!("--import {key} --token lab --label key --id 0badcafe --pin 1234"),
    );
}

fn a_key_on_a_token_is_loaded(charon: &mut Charon) {
    let pki = Pki::new();
    make_token(charon.dir(), &pki);
    charon.restart(&[]);
    let mut client = charon.client();

    let wrong = LoadToken::new("0badcafe").pin("4321");
    let reason = refusal(&mut client, &wrong);
    assert!(reason.starts_with("loading private key"), "{reason}");
    refusal(&mut client, &LoadToken::new("deadbeef").pin("1234"));
    assert!(client.call(&GetKeys::new()).unwrap().keys.is_empty());

    let token = LoadToken::new("0badcafe").module("soft").pin("1234");
    let id = client.call(&token).unwrap().id.unwrap();
    assert_eq!(client.call(&GetKeys::new()).unwrap().keys, from_ref(&id));
    client.call(&UnloadKey::new(&id)).unwrap();
    assert!(client.call(&GetKeys::new()).unwrap().keys.is_empty());
}

/// The ids of the shared secrets, which come in no order.
fn ids(client: &mut Client) -> Vec<String> {
    let keys = client.call(&GetShared::new()).unwrap().keys;
    let mut ids: Vec<_> = keys.iter().map(ToString::to_string).collect();
    ids.sort();
    ids
}

fn shared_secrets_are_known_by_their_id(charon: &Charon) {
    let mut client = charon.client();
    let types = [
        SharedType::Ike,
        SharedType::Eap,
        SharedType::Xauth,
        SharedType::Ppk,
    ];
    for (number, type_) in types.into_iter().enumerate() {
        let secret = LoadShared::new(type_, [0, 0xff, b'\n'].as_slice())
            .id(format!("secret-{number}"))
            .owners(["carol@example.org", "192.0.2.7"]);
        client.call(&secret).unwrap();
    }
    // One without an id can't be named.
    client
        .call(&LoadShared::new(SharedType::Ike, "secret"))
        .unwrap();
    assert_eq!(
        ids(&mut client),
        ["secret-0", "secret-1", "secret-2", "secret-3"]
    );

    client.call(&UnloadShared::new("secret-1")).unwrap();
    assert_eq!(ids(&mut client), ["secret-0", "secret-2", "secret-3"]);

    // Also for one that is not there.
    client.call(&UnloadShared::new("secret-1")).unwrap();
    let error = client
        .call_raw("unload-shared", &Message::new())
        .unwrap_err();
    assert!(matches!(error, Error::CommandFailed { .. }), "{error}");
    let reason = refusal(&mut client, &LoadShared::new("nonsense", "secret"));
    assert!(
        reason.contains("nonsense") || reason.contains("type"),
        "{reason}"
    );
}

fn all_credentials_are_cleared(charon: &Charon) {
    let pki = Pki::new();
    let mut client = charon.client();
    load(&mut client, &pki, "ca");
    client
        .call(&LoadKey::new(KeyType::Any, pki.key("ca")))
        .unwrap();
    client
        .call(&LoadShared::new(SharedType::Ike, "secret").id("psk"))
        .unwrap();
    client.call(&ClearCreds::new()).unwrap();
    assert!(list(&mut client, &ListCerts::new()).is_empty());
    assert!(client.call(&GetKeys::new()).unwrap().keys.is_empty());
    assert!(client.call(&GetShared::new()).unwrap().keys.is_empty());
}
