//! Keys that a request does not know: an error that says where, and which key was meant.
//!
//! The daemon refuses such a request, or does without the key: a connection whose `remote_addrs` is
//! misspelled is open to every peer.

use core::cell::RefCell;

use serde::de::{Deserializer, Error};
use vici_serde::Path;

use crate::value::Text;
use vici_serde::hint::is_vici;

std::thread_local! {
    /// The sections around the one that is read, for formats that keep no path themselves.
    static AROUND: RefCell<Vec<Text>> = const { RefCell::new(Vec::new()) };
}

/// Reads what is in the section `name`.
#[inline]
pub(crate) fn within<'de, D: Deserializer<'de>, T>(
    name: &[u8],
    read: impl FnOnce() -> Result<T, D::Error>,
) -> Result<T, D::Error> {
    if is_vici::<D::Error>() {
        return read();
    }
    let _section = Inside::new(name);
    read()
}

struct Inside;

impl Inside {
    fn new(name: &[u8]) -> Self {
        AROUND.with_borrow_mut(|around| around.push(name.into()));
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        AROUND.with_borrow_mut(Vec::pop);
    }
}

/// What a line of a `request!` stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// The key of this name.
    Key,
    /// Sections of any name.
    Parts,
    /// Sections whose names begin with this.
    Prefix,
    /// The attributes of pools, which have these names.
    Attributes(&'static [&'static str]),
}

/// The error for the key `name` in a section that knows `lines`.
#[cold]
pub(crate) fn error<E: Error>(name: &[u8], lines: &[(&str, Known)]) -> E {
    let shown = String::from_utf8_lossy(name);
    let has = |known: Known| lines.iter().any(|line| line.1 == known);
    let of = |known: Known| {
        let lines = lines.iter().filter(move |line| line.1 == known);
        lines.map(|line| line.0)
    };
    let mut keys: Vec<&str> = of(Known::Key).collect();
    for (_, known) in lines {
        if let Known::Attributes(names) = known {
            keys.extend(*names);
        }
    }
    let reason = if let Some(key) = nearest(&shown, &keys) {
        format!("unknown key, did you mean {key}?")
    } else if let Some(prefix) = of(Known::Prefix).find(|prefix| begins(&shown, prefix)) {
        format!("unknown key, only sections have names that begin with {prefix}")
    } else if has(Known::Parts) {
        "unknown key, only sections stand here".to_owned()
    } else {
        "unknown key".to_owned()
    };
    if is_vici::<E>() {
        // It knows the path.
        return E::custom(reason);
    }
    let path = AROUND.with_borrow(|around| {
        let around = around.iter().map(Text::to_string_lossy);
        let names: Vec<_> = around.chain([shown]).collect();
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        Path::from(names.as_slice())
    });
    E::custom(format_args!("{path}: {reason}"))
}

fn begins(name: &str, prefix: &str) -> bool {
    let start = name.get(..prefix.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// The key that is as good as `name`, or else the one with the fewest letters to change, as long as
/// these are fewer than a third.
fn nearest<'a>(name: &str, keys: &[&'a str]) -> Option<&'a str> {
    // Longer names than any key only take time.
    if name.len() > 64 {
        return None;
    }
    let name = plain(name);
    let allowed = (name.len() / 3).clamp(1, 3);
    let distances = keys.iter().map(|key| (distance(&name, &plain(key)), *key));
    let (distance, key) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= allowed).then_some(key)
}

fn plain(name: &str) -> Vec<u8> {
    let bytes = name.bytes();
    bytes
        .map(|byte| match byte.to_ascii_lowercase() {
            b'-' => b'_',
            byte => byte,
        })
        .collect()
}

/// How many letters are changed, left out, added or swapped with their neighbour.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let changed = last[j] + usize::from(from != to);
            let mut least = changed.min(last[j + 1] + 1).min(row[j] + 1);
            let swapped = i > 0 && j > 0 && from == &b[j - 1] && to == &a[i - 1];
            if swapped {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = core::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_is_what_was_meant() {
        let keys = [
            "id",
            "remote_addrs",
            "remote_port",
            "keyingtries",
            "mobike",
            "local-ts",
        ];
        for (name, meant) in [
            ("remote_adrs", Some("remote_addrs")),
            ("remote-addrs", Some("remote_addrs")),
            ("Remote_Addrs", Some("remote_addrs")),
            ("keyingtrys", Some("keyingtries")),
            ("mobkie", Some("mobike")),
            ("local_ts", Some("local-ts")),
            ("remote_ports", Some("remote_port")),
            ("di", Some("id")),
            ("auth", None),
            ("", None),
            ("remote", None),
        ] {
            assert_eq!(nearest(name, &keys), meant, "{name}");
        }
        assert_eq!(nearest(&"x".repeat(70_000), &keys), None);
    }

    #[test]
    fn distances_count_letters() {
        assert_eq!(distance(b"", b"abc"), 3);
        assert_eq!(distance(b"abc", b"abc"), 0);
        assert_eq!(distance(b"abcd", b"acbd"), 1);
        assert_eq!(distance(b"kitten", b"sitting"), 3);
    }
}
