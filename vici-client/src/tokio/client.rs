//! The clonable handle of a connection.

use core::fmt;
use core::future::Future;
use core::pin::pin;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use vici_serde::Message;
use vici_types::{Command, Event, StreamingCommand};

use super::call::{Call, Pending, RawCall};
use super::driver::Driver;
use super::shared::{Handle, Shared};
use super::streaming::{RawStreamingCall, StreamingCall};
use super::subscription::{self, Subscription};
use crate::codec;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::event::RawEvent;
use crate::proto::{EventLimits, RequestId, Session};
use crate::raw::RawMessage;

/// A connection to the daemon, for async programs: a handle that can be cloned and shared.
///
/// All methods take `&self`, and all tasks may use one connection: requests are sent in the order of
/// the calls, answers find their callers, events go to all who have subscribed. The daemon works on
/// the requests of a connection one after the other, so that a command that takes long, such as a
/// waiting `initiate`, belongs on [another](Self::another) connection.
///
/// ```no_run
/// use vici_client::AsyncClient;
/// use vici_client::vici_types::{IkeUpdown, ListSas, Version};
///
/// # async fn example() -> vici_client::Result<()> {
/// let client = AsyncClient::connect().await?;
/// println!("{}", client.call(&Version::new()).await?.version);
///
/// let mut sas = client.stream(&ListSas::new())?;
/// while let Some(sa) = sas.next().await {
///     println!("{:?}", sa?);
/// }
/// sas.finish().await?;
///
/// let mut events = client.subscribe::<IkeUpdown>().await?;
/// while let Some(event) = events.next().await {
///     println!("{:?}", event?);
/// }
/// println!("no more events: {}", client.closed().await);
/// # Ok(())
/// # }
/// ```
///
/// Examples: [`monitor_async`](crate::guide::examples::monitor_async), and a
/// [`web_service`](crate::guide::examples::web_service) for many browsers at once.
///
/// # Time
///
/// Put [`tokio::time::timeout`](::tokio::time::timeout) around whatever may take too long, or `select!`
/// it: every future and stream may be dropped at any point. What was not sent is never sent then, the
/// answer to what was sent is skipped, and no registration is left behind.
///
/// # The end
///
/// When the connection ends everybody who waits is told why, and so is every later call. A client does
/// not connect anew by itself: what a daemon that was restarted has forgotten, only the caller knows.
/// [`Resubscribing`](super::Resubscribing) does so where nothing is at stake but events.
///
/// The connection is closed when the last handle, call, stream and subscription is dropped.
#[derive(Clone)]
pub struct AsyncClient {
    handle: Arc<Handle>,
    /// How the connection was made, where it was by us.
    pub(super) config: Option<Arc<Config>>,
}

