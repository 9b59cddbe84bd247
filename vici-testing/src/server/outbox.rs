//! What goes out to a client.

use core::fmt;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, MutexGuard, PoisonError};

use vici_client::proto::{Packet, Registrations};

use super::stream::Stream;

/// A connection as others than its own threads see it.
pub(super) struct Connection {
    id: u64,
    stream: Stream,
    outbox: Mutex<Outbox>,
}

/// What is on its way to a client. The queue has no bound: a client that does not read holds nobody
/// up, as with the daemon.
struct Outbox {
    registrations: Registrations,
    sender: Sender<Outgoing>,
    /// Whether nothing is registered any more, because the server has closed it.
    closed: bool,
}

/// What the thread that sends is told.
pub(super) enum Outgoing {
    /// A whole frame.
    Frame(Vec<u8>),
    /// Bytes that are sent as they are.
    Bytes(Vec<u8>),
    /// To close the connection, once all before is sent.
    End,
    /// To let go of the connection, once all before is sent: who has sent what was never read is told
    /// so by a reset.
    LetGo,
}

impl Connection {
    pub(super) fn new(id: u64, stream: Stream) -> (Self, Receiver<Outgoing>) {
        let (sender, receiver) = mpsc::channel();
        let outbox = Mutex::new(Outbox {
            registrations: Registrations::new(),
            sender,
            closed: false,
        });
        (Self { id, stream, outbox }, receiver)
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    pub(super) fn stream(&self) -> &Stream {
        &self.stream
    }

    pub(super) fn registered(&self, event: &str) -> usize {
        self.outbox().registrations.count(event)
    }

    /// Sends an event as often as it is registered, and tells how often that is.
    ///
    /// That and changing the registrations exclude each other, so that nothing comes behind the
    /// confirmation of the end of a registration.
    pub(super) fn deliver(&self, event: &str, message: &[u8]) -> usize {
        let outbox = self.outbox();
        let count = outbox.registrations.count(event);
        if count > 0 {
            let frame = frame(Packet::Event {
                name: event,
                message,
            });
            for _ in 0..count {
                outbox.send(Outgoing::Frame(frame.clone()));
            }
        }
        count
    }

    pub(super) fn send(&self, packet: Packet<'_>) {
        self.outbox().send(Outgoing::Frame(frame(packet)));
    }

    pub(super) fn send_bytes(&self, bytes: &[u8]) {
        self.outbox().send(Outgoing::Bytes(bytes.to_vec()));
    }

    /// Registers an event. `false` if the connection is closed.
    pub(super) fn register(&self, event: &str) -> bool {
        let mut outbox = self.outbox();
        if outbox.closed {
            return false;
        }
        outbox.registrations.add(event);
        outbox.send(Outgoing::Frame(frame(Packet::EventConfirm)));
        true
    }

    pub(super) fn unregister(&self, event: &str) {
        let mut outbox = self.outbox();
        let registered = outbox.registrations.remove(event);
        outbox.send(Outgoing::Frame(frame(if registered {
            Packet::EventConfirm
        } else {
            Packet::EventUnknown
        })));
    }

    /// Closes it once all is sent.
    pub(super) fn end(&self) {
        self.outbox().send(Outgoing::End);
    }

    /// Lets go of it once all is sent.
    pub(super) fn let_go(&self) {
        self.outbox().send(Outgoing::LetGo);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.outbox().closed
    }

    /// Closes it at once, with its registrations.
    pub(super) fn close(&self) {
        let mut outbox = self.outbox();
        outbox.closed = true;
        outbox.registrations = Registrations::new();
        drop(outbox);
        self.stream.shutdown();
    }

    fn outbox(&self) -> MutexGuard<'_, Outbox> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outbox {
    fn send(&self, outgoing: Outgoing) {
        // Nobody misses what is sent to a client that is gone.
        let _ = self.sender.send(outgoing);
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The bytes of a packet; none if it is too long to be sent, which the daemon drops as well.
fn frame(packet: Packet<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    match packet.encode(&mut bytes) {
        Ok(()) => bytes,
        Err(_) => Vec::new(),
    }
}
