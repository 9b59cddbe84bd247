//! Futures and streams that are dropped.

use std::time::Duration;

use tokio::task::JoinSet;
use vici_client::proto::Packet;
use vici_client::{AsyncClient, Message};
use vici_testing::{Commands, Server};

use crate::asking::Random;
use crate::calls::connect;
use crate::peer::{connected, converse};
use crate::support::{CONFIRM, EMPTY, Gather, Item, ListItems, Note, Ping, REFUSE, item, pong};

#[tokio::test]
async fn what_was_not_sent_is_never_sent() {
    // The stream takes ten bytes: the first request is cut, and all behind it waits.
    let (client, mut peer, _driver) = connected(10);
    let first = client.call(&Ping::default());
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    let second = client.call_raw("second", &Message::new());
    let stream = client.stream(&ListItems::default()).unwrap();
    let third = client.call_raw("third", &Message::new());
    tokio::task::yield_now().await;
    drop(second);
    drop(stream);
    drop(first);
    peer.expect_request("ping").await;
    // Two commands are kept apart, by what is left of the stream.
    peer.expect_unregister("item").await;
    peer.expect_request("third").await;
    peer.send(pong(1)).await;
    peer.send(REFUSE).await;
    peer.send(Packet::CommandResponse { message: b"" }).await;
    assert_eq!(third.await.unwrap(), Message::new());
}

#[tokio::test]
async fn answer_to_a_call_that_was_dropped_is_skipped() {
    converse(
        async |daemon| {
            daemon.expect_request("ping").await;
            daemon.expect_fence().await;
            daemon.expect_request("ping").await;
            daemon.send_all(&[pong(1), REFUSE, pong(2)]).await;
        },
        async |client| {
            let dropped = client.call(&Ping::default());
            let timeout = tokio::time::timeout(Duration::ZERO, dropped);
            assert!(timeout.await.is_err());
            assert_eq!(client.call(&Ping::default()).await.unwrap().number, 2);
        },
    )
    .await;
}

#[tokio::test]
async fn stream_that_is_dropped_is_not_registered_any_more() {
    converse(
        async |daemon| {
            daemon.expect_register("item").await;
            daemon.send(CONFIRM).await;
            daemon.expect_request("gather").await;
            daemon.expect_unregister("item").await;
            daemon.send_all(&[item(1), item(2)]).await;
            daemon.expect_request("ping").await;
            daemon.send_all(&[item(3), EMPTY, CONFIRM, pong(7)]).await;
        },
        async |client| {
            let mut items = client.stream(&Gather {}).unwrap();
            assert_eq!(items.next().await.unwrap().unwrap().number, 1);
            drop(items);
            assert_eq!(client.call(&Ping::default()).await.unwrap().number, 7);
        },
    )
    .await;
}

#[tokio::test]
async fn subscription_that_is_dropped_on_its_way_is_ended_again() {
    converse(
        async |daemon| {
            daemon.expect_register("note").await;
            daemon.send(CONFIRM).await;
            daemon.expect_unregister("note").await;
            daemon.send(CONFIRM).await;
            daemon.expect_register("item").await;
            // Dropped before it is confirmed.
            daemon.expect_unregister("item").await;
            daemon.expect_request("ping").await;
            daemon.send_all(&[CONFIRM, CONFIRM, pong(5)]).await;
        },
        async |client| {
            // The confirmation comes, and nobody is there to see it.
            let mut subscribing = Box::pin(client.subscribe::<Note>());
            assert!(poll_once(&mut subscribing).await.is_none());
            while !format!("{client:?}").contains("open: OpenRequests { entries: []") {
                tokio::task::yield_now().await;
            }
            drop(subscribing);
            let mut subscribing = Box::pin(client.subscribe::<Item>());
            assert!(poll_once(&mut subscribing).await.is_none());
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            drop(subscribing);
            assert_eq!(client.call(&Ping::default()).await.unwrap().number, 5);
            assert!(
                format!("{client:?}").contains("registrations: {}"),
                "{client:?}"
            );
        },
    )
    .await;
}

async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(match std::pin::Pin::new(&mut *future).poll(context) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_calls_dropped_at_random_shift_nothing() {
    let commands = Commands::new()
        .on_raw("echo", |message, _| Ok(message))
        .event_raw("item")
        .event_raw("note")
        .on_raw("list-items", |message, call| {
            for _ in 0..3 {
                call.stream_raw("item", &message)?;
            }
            Ok(message)
        });
    let server = Server::new(commands);
    let (client, driver) = AsyncClient::new(connect(&server).await);
    let driver = tokio::spawn(driver);
    let mut tasks = JoinSet::new();
    for task in 0..8_u64 {
        let client = client.clone();
        tasks.spawn(async move {
            let mut random = Random(task + 1);
            let (mut ended, mut dropped) = (0, 0);
            for round in 0..500 {
                let message = Message::new().key("number", task * 1000 + round);
                let limit = Duration::from_micros(random.below(400));
                let done = match random.below(4) {
                    0 => tokio::time::timeout(limit, stream(&client, &message))
                        .await
                        .is_ok(),
                    1 => tokio::time::timeout(limit, client.subscribe::<Note>())
                        .await
                        .is_ok(),
                    _ => match tokio::time::timeout(limit, client.call_raw("echo", &message)).await
                    {
                        Ok(echo) => {
                            assert_eq!(echo.unwrap(), message);
                            true
                        }
                        Err(_) => false,
                    },
                };
                *if done { &mut ended } else { &mut dropped } += 1;
            }
            (ended, dropped)
        });
    }
    let (mut ended, mut dropped) = (0, 0);
    while let Some(counts) = tasks.join_next().await {
        let counts = counts.unwrap();
        ended += counts.0;
        dropped += counts.1;
    }
    println!("{ended} ended, {dropped} dropped");
    assert!(ended > 100 && dropped > 100);
    let last = Message::new().key("last", 1);
    assert_eq!(client.call_raw("echo", &last).await.unwrap(), last);
    assert_eq!(server.registrations("item"), 0);
    assert_eq!(server.registrations("note"), 0);
    drop(client);
    driver.await.unwrap().unwrap();
}

async fn stream(client: &AsyncClient, message: &Message) {
    let mut items = client.stream_raw("list-items", "item", message).unwrap();
    for _ in 0..3 {
        assert_eq!(items.next().await.unwrap().unwrap(), *message);
    }
    assert_eq!(items.finish().await.unwrap(), *message);
}
