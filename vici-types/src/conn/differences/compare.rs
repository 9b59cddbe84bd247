//! How the value of a key is compared.

use core::fmt::Display;

use serde::Serialize;
use vici_serde::{Path, Section, Value};

use super::found::{Difference, Differences};
use super::spelling::Same;
use crate::value::{Text, Time};

#[derive(Default)]
pub(super) struct Compare {
    pub(super) differences: Differences,
    /// The sections around the keys that are compared.
    around: Vec<String>,
}

impl Compare {
    pub(super) fn path(&self, key: &str) -> String {
        let around = self.around.iter().map(String::as_str);
        let names: Vec<&str> = around.chain([key]).collect();
        Path::from(names.as_slice()).to_string()
    }

    pub(super) fn differ(&mut self, key: &str, wanted: Option<String>, loaded: Option<String>) {
        let path = self.path(key);
        self.differences.found.push(Difference {
            path,
            wanted,
            loaded,
        });
    }

    pub(super) fn unseen(&mut self, key: &str) {
        let path = self.path(key);
        self.differences.unseen.push(path);
    }

    pub(super) fn check(
        &mut self,
        key: &str,
        same: Same,
        wanted: Option<String>,
        loaded: Option<String>,
    ) {
        match same {
            Same::Yes => {}
            Same::No => self.differ(key, wanted, loaded),
            Same::Unknown => self.unseen(key),
        }
    }

    /// Does something in a section.
    pub(super) fn within(&mut self, name: &str, compare: impl FnOnce(&mut Self)) {
        self.around.push(name.to_owned());
        compare(self);
        self.around.pop();
    }

    /// A key of which the daemon lists a number, `default` if it is not wanted otherwise.
    pub(super) fn number<W: Display>(
        &mut self,
        key: &str,
        wanted: Option<&W>,
        number: impl FnOnce(&W) -> Option<u64>,
        defaults: &[u64],
        loaded: Option<u64>,
    ) {
        let Some(loaded) = loaded else {
            // An older daemon.
            if wanted.is_some() {
                self.unseen(key);
            }
            return;
        };
        match wanted {
            Some(text) => {
                let same = number(text) == Some(loaded);
                self.check(
                    key,
                    same.into(),
                    Some(text.to_string()),
                    Some(loaded.to_string()),
                );
            }
            None if defaults.contains(&loaded) => {}
            None => {
                let default = defaults.first().map(|default| format!("({default})"));
                self.differ(key, default, Some(loaded.to_string()));
            }
        }
    }

    pub(super) fn time(
        &mut self,
        key: &str,
        wanted: Option<&Time>,
        defaults: &[u64],
        loaded: Option<u64>,
    ) {
        self.number(key, wanted, Time::as_secs, defaults, loaded);
    }

    /// A text that is listed if it is set.
    pub(super) fn text(
        &mut self,
        key: &str,
        wanted: Option<&Text>,
        loaded: Option<&Text>,
        same: impl FnOnce(&Text, &Text) -> Same,
    ) {
        let same = match (wanted, loaded) {
            (None, None) => Same::Yes,
            (Some(wanted), Some(loaded)) => same(wanted, loaded),
            // What is empty is nothing.
            (Some(wanted), None) => wanted.is_empty().into(),
            (None, Some(_)) => Same::No,
        };
        self.check(
            key,
            same,
            wanted.map(Text::to_string),
            loaded.map(Text::to_string),
        );
    }

    pub(super) fn texts(
        &mut self,
        key: &str,
        wanted: Option<&Vec<Text>>,
        loaded: &[Text],
        same: impl FnOnce(&[Text], &[Text]) -> Same,
    ) {
        let items = wanted.map_or(&[][..], Vec::as_slice);
        let same = same(items, loaded);
        self.check(
            key,
            same,
            wanted.map(|items| list(items)),
            Some(list(loaded)),
        );
    }

    /// What else is set, and can't be seen.
    pub(super) fn others<T: Serialize>(&mut self, wanted: &T, seen: &[&str], sections: &[&Text]) {
        let Ok(message) = vici_serde::to_message(wanted) else {
            return;
        };
        let message: Section = message;
        for (name, value) in message.iter() {
            let is_compared = matches!(value, Value::Section(_))
                && sections.iter().any(|section| section.as_bytes() == name);
            if !is_compared && !seen.iter().any(|seen| seen.as_bytes() == name) {
                self.unseen(&String::from_utf8_lossy(name));
            }
        }
    }
}

fn list(items: &[Text]) -> String {
    let items: Vec<_> = items.iter().map(Text::to_string_lossy).collect();
    format!("[{}]", items.join(", "))
}
