//! The door of the async client.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use futures_core::Stream;
use tokio::time::sleep;
use vici_client::tokio::{StreamingCall, Subscription};
use vici_client::{AsyncClient, Config, Error, RawEvent, Result};
use vici_types::{ListSas, Traffic};

use super::change::Change;
use super::events::{EVENTS, is_optional};
use super::table::Table;
use super::tracker::Tracker;
use super::traffic::Traffics;

/// [`Watch`](super::Watch) for async programs, and a [`Stream`] of its changes.
///
/// ```no_run
/// use vici_client::Config;
/// use vici_control::AsyncWatch;
///
/// # async fn example() -> vici_client::Result<()> {
/// let mut watch = AsyncWatch::connect(&Config::from_env()?).await?;
/// loop {
///     println!("{}", watch.next().await?);
///     println!("{} tunnels are up", watch.table().children());
/// }
/// # }
/// ```
pub struct AsyncWatch {
    config: Config,
    tracker: Tracker,
    state: State,
}

enum State {
    Live(Box<Live>),
    Connecting(Connecting),
    /// The last attempt failed, which was told.
    Down,
}

type Connecting = Pin<Box<dyn Future<Output = Result<Live>> + Send + Sync>>;

/// A connection, and what is under way on it.
struct Live {
    client: AsyncClient,
    events: Subscription<RawEvent>,
    list: Option<StreamingCall<ListSas>>,
}

impl AsyncWatch {
    /// Connects, subscribes and lists: the table is whole when this returns. Dropping the future leaves
    /// nothing behind.
    ///
    /// # Errors
    ///
    /// Those of [`Config::connect_async`], and as [`Watch::new`](super::Watch::new).
    ///
    /// # Panics
    ///
    /// Outside of a runtime of tokio with I/O and time enabled, as all of tokio does.
    pub async fn connect(config: &Config) -> Result<Self> {
        let live = connect(config).await?;
        let mut watch = Self {
            config: config.clone(),
            tracker: Tracker::new(),
            state: State::Live(Box::new(live)),
        };
        watch.tracker.connected();
        while !watch.tracker.is_current() {
            poll_fn(|context| watch.poll_step(context)).await?;
        }
        Ok(watch)
    }

    /// The next change.
    ///
    /// After the end of the connection it connects anew, again and again. Cancel safe: a change that is
    /// known waits for the next call, and a list or an attempt to connect goes on with it.
    ///
    /// # Errors
    ///
    /// What waiting does not mend, such as a missing permission, and [`Error::Decode`] if an SA of a list
    /// can't be read: the table is as it was. The next call tries again.
    pub async fn next(&mut self) -> Result<Change> {
        poll_fn(|context| self.poll_change(context)).await
    }

    /// The SAs that are up.
    pub fn table(&self) -> &Table {
        self.tracker.table()
    }

    /// Whether the table is that of the daemon, as far as all that was read tells: there is a connection,
    /// and nothing has to be listed.
    pub fn is_current(&self) -> bool {
        self.tracker.is_current()
    }

    /// Asks the daemon for the bytes and packets of all CHILD_SAs that are up.
    ///
    /// No event tells of them: this is a list of all SAs each time, of 20 microseconds of the daemon's time
    /// for each of them.
    ///
    /// # Errors
    ///
    /// Those of [`AsyncClient::stream`], and [`Error::Closed`] while there is no connection.
    pub async fn traffic(&self) -> Result<impl Iterator<Item = (u32, Traffic)> + use<>> {
        let State::Live(live) = &self.state else {
            return Err(Error::Closed);
        };
        let mut traffics = Traffics::default();
        let mut items = live.client.stream(&ListSas::new())?;
        while let Some(item) = items.next().await {
            traffics.add(&item?);
        }
        items.finish().await?;
        Ok(traffics.into_iter())
    }

    fn poll_change(&mut self, context: &mut Context<'_>) -> Poll<Result<Change>> {
        loop {
            if let Some(change) = self.tracker.next_change() {
                return Poll::Ready(Ok(change));
            }
            match ready!(self.poll_step(context)) {
                Err(error) if error.is_closed() => self.disconnected(&error),
                result => result?,
            }
        }
    }

