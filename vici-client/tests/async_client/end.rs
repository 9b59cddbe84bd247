//! The end of a connection, from either side.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use vici_client::{AsyncClient, Error, Message};

use crate::peer::connected;
use crate::support::{CONFIRM, ListItems, Note, Ping, item, note, pong};

#[tokio::test]
async fn driver_ends_with_the_last_handle() {
    let (client, mut peer, driver) = connected(1024);
    let other = client.clone();
    drop(client);
    let call = other.call(&Ping::default());
    drop(other);
    // The call holds the connection open.
    peer.expect_request("ping").await;
    drop(call);
    driver.await.unwrap().unwrap();
    assert_eq!(peer.read().await, None);

    let (client, mut peer, driver) = connected(1024);
    let items = client.stream(&ListItems::default()).unwrap();
    drop(client);
    peer.expect_register("item").await;
    drop(items);
    driver.await.unwrap().unwrap();
}

#[tokio::test]
async fn end_of_the_connection_wakes_everybody_with_the_reason() {
    let (client, mut peer, driver) = connected(64 * 1024);
    let daemon = tokio::spawn(async move {
        peer.expect_register("note").await;
        peer.send(CONFIRM).await;
        peer.expect_register("item").await;
        peer.send_all(&[CONFIRM, item(1), note(2)]).await;
        peer.expect_request("list-items").await;
    });
    let mut notes = client.subscribe::<Note>().await.unwrap();
    let mut items = client.stream(&ListItems::default()).unwrap();
    let call = client.call(&Ping::default());
    let subscribing = client.subscribe_names(&["other"]);
    let (call, subscribing, closed, again) =
        tokio::join!(call, subscribing, client.closed(), client.closed());
    assert!(matches!(call, Err(Error::Closed)));
    assert!(matches!(subscribing, Err(Error::Closed)));
    assert!(matches!((closed, again), (Error::Closed, Error::Closed)));
    // What had come is still there.
    assert_eq!(items.next().await.unwrap().unwrap().number, 1);
    assert!(matches!(items.next().await, Some(Err(Error::Closed))));
    assert!(items.next().await.is_none());
    assert!(matches!(items.finish().await, Err(Error::Closed)));
    assert_eq!(notes.next().await.unwrap().unwrap().number, 2);
    assert!(notes.next().await.is_none());
    // And from now on it is told at once.
    assert!(client.is_closed());
    assert!(matches!(
        client.call(&Ping::default()).await,
        Err(Error::Closed)
    ));
    assert!(matches!(
        client.stream(&ListItems::default()),
        Err(Error::Closed)
    ));
    assert!(matches!(client.closed().await, Error::Closed));
    assert!(matches!(driver.await.unwrap(), Err(Error::Closed)));
    daemon.await.unwrap();
}

#[tokio::test]
async fn fault_of_the_daemon_is_told_to_all() {
    let (client, mut peer, driver) = connected(1024);
    let first = client.call(&Ping::default());
    let second = client.call(&Ping::default());
    peer.expect_request("ping").await;
    peer.expect_fence().await;
    peer.expect_request("ping").await;
    peer.send_all(&[pong(1), pong(2)]).await;
    let text = "protocol error: the daemon sent a CMD_RESPONSE that was not asked for";
    assert_eq!(first.await.unwrap().number, 1);
    assert_eq!(second.await.unwrap_err().to_string(), text);
    let late = client.call_raw("late", &Message::new()).await;
    assert_eq!(late.unwrap_err().to_string(), text);
    assert_eq!(driver.await.unwrap().unwrap_err().to_string(), text);
}

/// A stream that fails.
struct Broken;

impl AsyncRead for Broken {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Err(io::ErrorKind::HostUnreachable.into()))
    }
}

impl AsyncWrite for Broken {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn failure_of_the_stream_is_told_with_its_cause() {
    let (client, driver) = AsyncClient::new(Broken);
    let first = client.call(&Ping::default());
    let second = client.call(&Ping::default());
    let ended = driver.await;
    for result in [ended.err(), first.await.err(), second.await.err()] {
        let Some(Error::Io(error)) = result else {
            panic!("{result:?}");
        };
        assert_eq!(error.kind(), io::ErrorKind::HostUnreachable);
    }
    assert!(matches!(client.closed().await, Error::Io(_)));
}

#[test]
fn runtime_that_ends_ends_what_is_open() {
    for threads in [None, Some(2)] {
        let runtime = match threads {
            None => tokio::runtime::Builder::new_current_thread().build(),
            Some(count) => tokio::runtime::Builder::new_multi_thread()
                .worker_threads(count)
                .build(),
        };
        let runtime = runtime.unwrap();
        let (client, call, peer) = runtime.block_on(async {
            let (client, mut peer, _) = connected(1024);
            let call = client.call(&Ping::default());
            peer.expect_request("ping").await;
            (client, call, peer)
        });
        drop(runtime);
        assert!(client.is_closed());
        let other = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        assert!(matches!(other.block_on(call), Err(Error::Closed)));
        assert!(matches!(other.block_on(client.closed()), Error::Closed));
        drop(peer);
    }
}

#[tokio::test]
async fn driver_that_is_never_run_sends_nothing() {
    let (ours, _theirs) = tokio::io::duplex(64);
    let (client, driver) = AsyncClient::new(ours);
    let call = client.call(&Ping::default());
    drop(driver);
    assert!(matches!(call.await, Err(Error::Closed)));
}
