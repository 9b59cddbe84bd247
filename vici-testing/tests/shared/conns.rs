use vici_client::Client;
use vici_types::{
    Action, Conn, ConnAuth, ConnChild, GetConns, IkeVersion, ListConn, ListConns, LoadConn,
    UnloadConn,
};

use super::refusal;

fn list(client: &mut Client, request: &ListConns) -> Vec<ListConn> {
    let mut stream = client.stream(request).unwrap();
    let conns = stream.by_ref().map(Result::unwrap).collect();
    stream.finish().unwrap();
    conns
}

fn names(client: &mut Client) -> Vec<String> {
    let names = client.call(&GetConns::new()).unwrap().conns;
    names.iter().map(ToString::to_string).collect()
}

fn unload(client: &mut Client, names: &[&str]) {
    for name in names {
        client.call(&UnloadConn::new(*name)).unwrap();
    }
    assert_eq!(self::names(client), [""; 0]);
}

pub(super) fn are_read_back_as_they_were_loaded(client: &mut Client) {
    let net = ConnChild::new()
        .local_ts(["10.1.0.0/16", "10.3.0.0/16"])
        .remote_ts(["10.2.0.0/16[tcp/80]"])
        .rekey_time("30m")
        .rekey_bytes("500m")
        .dpd_action(Action::trap())
        .priority(7);
    let home = Conn::new()
        .version(IkeVersion::V2)
        .local_addrs(["192.0.2.1"])
        .remote_addrs(["192.0.2.2", "192.0.2.3, moon.example.org"])
        .rekey_time("1h")
        .dpd_delay("30s")
        .local(ConnAuth::new().auth("psk").id("carol@example.org"))
        .local_named(
            "local-xauth",
            ConnAuth::new().auth("eap-md5").eap_id("carol"),
        )
        .remote(ConnAuth::new().auth("psk").id("C=CH,O=x,   CN=y"))
        .child("net", net)
        .child("other", ConnChild::new());
    client.call(&LoadConn::new("home", home)).unwrap();

    let conns = list(client, &ListConns::new());
    assert_eq!(conns.len(), 1);
    let conn = &conns[0].conn;
    assert_eq!(conns[0].name, "home");
    assert_eq!(conn.version.as_str(), "IKEv2");
    assert_eq!(conn.local_addrs, ["192.0.2.1"]);
    assert_eq!(
        conn.remote_addrs,
        ["192.0.2.2", "192.0.2.3", "moon.example.org"]
    );
    assert_eq!((conn.rekey_time, conn.reauth_time), (Some(3600), Some(0)));
    assert_eq!(conn.dpd_delay, Some(30));
    assert_eq!(conn.dpd_timeout, None);
    assert_eq!(conn.unique.as_ref().unwrap().as_str(), "UNIQUE_NO");

    let local: Vec<_> = conn.local.iter().collect();
    assert_eq!(local.len(), 2);
    assert_eq!(*local[0].0, "local-1");
    let class = |class: &Option<vici_types::AuthClass>| class.as_ref().unwrap().to_string();
    assert_eq!(class(&local[0].1.class), "pre-shared key");
    assert_eq!(local[0].1.id.as_ref().unwrap(), "carol@example.org");
    assert_eq!(class(&local[1].1.class), "EAP");
    assert_eq!(local[1].1.eap_type.as_ref().unwrap().as_str(), "EAP_MD5");
    assert_eq!(local[1].1.eap_id.as_ref().unwrap(), "carol");
    let remote: Vec<_> = conn.remote.values().collect();
    assert_eq!(remote.len(), 1);
    assert_eq!(remote[0].id.as_ref().unwrap(), "C=CH, O=x, CN=y");

    let children: Vec<_> = conn.children.iter().collect();
    assert_eq!(children.len(), 2);
    assert_eq!(
        (children[0].0, children[1].0),
        (&"net".into(), &"other".into())
    );
    let net = children[0].1;
    assert_eq!(net.mode.to_string(), "TUNNEL");
    assert_eq!(net.rekey_time, Some(1800));
    assert_eq!(net.rekey_bytes, Some(500 * 1024 * 1024));
    assert_eq!(net.priority, Some(7));
    assert_eq!(net.local_ts, ["10.1.0.0/16", "10.3.0.0/16"]);
    assert_eq!(net.remote_ts, ["10.2.0.0/16[tcp/http]"]);
    assert_eq!(net.dpd_action.as_ref().unwrap().to_string(), "trap");
    assert_eq!(net.close_action.as_ref().unwrap().to_string(), "none");
    assert_eq!(children[1].1.rekey_time, Some(3600));
    assert_eq!(children[1].1.local_ts, ["dynamic"]);

    assert_eq!(list(client, &ListConns::new().ike("nobody")), []);
    assert_eq!(list(client, &ListConns::new().ike("home")), conns);
    unload(client, &["home"]);
}

