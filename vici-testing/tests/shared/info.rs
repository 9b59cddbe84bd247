use std::time::Duration;

use vici_client::{Client, Error};
use vici_types::{
    Conn, GetAlgorithms, GetCounters, Initiate, LoadConn, ReloadSettings, ResetCounters, Stats,
    Terminate, UnloadConn, Version,
};

pub(super) fn version_and_stats_are_typed(client: &mut Client) {
    let version = client.call(&Version::new()).unwrap();
    assert_eq!(version.daemon, "charon");
    assert!(version.version.split('.').count() >= 3, "{version:?}");
    assert_eq!(version.sysname.as_deref(), Some("Linux"));

    let stats = client.call(&Stats::new()).unwrap();
    assert_eq!(stats.workers.total, 16);
    assert!(stats.workers.idle < stats.workers.total);
    assert_eq!(stats.ikesas.total, 0);
    assert!(stats.plugins.iter().any(|plugin| *plugin == "vici"));
    assert!(stats.mallinfo.unwrap().used > 0);
    // `Nov 20 07:37:46 2026`
    let since = stats.uptime.since.to_string();
    assert_eq!(since.split([' ', ':']).count(), 6, "{since}");
}

pub(super) fn algorithms_are_listed_by_kind(client: &mut Client) {
    let algorithms = client.call(&GetAlgorithms::new()).unwrap();
    let aes = algorithms.encryption.plugin(&"AES_CBC".into());
    assert_eq!(aes.unwrap(), "openssl");
    assert!(algorithms.aead.plugin(&"AES_GCM_16".into()).is_some());
    let exchanges = algorithms.key_exchange().unwrap();
    assert!(exchanges.plugin(&"CURVE_25519".into()).is_some());
    assert!(algorithms.rng.len() >= 3);
}

pub(super) fn counters_of_a_connection_are_there_once_it_counts(client: &mut Client) {
    let unknown = GetCounters::new().name("counted");
    match client.call(&unknown).unwrap_err() {
        Error::CommandFailed {
            errmsg, response, ..
        } => {
            assert_eq!(
                errmsg.as_deref(),
                Some("no counters found for this connection")
            );
            let counters = response.find("counters").unwrap().as_section().unwrap();
            assert!(counters.is_empty());
        }
        other => panic!("{other}"),
    }
    let before = client.call(&GetCounters::new()).unwrap();
    let before = before.global().unwrap().ike_init_out_req;

    let conn = Conn::new()
        .local_addrs(["127.0.0.1"])
        .remote_addrs(["127.0.0.2"]);
    client.call(&LoadConn::new("counted", conn)).unwrap();
    // The attempt is under way when the time is over, whoever answers it or not.
    let attempt = Initiate::new().ike("counted").timeout(200);
    client.set_timeout(Some(Duration::from_secs(20))).unwrap();
    let _ = client.call(&attempt);
    let after = client.call(&GetCounters::new()).unwrap();
    assert!(after.global().unwrap().ike_init_out_req > before);
    let own = client.call(&unknown).unwrap().counters.unwrap();
    assert_eq!(own.get("counted").unwrap().ike_init_out_req, 1);
    let all = client.call(&GetCounters::new().all(true)).unwrap();
    assert!(all.global().is_none());
    assert!(all.counters.unwrap().get("counted").is_some());

    client.call(&ResetCounters::new().name("counted")).unwrap();
    client.call(&ResetCounters::new().name("nobody")).unwrap();
    client.call(&ResetCounters::new().all(true)).unwrap();
    assert!(client.call(&unknown).is_err());
    let _ = client.call(&Terminate::new().ike("counted").force(true).timeout(-1));
    client.call(&UnloadConn::new("counted")).unwrap();
}

pub(super) fn settings_are_reloaded(client: &mut Client) {
    assert!(client.call(&ReloadSettings::new()).unwrap().success);
}
