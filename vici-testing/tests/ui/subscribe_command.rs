use vici_client::Client;
use vici_client::vici_types::ListSas;

fn main() {
    let mut client = Client::connect().unwrap();
    client.subscribe::<ListSas>().unwrap();
}
