//! Keeps a tunnel up: a controller of one's own, and its tests, which need no daemon.
//!
//! ```sh
//! cargo run --example site_to_site                           # loads what is to be kept up
//! cargo run --example controller -- vici-example-site net    # until it is interrupted
//! cargo run --example controller -- vici-example-site net 1  # for a second
//! cargo test --example controller                            # its tests
//! ```
//!
//! What decides is [`Keeper`]: it tries again after pauses that grow, over restarts of the peer and of the
//! daemon. Here is only what is told of it.

use std::env;
use std::time::{Duration, Instant};

use vici_client::Config;
use vici_control::keeper::{Keeper, Report, Tunnel};
use vici_control::watch::Change;

/// What is told of a report; nothing of other connections.
fn line(report: &Report, wanted: &Tunnel) -> Option<String> {
    let (ike, child) = (&wanted.ike, &wanted.child);
    match report {
        Report::Up { .. } => Some(format!("{child} is up")),
        Report::Failed { .. } => Some(report.to_string()),
        Report::Change(Change::IkeDown(sa)) if sa.name == ike.as_str() => {
            Some(format!("{ike} goes down"))
        }
        Report::Change(change @ (Change::Disconnected { .. } | Change::Resynchronised(_))) => {
            Some(change.to_string())
        }
        _ => None,
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (ike, child, end) = match arguments.as_slice() {
        [ike, child] => (ike, child, None),
        [ike, child, seconds] => {
            let limit = Duration::from_secs(seconds.parse()?);
            (ike, child, Some(Instant::now() + limit))
        }
        _ => return Err("give two names: the connection and its child".into()),
    };
    let wanted = Tunnel::new(ike, child);
    let config = Config::from_env()?.timeout(Duration::from_secs(5));
    let mut keeper = Keeper::connect(&config, [wanted.clone()])?;
    let left = || end.map(|end| end.saturating_duration_since(Instant::now()));
    while let Some(report) = keeper.next(left())? {
        if let Some(line) = line(&report, &wanted) {
            println!("{line}");
        }
        if left() == Some(Duration::ZERO) {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use vici_testing::{Peer, SimulatedDaemon};
    use vici_types::{Conn, ConnAuth, ConnChild, LoadConn, LoadShared, SharedType};

    use super::*;

    /// A daemon that works, with the connection `home`, and a keeper of its child `net`.
    fn simulated() -> (SimulatedDaemon, Keeper) {
        let daemon = SimulatedDaemon::new();
        let mut client = daemon.connect().unwrap();
        let home = Conn::new()
            .remote_addrs(["192.0.2.1"])
            .local(ConnAuth::new().auth("psk").id("carol"))
            .remote(ConnAuth::new().auth("psk").id("moon"))
            .child("net", ConnChild::new().remote_ts(["10.1.0.0/16"]));
        client.call(&LoadConn::new("home", home)).unwrap();
        let secret = LoadShared::new(SharedType::Ike, "swordfish");
        client.call(&secret).unwrap();
        let config = Config::from_uri(&daemon.server().listen().unwrap()).unwrap();
        let keeper = Keeper::connect(&config, [Tunnel::new("home", "net")]).unwrap();
        (daemon, keeper)
    }

    /// The next line that is told.
    fn next(keeper: &mut Keeper) -> String {
        let wanted = Tunnel::new("home", "net");
        loop {
            let report = keeper.next(Some(Duration::from_secs(20))).unwrap();
            if let Some(line) = line(&report.unwrap(), &wanted) {
                return line;
            }
        }
    }

    #[test]
    fn it_brings_up_what_the_peer_has_ended() {
        let (daemon, mut keeper) = simulated();
        assert_eq!(next(&mut keeper), "net is up");
        daemon.peer_terminates("home");
        assert_eq!(next(&mut keeper), "home goes down");
        assert_eq!(next(&mut keeper), "net is up");
    }

    #[test]
    fn a_peer_that_refuses_is_tried_again() {
        let (daemon, mut keeper) = simulated();
        daemon.set_peer("192.0.2.1", Peer::Refuses);
        let line = next(&mut keeper);
        assert!(line.starts_with("home/net is not up: "), "{line}");
        daemon.set_peer("192.0.2.1", Peer::Answers);
        let mut line = next(&mut keeper);
        while line != "net is up" {
            assert!(line.starts_with("home/net is not up: "), "{line}");
            line = next(&mut keeper);
        }
    }
}
