use serde_derive::{Deserialize, Serialize};
use vici_client::Client;
use vici_client::vici_types::{Command, Request};

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

fn main() {
    let call = |client: &mut Client| client.call(&GetWeather { town: "Rapperswil".to_owned() });
    let _ = |client: &mut Client| -> vici_client::Result<i32> { Ok(call(client)?.degrees) };
}
