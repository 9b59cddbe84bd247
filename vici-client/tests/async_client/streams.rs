//! Streams of items, and those that are not read.

use vici_client::proto::Packet;
use vici_client::{Error, Message};

use crate::peer::{Peer, connected, converse};
use crate::support::{CONFIRM, EMPTY, Gather, ListItems, OK, Ping, REFUSE, item, pong};

/// The daemon's part of a whole stream, of two items and in between what is none.
async fn serve_items(daemon: &mut Peer, message: &'static [u8]) {
    daemon.expect_register("item").await;
    daemon.expect_request("list-items").await;
    daemon.expect_unregister("item").await;
    let bad = Packet::Event {
        name: "item",
        message,
    };
    daemon
        .send_all(&[CONFIRM, item(1), bad, item(2), EMPTY, CONFIRM])
        .await;
}

#[tokio::test]
async fn stream_yields_each_item_and_the_response() {
    converse(
        async |daemon| {
            serve_items(daemon, b"\x03\x06number\x00\x01x").await;
            daemon.expect_register("item").await;
            daemon.expect_request("list-items").await;
            daemon.expect_unregister("item").await;
            daemon
                .send_all(&[CONFIRM, item(3), item(4), EMPTY, CONFIRM])
                .await;
        },
        async |client| {
            let mut items = client.stream(&ListItems::default()).unwrap();
            assert_eq!(items.next().await.unwrap().unwrap().number, 1);
            // It goes on behind an item that does not fit.
            let error = items.next().await.unwrap().unwrap_err();
            assert!(matches!(error, Error::Decode { .. }));
            assert_eq!(items.next().await.unwrap().unwrap().number, 2);
            assert!(items.next().await.is_none());
            assert!(items.next().await.is_none());
            items.finish().await.unwrap();
            // The items that are left are skipped.
            let mut items = client.stream(&ListItems::default()).unwrap();
            assert_eq!(items.next().await.unwrap().unwrap().number, 3);
            items.finish().await.unwrap();
        },
    )
    .await;
}

#[tokio::test]
async fn items_are_read_where_they_lie() {
    #[derive(serde_derive::Deserialize)]
    struct Borrowed<'a> {
        number: &'a str,
    }

    converse(
        async |daemon| {
            serve_items(daemon, b"\x03\x05digit\x00\x01x").await;
        },
        async |client| {
            let mut items = client.stream(&ListItems::default()).unwrap();
            let first = items.next_as::<Borrowed<'_>>().await.unwrap().unwrap();
            assert_eq!(first.number, "1");
            let error = items.next_as::<Borrowed<'_>>().await.unwrap().err();
            assert!(matches!(error, Some(Error::Decode { .. })));
            assert_eq!(items.next().await.unwrap().unwrap().number, 2);
            assert!(items.next_as::<Borrowed<'_>>().await.is_none());
            items.finish().await.unwrap();
        },
    )
    .await;
}

#[tokio::test]
async fn end_of_a_stream_is_told_once_and_by_finish() {
    let failed = Packet::CommandResponse {
        message: b"\x03\x07success\x00\x02no\x03\x06errmsg\x00\x04busy",
    };
    converse(
        async |daemon| {
            daemon.expect_register("item").await;
            daemon.send(REFUSE).await;
            daemon.expect_register("item").await;
            daemon.expect_request("list-items").await;
            daemon.expect_unregister("item").await;
            daemon
                .send_all(&[CONFIRM, Packet::CommandUnknown, CONFIRM])
                .await;
            daemon.expect_register("item").await;
            daemon.expect_request("list-items").await;
            daemon.expect_unregister("item").await;
            daemon.send_all(&[CONFIRM, failed, CONFIRM]).await;
        },
        async |client| {
            let mut items = client.stream(&Gather {}).unwrap();
            for _ in 0..2 {
                let ended = items.next().await;
                assert!(matches!(
                    ended,
                    None | Some(Err(Error::UnknownEvent { .. }))
                ));
            }
            let error = items.finish().await.unwrap_err();
            assert!(matches!(error, Error::UnknownEvent { name, .. } if name == "item"));

            let items = client.stream(&ListItems::default()).unwrap();
            let error = items.finish().await.unwrap_err();
            assert!(matches!(error, Error::UnknownCommand { .. }));

            let mut items = client.stream(&ListItems::default()).unwrap();
            assert!(items.next().await.is_none());
            let error = items.finish().await.unwrap_err();
            assert_eq!(error.to_string(), "`list-items` failed: busy");
        },
    )
    .await;
}

