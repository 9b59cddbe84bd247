use vici_client::Client;
use vici_types::{
    Authority, GetAuthorities, ListAuthorities, ListAuthority, LoadAuthority, UnloadAuthority,
};

use super::{CA, refusal};

fn names(client: &mut Client) -> Vec<String> {
    let names = client.call(&GetAuthorities::new()).unwrap().authorities;
    names.iter().map(ToString::to_string).collect()
}

fn list(client: &mut Client, request: &ListAuthorities) -> Vec<ListAuthority> {
    let mut stream = client.stream(request).unwrap();
    let authorities = stream.by_ref().map(Result::unwrap).collect();
    stream.finish().unwrap();
    authorities
}

pub(super) fn are_listed_in_the_order_of_loading(client: &mut Client) {
    for name in ["c", "a", "b"] {
        let authority = Authority::new()
            .cacert(CA)
            .crl_uris([format!("http://{name}.example.org/crl")]);
        client.call(&LoadAuthority::new(name, authority)).unwrap();
    }
    assert_eq!(names(client), ["c", "a", "b"]);

    // Unlike a connection it loses its place when it is loaded again.
    let other = Authority::new().cacert(CA).ocsp_uris(["http://ocsp"]);
    client.call(&LoadAuthority::new("a", other)).unwrap();
    assert_eq!(names(client), ["c", "b", "a"]);
    let listed = list(client, &ListAuthorities::new());
    assert_eq!(listed.len(), 3);
    assert_eq!(listed[0].authority.crl_uris, ["http://c.example.org/crl"]);
    let a = list(client, &ListAuthorities::new().name("a")).remove(0);
    assert_eq!(a, listed[2]);
    assert_eq!(a.authority.cacert, "C=CH, O=Lab, CN=Root");
    assert_eq!(a.authority.ocsp_uris, ["http://ocsp"]);
    assert!(a.authority.crl_uris.is_empty());

    for name in ["a", "b", "c"] {
        client.call(&UnloadAuthority::new(name)).unwrap();
    }
    assert_eq!(
        refusal(client.call(&UnloadAuthority::new("a"))),
        "unload: authority 'a' not found"
    );
    assert_eq!(names(client), [""; 0]);
}

pub(super) fn that_are_wrong_are_refused(client: &mut Client) {
    assert_eq!(
        refusal(client.call(&LoadAuthority::new("bad", Authority::new()))),
        "CA certificate missing: bad"
    );
    let nonsense = Authority::new().cacert("nonsense");
    assert!(client.call(&LoadAuthority::new("bad", nonsense)).is_err());
    let section = vici_client::vici_serde::Section::new().key("frob", 1);
    let request = vici_client::Message::new().section("bad", section);
    assert_eq!(
        refusal(client.call_raw("load-authority", &request)),
        "unknown option: frob, authority discarded"
    );
    assert_eq!(
        refusal(client.call_raw("unload-authority", &vici_client::Message::new())),
        "unload: missing authority name"
    );
}

pub(super) fn of_one_request_are_applied_up_to_the_wrong_one(client: &mut Client) {
    let good = Authority::new().cacert(CA);
    let request = LoadAuthority::new("first", good.clone())
        .authority("second", Authority::new())
        .authority("third", good);
    assert_eq!(
        refusal(client.call(&request)),
        "CA certificate missing: second"
    );
    assert_eq!(names(client), ["first"]);
    client.call(&UnloadAuthority::new("first")).unwrap();
}
