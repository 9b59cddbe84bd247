//! Events over restarts of the daemon.

use core::time::Duration;

use tokio::time::sleep;

use super::client::AsyncClient;
use super::subscription::Subscription;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::event::RawEvent;
use crate::open::is_transient;

/// Events of several names, over as many connections as it takes, and where some may be missing.
///
/// A daemon that was restarted has forgotten all that was loaded, and what it raised while nobody was
/// connected is lost. So a client does not connect anew by itself. Where nothing is at stake but
/// events, this does, and says so:
///
/// ```no_run
/// use vici_client::Config;
/// use vici_client::tokio::{Incoming, Resubscribing};
///
/// # async fn example() -> vici_client::Result<()> {
/// let mut events = Resubscribing::new(Config::from_env()?, &["ike-updown", "child-updown"]);
/// loop {
///     match events.next().await? {
///         Incoming::Event(event) => println!("{:?}", event.decode_any()),
///         Incoming::Connected => println!("list what there is: it may have changed"),
///         Incoming::Lagged { dropped } => println!("{dropped} events were not read in time"),
///         _ => {}
///     }
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct Resubscribing {
    config: Config,
    events: Vec<String>,
    connected: Option<(AsyncClient, Subscription<RawEvent>)>,
    pause: Duration,
}

/// What [`Resubscribing`] returns.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A connection was made, the first or another one, and the events are subscribed. Whatever
    /// happened before may have been missed.
    Connected,
    /// An event.
    Event(RawEvent),
    /// Events were dropped here, as they were not read in time.
    Lagged {
        /// How many.
        dropped: u64,
    },
}

impl Resubscribing {
    /// Connects as `config` tells, when it is asked for the first time.
    #[must_use]
    pub fn new(config: Config, events: &[&str]) -> Self {
        Self {
            config,
            events: events.iter().map(|event| (*event).to_owned()).collect(),
            connected: None,
            pause: FIRST_PAUSE,
        }
    }

    /// What comes next. While there is no daemon it tries to connect again and again, with pauses that
    /// grow to five seconds.
    ///
    /// Cancel safe: what has come waits for the next call, and an attempt to connect begins anew.
    ///
    /// # Errors
    ///
    /// What waiting does not mend: a missing permission, an event that the daemon does not know. The
    /// next call tries again.
    pub async fn next(&mut self) -> Result<Incoming> {
        loop {
            if let Some((_, events)) = &mut self.connected {
                match events.next().await {
                    Some(Ok(event)) => return Ok(Incoming::Event(event)),
                    Some(Err(Error::Lagged { dropped, .. })) => {
                        return Ok(Incoming::Lagged { dropped });
                    }
                    // Raw events have no other errors.
                    Some(Err(_)) => continue,
                    None => self.connected = None,
                }
            }
            match self.connect().await {
                Ok(connected) => {
                    self.connected = Some(connected);
                    self.pause = FIRST_PAUSE;
                    return Ok(Incoming::Connected);
                }
                Err(error) if may_pass(&error) => {
                    sleep(self.pause).await;
                    self.pause = (self.pause * 2).min(LAST_PAUSE);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The connection that the events come by, if there is one at the moment: to list what there is,
    /// for instance.
    pub fn client(&self) -> Option<&AsyncClient> {
        self.connected.as_ref().map(|(client, _)| client)
    }

    async fn connect(&self) -> Result<(AsyncClient, Subscription<RawEvent>)> {
        let client = self.config.connect_async().await?;
        let events: Vec<&str> = self.events.iter().map(String::as_str).collect();
        let events = client.subscribe_names(&events).await?;
        Ok((client, events))
    }
}

/// Whether a daemon that starts, is busy or ends explains the error.
fn may_pass(error: &Error) -> bool {
    match error {
        Error::Connect { error, .. } => is_transient(error),
        error => error.is_closed(),
    }
}

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LAST_PAUSE: Duration = Duration::from_secs(5);
