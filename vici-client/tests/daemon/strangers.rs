//! Clients that are not of this project see the same of a real daemon and of its simulated twin:
//! strongSwan's Ruby gem, Perl module, libvici and swanctl, and PyPI's `vici`.

use std::path::Path;
use std::process::Command;

use vici_testing::{Peer, SimulatedDaemon};

use crate::charon::{Charon, each_generation, script};
use crate::parity::{generation, output};
use crate::shared::outside::leave_out;

each_generation! {
    the_same_story_is_told_of_twins
    swanctl_prints_the_same_of_twins
}

/// The simulated twin of a daemon, in a network where nobody answers either.
fn twin(charon: &Charon) -> SimulatedDaemon {
    let daemon = SimulatedDaemon::of(generation(charon));
    daemon.set_peer("127.0.0.2", Peer::Silent);
    daemon
}

fn the_same_story_is_told_of_twins(charon: &Charon) {
    let simulated = twin(charon);
    let uri = simulated.server().listen().unwrap();
    let ours = uri.strip_prefix("unix://").unwrap();
    let real = charon.dir().join("charon.vici");
    for stranger in ["ruby", "perl", "python", "libvici"] {
        for socket in [&real, Path::new(ours)] {
            let mut command = Command::new("timeout");
            command.args(["-k", "1", "30"]).arg(script("stranger"));
            let told = command.arg(stranger).arg(socket).output().unwrap();
            let errors = String::from_utf8_lossy(&told.stderr);
            if told.status.code() == Some(77) {
                leave_out(stranger, errors.trim());
                break;
            }
            assert!(told.status.success(), "{stranger}: {errors}");
            let told = String::from_utf8_lossy(&told.stdout);
            assert_eq!(told, STORY, "{stranger} at {}", socket.display());
        }
    }
}

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
