use vici_client::Client;

fn main() {
    let mut client = Client::connect().unwrap();
    client.call(&"version").unwrap();
}
