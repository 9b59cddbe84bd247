use vici_client::Client;
use vici_client::vici_types::Version;

fn main() {
    let mut client = Client::connect().unwrap();
    client.stream(&Version::default()).unwrap();
}
