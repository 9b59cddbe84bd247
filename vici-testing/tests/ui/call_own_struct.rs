use vici_client::Client;

struct ReloadEverything {
    force: bool,
}

fn main() {
    let mut client = Client::connect().unwrap();
    client.call(&ReloadEverything { force: true }).unwrap();
}