    fn disconnected(&mut self, error: &Error) {
        if let State::Live(live) = &mut self.state {
            // What came before the end.
            while let Some(event) = live.event_that_has_come() {
                take(&mut self.tracker, event);
            }
        }
        self.tracker.disconnected(error.to_string());
        self.state = State::Down;
    }

    /// Does what is next.
    fn poll_step(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        let live = match &mut self.state {
            State::Live(live) => live,
            State::Connecting(connecting) => {
                let connected = ready!(connecting.as_mut().poll(context));
                self.state = State::Down;
                self.state = State::Live(Box::new(connected?));
                self.tracker.connected();
                return Poll::Ready(Ok(()));
            }
            State::Down => {
                let config = self.config.clone();
                self.state = State::Connecting(Box::pin(reconnect(config)));
                return Poll::Ready(Ok(()));
            }
        };
        if let Some(list) = &mut live.list {
            let item = ready!(Pin::new(list).poll_next(context));
            return Poll::Ready(match item {
                Some(Ok(item)) => {
                    self.tracker.item(&item);
                    Ok(())
                }
                Some(Err(error)) => {
                    live.list = None;
                    self.tracker.cancel_list();
                    match error {
                        // Nobody has asked for a change for long.
                        Error::Overrun => Ok(()),
                        error => Err(error),
                    }
                }
                None => {
                    live.list = None;
                    // All events that came before the response are in the queue.
                    while let Some(event) = live.event_that_has_come() {
                        take(&mut self.tracker, event);
                    }
                    self.tracker.finish_list();
                    Ok(())
                }
            });
        }
        if let Some(request) = self.tracker.begin_list() {
            let list = live.client.stream(&request);
            live.list = Some(list.inspect_err(|_| self.tracker.cancel_list())?);
            return Poll::Ready(Ok(()));
        }
        match ready!(Pin::new(&mut live.events).poll_next(context)) {
            Some(event) => take(&mut self.tracker, event),
            None => return Poll::Ready(Err(live.reason())),
        }
        Poll::Ready(Ok(()))
    }
}

impl Live {
    fn event_that_has_come(&mut self) -> Option<Result<RawEvent>> {
        let mut context = Context::from_waker(Waker::noop());
        match Pin::new(&mut self.events).poll_next(&mut context) {
            Poll::Ready(event) => event,
            Poll::Pending => None,
        }
    }

    /// Why the connection has ended.
    fn reason(&self) -> Error {
        let mut context = Context::from_waker(Waker::noop());
        match pin!(self.client.closed()).poll(&mut context) {
            Poll::Ready(reason) if reason.is_closed() => reason,
            _ => Error::Closed,
        }
    }
}

fn take(tracker: &mut Tracker, event: Result<RawEvent>) {
    match event.and_then(|event| event.decode_any()) {
        Ok(Some(event)) => tracker.event(&event),
        Ok(None) => {}
        Err(Error::Lagged { dropped, .. }) => tracker.lost(dropped),
        Err(_) => tracker.lost(1),
    }
}

/// One connection with all events that the daemon knows.
async fn connect(config: &Config) -> Result<Live> {
    let client = config.connect_async().await?;
    let mut names = EVENTS.to_vec();
    loop {
        match client.subscribe_names(&names).await {
            Ok(events) => {
                let list = None;
                return Ok(Live {
                    client,
                    events,
                    list,
                });
            }
            Err(Error::UnknownEvent { name, .. }) if is_optional(&name) => {
                names.retain(|event| *event != name);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Connects for as long as it takes.
async fn reconnect(config: Config) -> Result<Live> {
    // Whatever may pass is waited for.
    let config = config.connect_limit(Duration::MAX);
    let mut pause = FIRST_PAUSE;
    loop {
        match connect(&config).await {
            // It was accepted by a daemon on its way out.
            Err(error) if error.is_closed() => {
                sleep(pause).await;
                pause = (pause * 2).min(LAST_PAUSE);
            }
            result => return result,
        }
    }
}

const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LAST_PAUSE: Duration = Duration::from_millis(100);

/// It never ends; after an error it goes on.
impl Stream for AsyncWatch {
    type Item = Result<Change>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_change(context).map(Some)
    }
}

impl fmt::Debug for AsyncWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncWatch")
            .field("is_connected", &matches!(self.state, State::Live(_)))
            .field("ikes", &self.tracker.table().len())
            .field("children", &self.tracker.table().children())
            .finish_non_exhaustive()
    }
}
