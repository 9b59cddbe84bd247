//! The door of the blocking client.

use std::fmt;
use std::io::{Read, Write};
use std::time::{Duration, Instant};

use vici_client::{Client, Config, Error, RawEvent, Result, ShutdownHandle, Socket};
use vici_types::{ListSas, Traffic};

use super::change::Change;
use super::events::{EVENTS, is_optional};
use super::table::Table;
use super::tracker::Tracker;
use super::traffic::Traffics;

/// The SAs of a daemon, as a table that follows them, and what changes in it.
///
/// ```no_run
/// use vici_client::Config;
/// use vici_control::Watch;
///
/// # fn main() -> vici_client::Result<()> {
/// let mut watch = Watch::connect(&Config::from_env()?)?;
/// while let Some(change) = watch.next(None)? {
///     println!("{change}");
///     for sa in watch.table() {
///         println!("  {} with {} children", sa.ike, sa.children.len());
///     }
/// }
/// # Ok(())
/// # }
/// ```
///
/// The [module](super) tells what the table has, and what it costs. The example `watch` is a whole
/// program.
pub struct Watch<S = Socket> {
    client: Client<S>,
    tracker: Tracker,
    shutdown: Option<ShutdownHandle>,
    is_connected: bool,
    /// What is not subscribed: on a new connection what was not known on the one before.
    missing: Vec<&'static str>,
    /// Whether that was asked for on this connection.
    has_subscribed: bool,
    /// How many events the client had dropped when that was last looked at.
    dropped: u64,
}

impl Watch {
    /// Connects, subscribes and lists: the table is whole when this returns.
    ///
    /// A [`timeout`](Config::timeout) bounds each answer; without one, a daemon that answers nothing is
    /// waited for without end.
    ///
    /// # Errors
    ///
    /// Those of [`Config::connect`] and [`Watch::new`].
    pub fn connect(config: &Config) -> Result<Self> {
        Self::new(config.connect()?)
    }
}

impl<S: Read + Write> Watch<S> {
    /// Watches over this client: subscribes and lists.
    ///
    /// A client that was made from a stream comes back after the end of its connection only if it knows
    /// how: see [`Client::reopen_with`].
    ///
    /// # Errors
    ///
    /// Those of [`Client::subscribe`] and [`Client::stream`]. [`Error::UnknownEvent`] if the daemon does
    /// not know an event that is needed, which is before 5.3.3.
    pub fn new(client: Client<S>) -> Result<Self> {
        let mut watch = Self {
            dropped: client.dropped_events(),
            client,
            tracker: Tracker::new(),
            shutdown: None,
            is_connected: true,
            missing: EVENTS.to_vec(),
            has_subscribed: false,
        };
        watch.subscribe()?;
        watch.list()?;
        Ok(watch)
    }

