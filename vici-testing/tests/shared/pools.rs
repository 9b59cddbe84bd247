use vici_client::vici_serde::Section;
use vici_client::{Client, Message};
use vici_types::{GetPools, LoadPool, Pool, UnloadPool};

use super::refusal;

pub(super) fn are_read_back(client: &mut Client) {
    let request = LoadPool::new("range", Pool::new("10.4.0.1-10.4.0.9").dns(["10.1.0.53"]))
        .pool("net", Pool::new("10.3.0.0/24").subnet(["10.0.0.0/8"]))
        .pool(
            "one",
            Pool::new("10.5.0.5").attribute("25", ["example.org"]),
        )
        .pool("v6", Pool::new("fec0::/120"));
    client.call(&request).unwrap();
    let pools = client.call(&GetPools::new()).unwrap().pools;
    let shown: Vec<_> = pools
        .iter()
        .map(|(name, pool)| (name.to_string(), pool.size, pool.online, pool.offline))
        .collect();
    let expected = [("range", 9), ("net", 254), ("one", 1), ("v6", 254)];
    assert_eq!(
        shown,
        expected.map(|(name, size)| (name.to_owned(), size, 0, 0))
    );
    let range = pools.get("range").unwrap();
    assert_eq!(range.base, "10.4.0.1");
    assert_eq!(range.leases, None);

    let request = GetPools::new().name("range").leases(true);
    let pools = client.call(&request).unwrap().pools;
    assert_eq!(pools.len(), 1);
    let leases = pools.get("range").unwrap().leases.as_ref();
    assert!(leases.unwrap().is_empty());
    let none = client.call(&GetPools::new().name("nobody")).unwrap();
    assert!(none.pools.is_empty());

    // Another range in its place.
    let other = LoadPool::new("range", Pool::new("10.4.1.1-10.4.1.3"));
    client.call(&other).unwrap();
    let pools = client.call(&GetPools::new()).unwrap().pools;
    assert_eq!(pools.len(), 4);
    assert_eq!(pools.get("range").unwrap().size, 3);
    for name in ["range", "net", "one", "v6"] {
        client.call(&UnloadPool::new(name)).unwrap();
    }
    assert!(client.call(&GetPools::new()).unwrap().pools.is_empty());
}

pub(super) fn that_are_wrong_are_refused(client: &mut Client) {
    let addrs = |addrs: &str| Section::new().key("addrs", addrs);
    let net = || addrs("10.0.0.0/24");
    for (pool, errmsg) in [
        (addrs("x"), "invalid addrs value: x"),
        (
            addrs("10.9.0.9-10.9.0.1"),
            "invalid addrs value: 10.9.0.9-10.9.0.1",
        ),
        (net().key("addrs", "10.1.0.0/24"), "multiple addrs defined"),
        (net().key("frob", "1"), "invalid attribute: frob"),
        (net().key("dns", "1.2.3.4"), "invalid attribute: dns"),
        (net().list("frobs", ["1"]), "invalid attribute: frobs"),
        (
            net().list("dns", ["nonsense"]),
            "invalid attribute value for dns",
        ),
        (
            net().list("subnet", ["10.0.0.0/8", "x"]),
            "invalid attribute value for subnet",
        ),
        (
            Section::new().list("dns", ["1.2.3.4"]),
            "missing addrs for pool 'bad'",
        ),
    ] {
        let request = Message::new().section("bad", pool);
        assert_eq!(refusal(client.call_raw("load-pool", &request)), errmsg);
    }
    assert!(client.call(&GetPools::new()).unwrap().pools.is_empty());
}

pub(super) fn that_are_not_there_cannot_be_unloaded(client: &mut Client) {
    assert_eq!(
        refusal(client.call(&UnloadPool::new("nobody"))),
        "nobody not found"
    );
    assert_eq!(
        refusal(client.call_raw("unload-pool", &Message::new())),
        "missing pool name to unload"
    );
}
