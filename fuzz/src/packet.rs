//! Packets, and the frames that they come in.

use vici_client::proto::{FrameReader, MAX_FRAME_LEN, Packet, ProtocolError};

use crate::input::Input;

/// A packet is what its bytes say, and is written as those bytes.
pub fn packets(payload: &[u8]) {
    let decoded = Packet::decode(payload);

    // Once more by hand: the type, the name, the rest.
    let kind = payload.first().copied();
    let named = matches!(kind, Some(0 | 3 | 4 | 7));
    let rest = payload.get(1..).unwrap_or_default();
    let name_len = rest.first().map_or(usize::MAX, |len| usize::from(*len));
    let name = name_len.checked_add(1).and_then(|end| rest.get(1..end));
    match (&decoded, name.map(std::str::from_utf8)) {
        (Ok(None), _) => assert!(kind.is_none_or(|kind| kind > 7)),
        (Err(error), None) => {
            assert!(named);
            assert_eq!(*error, ProtocolError::NameTruncated);
        }
        (Err(error), Some(Err(_))) => {
            assert!(named);
            assert_eq!(*error, ProtocolError::NameNotText);
        }
        (Err(error), _) => panic!("{error}"),
        (Ok(Some(_)), name) => assert!(!named || matches!(name, Some(Ok(_)))),
    }

    let Ok(Some(packet)) = decoded else {
        return;
    };
    let mut frame = b"before".to_vec();
    match packet.encode(&mut frame) {
        Ok(()) => {
            let frame = frame.strip_prefix(b"before").expect("it is appended");
            let (len, again) = frame.split_at(4);
            assert_eq!(
                len,
                u32::try_from(again.len()).expect("short").to_be_bytes()
            );
            assert_eq!(Packet::decode(again), Ok(Some(packet)));
            // What stands behind a packet without a message is not a part of it.
            assert!(payload.starts_with(again));
        }
        Err(ProtocolError::NameNotPrintable { name }) => {
            assert!(name.bytes().any(|byte| !(0x20..0x7f).contains(&byte)));
            assert_eq!(frame, b"before");
        }
        Err(ProtocolError::FrameTooLong { len }) => {
            assert!(len > MAX_FRAME_LEN);
            assert_eq!(frame, b"before");
        }
        Err(error) => panic!("{error}"),
    }
}

/// A stream is cut into the same frames in whatever pieces it comes, and in bounded memory.
///
/// The first byte says how long the pieces are; the rest is the stream.
pub fn frames(data: &[u8]) {
    let mut input = Input::new(data);
    let pieces = usize::from(input.byte());
    let stream = input.rest();

    let mut expected = Vec::new();
    let mut rest = stream;
    let mut too_long = None;
    while let Some((len, tail)) = rest.split_first_chunk() {
        let len = usize::try_from(u32::from_be_bytes(*len)).expect("wide enough");
        if len > MAX_FRAME_LEN {
            too_long = Some(ProtocolError::FrameTooLong { len });
            break;
        }
        let Some((frame, tail)) = tail.split_at_checked(len) else {
            break;
        };
        expected.push(frame);
        rest = tail;
    }

    let mut reader = FrameReader::new();
    let mut expected = expected.into_iter();
    let mut rest = stream;
    let mut size = pieces;
    let mut error = None;
    while !rest.is_empty() && error.is_none() {
        // Pieces of one length, or of ever changing lengths.
        size = if pieces % 2 == 0 {
            size
        } else {
            (size * 7 + 13) % 300
        };
        let buffer = reader.buffer();
        assert!(!buffer.is_empty(), "there is room to read to");
        assert!(buffer.len() <= 4 + MAX_FRAME_LEN + 32 * 1024);
        let count = (size + 1).min(buffer.len()).min(rest.len());
        let (piece, tail) = rest.split_at(count);
        buffer[..count].copy_from_slice(piece);
        reader.advance(count);
        rest = tail;
        loop {
            match reader.next_frame() {
                Ok(Some(frame)) => assert_eq!(Some(frame), expected.next()),
                Ok(None) => break,
                Err(err) => {
                    error = Some(err);
                    break;
                }
            }
        }
    }
    assert_eq!(error, too_long);
    assert_eq!(expected.next(), None);
}
