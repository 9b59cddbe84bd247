//! SAs that come up, change and go down.

use std::time::Duration;

use vici_client::{Client, Error, RawEvent};
use vici_testing::{Generation, Peer, SimulatedDaemon};
use vici_types::{
    Action, Alert, AlertType, ChildRekey, ChildState, ChildUpdown, Conn, ConnAuth, ConnChild,
    ControlLog, Event, GetCounters, GetPools, IkeRekey, IkeState, IkeUpdown, Initiate, LeaseStatus,
    ListPolicies, ListSa, ListSas, LoadConn, LoadPool, LoadShared, Log, Pool, Redirect, Rekey,
    SharedType, Stats, Terminate, UnloadConn, UnloadPool,
};

/// No event takes longer.
const SOON: Duration = Duration::from_secs(10);

fn home() -> Conn {
    Conn::new()
        .local_addrs(["192.0.2.7"])
        .remote_addrs(["192.0.2.1"])
        .local(ConnAuth::new().auth("psk").id("carol"))
        .remote(ConnAuth::new().auth("psk").id("moon"))
        .child("net", ConnChild::new().remote_ts(["10.1.0.0/16"]))
        .child("dmz", ConnChild::new().remote_ts(["10.2.0.0/16"]))
}

/// A daemon with the connection `home` and its secret.
fn daemon() -> (SimulatedDaemon, Client) {
    let daemon = SimulatedDaemon::new();
    let client = load_home(&daemon);
    (daemon, client)
}

fn load_home(daemon: &SimulatedDaemon) -> Client {
    let mut client = daemon.connect().unwrap();
    client.set_timeout(Some(SOON)).unwrap();
    client.call(&LoadConn::new("home", home())).unwrap();
    let secret = LoadShared::new(SharedType::Ike, "swordfish").owners(["carol"]);
    client.call(&secret).unwrap();
    client
}

fn initiate(child: &str) -> Initiate {
    Initiate::new().ike("home").child(child)
}

fn sas(client: &mut Client) -> Vec<ListSa> {
    let mut stream = client.stream(&ListSas::new()).unwrap();
    let sas = stream.by_ref().map(Result::unwrap).collect();
    stream.finish().unwrap();
    sas
}

fn next<E: Event>(client: &mut Client) -> E {
    let event: RawEvent = client.next_event(Some(SOON)).unwrap().expect("an event");
    event.decode::<E>().unwrap()
}

fn messages(log: &[ControlLog]) -> Vec<String> {
    log.iter().map(|line| line.msg.to_string()).collect()
}

