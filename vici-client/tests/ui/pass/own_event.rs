use serde_derive::{Deserialize, Serialize};
use vici_client::Client;
use vici_client::vici_types::{Event, Request, StreamingCommand};

/// An event of a private plugin, which comes unasked and as the items of a list.
#[derive(Deserialize)]
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

    type Response = vici_client::Message;
}

impl StreamingCommand for ListStorms {
    type Event = Storm;
}

fn main() {
    let _ = |client: &mut Client| -> vici_client::Result<Vec<u16>> {
        client.subscribe::<Storm>()?;
        if let Some(event) = client.next_event(None)? {
            event.decode::<Storm>()?;
        }
        client.stream(&ListStorms)?.map(|storm| Ok(storm?.wind)).collect()
    };
}
