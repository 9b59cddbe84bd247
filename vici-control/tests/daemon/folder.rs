//! A folder with a `swanctl.conf`, and plans for it.

use std::path::Path;
use std::process::Command;

use vici_control::{Config, Memory, OnRefusal, Plan, Scope};

use crate::charon::Charon;
use crate::outside::is_there;

pub(crate) const CONF: &str = "
base {
  version = 2
  dpd_delay = 30s
  local {
    auth = psk
    id = moon.example.org
  }
}
connections {
  home : base {
    remote_addrs = 192.0.2.1, 2001:db8::1
    proposals = aes256-sha256-x25519
    pools = home
    rekey_time = 4h
    remote {
      auth = psk
      id = sun.example.org
    }
    children {
      net {
        remote_ts = 10.2.0.0/16
        mode = tunnel
        updown = /bin/true
        mark_in = 7
      }
      dmz {
        remote_ts = 10.3.0.0/16
      }
    }
  }
  office {
    local_addrs = 192.0.2.7
    remote_addrs = 192.0.2.2
    local {
      auth = pubkey
      certs = rsa.pem
    }
    remote {
      auth = pubkey
      cacerts = ca.der
    }
  }
}
pools {
  home {
    addrs = 10.9.0.0/24
    dns = 192.0.2.53
  }
}
secrets {
  ike-home {
    id-1 = moon.example.org
    id-2 = sun.example.org
    secret = swordfish
  }
}
authorities {
  ca {
    cacert = ca.der
    crl_uris = http://192.0.2.1/ca.crl
  }
}
";

pub(crate) fn openssl(charon: &Charon, words: &str) {
    let output = Command::new("openssl")
        .args(words.split(' '))
        .current_dir(charon.folder())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {words}: {errors}");
}

/// Writes the folder; false if there is no OpenSSL to make its keys.
pub(crate) fn write(charon: &Charon) -> bool {
    charon.write("swanctl.conf", CONF);
    let ca = include_bytes!("../../../vici-testing/tests/shared/ca.der");
    charon.write("x509ca/ca.der", ca);
    for folder in ["private", "x509", "ecdsa"] {
        std::fs::create_dir(charon.folder().join(folder)).unwrap();
    }
    if !is_there(Path::new("openssl"), "openssl to make keys") {
        return false;
    }
    openssl(
        charon,
        "genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out private/rsa.pem",
    );
    openssl(
        charon,
        "req -x509 -key private/rsa.pem -out x509/rsa.pem -days 10 -subj /CN=moon.example.org",
    );
    openssl(
        charon,
        "ecparam -name prime256v1 -genkey -noout -out ecdsa/ec.pem",
    );
    // It takes calculating to tell which one it is.
    if cfg!(feature = "decrypt") {
        openssl(charon, "genpkey -algorithm ed25519 -out private/ed.pem");
    }
    true
}

pub(crate) fn plan(charon: &Charon, config: &Config, memory: &Memory) -> Plan {
    Plan::new(config, &charon.loaded(), memory, &Scope::all())
}

pub(crate) fn apply(charon: &Charon, plan: &Plan, memory: &mut Memory) {
    let report = plan.apply(&mut charon.client(), memory, OnRefusal::GoOn);
    assert!(report.is_complete(), "{plan}{report}: {report:?}");
}
