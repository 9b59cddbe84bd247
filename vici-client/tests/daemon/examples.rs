//! The examples, as their users run them.

use std::process::{Command, Output, Stdio};

use vici_types::{GetAuthorities, GetConns, GetKeys, GetPools, GetShared, Terminate};

use crate::charon::{Charon, Daemon, each_generation};
use crate::lab::{Lab, each_lab, load_psk};
use crate::pki::Pki;
use crate::shared::built;
use crate::shared::outside::{PATIENCE, Running};

each_generation! {
    what_is_loaded_by_examples_is_there
    what_examples_print_is_so
    the_monitor_watches
    several_daemons_are_asked_in_one_thread
}

each_lab! {
    the_controller_keeps_a_tunnel_up
}

/// An example with these arguments, against a daemon.
fn command(daemon: &Daemon, example: &str, arguments: &[&str]) -> Command {
    let mut command = built::example(example);
    command.args(arguments).env("VICI_URI", daemon.uri());
    command
}

/// Runs an example to its end.
fn run(daemon: &Daemon, example: &str, arguments: &[&str]) -> Output {
    command(daemon, example, arguments).output().unwrap()
}

/// What an example that succeeds prints.
fn printed(charon: &Charon, example: &str, arguments: &[&str]) -> String {
    let output = run(charon, example, arguments);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{example}: {text}{errors}");
    text
}

fn what_is_loaded_by_examples_is_there(charon: &Charon) {
    let mut client = charon.client();

    assert_eq!(
        printed(charon, "site_to_site", &[]),
        "loaded vici-example-site\n"
    );
    assert_eq!(
        client.call(&GetShared::new()).unwrap().keys,
        ["vici-example-site"]
    );

    let pki = Pki::new();
    pki.issue("server");
    let files = ["server.crt", "server.key", "ca.crt"].map(|file| pki.path(file));
    let text = printed(
        charon,
        "road_warrior",
        &files.each_ref().map(String::as_str),
    );
    assert!(text.ends_with("loaded vici-example-rw\n"), "{text}");
    assert_eq!(client.call(&GetKeys::new()).unwrap().keys.len(), 1);
    let authorities = client.call(&GetAuthorities::new()).unwrap().authorities;
    assert_eq!(authorities, ["vici-example-rw"]);
    let pools = client.call(&GetPools::new()).unwrap().pools;
    assert!(pools.get("vici-example-rw").is_some());

    assert_eq!(
        printed(charon, "from_toml", &[]),
        "loaded vici-example-toml\nloaded vici-example-own\n"
    );
    assert_eq!(
        printed(charon, "from_yaml", &[]),
        "loaded vici-example-yaml\n"
    );
    let conns = client.call(&GetConns::new()).unwrap().conns;
    assert_eq!(
        conns,
        [
            "vici-example-site",
            "vici-example-rw",
            "vici-example-toml",
            "vici-example-own",
            "vici-example-yaml"
        ]
    );
}

fn what_examples_print_is_so(charon: &Charon) {
    let text = printed(charon, "version_and_stats", &[]);
    assert!(
        text.starts_with(&format!("charon {}\n", charon.version())),
        "{text}"
    );
    assert!(text.contains("\n0 IKE_SAs, 0 half open\n"), "{text}");

    assert_eq!(printed(charon, "list_tunnels", &[]), "0 IKE_SAs\n");

    let text = printed(charon, "raw", &["version"]);
    assert!(
        text.contains(&format!("\nversion = {}\n", charon.version())),
        "{text}"
    );
    printed(charon, "site_to_site", &[]);
    let text = printed(charon, "raw", &["list-conns", "ike=vici-example-site"]);
    assert!(text.starts_with("vici-example-site = {\n"), "{text}");

    // Nobody answers where this one leads to: what is logged is shown, and that it failed is told.
    let failed = run(charon, "initiate", &["vici-example-site", "no-such-child"]);
    let errors = String::from_utf8_lossy(&failed.stderr);
    assert!(!failed.status.success());
    assert!(
        errors.contains("CHILD_SA config 'no-such-child' not found"),
        "{errors}"
    );
}

fn the_monitor_watches(charon: &Charon) {
    let text = printed(charon, "monitor", &["1"]);
    let knows_alerts = charon.is_at_least([6, 0, 3]);
    assert_eq!(
        text.contains("this daemon does not know alert"),
        !knows_alerts,
        "{text}"
    );
    assert!(text.ends_with("watching\n"), "{text}");
}

fn several_daemons_are_asked_in_one_thread(charon: &Charon) {
    let uri = charon.uri();
    let socket = uri.strip_prefix("unix://").unwrap();
    let line = format!("{socket}: strongSwan {}, 0 IKE_SAs\n", charon.version());
    assert_eq!(
        printed(charon, "several_daemons", &[socket, socket]),
        line.repeat(2)
    );
    assert_eq!(printed(charon, "several_daemons", &[]), line);
}

fn the_controller_keeps_a_tunnel_up(lab: &mut Lab) {
    let (mut moon, mut sun) = (lab.moon.client(), lab.sun.client());
    load_psk(&mut moon, &mut sun);

    let mut controller = command(&lab.moon, "controller", &["home", "net"]);
    let mut controller = Running::spawn(controller.stdout(Stdio::piped()));
    let lines = controller.lines();
    let line = || lines.recv_timeout(PATIENCE).unwrap();
    assert_eq!(line(), "net is up");

    sun.call(&Terminate::new().ike("home")).unwrap();
    assert_eq!(line(), "home goes down");
    let mut next = line();
    while next == "home goes down" {
        next = line();
    }
    assert_eq!(next, "net is up");
}
