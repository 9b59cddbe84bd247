//! What comes next on the way up or down: lists, answers and events in, questions and an end out. It knows
//! neither sockets nor the clock.

use std::time::Duration;

use vici_client::{Error, RawEvent};
use vici_types::{
    Alert, AnyEvent, ChildUpdown, Event, IkeUpdown, Initiate, ListSa, ListSas, Log, Terminate,
};

use super::outcome::Failure;
use super::reason::{Certainty, Reason};
use super::story::Story;

/// What it needs next.
pub(super) enum Ask {
    List(ListSas),
    Initiate(Initiate),
    Terminate(Terminate),
    /// The next event, or the end of this time.
    Event(Duration),
}

/// The events that tell how it goes on; a daemon before 6.0.3 does not know the last one.
pub(super) const EVENTS: [&str; 4] = [Log::NAME, ChildUpdown::NAME, IkeUpdown::NAME, Alert::NAME];

/// How long nothing is looked at while no event comes, at first and at most: what goes wrong raises no
/// event but lines of the log, which may not be among those that are known.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LAST_PAUSE: Duration = Duration::from_secs(2);

/// How often an attempt of which nothing is seen or heard is looked for again: for some six seconds.
const PATIENCE: u8 = 5;

/// How long the log may be behind: a daemon sends its lines by and by, so that an answer overtakes them.
const LINGER: Duration = Duration::from_millis(250);

/// How many lines are waited for at most then.
pub(super) const MAX_LINGER: usize = 100;

pub(super) enum Next {
    /// Lists; without waiting for IKE_SAs that are busy, which are left out then.
    Look {
        noblock: bool,
    },
    Act,
    Wait,
    /// The attempt has failed; so many events may still tell why.
    Linger(usize),
    /// It is over.
    Nothing,
}

/// A way to bring a tunnel up, or take it down.
pub(super) struct Run<T> {
    pub(super) ike: String,
    pub(super) child: Option<String>,
    pub(super) next: Next,
    /// Whether the daemon was asked to do it, and refused.
    pub(super) acted: bool,
    pub(super) refused: bool,
    /// The SAs to close, by their numbers.
    pub(super) closing: Vec<u32>,
    /// The state of the attempt when it was last looked at.
    pub(super) unanswered: bool,
    pause: Duration,
    /// How often it is looked again for what has not begun.
    patience: u8,
    pub(super) story: Story,
    error: Option<Error>,
    end: Option<Result<T, Reason>>,
}

/// Which way it goes.
pub(super) trait Way: Sized {
    const UP: bool;

    /// What is asked of the daemon.
    fn act(run: &Run<Self>) -> Ask;

    /// What all IKE_SAs of the connection tell.
    fn listed(run: &mut Run<Self>, sas: Vec<ListSa>, noblock: bool);
}

impl<T: Way> Run<T> {
    pub(super) fn new(ike: &str, child: Option<&str>) -> Self {
        Self {
            ike: ike.to_owned(),
            child: child.map(str::to_owned),
            next: Next::Look { noblock: false },
            acted: false,
            refused: false,
            closing: Vec::new(),
            unanswered: false,
            pause: FIRST_PAUSE,
            patience: PATIENCE,
            story: Story::default(),
            error: None,
            end: None,
        }
    }

    /// What it needs; nothing if it is over.
    pub(super) fn next(&self) -> Option<Ask> {
        Some(match self.next {
            Next::Look { noblock } => {
                Ask::List(ListSas::new().ike(self.ike.as_str()).noblock(noblock))
            }
            Next::Act => T::act(self),
            Next::Wait => Ask::Event(self.pause),
            Next::Linger(_) => Ask::Event(LINGER),
            Next::Nothing => return None,
        })
    }

    pub(super) fn listed(&mut self, sas: Result<Vec<ListSa>, Error>) {
        let noblock = matches!(self.next, Next::Look { noblock: true });
        match sas {
            Ok(sas) => T::listed(self, sas, noblock),
            Err(error) => self.failed(error),
        }
    }

