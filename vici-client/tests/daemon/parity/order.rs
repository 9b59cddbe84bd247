//! What a watcher is told while tunnels live and end, by a real daemon and by its simulated twin: all
//! of the log, the events, and the responses between them.

use vici_client::Client;
use vici_testing::{Peer, SimulatedDaemon};
use vici_types::{ClearCreds, Conn, GetCounters, Initiate, LoadConn, Rekey, Terminate, UnloadConn};

use super::generation;
use super::watcher::{Told, Watcher};
use crate::lab::{Lab, each_lab, until};
use crate::shared::lab::{MOON, SUN, Side, conn, load_secret, net, psk};

each_lab! {
    twins_tell_the_same_in_the_same_order
}

/// One of the twins, with who watches it and its peer.
struct Twin<'a> {
    watcher: Watcher,
    peer: Other<'a>,
}

/// The other end of the tunnels.
enum Other<'a> {
    Real(Box<Client>),
    Simulated(&'a SimulatedDaemon),
}

impl Other<'_> {
    fn initiates(&mut self, child: Option<&str>) {
        match self {
            Self::Real(sun) => {
                let mut request = Initiate::new().ike("home");
                request.child = child.map(Into::into);
                sun.call(&request).unwrap();
            }
            Self::Simulated(daemon) => assert!(daemon.peer_initiates("home", child)),
        }
    }

    fn terminates(&mut self) {
        match self {
            Self::Real(sun) => {
                let response = sun.call(&Terminate::new().ike("home")).unwrap();
                assert_eq!(response.terminated, Some(1));
            }
            Self::Simulated(daemon) => assert_eq!(daemon.peer_terminates("home"), 1),
        }
    }

    fn refuses(&mut self) {
        match self {
            Self::Real(sun) => {
                sun.call(&ClearCreds::new()).unwrap();
                load_secret(sun, "another one");
            }
            Self::Simulated(daemon) => daemon.set_peer(SUN.outer, Peer::Refuses),
        }
    }
}

fn home(own: &Side, peer: &Side, mobike: bool) -> LoadConn {
    let host = |network: &str| network.replace(".0.0/24", ".1.0/24");
    let other = net(own, peer);
    let other = other
        .local_ts([host(own.inner)])
        .remote_ts([host(peer.inner)]);
    let home: Conn = psk(conn(own, peer), own, peer).mobike(mobike);
    let home = home.child("net", net(own, peer)).child("other", other);
    LoadConn::new("home", home)
}

fn initiate() -> Initiate {
    Initiate::new().ike("home")
}

