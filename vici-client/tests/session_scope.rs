//! The session, asked and answered in every way that there is up to a number of steps: two requests, a
//! stream and a registration, and at any time any packet, also such that no daemon sends.
//!
//! `VICI_SCOPE_STEPS` is the number of steps, 4 unless set.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

use std::collections::VecDeque;
use std::env;

use vici_client::proto::{Outcome, Packet, ProtocolError, RequestId, Session};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Request,
    Stream,
    Register,
    Comes(Packet<'static>),
}

/// How often each may be asked.
const MOST: [(Step, usize); 3] = [(Step::Request, 2), (Step::Stream, 1), (Step::Register, 1)];

const PACKETS: [Packet<'static>; 10] = [
    Packet::CommandRequest {
        name: "call",
        message: b"",
    },
    Packet::CommandResponse { message: b"" },
    Packet::CommandUnknown,
    Packet::EventRegister { name: "item" },
    Packet::EventUnregister { name: "item" },
    Packet::EventConfirm,
    Packet::EventUnknown,
    Packet::Event {
        name: "item",
        message: b"",
    },
    Packet::Event {
        name: "note",
        message: b"",
    },
    Packet::Event {
        name: "other",
        message: b"",
    },
];

/// What the daemon owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owed {
    Response(usize),
    Registered(usize),
    /// The answer to the unregistration at the end of the stream.
    Unregistered,
    /// That of an event that no daemon has.
    Fence,
}

/// The protocol, as far as these steps go.
#[derive(Default)]
struct Model {
    owed: VecDeque<Owed>,
    /// What waits for the registration of the stream.
    held: Option<VecDeque<Owed>>,
    asked: Vec<Step>,
    replies: Vec<(usize, Outcome)>,
    queued: usize,
    ignored: u64,
}

impl Model {
    fn ask(&mut self, step: Step) {
        let id = self.asked.len();
        self.asked.push(step);
        match step {
            Step::Request => {
                let last = self.held.as_ref().unwrap_or(&self.owed).back();
                if matches!(last, Some(Owed::Response(_))) {
                    self.owe(Owed::Fence);
                }
                self.owe(Owed::Response(id));
            }
            Step::Register => self.owe(Owed::Registered(id)),
            Step::Stream => {
                self.owe(Owed::Registered(id));
                self.held = Some(VecDeque::from([Owed::Response(id), Owed::Unregistered]));
            }
            Step::Comes(_) => unreachable!("nobody asks for that"),
        }
    }

    fn owe(&mut self, owed: Owed) {
        self.held.as_mut().unwrap_or(&mut self.owed).push_back(owed);
    }

    /// Whether the packet is one that may come now.
    fn comes(&mut self, packet: &Packet<'_>) -> bool {
        match packet {
            Packet::CommandResponse { .. } => self.responds(Outcome::Response),
            Packet::CommandUnknown => self.responds(Outcome::UnknownCommand),
            Packet::EventConfirm => self.confirms(true),
            Packet::EventUnknown => self.confirms(false),
            Packet::Event { name, .. } => {
                // An item comes when the daemon works on the stream, the rest of them is not wanted; of
                // the others it does not matter who has registered them.
                match self.owed.front() {
                    Some(Owed::Registered(id) | Owed::Response(id))
                        if *name == "item" && self.asked[*id] == Step::Stream =>
                    {
                        self.replies.push((*id, Outcome::Item));
                    }
                    _ if *name == "item" && self.ends_stream() => {}
                    _ => self.queued += 1,
                }
                true
            }
            _ => {
                self.ignored += 1;
                true
            }
        }
    }

    fn ends_stream(&self) -> bool {
        self.held.is_some() || self.owed.contains(&Owed::Unregistered)
    }

    fn responds(&mut self, outcome: Outcome) -> bool {
        let Some(&Owed::Response(id)) = self.owed.front() else {
            return false;
        };
        self.owed.pop_front();
        self.replies.push((id, outcome));
        true
    }