impl AsyncClient {
    /// A client over a connected stream, and the driver that moves its bytes, to spawn.
    ///
    /// ```no_run
    /// use tokio::net::UnixStream;
    /// use vici_client::AsyncClient;
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let (client, driver) = AsyncClient::new(UnixStream::connect("/run/charon.vici").await?);
    /// tokio::spawn(driver);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new<S: AsyncRead + AsyncWrite + Unpin>(stream: S) -> (Self, Driver<S>) {
        let shared = Arc::new(Shared::default());
        // What waits behind that can still be taken back when its caller leaves.
        let packets = Some(MAX_IN_FLIGHT);
        shared.lock().session.set_max_in_flight(packets);
        let driver = Driver::new(Arc::clone(&shared), stream);
        let handle = Arc::new(Handle(shared));
        let client = Self {
            handle,
            config: None,
        };
        (client, driver)
    }

    /// Sends a command; the future is its response.
    ///
    /// The request is checked, encoded and put in line before this returns, so that requests are sent
    /// in the order of the calls, whether and in whatever order the futures are awaited. The future
    /// borrows nothing and can be spawned.
    ///
    /// Dropping the future gives the request up: see [`Call`].
    ///
    /// # Errors
    ///
    /// The future returns all errors, those of a request that can't be sent included: as
    /// [`Client::call`](crate::Client::call) but for `Timeout`.
    pub fn call<R: Command>(&self, request: &R) -> Call<R> {
        Call::new(self.send(R::NAME, codec::encode(request)))
    }

    /// [`call`](Self::call) of a command by its name, with messages.
    ///
    /// Commands that stream events, such as `list-sas`, go to [`stream_raw`](Self::stream_raw): here
    /// they would return nothing. Dropping the future gives the request up.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    pub fn call_raw(&self, command: &str, message: &Message) -> RawCall {
        let message = codec::encode_raw(command, message);
        RawCall::new(self.send(command, message), command)
    }

    /// Sends a command that streams events, in order with all other requests.
    ///
    /// Items wait until they are asked for. When a megabyte waits and nobody waits for anything else,
    /// the connection is not read, so that the daemon waits as well. If others do wait, reading goes
    /// on; when 64 MiB wait the stream ends with [`Error::Overrun`].
    ///
    /// Dropping the stream gives the request up: see [`StreamingCall`].
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`], [`Error::Encode`] and those of a closed connection. All that the
    /// daemon says comes from the stream.
    pub fn stream<R: StreamingCommand>(&self, request: &R) -> Result<StreamingCall<R>> {
        let message = codec::encode(request)?;
        let event = <R::Event as Event>::NAME;
        Ok(StreamingCall::new(self.start(R::NAME, event, &message)?))
    }

    /// [`stream`](Self::stream) by the names of command and event, with messages. Dropping the stream
    /// gives the request up.
    ///
    /// # Errors
    ///
    /// As [`stream`](Self::stream).
    pub fn stream_raw(
        &self,
        command: &str,
        event: &str,
        message: &Message,
    ) -> Result<RawStreamingCall> {
        let message = codec::encode_raw(command, message)?;
        let pending = self.start(command, event, &message)?;
        Ok(RawStreamingCall::new(pending, command, event))
    }

    /// Sends a command that streams events; the future is all of them.
    ///
    /// It holds them all, so that [`stream`](Self::stream) is better where there may be very many. The
    /// first error ends it. It borrows nothing, and dropping it gives the request up.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call), and [`Error::UnknownEvent`].
    pub fn list<R: StreamingCommand>(
        &self,
        request: &R,
    ) -> impl Future<Output = Result<Vec<R::Event>>> + use<R> {
        let stream = self.stream(request);
        async move {
            let mut stream = stream?;
            let mut all = Vec::new();
            while let Some(item) = stream.next().await {
                all.push(item?);
            }
            stream.finish().await?;
            Ok(all)
        }
    }

    /// Subscribes an event. When this returns, the daemon has confirmed it.
    ///
    /// Dropping the future, or the [`Subscription`], ends the subscription again.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEvent`], and those of a closed connection.
    pub async fn subscribe<E: Event>(&self) -> Result<Subscription<E>> {
        subscription::subscribe(&self.handle).await
    }

    /// Subscribes several events, which come in one order; [`RawEvent::decode_any`] tells them apart.
    ///
    /// Dropping the future, or the [`Subscription`], ends the subscription again.
    ///
    /// # Errors
    ///
    /// As [`subscribe`](Self::subscribe). If the daemon does not know one of the events, none is
    /// subscribed.
    pub async fn subscribe_names(&self, events: &[&str]) -> Result<Subscription<RawEvent>> {
        subscription::subscribe_names(&self.handle, events).await
    }

    /// Changes the bounds of the queues of subscriptions that are made from now on.
    pub fn set_event_limits(&self, limits: EventLimits) {
        self.handle.0.lock().limits = limits;
    }

    /// Whether the connection has ended.
    pub fn is_closed(&self) -> bool {
        self.handle.0.lock().is_ended()
    }

    /// Waits until the connection ends, and returns why. Dropping the future changes nothing.
    pub async fn closed(&self) -> Error {
        let shared = &self.handle.0;
        let mut ended = pin!(shared.ended.notified());
        // Registered before it is looked at, so that an end in between is not missed.
        ended.as_mut().enable();
        if !self.is_closed() {
            ended.await;
        }
        shared.reason()
    }

    fn send(&self, command: &str, message: Result<RawMessage>) -> Pending {
        let sent = message.and_then(|message| {
            self.queue(|session| codec::send_encoded(session, command, &message))
        });
        Pending::new(Arc::clone(&self.handle), sent)
    }

    fn start(&self, command: &str, event: &str, message: &[u8]) -> Result<Pending> {
        let id =
            self.queue(|session| codec::send_stream_encoded(session, command, event, message))?;
        Ok(Pending::new(Arc::clone(&self.handle), Ok(id)))
    }

    fn queue(&self, send: impl FnOnce(&mut Session) -> Result<RequestId>) -> Result<RequestId> {
        self.handle.0.change(|state, wakers| {
            let sent = send(&mut state.session);
            let id = state.explain(sent)?;
            state.open(id, wakers);
            Ok(id)
        })
    }
}

impl fmt::Debug for AsyncClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.handle.0.lock();
        f.debug_struct("AsyncClient")
            .field("session", &state.session)
            .finish_non_exhaustive()
    }
}

/// So many packets may be on their way: enough that the daemon never waits for us.
const MAX_IN_FLIGHT: usize = 256;
