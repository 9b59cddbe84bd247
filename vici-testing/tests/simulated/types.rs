//! Whatever the simulated daemon says fits its type: nothing is ignored, and encoding gives the same
//! bytes.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use vici_client::vici_serde::{self, Deserializer};
use vici_client::{Client, Message};
use vici_testing::SimulatedDaemon;
use vici_types::*;

use crate::shared::{CA, KEY};

fn fits<T: Serialize + DeserializeOwned>(name: &str, message: &Message) {
    let bytes = vici_serde::to_vec(message).unwrap();
    let mut ignored = Vec::new();
    let mut deserializer = Deserializer::from_slice(&bytes);
    let value: T = serde_ignored::deserialize(&mut deserializer, |path| {
        ignored.push(path.to_string());
    })
    .unwrap_or_else(|error| panic!("{name}: {error} in\n{message}"));
    assert!(ignored.is_empty(), "{name}: ignored {ignored:?}");
    let again = vici_serde::to_vec(&value).unwrap();
    let again: Message = vici_serde::from_slice(&again).unwrap();
    assert_eq!(sorted(name, message), sorted(name, &again), "{name}");
}

/// Only what a daemon says of authentication rounds has no order of its own.
fn sorted(name: &str, message: &Message) -> String {
    if name != "list-conn" {
        return message.to_string();
    }
    let text = message.to_string();
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

fn event(name: &str, message: &Message) {
    let check: fn(&str, &Message) = match name {
        "list-sa" => fits::<ListSa>,
        "list-conn" => fits::<ListConn>,
        "list-cert" => fits::<ListCert>,
        "list-policy" => fits::<ListPolicy>,
        "list-authority" => fits::<ListAuthority>,
        "log" => fits::<Log>,
        "control-log" => fits::<ControlLog>,
        "ike-updown" => fits::<IkeUpdown>,
        "ike-rekey" => fits::<IkeRekey>,
        "child-updown" => fits::<ChildUpdown>,
        "child-rekey" => fits::<ChildRekey>,
        other => panic!("no event {other}"),
    };
    check(name, message);
}

/// Sends a command, and holds its answer against its type.
fn call<R: Command>(client: &mut Client, request: &R)
where
    R::Response: Serialize,
{
    let request = vici_serde::to_message(request).unwrap();
    fits::<R::Response>(R::NAME, &client.call_raw(R::NAME, &request).unwrap());
}

/// Sends a command that streams, and holds each item against its type; returns how many there were.
fn stream<R: StreamingCommand>(client: &mut Client, request: &R) -> usize
where
    R::Response: Serialize,
{
    let name = <R::Event as vici_types::Event>::NAME;
    let request = vici_serde::to_message(request).unwrap();
    let mut stream = client.stream_raw(R::NAME, name, &request).unwrap();
    let mut count = 0;
    for item in stream.by_ref() {
        event(name, &item.unwrap());
        count += 1;
    }
    fits::<R::Response>(R::NAME, &stream.finish().unwrap());
    count
}

#[test]
fn all_that_is_said_fits_its_type() {
    let daemon = SimulatedDaemon::new();
    let mut client = daemon.connect().unwrap();
    let asynchronous = [
        "log",
        "ike-updown",
        "ike-rekey",
        "child-updown",
        "child-rekey",
    ];
    for name in asynchronous {
        client.subscribe_raw(name).unwrap();
    }

    call(&mut client, &Version::new());
    call(&mut client, &GetAlgorithms::new());
    call(&mut client, &ReloadSettings::new());
    let round = || {
        ConnAuth::new()
            .auth("psk")
            .groups(["g"])
            .cert_policy(["1.2"])
    };
    let conn = Conn::new()
        .remote_addrs(["192.0.2.1"])
        .vips(["0.0.0.0"])
        .pools(["road"])
        .ppk_id("ppk")
        .ppk_required(true)
        .dpd_delay("30s")
        .dpd_timeout("2m")
        .reauth_time("3h")
        .rekey_time("1h")
        .local(round().id("carol"))
        .remote(round().id("moon").revocation("strict").ca_id("ca"))
        .remote(ConnAuth::new().auth("eap-7-5").eap_id("x").aaa_id("y"))
        .remote(ConnAuth::new().auth("xauth-pam").xauth_id("z"))
        .child(
            "net",
            ConnChild::new()
                .ah_proposals(["sha256-esn"])
                .label("system_u")
                .interface("eth0")
                .priority(7)
                .start_action(Action::trap()),
        )
        .child("dropped", ConnChild::new().mode("drop"));
    call(&mut client, &LoadConn::new("home", conn));
    call(&mut client, &GetConns::new());
    assert_eq!(stream(&mut client, &ListConns::new()), 1);
    call(&mut client, &Install::new("dropped"));
    let policies = ListPolicies::new().drop(true).trap(true).pass(true);
    assert_eq!(stream(&mut client, &policies), 2);
    let authority = Authority::new()
        .cacert(CA)
        .crl_uris(["http://crl"])
        .cert_uri_base("http://base");
    call(&mut client, &LoadAuthority::new("ca", authority));
    call(&mut client, &GetAuthorities::new());
    assert_eq!(stream(&mut client, &ListAuthorities::new()), 1);
    assert_eq!(stream(&mut client, &ListCerts::new()), 1);
    call(
        &mut client,
        &LoadPool::new("road", Pool::new("10.3.0.0/24")),
    );
    call(&mut client, &LoadShared::new(SharedType::Ike, "x").id("x"));
    call(&mut client, &GetShared::new());
    call(&mut client, &LoadKey::new(KeyType::Any, KEY));
    call(&mut client, &GetKeys::new());

    assert!(stream(&mut client, &Initiate::new().child("net")) > 10);
    daemon.transfer("net", 100, 100);
    assert_eq!(stream(&mut client, &ListSas::new()), 1);
    call(&mut client, &GetPools::new().leases(true));
    call(&mut client, &Rekey::new().child("net"));
    call(&mut client, &Rekey::new().ike("home"));
    call(&mut client, &Stats::new());
    call(&mut client, &GetCounters::new());
    call(&mut client, &GetCounters::new().all(true));
    call(&mut client, &ResetCounters::new());
    assert!(stream(&mut client, &Terminate::new().ike("home")) > 3);
    call(&mut client, &Uninstall::new("dropped"));
    call(&mut client, &UnloadConn::new("home"));
    call(&mut client, &UnloadAuthority::new("ca"));
    call(&mut client, &UnloadPool::new("road"));
    call(&mut client, &UnloadShared::new("x"));
    call(&mut client, &FlushCerts::new());
    call(&mut client, &ClearCreds::new());

    let mut seen = BTreeSet::new();
    while let Some(raw) = client
        .next_event(Some(std::time::Duration::from_millis(1)))
        .unwrap()
    {
        event(raw.name(), &raw.message().unwrap());
        seen.insert(raw.name().to_owned());
    }
    assert_eq!(seen, asynchronous.map(str::to_owned).into());
}
