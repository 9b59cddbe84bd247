//! What is to be up, and how patiently.

use std::fmt;
use std::time::Duration;

/// A child of a connection that is to be up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Tunnel {
    /// The name of the connection.
    pub ike: String,
    /// The name of its child.
    pub child: String,
}

impl Tunnel {
    /// This child of this connection.
    pub fn new(ike: impl Into<String>, child: impl Into<String>) -> Self {
        Self {
            ike: ike.into(),
            child: child.into(),
        }
    }
}

/// `home/net`
impl fmt::Display for Tunnel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.ike, self.child)
    }
}

/// How long a [`Keeper`](super::Keeper) waits, and how much it does at once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "all of it, or some and the default"
)]
pub struct Patience {
    /// How long an attempt may take; 60 seconds by default. The daemon goes on with it, and the next one
    /// waits for what is under way.
    pub attempt: Duration,
    /// The pause after the first attempt that failed; a second by default. It is twice as long each time.
    pub first_pause: Duration,
    /// The longest pause; five minutes by default. A tunnel that was up for so long is tried at once when
    /// it goes down.
    pub longest_pause: Duration,
    /// How many attempts are under way at the same time; 16 by default.
    pub at_once: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempt: Duration::from_secs(60),
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(300),
            at_once: 16,
        }
    }
}
