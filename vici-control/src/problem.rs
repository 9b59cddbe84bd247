use std::fmt;

use crate::settings::{self, Place};

/// One mistake: where it is, the key, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    place: Option<Place>,
    key: String,
    reason: String,
}

impl Problem {
    pub(crate) fn new(
        place: Option<Place>,
        key: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            place,
            key: key.into(),
            reason: reason.into(),
        }
    }

    /// Where it is; none in what does not come from a file.
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// The key, such as `connections.home.children.net.mode`; empty where a file as a whole is wrong.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What is wrong, and what to do.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key.escape_debug())?;
        }
        f.write_str(&self.reason)
    }
}

impl From<settings::Error> for Problem {
    fn from(error: settings::Error) -> Self {
        Self::new(Some(error.place().clone()), "", error.reason())
    }
}

/// Why a configuration can't be read: all that is wrong with it, in its order.
///
/// Each mistake is a line of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Vec<Problem>);

impl Error {
    /// The mistakes, of which there is at least one.
    pub fn problems(&self) -> &[Problem] {
        &self.0
    }

    /// An error, if there are any.
    pub(crate) fn unless_none(problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Self(problems))
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// How many steps it takes from one word to another: a letter more, less, other, or two swapped.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut next = vec![i + 1];
        for j in 0..b.len() {
            let mut cost = (row[j] + usize::from(a[i] != b[j]))
                .min(row[j + 1] + 1)
                .min(next[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                let swapped: &Vec<usize> = &before;
                cost = cost.min(swapped[j - 1] + 1);
            }
            next.push(cost);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}

/// The known word that is most like an unknown one, if any is.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A very long name is like none, and comparing it would take long.
    if word.len() > 64 {
        return None;
    }
    let plain = |word: &str| word.to_ascii_lowercase().replace('-', "_");
    let plain_word = plain(word);
    known
        .into_iter()
        .map(|known| (distance(&plain_word, &plain(known)), known))
        .filter(|(distance, known)| *distance <= 1 + known.len() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// `, did you mean x?`, if a known word is like it.
pub(crate) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known)
        .map(|known| format!(", did you mean {}?", known.escape_debug()))
        .unwrap_or_default()
}

/// The path of a name in what is around it.
pub(crate) fn join(around: &str, name: &str) -> String {
    let mut path = String::with_capacity(around.len() + 1 + name.len());
    path.push_str(around);
    if !around.is_empty() {
        path.push('.');
    }
    path.push_str(name);
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found() {
        for (word, expected) in [
            ("remote_adrs", Some("remote_addrs")),
            ("remote-addrs", Some("remote_addrs")),
            ("Remote_Addrs", Some("remote_addrs")),
            ("romete_addrs", Some("remote_addrs")),
            ("mdoe", Some("mode")),
            ("frobnicate", None),
            ("", None),
        ] {
            let known = ["local_addrs", "remote_addrs", "mode"];
            assert_eq!(nearest(word, known), expected, "{word}");
        }
    }

    #[test]
    fn what_stands_in_a_file_is_escaped() {
        let hint = did_you_mean("home", ["ho\u{10}me"]);
        assert_eq!(hint, ", did you mean ho\\u{10}me?");
    }
}
