//! Typed handlers for commands.

use core::fmt;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde::de::DeserializeOwned;
use vici_serde::Message;
use vici_types::{Event, Request};

use super::service::{Call, Reply, Service};

/// A service made of handlers, one for each command.
///
/// ```
/// use vici_testing::{Commands, Refusal, Server};
/// use vici_client::vici_types::{
///     ControlLog, Done, IkeUpdown, Initiate, Version, VersionResponse,
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let commands = Commands::new()
///     .on(|_: Version, _| {
///         let mut version = VersionResponse::default();
///         version.daemon = "mine".to_owned();
///         version.version = "0.1".to_owned();
///         Ok(version)
///     })
///     .on(|request: Initiate, call| {
///         let mut log = ControlLog::default();
///         log.msg = "initiating".into();
///         call.stream(&log)?;
///         match request.ike {
///             Some(name) if name == "home" => {
///                 call.raise(&IkeUpdown::default())?;
///                 let mut done = Done::default();
///                 done.success = true;
///                 Ok(done)
///             }
///             _ => Err(Refusal::new("no such connection")),
///         }
///     })
///     .event::<ControlLog>()
///     .event::<IkeUpdown>();
///
/// let server = Server::new(commands);
/// let mut client = server.connect()?;
/// assert_eq!(client.call(&Version::new())?.daemon, "mine");
/// let error = client.call(&Initiate::new().ike("work")).unwrap_err();
/// assert_eq!(error.to_string(), "`initiate` failed: no such connection");
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct Commands {
    handlers: BTreeMap<String, Handler>,
    events: BTreeSet<String>,
}

type Handler = Box<dyn Fn(&mut Call<'_>) -> Reply + Send + Sync>;

impl Commands {
    /// No commands and no events.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers a command, in place of any earlier handler. A request that does not fit its type is
    /// refused with the reason.
    #[must_use]
    pub fn on<R, F>(self, handler: F) -> Self
    where
        R: Request + DeserializeOwned,
        R::Response: Serialize,
        F: Fn(R, &mut Call<'_>) -> Result<R::Response, Refusal> + Send + Sync + 'static,
    {
        self.insert(R::NAME, move |call| {
            let request = call.decode::<R>()?;
            Ok(Reply::response(&handler(request, call)?)?)
        })
    }

    /// Answers a command by its name, as messages.
    #[must_use]
    pub fn on_raw<F>(self, command: &str, handler: F) -> Self
    where
        F: Fn(Message, &mut Call<'_>) -> Result<Message, Refusal> + Send + Sync + 'static,
    {
        self.insert(command, move |call| {
            let request = call.decode::<Message>()?;
            Ok(Reply::response(&handler(request, call)?)?)
        })
    }

    /// Lets clients register an event.
    #[must_use]
    pub fn event<E: Event>(self) -> Self {
        self.event_raw(E::NAME)
    }

    /// [`event`](Self::event) by name.
    #[must_use]
    pub fn event_raw(mut self, event: &str) -> Self {
        self.events.insert(event.to_owned());
        self
    }

    fn insert<F>(mut self, command: &str, handler: F) -> Self
    where
        F: Fn(&mut Call<'_>) -> Result<Reply, Refusal> + Send + Sync + 'static,
    {
        let handler = move |call: &mut Call<'_>| handler(call).unwrap_or_else(Refusal::into_reply);
        self.handlers.insert(command.to_owned(), Box::new(handler));
        self
    }
}

impl Service for Commands {
    fn call(&self, call: &mut Call<'_>) -> Reply {
        match self.handlers.get(call.command()) {
            Some(handler) => handler(call),
            None => Reply::Unknown,
        }
    }

    fn has_event(&self, name: &str) -> bool {
        self.events.contains(name)
    }
}

impl fmt::Debug for Commands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Commands")
            .field("commands", &self.handlers.keys())
            .field("events", &self.events)
            .finish()
    }
}

/// Why a command is not answered by its response.
///
/// Errors of the codec turn into one, so that handlers can use `?`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(Reply);

impl Refusal {
    /// `success = no`, with the reason.
    pub fn new(errmsg: impl AsRef<str>) -> Self {
        Self(Reply::failure(errmsg.as_ref()))
    }

    /// Any other answer.
    pub fn with(reply: Reply) -> Self {
        Self(reply)
    }

    fn into_reply(self) -> Reply {
        self.0
    }
}

impl From<vici_serde::Error> for Refusal {
    fn from(error: vici_serde::Error) -> Self {
        Self::new(error.to_string())
    }
}
