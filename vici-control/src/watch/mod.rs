//! The SAs of a daemon as a table that follows them.
//!
//! A [`Watch`] subscribes, lists, and from then on follows the daemon's events: its [`Table`] is what is up,
//! and each [`Change`] of it is told once, in order.
//!
//! - IKE_SAs and CHILD_SAs are told apart by their unique numbers; several may have the same name. One that
//!   is rekeyed is there once: the new one takes the place of the old one, which a daemon still lists for a
//!   while.
//! - When the connection ends it is made anew, and all is listed again; so it is when events were lost. The
//!   changes say so ([`Change::Disconnected`], [`Change::Resynchronised`]), and tell what is different then.
//!   After a restart of the daemon nothing is taken for what it was before: the SPIs tell.
//! - Nothing is listed without need. The first list is one of all SAs, and every one after a loss. In between
//!   a single IKE_SA is listed where events can't have told of all of its CHILD_SAs, which is when it was
//!   rekeyed in the middle of a list.
//! - What is being set up, closed or replaced is not in the table, as no event tells of it. A reauthentication
//!   is what it is for the daemon: one IKE_SA goes down, another comes up.
//! - Bytes and packets are not in the table: no event tells of them. [`Watch::traffic`] asks for them.
//!
//! An SA with one CHILD_SA takes some 700 bytes. What was listed again takes no more, unless it is all
//! different, as after a restart: then both are there while it is compared.
//!
//! `Watch` blocks, `AsyncWatch` (feature `tokio`) does not, and [`Tracker`] is both without a connection. A
//! daemon has to be of 5.3.3 or later. Of older ones than 5.9.2 nothing tells when an IKE_SA moves, until
//! a CHILD_SA of it comes up; only 6.0.3 and later have alerts.

#[cfg(feature = "tokio")]
mod asynchronous;
mod blocking;
mod book;
mod change;
mod difference;
mod events;
mod sa;
mod table;
mod tracker;
mod traffic;

#[cfg(feature = "tokio")]
pub use self::asynchronous::AsyncWatch;
pub use self::blocking::{Changes, Watch};
pub use self::change::{Change, Why};
pub use self::events::EVENTS;
pub use self::sa::{Child, Ends, Ike, Sa};
pub use self::table::{Iter, Table};
pub use self::tracker::Tracker;
