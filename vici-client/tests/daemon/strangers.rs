//! Clients that are not of this project see the same of a real daemon and of its simulated twin:
//! strongSwan's Ruby gem, Perl module, libvici and swanctl, and PyPI's `vici`.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use vici_client::Client;
use vici_testing::{Peer, SimulatedDaemon};
use vici_types::{ControlLog, ListAuthorities, Log, ReloadSettings, Version};

use crate::charon::{Charon, PATIENCE, each_generation, script};
use crate::parity::{generation, output};
use crate::shared::outside::{LEFT_OUT, leave_out};

each_generation! {
    twins_raise_what_suites_of_clients_wait_for
    the_same_story_is_told_of_twins
    swanctl_prints_the_same_of_twins
}

/// The simulated twin of a daemon, in a network where nobody answers either.
fn twin(charon: &Charon) -> SimulatedDaemon {
    let daemon = SimulatedDaemon::of(generation(charon));
    daemon.set_peer("127.0.0.2", Peer::Silent);
    daemon
}

/// govici and others reload the settings to have something logged, and count on it: on that each who
/// has registered gets each of these events, in order, and who has ended that none.
fn twins_raise_what_suites_of_clients_wait_for(charon: &Charon) {
    let simulated = twin(charon);
    let real = || charon.direct();
    let ours = || simulated.connect().unwrap();
    let connects: [&dyn Fn() -> Client; 2] = [&real, &ours];
    for connect in connects {
        let [mut one, mut other] = [connect(), connect()];
        assert!(!one.call(&Version::new()).unwrap().daemon.is_empty());
        let authorities = one.stream(&ListAuthorities::new()).unwrap();
        assert_eq!(authorities.map(Result::unwrap).count(), 0);

        one.subscribe::<ControlLog>().unwrap();
        for client in [&mut one, &mut other] {
            client.subscribe::<Log>().unwrap();
        }
        let logged = |client: &mut Client| {
            let event = client.next_event(Some(PATIENCE)).unwrap().unwrap();
            assert_eq!(event.name(), "log");
            let log: Log = event.decode().unwrap();
            (log.group.to_string(), log.msg.to_string())
        };
        for _ in 0..4 {
            one.call(&ReloadSettings::new()).unwrap();
        }
        let first = logged(&mut one);
        assert_eq!(first.0, "CFG");
        for _ in 0..3 {
            assert_eq!(logged(&mut one), first);
        }
        for _ in 0..4 {
            assert_eq!(logged(&mut other), first);
        }

        one.unsubscribe::<Log>().unwrap();
        one.call(&ReloadSettings::new()).unwrap();
        assert_eq!(logged(&mut other), first);
        one.call(&Version::new()).unwrap();
        assert!(one.next_event(Some(Duration::ZERO)).unwrap().is_none());
    }
}

fn the_same_story_is_told_of_twins(charon: &Charon) {
    let simulated = twin(charon);
    let uri = simulated.server().listen().unwrap();
    let ours = uri.strip_prefix("unix://").unwrap();
    let real = charon.dir().join("charon.vici");
    for (stranger, release) in STRANGERS {
        for socket in [&real, Path::new(ours)] {
            let mut command = Command::new("timeout");
            command.args(["-k", "1", "30"]).arg(script("stranger"));
            command.arg(stranger).arg(socket).args(*release);
            let told = command.output().unwrap();
            let errors = String::from_utf8_lossy(&told.stderr);
            if told.status.code() == Some(LEFT_OUT) {
                leave_out(stranger, errors.trim());
                break;
            }
            assert!(told.status.success(), "{stranger} {release:?}: {errors}");
            let told = String::from_utf8_lossy(&told.stdout);
            let socket = socket.display();
            assert_eq!(told, STORY, "{stranger} {release:?} at {socket}");
        }
    }
}

/// Who tells it, of which release where there are several.
const STRANGERS: &[(&str, Option<&str>)] = &[
    ("ruby", None),
    ("perl", None),
    ("python", None),
    ("libvici", Some("bookworm")),
    ("libvici", Some("trixie")),
    ("libvici", Some("forky")),
];

const STORY: &str = "\
    daemon charon\n\
    conn home to 127.0.0.2\n\
    refused unknown option: frob, config discarded\n\
    refused CHILD_SA 'net' not established after 300ms\n\
    sas 1\n\
    refused unload: connection 'home' not found\n\
    conns 0\n";

fn swanctl_prints_the_same_of_twins(charon: &Charon) {
    let simulated = twin(charon);
    let dir = tempfile::Builder::new().prefix("vici").tempdir().unwrap();
    let socket = dir.path().join("seen.vici");
    simulated.server().listen_unix(&socket).unwrap();
    let dirs = [charon.dir(), dir.path()];
    for dir in dirs {
        std::fs::create_dir_all(dir.join("swanctl")).unwrap();
        std::fs::write(dir.join("swanctl/swanctl.conf"), CONFIG).unwrap();
    }
    let print = |words: &[&str]| {
        dirs.map(|dir| {
            let dir = dir.display().to_string();
            output("swanctl", &[&[charon.generation(), &dir], words].concat())
        })
    };
    let mut lines = 0;
    for words in [
        &["--load-all"][..],
        &["--list-conns"],
        &["--list-conns", "--raw"],
        &["--list-conns", "--pretty"],
        &["--list-pools", "--leases"],
        &["--list-algs"],
        &["--list-sas"],
        &["--list-pols", "--trap"],
        &["--install", "--child", "net"],
        &["--list-pols", "--trap"],
        &["--uninstall", "--child", "net"],
        &["--load-conns"],
    ] {
        let [real, ours] = print(words);
        assert_eq!(real, ours, "swanctl {words:?}");
        lines += real.lines().count();
    }
    assert!(lines > 50, "{lines}");
}

const CONFIG: &str = "
connections {
  home {
    version = 2
    local_addrs = 192.0.2.7
    # Else it is what the system has given the daemon.
    local_port = 500
    remote_addrs = 192.0.2.1
    pools = road
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
        local_ts = 10.2.0.0/16
        remote_ts = 10.1.0.0/16
        life_time = 1h
      }
    }
  }
  work {
    local_port = 500
    remote_addrs = 192.0.2.2
    reauth_time = 1h
    proposals = aes256-sha384-ecp384
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
