//! Packets, and what a session makes of them, in words.

use vici_client::proto::{FrameReader, Outcome, Packet, Session};

/// The packets that wait to be sent, sent.
pub(super) fn sent(session: &mut Session) -> Vec<String> {
    let mut bytes = Vec::new();
    while !session.transmit().is_empty() {
        let piece = session.transmit().len();
        bytes.extend_from_slice(session.transmit());
        session.sent(piece);
    }
    let mut reader = FrameReader::new();
    reader.buffer()[..bytes.len()].copy_from_slice(&bytes);
    reader.advance(bytes.len());
    let mut packets = Vec::new();
    while let Some(frame) = reader.next_frame().expect("frames") {
        packets.push(match Packet::decode(frame).expect("a packet") {
            Some(Packet::CommandRequest { name, .. }) => format!("request {name}"),
            Some(Packet::EventRegister { name }) => format!("register {name}"),
            Some(Packet::EventUnregister { name }) => format!("unregister {name}"),
            other => panic!("a client does not send {other:?}"),
        });
    }
    packets
}

pub(super) fn receive(session: &mut Session, packets: &[Packet<'_>]) {
    let mut bytes = Vec::new();
    for packet in packets {
        packet.encode(&mut bytes).expect("a packet");
    }
    session.buffer()[..bytes.len()].copy_from_slice(&bytes);
    session.advance(bytes.len());
}

/// What has come, in words.
pub(super) fn polled(session: &mut Session) -> Vec<String> {
    let mut replies = Vec::new();
    while let Some(reply) = session.poll().expect("no fault") {
        let message = session.message(&reply);
        replies.push(match reply.outcome {
            Outcome::Item | Outcome::Response => format!("{:?}({message:?})", reply.outcome),
            other => format!("{other:?}"),
        });
    }
    replies
}

pub(super) const ONE: Packet<'_> = Packet::CommandResponse { message: &[1] };
pub(super) const TWO: Packet<'_> = Packet::CommandResponse { message: &[2] };
pub(super) const FENCE: &str = "unregister vici-client-fence";

pub(super) fn event(name: &str) -> Packet<'_> {
    Packet::Event {
        name,
        message: &[7],
    }
}
