//! A daemon that does what a test tells it.

mod answer;
mod gate;

pub use self::answer::Answer;
pub use self::gate::Gate;

use core::fmt;
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use serde::de::DeserializeOwned;
use vici_types::{EVENTS, Event, Request};

use crate::server::{Call, Reply, Server, Service};
use vici_client::Client;

/// A daemon that answers as it is told, and remembers what it was asked.
///
/// A command without an answer is unknown to it. It knows all events of
/// [`vici_types::EVENTS`] unless told otherwise.
///
/// ```
/// use vici_testing::{Answer, ScriptedDaemon};
/// use vici_client::vici_types::{Conn, ListSa, ListSas, LoadConn, Version, VersionResponse};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let daemon = ScriptedDaemon::new();
/// let mut version = VersionResponse::default();
/// version.version = "6.0.6".to_owned();
/// daemon.always(Answer::<Version>::new().respond(&version));
/// daemon.always(Answer::<ListSas>::new().stream([ListSa::default()]).respond(&Default::default()));
/// // The first one fails, those after it do not.
/// daemon.once(Answer::<LoadConn>::new().fail("invalid value for: proposals, config discarded"));
/// daemon.always(Answer::<LoadConn>::new());
///
/// let mut client = daemon.connect()?;
/// assert_eq!(client.call(&Version::new())?.version, "6.0.6");
/// assert_eq!(client.stream(&ListSas::new())?.count(), 1);
/// let home = LoadConn::new("home", Conn::new());
/// assert!(client.call(&home).is_err());
/// assert!(client.call(&home)?.success);
///
/// assert_eq!(daemon.commands(), ["version", "list-sas", "load-conn", "load-conn"]);
/// assert_eq!(daemon.requests::<LoadConn>(), [home.clone(), home]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ScriptedDaemon {
    script: Arc<Script>,
    server: Server,
}

/// A command as a scripted daemon has received it.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    /// The number of the connection; the first one is 1.
    pub connection: u64,
    /// The command.
    pub command: String,
    /// The encoded message.
    pub message: Vec<u8>,
}

impl ScriptedDaemon {
    /// A daemon that knows no command yet.
    pub fn new() -> Self {
        let script = Arc::new(Script::default());
        Self {
            server: Server::new(Arc::clone(&script)),
            script,
        }
    }

    /// Its server: to listen, to raise events, to wait for clients or to drop them.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// A client that is connected with it.
    ///
    /// # Errors
    ///
    /// As [`Server::connect`].
    pub fn connect(&self) -> io::Result<Client> {
        self.server.connect()
    }

