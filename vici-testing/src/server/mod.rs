//! A server of VICI: connections, order and registrations, without a single command.

mod commands;
mod connections;
mod fault;
mod listen;
mod outbox;
mod serve;
mod service;
mod session;
mod stream;

pub use self::commands::{Commands, Refusal};
pub use self::fault::Delivery;
pub use self::service::{Call, Reply, Service};
pub use self::session::{Asked, ServerSession};

use core::fmt;
use core::time::Duration;
use std::io;
#[cfg(unix)]
use std::path::Path;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use vici_serde::Message;
use vici_types::Event;

use self::connections::Connections;
use self::listen::Listener;
use self::serve::Host;
use vici_client::Socket;
use vici_client::{Address, Client};

/// A server that speaks the daemon's side of the protocol, and leaves the commands to a [`Service`].
///
/// It serves any number of connections at once, each in two threads of its own, and works on the
/// requests of a connection one after the other. Events are registered by connection and counted;
/// those of a stream come before its response and go to no other connection. A connection ends with
/// a frame over 512 KiB; empty frames, odd packets and unreadable names are ignored. A client that
/// does not read holds up nobody.
///
/// When it is dropped, all connections are closed and nobody listens any more. A handler that is
/// still at work is not waited for.
pub struct Server {
    host: Host,
    listeners: Mutex<Vec<Listener>>,
    /// How many clients may wait to be accepted; negative where nothing was said.
    backlog: AtomicI32,
}

impl Server {
    /// A server that nobody can reach yet, but through [`connect`](Self::connect).
    pub fn new(service: impl Service) -> Self {
        Self {
            host: Host {
                service: Arc::new(service),
                connections: Arc::new(Connections::default()),
            },
            listeners: Mutex::default(),
            backlog: AtomicI32::new(-1),
        }
    }

    /// A client that is connected through an in-memory stream pair (on Windows through TCP).
    ///
    /// # Errors
    ///
    /// The system has no more sockets or threads.
    pub fn connect(&self) -> io::Result<Client> {
        self.connect_stream().map(Client::new)
    }

