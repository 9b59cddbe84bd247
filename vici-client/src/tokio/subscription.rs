//! Events that come unasked, as streams.

use core::fmt;
use core::future::poll_fn;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::sync::Arc;

use futures_core::Stream;
use vici_types::Event;

use super::call::Pending;
use super::queue::Entry;
use super::shared::Handle;
use crate::codec::refused;
use crate::error::{Error, Result};
use crate::event::RawEvent;
use crate::proto::Outcome;

/// Events of one type, or of several names as [`RawEvent`]s, in the order in which they came.
///
/// Each subscription has a queue of its own, bounded by the
/// [limits](crate::AsyncClient::set_event_limits) at the time when it was made. One that is not read
/// holds up nobody: events beyond the bounds are dropped, which [`Error::Lagged`] tells in their place.
/// An event that does not fit its type is [`Error::Decode`]. In both cases the subscription goes on.
///
/// It ends when the connection has ended and all that had come is read; why is told by
/// [`closed`](crate::AsyncClient::closed). Dropping it ends the subscription, at any time.
#[must_use = "a subscription that is dropped ends"]
pub struct Subscription<E> {
    queue: OwnedQueue,
    decode: fn(RawEvent) -> Result<E>,
}

impl<E> Subscription<E> {
    /// The next event, or `None` when no more can come.
    ///
    /// Cancel safe: an event that has come waits for the next call.
    pub async fn next(&mut self) -> Option<Result<E>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// How many events were dropped in all, as they were not read in time.
    pub fn dropped(&self) -> u64 {
        let state = self.queue.handle.0.lock();
        state
            .queues
            .get(&self.queue.number)
            .map_or(0, |queue| queue.dropped())
    }
}

impl<E> Stream for Subscription<E> {
    type Item = Result<E>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(match ready!(self.queue.poll(context)) {
            Some(Entry::Event(event)) => Some((self.decode)(Arc::unwrap_or_clone(event).into())),
            Some(Entry::Lost(dropped)) => Some(Err(Error::Lagged { dropped })),
            None => None,
        })
    }
}

impl<E> fmt::Debug for Subscription<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("events", &self.queue.names)
            .finish_non_exhaustive()
    }
}

/// Subscribes one event as its type.
pub(super) async fn subscribe<E: Event>(handle: &Arc<Handle>) -> Result<Subscription<E>> {
    Ok(Subscription {
        queue: OwnedQueue::subscribe(handle, &[E::NAME]).await?,
        decode: |event| event.decode(),
    })
}

/// Subscribes events by their names.
pub(super) async fn subscribe_names(
    handle: &Arc<Handle>,
    events: &[&str],
) -> Result<Subscription<RawEvent>> {
    Ok(Subscription {
        queue: OwnedQueue::subscribe(handle, events).await?,
        decode: Ok,
    })
}

/// A queue, and the registrations of its events.
struct OwnedQueue {
    handle: Arc<Handle>,
    number: u64,
    names: Vec<String>,
    /// How many of the events are registered; the others are not yet, or not any more.
    registered: usize,
}

impl OwnedQueue {
    /// Registers each event. What is registered by now is given back if the future is dropped, or if
    /// the daemon does not know one of them.
    async fn subscribe(handle: &Arc<Handle>, events: &[&str]) -> Result<Self> {
        let mut names: Vec<String> = events.iter().map(|event| (*event).to_owned()).collect();
        names.sort_unstable();
        names.dedup();

        // All is asked at once. The queue is there before the first event can come.
        let mut pending = Vec::new();
        let number = handle.0.change(|state, wakers| {
            for name in &names {
                let id = state.session.register(name);
                let id = state.explain(id.map_err(|error| refused(name, error)));
                if let Ok(id) = id {
                    state.open_registration(id, name, wakers);
                }
                pending.push(Pending::new(Arc::clone(handle), id));
            }
            state.add_queue(names.clone())
        });
        let mut queue = Self {
            handle: Arc::clone(handle),
            number,
            names,
            registered: 0,
        };
        // Which of them were confirmed is the front of the names.
        for (index, mut pending) in pending.into_iter().enumerate() {
            let (outcome, _) = poll_fn(|context| pending.poll(context)).await?;
            if outcome != Outcome::Confirmed {
                return Err(Error::UnknownEvent {
                    name: queue.names.swap_remove(index),
                });
            }
            queue.registered = index + 1;
        }
        Ok(queue)
    }

    fn poll(&self, context: &Context<'_>) -> Poll<Option<Entry>> {
        self.handle.0.change(|state, wakers| {
            let Some(queue) = state.queues.get_mut(&self.number) else {
                return Poll::Ready(None);
            };
            let polled = queue.poll(context);
            if polled.is_pending() {
                state.resume(wakers);
            }
            polled
        })
    }
}

impl Drop for OwnedQueue {
    fn drop(&mut self) {
        self.handle.0.change(|state, wakers| {
            state.queues.remove(&self.number);
            for name in self.names.iter().take(self.registered) {
                state.session.release(name);
            }
            wakers.extend(state.driver.take());
        });
    }
}
