use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::fmt;

use zeroize::Zeroizing;

use super::error::{Error, Place};

/// How many sections may be looked at to follow references.
const MAX_STEPS: u64 = 2_000_000;

/// How many references may be followed from one to the next.
pub const MAX_REFERENCES: usize = 64;

/// Settings: sections in sections, with values.
///
/// `Debug` shows no value, since any may be a secret; all are wiped when the tree is dropped.
pub struct Tree {
    sections: Vec<Raw>,
    /// What references have cost.
    steps: Cell<u64>,
    pub(super) missing: Vec<(Place, String)>,
}

/// A value as it is written; none unsets it.
struct RawValue {
    name: String,
    bytes: Option<Zeroizing<Vec<u8>>>,
    place: Place,
}

/// A section as it is written.
struct Raw {
    name: String,
    place: Place,
    values: Vec<RawValue>,
    value_index: Index,
    sections: Vec<usize>,
    section_index: Index,
    references: Vec<(String, Place)>,
}

impl Raw {
    /// Which of the values has this name.
    fn value(&self, name: &str) -> Option<usize> {
        let names = self.values.iter().map(|value| &value.name[..]);
        self.value_index.find(name, names)
    }

    fn new(name: String, place: Place) -> Self {
        Self {
            name,
            place,
            values: Vec::new(),
            value_index: Index::default(),
            sections: Vec::new(),
            section_index: Index::default(),
            references: Vec::new(),
        }
    }
}

/// Where in a list a name is. Few are looked at one by one, more are found by their hash.
#[derive(Default)]
struct Index(HashMap<String, usize>);

impl Index {
    const FEW: usize = 8;

    fn find<'n>(
        &self,
        name: &str,
        mut names: impl ExactSizeIterator<Item = &'n str>,
    ) -> Option<usize> {
        if names.len() <= Self::FEW {
            names.position(|other| other == name)
        } else {
            self.0.get(name).copied()
        }
    }

    /// Takes note of the last name.
    fn add<'n>(&mut self, mut names: impl ExactSizeIterator<Item = &'n str> + DoubleEndedIterator) {
        let count = names.len();
        if count == Self::FEW + 1 {
            self.0 = names
                .zip(0..)
                .map(|(name, at)| (name.to_owned(), at))
                .collect();
        } else if count > Self::FEW {
            let last = names.next_back().map(|name| (name.to_owned(), count - 1));
            self.0.extend(last);
        }
    }
}

impl Tree {
    pub(super) const ROOT: usize = 0;

    /// The outermost section.
    pub fn root(&self) -> Section<'_> {
        Section {
            tree: self,
            members: vec![Self::ROOT],
        }
    }

    /// The includes that found no file, and their patterns: strongSwan leaves them out.
    pub fn missing_includes(&self) -> impl Iterator<Item = (&Place, &str)> {
        self.missing.iter().map(|(place, name)| (place, &name[..]))
    }

    /// The names that sections refer to and that are not there, which strongSwan leaves out.
    pub fn missing_references(&self) -> impl Iterator<Item = (&Place, &str)> {
        let all = self.sections.iter().flat_map(|section| &section.references);
        all.filter(|(name, place)| {
            let mut found = Found::default();
            let resolved = self.resolve(name, place, &mut found, &mut Way::default());
            resolved.is_ok() && found.members.is_empty()
        })
        .map(|(name, place)| (place, &name[..]))
    }

    pub(super) fn new(place: Place) -> Self {
        Self {
            sections: vec![Raw::new(String::new(), Place::file_only(place.file()))],
            steps: Cell::new(0),
            missing: Vec::new(),
        }
    }

    pub(super) fn name(&self, section: usize) -> &str {
        &self.sections[section].name
    }

    /// Sets a value, or unsets it; it keeps the place in order that it has.
    pub(super) fn set(
        &mut self,
        section: usize,
        name: String,
        bytes: Option<Zeroizing<Vec<u8>>>,
        place: Place,
    ) {
        let raw = &mut self.sections[section];
        if let Some(index) = raw.value(&name) {
            let value = &mut raw.values[index];
            value.bytes = bytes;
            value.place = place;
        } else {
            raw.values.push(RawValue { name, bytes, place });
            let names = raw.values.iter().map(|value| &value.name[..]);
            raw.value_index.add(names);
        }
    }

    /// The section of this name in another one, if it is there.
    fn child(&self, section: usize, name: &str) -> Option<usize> {
        let raw = &self.sections[section];
        let names = raw.sections.iter().map(|section| self.name(*section));
        let at = raw.section_index.find(name, names)?;
        Some(raw.sections[at])
    }

    /// The section of this name, which is made if it is not there.
    pub(super) fn open(&mut self, section: usize, name: String, place: &Place) -> usize {
        if let Some(index) = self.child(section, &name) {
            return index;
        }
        let index = self.sections.len();
        self.sections.push(Raw::new(name, place.clone()));
        self.sections[section].sections.push(index);
        let mut section_index = std::mem::take(&mut self.sections[section].section_index);
        let sections = self.sections[section].sections.iter();
        section_index.add(sections.map(|section| self.name(*section)));
        self.sections[section].section_index = section_index;
        index
    }

    pub(super) fn refer(&mut self, section: usize, name: String, place: Place) {
        let references = &mut self.sections[section].references;
        if !references.iter().any(|(other, _)| *other == name) {
            references.push((name, place));
        }
    }

    /// The sections of a name inside of these, with what they refer to, nearest first.
    fn inside(&self, members: &[usize], name: &str) -> Result<Vec<usize>, Error> {
        let inner = members
            .iter()
            .filter_map(|member| self.child(*member, name));
        let inner: Vec<usize> = inner.collect();
        let has_references = |section: &usize| !self.sections[*section].references.is_empty();
        if !inner.iter().any(has_references) {
            return Ok(inner);
        }
        let mut found = Found::default();
        for section in inner {
            self.add(section, &mut found, &mut Way::default())?;
        }
        Ok(found.members)
    }

    fn add(&self, section: usize, found: &mut Found, way: &mut Way) -> Result<(), Error> {
        let raw = &self.sections[section];
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() > MAX_STEPS {
            let reason = "too many references have to be followed, make them fewer";
            return Err(Error::new(raw.place.clone(), reason));
        }
        // Sections that refer to each other in a circle are all the same.
        if !found.seen.insert(section) {
            return Ok(());
        }
        found.members.push(section);
        way.depth += 1;
        for (reference, place) in &raw.references {
            if way.depth > MAX_REFERENCES {
                let reason = format!("references lead further than {MAX_REFERENCES} sections");
                return Err(Error::new(place.clone(), reason));
            }
            self.resolve(reference, place, found, way)?;
        }
        way.depth -= 1;
        Ok(())
    }

    /// Adds what a reference leads to: a dotted name from the root on.
    fn resolve(
        &self,
        reference: &str,
        place: &Place,
        found: &mut Found,
        way: &mut Way,
    ) -> Result<(), Error> {
        let (around, last) = match reference.rsplit_once('.') {
            Some((around, last)) => (Some(around), last),
            None => (None, reference),
        };
        let mut members = vec![Self::ROOT];
        for name in around.into_iter().flat_map(|around| around.split('.')) {
            let mut passed = Found::default();
            for member in members {
                let Some(section) = self.child(member, name) else {
                    continue;
                };
                // What it refers to has to be known in order to know what it refers to.
                if way.open.contains(&section) {
                    let (name, reference) = (name.escape_debug(), reference.escape_debug());
                    let reason = format!(
                        "the reference to {reference} leads through {name}, whose references it is one of; strongSwan crashes of it"
                    );
                    return Err(Error::new(place.clone(), reason));
                }
                let has_references = !self.sections[section].references.is_empty();
                if has_references {
                    way.open.push(section);
                }
                self.add(section, &mut passed, way)?;
                if has_references {
                    way.open.pop();
                }
            }
            members = passed.members;
        }
        for member in members {
            if let Some(section) = self.child(member, last) {
                self.add(section, found, way)?;
            }
        }
        Ok(())
    }
}

