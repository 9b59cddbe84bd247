//! Messages that come again: random, made of elements, and recorded ones with changes.

use std::fs;
use std::path::Path;

/// Numbers that look random and are the same in each run (SplitMix64).
#[derive(Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}

/// What lies in the corpora of these targets, but for what is long.
pub(crate) fn corpus(targets: &[&str]) -> Vec<Vec<u8>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut seeds = Vec::new();
    for target in targets {
        for file in fs::read_dir(corpus.join(target)).unwrap() {
            seeds.push(fs::read(file.unwrap().path()).unwrap());
        }
    }
    // The order of a folder is anything.
    seeds.sort();
    seeds.retain(|seed| seed.len() < 2000);
    seeds
}

/// The message of a number.
pub(crate) fn message(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut message = match random.below(8) {
        0 => bytes(random, 12),
        1..4 => elements(random),
        4 => return elements(random),
        _ => seeds[random.below(seeds.len())].clone(),
    };
    for _ in 0..random.below(4) {
        change(random, &mut message, seeds);
    }
    message
}

fn bytes(random: &mut Random, most: usize) -> Vec<u8> {
    (0..random.below(most)).map(|_| random.byte()).collect()
}

/// Elements that follow the grammar, but for one in a few hundred.
fn elements(random: &mut Random) -> Vec<u8> {
    let mut message = Vec::new();
    let (mut depth, mut in_list) = (0_usize, false);
    for _ in 0..random.below(24) {
        let tag = match (in_list, random.below(300)) {
            (_, 0) => random.byte() % 9,
            (true, n) => [5, 5, 6][n % 3],
            (false, n) => [1, 2, 3, 3, 4][n % 5],
        };
        if tag == 2 && depth == 0 && random.below(50) > 0 {
            continue;
        }
        element(random, &mut message, tag);
        match tag {
            1 => depth += 1,
            2 => depth = depth.saturating_sub(1),
            4 => in_list = true,
            6 => in_list = false,
            _ => {}
        }
    }
    // What is open is closed, as a rule.
    if random.below(20) > 0 {
        if in_list {
            message.push(6);
        }
        message.resize(message.len() + depth, 2);
    }
    message
}

fn element(random: &mut Random, message: &mut Vec<u8>, tag: u8) {
    message.push(tag);
    if matches!(tag, 1 | 3 | 4) {
        let len = random.below(6);
        message.push(u8::try_from(len).unwrap());
        for _ in 0..len {
            let printable = random.below(400) > 0;
            message.push(if printable {
                b' ' + random.byte() % 95
            } else {
                random.byte()
            });
        }
    }
    if matches!(tag, 3 | 5) {
        let value = match random.below(100) {
            0 => vec![random.byte(); random.below(65_536)],
            _ => bytes(random, 9),
        };
        message.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
        message.extend(value);
    }
}

fn change(random: &mut Random, message: &mut Vec<u8>, seeds: &[Vec<u8>]) {
    let at = random.below(message.len() + 1);
    match random.below(7) {
        0 => message.truncate(at),
        1 if at < message.len() => message[at] = random.byte(),
        2 if at < message.len() => message[at] ^= 1 << random.below(8),
        3 if at < message.len() => {
            message.remove(at);
        }
        4 => message.insert(at, random.byte() % 9),
        5 => {
            let other = &seeds[random.below(seeds.len())];
            let from = random.below(other.len() + 1);
            message.truncate(at);
            message.extend(&other[from..]);
        }
        _ => {
            let end = at + random.below(20).min(message.len() - at);
            let part = message[at..end].to_vec();
            message.splice(at..at, part);
        }
    }
}
