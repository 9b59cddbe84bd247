//! Clients that are not of this project: swanctl and the Python package.

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use vici_client::Message;
use vici_testing::SimulatedDaemon;
use vici_types::{ChildUpdown, IkeUpdown, ListSas};

use crate::shared::built::example;
use crate::shared::outside::{PATIENCE, Running, is_there};

/// A daemon, where it listens, and a folder.
struct Place {
    daemon: SimulatedDaemon,
    uri: String,
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let daemon = SimulatedDaemon::new();
        let uri = daemon.server().listen().unwrap();
        let dir = tempfile::tempdir().unwrap();
        Self { daemon, uri, dir }
    }

    /// Runs swanctl to its end, and returns what it prints. Its errors are not in it: they begin with
    /// the plugins of the machine that can't be loaded.
    fn swanctl(&self, args: &[&str]) -> String {
        let (success, text, errors) = self.run_swanctl(args);
        assert!(success, "swanctl {args:?}:\n{text}{errors}");
        text
    }

    /// Runs swanctl to a bad end, and returns its errors.
    fn swanctl_fails(&self, args: &[&str]) -> String {
        let (success, text, errors) = self.run_swanctl(args);
        assert!(!success, "swanctl {args:?}:\n{text}{errors}");
        errors
    }

    fn run_swanctl(&self, args: &[&str]) -> (bool, String, String) {
        let mut command = self.swanctl_command(args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Running::spawn(&mut command).finish()
    }

    /// A process that is swanctl itself, as its parents replace themselves.
    fn swanctl_command(&self, args: &[&str]) -> Command {
        // Without a terminal it would keep back what it prints.
        let mut command = Command::new("stdbuf");
        command.args(["-oL", "swanctl"]);
        command.args(args);
        command.args(["--uri", &self.uri]);
        // It reads no configuration of this machine.
        command.env("SWANCTL_DIR", self.dir.path());
        command.stdin(Stdio::null());
        command
    }

    /// Runs the script in Python.
    fn python(&self, python: &Path, what: &str) -> Running {
        let path = self.uri.strip_prefix("unix://").unwrap();
        let mut command = Command::new(python);
        command.args(["-", path, what]).stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = Running::spawn(&mut command);
        let mut stdin = running.0.stdin.take().unwrap();
        stdin.write_all(include_bytes!("stranger.py")).unwrap();
        running
    }

    fn write_config(&self) {
        let path = self.dir.path().join("swanctl.conf");
        std::fs::write(path, CONFIG).unwrap();
    }
}

fn has_swanctl() -> bool {
    is_there(Path::new("swanctl"), "swanctl")
}

