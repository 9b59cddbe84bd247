//! The daemon's end of a connection in memory.

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::task::JoinHandle;
use vici_client::AsyncClient;
use vici_client::proto::{FrameReader, Packet};

use crate::support::{Sent, frame, frames};

/// What reads the requests of a client, and answers as the test says.
pub(crate) struct Peer {
    pub(crate) stream: DuplexStream,
    reader: FrameReader,
}

impl Peer {
    /// The next packet, `None` at the end.
    pub(crate) async fn read(&mut self) -> Option<Sent> {
        loop {
            if let Some(frame) = self.reader.next_frame().unwrap() {
                return Some(Sent::decode(frame));
            }
            let count = self.stream.read(self.reader.buffer()).await.unwrap();
            if count == 0 {
                return None;
            }
            self.reader.advance(count);
        }
    }

    pub(crate) async fn expect_request(&mut self, command: &str) {
        match self.read().await {
            Some(Sent::Request(name, _)) if name == command => {}
            other => panic!("expected the request {command}, got {other:?}"),
        }
    }

    pub(crate) async fn expect_register(&mut self, event: &str) {
        assert_eq!(self.read().await, Some(Sent::Register(event.to_owned())));
    }

    pub(crate) async fn expect_unregister(&mut self, event: &str) {
        assert_eq!(self.read().await, Some(Sent::Unregister(event.to_owned())));
    }

    /// The event that no daemon has.
    pub(crate) async fn expect_fence(&mut self) {
        self.expect_unregister("vici-client-fence").await;
    }

    pub(crate) async fn send(&mut self, packet: Packet<'_>) {
        self.stream.write_all(&frame(packet)).await.unwrap();
    }

    pub(crate) async fn send_all(&mut self, packets: &[Packet<'_>]) {
        self.stream.write_all(&frames(packets)).await.unwrap();
    }
}

/// A client, its peer and its driver, which runs.
pub(crate) fn connected(room: usize) -> (AsyncClient, Peer, JoinHandle<vici_client::Result<()>>) {
    let (ours, theirs) = tokio::io::duplex(room);
    let (client, driver) = AsyncClient::new(ours);
    let peer = Peer {
        stream: theirs,
        reader: FrameReader::new(),
    };
    (client, peer, tokio::spawn(driver))
}

/// Runs both sides of a conversation.
pub(crate) async fn converse(
    daemon: impl AsyncFnOnce(&mut Peer),
    caller: impl AsyncFnOnce(AsyncClient),
) {
    let (client, mut peer, driver) = connected(64 * 1024);
    tokio::join!(daemon(&mut peer), caller(client));
    driver.await.unwrap().unwrap();
}
