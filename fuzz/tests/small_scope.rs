//! Every short message there is, over the bytes that matter.
//!
//! `VICI_SCOPE` is the greatest length, 6 unless set.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

use std::env;
use std::thread;

use serde::de::IgnoredAny;
use vici_fuzz::grammar;
use vici_serde::{Elements, Message, from_slice};

/// All types, one that is none on either side of them, lengths up to three, and two letters.
const ALPHABET: [u8; 10] = [0, 1, 2, 3, 4, 5, 6, 7, b'a', b'b'];

/// What the grammar says of a beginning, byte by byte.
#[derive(Clone, Copy)]
struct State {
    phase: Phase,
    depth: usize,
    in_list: bool,
    /// How many elements are complete.
    elements: usize,
}

#[derive(Clone, Copy)]
enum Phase {
    Element,
    NameLen { tag: u8 },
    Name { tag: u8, left: u8 },
    ValueLen,
    ValueLenLow { high: u8 },
    Value { left: usize },
    Fault,
}

impl State {
    const BEGIN: Self = Self {
        phase: Phase::Element,
        depth: 0,
        in_list: false,
        elements: 0,
    };

    fn is_whole(self) -> bool {
        matches!(self.phase, Phase::Element) && self.depth == 0 && !self.in_list
    }

    fn next(mut self, byte: u8) -> Self {
        self.phase = match self.phase {
            Phase::Fault => Phase::Fault,
            Phase::Element => self.element(byte),
            Phase::NameLen { tag } => self.name(tag, byte),
            Phase::Name { tag, left } => self.name(tag, left - 1),
            Phase::ValueLen => Phase::ValueLenLow { high: byte },
            Phase::ValueLenLow { high } => self.value(usize::from(high) * 256 + usize::from(byte)),
            Phase::Value { left } => self.value(left - 1),
        };
        self
    }

    fn element(&mut self, tag: u8) -> Phase {
        match tag {
            1 | 3 | 4 if !self.in_list => Phase::NameLen { tag },
            2 if !self.in_list && self.depth > 0 => {
                self.depth -= 1;
                self.complete()
            }
            5 if self.in_list => Phase::ValueLen,
            6 if self.in_list => {
                self.in_list = false;
                self.complete()
            }
            _ => Phase::Fault,
        }
    }

    /// What comes behind so much of a name.
    fn name(&mut self, tag: u8, left: u8) -> Phase {
        if left > 0 {
            return Phase::Name { tag, left };
        }
        match tag {
            1 => self.depth += 1,
            4 => self.in_list = true,
            _ => return Phase::ValueLen,
        }
        self.complete()
    }

    fn value(&mut self, left: usize) -> Phase {
        match left {
            0 => self.complete(),
            left => Phase::Value { left },
        }
    }

    fn complete(&mut self) -> Phase {
        self.elements += 1;
        Phase::Element
    }
}

/// How many messages there were, and how many of them whole.
#[derive(Default)]
struct Count {
    all: u64,
    whole: u64,
}

fn walk(message: &mut Vec<u8>, state: State, longest: usize, count: &mut Count) {
    count.all += 1;
    count.whole += u64::from(state.is_whole());
    check(message, state, longest);
    if message.len() == longest {
        return;
    }
    for byte in ALPHABET {
        message.push(byte);
        walk(message, state.next(byte), longest, count);
        message.pop();
    }
}

fn check(message: &[u8], state: State, longest: usize) {
    let mut elements = 0;
    let mut fault = None;
    for element in Elements::new(message) {
        match element {
            Ok(_) => elements += 1,
            Err(error) => fault = Some(error),
        }
    }
    assert_eq!(
        (elements, fault.is_none()),
        (state.elements, state.is_whole()),
        "{message:02x?}"
    );
    // What is faulty at once is so in whatever way it is read: that of all is left to the shorter ones.
    if !matches!(state.phase, Phase::Fault) {
        assert_eq!(
            from_slice::<IgnoredAny>(message).is_ok(),
            state.is_whole(),
            "{message:02x?}"
        );
        assert_eq!(
            from_slice::<Message>(message).is_ok(),
            state.is_whole(),
            "{message:02x?}"
        );
    }
    if message.len() + 2 <= longest.min(7) {
        grammar(message);
    }
}

#[test]
fn every_short_message_is_read_as_the_grammar_says() {
    let longest: usize = match env::var("VICI_SCOPE") {
        Ok(longest) => longest.parse().unwrap(),
        Err(_) => 6,
    };
    let counts = thread::scope(|scope| {
        // Two threads with five of the first bytes each.
        let halves = ALPHABET.chunks(5).map(|half| {
            scope.spawn(move || {
                let mut count = Count::default();
                for byte in half {
                    let mut message = vec![*byte];
                    walk(&mut message, State::BEGIN.next(*byte), longest, &mut count);
                }
                count
            })
        });
        let halves: Vec<_> = halves.collect();
        halves
            .into_iter()
            .map(|half| half.join().unwrap())
            .collect::<Vec<_>>()
    });
    check(&[], State::BEGIN, longest);
    let all = 1 + counts.iter().map(|count| count.all).sum::<u64>();
    let whole = 1 + counts.iter().map(|count| count.whole).sum::<u64>();
    println!("{all} messages of up to {longest} bytes, {whole} of them whole");
    let longest = u32::try_from(longest).unwrap();
    let expected: u64 = (0..=longest).map(|len| 10_u64.pow(len)).sum();
    assert_eq!(all, expected);
    assert!(whole > 1);
}
