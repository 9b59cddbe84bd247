use std::collections::BTreeMap;

use serde_derive::Serialize;
use vici_client::Client;
use vici_client::vici_types::{Command, Done, Request};

/// Connections in a form of one's own.
#[derive(Serialize)]
#[serde(transparent)]
struct LoadMine(BTreeMap<String, Mine>);

#[derive(Serialize)]
struct Mine {
    remote_addrs: Vec<String>,
    mobike: Option<bool>,
}

impl Request for LoadMine {
    const NAME: &'static str = "load-conn";

    type Response = Done;
}

impl Command for LoadMine {}

fn main() {
    let mine = Mine { remote_addrs: vec!["192.0.2.1".to_owned()], mobike: None };
    let request = LoadMine(BTreeMap::from([("home".to_owned(), mine)]));
    let _ = |client: &mut Client| client.call(&request).map(|done| done.success);
}
