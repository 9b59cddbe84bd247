//! A daemon for your tests.

mod scripted;
mod server;
mod simulated;

pub use self::scripted::{Answer, Gate, Received, ScriptedDaemon};
pub use self::server::{
    Asked, Call, Commands, Refusal, Registrations, Reply, Server, ServerSession, Service,
};
pub use self::simulated::{Peer, SimulatedDaemon};
