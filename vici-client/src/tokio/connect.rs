//! Connecting.

use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio::time::{Instant, sleep, timeout_at};

use super::client::AsyncClient;
use crate::address::Address;
use crate::attempt::keep_alive;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::open::{FIRST_PAUSE, LONGEST_PAUSE, is_busy, is_transient};
#[cfg(unix)]
use crate::socket::system::acknowledge_at_once;
use crate::transport::unsupported;

impl Config {
    /// Connects an async client, and spawns its driver on the current runtime.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use vici_client::Config;
    ///
    /// # async fn example() -> vici_client::Result<()> {
    /// let client = Config::from_env()?
    ///     .connect_limit(Duration::from_secs(10))
    ///     .connect_async()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Dropping the future leaves nothing behind.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`], as [`connect`](Self::connect). [`Error::Io`] if a timeout of calls or streams
    /// is set ([`Unsupported`](io::ErrorKind::Unsupported)): that is what
    /// [`tokio::time::timeout`](::tokio::time::timeout) is for.
    ///
    /// # Panics
    ///
    /// Outside of a runtime of tokio with I/O and time enabled, as all of tokio does.
    pub async fn connect_async(&self) -> Result<AsyncClient> {
        if self.timeout.is_some() || self.stream_timeout.is_some() {
            return Err(Error::Io(unsupported(
                "an async client has no timeouts of its own: use `tokio::time::timeout`",
            )));
        }
        let (mut client, driver) = AsyncClient::new(open(self).await?);
        client.set_event_limits(self.event_limits);
        client.config = Some(Arc::new(self.clone()));
        tokio::spawn(driver);
        Ok(client)
    }
}

impl AsyncClient {
    /// Connects to the daemon on this machine, at its [default address](Address::default), and spawns
    /// the driver on the current runtime.
    ///
    /// All that can be set is in [`Config`]; see [`Config::connect_async`], also for what is needed of
    /// the runtime. Dropping the future leaves nothing behind.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`].
    pub async fn connect() -> Result<Self> {
        Config::new().connect_async().await
    }

    /// Connects to where a URI or an absolute path tells, as [`connect`](Self::connect):
    /// `unix:///path`, `tcp://host:port` and what else an [`Address`] is parsed from.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect), also for a text that is no address.
    pub async fn connect_uri(uri: &str) -> Result<Self> {
        Config::from_uri(uri)?.connect_async().await
    }

    /// Connects to where the environment variable `VICI_URI` tells, else as
    /// [`connect`](Self::connect).
    ///
    /// # Errors
    ///
    /// As [`connect_uri`](Self::connect_uri).
    pub async fn connect_env() -> Result<Self> {
        Config::from_env()?.connect_async().await
    }

    /// Another connection to the same place, made in the same way, with a driver of its own.
    ///
    /// For commands that take long: the daemon works on the requests of a connection one after the
    /// other. Dropping the future leaves nothing behind.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`], and [`Error::Io`] for a client that was made from a
    /// [stream](Self::new), so that there is no address
    /// ([`Unsupported`](io::ErrorKind::Unsupported)).
    pub async fn another(&self) -> Result<Self> {
        match &self.config {
            Some(config) => config.connect_async().await,
            None => Err(Error::Io(unsupported(
                "this client was made from a stream, not from an address",
            ))),
        }
    }
}

/// The socket that a [`Config`] connects.
enum Socket {
    #[cfg(unix)]
    Unix(UnixStream),
    Tcp(TcpStream),
}

/// Connects, again and again within the limit; without one only while the daemon is busy.
async fn open(config: &Config) -> Result<Socket> {
    let address = || config.address.clone().unwrap_or_default();
    let error = |error| Error::connect(address(), error);
    let end = config
        .connect_limit
        .map(|limit| Instant::now().checked_add(limit));
    let end = end.flatten();
    let limited = config.connect_limit.is_some();
    let mut pause = FIRST_PAUSE;
    let mut earlier = None;
    loop {
        let attempt = open_once(address(), config.keepalive);
        let failed = match end {
            None => match attempt.await {
                Ok(socket) => return Ok(socket),
                Err(failed) => failed,
            },
            Some(end) => match timeout_at(end, attempt).await {
                Ok(Ok(socket)) => return Ok(socket),
                Ok(Err(failed)) => failed,
                Err(_) => {
                    // The attempt before the one that was cut short tells more.
                    let late = || io::ErrorKind::TimedOut.into();
                    return Err(error(earlier.unwrap_or_else(late)));
                }
            },
        };
        let again = is_busy(&failed) || (limited && is_transient(&failed));
        if !again || end.is_some_and(|end| end <= Instant::now()) {
            return Err(error(failed));
        }
        earlier = Some(failed);
        match end {
            Some(end) => sleep(pause.min(end.saturating_duration_since(Instant::now()))).await,
            None => sleep(pause).await,
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn open_once(address: Address, keepalive: Option<Duration>) -> io::Result<Socket> {
    match address {
        #[cfg(unix)]
        Address::Unix(path) => Ok(Socket::Unix(UnixStream::connect(path).await?)),
        #[cfg(not(unix))]
        Address::Unix(_) => Err(unsupported("Unix sockets are not supported here")),
        // A name that begins with a zero byte is one of the abstract namespace.
        #[cfg(target_os = "linux")]
        Address::Abstract(name) => {
            let stream = UnixStream::connect(format!("\0{name}")).await?;
            Ok(Socket::Unix(stream))
        }
        #[cfg(not(target_os = "linux"))]
        Address::Abstract(_) => Err(unsupported(
            "only Linux has names of sockets without a path",
        )),
        Address::Tcp { host, port } => {
            let mut stream = TcpStream::connect((host.as_str(), port)).await?;
            // Requests are written whole: there is nothing to wait for.
            stream.set_nodelay(true)?;
            if let Some(idle) = keepalive {
                let socket = stream.into_std()?;
                keep_alive(&socket, idle)?;
                stream = TcpStream::from_std(socket)?;
            }
            Ok(Socket::Tcp(stream))
        }
    }
}

macro_rules! each {
    ($socket:expr, $stream:ident => $body:expr) => {
        match $socket {
            #[cfg(unix)]
            Socket::Unix($stream) => $body,
            Socket::Tcp($stream) => $body,
        }
    };
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        each!(self.get_mut(), stream => Pin::new(stream).poll_read(context, buffer))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            #[cfg(unix)]
            Self::Unix(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tcp(stream) => {
                let written = Pin::new(&mut *stream).poll_write(context, bytes);
                // The daemon's kernel waits for that in the middle of a frame.
                #[cfg(unix)]
                acknowledge_at_once(stream);
                written
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self.get_mut(), stream => Pin::new(stream).poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self.get_mut(), stream => Pin::new(stream).poll_shutdown(context))
    }
}
