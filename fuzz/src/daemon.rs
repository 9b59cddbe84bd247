//! The other end of a session: what a daemon gets, and which answers are in order.

use std::collections::{BTreeSet, VecDeque};

use vici_client::proto::{MAX_FRAME_LEN, Packet};

/// What the daemon has got and not answered.
#[derive(Clone, Debug)]
enum Asked {
    Command { message: Vec<u8> },
    Register { event: String },
    Unregister { event: String },
}

/// An answer to a command, with the number of the call that has to get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Response(usize, Vec<u8>),
    Unknown(usize),
    Dropped(usize),
}

impl Expected {
    pub(crate) fn tag(&self) -> usize {
        match self {
            Self::Response(tag, _) | Self::Unknown(tag) | Self::Dropped(tag) => *tag,
        }
    }
}

/// Whether what was sent is in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Right,
    Wrong,
    Unsure,
}

#[derive(Debug, Default)]
pub(crate) struct Daemon {
    /// Bytes from the session that are no whole frame yet.
    received: Vec<u8>,
    /// What was asked, and no answer to it has been judged.
    asked: VecDeque<Asked>,
    /// What was asked, and no answer to it has been written.
    unanswered: VecDeque<Asked>,
    registered: BTreeSet<String>,
    /// Events whose registration has been confirmed or refused at some time.
    confirmed: BTreeSet<String>,
    refused: BTreeSet<String>,
    /// Bytes that have arrived at the session and are not judged.
    pub(crate) sent: Vec<u8>,
}

impl Daemon {
    /// Gets bytes of the session, which are well formed.
    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        self.received.extend(bytes);
        while let Some(frame) = take_frame(&mut self.received) {
            let packet = Packet::decode(&frame).expect("a session sends packets");
            let asked = match packet {
                Some(Packet::CommandRequest { message, .. }) => Asked::Command {
                    message: message.to_vec(),
                },
                Some(Packet::EventRegister { name }) => Asked::Register {
                    event: name.to_owned(),
                },
                Some(Packet::EventUnregister { name }) => Asked::Unregister {
                    event: name.to_owned(),
                },
                packet => panic!("a session does not send {packet:?}"),
            };
            self.asked.push_back(asked.clone());
            self.unanswered.push_back(asked);
        }
    }

    /// Writes any packet, which may happen to answer something.
    pub(crate) fn write(&mut self, packet: &Packet<'_>, wire: &mut Vec<u8>) {
        packet.encode(wire).expect("it is short");
        match packet {
            Packet::CommandResponse { .. } | Packet::CommandUnknown => {
                self.unanswered.pop_front();
            }
            Packet::EventConfirm | Packet::EventUnknown => {
                if let Some(Asked::Command { .. }) = self.unanswered.pop_front() {
                    self.unanswered.pop_front();
                }
            }
            _ => {}
        }
    }

    /// Answers everything, in order. The bits of `fates` say how: an answer, or none.
    pub(crate) fn answer(&mut self, mut fates: u8, wire: &mut Vec<u8>) {
        while let Some(asked) = self.unanswered.pop_front() {
            let (odd, dropped) = (fates & 1 != 0, fates & 2 != 0);
            fates = fates.rotate_right(2);
            let packet = match &asked {
                // Without something behind it, nobody would learn that it is dropped.
                Asked::Command { .. } if dropped && !self.unanswered.is_empty() => continue,
                Asked::Command { .. } if odd => Packet::CommandUnknown,
                Asked::Command { message } => Packet::CommandResponse { message },
                Asked::Register { .. } if odd => Packet::EventUnknown,
                Asked::Register { event } => {
                    self.registered.insert(event.clone());
                    Packet::EventConfirm
                }
                Asked::Unregister { event } if self.registered.remove(event) => {
                    Packet::EventConfirm
                }
                Asked::Unregister { .. } => Packet::EventUnknown,
            };
            packet.encode(wire).expect("it is short");
        }
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.asked.is_empty() && self.unanswered.is_empty()
    }

    /// Whether the session is not in the middle of a frame.
    pub(crate) fn is_between_frames(&self) -> bool {
        self.sent.is_empty() && self.asked.len() == self.unanswered.len()
    }

    /// Goes through what has arrived at the session; the answers to commands go to `expected`.
    pub(crate) fn judge(&mut self, expected: &mut Vec<Expected>) -> Verdict {
        loop {
            let len = self.sent.first_chunk().copied().map(u32::from_be_bytes);
            if len.is_some_and(|len| usize::try_from(len).is_ok_and(|len| len > MAX_FRAME_LEN)) {
                return Verdict::Wrong;
            }
            let Some(frame) = take_frame(&mut self.sent) else {
                return Verdict::Right;
            };
            let Ok(packet) = Packet::decode(&frame) else {
                return Verdict::Wrong;
            };
            let in_order = match packet {
                Some(Packet::CommandResponse { message }) => {
                    let message = message.to_vec();
                    self.end_command(|tag| Expected::Response(tag, message), expected)
                }
                Some(Packet::CommandUnknown) => self.end_command(Expected::Unknown, expected),
                Some(answer @ (Packet::EventConfirm | Packet::EventUnknown)) => {
                    let known = matches!(answer, Packet::EventConfirm);
                    let overtaken = matches!(self.asked.front(), Some(Asked::Command { .. }));
                    let next = self.asked.get(usize::from(overtaken));
                    let in_order = matches!(
                        next,
                        Some(Asked::Register { .. } | Asked::Unregister { .. })
                    );
                    if in_order && overtaken {
                        self.end_command(Expected::Dropped, expected);
                    }
                    in_order && self.end_registration(known)
                }
                _ => true,
            };
            if !in_order {
                return Verdict::Wrong;
            }
        }
    }

    pub(crate) fn has_confirmed(&self, event: &str) -> bool {
        self.confirmed.contains(event)
    }

    pub(crate) fn has_refused(&self, event: &str) -> bool {
        self.refused.contains(event)
    }

    fn end_registration(&mut self, known: bool) -> bool {
        let asked = self.asked.pop_front();
        if let Some(Asked::Register { event }) = asked {
            let events = if known {
                &mut self.confirmed
            } else {
                &mut self.refused
            };
            events.insert(event);
        }
        true
    }

    fn end_command(
        &mut self,
        expect: impl FnOnce(usize) -> Expected,
        expected: &mut Vec<Expected>,
    ) -> bool {
        let Some(Asked::Command { message }) = self.asked.front() else {
            return false;
        };
        let tag = message.as_slice().try_into().map(u16::from_be_bytes);
        expected.push(expect(usize::from(tag.expect("messages are numbers"))));
        self.asked.pop_front();
        true
    }
}

fn take_frame(bytes: &mut Vec<u8>) -> Option<Vec<u8>> {
    let len = usize::try_from(u32::from_be_bytes(*bytes.first_chunk()?)).ok()?;
    if bytes.len() - 4 < len {
        return None;
    }
    bytes.drain(..4);
    Some(bytes.drain(..len).collect())
}
