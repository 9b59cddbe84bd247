//! What the handles and the driver of one connection share.

use core::task::{Context, Poll, Waker};
use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::queue::Queue;
use crate::error::{Error, Result};
use crate::proto::{EventLimits, Outcome, ProtocolError, Reply, RequestId, Session};

/// One connection. It is locked for moments only: nothing of a user runs while it is, neither
/// encoding, decoding, wakers nor the stream.
#[derive(Default)]
pub(super) struct Shared {
    state: Mutex<State>,
    /// Told when the connection has ended.
    pub(super) ended: Notify,
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, and wakes whom that concerns when it is unlocked again.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State, &mut Vec<Waker>) -> T) -> T {
        let mut wakers = Vec::new();
        let result = change(&mut self.lock(), &mut wakers);
        wakers.into_iter().for_each(Waker::wake);
        result
    }

    /// Why the connection has ended.
    pub(super) fn reason(&self) -> Error {
        self.lock().reason()
    }
}

/// Keeps the driver of a connection going. When the last one is dropped, that ends.
pub(super) struct Handle(pub(super) Arc<Shared>);

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.change(|state, wakers| {
            state.is_left = true;
            wakers.extend(state.driver.take());
        });
    }
}

#[derive(Default)]
pub(super) struct State {
    pub(super) session: Session,
    /// What has come for those who wait.
    slots: HashMap<RequestId, Slot>,
    /// How many slots hold so much that reading may pause.
    full: usize,
    pub(super) queues: HashMap<u64, Queue>,
    next_queue: u64,
    /// The bounds of the next queue.
    pub(super) limits: EventLimits,
    pub(super) driver: Option<Waker>,
    /// Whether the driver does not read, as nobody waits and a stream is full.
    pub(super) is_paused: bool,
    /// Whether nobody is left who could ask for anything.
    pub(super) is_left: bool,
    end: Option<End>,
}

/// What has come for one request.
#[derive(Default)]
struct Slot {
    /// The event, if this is a registration.
    registers: Option<String>,
    waker: Option<Waker>,
    items: VecDeque<Vec<u8>>,
    /// The length of all items.
    bytes: usize,
    end: Option<Answer>,
}

/// How a request has ended.
#[derive(Debug)]
pub(super) enum Answer {
    /// As the daemon or the session says, with the message of a response.
    Outcome(Outcome, Vec<u8>),
    /// So many bytes of items were not read that the rest was skipped.
    Overrun,
}

/// Why the connection has ended. Everybody who waits is told.
enum End {
    Closed,
    Io(Arc<io::Error>),
    Protocol(ProtocolError),
}

impl State {
    /// Makes room for what comes for a request, and lets the driver send it.
    pub(super) fn open(&mut self, id: RequestId, wakers: &mut Vec<Waker>) {
        self.slots.insert(id, Slot::default());
        wakers.extend(self.driver.take());
    }

    /// Makes room for the answer to a registration.
    pub(super) fn open_registration(
        &mut self,
        id: RequestId,
        event: &str,
        wakers: &mut Vec<Waker>,
    ) {
        let registers = Some(event.to_owned());
        self.slots.insert(
            id,
            Slot {
                registers,
                ..Slot::default()
            },
        );
        wakers.extend(self.driver.take());
    }

    /// The caller of a request has left.
    pub(super) fn leave(&mut self, id: RequestId, wakers: &mut Vec<Waker>) {
        if let Some(slot) = self.slots.remove(&id) {
            self.full -= usize::from(slot.is_full());
            match (slot.end, slot.registers) {
                (None, _) => self.session.abandon(id),
                // It was confirmed, and nobody has heard of that.
                (Some(Answer::Outcome(Outcome::Confirmed, _)), Some(event)) => {
                    self.session.release(&event);
                }
                _ => {}
            }
            wakers.extend(self.driver.take());
        }
    }

    /// The end of a request, if it has come.
    pub(super) fn poll_end(
        &mut self,
        id: RequestId,
        context: &Context<'_>,
        wakers: &mut Vec<Waker>,
    ) -> Poll<Answer> {
        let Some(slot) = self.slots.get_mut(&id) else {
            return Poll::Ready(Answer::Outcome(Outcome::Closed, Vec::new()));
        };
        match slot.end.take() {
            Some(end) => {
                self.full -= usize::from(slot.is_full());
                self.slots.remove(&id);
                Poll::Ready(end)
            }
            None => {
                slot.wait(context);
                self.resume(wakers);
                Poll::Pending
            }
        }
    }