#[test]
fn initiate_brings_up_what_terminate_takes_down() {
    let (_daemon, mut client) = daemon();
    client.subscribe::<IkeUpdown>().unwrap();
    client.subscribe::<ChildUpdown>().unwrap();

    let mut stream = client.stream(&initiate("net")).unwrap();
    let log: Vec<_> = stream.by_ref().map(Result::unwrap).collect();
    assert!(stream.finish().unwrap().success);
    let log = messages(&log);
    assert_eq!(log[0], "initiating IKE_SA home[1] to 192.0.2.1");
    assert!(log.iter().any(
        |line| line == "IKE_SA home[1] established between 192.0.2.7[carol]...192.0.2.1[moon]"
    ));
    let last = log.last().unwrap();
    assert!(
        last.starts_with("CHILD_SA net{1} established with SPIs "),
        "{last}"
    );
    assert!(
        last.ends_with(" and TS 192.0.2.7/32 === 10.1.0.0/16"),
        "{last}"
    );

    let up: IkeUpdown = next(&mut client);
    assert!(up.up && up.ike_sa.initiator);
    assert_eq!(up.ike_sa.state, IkeState::Established);
    assert_eq!(up.ike_sa.child_sas, None);
    let child: ChildUpdown = next(&mut client);
    assert!(child.up);
    assert_eq!(child.child_sa().unwrap().state, ChildState::Installed);
    assert_eq!(child.ike_sa.uniqueid, 1);

    let listed = sas(&mut client);
    assert_eq!(listed.len(), 1);
    let sa = &listed[0].ike_sa;
    assert_eq!(listed[0].name, "home");
    assert_eq!(
        (&sa.local_id, &sa.remote_id),
        (&"carol".into(), &"moon".into())
    );
    assert_eq!(sa.encr_alg.as_ref().unwrap().as_str(), "AES_CBC");
    assert!(sa.rekey_time.unwrap() <= 14400);
    let net = sa.child("net").unwrap();
    assert_eq!(net.remote_ts, ["10.1.0.0/16"]);
    assert_eq!(net.local_ts, ["192.0.2.7/32"]);
    assert_eq!(client.call(&Stats::new()).unwrap().ikesas.total, 1);

    let mut stream = client.stream(&Terminate::new().ike("home")).unwrap();
    let log: Vec<_> = stream.by_ref().map(Result::unwrap).collect();
    let response = stream.finish().unwrap();
    assert_eq!((response.matches, response.terminated), (Some(1), Some(1)));
    let log = messages(&log);
    assert_eq!(
        log[0],
        "deleting IKE_SA home[1] between 192.0.2.7[carol]...192.0.2.1[moon]"
    );
    assert_eq!(log.last().unwrap(), "IKE_SA deleted");
    let down: IkeUpdown = next(&mut client);
    assert!(!down.up);
    assert_eq!(down.ike_sa.state, IkeState::Deleting);
    let child: ChildUpdown = next(&mut client);
    assert!(!child.up);
    assert!(sas(&mut client).is_empty());
    assert_eq!(client.call(&Stats::new()).unwrap().ikesas.total, 0);

    let counters = client.call(&GetCounters::new()).unwrap();
    let counters = *counters.global().unwrap();
    assert_eq!(
        (counters.ike_init_out_req, counters.ike_init_in_resp),
        (1, 1)
    );
    assert_eq!(
        (counters.ike_auth_out_req, counters.ike_auth_in_resp),
        (1, 1)
    );
    assert_eq!((counters.info_out_req, counters.info_in_resp), (1, 1));
}

#[test]
fn one_ike_sa_has_several_children() {
    let (_daemon, mut client) = daemon();
    client.call(&initiate("net")).unwrap();
    client.subscribe::<ChildUpdown>().unwrap();
    client.call(&initiate("dmz")).unwrap();
    let up: ChildUpdown = next(&mut client);
    assert_eq!(up.child_sa().unwrap().name.as_ref().unwrap(), "dmz");
    let listed = sas(&mut client);
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].ike_sa.children().count(), 2);

    // It is up already.
    let error = client.call(&initiate("net")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`initiate` failed: establishing CHILD_SA 'net' failed"
    );

    let response = client.call(&Terminate::new().child("net")).unwrap();
    assert_eq!(response.terminated, Some(1));
    let down: ChildUpdown = next(&mut client);
    assert!(!down.up);
    assert_eq!(down.child_sa().unwrap().state, ChildState::Deleted);
    let listed = sas(&mut client);
    let left: Vec<_> = listed[0].ike_sa.children().collect();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].name.as_ref().unwrap(), "dmz");
    let counters = client.call(&GetCounters::new().name("home")).unwrap();
    let counters = *counters.counters.unwrap().get("home").unwrap();
    assert_eq!(counters.create_child_out_req, 1);
}

#[test]
fn filters_empty_the_children_but_keep_the_ike_sa() {
    let (_daemon, mut client) = daemon();
    client.call(&initiate("net")).unwrap();
    let filtered = ListSas::new().child("nobody");
    let listed = client.stream(&filtered).unwrap().next().unwrap().unwrap();
    assert_eq!(listed.ike_sa.children().count(), 0);
    let filtered = ListSas::new().ike("nobody");
    assert_eq!(client.stream(&filtered).unwrap().count(), 0);
    let filtered = ListSas::new().ike_id(1);
    assert_eq!(client.stream(&filtered).unwrap().count(), 1);
}

