//! Two gateways that build tunnels with each other, in network namespaces of their own.

mod alerts;
mod auth;
mod certs;
mod events;
mod policies;
mod settings;
mod states;
mod tunnels;

use std::fmt::Debug;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use vici_client::Client;
use vici_types::{Event, IkeSa, Initiate, ListSas};

use crate::charon::{Daemon, PATIENCE, left_out, list, script, started};
pub(crate) use crate::shared::lab::load_psk;
use crate::shared::lab::{MOON, Namespaces, SUN, Side, conn, load_secret, net, psk};
use crate::shared::outside::{say, test_name};

/// The running lab, which ends with this. `daemons/lab` tells what there is.
pub(crate) struct Lab {
    pub(crate) moon: Daemon,
    pub(crate) sun: Daemon,
    namespaces: Namespaces,
    _dir: tempfile::TempDir,
}

impl Lab {
    fn start(moon: &'static str, sun: &'static str) -> Result<Self, String> {
        let dir = tempfile::Builder::new().prefix("vici").tempdir().unwrap();
        let folder = |name| {
            let folder = dir.path().join(name);
            fs::create_dir(&folder).unwrap();
            folder
        };
        let (moons, suns) = (folder("moon"), folder("sun"));
        let namespaces = Namespaces::start(&script("lab"), moon, sun, dir.path());
        let mut lab = Self {
            moon: Daemon::new(moon, &moons),
            sun: Daemon::new(sun, &suns),
            namespaces,
            _dir: dir,
        };
        let process = &mut lab.namespaces.0.process;
        lab.moon.wait(|| left_out(process, "daemons/lab"))?;
        lab.sun.wait(|| left_out(process, "daemons/lab"))?;
        lab.namespaces.ready();
        Ok(lab)
    }

    /// Runs a command on `moon` or `sun`, which has to end by itself.
    pub(crate) fn run(&mut self, command: &str) {
        self.namespaces.run(command);
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if thread::panicking() {
            say(&format!(
                "moon:\n{}\nsun:\n{}",
                self.moon.log(),
                self.sun.log()
            ));
        }
    }
}

/// Runs a test in a lab of two generations, or tells that it is left out.
pub(crate) fn run(moon: &'static str, sun: &'static str, test: impl FnOnce(&mut Lab)) {
    let name = test_name();
    if let Some(mut lab) = started(&name, Lab::start(moon, sun)) {
        let versions = [lab.moon.version(), lab.sun.version()];
        say(&format!("{name}: charon {}", versions.join(" and ")));
        test(&mut lab);
        lab.moon.finish(&format!("{name}-moon"));
        lab.sun.finish(&format!("{name}-sun"));
    }
}

/// Runs a test in a lab of one generation.
pub(crate) fn run_alike(generation: &'static str, test: impl FnOnce(&mut Lab)) {
    run(generation, generation, test);
}

/// Makes tests of functions that take a lab: one a generation, named after it.
macro_rules! each_lab {
    ($($test:ident)*) => {
        $crate::charon::each_generation! { of $crate::lab::run_alike; $($test)* }
    };
}
pub(crate) use each_lab;

/// The request that brings `net` of `home` up.
pub(crate) fn initiate() -> Initiate {
    Initiate::new().ike("home").child("net").timeout(10_000)
}

/// The IKE_SAs of a daemon.
fn sas(client: &mut Client) -> Vec<IkeSa> {
    let sas = list(client, &ListSas::new());
    sas.into_iter().map(|sa| sa.ike_sa).collect()
}

/// The IKE_SA of a daemon that has one.
fn sa(client: &mut Client) -> IkeSa {
    let mut sas = sas(client);
    assert_eq!(sas.len(), 1, "{sas:#?}");
    sas.remove(0)
}

/// Lists until there is what is looked for.
pub(crate) fn until<T>(client: &mut Client, mut found: impl FnMut(&[IkeSa]) -> Option<T>) -> T {
    poll(|| {
        let sas = sas(client);
        found(&sas).ok_or(sas)
    })
}

/// Looks again until what is looked for is there.
fn poll<T, E: Debug>(mut look: impl FnMut() -> Result<T, E>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match look() {
            Ok(found) => return found,
            Err(other) => assert!(Instant::now() < deadline, "{other:#?}"),
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Skips events until one comes that is looked for.
fn event<E: Event>(client: &mut Client, wanted: impl Fn(&E) -> bool) -> E {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let rest = deadline.saturating_duration_since(Instant::now());
        let event = client.next_event(Some(rest)).unwrap();
        let event = event.unwrap_or_else(|| panic!("no {} in time", E::NAME));
        if event.is::<E>() {
            let event = event.decode().unwrap();
            if wanted(&event) {
                return event;
            }
        }
    }
}

/// A connection that gets the events about SAs.
fn watcher(daemon: &Daemon) -> Client {
    let mut client = daemon.client();
    client.subscribe::<vici_types::IkeUpdown>().unwrap();
    client.subscribe::<vici_types::ChildUpdown>().unwrap();
    client.subscribe::<vici_types::IkeRekey>().unwrap();
    client.subscribe::<vici_types::ChildRekey>().unwrap();
    client.subscribe::<vici_types::IkeUpdate>().unwrap();
    client
}
