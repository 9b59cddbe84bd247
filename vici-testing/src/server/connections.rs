//! The connections of a server, and what they have in common.

use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::fault::{Delivery, Faults};
use super::outbox::{Connection, Outgoing};
use super::stream::Stream;

#[derive(Default)]
pub(super) struct Connections {
    state: Mutex<State>,
    /// Notified of every change of the state, and of the registrations of a connection.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    open: BTreeMap<u64, Arc<Connection>>,
    accepted: u64,
    /// How often each event was registered, ever.
    registered: BTreeMap<String, usize>,
    faults: Faults,
    over: bool,
}

impl Connections {
    /// One more; nothing where the server is over.
    pub(super) fn add(&self, stream: Stream) -> Option<(Arc<Connection>, Receiver<Outgoing>)> {
        let mut state = self.state();
        if state.over {
            return None;
        }
        state.accepted += 1;
        let (connection, outgoing) = Connection::new(state.accepted, stream);
        let connection = Arc::new(connection);
        state.open.insert(connection.id(), Arc::clone(&connection));
        drop(state);
        self.changed.notify_all();
        Some((connection, outgoing))
    }

    pub(super) fn remove(&self, id: u64) {
        self.state().open.remove(&id);
        self.changed.notify_all();
    }

    /// Sends an event to every connection that has registered it, and tells how often.
    pub(super) fn raise(&self, event: &str, message: &[u8]) -> usize {
        let open: Vec<_> = self.state().open.values().cloned().collect();
        let delivered = open.iter();
        delivered
            .map(|connection| connection.deliver(event, message))
            .sum()
    }

    /// Sends an event to one connection, as often as it has registered it.
    pub(super) fn raise_to(&self, id: u64, event: &str, message: &[u8]) -> usize {
        let connection = self.state().open.get(&id).cloned();
        connection.map_or(0, |connection| connection.deliver(event, message))
    }

    /// Counts a registration that was made, for those who wait for it.
    pub(super) fn count(&self, event: &str) {
        let mut state = self.state();
        match state.registered.get_mut(event) {
            Some(count) => *count += 1,
            None => {
                state.registered.insert(event.to_owned(), 1);
            }
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Tells those who wait of a change that was made under another lock.
    pub(super) fn notify(&self) {
        // Whoever has looked at the registrations waits by the time that the lock is free.
        drop(self.state());
        self.changed.notify_all();
    }

    pub(super) fn len(&self) -> usize {
        self.state().open.len()
    }

    /// How often an event is registered, by all connections.
    pub(super) fn registrations(&self, event: &str) -> usize {
        self.state().registrations(event)
    }

    /// How often an event was registered, by connections that are gone as well.
    pub(super) fn registration_count(&self, event: &str) -> usize {
        self.state().registration_count(event)
    }

    pub(super) fn wait_for_registration(&self, event: &str, limit: Duration) -> bool {
        self.wait(limit, |state| state.registrations(event) > 0)
    }

    pub(super) fn wait_for_registration_count(
        &self,
        event: &str,
        count: usize,
        limit: Duration,
    ) -> bool {
        self.wait(limit, |state| state.registration_count(event) >= count)
    }

    pub(super) fn wait_for_len(&self, count: usize, limit: Duration) -> bool {
        self.wait(limit, |state| state.open.len() == count)
    }

    fn wait(&self, limit: Duration, done: impl Fn(&State) -> bool) -> bool {
        let waited = self
            .changed
            .wait_timeout_while(self.state(), limit, |state| !done(state));
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        done(&state)
    }

    /// Closes every connection: none is left, nor a registration, when this returns.
    pub(super) fn close(&self) {
        let open = core::mem::take(&mut self.state().open);
        for connection in open.values() {
            connection.close();
        }
        self.changed.notify_all();
    }

    /// Closes every connection, this one last: whoever sees its end sees that of the others.
    pub(super) fn die(&self, last: &Connection) {
        let mut open = core::mem::take(&mut self.state().open);
        open.remove(&last.id());
        for connection in open.values() {
            connection.close();
        }
        last.close();
        self.changed.notify_all();
    }

    /// Closes every connection, and those that may still come.
    pub(super) fn end(&self) {
        self.state().over = true;
        self.close();
    }

    /// Changes what goes wrong.
    pub(super) fn change(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.state().faults);
        self.changed.notify_all();
    }

    /// Goes on when nothing is frozen. `false` if the server is over.
    pub(super) fn pass(&self) -> bool {
        let frozen = |state: &mut State| state.faults.frozen && !state.over;
        let passed = self.changed.wait_while(self.state(), frozen);
        !passed.unwrap_or_else(PoisonError::into_inner).over
    }

    /// Waits for a thread to work with; nothing if the server is over.
    pub(super) fn turn(&self) -> Option<Turn<'_>> {
        let busy = |state: &mut State| {
            let faults = &state.faults;
            !state.over && (faults.frozen || faults.threads.is_some_and(|most| faults.busy >= most))
        };
        let waited = self.changed.wait_while(self.state(), busy);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        if state.over {
            return None;
        }
        state.faults.busy += 1;
        Some(Turn(self))
    }

    /// Whether the response that would be sent now is dropped.
    pub(super) fn drops_response(&self) -> bool {
        self.state().faults.drops_response()
    }

    /// How the next packet is sent, and how much of it before the daemon dies.
    pub(super) fn next_packet(&self) -> (Delivery, Option<usize>) {
        self.state().faults.next_packet()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn registrations(&self, event: &str) -> usize {
        let open = self.open.values();
        open.map(|connection| connection.registered(event)).sum()
    }

    fn registration_count(&self, event: &str) -> usize {
        self.registered.get(event).copied().unwrap_or(0)
    }
}

/// A thread of the daemon that works.
pub(super) struct Turn<'a>(&'a Connections);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.change(|faults| faults.busy -= 1);
    }
}
