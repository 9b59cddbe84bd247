//! What the daemon says of itself.

use vici_client::{Client, Error};
use vici_types::{
    Counters, Encryption, GetAlgorithms, GetConns, GetCounters, KeyExchange, ListSas,
    ReloadSettings, ResetCounters, Stats, Version,
};

use crate::charon::{Charon, each_generation, refusal};

each_generation! {
    version_and_stats_are_typed
    nothing_is_loaded_at_first
    several_clients_are_served_at_once
    algorithms_are_named_with_their_plugins
    counters_are_read_and_reset
    without_their_plugin_there_are_no_counters
    settings_are_read_again
}

mod over_tcp {
    use super::*;

    each_generation! { of crate::charon::run_tcp;
        version_and_stats_are_typed
        several_clients_are_served_at_once
    }
}

fn version_and_stats_are_typed(charon: &Charon) {
    let mut client = charon.client();

    let version = client.call(&Version::default()).unwrap();
    assert_eq!(version.daemon, "charon");
    let numbers = version.version.split('.').count();
    assert!(numbers >= 3, "{}", version.version);
    assert_eq!(version.sysname.as_deref(), Some("Linux"));

    let stats = client.call(&Stats::default()).unwrap();
    assert_eq!(stats.workers.total, 16);
    assert!(stats.workers.idle < stats.workers.total);
    assert_eq!(stats.ikesas.total, 0);
    assert!(stats.plugins.iter().any(|plugin| *plugin == "vici"));
    assert!(stats.mallinfo.unwrap().used > 0);
}

fn nothing_is_loaded_at_first(charon: &Charon) {
    let mut client = charon.client();
    assert!(client.call(&GetConns::default()).unwrap().conns.is_empty());
    let mut sas = client.stream(&ListSas::default()).unwrap();
    assert!(sas.next().is_none());
    sas.finish().unwrap();
}

fn several_clients_are_served_at_once(charon: &Charon) {
    let mut clients: Vec<Client> = (0..4).map(|_| charon.client()).collect();
    std::thread::scope(|scope| {
        for client in &mut clients {
            scope.spawn(|| {
                for _ in 0..100 {
                    let version = client.call(&Version::default()).unwrap();
                    assert_eq!(version.daemon, "charon");
                }
            });
        }
    });
}

fn algorithms_are_named_with_their_plugins(charon: &Charon) {
    let algorithms = charon.client().call(&GetAlgorithms::new()).unwrap();
    let plugin = |group: &KeyExchange| {
        let mut all = algorithms.key_exchange().unwrap().iter();
        all.find(|(name, _)| *name == group)
            .map(|(_, plugin)| plugin.to_string())
    };
    assert_eq!(plugin(&KeyExchange::Curve25519).as_deref(), Some("openssl"));
    // Named after what it is since 6.0.
    assert_eq!(algorithms.ke.is_some(), charon.is_at_least([6, 0, 0]));
    assert_eq!(algorithms.dh.is_some(), !charon.is_at_least([6, 0, 0]));
    assert!(
        algorithms
            .encryption
            .iter()
            .any(|(name, _)| *name == Encryption::AesCbc)
    );
    assert!(algorithms.hasher.iter().count() > 3);
}

fn counters_are_read_and_reset(charon: &Charon) {
    let mut client = charon.client();
    let counters = client.call(&GetCounters::new()).unwrap();
    assert_eq!(counters.global().unwrap(), &Counters::default());
    let all = client.call(&GetCounters::new().all(true)).unwrap();
    assert!(all.counters.unwrap().is_empty());
    client.call(&ResetCounters::new()).unwrap();
    client.call(&ResetCounters::new().name("nobody")).unwrap();

    let error = client.call(&GetCounters::new().name("nobody")).unwrap_err();
    match error {
        Error::CommandFailed {
            errmsg, response, ..
        } => {
            assert_eq!(
                errmsg.as_deref(),
                Some("no counters found for this connection")
            );
            assert!(response.find("counters").is_some());
        }
        other => panic!("{other}"),
    }
}

fn without_their_plugin_there_are_no_counters(charon: &mut Charon) {
    charon.restart(&["counters"]);
    let mut client = charon.client();
    let reason = "no counters available (plugin missing?)";
    assert_eq!(refusal(&mut client, &GetCounters::new()), reason);
    assert_eq!(refusal(&mut client, &ResetCounters::new()), reason);
}

fn settings_are_read_again(charon: &Charon) {
    let mut client = charon.client();
    client.call(&ReloadSettings::new()).unwrap();
    std::fs::write(charon.dir().join("strongswan.conf"), "charon {\n").unwrap();
    let reason = refusal(&mut client, &ReloadSettings::new());
    assert!(reason.starts_with("reloading"), "{reason}");
}
