//! The session against a model of the daemon, with arbitrary interleavings and splits: no item is
//! lost, doubled or out of order, and every request gets its own answer.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;
use vici_client::proto::{FrameReader, Outcome, Packet, RequestId, Session};

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    Call {
        fate: u8,
        fenced: bool,
    },
    Stream {
        event: usize,
        items: u8,
        fate: u8,
    },
    Register {
        event: usize,
    },
    Unregister {
        event: usize,
    },
    /// An event is taken for granted, also one that the daemon does not know.
    Trust {
        event: usize,
    },
    Limit {
        packets: usize,
    },
    Abandon {
        which: usize,
    },
    Transmit {
        bytes: usize,
    },
    Work {
        frames: usize,
    },
    Raise {
        event: usize,
    },
    Deliver {
        bytes: usize,
    },
}

/// The last is one that the daemon does not know, the first two carry items of streams.
const EVENTS: [&str; 5] = ["item-a", "item-b", "log", "updown", "unheard-of"];

const RESPOND: u8 = 0;
const UNKNOWN: u8 = 1;

fn step() -> impl Strategy<Value = Step> {
    // The same event for streams and subscriptions is the interesting case.
    let event = 0..EVENTS.len();
    prop_oneof![
        2 => (0..3_u8, any::<bool>()).prop_map(|(fate, fenced)| Step::Call { fate, fenced }),
        3 => (prop_oneof![4 => 0..2_usize, 1 => Just(4_usize)], 0..6_u8, 0..3_u8)
            .prop_map(|(event, items, fate)| Step::Stream { event, items, fate }),
        2 => event.clone().prop_map(|event| Step::Register { event }),
        1 => event.prop_map(|event| Step::Unregister { event }),
        1 => prop_oneof![0..2_usize, Just(4_usize)].prop_map(|event| Step::Trust { event }),
        1 => (0..9_usize).prop_map(|packets| Step::Limit { packets }),
        2 => (0..8_usize).prop_map(|which| Step::Abandon { which }),
        4 => (1..120_usize).prop_map(|bytes| Step::Transmit { bytes }),
        4 => (1..4_usize).prop_map(|frames| Step::Work { frames }),
        3 => (2..4_usize).prop_map(|event| Step::Raise { event }),
        4 => (1..120_usize).prop_map(|bytes| Step::Deliver { bytes }),
    ]
}

/// Handles one packet after the other, as charon does.
#[derive(Default)]
struct Daemon {
    input: FrameReader,
    output: VecDeque<u8>,
    registered: BTreeMap<String, u32>,
    /// How often each event was registered.
    epochs: BTreeMap<String, u32>,
    /// What was raised, as epoch and number.
    raised: BTreeMap<String, Vec<(u32, u32)>>,
    number: u32,
}

impl Daemon {
    fn work(&mut self) -> bool {
        let Some(frame) = self.input.next_frame().unwrap().map(<[u8]>::to_vec) else {
            return false;
        };
        match Packet::decode(&frame).unwrap().unwrap() {
            Packet::CommandRequest { name, message } => {
                let &[tag, items, fate] = message else {
                    panic!("a message has arrived as another one")
                };
                for item in 0..if fate == UNKNOWN { 0 } else { items } {
                    if self.registered.contains_key(name) {
                        let message = &[b'i', tag, item];
                        self.send(&Packet::Event { name, message });
                    }
                    self.raise("log");
                }
                match fate {
                    RESPOND => self.send(&Packet::CommandResponse { message: &[tag] }),
                    UNKNOWN => self.send(&Packet::CommandUnknown),
                    _ => {}
                }
            }
            Packet::EventRegister { name: "unheard-of" } => self.send(&Packet::EventUnknown),
            Packet::EventRegister { name } => {
                let count = self.registered.entry(name.to_owned()).or_default();
                *count += 1;
                assert_eq!(*count, 1, "{name} is registered twice");
                *self.epochs.entry(name.to_owned()).or_default() += 1;
                if name == "log" {
                    self.raise(name);
                }
                self.send(&Packet::EventConfirm);
            }
            Packet::EventUnregister { name } => {
                if self.registered.remove(name).is_some() {
                    self.send(&Packet::EventConfirm);
                } else {
                    self.send(&Packet::EventUnknown);
                }
            }
            other => panic!("a client does not send {other:?}"),
        }
        true
    }