    /// The next item of a stream, or `None` if it has ended.
    pub(super) fn poll_item(
        &mut self,
        id: RequestId,
        context: &Context<'_>,
        wakers: &mut Vec<Waker>,
    ) -> Poll<Option<Vec<u8>>> {
        let Some(slot) = self.slots.get_mut(&id) else {
            return Poll::Ready(None);
        };
        let was_full = slot.is_full();
        if let Some(item) = slot.items.pop_front() {
            slot.bytes -= item.len();
            if was_full && !slot.is_full() {
                self.full -= 1;
                self.resume(wakers);
            }
            return Poll::Ready(Some(item));
        }
        if slot.end.is_some() {
            return Poll::Ready(None);
        }
        slot.wait(context);
        self.resume(wakers);
        Poll::Pending
    }

    /// Forgets the items that have come for a stream.
    pub(super) fn skip_items(&mut self, id: RequestId, wakers: &mut Vec<Waker>) {
        if let Some(slot) = self.slots.get_mut(&id) {
            let was_full = slot.is_full();
            slot.items.clear();
            slot.bytes = 0;
            self.full -= usize::from(was_full);
            self.resume(wakers);
        }
    }

    /// Lets the driver read on, if it has paused.
    pub(super) fn resume(&mut self, wakers: &mut Vec<Waker>) {
        if self.is_paused && !self.may_pause() {
            wakers.extend(self.driver.take());
        }
    }

    /// Whether reading may pause: a stream is full, and nobody waits for anything else.
    pub(super) fn may_pause(&self) -> bool {
        self.full > 0
            && !self.slots.values().any(|slot| slot.waker.is_some())
            && !self.queues.values().any(Queue::is_waiting)
    }

    /// Makes a queue for the events of these names.
    pub(super) fn add_queue(&mut self, names: Vec<String>) -> u64 {
        let number = self.next_queue;
        self.next_queue += 1;
        self.queues.insert(number, Queue::new(names, self.limits));
        number
    }

    /// Takes over what has come: replies to those who wait for them, events to all who want them.
    pub(super) fn deliver(&mut self, wakers: &mut Vec<Waker>) {
        loop {
            match self.session.poll() {
                Ok(Some(reply)) => self.deliver_reply(&reply, wakers),
                Ok(None) => break,
                Err(error) => {
                    self.end.get_or_insert(End::Protocol(error));
                }
            }
        }
        while let Some(event) = self.session.next_event() {
            let event = Arc::new(event);
            for queue in self.queues.values_mut() {
                wakers.extend(queue.push(&event));
            }
        }
    }

    fn deliver_reply(&mut self, reply: &Reply, wakers: &mut Vec<Waker>) {
        let Some(slot) = self.slots.get_mut(&reply.id) else {
            return;
        };
        let message = self.session.message(reply);
        if reply.outcome != Outcome::Item {
            slot.end = Some(Answer::Outcome(reply.outcome, message.to_vec()));
        } else if slot.bytes.saturating_add(message.len()) > MAX_UNREAD {
            slot.end = Some(Answer::Overrun);
            self.session.abandon(reply.id);
        } else {
            let was_full = slot.is_full();
            slot.bytes += message.len();
            slot.items.push_back(message.to_vec());
            self.full += usize::from(!was_full && slot.is_full());
        }
        wakers.extend(slot.waker.take());
    }

    /// Ends the connection, for the first reason that is told.
    pub(super) fn close(&mut self, error: Option<io::Error>, wakers: &mut Vec<Waker>) {
        let end = error.map_or(End::Closed, |error| End::Io(Arc::new(error)));
        self.session.close();
        // Requests that were open end with it.
        self.deliver(wakers);
        self.end.get_or_insert(end);
        for queue in self.queues.values_mut() {
            wakers.extend(queue.end());
        }
        wakers.extend(self.driver.take());
    }

    pub(super) fn is_ended(&self) -> bool {
        self.session.is_closed()
    }

    pub(super) fn reason(&self) -> Error {
        match &self.end {
            Some(End::Io(error)) => Error::Io(match error.raw_os_error() {
                Some(code) => io::Error::from_raw_os_error(code),
                None => io::Error::new(error.kind(), Arc::clone(error)),
            }),
            Some(End::Protocol(error)) => Error::Protocol(error.clone()),
            Some(End::Closed) | None => Error::Closed,
        }
    }

    /// The error itself, or why the connection has ended if it says no more than that it has.
    pub(super) fn explain<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|error| match error {
            Error::Closed => self.reason(),
            error => error,
        })
    }
}

impl Slot {
    fn is_full(&self) -> bool {
        self.bytes >= FULL
    }

    fn wait(&mut self, context: &Context<'_>) {
        match &mut self.waker {
            Some(waker) => waker.clone_from(context.waker()),
            None => self.waker = Some(context.waker().clone()),
        }
    }
}

/// A stream of which so many bytes wait is full: nothing is read for its sake.
const FULL: usize = 1024 * 1024;

/// A stream of which more bytes wait, as they had to be read for the sake of others, is ended.
const MAX_UNREAD: usize = 64 * 1024 * 1024;
