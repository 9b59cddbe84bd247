//! What the daemon says of itself.

use vici_client::Client;
use vici_types::{GetConns, ListSas, Stats, Version};

use crate::charon::{Charon, each_generation};

each_generation! {
    version_and_stats_are_typed
    nothing_is_loaded_at_first
    several_clients_are_served_at_once
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
