//! The table of a watch beside what the daemon lists, after all that happens to tunnels.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use vici_client::{Client, Config};
use vici_control::Watch;
use vici_control::watch::{Change, Why};
use vici_types::{
    ChildState, Conn, ConnAuth, IkeState, IkeVersion, Initiate, ListSas, LoadConn, LoadShared,
    Rekey, SharedType, Terminate, Unique,
};

use crate::charon::{PATIENCE, each_generation, script};
use crate::lab::{Gateway, Lab};
use crate::outside::{leave_out, left_out, say, test_name};
use crate::two::{MOON, SUN, conn, load_psk, load_secret, net, psk};
use crate::words::word;

each_generation! { of crate::lab::run;
    rekeying_is_followed
    both_rekey_at_once
    reauthentication_is_followed
    tunnels_of_ikev1_are_followed
    an_address_that_moves_is_followed
    a_peer_that_is_dead_is_followed
}

/// A watch, and what it has told.
struct Watched {
    watch: Watch,
    told: Vec<String>,
}

/// What is compared: the address of the peer, and the names of the CHILD_SAs by their numbers.
type Sas = BTreeMap<u32, (String, String, BTreeMap<u32, String>)>;

fn watched(gateway: &Gateway) -> Watched {
    Watched {
        watch: Watch::connect(&gateway.address().timeout(PATIENCE)).unwrap(),
        told: Vec::new(),
    }
}

impl Watched {
    /// Follows until the table is what is listed, nothing is under way, and it is as it should be.
    fn settle(&mut self, client: &mut Client, is_done: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            while let Some(change) = self.watch.next(Some(Duration::from_millis(20))).unwrap() {
                match change {
                    // Only some daemons have them.
                    Change::Alert(_) => {}
                    Change::Resynchronised(Why::Lost { .. }) => panic!("{change:?}"),
                    change => self.told.push(word(&change)),
                }
            }
            let (listed, is_quiet, states) = listed(client);
            let shown = self.shown();
            if is_quiet && shown == listed && is_done(self) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "listed {states:?}\nshown {shown:?}\ntold {:?}",
                self.told
            );
        }
    }

    /// The same until this was told, and nothing else.
    #[track_caller]
    fn follow(&mut self, client: &mut Client, expected: &[&str]) {
        self.settle(client, |this| this.told.len() >= expected.len());
        assert_eq!(self.told, expected);
        self.told.clear();
    }

    fn shown(&self) -> Sas {
        let table = self.watch.table();
        table
            .iter()
            .map(|sa| {
                let children = sa.children.iter();
                let children = children.map(|child| (child.id, child.name.to_string()));
                let host = sa.ike.ends.remote_host.to_string();
                (
                    sa.ike.id,
                    (sa.ike.name.to_string(), host, children.collect()),
                )
            })
            .collect()
    }
}

/// What is up, whether nothing else is listed, and all of it.
fn listed(client: &mut Client) -> (Sas, bool, Vec<String>) {
    let (mut sas, mut is_quiet, mut states) = (Sas::new(), true, Vec::new());
    let mut items = client.stream(&ListSas::new()).unwrap();
    for item in &mut items {
        let item = item.unwrap();
        let sa = item.ike_sa;
        states.push(format!("{}[{}] {}", item.name, sa.uniqueid, sa.state));
        for child in sa.children() {
            states.push(format!("{{{}}} {}", child.uniqueid.unwrap(), child.state));
        }
        // A replaced child stays for a while, of IKEv1 until it expires.
        let up = |state: &ChildState| *state == ChildState::Installed;
        let old = |state: &ChildState| matches!(state, ChildState::Rekeyed | ChildState::Deleted);
        // One that lost when both rekeyed waits for its peer.
        let is_gone = matches!(sa.state, IkeState::Rekeyed | IkeState::Deleting);
        let is_still = sa.tasks_active.is_none() && sa.tasks_queued.is_none();
        is_quiet &= is_gone || (sa.state == IkeState::Established && is_still);
        let is_settled = |state: &ChildState| up(state) || old(state);
        is_quiet &= sa.children().all(|child| is_settled(&child.state));
        if sa.state == IkeState::Established {
            let children = sa.children().filter(|child| up(&child.state));
            let children = children.map(|child| {
                (
                    child.uniqueid.unwrap(),
                    child.name.as_ref().unwrap().to_string(),
                )
            });
            let host = sa.remote_host.to_string();
            sas.insert(
                sa.uniqueid,
                (item.name.to_string(), host, children.collect()),
            );
        }
    }
    items.finish().unwrap();
    (sas, is_quiet, states)
}

