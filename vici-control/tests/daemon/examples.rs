//! The examples, as their users run them.

use crate::built;
use crate::charon::{Charon, each_generation};

each_generation! {
    a_file_is_loaded_checked_and_reconciled
    metrics_are_of_what_is_there
}

/// Runs an example: its status, and what it prints.
fn run(charon: &Charon, example: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let output = built::example(example)
        .args(arguments)
        .env("VICI_URI", charon.uri())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let folder = charon.folder().display().to_string();
    (output.status.code(), text.replace(&folder, "/d"))
}

fn a_file_is_loaded_checked_and_reconciled(charon: &Charon) {
    let conf = charon.folder().join("swanctl.conf");
    let conf = conf.to_str().unwrap();
    charon.write(
        "swanctl.conf",
        "connections {\n  a {\n    dpd_delay = 30 s s\n  }\n  b { }\n}\n",
    );
    let mistake = "/d/swanctl.conf:3: connections.a.dpd_delay: must be one whole number with s, m, h or d \
        behind it, such as 90m\n";
    assert_eq!(
        run(charon, "check_swanctl", &[conf]),
        (Some(1), mistake.to_owned())
    );
    assert_eq!(run(charon, "load_all", &[conf]).0, Some(1));

    charon.write(
        "swanctl.conf",
        "connections {\n  a {\n    dpd_delay = 30s\n  }\n  b { }\n}\n",
    );
    assert_eq!(
        run(charon, "check_swanctl", &[conf]),
        (Some(0), "nothing is wrong\n".to_owned())
    );
    assert_eq!(run(charon, "load_all", &[conf]).0, Some(0));
    let mut conns = charon.loaded().conns;
    conns.sort();
    assert_eq!(conns, ["a", "b"]);

    // Nothing is to be done; then there is drift, which is mended.
    let state = charon.folder().join("state");
    let options = [conf, "--state", state.to_str().unwrap()];
    assert_eq!(run(charon, "reconcile", &options).0, Some(0));
    charon.write(
        "swanctl.conf",
        "connections {\n  a {\n    dpd_delay = 40s\n  }\n}\n",
    );
    let plan = "unload connection b\n  is not wanted\nreplace connection a\n  dpd_delay: wanted 40s, loaded 30\n\
        0 to load, 1 to replace, 1 to unload\n";
    assert_eq!(
        run(charon, "reconcile", &options),
        (Some(2), plan.to_owned())
    );
    let applying = [&options[..], &["--apply"]].concat();
    let report = format!("{plan}2 done, 0 failed, 0 left out\n");
    assert_eq!(run(charon, "reconcile", &applying), (Some(0), report));
    assert_eq!(run(charon, "reconcile", &options).0, Some(0));

    // From TOML and YAML, for what has a name that begins so.
    charon.write(
        "wanted.toml",
        "[connections.x-a]\nremote_addrs = [\"192.0.2.4\"]\n",
    );
    charon.write(
        "wanted.yaml",
        "connections:\n  x-a:\n    remote_addrs: [192.0.2.5]\n",
    );
    for (file, word) in [("wanted.toml", "load"), ("wanted.yaml", "replace")] {
        let path = charon.folder().join(file);
        let options = [path.to_str().unwrap(), "--prefix", "x-", "--apply"];
        let (status, text) = run(charon, "reconcile", &options);
        assert_eq!(status, Some(0), "{text}");
        assert!(
            text.starts_with(&format!("{word} connection x-a\n")),
            "{text}"
        );
    }
    let mut conns = charon.loaded().conns;
    conns.sort();
    assert_eq!(conns, ["a", "x-a"]);
}

fn metrics_are_of_what_is_there(charon: &Charon) {
    charon.write(
        "swanctl.conf",
        "connections {\n  a {\n    children {\n      net { }\n    }\n  }\n}\n\
         pools {\n  p {\n    addrs = 10.9.0.0/24\n  }\n}\n",
    );
    let conf = charon.folder().join("swanctl.conf");
    assert_eq!(
        run(charon, "load_all", &[conf.to_str().unwrap()]).0,
        Some(0)
    );
    let (status, text) = run(charon, "exporter", &[]);
    assert_eq!(status, Some(0), "{text}");
    for line in [
        "strongswan_up{daemon=\"default\"} 1",
        "strongswan_child_sas{daemon=\"default\",ike=\"a\",child=\"net\"} 0",
        "strongswan_pool_size{daemon=\"default\",pool=\"p\"} 254",
        "strongswan_ike_events_total{daemon=\"default\",event=\"ike-init-out-req\"} 0",
    ] {
        assert!(text.lines().any(|other| other == line), "{line}\n{text}");
    }
}
