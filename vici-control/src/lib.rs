#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![warn(missing_docs)]
//! Configuration of strongSwan's IKE daemon `charon`: from a `swanctl.conf`, or from anything else, to a
//! daemon that equals it.
//!
//! - [`Config::read`] reads a `swanctl.conf`, what it includes, and the folders with certificates and keys
//!   beside it, into the typed requests that `swanctl --load-all` sends. A [`swanctl::Reader`] takes
//!   other files and passphrases. A [`Config`] can be made in code and by any serde format as well.
//! - [`Config::check`] tells what is wrong with it, without a daemon.
//! - [`Plan::new`] tells what a daemon lacks, and why; it is a function of what is wanted, of what is
//!   [`Loaded`], of a [`Memory`] of what was loaded before, and of a [`Scope`].
//! - [`Plan::apply`] does it, with an [`Outcome`] for each step.
//! - [`Watch`] follows the SAs of a daemon: a table that is right, and what changes in it.
//! - [`bring_up`] and [`take_down`] bring a tunnel up and take it down, and tell the [`Reason`] where that
//!   does not work.
//! - [`Keeper`] keeps tunnels up, over restarts of their peers and of the daemon.
//!
//! ```no_run
//! use vici_client::Client;
//! use vici_control::{Config, Loaded, Memory, OnRefusal, Plan, Scope};
//!
//! let config = Config::read("/etc/swanctl/swanctl.conf")?;
//! for problem in config.check() {
//!     eprintln!("{problem}");
//! }
//!
//! let mut client = Client::connect()?;
//! let mut memory = Memory::new();
//! let plan = Plan::new(&config, &Loaded::ask(&mut client)?, &memory, &Scope::all());
//! print!("{plan}");
//! let report = plan.apply(&mut client, &mut memory, OnRefusal::GoOn);
//! for (step, error) in report.failures(&plan) {
//!     eprintln!("{step}: {error}");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The examples `load_all`, `check_swanctl`, `reconcile`, `watch`, `controller` and `exporter` are whole
//! programs.
//!
//! # What can't be seen
//!
//! A daemon lists a part of what it has: of connections not the updown scripts, marks or certificates, of
//! secrets the identifiers only, of pools not the attributes. Loading all of it again would be certain, but
//! closes or restarts what is up in places. So a plan leaves alone what is equal as far as it can be seen,
//! and says which keys it has not seen ([`Plan::unseen`]). With a [`Memory`] of what was loaded before all keys
//! are compared; keep it, for it goes through any serde format.
//!
//! Certificates can be loaded, but a daemon unloads them only all together, with `clear-creds`.
//!
//! # Features
//!
//! - `decrypt`: encrypted private keys (PKCS#8, and the old form of PEM) and PKCS#12 are decrypted. Without
//!   it they are an error that says what to do. It also tells Ed25519 keys by the identifiers that a
//!   daemon gives them.
//! - `tokio`: asking, applying, and bringing up and taking down, with `vici_client::AsyncClient`, and
//!   `AsyncWatch`.

mod apply;
mod check;
mod config;
pub mod keeper;
mod key;
mod plan;
mod problem;
pub mod settings;
pub mod swanctl;
mod table;
mod tunnel;
pub mod watch;

pub use crate::apply::{OnRefusal, Outcome, Report};
pub use crate::config::Config;
pub use crate::keeper::Keeper;
pub use crate::key::CertificateInfo;
pub use crate::plan::{Action, Difference, Kind, Loaded, Memory, Plan, Scope, Step, Unseen, Why};
pub use crate::problem::{Error, Problem};
pub use crate::tunnel::{Down, Failure, Reason, Up, bring_up, take_down};
#[cfg(feature = "tokio")]
pub use crate::tunnel::{bring_up_async, take_down_async};
#[cfg(feature = "tokio")]
pub use crate::watch::AsyncWatch;
pub use crate::watch::Watch;