fn initiate(client: &mut Client) {
    let request = Initiate::new().ike("home").child("net").timeout(10_000);
    client.call(&request).unwrap();
}

/// Both ends follow the same.
fn follow(lab: &Lab, watched: &mut [Watched; 2], expected: &[&str]) {
    let [at_moon, at_sun] = watched;
    at_moon.follow(&mut lab.moon.client(), expected);
    at_sun.follow(&mut lab.sun.client(), expected);
}

/// Both ends, with a tunnel between them, if that is wanted of the connection as it is.
fn tunnel(lab: &Lab) -> [Watched; 2] {
    let mut both = [watched(&lab.moon), watched(&lab.sun)];
    initiate(&mut lab.moon.client());
    follow(lab, &mut both, &["listed", "home[1] up", "net{1} up"]);
    both
}

fn rekeying_is_followed(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    load_psk(&mut moon, &mut sun);
    let mut both = tunnel(lab);
    moon.call(&Rekey::new().child("net")).unwrap();
    follow(lab, &mut both, &["net{1} is net{2}"]);
    sun.call(&Rekey::new().ike("home")).unwrap();
    follow(lab, &mut both, &["home[1] is home[2]"]);

    // Whoever comes now finds the same.
    let mut late = watched(&lab.moon);
    late.follow(&mut moon, &["listed"]);
    assert_eq!(late.watch.table(), both[0].watch.table());
    let ping = "moon ping -q -c 3 -i 0.2 -w 5 -I 10.1.0.1 10.2.0.1";
    lab.namespaces.run(ping);
    let traffic: Vec<_> = late.watch.traffic().unwrap().collect();
    assert_eq!(traffic.len(), 1);
    assert_eq!((traffic[0].0, traffic[0].1.packets_in), (2, 3));

    moon.call(&Terminate::new().child("net")).unwrap();
    follow(lab, &mut both, &["net{2} down"]);
    sun.call(&Terminate::new().ike("home")).unwrap();
    follow(lab, &mut both, &["home[2] down"]);
    late.follow(&mut moon, &["net{2} down", "home[2] down"]);
    assert!(late.watch.table().is_empty());
}

/// While nothing gets through, so that the requests of both cross.
fn both_rekey_at_once(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    load_psk(&mut moon, &mut sun);
    let mut both = tunnel(lab);
    for request in [Rekey::new().child("net"), Rekey::new().ike("home")] {
        for _ in 0..2 {
            let before = [both[0].shown(), both[1].shown()];
            lab.namespaces.run("moon ip link set veth0 down");
            moon.call(&request).unwrap();
            sun.call(&request).unwrap();
            lab.namespaces.run("moon ip link set veth0 up");
            both[0].settle(&mut moon, |this| this.shown() != before[0]);
            both[1].settle(&mut sun, |this| this.shown() != before[1]);
        }
    }
    for watched in &both {
        let table = watched.watch.table();
        assert_eq!((table.len(), table.children()), (1, 1));
        say(&format!("{}: {:?}", test_name(), watched.told));
    }
}

