use vici_client::Client;
use vici_client::vici_types::{ListSas, Version};

fn main() {
    let mut client = Client::connect().unwrap();
    let sas = client.stream(&ListSas::default()).unwrap();
    client.call(&Version::default()).unwrap();
    for sa in sas {
        println!("{sa:?}");
    }
}
