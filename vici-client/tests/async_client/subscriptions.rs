//! Events that come unasked.

use vici_client::proto::{EventLimits, Packet, WhenFull};
use vici_client::{Error, RawEvent};

use crate::peer::{connected, converse};
use crate::support::{CONFIRM, Item, Note, Ping, REFUSE, item, note, pong};

#[tokio::test]
async fn each_subscription_gets_its_events_in_order() {
    converse(
        async |daemon| {
            daemon.expect_register("note").await;
            daemon.send_all(&[note(1), CONFIRM]).await;
            daemon.expect_register("item").await;
            daemon.send(CONFIRM).await;
            daemon.send_all(&[item(2), note(3), item(4)]).await;
            daemon.expect_request("ping").await;
            daemon.send(pong(9)).await;
            daemon.expect_unregister("item").await;
            daemon.send(CONFIRM).await;
            daemon.expect_unregister("note").await;
        },
        async |client| {
            let mut notes = client.subscribe::<Note>().await.unwrap();
            let mut both = client.subscribe_names(&["note", "item"]).await.unwrap();
            assert_eq!(client.call(&Ping::default()).await.unwrap().number, 9);
            for number in [1, 3] {
                assert_eq!(notes.next().await.unwrap().unwrap().number, number);
            }
            let mut names = Vec::new();
            for _ in 0..3 {
                let event: RawEvent = both.next().await.unwrap().unwrap();
                names.push(event.name().to_owned());
            }
            assert_eq!(names, ["item", "note", "item"]);
            // The event of the other goes on.
            drop(both);
            tokio::task::yield_now().await;
            drop(notes);
            // The last packet is sent before the connection is closed.
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
        },
    )
    .await;
}

#[tokio::test]
async fn unknown_event_leaves_none_of_them_subscribed() {
    converse(
        async |daemon| {
            daemon.expect_register("item").await;
            daemon.expect_register("nothing").await;
            daemon.expect_register("zero").await;
            daemon.send_all(&[CONFIRM, REFUSE, CONFIRM]).await;
            let mut left = vec![daemon.read().await, daemon.read().await];
            left.sort_by_key(|sent| format!("{sent:?}"));
            assert_eq!(
                format!("{left:?}"),
                r#"[Some(Unregister("item")), Some(Unregister("zero"))]"#
            );
            daemon.send_all(&[CONFIRM, CONFIRM]).await;
            daemon.expect_request("ping").await;
            daemon.send(pong(1)).await;
        },
        async |client| {
            let events = ["zero", "item", "nothing", "item"];
            let error = client.subscribe_names(&events).await.unwrap_err();
            assert!(matches!(error, Error::UnknownEvent { name, .. } if name == "nothing"));
            client.call(&Ping::default()).await.unwrap();
        },
    )
    .await;
}

#[tokio::test]
async fn events_that_were_lost_are_told_in_their_place() {
    for (when_full, expected) in [
        (WhenFull::DropOldest, ["lost 3", "4", "5", "lost 1", "end"]),
        (WhenFull::DropNewest, ["1", "2", "lost 3", "lost 1", "end"]),
    ] {
        let (client, mut peer, _driver) = connected(64 * 1024);
        client.set_event_limits(EventLimits::new(2, 10_000, when_full));
        let daemon = tokio::spawn(async move {
            peer.expect_register("note").await;
            peer.send(CONFIRM).await;
            for number in 1..=5 {
                peer.send(note(number)).await;
            }
            peer.expect_request("ping").await;
            peer.send(pong(1)).await;
            peer
        });
        let mut notes = client.subscribe::<Note>().await.unwrap();
        client.call(&Ping::default()).await.unwrap();
        let mut peer = daemon.await.unwrap();
        assert_eq!(notes.dropped(), 3);
        let mut told = Vec::new();
        for _ in 0..3 {
            told.push(tell(notes.next().await));
        }
        // One that never fits.
        let message = vec![7; 20_000];
        peer.send(Packet::Event {
            name: "note",
            message: &message,
        })
        .await;
        told.push(tell(notes.next().await));
        drop(peer);
        told.push(tell(notes.next().await));
        assert_eq!(told, expected, "{when_full:?}");
        assert_eq!(notes.dropped(), 4);
        assert!(notes.next().await.is_none());
    }
}

fn tell(next: Option<vici_client::Result<Note>>) -> String {
    match next {
        Some(Ok(note)) => note.number.to_string(),
        Some(Err(Error::Lagged { dropped, .. })) => format!("lost {dropped}"),
        Some(Err(error)) => error.to_string(),
        None => "end".to_owned(),
    }
}

#[tokio::test]
async fn undecodable_event_is_an_error_and_the_next_one_comes() {
    let (client, mut peer, _driver) = connected(64 * 1024);
    let daemon = tokio::spawn(async move {
        peer.expect_register("note").await;
        let message = b"\x03\x06number\x00\x01x";
        let bad = Packet::Event {
            name: "note",
            message,
        };
        peer.send_all(&[CONFIRM, bad, note(2)]).await;
    });
    let mut notes = client.subscribe::<Note>().await.unwrap();
    let error = notes.next().await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Decode { .. }));
    assert_eq!(notes.next().await.unwrap().unwrap().number, 2);
    daemon.await.unwrap();
}

#[tokio::test]
async fn same_event_is_registered_once_for_all() {
    converse(
        async |daemon| {
            daemon.expect_register("item").await;
            daemon.send(CONFIRM).await;
            daemon.expect_request("ping").await;
            daemon.send_all(&[item(1), pong(1)]).await;
            daemon.expect_unregister("item").await;
        },
        async |client| {
            let (first, second) =
                tokio::join!(client.subscribe::<Item>(), client.subscribe::<Item>());
            let (mut first, mut second) = (first.unwrap(), second.unwrap());
            let mut third = client.subscribe::<Item>().await.unwrap();
            client.call(&Ping::default()).await.unwrap();
            for items in [&mut first, &mut second, &mut third] {
                assert_eq!(items.next().await.unwrap().unwrap().number, 1);
            }
            drop(first);
            drop(third);
            drop(second);
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
        },
    )
    .await;
}
