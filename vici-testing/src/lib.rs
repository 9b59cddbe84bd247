#![forbid(unsafe_code)]
#![warn(missing_docs)]
//! A VICI daemon for your tests, in the same process: no root, no strongSwan, no network.
//!
//! Take it as a dev-dependency. It has no place in what your users get:
//!
//! ```toml
//! [dependencies]
//! vici-client = "0.1"
//!
//! [dev-dependencies]
//! vici-testing = "0.1"
//! ```
//!
//! | you want to test | take |
//! | --- | --- |
//! | that your code does the right thing with a daemon that works | [`SimulatedDaemon`]: keeps what is loaded, brings up SAs, raises events |
//! | what it does with a certain answer, error, delay or end | [`ScriptedDaemon`]: answers as it is told, and remembers what it was asked |
//! | a service of your own that speaks VICI | [`Server`] with [`Commands`] or a [`Service`] |
//! | whether any server of VICI behaves as charon does | [`check_conformance`], or the example `conformance` |
//! | a driver of the protocol, without I/O | [`ServerSession`] and [`Registrations`](vici_client::proto::Registrations) |
//!
//! All of them speak the daemon's side of the protocol: commands that are unknown, registrations that
//! are counted, streams before their response, any number of connections at once, frames of up to
//! 512 KiB. They are reached through an in-memory stream pair ([`Server::connect`]), a Unix socket in
//! a temporary folder ([`Server::listen`]), any path or TCP address ([`Server::listen_uri`]).
//!
//! # How to test your controller
//!
//! Let it take a [`Client`](vici_client::Client), or the address of the daemon. A whole test of a crate:
//!
//! ```
//! use vici_client::vici_types::{
//!     ChildUpdown, Conn, ConnAuth, ConnChild, Initiate, ListSas, LoadConn, LoadShared, SharedType,
//! };
//! use vici_client::{Client, Error};
//!
//! /// The code under test: brings a tunnel up, and again when it goes down.
//! struct Keeper {
//!     client: Client,
//! }
//!
//! impl Keeper {
//!     fn new(uri: &str) -> Result<Self, Error> {
//!         let mut client = Client::connect_uri(uri)?;
//!         client.subscribe::<ChildUpdown>()?;
//!         let home = Conn::new()
//!             .remote_addrs(["192.0.2.1"])
//!             .local(ConnAuth::new().auth("psk").id("carol"))
//!             .remote(ConnAuth::new().auth("psk").id("moon"))
//!             .child("net", ConnChild::new().remote_ts(["10.1.0.0/16"]));
//!         client.call(&LoadConn::new("home", home))?;
//!         client.call(&LoadShared::new(SharedType::Ike, "swordfish"))?;
//!         Ok(Self { client })
//!     }
//!
//!     /// Tries three times.
//!     fn bring_up(&mut self) -> Result<(), Error> {
//!         let request = Initiate::new().ike("home").child("net").timeout(10_000);
//!         let mut result = self.client.call(&request);
//!         for _ in 1..3 {
//!             if result.is_err() {
//!                 result = self.client.call(&request);
//!             }
//!         }
//!         result.map(|_| ())
//!     }
//!
//!     fn watch(&mut self) -> Result<(), Error> {
//!         while let Some(event) = self.client.next_event(None)? {
//!             if !event.decode::<ChildUpdown>()?.up {
//!                 return self.bring_up();
//!             }
//!         }
//!         Ok(())
//!     }
//! }
//!
//! mod tests {
//!     use vici_testing::{Answer, Peer, ScriptedDaemon, SimulatedDaemon};
//!     # use super::*;
//!
//!     // #[test]
//!     pub fn tunnel_comes_up_again() -> Result<(), Box<dyn std::error::Error>> {
//!         let daemon = SimulatedDaemon::new();
//!         let mut keeper = Keeper::new(&daemon.server().listen()?)?;
//!         keeper.bring_up()?;
//!         daemon.peer_terminates("home");
//!         keeper.watch()?;
//!
//!         let mut client = daemon.connect()?;
//!         let sa = client.stream(&ListSas::new())?.next().expect("it is up")?;
//!         assert_eq!(sa.ike_sa.uniqueid, 2);
//!         Ok(())
//!     }
//!
//!     // #[test]
//!     pub fn peer_that_refuses_is_an_error() -> Result<(), Box<dyn std::error::Error>> {
//!         let daemon = SimulatedDaemon::new();
//!         daemon.set_peer("192.0.2.1", Peer::Refuses);
//!         let mut keeper = Keeper::new(&daemon.server().listen()?)?;
//!         assert!(keeper.bring_up().is_err());
//!         Ok(())
//!     }
//!
//!     // #[test]
//!     pub fn it_tries_three_times() -> Result<(), Box<dyn std::error::Error>> {
//!         let daemon = ScriptedDaemon::new();
//!         daemon.always(Answer::<LoadConn>::new());
//!         daemon.always(Answer::<LoadShared>::new());
//!         daemon.always(Answer::<Initiate>::new().fail("establishing CHILD_SA 'net' failed"));
//!         let mut keeper = Keeper::new(&daemon.server().listen()?)?;
//!         assert!(keeper.bring_up().is_err());
//!         assert_eq!(daemon.requests::<Initiate>().len(), 3);
//!         assert_eq!(daemon.requests::<LoadConn>()[0].conns.len(), 1);
//!         Ok(())
//!     }
//! }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! #     tests::tunnel_comes_up_again()?;
//! #     tests::peer_that_refuses_is_an_error()?;
//! #     tests::it_tries_three_times()
//! # }
//! ```
//!
//! The example `controller` of `vici-control` is a whole program with its tests.
//!
//! Nothing has to be waited for by sleeping: [`Server::wait_for_registration`] tells that events reach
//! somebody, [`Server::wait_for_connections`] that clients have come or gone,
//! [`ScriptedDaemon::wait_for`] that a command has come, and a [`Gate`] holds an answer back until the
//! test opens it.
//!
//! # For clients in other languages
//!
//! The example `simulated_daemon` serves on an address until its standard input is closed:
//!
//! ```sh
//! cargo run --example simulated_daemon -- unix:///tmp/simulated.vici
//! swanctl --list-conns --uri unix:///tmp/simulated.vici
//! ```
//!
//! # What the simulated daemon does not do as the real one
//!
//! The model is charon 5.9.8, or another [`Generation`] ([`SimulatedDaemon::of`]). The real daemons and
//! their simulated twins pass the same checks for the commands
//! `version`, `get-algorithms`, `get-counters`, `load-`, `unload-`, `get-` and `list-` of connections,
//! authorities, pools, secrets, keys and certificates, `initiate`, `terminate`, `rekey`, `install`,
//! `uninstall` and `list-policies`: answers, errors in the daemon's words, order, and what happens to
//! malformed requests. What is different:
//!
//! - **There is no peer, and no time passes.** An SA is up before the response to `initiate`, and its
//!   events come around the response: that of the last thing that comes up right behind it, or before
//!   it where [`SimulatedDaemon::set_concludes_early`] says so. **Real daemons do both**, and a program
//!   must not depend on either. Nothing is rekeyed, expires or is retransmitted by itself; the
//!   test does it ([`SimulatedDaemon::peer_initiates`], [`SimulatedDaemon::peer_terminates`],
//!   [`SimulatedDaemon::transfer`], or the command `rekey`). `rekey` and `redirect` take effect before
//!   they are answered, and so do start actions. `reauth` of `rekey` is taken for a rekeying.
//! - **The peer agrees to everything**, or what [`SimulatedDaemon::set_peer`] says. It takes the first
//!   configured proposal, and all traffic selectors. It is the first of `remote_addrs` that is neither
//!   a range nor a subnet; names get made-up addresses in 198.18.0.0/16. An own address that is not
//!   configured is 192.0.2.254 or 2001:db8::254.
//! - **Authentication** asks for an `ike` secret of one of the identities where `auth` is `psk`, for
//!   any private key where it is `pubkey` or not given, and for nothing else. Certificates, CRLs and
//!   the trust in them are not looked at.
//! - **`initiate` without a timeout** of a peer that is silent fails at once, as if all retransmissions
//!   were over; of an IKE_SA that is up already it fails at once as well, where charon 5.9.8 waits
//!   and 6.0 is content.
//! - **IKEv1** is logged and listed as IKEv2 with another number. There is no NAT, fragmentation or
//!   IPComp, and no address ever changes, so that there is no `ike-update` event; `ike-rekey` and
//!   `child-rekey` come of `rekey` alone. What was rekeyed is gone at once.
//! - **`log` and `control-log`** have the lines of levels 0 and 1 that the real ones have when tunnels
//!   with a shared secret come up, are rekeyed and go down, and when something is loaded or refused, in
//!   the same order. The lengths of packets are made up. Missing are the lines about virtual addresses
//!   of a peer, certificates and EAP, those that say in which way a key or certificate is malformed, and
//!   all of higher levels. `log` comes before the other events here; charon has no order between them.
//! - **Pools** give an address to the peer of a connection with `pools`, whoever initiated. The address
//!   that we ask for with `vips` is the one that is asked for, else 10.3.0.1 or fec3::1.
//! - **Keys and certificates**: the identifier of a private key is made from its data, not from its
//!   public key. Only the outer form of a key is checked. X.509 certificates are read for their subject
//!   and basic constraints; other kinds are refused, and nothing is cached to be flushed. Files and
//!   tokens are not looked at: `file` and `handle` are refused as not found.
//! - **Options** are checked as charon does it, within what is usual: rare algorithms, and the protocols
//!   and services of `/etc` beyond the best known, are not known.
//! - **Bytes** that nobody would send are taken as charon takes them, but for an element of type 7: it ends
//!   a message, as with 6.1, while older ones go on with what is left in their memory. A frame that is too
//!   long ends a connection over TCP by a reset where the rest of it has come, and else in order.
//! - **`stats`** counts IKE_SAs and what waits for them; the rest is constant. `version` has `simulated`
//!   as its `release`.
//! - **`alert`** is in strongSwan since 6.0.3, and so of these generations in 6.1.0 alone: there is no
//!   model of 6.0.3 to 6.0.6, which have it as well. It comes of attempts that fail:
//!   `peer-addr-failed`, `local-auth-failed`, `retransmit-send-timeout` and `peer-init-unreachable`. A
//!   [`Server`] raises any event by hand ([`Server::raise`]).
//! - **Threads and backlog**: as many commands are worked on as there are connections, and any number
//!   of clients may wait to be accepted ([`Server::set_threads`], [`Server::set_backlog`]).

mod conformance;
mod scripted;
mod server;
mod simulated;

pub use self::conformance::{Checked, Report, check_conformance};
pub use self::scripted::{Answer, Gate, Received, ScriptedDaemon};
pub use self::server::{
    Asked, Call, Commands, Delivery, Refusal, Reply, Server, ServerSession, Service,
};
pub use self::simulated::{Generation, Peer, SimulatedDaemon};
