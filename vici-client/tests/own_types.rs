//! Commands, configurations and events that this project does not know.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

use std::collections::BTreeMap;

use serde_derive::{Deserialize, Serialize};
use vici_client::Message;
use vici_client::vici_types::{Command, Done, Event, GetConns, Request, StreamingCommand};
use vici_testing::{Commands, Server, SimulatedDaemon};

/// A command of a private plugin.
#[derive(Serialize)]
struct GetWeather {
    town: String,
}

#[derive(Deserialize)]
struct Weather {
    degrees: i32,
}

impl Request for GetWeather {
    const NAME: &'static str = "get-weather";

    type Response = Weather;
}

impl Command for GetWeather {}

#[test]
fn own_command_is_called() {
    let server = Server::new(Commands::new().on_raw("get-weather", |request, _| {
        assert_eq!(request.get::<String>("town")?, "Rapperswil");
        Ok(Message::new().key("degrees", -3))
    }));
    let mut client = server.connect().unwrap();
    let town = "Rapperswil".to_owned();
    assert_eq!(client.call(&GetWeather { town }).unwrap().degrees, -3);
}

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

#[test]
fn own_configuration_is_loaded() {
    let daemon = SimulatedDaemon::new();
    let mut client = daemon.connect().unwrap();
    let mine = Mine {
        remote_addrs: vec!["192.0.2.1".to_owned()],
        mobike: None,
    };
    let request = LoadMine(BTreeMap::from([("home".to_owned(), mine)]));
    assert!(client.call(&request).unwrap().success);
    assert_eq!(client.call(&GetConns::new()).unwrap().conns, ["home"]);
}

/// An event of a private plugin, which comes unasked and as the items of a list.
#[derive(Serialize, Deserialize)]
struct Storm {
    wind: u16,
}

impl Event for Storm {
    const NAME: &'static str = "storm";
}

#[derive(Serialize)]
struct ListStorms;

impl Request for ListStorms {
    const NAME: &'static str = "list-storms";

    type Response = Message;
}

impl StreamingCommand for ListStorms {
    type Event = Storm;
}

#[test]
fn own_event_is_subscribed_and_streamed() {
    let commands = Commands::new().event::<Storm>();
    let server = Server::new(commands.on_raw("list-storms", |_, call| {
        call.stream(&Storm { wind: 9 })?;
        Ok(Message::new())
    }));
    let mut client = server.connect().unwrap();
    let storms = client.stream(&ListStorms).unwrap();
    let winds: Vec<u16> = storms.map(|storm| storm.unwrap().wind).collect();
    assert_eq!(winds, [9]);

    client.subscribe::<Storm>().unwrap();
    server.raise(&Storm { wind: 12 }).unwrap();
    let event = client.next_event(None).unwrap().unwrap();
    assert_eq!(event.decode::<Storm>().unwrap().wind, 12);
}
