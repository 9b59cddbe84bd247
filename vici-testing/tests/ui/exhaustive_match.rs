use vici_client::vici_types::LeaseStatus;

fn main() {
    let status = LeaseStatus::Online;
    match status {
        LeaseStatus::Online => {}
        LeaseStatus::Offline => {}
        LeaseStatus::Other(_) => {}
    }
}