    /// Answers a command in this way from now on.
    pub fn always<R: Request + 'static>(&self, answer: Answer<R>) {
        self.keep_gates(&answer);
        let handler = move |call: &Call<'_>| answer.clone().perform(call);
        self.script
            .state()
            .always
            .insert(R::NAME.to_owned(), Arc::new(handler));
    }

    /// Answers the next call of a command in this way. Several wait for their turn, before what is
    /// [always](Self::always) answered.
    pub fn once<R: Request + 'static>(&self, answer: Answer<R>) {
        self.keep_gates(&answer);
        let handler = move |call: &Call<'_>| answer.clone().perform(call);
        let mut state = self.script.state();
        let queue = state.once.entry(R::NAME.to_owned()).or_default();
        queue.push_back(Arc::new(handler));
    }

    /// Answers a command as the function says from now on. A request that does not fit its type is
    /// refused with the reason.
    ///
    /// ```
    /// use vici_testing::{Answer, ScriptedDaemon};
    /// use vici_client::vici_types::UnloadConn;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let daemon = ScriptedDaemon::new();
    /// daemon.on(|request: &UnloadConn| match request.name.as_str() {
    ///     Some("home") => Answer::new(),
    ///     _ => Answer::new().fail(&format!("unload: connection '{}' not found", request.name)),
    /// });
    /// let mut client = daemon.connect()?;
    /// assert!(client.call(&UnloadConn::new("home")).is_ok());
    /// assert!(client.call(&UnloadConn::new("work")).is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn on<R, F>(&self, answer: F)
    where
        R: Request + DeserializeOwned,
        F: Fn(&R) -> Answer<R> + Send + Sync + 'static,
    {
        let script = Arc::downgrade(&self.script);
        let handler = move |call: &Call<'_>| match call.decode::<R>() {
            Ok(request) => {
                let answer = answer(&request);
                if let Some(script) = script.upgrade() {
                    script.keep_gates(&answer);
                }
                answer.perform(call)
            }
            Err(error) => Reply::failure(&error.to_string()),
        };
        self.script
            .state()
            .always
            .insert(R::NAME.to_owned(), Arc::new(handler));
    }

    /// Lets clients register an event that is none of the daemon's.
    pub fn add_event<E: Event>(&self) {
        self.script.state().added_events.insert(E::NAME.to_owned());
    }

    /// Does not let clients register an event, as a daemon that is too old for it.
    pub fn remove_event<E: Event>(&self) {
        self.script
            .state()
            .removed_events
            .insert(E::NAME.to_owned());
    }

    /// The commands that came, in their order.
    pub fn commands(&self) -> Vec<String> {
        let received = self.received();
        received.into_iter().map(|call| call.command).collect()
    }

    /// The requests of a type that came, in their order.
    ///
    /// # Panics
    ///
    /// If one of them does not fit the type.
    #[track_caller]
    pub fn requests<R: Request + DeserializeOwned>(&self) -> Vec<R> {
        let received = self.received();
        let requests = received.iter().filter(|call| call.command == R::NAME);
        requests
            .map(|call| match vici_serde::from_slice(&call.message) {
                Ok(request) => request,
                Err(error) => panic!("{}: {error}", R::NAME),
            })
            .collect()
    }

    /// All that came, in its order.
    pub fn received(&self) -> Vec<Received> {
        self.script.state().received.clone()
    }

    /// Forgets what came until now.
    pub fn forget(&self) {
        self.script.state().received.clear();
    }

    /// Waits until a command has come so often since the beginning, or since
    /// [`forget`](Self::forget). `false` if the time was over before.
    #[must_use = "`false` tells that the time was over"]
    pub fn wait_for<R: Request>(&self, count: usize, limit: Duration) -> bool {
        let came = |state: &State| {
            let received = state.received.iter();
            received.filter(|call| call.command == R::NAME).count() >= count
        };
        let state = self.script.state();
        let arrived = &self.script.arrived;
        let waited = arrived.wait_timeout_while(state, limit, |state| !came(state));
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        came(&state)
    }

    fn keep_gates<R>(&self, answer: &Answer<R>) {
        self.script.keep_gates(answer);
    }
}

impl fmt::Debug for Received {
    /// Shows no message, as there may be secrets in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("connection", &self.connection)
            .field("command", &self.command)
            .finish_non_exhaustive()
    }
}

impl Default for ScriptedDaemon {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for ScriptedDaemon {
    /// Opens all gates, so that no thread stays behind one.
    fn drop(&mut self) {
        // First, so that nobody is answered.
        self.server.end();
        let mut state = self.script.state();
        state.over = true;
        for gate in state.gates.drain(..) {
            gate.open();
        }
    }
}

#[derive(Default)]
struct Script {
    state: Mutex<State>,
    /// Notified of each command.
    arrived: Condvar,
}

type Handler = Arc<dyn Fn(&Call<'_>) -> Reply + Send + Sync>;

#[derive(Default)]
struct State {
    always: BTreeMap<String, Handler>,
    once: BTreeMap<String, VecDeque<Handler>>,
    added_events: BTreeSet<String>,
    removed_events: BTreeSet<String>,
    received: Vec<Received>,
    gates: Vec<Gate>,
    over: bool,
}

impl Script {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep_gates<R>(&self, answer: &Answer<R>) {
        let mut state = self.state();
        for gate in answer.gates() {
            if state.over {
                gate.open();
            }
            state.gates.push(gate.clone());
        }
    }

    fn receive(&self, call: &Call<'_>) -> Option<Handler> {
        let mut state = self.state();
        state.received.push(Received {
            connection: call.connection(),
            command: call.command().to_owned(),
            message: call.message().to_owned(),
        });
        let queue = state.once.get_mut(call.command());
        let next = queue.and_then(VecDeque::pop_front);
        next.or_else(|| state.always.get(call.command()).cloned())
    }
}

impl Service for Script {
    fn call(&self, call: &mut Call<'_>) -> Reply {
        let handler = self.receive(call);
        self.arrived.notify_all();
        handler.map_or(Reply::Unknown, |handler| handler(call))
    }

    fn has_event(&self, name: &str) -> bool {
        let state = self.state();
        (EVENTS.contains(&name) || state.added_events.contains(name))
            && !state.removed_events.contains(name)
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").finish_non_exhaustive()
    }
}
