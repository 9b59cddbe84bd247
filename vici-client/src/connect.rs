//! Addresses, and how to connect to them.

use core::fmt;
use core::time::Duration;
use std::io;
use std::net::TcpStream;
#[cfg(target_os = "linux")]
use std::os::linux::net::SocketAddrExt;
#[cfg(target_os = "linux")]
use std::os::unix::net::SocketAddr;
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use crate::client::Client;
use crate::deadline::Deadline;
use crate::error::{Error, Result};
use crate::socket::Socket;

impl Client {
    /// Connects to the default socket: `/var/run/charon.vici` or `/run/charon.vici`, on Windows
    /// `tcp://127.0.0.1:4502`.
    ///
    /// ```no_run
    /// use vici_client::{Client, vici_types::Version};
    ///
    /// # fn main() -> vici_client::Result<()> {
    /// let mut client = Client::connect()?;
    /// println!("{}", client.call(&Version::default())?.version);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The example [`quickstart`](crate::guide::examples::quickstart) goes on from there.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`]. There is no limit to how long it takes: a daemon that is alive but does
    /// not accept holds it up. See [`connect_within`](Self::connect_within).
    pub fn connect() -> Result<Self> {
        Address::Default.connect().map(Self::new)
    }

    /// Connects to `unix:///path`, `tcp://host:port` (an IPv6 address in brackets) or, on Linux,
    /// `unix://@name` for a socket in the abstract namespace.
    ///
    /// ```no_run
    /// use vici_client::Client;
    ///
    /// # fn main() -> vici_client::Result<()> {
    /// let gateway = Client::connect_uri("tcp://[2001:db8::1]:4502")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Connect`], also for an address that is none of these.
    pub fn connect_uri(uri: &str) -> Result<Self> {
        Address::parse(uri)?.connect().map(Self::new)
    }

    /// Like [`connect`](Self::connect), again and again until `limit` is over.
    ///
    /// # Errors
    ///
    /// As [`connect_uri_within`](Self::connect_uri_within).
    pub fn connect_within(limit: Duration) -> Result<Self> {
        let deadline = Deadline::after(Some(limit));
        Address::Default.connect_by(deadline).map(Self::new)
    }

    /// Like [`connect_uri`](Self::connect_uri), again and again until `limit` is over: for a daemon
    /// that is starting, or that has no room for one more client at the moment.
    ///
    /// The waits between the attempts grow from 10 ms to half a second. An attempt that hangs is left
    /// to a thread of its own.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`]: the last one when the limit is over, and at once for what waiting does not
    /// mend, such as a missing permission.
    pub fn connect_uri_within(uri: &str, limit: Duration) -> Result<Self> {
        let deadline = Deadline::after(Some(limit));
        Address::parse(uri)?.connect_by(deadline).map(Self::new)
    }

    /// Connects anew to where this client was connected, within `limit` as
    /// [`connect_uri_within`](Self::connect_uri_within), and restores the subscriptions.
    ///
    /// For the time after [`Error::is_closed`]. The timeouts and the events that wait in the queue
    /// stay; those raised between the two connections were sent to nobody. What a daemon had loaded
    /// is gone if it was restarted. The example [`monitor`](crate::guide::examples::monitor) does it.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`] and [`Error::Timeout`]: try again. [`Error::UnknownEvent`] if the daemon
    /// does not know an event any more: it is not subscribed then, all else is. [`Error::Io`] if the
    /// client was made from a socket, so that there is no address
    /// ([`Unsupported`](io::ErrorKind::Unsupported)).
    pub fn reconnect(&mut self, limit: Duration) -> Result<()> {
        let Some(address) = self.stream.address.clone() else {
            return Err(Error::Io(io::Error::new(
                io::ErrorKind::Unsupported,
                "this client was not made from an address",
            )));
        };
        let deadline = Deadline::after(Some(limit));
        let mut pause = Backoff::new();
        loop {
            self.session.close();
            self.replace_stream(address.connect_by(deadline)?);
            match self.restore_subscriptions(deadline) {
                // It was accepted by a daemon on its way out.
                Err(error) if error.is_closed() && !deadline.is_over() => pause.wait(deadline),
                result => return result,
            }
        }
    }

    fn restore_subscriptions(&mut self, deadline: Deadline) -> Result<()> {
        let wanted: Vec<String> = self.session.registrations().map(str::to_owned).collect();
        for id in self.session.restart() {
            if let Err(error) = self.drive(id, deadline) {
                self.session.close();
                return Err(error);
            }
        }
        let missing = wanted
            .into_iter()
            .find(|event| !self.session.registrations().any(|name| name == event));
        match missing {
            Some(name) => Err(Error::UnknownEvent { name }),
            None => Ok(()),
        }
    }
}

/// Where a daemon listens.
#[derive(Clone, Debug)]
pub(crate) enum Address {
    Default,
    #[cfg(unix)]
    Unix(String),
    #[cfg(target_os = "linux")]
    Abstract(String),
    Tcp(String),
}

