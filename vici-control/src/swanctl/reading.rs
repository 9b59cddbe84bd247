//! What all parts of reading share: the files, the places of keys, and the mistakes found so far.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use vici_client::Message;
use vici_client::vici_serde::{Section as Tree, Value as Item, from_message};
use vici_types::Secret;
use zeroize::Zeroizing;

use crate::config::Config;
use crate::problem::{Problem, did_you_mean, join};
use crate::settings::{Files, Place, Section, Value};
use crate::table::{Inside, Kind, Table};

/// How large a file of a certificate or a key may be: what fits into a value of a message.
pub(super) const MAX_CREDENTIAL: usize = 65_535;

/// The caller's answer to the question for the passphrase of a file.
pub(super) type Passphrase<'a> = dyn FnMut(&Path) -> Option<Secret> + 'a;

pub(super) struct Reading<'a> {
    pub(super) files: &'a dyn Files,
    /// Where the folders with certificates and keys are.
    pub(super) folder: PathBuf,
    pub(super) passphrase: &'a mut Passphrase<'a>,
    pub(super) config: Config,
    pub(super) problems: Vec<Problem>,
    /// Files are read once, however many connections need them.
    contents: HashMap<PathBuf, Result<Zeroizing<Vec<u8>>, String>>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(
        files: &'a dyn Files,
        folder: PathBuf,
        passphrase: &'a mut Passphrase<'a>,
    ) -> Self {
        Self {
            files,
            folder,
            passphrase,
            config: Config::default(),
            problems: Vec::new(),
            contents: HashMap::new(),
        }
    }

    pub(super) fn problem(&mut self, place: &Place, key: &str, reason: impl Into<String>) {
        let problem = Problem::new(Some(place.clone()), key, reason);
        self.problems.push(problem);
    }

    /// What `swanctl` leaves out without a word, or with one that nobody reads.
    pub(super) fn ignored(&mut self, place: &Place, key: &str, reason: impl Into<String>) {
        let problem = Problem::new(Some(place.clone()), key, reason);
        self.config.ignored.push(problem);
    }

    /// The sections in one; none if there are more references than can be followed.
    pub(super) fn sections<'s>(&mut self, section: &Section<'s>) -> Vec<(&'s str, Section<'s>)> {
        section.sections().unwrap_or_else(|error| {
            self.problems.push(error.into());
            Vec::new()
        })
    }

    /// The contents of a file: an absolute path, or relative to a folder of swanctl's.
    pub(super) fn file(&mut self, folder: &str, name: &str) -> Result<Zeroizing<Vec<u8>>, String> {
        let path = self.folder.join(folder).join(name);
        let files = self.files;
        let contents = self.contents.entry(path).or_insert_with_key(|path| {
            let shown = path.to_string_lossy();
            let contents = files.read(path, MAX_CREDENTIAL);
            contents.map_err(|error| format!("can't read {}: {error}", shown.escape_debug()))
        });
        contents.clone()
    }

    /// The request that a section makes, all of whose mistakes are kept.
    pub(super) fn request<T: DeserializeOwned>(
        &mut self,
        section: &Section<'_>,
        table: &'static Table,
        path: &str,
    ) -> Option<T> {
        let before = self.problems.len();
        let message = self.message(section, table, path);
        // Each value is tried as it is met, so that the whole fits if they all do.
        match from_message(&message) {
            Ok(request) if self.problems.len() == before => Some(request),
            Err(error) if self.problems.len() == before => {
                let key = join(path, &error.path().to_string());
                self.problem(section.place(), &key, error.kind().to_string());
                None
            }
            _ => None,
        }
    }

    /// A section as `swanctl` sends it.
    pub(super) fn message(
        &mut self,
        section: &Section<'_>,
        table: &'static Table,
        path: &str,
    ) -> Message {
        self.place(path, section.place());
        let mut message = Message::new();
        for value in section.values() {
            let key = join(path, value.name);
            let Some(kind) = table.kind(value.name) else {
                let hint = did_you_mean(value.name, table.names());
                self.problem(value.place, &key, format!("unknown key{hint}"));
                continue;
            };
            self.place(&key, value.place);
            if let Some(item) = self.item(kind, &value, &key) {
                message = message.key(value.name, item);
            }
        }
        for (name, inner) in self.sections(section) {
            let path = join(path, name);
            match table.section(name) {
                Some(Inside::Keys(table)) => {
                    message = message.section(name, self.message(&inner, table, &path));
                }
                Some(Inside::Named(table)) => {
                    message = message.section(name, self.named(&inner, table, &path));
                }
                None => {
                    let hint = did_you_mean(name, table.names());
                    self.problem(inner.place(), &path, format!("unknown section{hint}"));
                }
            }
        }
        message
    }

    /// Sections of any name.
    fn named(&mut self, section: &Section<'_>, table: &'static Table, path: &str) -> Tree {
        let mut message = Message::new();
        for value in section.values() {
            let key = join(path, value.name);
            let reason = "only sections can be here, each with a name of your own";
            self.problem(value.place, &key, reason);
        }
        for (name, inner) in self.sections(section) {
            let path = join(path, name);
            message = message.section(name, self.message(&inner, table, &path));
        }
        message
    }

    /// What is sent for a value; none if it is wrong.
    fn item(&mut self, kind: Kind, value: &Value<'_>, key: &str) -> Option<Item> {
        match kind {
            Kind::List(_) => Some(Item::list(split(value.bytes))),
            Kind::Files(folder) => {
                let names: Vec<&[u8]> = split(value.bytes).collect();
                let contents = names
                    .iter()
                    .map(|name| self.named_file(folder, name, value, key));
                // All are tried, so that all that are wrong are told.
                let contents: Vec<Option<Zeroizing<Vec<u8>>>> = contents.collect();
                let contents: Option<Vec<_>> = contents.into_iter().collect();
                Some(Item::list(contents?.iter().map(|contents| &contents[..])))
            }
            Kind::File(folder) => {
                let contents = self.named_file(folder, value.bytes, value, key)?;
                Some(Item::from(&contents[..]))
            }
            Kind::Bool | Kind::Number(_) => {
                if let Err(reason) = crate::check::scalar(kind, value.bytes) {
                    self.problem(value.place, key, reason);
                    return None;
                }
                Some(Item::from(value.bytes))
            }
            _ => Some(Item::from(value.bytes)),
        }
    }

    fn named_file(
        &mut self,
        folder: &str,
        name: &[u8],
        value: &Value<'_>,
        key: &str,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let contents = match std::str::from_utf8(name) {
            Ok(name) => self.file(folder, name),
            Err(_) => Err("the name of a file must be UTF-8".to_owned()),
        };
        match contents {
            Ok(contents) => Some(contents),
            Err(reason) => {
                self.problem(value.place, key, reason);
                None
            }
        }
    }

    pub(super) fn place(&mut self, key: &str, place: &Place) {
        self.config.set_place(key, place);
    }
}

/// The items of a comma separated list, as `swanctl` finds them: without blanks around them, and none
/// that is empty.
pub(super) fn split(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|byte| *byte == b',').filter_map(|item| {
        let begin = item.iter().position(|byte| *byte != b' ')?;
        let end = item.iter().rposition(|byte| *byte != b' ')?;
        item.get(begin..=end)
    })
}