fn reauthentication_is_followed(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    load_psk(&mut moon, &mut sun);
    let mut both = tunnel(lab);
    moon.call(&Rekey::new().ike("home").reauth(true)).unwrap();
    let [at_moon, at_sun] = &mut both;
    for (watched, client) in [(at_moon, &mut moon), (at_sun, &mut sun)] {
        watched.settle(client, |this| this.told.len() >= 4);
        // The new one is made before the old one is closed, or behind.
        watched.told.sort();
        let told = ["home[1] down", "home[2] up", "net{1} down", "net{2} up"];
        assert_eq!(watched.told, told);
    }
}

fn tunnels_of_ikev1_are_followed(lab: &mut Lab) {
    if lab.generation == "forky" {
        return say(&format!("{}: 6.1 has no IKEv1", test_name()));
    }
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    for (client, own, peer) in [(&mut moon, &MOON, &SUN), (&mut sun, &SUN, &MOON)] {
        let home = conn(own, peer).version(IkeVersion::V1);
        let home = psk(home.proposals(["aes128-sha256-modp3072"]), own, peer);
        let child = net(own, peer).esp_proposals(["aes128gcm16"]);
        client
            .call(&LoadConn::new("home", home.child("net", child)))
            .unwrap();
        load_secret(client, "what they share");
    }
    let mut both = tunnel(lab);
    moon.call(&Rekey::new().child("net")).unwrap();
    follow(lab, &mut both, &["net{1} is net{2}"]);
    // It is another IKE_SA, to which the child goes.
    moon.call(&Rekey::new().ike("home")).unwrap();
    follow(
        lab,
        &mut both,
        &["home[2] up", "net{2} goes on", "home[1] down"],
    );
    moon.call(&Terminate::new().ike("home")).unwrap();
    follow(lab, &mut both, &["net{2} down", "home[2] down"]);
}

fn an_address_that_moves_is_followed(lab: &mut Lab) {
    // There is no other way than that of IPv4.
    lab.namespaces
        .run("moon ip address del 2001:db8::1/64 dev veth0");
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    load_psk(&mut moon, &mut sun);
    // From whatever address it has.
    let home = psk(conn(&MOON, &SUN).local_addrs(["%any"]), &MOON, &SUN);
    let home = home.child("net", net(&MOON, &SUN));
    moon.call(&LoadConn::new("home", home)).unwrap();
    let [mut at_moon, mut at_sun] = tunnel(lab);
    lab.namespaces
        .run("moon ip address del 192.0.2.1/24 dev veth0");
    lab.namespaces
        .run("moon ip address add 192.0.2.11/24 dev veth0");
    let has_moved = |this: &Watched| this.told.iter().any(|told| told == "home[1] moved");
    at_moon.settle(&mut moon, has_moved);
    at_sun.settle(&mut sun, has_moved);
    let ends = |watched: &Watched| watched.watch.table().get(1).unwrap().ike.ends.clone();
    assert_eq!(ends(&at_moon).local_host, "192.0.2.11");
    assert_eq!(ends(&at_sun).remote_host, "192.0.2.11");
    for told in [&at_moon.told, &at_sun.told] {
        assert_eq!(told[0], "home[1] moved");
        // Where the kernel can't move the child it is rekeyed, by one of them or by both.
        let is_rekeyed = |told: &String| told.contains("} is net{");
        assert!(told[1..].iter().all(is_rekeyed), "{told:?}");
    }
}

fn a_peer_that_is_dead_is_followed(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    load_psk(&mut moon, &mut sun);
    let home = psk(conn(&MOON, &SUN).dpd_delay("1s"), &MOON, &SUN);
    let home = home.child("net", net(&MOON, &SUN));
    moon.call(&LoadConn::new("home", home)).unwrap();
    let [mut at_moon, _] = tunnel(lab);
    lab.namespaces.run("sun ip link set veth0 down");
    at_moon.settle(&mut moon, |this| this.watch.table().is_empty());
    assert_eq!(at_moon.told, ["net{1} down", "home[1] down"]);
}

