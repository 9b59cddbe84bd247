//! A daemon that behaves as charon does, without a network.

mod algorithm;
mod auth;
mod authority;
mod certificate;
mod child;
mod conn;
mod counters;
mod credential;
mod exchange;
mod generation;
mod info;
mod initiate;
mod install;
mod load;
mod model;
mod number;
mod option;
mod output;
mod peer;
mod policy;
mod pool;
mod proposal;
mod random;
mod rekey;
mod reqid;
mod request;
mod sa;
mod selector;
mod state;
mod terminate;
mod traffic;

use std::io;
use std::sync::Arc;

use vici_client::Client;

pub use self::generation::Generation;
pub use self::peer::Peer;

use self::model::Model;
use self::output::Output;
use self::sa::Attempt;
use crate::server::Server;

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
    /// A daemon with nothing loaded, of the [default](Generation) generation.
    pub fn new() -> Self {
        Self::of(Generation::default())
    }

    /// A daemon of this generation, with nothing loaded.
    ///
    /// ```
    /// use vici_client::vici_types::{Alert, Version};
    /// use vici_testing::{Generation, SimulatedDaemon};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let daemon = SimulatedDaemon::of(Generation::V6_1_0);
    /// let mut client = daemon.connect()?;
    /// assert_eq!(client.call(&Version::new())?.version, "6.1.0");
    /// assert!(client.subscribe::<Alert>().is_ok());
    /// # Ok(())
    /// # }
    /// ```
    pub fn of(generation: Generation) -> Self {
        let model = Arc::new(Model::new(generation));
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

    /// Changes what it says its version is, which is that of its [`Generation`] at first. Nothing else
    /// changes.
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

    /// Whether the event that concludes an `initiate` (`child-updown`, `ike-updown` without a child) comes
    /// before its response. By default it comes right behind.
    ///
    /// Every charon does both, as the event and the response come from different threads: a program has
    /// to work with either.
    pub fn set_concludes_early(&self, early: bool) {
        self.model.state().concludes_early = early;
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
            sa.received.add(bytes_in);
            sa.sent.add(bytes_out);
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
