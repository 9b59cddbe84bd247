//! The secrets of a `swanctl.conf` are gone from memory when it is. In a process of its own, as it looks
//! at all memory.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

#[path = "../../vici-client/tests/support/memory.rs"]
mod memory;

use std::fs::File;
use std::io::Write;

use memory::{Hidden, forgetful_daemon};
use vici_client::Client;
use vici_control::{Config, Loaded, Memory, OnRefusal, Plan, Scope};
use zeroize::Zeroize;

#[test]
fn no_secret_stays_in_memory() {
    for len in [20, 3000] {
        let secret = Hidden::new(len);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("swanctl.conf");
        let mut shown = secret.show();
        let mut file = File::create(&path).unwrap();
        file.write_all(b"# A comment.\nsecrets { ike-moon { id = moon.example.org\n secret = \"")
            .unwrap();
        file.write_all(&shown).unwrap();
        file.write_all(b"\"\n } }\n").unwrap();
        shown.zeroize();

        let config = Config::read(&path).unwrap();
        assert!(secret.count() > 0, "it would not be found");
        let (stream, daemon) = forgetful_daemon();
        let mut client = Client::new(stream);
        let loaded = Loaded::ask(&mut client).unwrap();
        let mut memory = Memory::new();
        let plan = Plan::new(&config, &loaded, &memory, &Scope::all());
        let report = plan.apply(&mut client, &mut memory, OnRefusal::Stop);
        assert_eq!(report.failures(&plan).count(), 0);
        let printed = format!("{plan} {plan:?} {config:?} {memory:?}");
        drop((config, plan));
        assert_eq!(secret.count(), 0, "of {len} bytes, with the client");
        drop((client, memory, printed));
        daemon.join().unwrap();
        assert_eq!(secret.count(), 0, "of {len} bytes");
    }
}