    fn confirms(&mut self, known: bool) -> bool {
        // A confirmation that comes before a response proves that this was dropped.
        let overtaken = match (self.owed.front(), self.owed.get(1)) {
            (None, _) | (Some(Owed::Response(_)), None | Some(Owed::Response(_))) => return false,
            (Some(Owed::Response(id)), Some(_)) => Some(*id),
            (Some(_), _) => None,
        };
        if let Some(id) = overtaken {
            self.owed.pop_front();
            self.replies.push((id, Outcome::Dropped));
        }
        if let Some(Owed::Registered(id)) = self.owed.pop_front() {
            match (self.asked[id], known) {
                (Step::Stream, _) => {
                    let mut held = self.held.take().unwrap_or_default();
                    if !known {
                        held.drain(..2);
                        self.replies.push((id, Outcome::UnknownEvent));
                    }
                    self.owed.extend(held);
                }
                (_, true) => self.replies.push((id, Outcome::Confirmed)),
                (_, false) => self.replies.push((id, Outcome::UnknownEvent)),
            }
        }
        true
    }
}

/// What the session says, in the terms of the model.
#[derive(Default)]
struct Real {
    session: Session,
    ids: Vec<RequestId>,
    replies: Vec<(usize, Outcome)>,
    queued: usize,
}

impl Real {
    fn ask(&mut self, step: Step) {
        let id = match step {
            Step::Request => self.session.request("call", b""),
            Step::Stream => self.session.stream("list", "item", b""),
            Step::Register => self.session.register("note"),
            Step::Comes(_) => unreachable!("nobody asks for that"),
        };
        self.ids.push(id.unwrap());
        self.send();
    }

    fn send(&mut self) {
        while !self.session.transmit().is_empty() {
            self.session.sent(self.session.transmit().len());
        }
    }

    fn comes(&mut self, packet: &Packet<'_>) -> Result<(), ProtocolError> {
        let mut frame = Vec::new();
        packet.encode(&mut frame).unwrap();
        self.session.buffer()[..frame.len()].copy_from_slice(&frame);
        self.session.advance(frame.len());
        while let Some(reply) = self.session.poll()? {
            let id = self.ids.iter().position(|id| *id == reply.id).unwrap();
            self.replies.push((id, reply.outcome));
        }
        self.send();
        while self.session.next_event().is_some() {
            self.queued += 1;
        }
        Ok(())
    }
}

/// Goes the steps, and returns whether there may be more.
fn go(steps: &[Step]) -> bool {
    let (mut model, mut real) = (Model::default(), Real::default());
    for step in steps {
        match step {
            Step::Comes(packet) => match (model.comes(packet), real.comes(packet)) {
                (true, Ok(())) => {}
                (false, Err(ProtocolError::Unexpected { .. })) => {
                    assert!(real.session.is_closed(), "{steps:?}");
                    return false;
                }
                (_, said) => panic!("{steps:?}: the session says {said:?}"),
            },
            step => {
                model.ask(*step);
                real.ask(*step);
            }
        }
    }
    assert_eq!(real.replies, model.replies, "{steps:?}");
    assert_eq!(real.queued, model.queued, "{steps:?}");
    assert_eq!(real.session.ignored_packets(), model.ignored, "{steps:?}");
    assert_eq!(
        real.session.unanswered(),
        model.owed.len() + model.held.map_or(0, |held| held.len()),
        "{steps:?}"
    );
    true
}

fn walk(steps: &mut Vec<Step>, most: usize, count: &mut u64) {
    *count += 1;
    if !go(steps) || steps.len() == most {
        return;
    }
    let asked = MOST.iter().filter(|(step, most)| {
        let asked = steps.iter().filter(|other| *other == step).count();
        asked < *most
    });
    let asked = asked.map(|(step, _)| *step);
    let next: Vec<Step> = asked.chain(PACKETS.map(Step::Comes)).collect();
    for step in next {
        steps.push(step);
        walk(steps, most, count);
        steps.pop();
    }
}

#[test]
fn every_short_story_ends_as_the_protocol_says() {
    let most = match env::var("VICI_SCOPE_STEPS") {
        Ok(most) => most.parse().unwrap(),
        Err(_) => 4,
    };
    let mut count = 0;
    walk(&mut Vec::new(), most, &mut count);
    println!("{count} stories of up to {most} steps");
    assert!(count > 1000);
}