    fn raise(&mut self, name: &str) {
        if !self.registered.contains_key(name) {
            return;
        }
        self.number += 1;
        let epoch = self.epochs[name];
        let raised = self.raised.entry(name.to_owned()).or_default();
        raised.push((epoch, self.number));
        let mut message = vec![b'r'];
        message.extend(epoch.to_be_bytes());
        message.extend(self.number.to_be_bytes());
        let message = &message;
        self.send(&Packet::Event { name, message });
    }

    fn send(&mut self, packet: &Packet<'_>) {
        let mut bytes = Vec::new();
        packet.encode(&mut bytes).unwrap();
        self.output.extend(bytes);
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Call,
    Stream { event: usize, items: u8 },
    Register { event: usize },
    Unregister { event: usize, counted: bool },
}

#[derive(Clone, Debug)]
struct Call {
    id: RequestId,
    kind: Kind,
    tag: u8,
    fate: u8,
    items: u8,
    abandoned: bool,
    ended: bool,
}

#[derive(Default)]
struct World {
    session: Session,
    daemon: Daemon,
    calls: Vec<Call>,
    /// How often the caller has registered each event.
    counts: [u32; EVENTS.len()],
    epochs: [u32; EVENTS.len()],
    /// Epochs of which events may be missing, as their registration was abandoned.
    lossy: Vec<(usize, u32)>,
    queued: BTreeMap<String, Vec<(u32, u32)>>,
}

impl World {
    fn step(&mut self, step: &Step) {
        match *step {
            Step::Call { fate, fenced } => {
                let tag = self.tag();
                let id = self.session.request("call", &[tag, 0, fate]).unwrap();
                if fenced {
                    self.session.fence().unwrap();
                }
                self.open(id, Kind::Call, tag, fate);
            }
            Step::Stream { event, items, fate } => {
                let tag = self.tag();
                let name = EVENTS[event];
                // The command is named after its event.
                let id = self.session.stream(name, name, &[tag, items, fate]);
                self.open(id.unwrap(), Kind::Stream { event, items }, tag, fate);
            }
            Step::Register { event } => {
                let id = self.session.register(EVENTS[event]).unwrap();
                self.open(id, Kind::Register { event }, 0, 0);
                if self.counts[event] == 0 {
                    self.epochs[event] += 1;
                }
                self.counts[event] += 1;
            }
            Step::Unregister { event } => {
                let id = self.session.unregister(EVENTS[event]).unwrap();
                let counted = self.counts[event] > 0;
                self.open(id, Kind::Unregister { event, counted }, 0, 0);
                self.counts[event] -= u32::from(counted);
            }
            Step::Trust { event } => self.session.trust_event(EVENTS[event]),
            Step::Limit { packets } => {
                let most = (packets < 8).then_some(packets);
                self.session.set_max_in_flight(most);
            }
            Step::Abandon { which } => {
                let mut open = self.calls.iter_mut().filter(|c| !c.ended && !c.abandoned);
                if let Some(call) = open.nth(which) {
                    call.abandoned = true;
                    let (id, kind) = (call.id, call.kind.clone());
                    let before = self.session.unanswered();
                    self.session.abandon(id);
                    if let Kind::Register { event } = kind {
                        self.counts[event] = self.counts[event].saturating_sub(1);
                        if self.session.unanswered() < before {
                            // It was taken back: the daemon never hears of it.
                            self.epochs[event] -= 1;
                        } else {
                            self.lossy.push((event, self.epochs[event]));
                        }
                    }
                }
            }
            Step::Transmit { bytes } => self.transmit(bytes),
            Step::Work { frames } => {
                for _ in 0..frames {
                    self.daemon.work();
                }
            }
            Step::Raise { event } => self.daemon.raise(EVENTS[event]),
            Step::Deliver { bytes } => self.deliver(bytes),
        }
        self.poll();
    }

    fn tag(&self) -> u8 {
        u8::try_from(self.calls.len()).unwrap()
    }

    fn open(&mut self, id: RequestId, kind: Kind, tag: u8, fate: u8) {
        self.calls.push(Call {
            id,
            kind,
            tag,
            fate,
            items: 0,
            abandoned: false,
            ended: false,
        });
    }

