//! Gates that hold answers back.

use core::time::Duration;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Holds answers back until it is opened.
///
/// Clones are the same gate. It stays open, also for answers that come to it later.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    open: bool,
    /// How many answers have come to it.
    arrived: usize,
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens it: whatever it holds back goes on.
    pub fn open(&self) {
        self.state().open = true;
        self.0.changed.notify_all();
    }

    /// Waits until an answer has come to the gate: what precedes it in the answer has been sent by
    /// then. `false` if the time was over before.
    #[must_use = "`false` tells that the time was over"]
    pub fn wait(&self, limit: Duration) -> bool {
        let state = self.state();
        let waited = self
            .0
            .changed
            .wait_timeout_while(state, limit, |state| state.arrived == 0);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.arrived > 0
    }

    /// Passes when it is open.
    pub(super) fn pass(&self) {
        let mut state = self.state();
        state.arrived += 1;
        self.0.changed.notify_all();
        let passed = self.0.changed.wait_while(state, |state| !state.open);
        drop(passed.unwrap_or_else(PoisonError::into_inner));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
