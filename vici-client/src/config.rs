//! How to connect, and the short ways to do it.

use core::time::Duration;
use std::env;
use std::io;

use crate::address::{Address, AddressError};
use crate::client::Client;
use crate::connect::connect_once;
use crate::deadline::Deadline;
use crate::error::Result;
use crate::open::{Open, open};
use crate::proto::EventLimits;
use crate::shutdown::Switch;
use crate::socket::Socket;

/// Where to connect to, and how.
///
/// ```no_run
/// use std::time::Duration;
/// use vici_client::Config;
///
/// # fn main() -> vici_client::Result<()> {
/// let mut client = Config::from_uri("tcp://[2001:db8::1]:4502")?
///     .connect_limit(Duration::from_secs(10))
///     .timeout(Duration::from_secs(5))
///     .keepalive(Duration::from_secs(60))
///     .connect()?;
/// # Ok(())
/// # }
/// ```
///
/// Where there is nothing to set, [`Client::connect`], [`connect_uri`](Client::connect_uri) and
/// [`connect_env`](Client::connect_env) are shorter.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Where the daemon listens; `None` is the [default address](Address::default), which is looked
    /// for at each attempt.
    pub address: Option<Address>,
    /// For how long connecting is tried, again and again; `None`, the default, is once.
    pub connect_limit: Option<Duration>,
    /// How long a call may take: see [`Client::set_timeout`].
    pub timeout: Option<Duration>,
    /// How long a stream may take: see [`Client::set_stream_timeout`].
    pub stream_timeout: Option<Duration>,
    /// How many events wait for the caller: see [`Client::set_event_limits`].
    pub event_limits: EventLimits,
    /// After how much silence TCP asks the other side whether it is still there; `None`, the default,
    /// is never.
    pub keepalive: Option<Duration>,
}

impl Config {
    /// The default address, once, and no timeouts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The address that a URI or an absolute path tells: see [`Address`].
    ///
    /// # Errors
    ///
    /// [`Error::Connect`](crate::Error::Connect) for a text that is neither ([`InvalidInput`](io::ErrorKind::InvalidInput)).
    pub fn from_uri(uri: &str) -> Result<Self> {
        let address: Address = uri.parse()?;
        Ok(Self::new().address(address))
    }

    /// The address that the environment variable `VICI_URI` tells, as [`from_uri`](Self::from_uri)
    /// takes it; where it is not set, or empty, the default one.
    ///
    /// # Errors
    ///
    /// As [`from_uri`](Self::from_uri).
    pub fn from_env() -> Result<Self> {
        match env::var_os("VICI_URI") {
            Some(uri) if !uri.is_empty() => match uri.to_str() {
                Some(uri) => Self::from_uri(uri),
                None => Err(AddressError::not_text(&uri).into()),
            },
            _ => Ok(Self::new()),
        }
    }

    /// Connects to this address: an [`Address`], or a path.
    #[must_use]
    pub fn address(mut self, address: impl Into<Address>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// Tries again and again until this time is over: for a daemon that is starting, or that has no
    /// room for one more client at the moment.
    ///
    /// The waits between the attempts grow from 10 ms to half a second. What waiting does not mend,
    /// such as a missing permission, is told at once. Each address of a host has its share of the
    /// time. Looking up the name of a host is up to the system, and may take longer.
    #[must_use]
    pub fn connect_limit(mut self, limit: Duration) -> Self {
        self.connect_limit = Some(limit);
        self
    }

    /// Bounds each call: see [`Client::set_timeout`].
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Bounds each stream as a whole: see [`Client::set_stream_timeout`].
    #[must_use]
    pub fn stream_timeout(mut self, timeout: Duration) -> Self {
        self.stream_timeout = Some(timeout);
        self
    }

    /// Bounds the queue in which events wait for the caller: see [`Client::set_event_limits`].
    #[must_use]
    pub fn event_limits(mut self, limits: EventLimits) -> Self {
        self.event_limits = limits;
        self
    }

    /// Notices that a daemon is gone without a word, as when its machine lost its power, though nothing
    /// is asked of it: for who waits for events over TCP. Unix sockets need no such thing.
    ///
    /// The kernel asks when the daemon has been silent for this time, and again each such time. When
    /// it has asked three times in vain, the connection ends with [`Error::Io`](crate::Error::Io). It counts in whole
    /// seconds, one at least. Windows and OpenBSD do not offer it: there connecting is an error
    /// ([`Unsupported`](io::ErrorKind::Unsupported)).
    #[must_use]
    pub fn keepalive(mut self, silence: Duration) -> Self {
        self.keepalive = Some(silence);
        self
    }

    /// Connects.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`](crate::Error::Connect), with what the last attempt has met; [`Error::Io`](crate::Error::Io) for a timeout of zero
    /// ([`InvalidInput`](io::ErrorKind::InvalidInput)).
    pub fn connect(&self) -> Result<Client> {
        let deadline = Deadline::after(self.connect_limit);
        let limited = self.connect_limit.is_some();
        let socket = open(self, deadline, limited, &Switch::default())?;
        let mut client = Client::new(socket);
        client.set_timeout(self.timeout)?;
        client.set_stream_timeout(self.stream_timeout)?;
        client.set_event_limits(self.event_limits);
        client.reopen = Some(Box::new(self.clone()));
        Ok(client)
    }
}

impl From<Address> for Config {
    fn from(address: Address) -> Self {
        Self::new().address(address)
    }
}

impl Open<Socket> for Config {
    fn open(&self, deadline: Deadline, switch: &Switch) -> io::Result<Socket> {
        let address = self.address.clone().unwrap_or_default();
        connect_once(&address, self.keepalive, deadline, switch)
    }

    fn name(&self) -> String {
        self.address.clone().unwrap_or_default().to_string()
    }
}

impl Client {
    /// Connects to the daemon on this machine, at its [default address](Address::default).
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
    /// The example [`quickstart`](crate::guide::examples::quickstart) goes on from there. All that can
    /// be set is in [`Config`].
    ///
    /// # Errors
    ///
    /// [`Error::Connect`](crate::Error::Connect). There is no limit to how long it takes: a daemon that is alive but does
    /// not accept holds it up. See [`Config::connect_limit`].
    pub fn connect() -> Result<Self> {
        Config::new().connect()
    }

    /// Connects to where a URI or an absolute path tells: `unix:///path`, `/path`,
    /// `tcp://host:port` and what else an [`Address`] is parsed from.
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
    /// As [`connect`](Self::connect), also for a text that is no address.
    pub fn connect_uri(uri: &str) -> Result<Self> {
        Config::from_uri(uri)?.connect()
    }

    /// Connects to where the environment variable `VICI_URI` tells, else as
    /// [`connect`](Self::connect): for programs that have no options of their own.
    ///
    /// # Errors
    ///
    /// As [`connect_uri`](Self::connect_uri).
    pub fn connect_env() -> Result<Self> {
        Config::from_env()?.connect()
    }
}
