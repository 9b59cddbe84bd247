use vici_client::Client;
use vici_client::vici_types::{StatsResponse, Version};

fn main() {
    let mut client = Client::connect().unwrap();
    let _: StatsResponse = client.call(&Version::default()).unwrap();
}