impl Address {
    fn parse(uri: &str) -> Result<Self> {
        let invalid = |what: &str| Error::Connect {
            address: uri.to_owned(),
            error: io::Error::new(io::ErrorKind::InvalidInput, what),
        };

        if let Some(address) = uri.strip_prefix("tcp://") {
            let Some((host, port)) = address.rsplit_once(':') else {
                return Err(invalid("a port is missing, as in tcp://127.0.0.1:4502"));
            };
            let bracketed = host.starts_with('[') && host.ends_with(']');
            if host.is_empty() || (host.contains(':') && !bracketed) {
                return Err(invalid(
                    "expected tcp://host:port or tcp://[IPv6 address]:port",
                ));
            }
            if port.parse::<u16>().is_err() {
                return Err(invalid("the port is not a number up to 65535"));
            }
            return Ok(Self::Tcp(address.to_owned()));
        }
        match uri.strip_prefix("unix://") {
            #[cfg(target_os = "linux")]
            Some(name) if name.starts_with('@') => Ok(Self::Abstract(name[1..].to_owned())),
            #[cfg(unix)]
            Some(path) if path.starts_with('/') => Ok(Self::Unix(path.to_owned())),
            Some(_) if cfg!(not(unix)) => Err(invalid("Unix sockets are not supported here")),
            Some(_) => Err(invalid(
                "the path of a Unix socket is absolute, as in unix:///path",
            )),
            None => Err(invalid("expected unix:///path or tcp://host:port")),
        }
    }

    fn connect(&self) -> Result<Socket> {
        self.open().map_err(|error| self.error(error))
    }

    fn connect_by(&self, deadline: Deadline) -> Result<Socket> {
        let mut pause = Backoff::new();
        let mut earlier = None;
        loop {
            let error = match self.open_by(deadline) {
                Ok(socket) => return Ok(socket),
                Err(error) => error,
            };
            if deadline.is_over() && error.kind() == io::ErrorKind::TimedOut {
                // The attempt before the one that was cut short tells more.
                return Err(self.error(earlier.unwrap_or(error)));
            }
            if deadline.is_over() || !is_transient(&error) {
                return Err(self.error(error));
            }
            earlier = Some(error);
            pause.wait(deadline);
        }
    }

    /// Connects in another thread, as connecting to a Unix socket can't be bounded: it blocks while
    /// the daemon's backlog is full.
    fn open_by(&self, deadline: Deadline) -> io::Result<Socket> {
        let address = self.clone();
        // Not a channel: that is more code than all that is done with the connection.
        let slot = Arc::new((Mutex::new(None), Condvar::new()));
        let theirs = Arc::clone(&slot);
        thread::Builder::new()
            .name("vici-connect".to_owned())
            .spawn(move || {
                let result = address.open();
                *theirs.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
                theirs.1.notify_one();
            })?;
        let (result, connected) = &*slot;
        let result = result.lock().unwrap_or_else(PoisonError::into_inner);
        let remaining = deadline.remaining().unwrap_or(Duration::MAX);
        let (mut result, _) = connected
            .wait_timeout_while(result, remaining, |result| result.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        result
            .take()
            .unwrap_or_else(|| Err(io::ErrorKind::TimedOut.into()))
    }

    fn open(&self) -> io::Result<Socket> {
        let mut socket: Socket = match self {
            #[cfg(unix)]
            Self::Default => {
                let [first, second] = DEFAULT_PATHS;
                match UnixStream::connect(first) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        UnixStream::connect(second)?.into()
                    }
                    result => result?.into(),
                }
            }
            #[cfg(not(unix))]
            Self::Default => open_tcp(DEFAULT_TCP)?.into(),
            #[cfg(unix)]
            Self::Unix(path) => UnixStream::connect(path)?.into(),
            #[cfg(target_os = "linux")]
            Self::Abstract(name) => {
                UnixStream::connect_addr(&SocketAddr::from_abstract_name(name)?)?.into()
            }
            Self::Tcp(address) => open_tcp(address)?.into(),
        };
        socket.address = Some(self.clone());
        Ok(socket)
    }

    fn error(&self, error: io::Error) -> Error {
        Error::Connect {
            address: self.to_string(),
            error,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            #[cfg(unix)]
            Self::Default => {
                let [first, second] = DEFAULT_PATHS;
                write!(f, "{first} or {second}")
            }
            #[cfg(not(unix))]
            Self::Default => write!(f, "tcp://{DEFAULT_TCP}"),
            #[cfg(unix)]
            Self::Unix(path) => f.write_str(path),
            #[cfg(target_os = "linux")]
            Self::Abstract(name) => write!(f, "unix://@{name}"),
            Self::Tcp(address) => write!(f, "tcp://{address}"),
        }
    }
}

/// The pauses between attempts.
struct Backoff(Duration);

impl Backoff {
    fn new() -> Self {
        Self(Duration::from_millis(10))
    }

    fn wait(&mut self, deadline: Deadline) {
        thread::sleep(deadline.remaining().map_or(self.0, |left| left.min(self.0)));
        self.0 = (self.0 * 2).min(Duration::from_millis(500));
    }
}

fn open_tcp(address: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    // Requests are written whole: there is nothing to wait for.
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Whether a daemon that starts, or is busy, explains the error.
fn is_transient(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::WouldBlock
            | io::ErrorKind::TimedOut
            | io::ErrorKind::Interrupted
    )
}

#[cfg(unix)]
const DEFAULT_PATHS: [&str; 2] = ["/var/run/charon.vici", "/run/charon.vici"];

#[cfg(not(unix))]
const DEFAULT_TCP: &str = "127.0.0.1:4502";
