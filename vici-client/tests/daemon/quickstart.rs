//! The example of the README.

use vici_types::GetConns;

use crate::charon::{Charon, each_generation};
use crate::shared::built::example;

each_generation! {
    the_quickstart_does_what_it_says
}

fn the_quickstart_does_what_it_says(charon: &Charon) {
    let example = example("quickstart")
        .env("VICI_URI", charon.uri())
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&example.stdout);
    let errors = String::from_utf8_lossy(&example.stderr);
    assert!(example.status.success(), "{output}{errors}");
    let lines: Vec<_> = output.lines().collect();
    assert_eq!(lines.len(), 4, "{output}");
    assert!(lines[0].starts_with("connected to charon "), "{output}");
    assert_eq!(lines[1], "loaded vici-example-quickstart");
    assert_eq!(
        lines[2],
        "listed vici-example-quickstart: child net from [\"dynamic\"] to [\"10.1.0.0/16\"]"
    );
    assert_eq!(lines[3], "unloaded vici-example-quickstart");
    assert!(
        charon
            .client()
            .call(&GetConns::default())
            .unwrap()
            .conns
            .is_empty()
    );
}
