//! Changing a section.

use super::tree::{Section, Value};
use crate::error::{Error, ErrorKind, Result, expected};
use crate::fault::Shape;
use crate::limits::MAX_DEPTH;
use crate::path::{Path, Segment};
use crate::string::Text;

impl Section {
    /// Sets what the path leads to, creating sections on the way.
    ///
    /// What is there is replaced where it stands, and others of the same name are removed. A path to
    /// an item of a list replaces that item.
    ///
    /// ```
    /// use vici_serde::Message;
    ///
    /// let mut message = Message::from([("timeout", 5), ("limit", 1), ("timeout", 6)]);
    /// message.set("timeout", 10)?;
    /// message.set("home.children.net.mode", "tunnel")?;
    /// message.set(["home", "children", "a.b", "mode"], "drop")?;
    /// assert_eq!(message.get::<String>(r#"home.children."a.b".mode"#)?, "drop");
    /// assert_eq!(message.names().collect::<Vec<_>>(), [&b"timeout"[..], b"limit", b"home"]);
    /// # Ok::<(), vici_serde::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If something on the way is no section, the path is empty or leads to an item that is not
    /// there or would be no text, or there are more than [`MAX_DEPTH`] sections inside of each other.
    /// Nothing is changed then.
    pub fn set(&mut self, path: impl Into<Path>, value: impl Into<Value>) -> Result<()> {
        let (path, value) = (path.into(), value.into());
        if let [.., Segment::Index(_)] = path.segments() {
            return self.set_item(&path, value);
        }
        let (way, name) = split(path.segments(), &value)?;
        let section = self.make_way(way)?;
        match section.remove_all_but_first(name) {
            Some(place) => *place = value,
            None => section.entries.push((name.clone(), value)),
        }
        Ok(())
    }

    /// Adds a value at the end of the section that the path leads to, creating sections on the way,
    /// whatever that section holds already.
    ///
    /// ```
    /// use vici_serde::{Message, Section};
    ///
    /// let mut message = Message::new();
    /// message.add("home.net", Section::from([("bytes-in", 84)]))?;
    /// message.add("home.net", Section::from([("bytes-in", 85)]))?;
    /// assert_eq!(message.one_line().to_string(),
    ///     "home = { net = { bytes-in = 84 }, net = { bytes-in = 85 } }");
    /// # Ok::<(), vici_serde::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If something on the way is no section, the path is empty or ends with an index, or there are
    /// more than [`MAX_DEPTH`] sections inside of each other. Nothing is changed then.
    pub fn add(&mut self, path: impl Into<Path>, value: impl Into<Value>) -> Result<()> {
        let (path, value) = (path.into(), value.into());
        let (way, name) = split(path.segments(), &value)?;
        let section = self.make_way(way)?;
        section.entries.push((name.clone(), value));
        Ok(())
    }

    /// Removes what the path leads to, with others of the same name, or an item of a list.
    ///
    /// The first of them is returned, `None` if there is nothing. Sections that are empty afterwards
    /// stay.
    pub fn remove(&mut self, path: impl Into<Path>) -> Option<Value> {
        let path = path.into();
        match path.segments() {
            [way @ .., Segment::Name(name)] => {
                let section = self.section_mut(way)?;
                section.remove_all_but_first(name)?;
                let at = section
                    .entries
                    .iter()
                    .position(|(other, _)| other == name)?;
                Some(section.entries.remove(at).1)
            }
            [way @ .., Segment::Index(index)] => match self.value_mut(way)? {
                Value::List(items) if *index < items.len() => {
                    Some(Value::Scalar(items.remove(*index)))
                }
                _ => None,
            },
            [] => None,
        }
    }

    /// What the path leads to, to change it; `None` where there is nothing or where it leads to a
    /// list item, which [`set`](Self::set) replaces.
    ///
    /// Sections that are put inside of each other deeper than [`MAX_DEPTH`] this way are refused
    /// where the tree is written.
    pub fn find_mut(&mut self, path: impl Into<Path>) -> Option<&mut Value> {
        self.value_mut(path.into().segments())
    }

    fn set_item(&mut self, path: &Path, value: Value) -> Result<()> {
        let item = match path.segments() {
            [way @ .., Segment::Index(index)] => match self.value_mut(way) {
                Some(Value::List(items)) => items.get_mut(*index),
                _ => None,
            },
            _ => None,
        };
        match (item, value) {
            (Some(item), Value::Scalar(text)) => {
                *item = text;
                Ok(())
            }
            (Some(_), other) => {
                let error = expected(Shape::Value, other.shape());
                Err(error.under(path.segments()))
            }
            (None, _) => Err(ErrorKind::Missing(path.to_string()).into()),
        }
    }

    /// The section that the names lead to, created where there is none.
    ///
    /// What is wrong is found before anything is created.
    fn make_way(&mut self, way: &[Segment]) -> Result<&mut Self> {
        let mut section = self;
        for (depth, segment) in way.iter().enumerate() {
            let Segment::Name(name) = segment else {
                return Err(no_name());
            };
            let place = section.entries.iter().position(|(other, _)| other == name);
            let place = place.unwrap_or_else(|| {
                section.entries.push((name.clone(), Self::new().into()));
                section.entries.len() - 1
            });
            match &mut section.entries[place].1 {
                Value::Section(inner) => section = inner,
                other => {
                    let error = expected(Shape::Section, other.shape());
                    return Err(error.under(way.get(..=depth).unwrap_or_default()));
                }
            }
        }
        Ok(section)
    }

    fn section_mut(&mut self, way: &[Segment]) -> Option<&mut Self> {
        if way.is_empty() {
            return Some(self);
        }
        match self.value_mut(way)? {
            Value::Section(section) => Some(section),
            _ => None,
        }
    }

    fn value_mut(&mut self, path: &[Segment]) -> Option<&mut Value> {
        let (first, rest) = path.split_first()?;
        let Segment::Name(name) = first else {
            return None;
        };
        let mut value = self.first_mut(name)?;
        for segment in rest {
            value = match (segment, value) {
                (Segment::Name(name), Value::Section(section)) => section.first_mut(name)?,
                _ => return None,
            };
        }
        Some(value)
    }

    fn first_mut(&mut self, name: &Text) -> Option<&mut Value> {
        let mut entries = self.entries.iter_mut();
        entries
            .find(|(other, _)| other == name)
            .map(|(_, value)| value)
    }

    /// Removes what has this name, but the first, which is returned.
    fn remove_all_but_first(&mut self, name: &Text) -> Option<&mut Value> {
        let mut is_first = true;
        self.entries
            .retain(|(other, _)| other != name || std::mem::take(&mut is_first));
        self.first_mut(name)
    }
}

/// The names of the sections on the way, and the name of what is put there, if it may be.
fn split<'p>(path: &'p [Segment], value: &Value) -> Result<(&'p [Segment], &'p Text)> {
    let [way @ .., Segment::Name(name)] = path else {
        return Err(no_name());
    };
    if way.iter().any(|step| matches!(step, Segment::Index(_))) {
        return Err(no_name());
    }
    let too_deep = match value {
        Value::Section(section) => match MAX_DEPTH.checked_sub(path.len()) {
            Some(room) => section.is_deeper_than(room),
            None => true,
        },
        _ => way.len() > MAX_DEPTH,
    };
    if too_deep {
        return Err(ErrorKind::TooDeep.into());
    }
    Ok((way, name))
}

fn no_name() -> Error {
    ErrorKind::Missing("a name".to_owned()).into()
}