#[test]
fn swanctl_loads_and_lists() {
    if !has_swanctl() {
        return;
    }
    let place = Place::new();
    place.write_config();
    assert!(place.swanctl(&["--version", "--daemon"]).contains("5.9.8"));
    let stats = place.swanctl(&["--stats"]);
    assert!(stats.contains("IKE_SAs: 0 total, 0 half-open"), "{stats}");
    let algorithms = place.swanctl(&["--list-algs"]);
    assert!(algorithms.contains("AES_CBC[openssl]"), "{algorithms}");

    let loaded = place.swanctl(&["--load-conns"]);
    assert!(
        loaded.contains("successfully loaded 2 connections, 0 unloaded"),
        "{loaded}"
    );
    let loaded = place.swanctl(&["--load-pools"]);
    assert!(loaded.contains("loaded pool 'road'"), "{loaded}");
    let loaded = place.swanctl(&["--load-creds"]);
    assert!(loaded.contains("loaded ike secret 'ike-1'"), "{loaded}");

    let listed = place.swanctl(&["--list-conns"]);
    assert_eq!(
        listed,
        "home: IKEv2, no reauthentication, rekeying every 14400s\n  \
           local:  192.0.2.7\n  \
           remote: 192.0.2.1\n  \
           local pre-shared key authentication:\n    \
             id: carol\n  \
           remote pre-shared key authentication:\n    \
             id: moon\n  \
           net: TUNNEL, rekeying every 3600s\n    \
             local:  dynamic\n    \
             remote: 10.1.0.0/16\n\
         work: IKEv1/2, reauthentication every 3600s, no rekeying\n  \
           local:  %any\n  \
           remote: work.example.org\n  \
           local public key authentication:\n    \
             id: C=CH, O=x, CN=carol\n  \
           remote unspecified authentication:\n"
    );
    let pools = place.swanctl(&["--list-pools"]);
    assert!(pools.starts_with("road "), "{pools}");
    assert!(pools.trim_end().ends_with("0 / 0 / 254"), "{pools}");
    let raw = place.swanctl(&["--list-pools", "--raw"]);
    assert_eq!(
        raw.trim(),
        "get-pools reply {road {base=10.3.0.0 size=254 online=0 offline=0}}"
    );
    let pretty = place.swanctl(&["--list-conns", "--pretty"]);
    assert!(
        pretty.starts_with("list-conn event {\n  home {\n"),
        "{pretty}"
    );

    // What is not in the file any more is unloaded.
    std::fs::write(place.dir.path().join("swanctl.conf"), "connections {\n}\n").unwrap();
    let loaded = place.swanctl(&["--load-conns"]);
    assert!(loaded.contains("2 unloaded"), "{loaded}");
    assert_eq!(place.swanctl(&["--list-conns"]), "");
}

#[test]
fn swanctl_initiates_and_terminates() {
    if !has_swanctl() {
        return;
    }
    let place = Place::new();
    place.write_config();
    place.swanctl(&["--load-conns"]);
    let text = place.swanctl_fails(&["--initiate", "--child", "net"]);
    assert!(
        text.contains("initiate failed: establishing CHILD_SA 'net' failed"),
        "{text}"
    );
    place.swanctl(&["--load-creds"]);

    let text = place.swanctl(&["--initiate", "--child", "net"]);
    assert!(
        text.starts_with("[IKE] initiating IKE_SA home[2] to 192.0.2.1\n"),
        "{text}"
    );
    assert!(
        text.ends_with("initiate completed successfully\n"),
        "{text}"
    );
    let text = place.swanctl(&["--list-sas"]);
    assert!(text.starts_with("home: #2, ESTABLISHED, IKEv2, "), "{text}");
    assert!(text.contains("local  'carol' @ 192.0.2.7[4500]"), "{text}");
    assert!(
        text.contains("net: #1, reqid 1, INSTALLED, TUNNEL, ESP:AES_GCM_16-128"),
        "{text}"
    );
    let text = place.swanctl(&["--list-sas", "--raw"]);
    assert!(
        text.starts_with("list-sa event {home {uniqueid=2 version=2 "),
        "{text}"
    );
    let text = place.swanctl(&["--counters"]);
    assert!(text.contains("ike-auth-in-resp      : 1"), "{text}");
    let text = place.swanctl(&["--rekey", "--child", "net"]);
    assert!(text.contains("rekey completed successfully"), "{text}");

    let text = place.swanctl(&["--terminate", "--ike", "home"]);
    assert!(
        text.ends_with("terminate completed successfully\n"),
        "{text}"
    );
    let text = place.swanctl_fails(&["--terminate", "--ike", "home"]);
    assert!(
        text.contains("no matching SAs to terminate found"),
        "{text}"
    );
    assert_eq!(place.swanctl(&["--list-sas"]), "");
}

