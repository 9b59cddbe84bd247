//! Our reading of settings beside that of libstrongswan.

use vici_control::settings::{Error, Folder, Section, Tree};

use super::Files;
use super::text::MAIN;

/// In what the two agree or differ. Where they differ, we refuse what libstrongswan takes, as the docs of
/// [`vici_control::settings`] say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// Both read the same sections and values in the same order.
    Same,
    /// Both refuse it.
    Refused,
    /// There is a byte zero, which cuts off what follows.
    Zero,
    /// A carriage return in the middle of a comment ends it, or not.
    Return,
    /// The name of a section, of a value, or of what is included is not UTF-8.
    Bytes,
    /// A reference has a `%`: libstrongswan takes it for a format.
    Format,
    /// A reference leads through the section that it stands in: libstrongswan crashes.
    Crash,
    /// A file includes itself, or files include each other too deep.
    Circle,
    /// The pattern of `include` is nothing, finds a folder, has odd brackets, or ends in a backslash.
    Include,
}

impl Verdict {
    pub(crate) const ALL: &[Self] = &[
        Self::Same,
        Self::Refused,
        Self::Zero,
        Self::Return,
        Self::Bytes,
        Self::Format,
        Self::Crash,
        Self::Circle,
        Self::Include,
    ];

    /// What libstrongswan has answered for a folder, beside our reading.
    pub(crate) fn of(files: &Files, answer: &[u8]) -> Result<Self, String> {
        let ours = ours(files);
        let verdict = match (&ours, answer.split_first()) {
            (Ok(ours), Some((b'E', theirs))) if ours == theirs => Some(Self::Same),
            (Err(_), Some((b'X', _))) => Some(Self::Refused),
            (Err(error), Some((b'E' | b'C', _))) => {
                Self::stricter(error).filter(|verdict| *verdict != Self::Crash || answer[0] == b'C')
            }
            _ => None,
        };
        verdict.ok_or_else(|| {
            let shown = |bytes: &[u8]| bytes.escape_ascii().to_string();
            let mut text = String::new();
            for (path, content) in files {
                text += &format!("{path}: {}\n", shown(content));
            }
            let ours = ours.map_or_else(|error| error.to_string(), |ours| shown(&ours));
            format!("{text}ours: {ours}\ntheirs: {}", shown(answer))
        })
    }

    /// Why we refuse what libstrongswan takes.
    fn stricter(error: &Error) -> Option<Self> {
        let has = |text: &str| error.reason().contains(text);
        if has("byte zero") {
            Some(Self::Zero)
        } else if has("carriage return") {
            Some(Self::Return)
        } else if has("must be UTF-8") {
            Some(Self::Bytes)
        } else if has("must not have %") {
            Some(Self::Format)
        } else if has("leads through") {
            Some(Self::Crash)
        } else if has("includes itself") || has("include each other deeper") {
            Some(Self::Circle)
        } else if has("include needs")
            || has("between brackets")
            || has("it is a folder")
            || has("include ends in")
        {
            Some(Self::Include)
        } else {
            None
        }
    }
}

/// How deep sections are looked at, and how much of them, as the judge does.
const MAX_DEPTH: usize = 5;
const MAX_SEEN: usize = 1 << 12;

/// What the judge would say if it read as we do.
pub(crate) fn ours(files: &Files) -> Result<Vec<u8>, Error> {
    let files = files.iter().map(|(path, text)| (*path, &text[..]));
    let tree = Tree::read(MAIN, &files.collect::<Folder>())?;
    let mut seen = Vec::new();
    look(&mut seen, &tree.root(), 0)?;
    Ok(seen)
}

/// Whether files include each other, or sections refer to each other, without end.
pub(crate) fn is_endless(files: &Files) -> bool {
    let verdict = ours(files).err().as_ref().and_then(Verdict::stricter);
    matches!(verdict, Some(Verdict::Crash | Verdict::Circle))
}

fn look(seen: &mut Vec<u8>, section: &Section<'_>, depth: usize) -> Result<(), Error> {
    // The first byte is the verdict.
    let has_room = |seen: &Vec<u8>| seen.len() + 1 < MAX_SEEN;
    for value in section.values() {
        if !has_room(seen) {
            break;
        }
        seen.push(b'=');
        seen.extend(value.name.bytes().chain([0]));
        seen.extend(value.bytes.iter().chain(&[0]));
    }
    if depth == MAX_DEPTH {
        return Ok(());
    }
    for (name, inner) in section.sections()? {
        if !has_room(seen) {
            break;
        }
        seen.push(b'{');
        seen.extend(name.bytes().chain([0]));
        look(seen, &inner, depth + 1)?;
        seen.push(b'}');
    }
    Ok(())
}
