//! How it ended.

use std::fmt::{self, Write as _};

use vici_types::{ChildSa, ListSa};

use super::reason::Reason;

/// A tunnel that is up: what [`bring_up`](super::bring_up) gives.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Up {
    /// The IKE_SA, as `list-sas` shows it.
    pub sa: ListSa,
    /// The name of the CHILD_SA.
    pub child: String,
    /// Whether there was nothing to do.
    pub was_up: bool,
}

impl Up {
    /// The CHILD_SA.
    pub fn child_sa(&self) -> Option<&ChildSa> {
        self.sa.ike_sa.child(&self.child)
    }
}

/// A tunnel that is not up any more: what [`take_down`](super::take_down) gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Down {
    /// How many SAs were closed; 0 if there was nothing to do.
    pub closed: usize,
}

/// Why a tunnel is not as it should be.
///
/// Its text says what failed, the reason, and the words of the daemon that tell it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Failure {
    /// The connection.
    pub ike: String,
    /// Its child, if it was about one.
    pub child: Option<String>,
    /// Whether it should have come up, or gone down.
    pub up: bool,
    /// What kind of reason it is.
    pub reason: Reason,
    /// The line of the log, or of the answer, that tells it; empty if none does.
    pub words: String,
    /// What the daemon logged of the connection meanwhile, the newest 200 lines.
    pub log: Vec<String>,
    /// The error of the client, if it ended with one.
    pub error: Option<Box<vici_client::Error>>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names, and what peers have the daemon say, may hold what a terminal would obey.
        let mut text = self.ike.clone();
        if let Some(child) = &self.child {
            text = format!("{text}/{child}");
        }
        let state = if self.up { "up" } else { "down" };
        text = format!("{text} is not {state}: {}", self.reason);
        if !self.words.is_empty() {
            text = format!("{text}: {}", self.words);
        }
        for char in text.chars() {
            if char.is_control() {
                write!(f, "{}", char.escape_debug())?;
            } else {
                f.write_char(char)?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let error = self.error.as_deref()?;
        Some(error)
    }
}
