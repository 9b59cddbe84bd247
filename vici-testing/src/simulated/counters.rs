//! Counters of what happened.

use vici_serde::{Message, Section};

use super::request::Request;

/// The global counters, and those of the connections that had anything to count.
#[derive(Clone, Debug, Default)]
pub(super) struct Counters {
    global: Set,
    conns: Vec<(String, Set)>,
}

type Set = [u64; NAMES.len()];

impl Counters {
    /// Counts these, once each, for all and for a connection if it is known.
    pub(super) fn count(&mut self, conn: Option<&str>, names: &[&str]) {
        let conn = conn.and_then(|conn| {
            let index = self.conns.iter().position(|(name, _)| name == conn);
            if index.is_none() {
                self.conns.push((conn.to_owned(), Set::default()));
            }
            let set = match index {
                Some(index) => self.conns.get_mut(index),
                None => self.conns.last_mut(),
            };
            set.map(|(_, set)| set)
        });
        for set in [Some(&mut self.global), conn].into_iter().flatten() {
            for (counter, name) in set.iter_mut().zip(NAMES) {
                *counter += u64::from(names.contains(&name));
            }
        }
    }

    pub(super) fn get(&self, request: &Request) -> Message {
        let empty = Section::new();
        let found = if request.flag("all") {
            let conns = self.conns.iter();
            Some(conns.fold(empty, |shown, (name, set)| shown.section(name, show(set))))
        } else if let Some(name) = request.text("name") {
            let mut conns = self.conns.iter();
            let found = conns.find(|(other, _)| other == name);
            found.map(|(name, set)| empty.section(name, show(set)))
        } else {
            Some(empty.section("", show(&self.global)))
        };
        let success = found.is_some();
        let shown = found.unwrap_or_default();
        let message = Message::new()
            .section("counters", shown)
            .key("success", success);
        if success {
            return message;
        }
        message.key("errmsg", "no counters found for this connection")
    }

    pub(super) fn reset(&mut self, request: &Request) {
        if request.flag("all") {
            *self = Self::default();
        } else if let Some(name) = request.text("name") {
            self.conns.retain(|(other, _)| other != name);
        } else {
            self.global = Set::default();
        }
    }
}

fn show(set: &Set) -> Section {
    NAMES
        .iter()
        .zip(set)
        .map(|(name, count)| (name, *count))
        .collect()
}

const NAMES: [&str; 21] = [
    "ike-rekey-init",
    "ike-rekey-resp",
    "child-rekey",
    "invalid",
    "invalid-spi",
    "ike-init-in-req",
    "ike-init-in-resp",
    "ike-init-out-req",
    "ike-init-out-resp",
    "ike-auth-in-req",
    "ike-auth-in-resp",
    "ike-auth-out-req",
    "ike-auth-out-resp",
    "create-child-in-req",
    "create-child-in-resp",
    "create-child-out-req",
    "create-child-out-resp",
    "info-in-req",
    "info-in-resp",
    "info-out-req",
    "info-out-resp",
];
