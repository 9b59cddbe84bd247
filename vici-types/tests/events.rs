//! What any event tells of its connection and IKE_SA.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::frames;
use vici_types::*;

/// All recorded events, and those of them that are about an IKE_SA.
fn events() -> impl Iterator<Item = AnyEvent> {
    frames("events.jsonl").into_iter().map(|frame| {
        let mut deserializer = vici_serde::Deserializer::from_slice(&frame.message);
        let event = AnyEvent::deserialize(&frame.name, &mut deserializer);
        event.unwrap().unwrap()
    })
}

#[test]
fn every_event_about_an_ike_sa_tells_which() {
    let mut about = std::collections::BTreeMap::new();
    for event in events() {
        let (connection, sa) = (event.connection(), event.ike_sa());
        if let Some(sa) = &sa {
            assert!(connection.is_some(), "{event:?}");
            assert_eq!(event.ike_id(), Some(sa.uniqueid), "{event:?}");
        }
        let all = (connection.is_some(), sa.is_some(), event.ike_id().is_some());
        about.entry(event.name()).or_insert(all);
    }
    let has = |name: &str| about[name];
    for name in [
        "list-sa",
        "ike-updown",
        "ike-rekey",
        "ike-update",
        "child-updown",
        "child-rekey",
    ] {
        assert_eq!(has(name), (true, true, true), "{name}");
    }
    assert_eq!(has("list-conn"), (true, false, false));
    assert_eq!(has("list-cert"), (false, false, false));
    assert_eq!(has("list-authority"), (false, false, false));
    assert!(!has("control-log").1);
}

#[test]
fn a_rekeying_tells_the_new_ones() {
    let mut seen = (0, 0);
    for event in events() {
        match &event {
            AnyEvent::IkeRekey(rekey) => {
                assert_eq!(&*event.ike_sa().unwrap(), rekey.new_ike_sa());
                assert_ne!(rekey.old_ike_sa().uniqueid, rekey.new_ike_sa().uniqueid);
                seen.0 += 1;
            }
            AnyEvent::ChildRekey(rekey) => {
                let sa = event.ike_sa().unwrap();
                assert_eq!(sa.children().next(), rekey.new_child());
                assert_eq!(sa.remote_id, rekey.ike_sa.remote_id);
                seen.1 += 1;
            }
            _ => {}
        }
    }
    assert!(seen.0 > 0 && seen.1 > 0, "{seen:?}");
}

#[test]
fn counters_are_listed_by_name() {
    let frames = frames("responses.jsonl");
    let frame = frames.iter().find(|frame| {
        let response = vici_serde::from_slice::<GetCountersResponse>(&frame.message);
        frame.name == "get-counters" && response.is_ok_and(|counters| counters.global().is_some())
    });
    let message = &frame.unwrap().message;
    let response: GetCountersResponse = vici_serde::from_slice(message).unwrap();
    let tree: vici_serde::Message = vici_serde::from_slice(message).unwrap();
    let counters = tree.find("counters").unwrap().as_section().unwrap();
    let (_, counters) = counters.iter().next().unwrap();
    let listed = response.global().unwrap().iter();
    let listed: Vec<_> = listed
        .map(|(name, count)| (name.to_owned(), count))
        .collect();
    let expected: Vec<_> = counters
        .as_section()
        .unwrap()
        .iter()
        .map(|(name, count)| {
            let name = String::from_utf8(name.to_vec()).unwrap();
            (name, count.as_str().unwrap().parse().unwrap())
        })
        .collect();
    assert_eq!(listed, expected);
}