/// An item of a kilobyte.
fn large(number: u32) -> Vec<u8> {
    let mut message = b"\x03\x06number\x00\x08".to_vec();
    message.extend(format!("{number:08}").bytes());
    message.extend(b"\x03\x04fill\x04\x00");
    message.extend([b'x'; 1024]);
    message
}

#[tokio::test]
async fn stream_that_is_not_read_lets_the_daemon_wait() {
    let (client, mut peer, _driver) = connected(64 * 1024);
    let mut items = client.stream(&ListItems::default()).unwrap();
    peer.expect_register("item").await;
    peer.expect_request("list-items").await;
    peer.expect_unregister("item").await;
    peer.send(CONFIRM).await;
    let daemon = tokio::spawn(async move {
        for number in 0..20_000 {
            let message = large(number);
            peer.send(Packet::Event {
                name: "item",
                message: &message,
            })
            .await;
        }
        peer.send_all(&[EMPTY, CONFIRM]).await;
        peer
    });
    // Nobody waits for anything: after about a megabyte the rest is left with the daemon.
    for _ in 0..5000 {
        tokio::task::yield_now().await;
    }
    assert!(!daemon.is_finished(), "20 MB were read for nobody");
    for number in 0..20_000 {
        assert_eq!(items.next().await.unwrap().unwrap().number, number);
    }
    items.finish().await.unwrap();
    drop(daemon.await.unwrap());
}

#[tokio::test]
async fn call_is_answered_behind_a_stream_that_is_not_read() {
    let (client, mut peer, _driver) = connected(64 * 1024);
    let mut items = client.stream(&ListItems::default()).unwrap();
    let call = client.call(&Ping::default());
    let daemon = tokio::spawn(async move {
        peer.expect_register("item").await;
        peer.expect_request("list-items").await;
        peer.expect_unregister("item").await;
        peer.expect_request("ping").await;
        peer.send(CONFIRM).await;
        for number in 0..20_000 {
            let message = large(number);
            peer.send(Packet::Event {
                name: "item",
                message: &message,
            })
            .await;
        }
        peer.send_all(&[EMPTY, CONFIRM, pong(3)]).await;
        peer
    });
    assert_eq!(call.await.unwrap().number, 3);
    let peer = daemon.await.unwrap();
    for number in 0..20_000 {
        assert_eq!(items.next().await.unwrap().unwrap().number, number);
    }
    items.finish().await.unwrap();
    drop(peer);
}

#[tokio::test]
async fn stream_that_is_never_read_does_not_grow_without_end() {
    let (client, mut peer, _driver) = connected(1024 * 1024);
    let mut items = client.stream(&ListItems::default()).unwrap();
    let call = client.call(&Ping::default());
    let daemon = tokio::spawn(async move {
        peer.expect_register("item").await;
        peer.expect_request("list-items").await;
        peer.expect_unregister("item").await;
        peer.expect_request("ping").await;
        peer.send(CONFIRM).await;
        let message = vec![7; 500_000];
        for _ in 0..200 {
            peer.send(Packet::Event {
                name: "item",
                message: &message,
            })
            .await;
        }
        peer.send_all(&[OK, CONFIRM, pong(3)]).await;
        peer
    });
    assert_eq!(call.await.unwrap().number, 3);
    let peer = daemon.await.unwrap();
    let mut count = 0;
    let end = loop {
        match items.next().await {
            Some(Err(Error::Decode { raw, .. })) => {
                count += 1;
                assert_eq!(raw.len(), 500_000);
            }
            end => break end,
        }
    };
    assert!(matches!(end, Some(Err(Error::Overrun))), "{end:?}");
    assert_eq!(count, 64 * 1024 * 1024 / 500_000);
    assert!(items.next().await.is_none());
    assert!(matches!(items.finish().await, Err(Error::Overrun)));
    drop(peer);
}

#[tokio::test]
async fn dropped_response_to_get_is_told_at_once() {
    converse(
        async |daemon| {
            daemon.expect_request("get-numbers").await;
            daemon.expect_fence().await;
            daemon.send(REFUSE).await;
        },
        async |client| {
            let error = client.call_raw("get-numbers", &Message::new()).await;
            assert!(matches!(error, Err(Error::Dropped { .. })));
        },
    )
    .await;
}
