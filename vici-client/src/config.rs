//! Where to connect to, and how; nothing in here connects.

use core::time::Duration;
use std::env;

use crate::address::{Address, AddressError};
use crate::error::Result;
use crate::proto::EventLimits;

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
/// Where there is nothing to set, [`Client::connect`](crate::Client::connect),
/// [`connect_uri`](crate::Client::connect_uri) and [`connect_env`](crate::Client::connect_env) are
/// shorter.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Where the daemon listens; `None` is the [default address](Address::default), which is looked
    /// for at each attempt.
    pub address: Option<Address>,
    /// For how long connecting is tried, again and again; `None`, the default, is once.
    pub connect_limit: Option<Duration>,
    /// How long a call may take: see [`Client::set_timeout`](crate::Client::set_timeout).
    pub timeout: Option<Duration>,
    /// How long a stream may take: see
    /// [`Client::set_stream_timeout`](crate::Client::set_stream_timeout).
    pub stream_timeout: Option<Duration>,
    /// How many events wait for the caller: see
    /// [`Client::set_event_limits`](crate::Client::set_event_limits).
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
    /// [`Error::Connect`](crate::Error::Connect) for a text that is neither
    /// ([`InvalidInput`](std::io::ErrorKind::InvalidInput)).
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
    /// The waits between the attempts grow from a millisecond to a tenth of a second. What waiting does
    /// not mend, such as a missing permission, is told at once. Each address of a host has its share of
    /// the time. Looking up the name of a host is up to the system, and may take longer.
    #[must_use]
    pub fn connect_limit(mut self, limit: Duration) -> Self {
        self.connect_limit = Some(limit);
        self
    }

    /// Bounds each call: see [`Client::set_timeout`](crate::Client::set_timeout).
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Bounds each stream as a whole: see
    /// [`Client::set_stream_timeout`](crate::Client::set_stream_timeout).
    #[must_use]
    pub fn stream_timeout(mut self, timeout: Duration) -> Self {
        self.stream_timeout = Some(timeout);
        self
    }

    /// Bounds the queue in which events wait for the caller: see
    /// [`Client::set_event_limits`](crate::Client::set_event_limits).
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
    /// ([`Unsupported`](std::io::ErrorKind::Unsupported)).
    #[must_use]
    pub fn keepalive(mut self, silence: Duration) -> Self {
        self.keepalive = Some(silence);
        self
    }
}

impl From<Address> for Config {
    fn from(address: Address) -> Self {
        Self::new().address(address)
    }
}
