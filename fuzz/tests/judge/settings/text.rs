//! Settings that come again: random, made by the rules, and what fuzzing has found with changes.

use super::Files;
use crate::random::Random;

pub(crate) const MAIN: &str = "/main";

/// What may be included.
const OTHERS: [&str; 4] = ["/a.conf", "/b.conf", "/d/c.conf", "/.h.conf"];

/// The folder of a number.
pub(crate) fn folder(random: &mut Random, seeds: &[Vec<u8>]) -> Files {
    let main = text(random, seeds);
    let includes = position(&main, b"include").is_some();
    let mut files = vec![(MAIN, main)];
    for path in OTHERS {
        if includes && random.below(4) > 0 {
            let mut text = text(random, seeds);
            text.truncate(300);
            // Files that include each other many times are read for ever, up to their depth.
            if random.below(8) > 0 {
                while let Some(at) = position(&text, b"include") {
                    text[at] = b'I';
                }
            }
            files.push((path, text));
        }
    }
    for (_, text) in &mut files {
        // Where this leads from the root is told by the system, not by the parser.
        while let Some(at) = position(text, b"../") {
            text.remove(at);
        }
    }
    files
}

fn position(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn text(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut text = Vec::new();
    match random.below(8) {
        0 => {
            for _ in 0..random.below(24) {
                text.extend(pick(random, &PARTS));
            }
        }
        1..4 => {
            items(random, &mut text, 0);
            return text;
        }
        4 => items(random, &mut text, 0),
        _ => text.extend(&seeds[random.below(seeds.len())]),
    }
    for _ in 0..random.below(4) {
        change(random, &mut text, seeds);
    }
    text
}

/// What means something to a parser.
const PARTS: [&[u8]; 40] = [
    b"{",
    b"{",
    b"}",
    b"}",
    b"=",
    b"=",
    b":",
    b",",
    b".",
    b"#",
    b"\"",
    b"\"",
    b"\\",
    b"\n",
    b"\n",
    b"\n",
    b"\r\n",
    b"\r",
    b" ",
    b" ",
    b"\t",
    b"a",
    b"b",
    b"c",
    b"t",
    b"a.b",
    b"a : b {",
    b"a = ",
    b"n",
    b"*",
    b"?",
    b"[a]",
    b"/",
    b"include",
    b"include ",
    b"include a.conf\n",
    b"\0",
    b"\xc3\xa9",
    b"\xff",
    b"\x01",
];

fn pick<'p>(random: &mut Random, parts: &[&'p [u8]]) -> &'p [u8] {
    parts[random.below(parts.len())]
}

/// Sections and values by the rules; few names, so that they meet.
fn items(random: &mut Random, text: &mut Vec<u8>, depth: usize) {
    for _ in 0..random.below(6) {
        match random.below(16) {
            0 => {
                text.extend(b"include ");
                text.extend(pick(random, &PATTERNS));
                text.extend(pick(random, &[b"\n", b"\n", b"\r\n", b" \n", b"#\n", b" "]));
            }
            1 => {
                text.extend(pick(random, &[b"#", b" # a = b {", b"# \"", b"##}"]));
                text.push(b'\n');
            }
            2..9 if depth < 5 => {
                name(random, text);
                blank(random, text);
                if random.below(4 + 4 * depth) == 0 {
                    references(random, text);
                }
                text.push(b'{');
                blank(random, text);
                items(random, text, depth + 1);
                text.extend(pick(random, &[b"}", b"}\n", b"}\n", b" }\r\n"]));
            }
            _ => {
                name(random, text);
                text.extend(pick(
                    random,
                    &[b"=", b" = ", b" =", b"= ", b"\n=", b"\t=\t"],
                ));
                value(random, text);
                text.extend(pick(
                    random,
                    &[b"\n", b"\n", b"\n", b"\r\n", b"#\n", b" \n\n"],
                ));
            }
        }
    }
}

const PATTERNS: [&[u8]; 24] = [
    b"a.conf",
    b"a.conf",
    b"b.conf",
    b"*.conf",
    b"d/c.conf",
    b"d/*",
    b"*/*.conf",
    b"/a.conf",
    b"/d/*.conf",
    b"[ab].conf",
    b"[!a].conf",
    b"[^b].c*f",
    b"?.conf",
    b".*",
    b".h.conf",
    b"none",
    b"no*",
    b"\"a.conf\"",
    b"\"d/\"c.conf",
    b"a\\.conf",
    b"{a,b}.conf",
    b"**",
    b"main",
    b"./a.conf",
];

fn name(random: &mut Random, text: &mut Vec<u8>) {
    let odd: [&[u8]; 10] = [
        b"a-b",
        b"\xc3\xa9",
        b"include",
        b"included",
        b"%s",
        b"x*",
        b"(",
        b"A",
        b"aa",
        b"/;\\",
    ];
    text.extend(match random.below(20) {
        0 => pick(random, &odd),
        _ => pick(random, &[b"a", b"b", b"c", b"t"]),
    });
}

fn references(random: &mut Random, text: &mut Vec<u8>) {
    text.push(b':');
    for index in 0..=random.below(2) {
        if index > 0 {
            text.push(b',');
        }
        blank(random, text);
        name(random, text);
        for _ in 0..random.below(4).saturating_sub(1) {
            text.push(b'.');
            name(random, text);
        }
        blank(random, text);
    }
}

fn blank(random: &mut Random, text: &mut Vec<u8>) {
    text.extend(pick(
        random,
        &[
            b"", b"", b" ", b" ", b"\n", b"\n", b"\t", b"\r\n", b" # c\n",
        ],
    ));
}

fn value(random: &mut Random, text: &mut Vec<u8>) {
    for _ in 0..random.below(4) {
        match random.below(4) {
            0 => {
                text.push(b'"');
                for _ in 0..random.below(5) {
                    text.extend(pick(random, &QUOTED));
                }
                text.push(b'"');
            }
            _ => {
                for _ in 0..=random.below(3) {
                    text.extend(pick(random, &PLAIN));
                }
            }
        }
        text.extend(pick(random, &[b"", b" ", b" ", b"\t", b"  "]));
    }
}

const QUOTED: [&[u8]; 16] = [
    b"a", b"b c", b" ", b"\\n", b"\\t", b"\\r", b"\\\"", b"\\\\", b"\\\n", b"\\\r\n", b"\n",
    b"\r\n", b"#", b"}", b"\\x", b"\xff",
];

const PLAIN: [&[u8]; 16] = [
    b"1", b"yes", b"a.b", b"%any", b"=", b":", b",", b"{", b"\\", b"\xff", b"0x12", b";", b"'",
    b"[", b"include", b"\r",
];

fn change(random: &mut Random, text: &mut Vec<u8>, seeds: &[Vec<u8>]) {
    let at = random.below(text.len() + 1);
    match random.below(8) {
        0 => text.truncate(at),
        1 if at < text.len() => text[at] = random.byte(),
        2 if at < text.len() => {
            text.remove(at);
        }
        3 | 4 => {
            let part = pick(random, &PARTS);
            text.splice(at..at, part.iter().copied());
        }
        5 => {
            let other = &seeds[random.below(seeds.len())];
            let from = random.below(other.len() + 1);
            text.truncate(at);
            text.extend(&other[from..]);
        }
        6 => items(random, text, 2),
        _ => {
            let end = at + random.below(20).min(text.len() - at);
            let part = text[at..end].to_vec();
            text.splice(at..at, part);
        }
    }
}
