//! A daemon that behaves as charon does, without a network.

mod auth;
mod authority;
mod certificate;
mod child;
mod conn;
mod counters;
mod credential;
mod exchange;
mod info;
mod initiate;
mod install;
mod load;
mod number;
mod option;
mod output;
mod peer;
mod policy;
mod pool;
mod proposal;
mod random;
mod request;
mod sa;
mod selector;
mod state;
mod terminate;

use core::fmt;
use core::time::Duration;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use vici_serde::Message;

pub use self::peer::Peer;

use self::credential::Credentials;
use self::output::{Output, Refused, done};
use self::request::Request;
use self::sa::Attempt;
use self::state::State;
use crate::server::{Call, Reply, Server, Service};
use vici_client::Client;

/// A daemon that keeps what is loaded, and brings up SAs that lead nowhere.
///
/// The model is charon 5.9.8; [the module](super) lists what is different.
///
/// ```
/// use std::time::Duration;
/// use vici_testing::SimulatedDaemon;
/// use vici_client::vici_types::{
///     ChildUpdown, Conn, ConnAuth, ConnChild, Initiate, ListSas, LoadConn, LoadShared, SharedType,
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let daemon = SimulatedDaemon::new();
/// let mut client = daemon.connect()?;
/// let home = Conn::new()
///     .remote_addrs(["192.0.2.1"])
///     .local(ConnAuth::new().auth("psk").id("carol"))
///     .remote(ConnAuth::new().auth("psk").id("moon"))
///     .child("net", ConnChild::new().remote_ts(["10.1.0.0/16"]));
/// client.call(&LoadConn::new("home", home))?;
/// client.call(&LoadShared::new(SharedType::Ike, "swordfish"))?;
///
/// client.subscribe::<ChildUpdown>()?;
/// client.call(&Initiate::new().ike("home").child("net"))?;
/// let event = client.next_event(Some(Duration::from_secs(1)))?.expect("the child is up");
/// assert!(event.decode::<ChildUpdown>()?.up);
///
/// let mut sas = client.stream(&ListSas::new())?;
/// let sa = sas.next().expect("there is one")?;
/// assert_eq!(sa.ike_sa.remote_id, "moon");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct SimulatedDaemon {
    model: Arc<Model>,
    server: Server,
}

