//! Looks for a secret in all memory of this process.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;
use std::thread::{self, JoinHandle};

use vici_client::proto::Packet;
use zeroize::Zeroize;

/// A secret that is nowhere in memory as it is: each byte is kept with its bits turned.
#[derive(Clone)]
pub(crate) struct Hidden(Vec<u8>);

impl Hidden {
    /// One of so many letters, that nobody else has.
    pub(crate) fn new(len: usize) -> Self {
        let mut bytes = vec![0; len];
        let mut random = File::open("/dev/urandom").unwrap();
        random.read_exact(&mut bytes).unwrap();
        for byte in &mut bytes {
            *byte = !(b'a' + *byte % 26);
        }
        Self(bytes)
    }

    /// The secret itself, for somebody who wipes it.
    pub(crate) fn show(&self) -> Vec<u8> {
        self.0.iter().map(|byte| !byte).collect()
    }

    /// How often it is in the memory of this process.
    pub(crate) fn count(&self) -> usize {
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let memory = File::open("/proc/self/mem").unwrap();
        let mut part = vec![0; 1 << 20];
        let mut count = 0;
        for line in maps.lines() {
            let (range, rest) = line.split_once(' ').unwrap();
            if !rest.starts_with("rw") {
                continue;
            }
            let (start, end) = range.split_once('-').unwrap();
            let mut start = u64::from_str_radix(start, 16).unwrap();
            let end = u64::from_str_radix(end, 16).unwrap();
            while start < end {
                let len = part.len().min(usize::try_from(end - start).unwrap());
                // The kernel keeps some that it does not show.
                let Ok(read) = memory.read_at(&mut part[..len], start) else {
                    break;
                };
                count += self.count_in(&part[..read]);
                // What lies across the end of the part is looked at again.
                let step = read.saturating_sub(self.0.len() - 1).max(1);
                start += if start + read as u64 >= end {
                    end - start
                } else {
                    step as u64
                };
                part.zeroize();
                part.resize(1 << 20, 0);
            }
        }
        count
    }

    fn count_in(&self, bytes: &[u8]) -> usize {
        let first = !self.0[0];
        let mut count = 0;
        for (index, page) in bytes.chunks(PAGE.len()).enumerate() {
            // Most of the memory is that of stacks which nobody has used.
            if *page == PAGE[..page.len()] {
                continue;
            }
            for (at, byte) in page.iter().enumerate() {
                if *byte == first {
                    let rest = &bytes[index * PAGE.len() + at..];
                    let same = self.0.iter().zip(rest).all(|(a, b)| *b == !a);
                    count += usize::from(same && rest.len() >= self.0.len());
                }
            }
        }
        count
    }
}

/// A page of nothing; a secret has no such byte.
const PAGE: [u8; 4096] = [0; 4096];

/// A daemon to which everything succeeds, and which wipes what it has read.
pub(crate) fn forgetful_daemon() -> (UnixStream, JoinHandle<usize>) {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let daemon = thread::spawn(move || {
        let mut answered = 0;
        let mut len = [0; 4];
        while theirs.read_exact(&mut len).is_ok() {
            let mut frame = vec![0; usize::try_from(u32::from_be_bytes(len)).unwrap()];
            theirs.read_exact(&mut frame).unwrap();
            let answer = match Packet::decode(&frame).unwrap().unwrap() {
                // Nothing is loaded.
                Packet::CommandRequest { .. } => Packet::CommandResponse {
                    message: b"\x03\x07success\x00\x03yes\x04\x05conns\x06\x04\x04keys\x06\
                        \x04\x0bauthorities\x06",
                },
                Packet::EventUnregister {
                    name: "vici-client-fence",
                } => Packet::EventUnknown,
                _ => Packet::EventConfirm,
            };
            let mut bytes = Vec::new();
            answer.encode(&mut bytes).unwrap();
            frame.zeroize();
            theirs.write_all(&bytes).unwrap();
            answered += 1;
        }
        answered
    });
    (ours, daemon)
}