    /// The stream of such a client, for another driver of the protocol.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub fn connect_stream(&self) -> io::Result<Socket> {
        let (client, server) = stream::pair()?;
        self.host.serve(server)?;
        Ok(client)
    }

    /// Listens where a client can find it: on a Unix socket in a temporary folder of its own, which
    /// is removed in the end, on Windows on a port of the loopback interface. Returns the address for
    /// [`Client::connect_uri`].
    ///
    /// # Errors
    ///
    /// The socket can't be made.
    pub fn listen(&self) -> io::Result<String> {
        self.add(Listener::temporary(&self.host, self.backlog())?)
    }

    /// Listens on an address that [`Client::connect_uri`] takes. Returns the address, with the port that
    /// was chosen where the given one is 0.
    ///
    /// # Errors
    ///
    /// The text is no address, the system has no such sockets, or it is in use. A socket file that nobody
    /// listens on is replaced. To find out, its path is connected to once: whoever does listen there
    /// sees a connection that ends at once.
    pub fn listen_uri(&self, uri: &str) -> io::Result<String> {
        let address: Address = uri
            .parse()
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        self.listen_at(&address)
    }

    /// Listens on a path. Returns the address.
    ///
    /// # Errors
    ///
    /// As [`listen_uri`](Self::listen_uri).
    #[cfg(unix)]
    pub fn listen_unix(&self, path: impl AsRef<Path>) -> io::Result<String> {
        self.listen_at(&Address::from(path.as_ref()))
    }

    /// Listens on a free port of the loopback interface. Returns the address.
    ///
    /// # Errors
    ///
    /// The socket can't be made.
    pub fn listen_tcp(&self) -> io::Result<String> {
        self.listen_at(&Listener::loopback())
    }

    /// Lets so many clients wait to be accepted, where it listens from now on, rather than as many as the
    /// system allows. charon lets 3 wait: who connects then without waiting is refused
    /// ([`WouldBlock`](io::ErrorKind::WouldBlock)). Accepting is quick, but
    /// [`freeze`](Self::freeze) stops it. Windows has no such limit.
    pub fn set_backlog(&self, most: u16) {
        self.backlog.store(most.into(), Ordering::Relaxed);
    }

    /// Sends an event to every connection that has registered it, as often as it has, and tells how
    /// often it was sent.
    ///
    /// # Errors
    ///
    /// The event has no encoding.
    pub fn raise<E: Event + Serialize>(&self, event: &E) -> vici_serde::Result<usize> {
        Ok(self.raise_encoded(E::NAME, &vici_serde::to_vec(event)?))
    }

    /// [`raise`](Self::raise) by name.
    ///
    /// # Errors
    ///
    /// The event has no encoding.
    pub fn raise_raw(&self, event: &str, message: &Message) -> vici_serde::Result<usize> {
        Ok(self.raise_encoded(event, &vici_serde::to_vec(message)?))
    }

    /// [`raise`](Self::raise) to one connection alone, by the number that
    /// [`Call::connection`] tells. It is sent as often as that connection has registered it, and not
    /// at all if there is no such connection any more.
    ///
    /// # Errors
    ///
    /// The event has no encoding.
    pub fn raise_to<E: Event + Serialize>(
        &self,
        connection: u64,
        event: &E,
    ) -> vici_serde::Result<usize> {
        let message = vici_serde::to_vec(event)?;
        Ok(self
            .host
            .connections
            .raise_to(connection, E::NAME, &message))
    }

    /// [`raise_to`](Self::raise_to) by name.
    ///
    /// # Errors
    ///
    /// The event has no encoding.
    pub fn raise_raw_to(
        &self,
        connection: u64,
        event: &str,
        message: &Message,
    ) -> vici_serde::Result<usize> {
        let message = vici_serde::to_vec(message)?;
        Ok(self.host.connections.raise_to(connection, event, &message))
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.host.connections.len()
    }

    /// How often an event is registered, by all connections together.
    pub fn registrations(&self, event: &str) -> usize {
        self.host.connections.registrations(event)
    }

    /// Waits until any connection has registered an event, so that raising it reaches somebody.
    /// `false` if the time was over before.
    #[must_use = "`false` tells that the time was over"]
    pub fn wait_for_registration<E: Event>(&self, limit: Duration) -> bool {
        self.host.connections.wait_for_registration(E::NAME, limit)
    }

    /// How often an event has been registered since the server is there, by connections that are gone
    /// as well.
    pub fn registration_count<E: Event>(&self) -> usize {
        self.host.connections.registration_count(E::NAME)
    }

    /// Waits until an event has been registered so often since the server is there: one more than the
    /// [count](Self::registration_count) before is a new registration, whatever becomes of the old
    /// ones. `false` if the time was over before.
    ///
    /// ```
    /// use std::time::Duration;
    /// use vici_client::vici_types::IkeUpdown;
    /// use vici_testing::SimulatedDaemon;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// const PATIENCE: Duration = Duration::from_secs(10);
    ///
    /// let daemon = SimulatedDaemon::new();
    /// let mut client = daemon.connect()?;
    /// client.subscribe::<IkeUpdown>()?;
    ///
    /// let before = daemon.server().registration_count::<IkeUpdown>();
    /// client.unsubscribe::<IkeUpdown>()?;
    /// client.subscribe::<IkeUpdown>()?;
    /// assert!(daemon.server().wait_for_registration_count::<IkeUpdown>(before + 1, PATIENCE));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "`false` tells that the time was over"]
    pub fn wait_for_registration_count<E: Event>(&self, count: usize, limit: Duration) -> bool {
        let connections = &self.host.connections;
        connections.wait_for_registration_count(E::NAME, count, limit)
    }

    /// Waits until so many connections are open, after clients have come or gone. `false` if the time
    /// was over before.
    #[must_use = "`false` tells that the time was over"]
    pub fn wait_for_connections(&self, count: usize, limit: Duration) -> bool {
        self.host.connections.wait_for_len(count, limit)
    }

    /// Closes all connections at once, as a daemon that crashes does. When it returns none of them is
    /// counted any more, and no event is registered. New ones are accepted.
    ///
    /// A handler that is at work goes on; what it answers reaches nobody.
    pub fn disconnect(&self) {
        self.host.connections.close();
    }

    /// Freezes: nobody is accepted, read, answered or told of an event until [`thaw`](Self::thaw).
    /// A handler that is at work goes on, but what it says is kept back. Clients that connect
    /// meanwhile wait in the backlog of the system, as they do with a daemon that hangs.
    pub fn freeze(&self) {
        self.host.connections.change(|faults| faults.frozen = true);
    }

    /// Goes on where [`freeze`](Self::freeze) has stopped; nothing is lost.
    pub fn thaw(&self) {
        self.host.connections.change(|faults| faults.frozen = false);
    }

    /// Changes how packets are written from now on, to all clients.
    pub fn set_delivery(&self, delivery: Delivery) {
        let connections = &self.host.connections;
        connections.change(|faults| faults.delivery = delivery);
    }

    /// Works with so many threads at most, or with as many as there are connections, which is the
    /// default. When all are busy nothing is answered, whoever asks: with charon, which has 16 and
    /// needs some for itself, a few `initiate`s that wait for their peers bring that about.
    pub fn set_threads(&self, most: Option<usize>) {
        self.host.connections.change(|faults| faults.threads = most);
    }

    /// Sends the next `count` responses to no one, as charon does with those over 512 KiB. Clients go
    /// on waiting for them; what comes after them is answered.
    pub fn drop_responses(&self, count: usize) {
        self.host
            .connections
            .change(|faults| faults.dropped = count);
    }

    /// Dies once so many packets more, and so many bytes of the one after them, have been sent, to
    /// whichever clients: all connections are closed as by [`disconnect`](Self::disconnect). So many
    /// items of a stream can be let through, or half a frame. New connections are accepted.
    ///
    /// Answers to registrations are packets, too.
    pub fn die_after(&self, packets: usize, bytes: usize) {
        let connections = &self.host.connections;
        connections.change(|faults| faults.death = Some((packets, bytes)));
    }

    pub(crate) fn raise_encoded(&self, event: &str, message: &[u8]) -> usize {
        self.host.connections.raise(event, message)
    }

    /// Closes every connection, and those that may still come.
    pub(crate) fn end(&self) {
        self.host.connections.end();
    }

    fn listen_at(&self, address: &Address) -> io::Result<String> {
        self.add(Listener::new(&self.host, address, self.backlog())?)
    }

    fn backlog(&self) -> Option<i32> {
        let backlog = self.backlog.load(Ordering::Relaxed);
        (backlog >= 0).then_some(backlog)
    }

    fn add(&self, listener: Listener) -> io::Result<String> {
        let uri = listener.uri();
        self.listeners().push(listener);
        Ok(uri)
    }

    fn listeners(&self) -> MutexGuard<'_, Vec<Listener>> {
        self.listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
        self.listeners().clear();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("connections", &self.connections())
            .finish_non_exhaustive()
    }
}
