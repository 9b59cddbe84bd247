//! A server of VICI: connections, order and registrations, without a single command.

mod commands;
mod connection;
mod listen;
mod service;
mod session;
mod stream;

pub use self::commands::{Commands, Refusal};
pub use self::service::{Call, Reply, Service};
pub(crate) use self::session::is_printable;
pub use self::session::{Asked, ServerSession};

use core::fmt;
use core::time::Duration;
use std::io;
#[cfg(unix)]
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde::Serialize;
use vici_serde::Message;
use vici_types::Event;

use self::connection::Shared;
use self::listen::Listener;
use vici_client::Client;
use vici_client::Socket;

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
    shared: Arc<Shared>,
    listeners: Mutex<Vec<Listener>>,
}

impl Server {
    /// A server that nobody can reach yet, but through [`connect`](Self::connect).
    pub fn new(service: impl Service) -> Self {
        Self {
            shared: Arc::new(Shared::new(service)),
            listeners: Mutex::default(),
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
        self.shared.serve(server)?;
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
        self.add(Listener::temporary(&self.shared)?)
    }

    /// Listens on an address: `unix:///path` or `tcp://host:port`. Returns the address, with the port
    /// that was chosen where the given one is 0.
    ///
    /// # Errors
    ///
    /// The address is none of these, or is in use. A socket file that nobody listens on is replaced.
    pub fn listen_uri(&self, uri: &str) -> io::Result<String> {
        if let Some(address) = uri.strip_prefix("tcp://") {
            return self.add(Listener::tcp(&self.shared, Some(address))?);
        }
        #[cfg(unix)]
        if let Some(path) = uri
            .strip_prefix("unix://")
            .filter(|path| path.starts_with('/'))
        {
            return self.listen_unix(path);
        }
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "expected unix:///path or tcp://host:port",
        ))
    }

    /// Listens on a path. Returns the address.
    ///
    /// # Errors
    ///
    /// As [`listen_uri`](Self::listen_uri).
    #[cfg(unix)]
    pub fn listen_unix(&self, path: impl AsRef<Path>) -> io::Result<String> {
        self.add(Listener::unix(&self.shared, path.as_ref())?)
    }

    /// Listens on a free port of the loopback interface. Returns the address.
    ///
    /// # Errors
    ///
    /// The socket can't be made.
    pub fn listen_tcp(&self) -> io::Result<String> {
        self.add(Listener::tcp(&self.shared, None)?)
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

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.shared.connections()
    }

    /// How often an event is registered, by all connections together.
    pub fn registrations(&self, event: &str) -> usize {
        self.shared.registrations(event)
    }

    /// Waits until any connection has registered an event, so that raising it reaches somebody.
    /// `false` if the time was over before.
    #[must_use = "`false` tells that the time was over"]
    pub fn wait_for_registration<E: Event>(&self, limit: Duration) -> bool {
        self.shared.wait_for_registration(E::NAME, limit)
    }

    /// Waits until so many connections are open, after clients have come or gone. `false` if the time
    /// was over before.
    #[must_use = "`false` tells that the time was over"]
    pub fn wait_for_connections(&self, count: usize, limit: Duration) -> bool {
        self.shared.wait_for_connections(count, limit)
    }

    /// Closes all connections at once, as a daemon that crashes does. New ones are accepted.
    pub fn disconnect(&self) {
        self.shared.disconnect();
    }

    pub(crate) fn raise_encoded(&self, event: &str, message: &[u8]) -> usize {
        self.shared.raise(event, message)
    }

    /// Closes every connection, and those that may still come.
    pub(crate) fn end(&self) {
        self.shared.end();
    }

    fn add(&self, listener: Listener) -> io::Result<String> {
        let uri = listener.uri();
        let mut listeners = self.listeners.lock();
        let listeners = listeners.as_mut().map_err(|_| io::ErrorKind::Other)?;
        listeners.push(listener);
        Ok(uri)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
        let mut listeners = self.listeners.lock();
        if let Ok(listeners) = &mut listeners {
            listeners.clear();
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("connections", &self.connections())
            .finish_non_exhaustive()
    }
}
