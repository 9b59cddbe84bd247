//! The connections of a server.

use core::fmt;
use core::time::Duration;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::service::{Call, Reply, Service};
use super::session::{Asked, ServerSession};
use super::stream::Duplex;
use vici_client::Socket;
use vici_client::proto::Packet;
use vici_client::proto::Registrations;

/// What the connections of a server have in common.
pub(super) struct Shared {
    service: Box<dyn Service>,
    state: Mutex<State>,
    /// Notified of every change of the state, and of the registrations of a connection.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    connections: BTreeMap<u64, Arc<Connection>>,
    accepted: u64,
    over: bool,
}

impl Shared {
    pub(super) fn new(service: impl Service) -> Self {
        Self {
            service: Box::new(service),
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Serves a connection, in threads of its own.
    pub(super) fn serve(self: &Arc<Self>, stream: Duplex) -> io::Result<()> {
        let (sender, receiver) = mpsc::channel();
        let Duplex {
            reader,
            writer,
            handle,
        } = stream;
        let mut state = self.state();
        if state.over {
            return Err(io::ErrorKind::NotConnected.into());
        }
        state.accepted += 1;
        let connection = Arc::new(Connection {
            id: state.accepted,
            outbox: Mutex::new(Outbox {
                registrations: Registrations::new(),
                sender,
            }),
            handle,
        });
        let registered = Registered {
            shared: Arc::clone(self),
            connection: Arc::clone(&connection),
        };
        state.connections.insert(connection.id, connection);
        drop(state);
        self.changed.notify_all();

        let sending = Arc::clone(&registered.connection);
        spawn("vici-send", move || send(writer, &receiver, &sending))?;
        spawn("vici-serve", move || registered.read(reader))
    }

    /// Sends an event to every connection that has registered it, and tells how often.
    pub(super) fn raise(&self, event: &str, message: &[u8]) -> usize {
        let connections: Vec<_> = self.state().connections.values().cloned().collect();
        let delivered = connections.iter();
        delivered
            .map(|connection| connection.deliver(event, message))
            .sum()
    }

    pub(super) fn connections(&self) -> usize {
        self.state().connections.len()
    }

    /// How often an event is registered, by all connections.
    pub(super) fn registrations(&self, event: &str) -> usize {
        self.state().registrations(event)
    }

    /// Waits until an event is registered so often, or so many connections are open.
    fn wait(&self, limit: Duration, done: impl Fn(&State) -> bool) -> bool {
        let waited = self
            .changed
            .wait_timeout_while(self.state(), limit, |state| !done(state));
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        done(&state)
    }

    pub(super) fn wait_for_registration(&self, event: &str, limit: Duration) -> bool {
        self.wait(limit, |state| state.registrations(event) > 0)
    }

    pub(super) fn wait_for_connections(&self, count: usize, limit: Duration) -> bool {
        self.wait(limit, |state| state.connections.len() == count)
    }

    /// Closes every connection.
    pub(super) fn disconnect(&self) {
        for connection in self.state().connections.values() {
            connection.close();
        }
    }

    /// Closes every connection, and those that may still come.
    pub(super) fn end(&self) {
        self.state().over = true;
        self.disconnect();
        self.changed.notify_all();
    }

    pub(super) fn is_over(&self) -> bool {
        self.state().over
    }

    pub(super) fn service(&self) -> &dyn Service {
        &*self.service
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells those who wait of a change that was made under another lock.
    fn notify(&self) {
        // Whoever has looked at the registrations waits by the time that the lock is free.
        drop(self.state());
        self.changed.notify_all();
    }
}

impl State {
    fn registrations(&self, event: &str) -> usize {
        let connections = self.connections.values();
        connections
            .map(|connection| connection.registered(event))
            .sum()
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

/// A connection as others see it.
pub(super) struct Connection {
    id: u64,
    outbox: Mutex<Outbox>,
    handle: Socket,
}

/// What is on its way to a client. The queue has no bound: a client that does not read holds nobody
/// up, as with the daemon.
struct Outbox {
    registrations: Registrations,
    sender: Sender<Outgoing>,
}

enum Outgoing {
    Bytes(Vec<u8>),
    Close,
}

impl Connection {
    pub(super) fn id(&self) -> u64 {
        self.id
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
                outbox.send(frame.clone());
            }
        }
        count
    }

    pub(super) fn send(&self, bytes: Vec<u8>) {
        self.outbox().send(bytes);
    }

    fn register(&self, event: &str) {
        let mut outbox = self.outbox();
        outbox.registrations.add(event);
        outbox.send(frame(Packet::EventConfirm));
    }

    fn unregister(&self, event: &str) {
        let mut outbox = self.outbox();
        let registered = outbox.registrations.remove(event);
        outbox.send(frame(if registered {
            Packet::EventConfirm
        } else {
            Packet::EventUnknown
        }));
    }

    fn close_when_sent(&self) {
        // If nobody sends any more, it is closed.
        let _ = self.outbox().sender.send(Outgoing::Close);
    }

    fn close(&self) {
        // A connection that can't be shut down is gone.
        let _ = self.handle.shutdown();
    }

    fn outbox(&self) -> MutexGuard<'_, Outbox> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outbox {
    fn send(&self, bytes: Vec<u8>) {
        // Nobody misses what is sent to a client that is gone.
        let _ = self.sender.send(Outgoing::Bytes(bytes));
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A connection in the list of its server, until this is dropped: also if a handler panics.
struct Registered {
    shared: Arc<Shared>,
    connection: Arc<Connection>,
}

impl Registered {
    /// Handles what the client asks for, one after the other, until it leaves.
    fn read(self, mut reader: impl Read) {
        let mut session = ServerSession::new();
        loop {
            loop {
                match session.poll() {
                    Ok(Some(asked)) if self.handle(asked) => {}
                    Ok(None) => break,
                    // A frame that is too long, or the end of what is to be said.
                    Ok(Some(_)) | Err(_) => return,
                }
            }
            match reader.read(session.buffer()) {
                Ok(count) if count > 0 => session.advance(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // A half-closed connection is closed: what was not sent yet is lost.
                _ => return self.connection.close(),
            }
        }
    }

    /// Whether to go on.
    fn handle(&self, asked: Asked<'_>) -> bool {
        let connection = &*self.connection;
        let service = self.shared.service();
        match asked {
            Asked::Register { name } if service.has_event(name) => connection.register(name),
            Asked::Register { .. } => connection.send(frame(Packet::EventUnknown)),
            Asked::Unregister { name } => connection.unregister(name),
            Asked::Command { name, message } => {
                let reply = service.call(&mut Call {
                    shared: &self.shared,
                    connection,
                    command: name,
                    message,
                });
                match reply {
                    Reply::Response(message) => {
                        connection.send(frame(Packet::CommandResponse { message: &message }));
                    }
                    Reply::Unknown => connection.send(frame(Packet::CommandUnknown)),
                    Reply::Silence => {}
                    Reply::Close => {
                        connection.close_when_sent();
                        return false;
                    }
                }
                return true;
            }
        }
        self.shared.notify();
        true
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.connection.close_when_sent();
        self.shared.state().connections.remove(&self.connection.id);
        self.shared.changed.notify_all();
    }
}

/// Sends what is on its way, then closes the connection.
fn send(mut writer: impl Write, outgoing: &Receiver<Outgoing>, connection: &Connection) {
    while let Ok(Outgoing::Bytes(bytes)) = outgoing.recv() {
        if writer.write_all(&bytes).is_err() {
            break;
        }
    }
    connection.close();
}

/// The bytes of a packet; none if it is too long to be sent, which the daemon drops as well.
fn frame(packet: Packet<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    match packet.encode(&mut bytes) {
        Ok(()) => bytes,
        Err(_) => Vec::new(),
    }
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(body)?;
    Ok(())
}
