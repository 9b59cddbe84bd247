//! Where in a message something is.

use std::fmt;

use crate::string::Text;

/// The way from the root of a message to one of its elements.
///
/// It prints as `home.child-sas.net-1.local-ts[0]`: names joined by dots, list items as an index in
/// brackets. A name that is empty or holds anything but letters, digits, `-`, `_` and a few other
/// plain characters is printed in quotes: `counters."".invalid`, `"a.b".version`. A string converts
/// into a path by the same rules; an array of strings is taken as names, whatever they hold.
///
/// ```
/// use vici_serde::Path;
///
/// assert_eq!(Path::from("home.local_addrs[1]").to_string(), "home.local_addrs[1]");
/// assert_eq!(Path::from(["a.b", "version"]).to_string(), r#""a.b".version"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Path {
    segments: Vec<Segment>,
}

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Segment {
    /// The name of a section, list or key. Names may hold any bytes.
    Name(Text),
    /// The position of an item in a list, from 0.
    Index(usize),
}

impl Path {
    /// The steps, from the root on. The path of the message itself has none.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether this is the path of the message itself.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// Adds a step before the first one: what the path leads to is inside of it.
    pub fn prepend(&mut self, segment: impl Into<Segment>) {
        self.segments.insert(0, segment.into());
    }
}

impl<N: Into<Text>> From<N> for Segment {
    /// The segment of a name, whatever it holds.
    fn from(name: N) -> Self {
        Self::Name(name.into())
    }
}

impl FromIterator<Segment> for Path {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        Self {
            segments: segments.into_iter().collect(),
        }
    }
}

impl From<&str> for Path {
    fn from(text: &str) -> Self {
        let mut segments = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (segment, tail) = split_segment(rest);
            segments.push(segment);
            rest = match tail.strip_prefix('.') {
                // A dot at the end is followed by an empty name.
                Some("") => {
                    segments.push(Segment::from(""));
                    ""
                }
                Some(tail) => tail,
                None => tail,
            };
        }
        Self { segments }
    }
}

impl From<&String> for Path {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<String> for Path {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&[&str]> for Path {
    fn from(names: &[&str]) -> Self {
        names.iter().map(|name| Segment::from(*name)).collect()
    }
}

impl<const N: usize> From<[&str; N]> for Path {
    fn from(names: [&str; N]) -> Self {
        Self::from(names.as_slice())
    }
}

impl From<&Self> for Path {
    fn from(path: &Self) -> Self {
        path.clone()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.segments.iter().enumerate() {
            if position > 0 && matches!(segment, Segment::Name(_)) {
                f.write_str(".")?;
            }
            segment.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => {
                let text = name.to_string_lossy();
                if !text.is_empty() && text.chars().all(is_plain) {
                    f.write_str(&text)
                } else {
                    write!(f, "{text:?}")
                }
            }
            Self::Index(index) => write!(f, "[{index}]"),
        }
    }
}

fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || "-_()@%:/+*,= ".contains(c)
}

/// Splits the first segment off a text that is not empty.
fn split_segment(text: &str) -> (Segment, &str) {
    if let Some(quoted) = text.strip_prefix('"') {
        if let Some((name, tail)) = split_quoted(quoted) {
            return (Segment::from(name), tail);
        }
    }
    if let Some((index, tail)) = text.strip_prefix('[').and_then(|t| t.split_once(']')) {
        if let Ok(index) = index.parse() {
            return (Segment::Index(index), tail);
        }
    }
    // An opening bracket that starts the segment is a part of the name.
    let end = text
        .char_indices()
        .find(|&(at, c)| c == '.' || (c == '[' && at > 0))
        .map_or(text.len(), |(at, _)| at);
    let (name, tail) = text.split_at(end);
    (Segment::from(name), tail)
}

/// Takes a name up to its closing quote, with the escapes that `Debug` has for unprintable
/// characters; any other character behind a backslash stands for itself.
fn split_quoted(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return Some((name, chars.as_str())),
            '\\' => match chars.next()? {
                'n' => name.push('\n'),
                'r' => name.push('\r'),
                't' => name.push('\t'),
                '0' => name.push('\0'),
                'u' if chars.as_str().starts_with('{') => {
                    let (digits, rest) = chars.as_str().get(1..)?.split_once('}')?;
                    name.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
                    chars = rest.chars();
                }
                c => name.push(c),
            },
            c => name.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_paths_agree() {
        for text in [
            "",
            "a",
            "home.child-sas.net-1.bytes-in",
            "home.local_addrs[2]",
            r#"counters."".invalid"#,
            r#""a.b".version"#,
            r#""a\"b\\c""#,
            r#""a[0]"[3]"#,
        ] {
            assert_eq!(Path::from(text).to_string(), text);
        }
    }

    #[test]
    fn unprintable_names_come_back_from_what_is_printed() {
        for name in [
            "a\nb", "\0", "\t\r", "\u{200b}", "e\u{301}", "\u{7f}", "\\n", "\"\\\"", "u{41}",
        ] {
            let path = Path::from([name, "x"]);
            assert_eq!(Path::from(path.to_string()), path, "{path}");
        }
    }

    #[test]
    fn names_are_split_at_dots_only_in_texts() {
        assert_eq!(Path::from("a.b").segments().len(), 2);
        assert_eq!(Path::from(["a.b"]).segments(), [Segment::from("a.b")]);
        assert_eq!(
            Path::from("a.").segments(),
            [Segment::from("a"), Segment::from("")]
        );
        assert_eq!(Path::from("[x").segments(), [Segment::from("[x")]);
    }
}