impl SimulatedDaemon {
    /// A daemon with nothing loaded.
    pub fn new() -> Self {
        let model = Arc::new(Model::default());
        Self {
            server: Server::new(Arc::clone(&model)),
            model,
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

    /// Changes what it says its version is, which is `5.9.8` at first. Nothing else changes.
    pub fn set_version(&self, version: impl Into<String>) {
        self.model.state().version = version.into();
    }

    /// Restarts it, as after a crash: it forgets all that was loaded and all SAs, and closes all
    /// connections. What listens goes on listening, and what [`set_peer`](Self::set_peer) has said
    /// holds. Commands that are at work have no effect any more when this returns.
    ///
    /// ```
    /// use vici_client::vici_types::{Conn, GetConns, LoadConn};
    /// use vici_testing::SimulatedDaemon;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let daemon = SimulatedDaemon::new();
    /// let uri = daemon.server().listen()?;
    /// let mut client = vici_client::Client::connect_uri(&uri)?;
    /// client.call(&LoadConn::new("home", Conn::new()))?;
    ///
    /// daemon.restart();
    /// assert!(client.call(&GetConns::new()).is_err());
    /// client.reconnect(std::time::Duration::from_secs(10))?;
    /// assert!(client.call(&GetConns::new())?.conns.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn restart(&self) {
        let mut state = self.model.state();
        // First, so that a command that waits for the state finds its connection closed.
        self.server.disconnect();
        state.restart();
        drop(state);
        self.model.changed.notify_all();
    }

    /// Changes what a peer does, which is named as in `remote_addrs`. Attempts that wait for it go on
    /// if it is not silent any more.
    pub fn set_peer(&self, address: impl Into<String>, peer: Peer) {
        let address = address.into();
        let mut state = self.model.state();
        let conns = state.conns.iter();
        let conns = conns.filter(|conn| conn.peer() == Some(&address));
        let names: Vec<String> = conns.map(|conn| conn.name.clone()).collect();
        state.peers.insert(address, peer);
        if peer != Peer::Silent {
            let sas = state.sas.iter().filter(|sa| !sa.is_established());
            let sas = sas.filter(|sa| names.contains(&sa.name));
            for id in sas.map(|sa| sa.id).collect::<Vec<_>>() {
                state.proceed(id, Output::of_server(&self.server));
            }
        }
        drop(state);
        self.model.changed.notify_all();
    }

    /// Lets the peer of a connection initiate an IKE_SA, with a child or without. `false` if there is
    /// no such connection or child, or it is up already.
    pub fn peer_initiates(&self, ike: &str, child: Option<&str>) -> bool {
        let mut state = self.model.state();
        let attempt = state.respond(ike, child, Output::of_server(&self.server));
        attempt == Some(Attempt::Established)
    }

    /// Lets the peer close all IKE_SAs of a connection; returns how many there were.
    pub fn peer_terminates(&self, ike: &str) -> usize {
        let mut state = self.model.state();
        let sas = state.sas.iter().filter(|sa| sa.name == ike);
        let ids: Vec<u32> = sas.map(|sa| sa.id).collect();
        for id in &ids {
            state.close(*id, None, Output::of_server(&self.server));
        }
        ids.len()
    }

    /// Counts a packet of so many bytes in each direction (none of 0 bytes) on all SAs of a child;
    /// returns how many there are.
    pub fn transfer(&self, child: &str, bytes_in: u64, bytes_out: u64) -> usize {
        let mut state = self.model.state();
        let children = state.sas.iter_mut().flat_map(|sa| &mut sa.children);
        let mut count = 0;
        for sa in children.filter(|sa| sa.name == child) {
            count += 1;
            if bytes_in > 0 {
                sa.bytes_in += bytes_in;
                sa.packets_in += 1;
                sa.used_in = Some(Instant::now());
            }
            if bytes_out > 0 {
                sa.bytes_out += bytes_out;
                sa.packets_out += 1;
                sa.used_out = Some(Instant::now());
            }
        }
        count
    }
}

impl Default for SimulatedDaemon {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for SimulatedDaemon {
    /// Ends what waits.
    fn drop(&mut self) {
        // First, so that nobody is answered.
        self.server.end();
        self.model.state().over = true;
        self.model.changed.notify_all();
    }
}

struct Model {
    state: Mutex<State>,
    /// Notified when an attempt that waits may be over.
    changed: Condvar,
}

impl Model {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, for a command whose connection is open: a restart has not come before it.
    fn open(&self, output: Output<'_>) -> Result<MutexGuard<'_, State>, Refused> {
        let state = self.state();
        if output.is_closed() {
            return Err("the daemon was restarted".to_owned());
        }
        Ok(state)
    }

    fn initiate(&self, request: &Request, output: Output<'_>) -> Result<(), Refused> {
        let [child, ike] = ["child", "ike"].map(|name| request.text(name));
        let what = match (child, ike) {
            (Some(child), _) => format!("CHILD_SA '{child}'"),
            (None, Some(ike)) => format!("IKE_SA '{ike}'"),
            (None, None) => return Err("missing configuration name".to_owned()),
        };
        let timeout = request.number("timeout").unwrap_or(0);
        output.config(&format!("vici initiate {what}"));
        let failed = Err(format!("establishing {what} failed"));
        let late = Err(format!("{what} not established after {timeout}ms"));

        let mut state = self.open(output)?;
        let restarts = state.restarts;
        let attempt = state.initiate(ike, child, with_log(request, timeout, output))?;
        match attempt {
            Attempt::Established => Ok(()),
            // Nobody waits for what comes of it.
            _ if timeout < 0 => Ok(()),
            Attempt::Failed => failed,
            Attempt::Exists if timeout > 0 => late,
            Attempt::Exists => failed,
            Attempt::Waiting(id) if timeout > 0 => {
                let limit = Duration::from_millis(timeout.unsigned_abs());
                let pending = |state: &mut State| {
                    let mut sas = state.sas.iter();
                    let there = !state.over && state.restarts == restarts;
                    there && sas.any(|sa| sa.id == id && !sa.is_established())
                };
                let waited = self.changed.wait_timeout_while(state, limit, pending);
                let (state, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
                if timeout.timed_out() {
                    return late;
                }
                state.position(id).map_or(failed, |_| Ok(()))
            }
            Attempt::Waiting(id) => {
                let sa = state.position(id).map(|index| state.sas.remove(index));
                if let Some(sa) = sa {
                    let about = Some(sa.about());
                    let output = with_log(request, timeout, output);
                    output.log("IKE", 1, about, "giving up after 5 retransmits");
                    let msg = "establishing IKE_SA failed, peer not responding";
                    output.log("IKE", 1, about, msg);
                }
                failed
            }
        }
    }

    fn terminate(&self, request: &Request, output: Output<'_>) -> Message {
        let timeout = request.number("timeout").unwrap_or(0);
        let force = request.flag("force") && timeout <= 0;
        let Ok(mut state) = self.open(output) else {
            return Message::new();
        };
        let Some(selected) = state.select(request) else {
            return failure(Message::new(), "missing terminate selector");
        };
        state.terminate(&selected, force, with_log(request, timeout, output));
        drop(state);
        self.changed.notify_all();
        let count = selected.len();
        let message = Message::new().key("success", count > 0);
        let message = message.key("matches", count).key("terminated", count);
        if count > 0 {
            return message;
        }
        message.key("errmsg", "no matching SAs to terminate found")
    }

    fn rekey(&self, request: &Request, output: Output<'_>) -> Message {
        let Ok(mut state) = self.open(output) else {
            return Message::new();
        };
        let Some(selected) = state.select(request) else {
            return failure(Message::new(), "missing rekey selector");
        };
        state.rekey(&selected, output);
        matches(selected.len(), "rekey")
    }
}

/// The answer of a command that only selects.
fn matches(count: usize, verb: &str) -> Message {
    let message = Message::new().key("success", count > 0);
    let message = message.key("matches", count);
    if count > 0 {
        return message;
    }
    message.key("errmsg", format!("no matching SAs to {verb} found"))
}

fn failure(message: Message, errmsg: &str) -> Message {
    message.key("success", false).key("errmsg", errmsg)
}

/// With the messages that a command asks for, unless it does not wait for them.
fn with_log<'a>(request: &Request, timeout: i64, output: Output<'a>) -> Output<'a> {
    if timeout < 0 {
        return output;
    }
    output.with_control_log(request.number("loglevel").unwrap_or(1))
}

impl Service for Model {
    fn call(&self, call: &mut Call<'_>) -> Reply {
        let request = Request::parse(call.message());
        let output = Output::of_call(call);
        match call.command() {
            "initiate" => return done(self.initiate(&request, output)),
            "terminate" => return Reply::encoded(&self.terminate(&request, output)),
            "rekey" => return Reply::encoded(&self.rekey(&request, output)),
            _ => {}
        }
        let Ok(mut state) = self.open(output) else {
            return Reply::Close;
        };
        match call.command() {
            "version" => Reply::encoded(&state.version()),
            "stats" => Reply::encoded(&state.stats()),
            "get-algorithms" => Reply::encoded(&State::get_algorithms()),
            "reload-settings" => Reply::success(),
            "get-counters" => Reply::encoded(&state.counters.get(&request)),
            "reset-counters" => {
                state.counters.reset(&request);
                Reply::success()
            }
            "load-conn" => done(state.load_conn(&request, output)),
            "unload-conn" => done(state.unload_conn(&request, output)),
            "get-conns" => Reply::encoded(&state.get_conns()),
            "load-authority" => done(state.authorities.load(&request, output)),
            "unload-authority" => done(state.authorities.unload(&request)),
            "get-authorities" => Reply::encoded(&state.authorities.names()),
            "load-pool" => done(state.pools.load(&request, output)),
            "unload-pool" => done(state.pools.unload(&request, output)),
            "get-pools" => Reply::encoded(&state.pools.get(&request)),
            "load-shared" => done(state.credentials.load_shared(&request, output)),
            "unload-shared" => done(state.credentials.unload_shared(&request)),
            "get-shared" => Reply::encoded(&state.credentials.get_shared()),
            "load-key" => match state.credentials.load_key(&request, output) {
                Ok(id) => Reply::encoded(&Message::new().key("success", true).key("id", id)),
                Err(errmsg) => Reply::failure(&errmsg),
            },
            "unload-key" => done(state.credentials.unload_key(&request)),
            "get-keys" => Reply::encoded(&state.credentials.get_keys()),
            "load-token" => done(Credentials::load_token(&request)),
            "load-cert" => done(state.credentials.load_cert(&request, output)),
            "flush-certs" => done(state.credentials.flush_certs(&request)),
            "clear-creds" => {
                state.credentials.clear();
                Reply::success()
            }
            "install" => done(state.install(&request, output)),
            "uninstall" => done(state.policies.uninstall(&request, output)),
            "redirect" => match state.redirect(&request, output) {
                Ok(count) => Reply::encoded(&matches(count, "redirect")),
                Err(errmsg) => Reply::failure(&errmsg),
            },
            list => {
                match list {
                    "list-sas" => sa::list(&state.sas, &request, output),
                    "list-conns" => state.list_conns(&request, output),
                    "list-authorities" => state.authorities.list(&request, output),
                    "list-certs" => {
                        let authorities = state.authorities.certificates();
                        state.credentials.list_certs(&request, authorities, output);
                    }
                    "list-policies" => state.policies.list(&request, output),
                    _ => return Reply::Unknown,
                }
                Reply::encoded(&Message::new())
            }
        }
    }

    fn has_event(&self, name: &str) -> bool {
        // The model is of a daemon that does not know it yet.
        name != "alert" && vici_types::EVENTS.contains(&name)
    }
}

impl Default for Model {
    fn default() -> Self {
        Self {
            state: Mutex::new(State::new()),
            changed: Condvar::new(),
        }
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").finish_non_exhaustive()
    }
}