pub(super) fn keep_their_place_when_they_are_loaded_again(client: &mut Client) {
    let request = LoadConn::new("z", Conn::new())
        .conn("a", Conn::new())
        .conn("b c", Conn::new());
    client.call(&request).unwrap();
    assert_eq!(names(client), ["z", "a", "b c"]);

    client.call(&LoadConn::new("z", Conn::new())).unwrap();
    let changed = Conn::new()
        .version(IkeVersion::V1)
        .child("net", ConnChild::new());
    client.call(&LoadConn::new("a", changed)).unwrap();
    assert_eq!(names(client), ["z", "a", "b c"]);
    let a = list(client, &ListConns::new().ike("a")).remove(0).conn;
    assert_eq!(a.version.as_str(), "IKEv1");
    assert_eq!(a.children.len(), 1);

    client.call(&UnloadConn::new("a")).unwrap();
    assert_eq!(names(client), ["z", "b c"]);
    unload(client, &["z", "b c"]);
}

pub(super) fn are_applied_up_to_the_wrong_one(client: &mut Client) {
    let request = LoadConn::new("good", Conn::new())
        .conn("bad", Conn::new().proposals(["nonsense"]))
        .conn("later", Conn::new());
    assert_eq!(
        refusal(client.call(&request)),
        "invalid value for: proposals, config discarded"
    );
    assert_eq!(names(client), ["good"]);
    unload(client, &["good"]);
}

pub(super) fn without_anything_have_defaults(client: &mut Client) {
    let bare = Conn::new().version(IkeVersion::V2);
    client.call(&LoadConn::new("bare", bare)).unwrap();
    let listed = list(client, &ListConns::new()).remove(0).conn;
    assert_eq!(listed.local_addrs, ["%any"]);
    assert_eq!(listed.remote_addrs, ["%any"]);
    assert_eq!(listed.rekey_time, Some(14400));
    assert_eq!(listed.reauth_time, Some(0));
    assert!(listed.children.is_empty());
    for (rounds, name) in [(&listed.local, "local-1"), (&listed.remote, "remote-1")] {
        assert_eq!(rounds.len(), 1);
        let round = rounds.get(name).unwrap();
        assert_eq!((&round.class, &round.id), (&None, &None));
        assert!(round.groups.is_empty() && round.certs.is_empty());
    }

    let reauth = Conn::new().version(IkeVersion::V2).reauth_time("1h");
    client.call(&LoadConn::new("bare", reauth)).unwrap();
    let listed = list(client, &ListConns::new()).remove(0).conn;
    assert_eq!(
        (listed.rekey_time, listed.reauth_time),
        (Some(0), Some(3600))
    );
    unload(client, &["bare"]);
}

pub(super) fn that_are_not_there_cannot_be_unloaded(client: &mut Client) {
    assert_eq!(
        refusal(client.call(&UnloadConn::new("nobody"))),
        "unload: connection 'nobody' not found"
    );
}