#[test]
fn swanctl_monitors() {
    if !has_swanctl() {
        return;
    }
    let place = Place::new();
    place.write_config();
    place.swanctl(&["--load-conns"]);
    place.swanctl(&["--load-creds"]);
    let mut command = place.swanctl_command(&["--monitor-sa", "--raw"]);
    command.stdout(Stdio::piped());
    let mut monitor = Running::spawn(&mut command);
    let lines = monitor.lines();
    let server = place.daemon.server();
    assert!(server.wait_for_registration::<IkeUpdown>(PATIENCE));
    assert!(server.wait_for_registration::<ChildUpdown>(PATIENCE));
    // It drops events until it has taken note of the confirmation, which it does not tell.
    let ready = "child-updown event {}";
    let raise = |_| {
        server.raise_raw("child-updown", &Message::new()).unwrap();
        lines.recv_timeout(PATIENCE / 1000).ok()
    };
    assert_eq!((0..1000).find_map(raise).as_deref(), Some(ready));

    assert!(place.daemon.peer_initiates("home", Some("net")));
    let line = || {
        let line = || lines.recv_timeout(PATIENCE).unwrap();
        std::iter::repeat_with(line)
            .find(|line| line != ready)
            .unwrap()
    };
    let text = line();
    assert!(
        text.starts_with("ike-updown event {up=yes home {uniqueid=1 "),
        "{text}"
    );
    let text = line();
    assert!(
        text.starts_with("child-updown event {up=yes home {"),
        "{text}"
    );
    place.daemon.peer_terminates("home");
    let text = line();
    assert!(
        text.starts_with("ike-updown event {home {uniqueid=1 "),
        "{text}"
    );
}

#[test]
fn python_package_does_what_it_does_with_a_daemon() {
    let cache = env::var_os("VICI_DAEMONS").unwrap_or("/var/cache/vici-daemons".into());
    let python = PathBuf::from(cache).join("python-vici-6.0.3/bin/python");
    if !is_there(&python, "Python with the package vici (daemons/prepare)") {
        return;
    }
    let place = Place::new();
    let talking = place.python(&python, "talk");
    assert_done(talking);
    // What it brought up is there for others.
    let mut client = place.daemon.connect().unwrap();
    assert_eq!(client.stream(&ListSas::new()).unwrap().count(), 1);

    assert_eq!(place.daemon.peer_terminates("home"), 1);
    let listening = place.python(&python, "listen");
    let server = place.daemon.server();
    assert!(server.wait_for_registration::<ChildUpdown>(PATIENCE));
    assert!(place.daemon.peer_initiates("home", Some("net")));
    assert_done(listening);
}

#[test]
fn example_serves_until_its_input_is_closed() {
    let dir = tempfile::tempdir().unwrap();
    let uri = format!("unix://{}", dir.path().join("charon.vici").display());
    let mut command = example("simulated_daemon");
    command
        .arg(&uri)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut example = Running::spawn(&mut command);
    let lines = example.lines();
    let line = lines.recv_timeout(PATIENCE).unwrap();
    assert_eq!(line, format!("listening at {uri}"));
    let mut client = vici_client::Client::connect_uri(&uri).unwrap();
    assert_eq!(client.stream(&ListSas::new()).unwrap().count(), 0);

    drop(example.0.stdin.take());
    assert!(lines.recv_timeout(PATIENCE).is_err());
    assert!(example.0.wait().unwrap().success());
    assert!(!dir.path().join("charon.vici").exists());
}

/// A script that has to come to a good end.
fn assert_done(script: Running) {
    let (success, text, errors) = script.finish();
    assert!(success, "{text}{errors}");
    assert_eq!(text.lines().last(), Some("done"), "{text}{errors}");
}

const CONFIG: &str = "
connections {
  home {
    version = 2
    local_addrs = 192.0.2.7
    remote_addrs = 192.0.2.1
    local {
      auth = psk
      id = carol
    }
    remote {
      auth = psk
      id = moon
    }
    children {
      net {
        remote_ts = 10.1.0.0/16
      }
    }
  }
  work {
    remote_addrs = work.example.org
    reauth_time = 1h
    local {
      auth = pubkey
      id = \"C=CH,O=x, CN=carol\"
    }
  }
}
secrets {
  ike-1 {
    id-1 = carol
    secret = swordfish
  }
}
pools {
  road {
    addrs = 10.3.0.0/24
    dns = 10.1.0.53
  }
}
";