/// A daemon that builds tunnels with itself, and can be killed.
struct Lonely {
    generation: &'static str,
    dir: tempfile::TempDir,
    process: Child,
}

impl Lonely {
    fn spawn(generation: &str, dir: &std::path::Path) -> Child {
        // Without root there is no other network, and the script says so.
        let enter = "[ \"$(id -u)\" = 0 ] || exec \"$@\"
            exec unshare --net sh -c 'ip link set lo up && exec \"$@\"' - \"$@\"";
        Command::new("sh")
            .args(["-c", enter, "-"])
            .arg(script("charon"))
            .args(["--gateway", generation])
            .arg(dir)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn config(&self) -> Config {
        Config::new()
            .address(self.dir.path().join("charon.vici"))
            .connect_limit(PATIENCE)
            .timeout(PATIENCE)
    }

    /// A client, when it is started and has two ends of a tunnel.
    fn tunnel(&self) -> Client {
        let mut client = self.config().connect().unwrap();
        let auth = || ConnAuth::new().auth("psk").id("me");
        let home = Conn::new()
            .version(IkeVersion::V2)
            .local_addrs(["127.0.0.1"])
            .remote_addrs(["127.0.0.1"])
            .unique(Unique::Never)
            .proposals(["aes128-sha256-x25519"])
            .local(auth())
            .remote(auth());
        client.call(&LoadConn::new("home", home)).unwrap();
        let secret = LoadShared::new(SharedType::Ike, "what it shares");
        client.call(&secret).unwrap();
        client
            .call(&Initiate::new().ike("home").timeout(10_000))
            .unwrap();
        client
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Lonely {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn killed(generation: &'static str) {
    let dir = tempfile::Builder::new().prefix("vici").tempdir().unwrap();
    let process = Lonely::spawn(generation, dir.path());
    let mut daemon = Lonely {
        generation,
        dir,
        process,
    };
    let deadline = Instant::now() + PATIENCE;
    while daemon
        .config()
        .connect_limit(Duration::from_millis(200))
        .connect()
        .is_err()
    {
        if let Some(reason) = left_out(&mut daemon.process, "daemons/charon") {
            return leave_out(&test_name(), &reason);
        }
        assert!(Instant::now() < deadline, "it does not start");
    }
    let mut client = daemon.tunnel();
    let mut watched = Watched {
        watch: Watch::connect(&daemon.config()).unwrap(),
        told: Vec::new(),
    };
    // Two of one name.
    watched.follow(&mut client, &["listed"]);
    assert_eq!(watched.watch.table().named("home").count(), 2);
    let before = watched.watch.table().clone();

    daemon.kill();
    let change = watched.watch.next(Some(PATIENCE)).unwrap().unwrap();
    assert_eq!(word(&change), "disconnected");
    assert_eq!(watched.watch.next(Some(Duration::ZERO)).unwrap(), None);
    assert_eq!(*watched.watch.table(), before);
    fs::remove_file(daemon.dir.path().join("charon.vici")).unwrap();
    daemon.process = Lonely::spawn(daemon.generation, daemon.dir.path());
    let mut client = daemon.tunnel();
    watched.settle(&mut client, |this| this.told.len() >= 5);
    // Of the same numbers, and others nevertheless.
    let told: Vec<&str> = watched.told.iter().map(String::as_str).collect();
    let down = ["connected again", "home[1] down", "home[2] down"];
    assert_eq!(told[..3], down);
    let mut up = told[3..].to_vec();
    up.sort_unstable();
    assert_eq!(up, ["home[1] up", "home[2] up"]);
}

mod a_daemon_that_is_killed_is_followed {
    #[test]
    fn bookworm() {
        super::killed("bookworm");
    }

    #[test]
    fn trixie() {
        super::killed("trixie");
    }

    #[test]
    fn forky() {
        super::killed("forky");
    }
}
