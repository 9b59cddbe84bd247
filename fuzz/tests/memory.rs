//! What a message costs in memory is a constant factor of its length, whatever it says.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use peak_alloc::PeakAlloc;
use serde::de::IgnoredAny;
use vici_client::proto::{FrameReader, MAX_FRAME_LEN};
use vici_serde::{Elements, Message, from_slice};

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// The most bytes that were allocated at once by `run`, beyond what was before.
fn peak<T>(run: impl FnOnce() -> T) -> usize {
    ALLOCATED.reset_peak_usage();
    let before = ALLOCATED.current_usage();
    drop(run());
    ALLOCATED.peak_usage() - before
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target);
    let files = fs::read_dir(folder).unwrap();
    files
        .map(|file| fs::read(file.unwrap().path()).unwrap())
        .collect()
}

/// As long as a message may be, and with as much in it as fits.
fn dense() -> Vec<Vec<u8>> {
    let fill = |start: &[u8], element: &[u8], end: &[u8]| {
        let count = (512 * 1024 - start.len() - end.len()) / element.len();
        [start, &element.repeat(count), end].concat()
    };
    vec![
        fill(b"", b"\x03\x00\x00\x00", b""),
        fill(b"\x04\x00", b"\x05\x00\x00", b"\x06"),
        fill(b"", b"\x04\x00\x06", b""),
        fill(b"", b"\x01\x00\x02", b""),
        fill(b"", b"\x01\x00\x01\x00\x02\x02", b""),
        fill(b"\x01\x00", b"\x03\x01a\x00\x01b", b"\x02"),
        // Cut off, and lengths that are not there.
        fill(b"", b"\x01\x00", b""),
        fill(b"\x04\x00", b"\x05\x00\x00", b"\x05\xff\xff"),
        fill(b"", b"\x03\x00\x00\x00", b"\x03\xff"),
    ]
}

// One test, as the allocations of all threads are counted together.
#[test]
fn memory_is_a_constant_factor_of_the_input() {
    let mut messages = dense();
    messages.extend(seeds("message"));
    messages.extend(seeds("grammar"));
    // A length alone allocates nothing.
    messages.extend([b"\x03\x01k\xff\xff".to_vec(), b"\x01\xff".to_vec()]);
    for message in &messages {
        let count = peak(|| Elements::new(message).count());
        assert!(count < 1024, "{count} bytes for {}", message.len());
        let skipped = peak(|| from_slice::<IgnoredAny>(message));
        assert!(skipped < 1024, "{skipped} bytes for {}", message.len());

        // An entry of the tree is larger than the four bytes that it takes on the wire.
        let allowed = 64 * message.len() + 8 * 1024;
        let tree = peak(|| from_slice::<Message>(message));
        assert!(tree <= allowed, "{tree} bytes for {}", message.len());
        let map = peak(|| from_slice::<BTreeMap<String, Vec<String>>>(message));
        assert!(map <= allowed, "{map} bytes for {}", message.len());
        for number in 0..85 {
            let data = [&[number], message.as_slice()].concat();
            // It reads the message several times, and JSON writes bytes as numbers.
            let typed = peak(|| decode_typed(&data));
            assert!(
                typed <= 8 * allowed,
                "{typed} bytes for {}, type {number}",
                message.len()
            );
        }
    }

    // The buffer for a frame is as large as the longest, and a length over that is refused before.
    let longest = 4 + MAX_FRAME_LEN;
    for (len, allowed) in [
        (0, 64 * 1024),
        (MAX_FRAME_LEN, longest + 64 * 1024),
        (MAX_FRAME_LEN + 1, 64 * 1024),
        (0xffff_ffff, 64 * 1024),
    ] {
        let bytes = peak(|| {
            let mut reader = FrameReader::new();
            let header = u32::try_from(len).unwrap().to_be_bytes();
            reader.buffer()[..4].copy_from_slice(&header);
            reader.advance(4);
            let _ = reader.next_frame();
            let _ = reader.buffer();
            reader
        });
        assert!(bytes <= allowed, "{bytes} bytes for a length of {len}");
    }
}

fn decode_typed(data: &[u8]) {
    // The long ones would take long in the assertions.
    if data.len() < 10_000 {
        vici_fuzz::typed(data);
    }
}