    /// What the daemon answered to the command.
    pub(super) fn answered(&mut self, answer: Result<(), Error>) {
        self.acted = true;
        self.pause = FIRST_PAUSE;
        self.next = match answer {
            Ok(()) => Next::Look { noblock: true },
            Err(error) if error.is_refused() => {
                self.refused = true;
                if let Error::CommandFailed { errmsg, .. } = &error {
                    let errmsg = errmsg.clone().unwrap_or_default();
                    let reason = if error.is_not_found() {
                        Some((Reason::NoSuchConfiguration, Certainty::Final))
                    } else if errmsg.ends_with("due to limits") {
                        Some((Reason::DaemonBusy, Certainty::Final))
                    } else {
                        Some((Reason::Other, Certainty::Hint))
                    };
                    self.story.told(reason, &errmsg);
                }
                self.error = Some(error);
                // Somebody else may have done it meanwhile.
                Next::Look { noblock: false }
            }
            Err(error) => return self.failed(error),
        };
    }

    /// Something that has happened.
    pub(super) fn event(&mut self, event: &RawEvent) {
        // What can't be read tells nothing, but is a reason to look.
        let look = match event.decode_any() {
            Ok(Some(event)) => {
                let name = event.connection().map(ToString::to_string);
                name.as_deref() == Some(self.ike.as_str()) && self.is_news(&event)
            }
            _ => true,
        };
        match self.next {
            Next::Wait if look => self.next = Next::Look { noblock: true },
            Next::Linger(0) => self.give_up(),
            Next::Linger(left) => self.give_up_after(left - 1),
            _ => {}
        }
    }

    fn is_news(&mut self, event: &AnyEvent) -> bool {
        match event {
            AnyEvent::Log(line) => self.story.line(&line.msg.to_string_lossy()),
            AnyEvent::Alert(alert) => {
                let reason = Reason::of_alert(&alert.type_);
                let reason = reason.map(|reason| (reason, Certainty::Hint));
                self.story.told(reason, alert.type_.as_str());
                reason.is_some()
            }
            AnyEvent::IkeUpdown(_) | AnyEvent::ChildUpdown(_) => true,
            _ => false,
        }
    }

    /// No event has come for the time that was asked for.
    pub(super) fn nothing_came(&mut self) {
        if matches!(self.next, Next::Linger(_)) {
            return self.give_up();
        }
        self.pause = LAST_PAUSE.min(self.pause * 2);
        self.next = Next::Look { noblock: true };
    }

    /// The time is over.
    pub(super) fn time_is_over(&mut self) {
        let reason = match self.story.reason() {
            Some((reason, _)) => reason,
            None if matches!(self.next, Next::Linger(_)) => Reason::Other,
            None if self.unanswered => Reason::NoAnswer,
            None => Reason::TimeOver,
        };
        self.finish(Err(reason));
    }

    pub(super) fn failed(&mut self, error: Error) {
        let reason = if error.is_timeout() {
            Reason::DaemonBusy
        } else if error.is_closed() {
            Reason::Disconnected
        } else {
            Reason::Other
        };
        self.story.begin();
        self.story
            .told(Some((reason, Certainty::Final)), &error.to_string());
        self.error = Some(error);
        self.finish(Err(reason));
    }

    pub(super) fn finish(&mut self, end: Result<T, Reason>) {
        self.end = Some(end);
        self.next = Next::Nothing;
    }

    /// Nothing is seen of what was asked for, nor heard: a daemon that has much to do begins later.
    pub(super) fn has_not_begun(&mut self) -> bool {
        let has_not = !self.refused && !self.story.is_heard() && self.patience > 0;
        self.patience -= u8::from(has_not);
        has_not
    }

    /// The attempt has ended without success. Unless it is known why, the log is waited for.
    pub(super) fn give_up_after(&mut self, events: usize) {
        if self.story.is_told() {
            self.give_up();
        } else {
            self.next = Next::Linger(events);
        }
    }

    fn give_up(&mut self) {
        let reason = self.story.reason();
        self.finish(Err(reason.map_or(Reason::Other, |(reason, _)| reason)));
    }

    /// Looks on later, or looks at all, before what was seen with busy IKE_SAs left out is believed.
    pub(super) fn wait(&mut self) {
        self.next = Next::Wait;
    }

    pub(super) fn look_at_all(&mut self) {
        self.next = Next::Look { noblock: false };
    }

    pub(super) fn end(self) -> Result<T, Failure> {
        let reason = match self.end {
            Some(Ok(end)) => return Ok(end),
            Some(Err(reason)) => reason,
            None => Reason::TimeOver,
        };
        let words = match self.story.reason() {
            Some((told, words)) if told == reason => words,
            _ => String::new(),
        };
        Err(Failure {
            ike: self.ike,
            child: self.child,
            up: T::UP,
            reason,
            words,
            log: self.story.into_lines(),
            error: self.error.map(Box::new),
        })
    }
}
