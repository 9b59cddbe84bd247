//! A session in the hands of a caller who does anything, with a peer who sends anything.

use vici_client::proto::{
    EventLimits, MAX_FRAME_LEN, MAX_GIVEN_UP, Outcome, Packet, ProtocolError, RequestId, Session,
    WhenFull,
};

use crate::daemon::{Daemon, Expected, Verdict};
use crate::input::Input;

/// No panic, no answer that went to the wrong request, no request without an end, and bounded memory,
/// whatever is called and whatever comes.
///
/// The input is a list of steps; see [`World::step`].
pub fn session(data: &[u8]) {
    let mut world = World::new();
    let mut input = Input::new(data);
    while !input.is_empty() {
        world.step(&mut input);
        world.poll();
    }
    world.finish();
}

const EVENTS: [&str; 4] = ["log", "list-sa", "ike-updown", ""];

const LIMITS: EventLimits = EventLimits::new(16, 4096, WhenFull::DropOldest);

/// What was asked of the session.
#[derive(Debug)]
struct Call {
    id: RequestId,
    kind: Kind,
    abandoned: bool,
    ended: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Command,
    Stream(&'static str),
    Register(&'static str),
    /// The end of a registration, or one that began anew.
    Other,
}

impl Kind {
    /// Whether the call may end like this, the daemon having refused or confirmed registrations.
    fn allows(self, outcome: Outcome, daemon: Option<&Daemon>) -> bool {
        match (self, outcome) {
            (Self::Stream(_), Outcome::Item) => true,
            (Self::Stream(event) | Self::Register(event), Outcome::UnknownEvent) => {
                daemon.is_none_or(|daemon| daemon.has_refused(event))
            }
            (Self::Register(event), Outcome::Confirmed) => {
                daemon.is_none_or(|daemon| daemon.has_confirmed(event))
            }
            (Self::Other, Outcome::Confirmed | Outcome::UnknownEvent) => true,
            (
                Self::Command | Self::Stream(_),
                Outcome::Response | Outcome::UnknownCommand | Outcome::Dropped,
            ) => true,
            _ => false,
        }
    }
}

struct World {
    session: Session,
    calls: Vec<Call>,
    /// What the peer has sent and the session has not got.
    wire: Vec<u8>,
    /// The other end of the connection, which knows what may be answered.
    daemon: Daemon,
    /// Whether the peer has sent answers that are none of the daemon's.
    forged: bool,
    /// Whether the peer has kept to the protocol, as far as the daemon can tell.
    honest: bool,
}

impl World {
    fn new() -> Self {
        let mut session = Session::new();
        session.set_event_limits(LIMITS);
        Self {
            session,
            calls: Vec::new(),
            wire: Vec::new(),
            daemon: Daemon::default(),
            forged: false,
            honest: true,
        }
    }

    fn step(&mut self, input: &mut Input<'_>) {
        match input.below(16) {
            0 | 1 => {
                let message = self.tag();
                let result = self.session.request("command", &message);
                self.called(result, Kind::Command);
            }
            2 | 3 => {
                let message = self.tag();
                let event = EVENTS[input.below(EVENTS.len())];
                let result = self.session.stream("stream", event, &message);
                self.called(result, Kind::Stream(event));
            }
            4 => {
                let event = EVENTS[input.below(EVENTS.len())];
                let result = self.session.register(event);
                self.called(result, Kind::Register(event));
            }
            5 => {
                let result = self.session.unregister(EVENTS[input.below(EVENTS.len())]);
                self.called(result, Kind::Other);
            }
            6 => self.abandon(input.below(usize::MAX)),
            7 => self.send(input.below(usize::MAX)),
            8 => self.send(usize::MAX),
            9 => {
                self.wire.extend(input.chunk());
                self.forged = true;
            }
            10 | 11 => self.raise(input),
            12 => self.answer(input.byte()),
            13 => {
                let count = 1 + input.below(64);
                self.deliver(count);
            }
            14 => self.deliver(usize::MAX),
            _ => self.odd(input),
        }
    }

    /// What a caller does rarely.
    fn odd(&mut self, input: &mut Input<'_>) {
        match input.below(8) {
            0 => {
                self.session.close();
                assert!(self.session.is_closed());
            }
            1 => {
                let ids = self.session.restart();
                // What was open has no end any more, and the peer knows nothing.
                self.calls.clear();
                self.wire.clear();
                self.daemon = Daemon::default();
                self.forged = false;
                self.honest = true;
                for id in ids {
                    self.called(Ok(id), Kind::Other);
                }
            }
            2 => {
                let name = String::from_utf8_lossy(input.chunk()).into_owned();
                let printable = name.bytes().all(|byte| (0x20..0x7f).contains(&byte));
                let result = self.session.request(&name, &self.tag());
                let fits = printable && name.len() <= 255;
                assert_eq!(result.is_ok(), fits && !self.session.is_closed());
                if let Ok(id) = result {
                    self.called(Ok(id), Kind::Command);
                }
            }
            3 => {
                let message = vec![0; MAX_FRAME_LEN - 5];
                assert!(self.session.request("command", &message).is_err());
            }
            4 => while self.session.next_event().is_some() {},
            5 => self.abandon_all(),
            6 => match input.below(4) {
                0 => self.session.trust_event(EVENTS[input.below(EVENTS.len())]),
                1 => {
                    let closed = self.session.is_closed();
                    assert_eq!(self.session.fence().is_err(), closed);
                }
                2 => self
                    .session
                    .set_max_in_flight(input.below(8).checked_sub(1)),
                _ => self.session.release(EVENTS[input.below(EVENTS.len())]),
            },
            _ => {}
        }
    }

    /// A message that no other request has: the number of the call.
    fn tag(&self) -> [u8; 2] {
        u16::try_from(self.calls.len() % 65_536)
            .unwrap_or(0)
            .to_be_bytes()
    }

    fn called(&mut self, result: Result<RequestId, ProtocolError>, kind: Kind) {
        match result {
            Ok(id) => self.calls.push(Call {
                id,
                kind,
                abandoned: false,
                ended: false,
            }),
            Err(error) => {
                assert_eq!(error, ProtocolError::Closed);
                assert!(self.session.is_closed());
            }
        }
    }

    fn abandon(&mut self, which: usize) {
        if let Some(count) = self.calls.len().checked_sub(1) {
            let call = &mut self.calls[which % (count + 1)];
            // Also one that has ended: then nothing happens.
            call.abandoned |= !call.ended;
            self.session.abandon(call.id);
        }
    }

    fn abandon_all(&mut self) {
        for call in &mut self.calls {
            call.abandoned |= !call.ended;
            self.session.abandon(call.id);
        }
    }

    fn send(&mut self, most: usize) {
        let bytes = self.session.transmit();
        let count = bytes.len().min(most);
        self.daemon.receive(&bytes[..count]);
        self.session.sent(count);
    }

    /// The peer sends a packet, which may be right or wrong.
    fn raise(&mut self, input: &mut Input<'_>) {
        let kind = input.byte() % 9;
        let byte = input.byte();
        let event = EVENTS[usize::from(byte) % EVENTS.len()];
        // No answer of the daemon is of this length.
        let tag = [byte];
        let packet = match kind {
            0 => Packet::CommandRequest {
                name: event,
                message: &tag,
            },
            1 => Packet::CommandResponse { message: &tag },
            2 => Packet::CommandUnknown,
            3 => Packet::EventRegister { name: event },
            4 => Packet::EventUnregister { name: event },
            5 => Packet::EventConfirm,
            6 => Packet::EventUnknown,
            7 => Packet::Event {
                name: event,
                message: &tag,
            },
            _ => return self.wire.extend([0, 0, 0, 0]),
        };
        self.daemon.write(&packet, &mut self.wire);
        // What it seems to answer may not even be asked yet.
        self.forged |= matches!(kind, 1 | 2 | 5 | 6);
    }

    /// The peer answers what it has got, as a daemon does.
    fn answer(&mut self, fates: u8) {
        self.daemon.answer(fates, &mut self.wire);
    }

    /// Some of what the peer has sent arrives.
    fn deliver(&mut self, most: usize) {
        let mut left = self.wire.len().min(most);
        while left > 0 && !self.session.is_closed() {
            let buffer = self.session.buffer();
            assert!(!buffer.is_empty(), "there is room to read to");
            assert!(buffer.len() <= 4 + MAX_FRAME_LEN + 32 * 1024);
            let count = buffer.len().min(left);
            for (to, from) in buffer.iter_mut().zip(self.wire.drain(..count)) {
                *to = from;
                self.daemon.sent.push(from);
            }
            self.session.advance(count);
            left -= count;
            self.poll();
        }
        if self.session.is_closed() {
            self.wire.clear();
        }
    }

    /// Takes all replies, and compares them with those that the daemon expects.
    fn poll(&mut self) {
        let mut expected = Vec::new();
        let verdict = if self.honest && !self.session.is_closed() {
            self.daemon.judge(&mut expected)
        } else {
            Verdict::Unsure
        };
        // Nobody waits for the answer to what was abandoned.
        expected.retain(|expected| {
            let call = self.calls.get(expected.tag());
            call.is_some_and(|call| !call.abandoned)
        });
        let mut expected = expected.into_iter();

        let mut error = None;
        loop {
            let reply = match self.session.poll() {
                Ok(None) => break,
                Ok(Some(reply)) => reply,
                Err(fault) => {
                    assert_eq!(error.replace(fault), None, "one error is enough");
                    continue;
                }
            };
            let tag = self.calls.iter().position(|call| call.id == reply.id);
            let tag = tag.expect("a reply has a request");
            let call = &mut self.calls[tag];
            assert!(!call.abandoned && !call.ended, "{reply:?} for {call:?}");
            call.ended = reply.outcome != Outcome::Item;
            if reply.outcome == Outcome::Closed {
                assert!(self.session.is_closed());
                continue;
            }
            let daemon = (verdict == Verdict::Right).then_some(&self.daemon);
            assert!(
                call.kind.allows(reply.outcome, daemon),
                "{reply:?} for {call:?}"
            );
            if verdict == Verdict::Unsure {
                continue;
            }
            let expected = match reply.outcome {
                Outcome::Item | Outcome::Confirmed | Outcome::UnknownEvent => continue,
                // A stream of an unknown event may have ended before its command was answered.
                _ => expected
                    .find(|expected| expected.tag() == tag || !self.calls[expected.tag()].ended),
            };
            match (reply.outcome, expected) {
                (Outcome::Response, Some(Expected::Response(of, sent))) => {
                    let message = self.session.message(&reply);
                    assert_eq!((tag, message), (of, sent.as_slice()));
                    // The message of the request comes back as that of its answer.
                    if let (Ok(number), false) = (message.try_into(), self.forged) {
                        assert_eq!(tag, usize::from(u16::from_be_bytes(number)));
                    }
                }
                (Outcome::UnknownCommand, Some(Expected::Unknown(of)))
                | (Outcome::Dropped, Some(Expected::Dropped(of))) => assert_eq!(tag, of),
                (outcome, expected) => panic!("{outcome:?}, {expected:?} was expected"),
            }
        }

        match (verdict, &error) {
            // The caller may have given up too much for a daemon that is slow.
            (_, Some(ProtocolError::Unresponsive { given_up })) => {
                assert!(*given_up > MAX_GIVEN_UP);
            }
            (Verdict::Right, error) => {
                assert_eq!(*error, None, "the peer has done nothing wrong");
                let lost = expected.find(|expected| !self.calls[expected.tag()].ended);
                assert_eq!(lost, None, "an answer is lost");
            }
            (Verdict::Wrong, error) => assert!(error.is_some(), "a fault is overlooked"),
            (Verdict::Unsure, _) => {}
        }
        if error.is_some() {
            assert!(self.session.is_closed());
        }
        if self.session.is_closed() {
            assert_eq!(self.session.poll(), Ok(None));
            assert!(self.session.transmit().is_empty());
            assert_eq!(
                self.session.request("command", b""),
                Err(ProtocolError::Closed)
            );
        } else {
            assert!(!self.session.buffer().is_empty());
        }
    }

    /// An honest daemon answers all that is left: every request ends.
    fn finish(mut self) {
        self.deliver(usize::MAX);
        self.poll();
        let in_step = self.honest && !self.session.is_closed() && self.daemon.is_between_frames();
        while in_step && !(self.session.transmit().is_empty() && self.daemon.is_idle()) {
            self.send(usize::MAX);
            self.answer(0);
            self.deliver(usize::MAX);
            assert!(!self.session.is_closed(), "an honest daemon breaks nothing");
        }
        if in_step {
            for call in &self.calls {
                assert!(call.ended || call.abandoned, "{call:?} has no end");
            }
        }

        let mut events = 0;
        let mut bytes = 0;
        while let Some(event) = self.session.next_event() {
            events += 1;
            bytes += event.name.len() + event.message.len();
        }
        assert!(events <= LIMITS.max_events && bytes <= LIMITS.max_bytes);
    }
}
