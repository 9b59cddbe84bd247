//! What packets and frames are on the wire.

use vici_client::proto::{FrameReader, Packet, ProtocolError, Session};

#[test]
fn skipped_packets_are_counted() {
    let mut session = Session::new();
    let frames = b"\x00\x00\x00\x00\x00\x00\x00\x01\x09\x00\x00\x00\x02\x03\x00";
    session.buffer()[..frames.len()].copy_from_slice(frames);
    session.advance(frames.len());
    assert_eq!(session.poll(), Ok(None));
    assert_eq!(session.ignored_packets(), 3);
}

#[test]
fn packets_are_these_bytes() {
    let name = "ab";
    let message: &[u8] = &[9];
    let table: [(Packet<'_>, &[u8]); 8] = [
        (
            Packet::CommandRequest { name, message },
            b"\0\0\0\x05\x00\x02ab\x09",
        ),
        (Packet::CommandResponse { message }, b"\0\0\0\x02\x01\x09"),
        (Packet::CommandUnknown, b"\0\0\0\x01\x02"),
        (Packet::EventRegister { name }, b"\0\0\0\x04\x03\x02ab"),
        (Packet::EventUnregister { name }, b"\0\0\0\x04\x04\x02ab"),
        (Packet::EventConfirm, b"\0\0\0\x01\x05"),
        (Packet::EventUnknown, b"\0\0\0\x01\x06"),
        (Packet::Event { name, message }, b"\0\0\0\x05\x07\x02ab\x09"),
    ];
    for (packet, bytes) in table {
        let mut encoded = Vec::new();
        packet.encode(&mut encoded).unwrap();
        assert_eq!(encoded, bytes);
        assert_eq!(Packet::decode(&bytes[4..]), Ok(Some(packet)));
        // Every named packet that is cut inside of its name is refused.
        if bytes.len() >= 8 {
            for end in 5..8 {
                assert_eq!(
                    Packet::decode(&bytes[4..end]),
                    Err(ProtocolError::NameTruncated)
                );
            }
        }
    }
    assert_eq!(Packet::decode(&[]), Ok(None));
    assert_eq!(Packet::decode(&[8, 1, 2]), Ok(None));
}

#[test]
fn frame_split_anywhere_is_put_together() {
    let frames = b"\0\0\0\x03abc\0\0\0\0\0\0\0\x01d";
    for first in 0..=frames.len() {
        for second in first..=frames.len() {
            let mut reader = FrameReader::new();
            let mut payloads = Vec::new();
            for part in [&frames[..first], &frames[first..second], &frames[second..]] {
                reader.buffer()[..part.len()].copy_from_slice(part);
                reader.advance(part.len());
                while let Some(payload) = reader.next_frame().unwrap() {
                    payloads.push(payload.to_vec());
                }
            }
            assert_eq!(payloads, [b"abc".to_vec(), vec![], b"d".to_vec()]);
        }
    }
}

#[test]
fn buffer_is_small_where_little_comes_and_grows_where_much_does() {
    let frame = [0; 4];
    let mut reader = FrameReader::new();
    for _ in 0..1000 {
        let room = reader.buffer();
        assert_eq!(room.len(), 2 * 1024);
        room[..4].copy_from_slice(&frame);
        reader.advance(4);
        while reader.next_frame().unwrap().is_some() {}
    }
    let mut sizes = Vec::new();
    for _ in 0..8 {
        // All of it is full: whole frames, or the beginning of one.
        let room = reader.buffer();
        sizes.push(room.len());
        room.fill(0);
        let len = room.len();
        reader.advance(len);
        while reader.next_frame().unwrap().is_some() {}
    }
    let expected = [2, 4, 8, 16, 32, 32, 32, 32];
    assert_eq!(sizes, expected.map(|size| size * 1024));
}

#[test]
fn advance_beyond_the_buffer_counts_as_all_of_it() {
    let mut reader = FrameReader::new();
    let room = reader.buffer().len();
    reader.advance(usize::MAX);
    assert_eq!(reader.next_frame(), Ok(Some(&[][..])));
    assert!(room > 4);
}