    fn transmit(&mut self, most: usize) {
        let count = self.session.transmit().len().min(most);
        for byte in &self.session.transmit()[..count] {
            self.daemon.input.buffer()[0] = *byte;
            self.daemon.input.advance(1);
            // Frames are taken out later; the reader must have room for them until then.
        }
        self.session.sent(count);
    }

    fn deliver(&mut self, most: usize) {
        let count = self.daemon.output.len().min(most);
        let buffer = self.session.buffer();
        for (to, from) in buffer.iter_mut().zip(self.daemon.output.drain(..count)) {
            *to = from;
        }
        self.session.advance(count);
    }

    fn poll(&mut self) {
        while let Some(reply) = self.session.poll().unwrap() {
            let call = self.calls.iter_mut().find(|call| call.id == reply.id);
            let call = call.expect("a reply has a request");
            assert!(!call.abandoned, "{reply:?} for {call:?}");
            assert!(!call.ended, "{reply:?} for {call:?}");
            call.ended = true;
            match (&call.kind, reply.outcome) {
                (Kind::Stream { .. }, Outcome::Item) => {
                    let message = self.session.message(&reply);
                    assert_eq!(message, [b'i', call.tag, call.items]);
                    call.items += 1;
                    call.ended = false;
                }
                (Kind::Stream { event: 4, .. }, outcome) => {
                    assert_eq!(outcome, Outcome::UnknownEvent);
                }
                (Kind::Call | Kind::Stream { .. }, outcome) => {
                    if let Kind::Stream { items, .. } = call.kind {
                        assert_eq!(call.items, if call.fate == UNKNOWN { 0 } else { items });
                    }
                    let expected = match call.fate {
                        RESPOND => {
                            assert_eq!(self.session.message(&reply), [call.tag]);
                            Outcome::Response
                        }
                        UNKNOWN => Outcome::UnknownCommand,
                        _ => Outcome::Dropped,
                    };
                    assert_eq!(outcome, expected);
                }
                (Kind::Register { event: 4 }, outcome) => {
                    assert_eq!(outcome, Outcome::UnknownEvent);
                    self.counts[4] = 0;
                }
                // Whether it is still counted depends on what has come.
                (Kind::Unregister { event: 4, .. }, _) => {}
                (Kind::Register { .. }, outcome) => assert_eq!(outcome, Outcome::Confirmed),
                (Kind::Unregister { counted, .. }, outcome) => assert_eq!(
                    outcome,
                    if *counted {
                        Outcome::Confirmed
                    } else {
                        Outcome::UnknownEvent
                    }
                ),
            }
        }
        while let Some(event) = self.session.next_event() {
            let message: &[u8; 9] = event.message.as_slice().try_into().unwrap();
            assert_eq!(message[0], b'r', "an item of a stream is in the queue");
            let number = |at: usize| u32::from_be_bytes(message[at..at + 4].try_into().unwrap());
            let queued = self.queued.entry(event.name).or_default();
            queued.push((number(1), number(5)));
        }
    }

    fn settle(&mut self) {
        loop {
            self.transmit(usize::MAX);
            while self.daemon.work() {}
            while !self.daemon.output.is_empty() {
                self.deliver(1000);
                self.poll();
            }
            if self.session.transmit().is_empty() {
                return;
            }
        }
    }

    fn finish(mut self) {
        self.settle();
        // An answer behind all others tells which were dropped.
        let last = self.session.register("last").unwrap();
        self.open(last, Kind::Register { event: 0 }, 0, 0);
        self.settle();

        for call in &self.calls {
            assert!(call.ended || call.abandoned, "{call:?} has not ended");
        }
        for (index, event) in EVENTS.iter().enumerate() {
            let raised = self.daemon.raised.remove(*event).unwrap_or_default();
            let queued = self.queued.remove(*event).unwrap_or_default();
            let mut left = raised.iter();
            for event in &queued {
                assert!(left.any(|other| other == event), "out of order or doubled");
            }
            for (epoch, number) in &raised {
                assert!(
                    self.lossy.contains(&(index, *epoch)) || queued.contains(&(*epoch, *number)),
                    "{event} {number} is lost"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_doubled_or_out_of_order(
        steps in proptest::collection::vec(step(), 0..120)
    ) {
        let mut world = World::default();
        for step in &steps {
            world.step(step);
        }
        world.finish();
    }
}
