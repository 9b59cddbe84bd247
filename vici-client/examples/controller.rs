//! Keeps a tunnel up: a controller of one's own, and its tests, which need no daemon.
//!
//! ```sh
//! cargo run --example site_to_site                           # loads what is to be kept up
//! cargo run --example controller -- vici-example-site net    # until it is interrupted
//! cargo run --example controller -- vici-example-site net 1  # for a second
//! cargo test --example controller                            # its tests
//! ```
//!
//! What decides stands in [`Keeper`], which is given its client: by `main` one of the real daemon, by
//! the tests at the end one of a daemon in the same process. A simulated daemon shows that it does
//! the right thing where the daemon works, a scripted one what it does where the daemon does not.

use std::env;
use std::time::{Duration, Instant};

use vici_client::{Client, Error, RawEvent};
use vici_types::{ChildUpdown, IkeState, IkeUpdown, Initiate, ListSas};

/// When to look again at what is not up.
const PAUSE: Duration = Duration::from_secs(5);

/// Keeps a child of a connection up.
struct Keeper {
    client: Client,
    ike: String,
    child: String,
    /// How many milliseconds the daemon may take to bring the tunnel up.
    patience: i32,
}

/// What [`Keeper::check`] has found and done.
#[derive(Debug, PartialEq, Eq)]
enum Tunnel {
    /// It was up, and nothing was done.
    WasUp,
    /// It was not up, and is now.
    BroughtUp,
    /// The daemon is at it; asked again, it would build a second one.
    Trying,
    /// It is not up, and the daemon said this when it was asked to bring it up.
    Down(String),
}

impl Keeper {
    /// Subscribes before it looks for the first time, so that nothing happens unseen in between.
    fn new(mut client: Client, ike: &str, child: &str) -> Result<Self, Error> {
        client.subscribe::<IkeUpdown>()?;
        client.subscribe::<ChildUpdown>()?;
        Ok(Self {
            client,
            ike: ike.to_owned(),
            child: child.to_owned(),
            patience: 10_000,
        })
    }

    /// Brings the tunnel up if it is not. That the daemon can't do it is no error of the keeper: it
    /// may be able to later.
    fn check(&mut self) -> Result<Tunnel, Error> {
        let (mut up, mut trying) = (false, false);
        let mut sas = self.client.stream(&ListSas::new().ike(&self.ike))?;
        for sa in sas.by_ref() {
            let sa = sa?.ike_sa;
            up |= sa.is_up() && sa.child(&self.child).is_some_and(|child| child.is_up());
            trying |= sa.state == IkeState::Connecting;
        }
        sas.finish()?;
        if up {
            return Ok(Tunnel::WasUp);
        }
        if trying {
            return Ok(Tunnel::Trying);
        }

        let request = Initiate::new().ike(&self.ike).child(&self.child);
        match self.client.call(&request.timeout(self.patience)) {
            Ok(_) => Ok(Tunnel::BroughtUp),
            Err(error @ Error::CommandFailed { .. }) => Ok(Tunnel::Down(error.to_string())),
            Err(error) => Err(error),
        }
    }

    /// Waits until something of the connection goes down; `false` if nothing did in this time.
    fn wait(&mut self, limit: Duration) -> Result<bool, Error> {
        let begun = Instant::now();
        loop {
            // Events of other connections do not make it longer.
            let left = limit.saturating_sub(begun.elapsed());
            match self.client.next_event(Some(left))? {
                Some(event) if self.concerns(&event)? => return Ok(true),
                Some(_) => {}
                None => return Ok(false),
            }
        }
    }