#[test]
fn without_a_secret_nothing_comes_up() {
    let daemon = SimulatedDaemon::new();
    let mut client = daemon.connect().unwrap();
    client.call(&LoadConn::new("home", home())).unwrap();
    let of_another = LoadShared::new(SharedType::Ike, "x").owners(["dave"]);
    client.call(&of_another).unwrap();
    let mut stream = client.stream(&initiate("net")).unwrap();
    let log: Vec<_> = stream.by_ref().map(Result::unwrap).collect();
    assert!(stream.finish().is_err());
    let log = messages(&log);
    assert_eq!(
        log.last().unwrap(),
        "no shared key found for 'carol' - 'moon'"
    );
    assert!(sas(&mut client).is_empty());
}

#[test]
fn peer_that_refuses_is_told() {
    let (daemon, mut client) = daemon();
    daemon.set_peer("192.0.2.1", Peer::Refuses);
    let mut stream = client.stream(&initiate("net")).unwrap();
    let log: Vec<_> = stream.by_ref().map(Result::unwrap).collect();
    assert!(stream.finish().is_err());
    let log = messages(&log);
    assert_eq!(
        log.last().unwrap(),
        "received AUTHENTICATION_FAILED notify error"
    );
    assert!(sas(&mut client).is_empty());
}

#[test]
fn attempt_goes_on_when_the_peer_answers() {
    let (daemon, mut client) = daemon();
    daemon.set_peer("192.0.2.1", Peer::Silent);
    let mut watching = daemon.connect().unwrap();
    watching.subscribe::<Log>().unwrap();
    // Without a timeout it is given up at once.
    assert!(client.call(&initiate("net")).is_err());
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| client.call(&initiate("net").timeout(60_000)));
        // Until the second attempt has begun.
        while !next::<Log>(&mut watching)
            .msg
            .to_string()
            .starts_with("initiating IKE_SA home[2]")
        {}
        while sas(&mut watching).is_empty() {}
        daemon.set_peer("192.0.2.1", Peer::Answers);
        assert!(waiting.join().unwrap().unwrap().success);
    });
    assert!(sas(&mut client)[0].ike_sa.is_up());
}

#[test]
fn dropping_the_daemon_ends_what_waits() {
    let (daemon, mut client) = daemon();
    daemon.set_peer("192.0.2.1", Peer::Silent);
    let mut watching = daemon.connect().unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| client.call(&initiate("net").timeout(60_000)));
        while sas(&mut watching).is_empty() {}
        drop(daemon);
        let error = waiting.join().unwrap().unwrap_err();
        assert!(error.is_closed(), "{error}");
    });
}

#[test]
fn rekeying_replaces_the_keys_and_the_numbers() {
    let (daemon, mut client) = daemon();
    client.call(&initiate("net")).unwrap();
    assert_eq!(daemon.transfer("net", 168, 84), 1);
    let before = sas(&mut client).remove(0).ike_sa;
    assert_eq!(before.traffic().bytes_in, 168);
    assert_eq!(before.traffic().packets_out, 1);
    client.subscribe::<ChildRekey>().unwrap();
    client.subscribe::<IkeRekey>().unwrap();

    let response = client.call(&Rekey::new().child("net")).unwrap();
    assert_eq!(response.matches, Some(1));
    let event: ChildRekey = next(&mut client);
    let [old, new] = [event.old_child().unwrap(), event.new_child().unwrap()];
    assert_eq!(old.bytes_in, Some(168));
    assert_eq!(new.bytes_in, Some(0));
    assert_ne!(old.spi_in, new.spi_in);
    assert_eq!(old.reqid, new.reqid);

    client.call(&Rekey::new().ike("home")).unwrap();
    let event: IkeRekey = next(&mut client);
    assert_eq!(event.ike_sa.old.uniqueid, 1);
    assert_eq!(event.ike_sa.old.state, IkeState::Rekeying);
    assert_eq!(event.ike_sa.new.uniqueid, 2);
    let after = sas(&mut client).remove(0).ike_sa;
    assert_eq!(after.uniqueid, 2);
    assert_ne!(after.initiator_spi, before.initiator_spi);
    assert_eq!(after.child("net").unwrap().spi_in, new.spi_in);
    let counters = client.call(&GetCounters::new()).unwrap();
    let counters = *counters.global().unwrap();
    assert_eq!((counters.child_rekey, counters.ike_rekey_init), (1, 1));
}

