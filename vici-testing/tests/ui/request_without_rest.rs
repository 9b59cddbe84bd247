use vici_client::vici_types::ListConns;

fn main() {
    let _ = ListConns { ike: None };
}
