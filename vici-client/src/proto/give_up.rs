//! The half of a session that gives requests up.

use super::error::ProtocolError;
use super::open::{Awaits, Open};
use super::reply::RequestId;
use super::session::Session;

/// So many requests that were given up may wait for their answers. With one more the session ends
/// with [`ProtocolError::Unresponsive`]: a daemon that answers nothing any more must not make its
/// client grow.
pub const MAX_GIVEN_UP: usize = 1000;

impl Session {
    /// Gives up a request: whatever comes for it is skipped, and the connection stays in step.
    ///
    /// What has not been sent is not sent any more; a command that has been sent the daemon carries
    /// out. A registration is ended again. Nothing happens if [`poll`](Self::poll) has told the end of
    /// the request: a registration that was confirmed is given back by [`release`](Self::release).
    ///
    /// It changes what [`transmit`](Self::transmit) has offered: bytes that were taken from there must
    /// not be sent afterwards, unless they were [committed](Self::commit). A driver that hands bytes
    /// to the kernel to be sent later, as with io_uring, commits them and gives it a copy.
    ///
    /// When more than [`MAX_GIVEN_UP`] requests that were sent wait for an answer that nobody wants,
    /// the session is closed, and the next [`poll`](Self::poll) says so.
    pub fn abandon(&mut self, id: RequestId) {
        self.ready.retain(|reply| reply.id != id);
        if let Some(event) = self.take_confirmed(id) {
            self.release(&event);
        }
        if let Some(index) = self.open.position(id) {
            self.give_up(index, id);
            let given_up = self.open.given_up();
            if given_up > MAX_GIVEN_UP {
                self.fail(ProtocolError::Unresponsive { given_up });
            }
        }
    }

    /// Gives back one registration of an event, as [`unregister`](Self::unregister) does, for a
    /// caller who does not wait for the answer.
    ///
    /// Works on a closed session as well: the event is then registered once less by
    /// [`restart`](Self::restart). Nothing happens if the event is not registered.
    pub fn release(&mut self, event: &str) {
        if self.registrations.remove(event) && self.registrations.count(event) == 0 && !self.closed
        {
            // The name has been sent before, so that it can be sent again.
            let _ = self.send_unregister(event, None, true);
        }
    }

    /// Takes back what has not been sent of the request `id`, at `index`, and leaves the rest to be
    /// skipped. Returns the index behind what is left of the entry.
    pub(super) fn give_up(&mut self, index: usize, id: RequestId) -> usize {
        let Some(open) = self.open.get(index) else {
            return index;
        };
        let unsent = self.is_unsent(open);
        match &open.awaits {
            Awaits::Response { event, .. } if unsent => {
                let event = event.clone();
                self.take_back_command(index, id, event.as_deref())
            }
            Awaits::Registered {
                event, by_caller, ..
            } => {
                let event = event.clone();
                let last = open.ids() == [id];
                if *by_caller {
                    self.give_up_registration(index, id, &event, unsent && last);
                }
                index + 1
            }
            _ => {
                self.open.give_up(index, id);
                index + 1
            }
        }
    }

    fn give_up_registration(&mut self, index: usize, id: RequestId, event: &str, unsent: bool) {
        self.open.give_up(index, id);
        let was_registered = self.registrations.remove(event);
        if !was_registered || self.registrations.count(event) > 0 {
            return;
        }
        let needed = self
            .open
            .iter()
            .skip(index + 1)
            .any(|open| open.concerns(event));
        if unsent && !needed && !self.open.keeps_apart(index) {
            self.take_back(index);
        } else {
            // As by a stream: what is raised meanwhile is for nobody. The name has been sent before,
            // so that it can be sent again.
            let _ = self.send_unregister(event, None, false);
        }
    }

    /// Takes back the command at `index`, and what stands beside it for its sake. Returns the index
    /// behind it.
    fn take_back_command(&mut self, index: usize, id: RequestId, event: Option<&str>) -> usize {
        self.take_back(index);
        // What stood behind it is at its index now. A fence between two responses stays.
        if self.may_go(index, Open::is_fence) {
            self.take_back(index);
        }
        let Some(before) = index.checked_sub(1) else {
            return index;
        };
        if self.may_go(before, |open| open.is_fence() && !open.is_asked()) {
            self.take_back(before);
            return before;
        }
        let Some(event) = event else {
            return index;
        };
        let begins = self
            .open
            .get(before)
            .is_some_and(|open| open.begins_stream(event));
        let ends = self
            .open
            .get(index)
            .is_some_and(|open| open.ends_stream(event));
        if begins && ends && self.may_go(before, |_| true) {
            self.take_back(before);
            // In between two responses it stays as a fence: by then nothing is registered.
            if self.may_go(before, |_| true) {
                self.take_back(before);
            }
            return before;
        }
        if ends {
            // The registration has been sent: its end goes as well, and nobody waits for that.
            self.open.give_up(index, id);
        }
        index
    }

    /// Whether the entry at `index` is of a kind, not sent and not needed between two responses.
    pub(super) fn may_go(&self, index: usize, kind: impl FnOnce(&Open) -> bool) -> bool {
        let is = self
            .open
            .get(index)
            .is_some_and(|open| self.is_unsent(open) && kind(open));
        is && !self.open.keeps_apart(index)
    }

    fn is_unsent(&self, open: &Open) -> bool {
        open.place.start >= self.output.sent_to().max(self.committed)
    }

    /// Takes back an entry of which nothing has been sent.
    pub(super) fn take_back(&mut self, index: usize) {
        let Some(open) = self.open.remove(index) else {
            return;
        };
        self.output.remove(open.place);
        if let Some(holes) = self.output.compact() {
            self.open.shift(&holes);
        }
    }
}
