//! Calls, and what they promise.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use serde::ser::SerializeStruct;
use tokio::task::JoinSet;
use vici_client::{AsyncClient, Error, Message, tokio as vici};
use vici_testing::{Commands, Refusal, Server};

use crate::peer::{connected, converse};
use crate::support::{Done, ListItems, OK, Ping, pong};

fn is_send_and_static<T: Send + 'static>(_: &T) {}

#[test]
fn all_is_send_and_lives_for_as_long_as_one_likes() {
    fn promised<T: Clone + Send + Sync + 'static>() {}
    promised::<AsyncClient>();
    fn sent<T: Send + Sync + 'static>() {}
    sent::<vici::Call<Ping>>();
    sent::<vici::RawCall>();
    sent::<vici::StreamingCall<ListItems>>();
    sent::<vici::RawStreamingCall>();
    sent::<vici::Driver<tokio::io::DuplexStream>>();
    sent::<vici::Subscription<vici_client::RawEvent>>();
}

#[tokio::test]
async fn calls_are_sent_in_the_order_in_which_they_are_made() {
    converse(
        async |daemon| {
            for (index, name) in ["first", "ping", "last"].into_iter().enumerate() {
                if index > 0 {
                    daemon.expect_fence().await;
                }
                daemon.expect_request(name).await;
            }
            let fence = vici_client::proto::Packet::EventUnknown;
            daemon.send_all(&[OK, fence, pong(2), fence, OK]).await;
        },
        async |client| {
            let first = client.call_raw("first", &Message::new());
            // The request is gone by now, and the future can be sent anywhere.
            let second = client.call(&Ping::default());
            is_send_and_static(&second);
            let last = client.call_raw("last", &Message::new());
            // Awaited in any order.
            last.await.unwrap();
            assert_eq!(tokio::spawn(second).await.unwrap().unwrap().number, 2);
            first.await.unwrap();
        },
    )
    .await;
}

#[tokio::test]
async fn errors_are_those_of_the_blocking_client() {
    let commands = Commands::new()
        .on_raw("ping", |_, _| Err(Refusal::new("busy")))
        .on_raw("get-odd", |_, _| Ok(Message::new()));
    let server = Server::new(commands);
    let stream = connect(&server).await;
    let (client, driver) = AsyncClient::new(stream);
    tokio::spawn(driver);

    let error = client.call(&Ping::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "`ping` failed: busy");
    let error = client
        .call_raw("no-such", &Message::new())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::UnknownCommand { name, .. } if name == "no-such"));
    // Nothing was sent, which the future tells.
    let error = client.call_raw("odd\n", &Message::new()).await.unwrap_err();
    assert!(matches!(error, Error::InvalidRequest { .. }));
    let mut long = Message::new();
    for number in 0..10 {
        long = long.key(format!("{number}"), "x".repeat(60_000));
    }
    let error = client.call_raw("long", &long).await.unwrap_err();
    assert!(matches!(error, Error::Encode { .. }), "{error:?}");
    let error = client.list(&ListItems::default()).await.unwrap_err();
    assert!(matches!(error, Error::UnknownEvent { name, .. } if name == "item"));
    client.call_raw("get-odd", &Message::new()).await.unwrap();
}

pub(crate) async fn connect(server: &Server) -> tokio::net::UnixStream {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("vici");
    server.listen_unix(&path).unwrap();
    tokio::net::UnixStream::connect(&path).await.unwrap()
}

/// A waker that uses the client would hang if anything were locked while it runs.
#[test]
fn nothing_is_locked_while_code_of_a_user_runs() {
    struct Meddler(AsyncClient);

    impl std::task::Wake for Meddler {
        fn wake(self: Arc<Self>) {
            drop(self.0.call(&Ping::default()));
        }
    }

    /// Encodes by asking the client.
    struct Nested(AsyncClient);

    impl serde::Serialize for Nested {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            drop(self.0.call(&Ping::default()));
            serializer.serialize_struct("Nested", 0)?.end()
        }
    }

    impl vici_client::vici_types::Request for Nested {
        const NAME: &'static str = "nested";
        type Response = Done;
    }

    impl vici_client::vici_types::Command for Nested {}

    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (client, mut peer, _driver) = connected(1024);
        let mut nested = client.call(&Nested(client.clone()));
        let meddler = Arc::new(Meddler(client.clone())).into();
        let mut context = std::task::Context::from_waker(&meddler);
        assert!(
            std::pin::Pin::new(&mut nested)
                .poll(&mut context)
                .is_pending()
        );
        peer.expect_request("nested").await;
        peer.send(OK).await;
        // Woken by the driver, the meddler has called, and left.
        let mut waited = 0;
        poll_fn(|context| {
            waited += 1;
            assert!(waited < 1000, "nobody was woken");
            let mut own = std::task::Context::from_waker(&meddler);
            if std::pin::Pin::new(&mut nested).poll(&mut own).is_ready() {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tasks_use_one_connection() {
    let commands = Commands::new().on_raw("echo", |message, _| Ok(message));
    let server = Server::new(commands);
    let (client, driver) = AsyncClient::new(connect(&server).await);
    let driver = tokio::spawn(driver);
    let mut tasks = JoinSet::new();
    for task in 0..50 {
        let client = client.clone();
        tasks.spawn(async move {
            for round in 0..20 {
                let message = Message::new().key("number", task * 1000 + round);
                let echo = client.call_raw("echo", &message).await.unwrap();
                assert_eq!(echo, message);
            }
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
    drop(client);
    driver.await.unwrap().unwrap();
}
