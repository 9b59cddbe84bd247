//! Items of streams as types of one's own.

#![allow(clippy::unwrap_used, reason = "tests")]

use serde_derive::Deserialize;
use vici_serde::{Message, Section};
use vici_types::*;

#[derive(Debug, PartialEq, Deserialize)]
struct Sa {
    state: IkeState,
}

fn item<R: StreamingCommand>(_: &R, message: &Message) -> R::Event {
    vici_serde::from_message(message).unwrap()
}

#[test]
fn a_known_command_streams_structs_of_ones_own() {
    let request = ListSas::new().ike("home").items_as::<Entry<Sa>>();
    let sa = Section::new().key("state", "ESTABLISHED").key("more", "x");
    let item = item(&request, &Message::new().section("home", sa));
    assert_eq!(item.name, "home");
    assert_eq!(item.into_inner().value.state, IkeState::Established);
}

#[test]
fn the_request_stays_what_it_is() {
    fn parts<R: Request>(request: &R) -> (&'static str, Vec<u8>, bool) {
        let bytes = vici_serde::to_vec(request).unwrap();
        (R::NAME, bytes, request.check().is_ok())
    }
    fn event<R: StreamingCommand>(_: &R) -> &'static str {
        R::Event::NAME
    }
    fn is_command(_: &impl Command) {}

    let wrong = ListSas::new().ike_id(0);
    assert_eq!(parts(&wrong.clone().items_as::<Empty>()), parts(&wrong));
    let initiate = Initiate::new().ike("home").timeout(1500);
    let own = initiate.clone().items_as::<Message>();
    assert_eq!(parts(&own), parts(&initiate));
    assert_eq!(event(&own), "control-log");
    assert_eq!(own.wait(), initiate.wait());
    is_command(&own);
    assert_eq!(own.into_inner(), initiate);
}

#[test]
fn an_entry_is_one_section_whatever_stands_beside_it() {
    let message = Message::new()
        .key("up", "yes")
        .section("up", Section::new().key("state", "REKEYING"))
        .section("other", Section::new());
    let entry: Entry<Sa> = vici_serde::from_message(&message).unwrap();
    assert_eq!(
        (entry.name.as_str(), entry.value.state),
        (Some("up"), IkeState::Rekeying)
    );
    let error = vici_serde::from_message::<Entry<Sa>>(&Message::new()).unwrap_err();
    assert!(
        error.to_string().starts_with("missing a section"),
        "{error}"
    );
}