    /// Whether the event tells that something of the connection goes down.
    fn concerns(&self, event: &RawEvent) -> Result<bool, Error> {
        let (name, up) = if event.is::<IkeUpdown>() {
            let event: IkeUpdown = event.decode()?;
            (event.name, event.up)
        } else {
            let event: ChildUpdown = event.decode()?;
            (event.name, event.up)
        };
        Ok(!up && name == self.ike.as_str())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (ike, child, seconds) = match arguments.as_slice() {
        [ike, child] => (ike, child, u64::MAX),
        [ike, child, seconds] => (ike, child, seconds.parse()?),
        _ => return Err("give two names: the connection and its child".into()),
    };
    let (begun, limit) = (Instant::now(), Duration::from_secs(seconds));

    let mut client = Client::connect_env()?;
    // How long an answer may take beyond what the request asks the daemon to wait.
    client.set_timeout(Some(Duration::from_secs(5)))?;

    let mut keeper = Keeper::new(client, ike, child)?;
    while begun.elapsed() < limit {
        let pause = match keeper.check()? {
            Tunnel::WasUp => Duration::MAX,
            Tunnel::BroughtUp => {
                println!("{child} is up");
                Duration::MAX
            }
            Tunnel::Trying => PAUSE,
            Tunnel::Down(reason) => {
                println!("{child} is down: {reason}");
                PAUSE
            }
        };
        if keeper.wait(pause.min(limit.saturating_sub(begun.elapsed())))? {
            println!("{ike} goes down");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use vici_testing::{Answer, Peer, ScriptedDaemon, SimulatedDaemon};
    use vici_types::{Conn, ConnAuth, ConnChild, Empty, ListSa, LoadConn, LoadShared, SharedType};

    use super::*;

    const NOT_LONG: Duration = Duration::from_secs(20);

    /// A daemon that works, with the connection `home`, and a keeper of its child `net`.
    fn simulated() -> (SimulatedDaemon, Keeper) {
        let daemon = SimulatedDaemon::new();
        let mut client = daemon.connect().unwrap();
        let home = Conn::new()
            .remote_addrs(["192.0.2.1"])
            .local(ConnAuth::new().auth("psk").id("carol"))
            .remote(ConnAuth::new().auth("psk").id("moon"))
            .child("net", ConnChild::new().remote_ts(["10.1.0.0/16"]))
            .child("dmz", ConnChild::new().remote_ts(["10.2.0.0/16"]));
        client.call(&LoadConn::new("home", home)).unwrap();
        let secret = LoadShared::new(SharedType::Ike, "swordfish");
        client.call(&secret).unwrap();
        let keeper = Keeper::new(client, "home", "net").unwrap();
        (daemon, keeper)
    }

    #[test]
    fn it_initiates_only_what_is_not_up() {
        let (daemon, mut keeper) = simulated();
        assert_eq!(keeper.check().unwrap(), Tunnel::BroughtUp);
        assert_eq!(keeper.check().unwrap(), Tunnel::WasUp);

        assert_eq!(daemon.peer_terminates("home"), 1);
        assert_eq!(keeper.check().unwrap(), Tunnel::BroughtUp);
    }

    #[test]
    fn an_ike_sa_without_the_child_is_not_enough() {
        let (daemon, mut keeper) = simulated();
        assert!(daemon.peer_initiates("home", Some("dmz")));
        assert_eq!(keeper.check().unwrap(), Tunnel::BroughtUp);
    }

    #[test]
    fn it_wakes_up_when_the_peer_ends_the_tunnel() {
        let (daemon, mut keeper) = simulated();
        keeper.check().unwrap();
        // All events of what it did itself are there by now; none of them tells that it is down.
        assert!(!keeper.wait(Duration::ZERO).unwrap());

        daemon.peer_terminates("home");
        assert!(keeper.wait(NOT_LONG).unwrap());
    }

    #[test]
    fn it_sleeps_while_others_go_down() {
        let (daemon, mut keeper) = simulated();
        let mut other = IkeUpdown::default();
        other.name = "other".into();
        assert_eq!(daemon.server().raise(&other).unwrap(), 1);
        assert!(!keeper.wait(Duration::from_millis(1)).unwrap());
    }

    #[test]
    fn a_peer_that_refuses_is_tried_again() {
        let (daemon, mut keeper) = simulated();
        daemon.set_peer("192.0.2.1", Peer::Refuses);
        assert!(matches!(keeper.check().unwrap(), Tunnel::Down(_)));
        daemon.set_peer("192.0.2.1", Peer::Answers);
        assert_eq!(keeper.check().unwrap(), Tunnel::BroughtUp);
    }

    #[test]
    fn a_peer_that_is_slow_is_waited_for() {
        let (daemon, mut keeper) = simulated();
        daemon.set_peer("192.0.2.1", Peer::Silent);
        keeper.patience = 1;
        assert!(matches!(keeper.check().unwrap(), Tunnel::Down(_)));
        assert_eq!(keeper.check().unwrap(), Tunnel::Trying);
        daemon.set_peer("192.0.2.1", Peer::Answers);
        assert_eq!(keeper.check().unwrap(), Tunnel::WasUp);
    }

    /// A daemon that has no SAs, and does with `initiate` what it is told.
    fn scripted(initiate: Answer<Initiate>) -> (ScriptedDaemon, Keeper) {
        let daemon = ScriptedDaemon::new();
        daemon.always(Answer::<ListSas>::new().respond(&Empty::default()));
        daemon.always(initiate);
        let keeper = Keeper::new(daemon.connect().unwrap(), "home", "net").unwrap();
        (daemon, keeper)
    }

    #[test]
    fn it_asks_for_what_it_was_told_to_keep_up() {
        let (daemon, mut keeper) = scripted(Answer::new());
        assert_eq!(keeper.check().unwrap(), Tunnel::BroughtUp);
        assert_eq!(daemon.commands(), ["list-sas", "initiate"]);
        let initiate = Initiate::new().ike("home").child("net").timeout(10_000);
        assert_eq!(daemon.requests::<Initiate>(), [initiate]);
        assert_eq!(daemon.requests::<ListSas>(), [ListSas::new().ike("home")]);
    }

    #[test]
    fn what_the_daemon_says_is_passed_on() {
        let (_daemon, mut keeper) = scripted(Answer::new().fail("CHILD_SA config 'net' not found"));
        let reason = "`initiate` failed: CHILD_SA config 'net' not found";
        assert_eq!(keeper.check().unwrap(), Tunnel::Down(reason.to_owned()));
    }

    #[test]
    fn it_ends_with_the_daemon() {
        let (daemon, mut keeper) = scripted(Answer::new().close());
        assert!(keeper.check().unwrap_err().is_closed());
        assert_eq!(daemon.requests::<Initiate>().len(), 1);
    }

    #[test]
    fn an_sa_that_is_being_deleted_does_not_count() {
        let (daemon, mut keeper) = scripted(Answer::new());
        let mut listed = ListSa::default();
        listed.name = "home".into();
        listed.ike_sa.state = IkeState::Deleting;
        let list = Answer::<ListSas>::new().stream([listed]);
        daemon.always(list.respond(&Empty::default()));
        assert_eq!(keeper.check().unwrap(), Tunnel::BroughtUp);
    }
}
