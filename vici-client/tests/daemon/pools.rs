//! Pools of virtual addresses, and certification authorities.

use vici_types::{
    Authority, GetAuthorities, GetPools, ListAuthorities, LoadAuthority, LoadPool, Pool,
    UnloadAuthority, UnloadPool,
};

use crate::charon::{Charon, each_generation, list, refusal};
use crate::pki::Pki;

each_generation! {
    pools_are_read_back_as_they_were_loaded
    authorities_are_read_back_as_they_were_loaded
}

fn pools_are_read_back_as_they_were_loaded(charon: &Charon) {
    let mut client = charon.client();
    let pools = LoadPool::new(
        "net",
        Pool::new("10.9.0.0/24").dns(["192.0.2.53", "192.0.2.54"]),
    )
    .pool(
        "range",
        Pool::new("2001:db8::10-2001:db8::1f")
            .subnet(["2001:db8:1::/48"])
            .attribute("25", ["lab.example.org"]),
    );
    client.call(&pools).unwrap();

    let pools = client.call(&GetPools::new().leases(true)).unwrap().pools;
    assert_eq!(pools.names().collect::<Vec<_>>(), ["net", "range"]);
    let net = pools.get("net").unwrap();
    // The first address that is given away, or before 6.0 that of the network.
    let first = if charon.is_at_least([6, 0, 0]) { 1 } else { 0 };
    assert_eq!(net.base.ip(), Some([10, 9, 0, first].into()));
    assert_eq!((net.size, net.online, net.offline), (254, 0, 0));
    assert!(net.leases.as_ref().is_none_or(|leases| leases.is_empty()));
    let range = pools.get("range").unwrap();
    assert_eq!(range.base, "2001:db8::10");
    assert_eq!(range.size, 16);

    let one = client.call(&GetPools::new().name("range")).unwrap().pools;
    assert_eq!(one.names().collect::<Vec<_>>(), ["range"]);
    assert!(
        client
            .call(&GetPools::new().name("nobody"))
            .unwrap()
            .pools
            .is_empty()
    );

    client.call(&UnloadPool::new("net")).unwrap();
    let pools = client.call(&GetPools::new()).unwrap().pools;
    assert_eq!(pools.names().collect::<Vec<_>>(), ["range"]);
    let reason = refusal(&mut client, &UnloadPool::new("net"));
    assert!(reason.contains("net"), "{reason}");
    let reason = refusal(&mut client, &LoadPool::new("bad", Pool::new("nonsense")));
    assert_eq!(reason, "invalid addrs value: nonsense");
}

fn authorities_are_read_back_as_they_were_loaded(charon: &Charon) {
    let pki = Pki::new();
    let mut client = charon.client();
    let lab = Authority::new()
        .cacert(pki.cert("ca"))
        .cert_uri_base("http://192.0.2.1/certs/")
        .crl_uris(["http://192.0.2.1/ca.crl", "http://192.0.2.2/ca.crl"])
        .ocsp_uris(["http://192.0.2.1/ocsp"]);
    client
        .call(&LoadAuthority::new("lab", lab.clone()))
        .unwrap();

    let names = client.call(&GetAuthorities::new()).unwrap().authorities;
    assert_eq!(names, ["lab"]);
    let authorities = list(&mut client, &ListAuthorities::new());
    assert_eq!(authorities.len(), 1);
    assert_eq!(authorities[0].name, "lab");
    let info = &authorities[0].authority;
    assert_eq!(info.cacert, "C=CH, O=Lab, CN=Lab CA");
    assert_eq!(
        info.crl_uris,
        ["http://192.0.2.1/ca.crl", "http://192.0.2.2/ca.crl"]
    );
    assert_eq!(info.ocsp_uris, ["http://192.0.2.1/ocsp"]);
    assert_eq!(
        info.cert_uri_base.as_ref().unwrap(),
        "http://192.0.2.1/certs/"
    );

    assert_eq!(
        list(&mut client, &ListAuthorities::new().name("lab")).len(),
        1
    );
    assert!(list(&mut client, &ListAuthorities::new().name("nobody")).is_empty());

    let reason = refusal(&mut client, &LoadAuthority::new("bad", Authority::new()));
    assert!(reason.contains("bad"), "{reason}");
    client.call(&UnloadAuthority::new("lab")).unwrap();
    refusal(&mut client, &UnloadAuthority::new("lab"));
    assert!(
        client
            .call(&GetAuthorities::new())
            .unwrap()
            .authorities
            .is_empty()
    );
}
