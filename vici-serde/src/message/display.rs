//! The tree in the pseudo-markup in which the protocol is described.

use std::fmt::{self, Debug, Display};
use std::str;

use super::{Section, Value};

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
        print_section(self, 0, f)
    }
}

/// Prints text as it is, or escaped, and a list or section as a [`Section`] prints it.
impl Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print_value(self, 0, f)
    }
}

/// Prints names and what stands behind them, as a map.
impl Debug for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.iter().map(|(name, value)| (Text(name), value));
        f.debug_map().entries(entries).finish()
    }
}

/// Prints text in quotes, other bytes as [`Section`] displays them.
impl Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scalar(value) => Debug::fmt(&Text(value), f),
            Self::List(items) => f
                .debug_list()
                .entries(items.iter().map(|i| Text(i)))
                .finish(),
            Self::Section(section) => Debug::fmt(section, f),
        }
    }
}

fn print_section(section: &Section, indent: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (name, value) in section.iter() {
        write!(f, "{:indent$}{} = ", "", Text(name))?;
        print_value(value, indent, f)?;
        writeln!(f)?;
    }
    Ok(())
}

fn print_value(value: &Value, indent: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value {
        Value::Scalar(value) => Display::fmt(&Text(value), f),
        Value::List(items) => {
            f.write_str("[ ")?;
            for (position, item) in items.iter().enumerate() {
                let comma = if position == 0 { "" } else { ", " };
                write!(f, "{comma}{}", Text(item))?;
            }
            f.write_str(if items.is_empty() { "]" } else { " ]" })
        }
        Value::Section(section) => {
            f.write_str("{\n")?;
            print_section(section, indent + 2, f)?;
            write!(f, "{:indent$}}}", "")
        }
    }
}

struct Text<'a>(&'a [u8]);

impl Display for Text<'_> {
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

impl Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match str::from_utf8(self.0) {
            Ok(text) => Debug::fmt(text, f),
            Err(_) => Display::fmt(self, f),
        }
    }
}
