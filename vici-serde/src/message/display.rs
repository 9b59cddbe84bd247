//! The tree in the pseudo-markup in which the protocol is described.

use std::fmt::{self, Debug, Display};
use std::str;

use super::tree::{Section, Value};

/// Prints
///
/// ```text
/// key1 = value1
/// section1 = {
///   sub-section = {
///     key2 = value2
///   }
///   list1 = [ item1, item2 ]
/// }
/// ```
///
/// Text with control characters is quoted and escaped, other bytes are printed as hex digits behind
/// `0x`. It is for people: what it prints cannot always be told apart.
impl Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print_section(self, Layout::Lines(0), f)
    }
}

/// Prints text as it is, or escaped, and a list or section as a [`Section`] prints it.
impl Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print_value(self, Layout::Lines(0), f)
    }
}

/// Prints names and what stands behind them, as a map.
impl Debug for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.iter().map(|(name, value)| (Shown(name), value));
        f.debug_map().entries(entries).finish()
    }
}

/// Prints text in quotes, other bytes as [`Section`] displays them.
impl Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scalar(value) => Debug::fmt(&Shown(value.as_bytes()), f),
            Self::List(items) => f
                .debug_list()
                .entries(items.iter().map(|i| Shown(i.as_bytes())))
                .finish(),
            Self::Section(section) => Debug::fmt(section, f),
        }
    }
}

/// A section on one line, as [`Section::one_line`] returns it: `key1 = value1, section1 = { key2 =
/// value2, list1 = [ item1, item2 ] }`.
#[derive(Clone, Copy)]
pub struct OneLine<'a>(&'a Section);

impl Section {
    /// Prints on one line what [`Display`] prints on many, for logs.
    ///
    /// ```
    /// let home = vici_serde::Section::new().key("version", 2).list("local_ts", ["dynamic"]);
    /// assert_eq!(home.one_line().to_string(), "version = 2, local_ts = [ dynamic ]");
    /// ```
    pub fn one_line(&self) -> OneLine<'_> {
        OneLine(self)
    }
}

impl Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print_section(self.0, Layout::OneLine, f)
    }
}

impl Debug for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

#[derive(Clone, Copy)]
enum Layout {
    OneLine,
    /// An entry on each line, behind so many spaces.
    Lines(usize),
}

fn print_section(section: &Section, layout: Layout, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (position, (name, value)) in section.iter().enumerate() {
        match layout {
            Layout::Lines(indent) => write!(f, "{:indent$}", "")?,
            Layout::OneLine if position > 0 => f.write_str(", ")?,
            Layout::OneLine => {}
        }
        write!(f, "{} = ", Shown(name))?;
        print_value(value, layout, f)?;
        if let Layout::Lines(_) = layout {
            writeln!(f)?;
        }
    }
    Ok(())
}

fn print_value(value: &Value, layout: Layout, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match (value, layout) {
        (Value::Scalar(value), _) => Display::fmt(&Shown(value.as_bytes()), f),
        (Value::List(items), _) => {
            f.write_str("[ ")?;
            for (position, item) in items.iter().enumerate() {
                let comma = if position == 0 { "" } else { ", " };
                write!(f, "{comma}{}", Shown(item.as_bytes()))?;
            }
            f.write_str(if items.is_empty() { "]" } else { " ]" })
        }
        (Value::Section(section), Layout::OneLine) => {
            f.write_str("{ ")?;
            print_section(section, layout, f)?;
            f.write_str(if section.is_empty() { "}" } else { " }" })
        }
        (Value::Section(section), Layout::Lines(indent)) => {
            f.write_str("{\n")?;
            print_section(section, Layout::Lines(indent + 2), f)?;
            write!(f, "{:indent$}}}", "")
        }
    }
}

struct Shown<'a>(&'a [u8]);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match str::from_utf8(self.0) {
            Ok("") => f.write_str("\"\""),
            Ok(text) if text.chars().any(char::is_control) => write!(f, "{text:?}"),
            Ok(text) => f.write_str(text),
            Err(_) => {
                f.write_str("0x")?;
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    }
}

impl Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match str::from_utf8(self.0) {
            Ok(text) => Debug::fmt(text, f),
            Err(_) => Display::fmt(self, f),
        }
    }
}