#[test]
fn peer_that_comes_gets_an_address_of_a_pool() {
    let (daemon, mut client) = daemon();
    client
        .call(&LoadPool::new("road", Pool::new("10.3.0.0/24")))
        .unwrap();
    let gateway = home().pools(["road"]);
    client.call(&LoadConn::new("home", gateway)).unwrap();
    client.subscribe::<IkeUpdown>().unwrap();
    assert!(!daemon.peer_initiates("nobody", None));
    assert!(daemon.peer_initiates("home", Some("net")));
    assert!(!daemon.peer_initiates("home", Some("net")));
    let up: IkeUpdown = next(&mut client);
    assert!(!up.ike_sa.initiator);
    assert_eq!(up.ike_sa.remote_vips.unwrap(), ["10.3.0.1"]);

    let request = GetPools::new().leases(true);
    let pool = client
        .call(&request)
        .unwrap()
        .pools
        .get("road")
        .unwrap()
        .clone();
    assert_eq!((pool.online, pool.offline), (1, 0));
    let leases = pool.leases.unwrap();
    let lease = leases.get("0").unwrap();
    assert_eq!(lease.address, "10.3.0.1");
    assert_eq!(
        (&lease.identity, &lease.status),
        (&"moon".into(), &LeaseStatus::Online)
    );
    for (result, reason) in [
        (
            client.call(&UnloadPool::new("road")),
            "`unload-pool` failed: road has online leases, unable to unload",
        ),
        (
            client.call(&LoadPool::new("road", Pool::new("10.9.0.0/24"))),
            "`load-pool` failed: vici pool road has online leases, unable to replace",
        ),
    ] {
        assert_eq!(result.unwrap_err().to_string(), reason);
    }

    assert_eq!(daemon.peer_terminates("home"), 1);
    let down: IkeUpdown = next(&mut client);
    assert!(!down.up);
    let pool = client
        .call(&GetPools::new())
        .unwrap()
        .pools
        .get("road")
        .unwrap()
        .clone();
    assert_eq!((pool.online, pool.offline), (0, 1));
    client.call(&UnloadPool::new("road")).unwrap();
    let counters = client.call(&GetCounters::new()).unwrap();
    let counters = *counters.global().unwrap();
    assert_eq!((counters.ike_init_in_req, counters.info_in_req), (1, 1));
}

#[test]
fn start_actions_are_carried_out_and_undone() {
    let (_daemon, mut client) = daemon();
    let conn = || home().child("trapped", ConnChild::new().start_action(Action::trap()));
    let started = ConnChild::new().start_action(Action::start());
    let request = LoadConn::new("home", conn().child("started", started));
    client.subscribe::<ChildUpdown>().unwrap();
    client.call(&request).unwrap();
    let up: ChildUpdown = next(&mut client);
    assert_eq!(up.child_sa().unwrap().name.as_ref().unwrap(), "started");
    let traps = ListPolicies::new().trap(true);
    assert_eq!(client.stream(&traps).unwrap().count(), 1);

    // The same again changes nothing; without the child it is closed.
    client.call(&request).unwrap();
    assert_eq!(sas(&mut client).len(), 1);
    client.call(&LoadConn::new("home", conn())).unwrap();
    let down: ChildUpdown = next(&mut client);
    assert!(!down.up);
    assert!(sas(&mut client).is_empty());
    assert_eq!(client.stream(&traps).unwrap().count(), 1);
    client.call(&UnloadConn::new("home")).unwrap();
    assert_eq!(client.stream(&traps).unwrap().count(), 0);
}

#[test]
fn sas_outlive_their_connection() {
    let (_daemon, mut client) = daemon();
    client.call(&initiate("net")).unwrap();
    client.call(&UnloadConn::new("home")).unwrap();
    assert_eq!(sas(&mut client).len(), 1);
    // Either selector is enough for IKE_SAs.
    let request = Terminate::new().ike("nobody").ike_id(1);
    assert_eq!(client.call(&request).unwrap().matches, Some(1));
}