    /// The next change: one that is known, or else the first within `timeout`. `None` as a timeout waits
    /// without limit, [`Duration::ZERO`] only looks at what has come; `Ok(None)` tells that the time is
    /// over.
    ///
    /// After the end of the connection it connects anew, again and again until the time is over. A list
    /// that is needed is not cut short by `timeout`, but by those of the client.
    ///
    /// # Errors
    ///
    /// What waiting does not mend, such as a missing permission, and [`Error::Closed`] when a
    /// [`ShutdownHandle`] has ended the watch. [`Error::Timeout`] if a list took too long, and
    /// [`Error::Decode`] if an SA of it can't be read: the table is as it was. The next call tries again.
    pub fn next(&mut self, timeout: Option<Duration>) -> Result<Option<Change>> {
        let end = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            if let Some(change) = self.tracker.next_change() {
                return Ok(Some(change));
            }
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            match self.step(left) {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(error) if error.is_closed() && self.is_connected && !self.is_shut_down() => {
                    self.disconnected(&error);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The SAs that are up.
    pub fn table(&self) -> &Table {
        self.tracker.table()
    }

    /// Whether the table is that of the daemon, as far as all that has come tells: there is a connection,
    /// and nothing has to be listed.
    pub fn is_current(&self) -> bool {
        self.tracker.is_current()
    }

    /// Asks the daemon for the bytes and packets of all CHILD_SAs that are up.
    ///
    /// No event tells of them: this is a list of all SAs each time, of 20 microseconds of the daemon's time
    /// for each of them. The changes that come meanwhile are told by the next calls of
    /// [`next`](Self::next).
    ///
    /// # Errors
    ///
    /// Those of [`Client::stream`].
    pub fn traffic(&mut self) -> Result<impl Iterator<Item = (u32, Traffic)> + use<S>> {
        let mut traffics = Traffics::default();
        let mut items = self.client.stream(&ListSas::new())?;
        for item in &mut items {
            traffics.add(&item?);
        }
        items.finish()?;
        Ok(traffics.into_iter())
    }

    /// A handle that ends the watch from another thread: a [`next`](Self::next) that waits returns
    /// [`Error::Closed`].
    ///
    /// # Errors
    ///
    /// Those of [`Client::shutdown_handle`].
    pub fn shutdown_handle(&mut self) -> Result<ShutdownHandle> {
        let handle = self.client.shutdown_handle()?;
        self.shutdown = Some(handle.clone());
        Ok(handle)
    }

    fn is_shut_down(&self) -> bool {
        let handle = self.shutdown.as_ref();
        handle.is_some_and(ShutdownHandle::is_shut_down)
    }

    /// Does what is next; `false` if the time is over.
    fn step(&mut self, left: Option<Duration>) -> Result<bool> {
        if !self.is_connected {
            return self.reconnect(left);
        }
        if !self.has_subscribed {
            self.subscribe()?;
        }
        if self.list()? {
            return Ok(true);
        }
        match self.client.next_event(left)? {
            Some(event) => self.take(&event),
            None => return Ok(false),
        }
        Ok(true)
    }

    /// Subscribes what is not.
    fn subscribe(&mut self) -> Result<()> {
        let mut unknown = Vec::new();
        while let Some(event) = self.missing.pop() {
            let result = self.client.subscribe_raw(event);
            if result.is_err() {
                unknown.push(event);
            }
            match result {
                Err(Error::UnknownEvent { .. }) if is_optional(event) => {}
                Err(error) => {
                    self.missing.append(&mut unknown);
                    return Err(error);
                }
                Ok(()) => {}
            }
        }
        self.missing = unknown;
        self.has_subscribed = true;
        self.tracker.connected();
        Ok(())
    }

    /// Lists, if that is wanted.
    fn list(&mut self) -> Result<bool> {
        let mut has_listed = false;
        while self.tracker.wants_list() {
            has_listed = true;
            // What came before events that were lost must not be taken for what comes behind the list.
            self.take_events()?;
            let Some(request) = self.tracker.begin_list() else {
                continue;
            };
            if let Err(error) = self.take_list(&request) {
                self.tracker.cancel_list();
                return Err(error);
            }
        }
        Ok(has_listed)
    }

    fn take_list(&mut self, request: &ListSas) -> Result<()> {
        let mut items = self.client.stream(request)?;
        for item in &mut items {
            self.tracker.item(&item?);
        }
        items.finish()?;
        // All events that came before the response are in the queue.
        self.take_events()?;
        self.tracker.finish_list();
        Ok(())
    }

    /// Takes the events that have come.
    fn take_events(&mut self) -> Result<()> {
        while let Some(event) = self.client.next_event(Some(Duration::ZERO))? {
            self.take(&event);
        }
        self.look_for_losses();
        Ok(())
    }

    fn take(&mut self, event: &RawEvent) {
        // Those that were dropped came before it.
        self.look_for_losses();
        match event.decode_any() {
            Ok(Some(event)) => self.tracker.event(&event),
            Ok(None) => {}
            Err(_) => self.tracker.lost(1),
        }
    }

    fn look_for_losses(&mut self) {
        let dropped = self.client.dropped_events();
        if dropped > self.dropped {
            self.tracker.lost(dropped - self.dropped);
            self.dropped = dropped;
        }
    }

    fn disconnected(&mut self, error: &Error) {
        // What came before the end; and then the end again, which was told.
        let _ = self.take_events();
        self.is_connected = false;
        self.tracker.disconnected(error.to_string());
    }

    /// Connects anew; `false` if the time is over.
    fn reconnect(&mut self, left: Option<Duration>) -> Result<bool> {
        let begun = Instant::now();
        match self.client.reconnect(left.unwrap_or(Duration::MAX)) {
            Ok(()) => {}
            // Another daemon, which need not know it.
            Err(Error::UnknownEvent { name, .. }) if is_optional(&name) => {
                let event = EVENTS.iter().find(|event| **event == name);
                self.missing.extend(event);
            }
            Err(error) => {
                let is_over = left.is_some_and(|left| begun.elapsed() >= left);
                let is_connect = matches!(error, Error::Connect { .. });
                return match error {
                    _ if self.is_shut_down() => Err(Error::Closed),
                    error if is_over && (is_connect || error.is_timeout() || error.is_closed()) => {
                        Ok(false)
                    }
                    error => Err(error),
                };
            }
        }
        self.is_connected = true;
        self.has_subscribed = false;
        Ok(true)
    }
}

/// The changes, each waited for without limit, until an error.
impl<'a, S: Read + Write> IntoIterator for &'a mut Watch<S> {
    type Item = Result<Change>;
    type IntoIter = Changes<'a, S>;

    fn into_iter(self) -> Changes<'a, S> {
        Changes(Some(self))
    }
}

/// An iterator over the changes of a [`Watch`], without end but an error, which is the last item.
#[derive(Debug)]
pub struct Changes<'a, S = Socket>(Option<&'a mut Watch<S>>);

impl<S: Read + Write> Iterator for Changes<'_, S> {
    type Item = Result<Change>;

    fn next(&mut self) -> Option<Result<Change>> {
        let next = self.0.as_mut()?.next(None).transpose();
        if !matches!(next, Some(Ok(_))) {
            self.0 = None;
        }
        next
    }
}

impl<S> fmt::Debug for Watch<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("is_connected", &self.is_connected)
            .field("ikes", &self.tracker.table().len())
            .field("children", &self.tracker.table().children())
            .finish_non_exhaustive()
    }
}