/// Sections and what they refer to, nearest first and each once.
#[derive(Default)]
struct Found {
    members: Vec<usize>,
    seen: HashSet<usize>,
}

/// Which references are being followed.
#[derive(Default)]
struct Way {
    /// The sections that they lead through, and that have references themselves.
    open: Vec<usize>,
    depth: usize,
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root().fmt(f)
    }
}

/// A value, and where it stands.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Value<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// The place of its name.
    pub place: &'a Place,
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.place)
    }
}

/// A section with all that it has of its own and by reference.
#[derive(Clone)]
pub struct Section<'a> {
    tree: &'a Tree,
    /// What it consists of, nearest first.
    members: Vec<usize>,
}

impl<'a> Section<'a> {
    /// Where it begins.
    pub fn place(&self) -> &'a Place {
        &self.tree.sections[self.members[0]].place
    }

    /// The values that are set: its own in their order, then those of what it refers to.
    pub fn values(&self) -> impl Iterator<Item = Value<'a>> {
        let tree = self.tree;
        let mut seen = HashSet::new();
        // In one section no name is there twice.
        let is_one = self.members.len() == 1;
        let members = self.members.clone().into_iter();
        let all = members.flat_map(move |member| &tree.sections[member].values);
        all.filter(move |value| is_one || seen.insert(value.name.as_str()))
            .filter_map(|value| {
                Some(Value {
                    name: &value.name,
                    bytes: value.bytes.as_ref()?,
                    place: &value.place,
                })
            })
    }

    /// The bytes of a value, if it is set.
    pub fn value(&self, name: &str) -> Option<&'a [u8]> {
        let tree = self.tree;
        let mut members = self.members.iter().map(|member| &tree.sections[*member]);
        let (raw, index) = members.find_map(|raw| raw.value(name).map(|index| (raw, index)))?;
        raw.values[index].bytes.as_ref().map(|bytes| &bytes[..])
    }

    /// The sections in it and their names: its own in their order, then those of what it refers to.
    ///
    /// # Errors
    ///
    /// More references would have to be followed than anybody writes by hand, or one leads through the
    /// section that it stands in.
    pub fn sections(&self) -> Result<Vec<(&'a str, Self)>, Error> {
        let mut seen = HashSet::new();
        let mut sections = Vec::new();
        for member in &self.members {
            for section in &self.tree.sections[*member].sections {
                let name = self.tree.name(*section);
                if self.members.len() == 1 || seen.insert(name) {
                    sections.extend(self.section(name)?.map(|section| (name, section)));
                }
            }
        }
        Ok(sections)
    }

    /// The section of this name in it, if there is one.
    ///
    /// # Errors
    ///
    /// Those of [`sections`](Self::sections).
    pub fn section(&self, name: &str) -> Result<Option<Self>, Error> {
        let tree = self.tree;
        let members = tree.inside(&self.members, name)?;
        Ok((!members.is_empty()).then_some(Self { tree, members }))
    }
}

impl fmt::Debug for Section<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let raw = &self.tree.sections[self.members[0]];
        write!(f, "Section({} at {})", raw.name, raw.place)
    }
}