#[test]
fn redirected_clients_leave() {
    let (_daemon, mut client) = daemon();
    client.call(&initiate("net")).unwrap();
    let request = |ip: &str| Redirect::new("192.0.2.9").peer_ip(ip);
    match client.call(&request("10.0.0.0/8")).unwrap_err() {
        Error::CommandFailed { errmsg, .. } => {
            assert_eq!(errmsg.as_deref(), Some("no matching SAs to redirect found"));
        }
        other => panic!("{other}"),
    }
    assert_eq!(
        client.call(&request("192.0.2.0/24")).unwrap().matches,
        Some(1)
    );
    assert!(sas(&mut client).is_empty());
}

#[test]
fn events_go_to_all_who_registered_and_streams_to_the_one_who_asked() {
    let (daemon, mut client) = daemon();
    let mut others: Vec<Client> = (0..3).map(|_| daemon.connect().unwrap()).collect();
    for other in &mut others {
        other.subscribe::<IkeUpdown>().unwrap();
        other.subscribe::<ControlLog>().unwrap();
    }
    let log = client.stream(&initiate("net")).unwrap().count();
    assert!(log > 10, "{log}");
    for other in &mut others {
        assert!(next::<IkeUpdown>(other).up);
        // A call goes through the daemon, so that all that was on the way has come.
        other.call(&Stats::new()).unwrap();
        let rest = other.next_event(Some(Duration::from_millis(1))).unwrap();
        assert!(rest.is_none(), "{rest:?}");
    }
}

#[test]
fn what_concludes_an_attempt_comes_behind_its_answer_or_before() {
    use vici_client::proto::{FrameReader, Packet};

    for (early, child, expected) in [
        (false, "net", ["ike-updown", "", "child-updown"]),
        (true, "net", ["ike-updown", "child-updown", ""]),
    ] {
        let daemon = SimulatedDaemon::new();
        daemon.set_concludes_early(early);
        load_home(&daemon);
        let mut stream = daemon.server().connect_stream().unwrap();
        let mut reader = FrameReader::new();
        let mut next = |packet: Option<Packet<'_>>| {
            if let Some(packet) = packet {
                let mut frame = Vec::new();
                packet.encode(&mut frame).unwrap();
                std::io::Write::write_all(&mut stream, &frame).unwrap();
            }
            loop {
                if let Some(frame) = reader.next_frame().unwrap() {
                    return match Packet::decode(frame).unwrap().unwrap() {
                        Packet::Event { name, .. } => name.to_owned(),
                        _ => String::new(),
                    };
                }
                let count = std::io::Read::read(&mut stream, reader.buffer()).unwrap();
                reader.advance(count);
            }
        };
        for name in ["ike-updown", "child-updown"] {
            assert_eq!(next(Some(Packet::EventRegister { name })), "");
        }
        let message = vici_client::vici_serde::to_vec(&Initiate::new().child(child)).unwrap();
        let (name, message) = ("initiate", &message[..]);
        let first = next(Some(Packet::CommandRequest { name, message }));
        assert_eq!([first, next(None), next(None)], expected);
    }
}

#[test]
fn generations_differ_where_the_real_ones_do() {
    for generation in Generation::ALL {
        let daemon = SimulatedDaemon::of(*generation);
        let mut client = load_home(&daemon);
        client.call(&Initiate::new().child("net")).unwrap();
        let newer = *generation >= Generation::V6_0_1;
        let again = client.call(&Initiate::new().ike("home").timeout(1000));
        assert_eq!(again.is_ok(), newer, "{generation:?}");
        let alert = client.subscribe::<Alert>();
        let has_alert = *generation >= Generation::V6_1_0;
        assert_eq!(alert.is_ok(), has_alert, "{generation:?}");

        client.call(&Terminate::new().ike("home")).unwrap();
        daemon.set_peer("192.0.2.1", Peer::Refuses);
        assert!(client.call(&Initiate::new().child("net")).is_err());
        if has_alert {
            let alert = client.next_event(Some(SOON)).unwrap().unwrap();
            let alert = alert.decode::<Alert>().unwrap();
            assert_eq!(alert.type_, AlertType::LocalAuthFailed);
            assert_eq!(alert.ike_sa.unwrap().name, "home");
        }
    }
}