/// What is done with a twin.
type Step = fn(&mut Twin<'_>);

/// The steps, in their order.
const STEPS: &[(&str, Step)] = &[
    ("initiate net", |it| {
        it.watcher.ask(&initiate().child("net"))
    }),
    ("initiate other", |it| {
        it.watcher.ask(&initiate().child("other"))
    }),
    ("initiate net again", |it| {
        it.watcher.ask(&initiate().child("net").timeout(300));
    }),
    ("rekey net", |it| it.watcher.ask(&Rekey::new().child("net"))),
    ("rekey home", |it| it.watcher.ask(&Rekey::new().ike("home"))),
    ("terminate other", |it| {
        it.watcher.ask(&Terminate::new().child("other"));
    }),
    ("unload", |it| it.watcher.ask(&UnloadConn::new("home"))),
    ("terminate home", |it| {
        it.watcher.ask(&Terminate::new().ike("home"));
    }),
    ("load", |it| it.watcher.ask(&home(&MOON, &SUN, true))),
    ("initiate without a child", |it| it.watcher.ask(&initiate())),
    ("do not wait for net", |it| {
        it.watcher.ask(&initiate().child("net").timeout(-1));
    }),
    ("the peer terminates it", |it| it.peer.terminates()),
    ("load without MOBIKE", |it| {
        it.watcher.ask(&home(&MOON, &SUN, false))
    }),
    ("initiate without MOBIKE", |it| {
        it.watcher.ask(&initiate().child("net"));
    }),
    ("do not wait for its end", |it| {
        let request = Terminate::new().ike("home").force(true).timeout(-1);
        it.watcher.ask(&request);
    }),
    ("load again", |it| it.watcher.ask(&home(&MOON, &SUN, true))),
    ("the peer initiates net", |it| {
        it.peer.initiates(Some("net"))
    }),
    ("the peer initiates other", |it| {
        it.peer.initiates(Some("other"))
    }),
    ("the peer terminates", |it| it.peer.terminates()),
    ("the peer initiates without a child", |it| {
        it.peer.initiates(None)
    }),
    ("the peer terminates again", |it| it.peer.terminates()),
    ("initiate what is refused", |it| {
        it.peer.refuses();
        it.watcher.ask(&initiate().child("net"));
    }),
    ("forget the secret", |it| it.watcher.ask(&ClearCreds::new())),
    ("initiate without a secret", |it| {
        it.watcher.ask(&initiate().child("net"));
    }),
    ("counters of all", |it| it.watcher.ask(&GetCounters::new())),
    ("counters", |it| {
        it.watcher.ask(&GetCounters::new().all(true))
    }),
];

const EVENTS: [&str; 6] = [
    "log",
    "ike-updown",
    "child-updown",
    "ike-rekey",
    "child-rekey",
    "alert",
];

fn twins_tell_the_same_in_the_same_order(lab: &mut Lab) {
    let generation = generation(&lab.moon);
    let simulated = SimulatedDaemon::of(generation);
    let clients = [lab.moon.direct(), simulated.connect().unwrap()];
    let [real, ours] = clients.map(|mut client| {
        client.call(&home(&MOON, &SUN, true)).unwrap();
        load_secret(&mut client, "what they share");
        Watcher::new(client, &EVENTS)
    });
    let mut both = [lab.moon.direct(), lab.sun.direct()];
    let mut sun = lab.sun.direct();
    sun.call(&home(&SUN, &MOON, true)).unwrap();
    load_secret(&mut sun, "what they share");
    let mut twins = [
        Twin {
            watcher: ours,
            peer: Other::Simulated(&simulated),
        },
        Twin {
            watcher: real,
            peer: Other::Real(Box::new(sun)),
        },
    ];

    let mut differences = Vec::new();
    for (step, act) in STEPS {
        let mut expected = Told::default();
        for twin in &mut twins {
            act(twin);
            let told = twin.watcher.told(&expected);
            if matches!(twin.peer, Other::Simulated(_)) {
                expected = told;
                continue;
            }
            let order = twin.watcher.file(&lab.moon, &expected);
            for (what, real, ours) in [
                ("order", &order, &expected.order),
                ("log", &told.log, &expected.log),
                ("events", &told.events, &expected.events),
                ("responses", &told.responses, &expected.responses),
            ] {
                if real != ours {
                    differences.push(format!("{step}: {what}\n real {real:#?}\n ours {ours:#?}"));
                }
            }
            if told
                .events
                .iter()
                .any(|event| event.contains(" state=DELETING "))
            {
                // It is told before all of it is gone, and what comes next would share with it.
                for client in &mut both {
                    until(client, |sas| sas.is_empty().then_some(()));
                }
            }
            let count = told.events.len();
            // What `terminate` waits for comes before it is answered. What concludes an attempt is
            // raised by another thread than the one that answers, and comes before or behind.
            let least = match *step {
                step if step.starts_with("terminate") => count,
                step if step.starts_with("initiate") => count.saturating_sub(1),
                _ => 0,
            };
            for early in &told.early {
                eprintln!("{step}: {early} of {count} events before the response");
                if *early < least {
                    differences.push(format!(
                        "{step}: only {early} of {count} before the response"
                    ));
                }
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
