use vici_client::{Client, Message};
use vici_types::{
    ClearCreds, FlushCerts, GetKeys, GetShared, KeyType, ListCerts, LoadCert, LoadKey, LoadShared,
    SharedType, UnloadKey, UnloadShared,
};

use super::{CA, KEY, refusal};

fn names(client: &mut Client) -> Vec<String> {
    let names = client.call(&GetShared::new()).unwrap().keys;
    names.iter().map(ToString::to_string).collect()
}

pub(super) fn are_named_the_newest_first(client: &mut Client) {
    for id in ["c", "a", "b"] {
        let secret = LoadShared::new(SharedType::Ike, "swordfish").id(id);
        client.call(&secret.owners(["moon", "%any"])).unwrap();
    }
    assert_eq!(names(client), ["b", "a", "c"]);
    let again = LoadShared::new(SharedType::Eap, "other").id("a");
    client.call(&again).unwrap();
    assert_eq!(names(client), ["a", "b", "c"]);
    // Without a name it is not listed.
    client
        .call(&LoadShared::new(SharedType::Ike, "nameless"))
        .unwrap();
    client.call(&UnloadShared::new("c")).unwrap();
    client.call(&UnloadShared::new("nobody")).unwrap();
    assert_eq!(names(client), ["a", "b"]);
    client.call(&ClearCreds::new()).unwrap();
    assert_eq!(names(client), [""; 0]);
}

pub(super) fn that_are_wrong_are_refused(client: &mut Client) {
    let request = || Message::new().key("type", "IKE");
    for (request, errmsg) in [
        (Message::new(), "shared key type missing"),
        (
            Message::new().key("type", "frob").key("data", "x"),
            "invalid shared key type: frob",
        ),
        (request(), "shared key data missing"),
        (request().key("data", ""), "shared key data missing"),
        (
            request().key("data", "x").list("owners", [b"\xff"]),
            "parsing shared key owners failed",
        ),
    ] {
        assert_eq!(refusal(client.call_raw("load-shared", &request)), errmsg);
    }
    assert_eq!(
        refusal(client.call_raw("unload-shared", &Message::new())),
        "unique identifier missing"
    );
    assert_eq!(names(client), [""; 0]);
}

pub(super) fn keys_that_are_wrong_are_refused(client: &mut Client) {
    for (request, errmsg) in [
        (Message::new(), "key type missing"),
        (
            Message::new().key("type", "frob").key("data", KEY),
            "invalid key type: frob",
        ),
        (Message::new().key("type", "rsa"), "key data missing"),
        (
            Message::new().key("type", "rsa").key("data", "nonsense"),
            "parsing RSA private key failed",
        ),
        (
            Message::new().key("type", "any").key("data", CA),
            "parsing ANY private key failed",
        ),
    ] {
        assert_eq!(refusal(client.call_raw("load-key", &request)), errmsg);
    }
    assert_eq!(
        refusal(client.call(&UnloadKey::new("00ff"))),
        "key not found"
    );
    assert_eq!(
        refusal(client.call_raw("unload-key", &Message::new())),
        "key id missing"
    );
    let token = Message::new().key("handle", "zz");
    assert_eq!(
        refusal(client.call_raw("load-token", &token)),
        "loading private key from token failed"
    );
}

pub(super) fn keys_are_loaded_and_unloaded(client: &mut Client) {
    let loaded = client.call(&LoadKey::new(KeyType::Ecdsa, KEY)).unwrap();
    let id = loaded.id.unwrap();
    assert_eq!(id.to_string().len(), 40);
    let again = client.call(&LoadKey::new(KeyType::Any, KEY)).unwrap();
    assert_eq!(again.id.as_ref(), Some(&id));
    assert_eq!(
        client.call(&GetKeys::new()).unwrap().keys,
        std::slice::from_ref(&id)
    );
    client.call(&UnloadKey::new(id.to_string())).unwrap();
    assert!(client.call(&GetKeys::new()).unwrap().keys.is_empty());
}

pub(super) fn certificates_are_listed(client: &mut Client) {
    let list = |client: &mut Client, request: &ListCerts| {
        let mut stream = client.stream(request).unwrap();
        let certs: Vec<_> = stream.by_ref().map(Result::unwrap).collect();
        stream.finish().unwrap();
        certs
    };
    assert_eq!(list(client, &ListCerts::new()), []);
    let load = |keys: &[(&str, &[u8])]| {
        keys.iter().fold(Message::new(), |message, (name, value)| {
            message.key(name, *value)
        })
    };
    for (keys, errmsg) in [
        (&[] as &[(&str, &[u8])], "certificate type missing"),
        (
            &[("type", b"NONSENSE")],
            "invalid certificate type 'NONSENSE'",
        ),
        (
            &[("type", b"X509"), ("flag", b"NONSENSE")],
            "invalid certificate flag 'NONSENSE'",
        ),
        (&[("type", b"X509")], "certificate data missing"),
        (
            &[("type", b"X509"), ("data", b"nonsense")],
            "parsing X509 certificate failed",
        ),
    ] {
        assert_eq!(refusal(client.call_raw("load-cert", &load(keys))), errmsg);
    }
    client
        .call(&LoadCert::new(vici_types::CertType::X509, CA).flag(vici_types::CertFlag::Ca))
        .unwrap();
    let certs = list(client, &ListCerts::new());
    assert_eq!(certs.len(), 1);
    assert_eq!(certs[0].data.as_bytes(), CA);
    // Only where the type is given, too, the flag counts.
    let none = ListCerts::new().flag(vici_types::CertFlag::None);
    assert_eq!(list(client, &none).len(), 1);
    let none = none.type_(vici_types::CertType::X509);
    assert_eq!(list(client, &none), []);
    client.call(&FlushCerts::new()).unwrap();
    assert_eq!(list(client, &ListCerts::new()).len(), 1);
    client.call(&ClearCreds::new()).unwrap();
    assert_eq!(list(client, &ListCerts::new()), []);
}
