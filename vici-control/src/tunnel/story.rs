//! What the daemon says of an attempt.

use std::collections::VecDeque;

use super::reason::{Certainty, Reason};

/// How many lines are kept, and how long they are: a peer may have the daemon log a lot.
const MAX_LINES: usize = 200;
const MAX_LINE: usize = 1024;

#[derive(Default)]
pub(super) struct Story {
    lines: VecDeque<String>,
    reason: Option<(Reason, Certainty, String)>,
    /// Whether the daemon has said anything since the attempt began.
    heard: bool,
}

impl Story {
    /// A line of the log. Whether it tells that the attempt is over.
    pub(super) fn line(&mut self, line: &str) -> bool {
        let line: String = line.chars().take(MAX_LINE).collect();
        if self.lines.len() == MAX_LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(line.clone());
        self.heard = true;
        self.told(Reason::of_line(&line), &line)
    }

    /// A reason, and what tells it. Whether it is the end of the attempt.
    pub(super) fn told(&mut self, reason: Option<(Reason, Certainty)>, words: &str) -> bool {
        let Some((reason, certainty)) = reason else {
            return false;
        };
        let known = self.reason.as_ref();
        // The first of equal ones is the cause of the others, but for one that waits for the peer.
        let is_better = known.is_none_or(|(known, before, _)| {
            *before < certainty || *before == Certainty::SoFar && *known == Reason::NoAnswer
        });
        if is_better {
            self.reason = Some((reason, certainty, words.to_owned()));
        }
        certainty == Certainty::Final
    }

    /// What was said until now was about another attempt.
    pub(super) fn begin(&mut self) {
        self.reason = None;
        self.heard = false;
    }

    pub(super) fn is_heard(&self) -> bool {
        self.heard
    }

    /// Whether it is known why the attempt is over.
    pub(super) fn is_told(&self) -> bool {
        matches!(self.reason, Some((_, Certainty::Final, _)))
    }

    pub(super) fn reason(&self) -> Option<(Reason, String)> {
        let (reason, _, words) = self.reason.as_ref()?;
        Some((*reason, words.clone()))
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.lines.into()
    }
}
