//! One thing of a configuration, flattened so that two of it can be compared key by key.

use std::collections::BTreeMap;

use serde_derive::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use vici_client::vici_serde::{Section, Text, Value, to_message};
use vici_types::{Time, Volume};

use crate::key;
use crate::problem::join;
use crate::table::{Inside, Table};

/// What a step is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Kind {
    /// A certificate, a CRL or a raw public key.
    Certificate,
    /// A private key.
    Key,
    /// A private key on a token.
    Token,
    /// A shared secret.
    Secret,
    /// A certification authority.
    Authority,
    /// A pool of addresses.
    Pool,
    /// A connection.
    Connection,
}

impl Kind {
    /// All kinds, in the order in which they are loaded.
    pub const ALL: &'static [Self] = &[
        Self::Certificate,
        Self::Key,
        Self::Token,
        Self::Secret,
        Self::Authority,
        Self::Pool,
        Self::Connection,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::Key => "key",
            Self::Token => "token",
            Self::Secret => "secret",
            Self::Authority => "authority",
            Self::Pool => "pool",
            Self::Connection => "connection",
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// A key that is not as it is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// The key, such as `children.net.mode`.
    pub key: String,
    /// What is wanted; none if the key is not, or if it is secret.
    pub wanted: Option<String>,
    /// What is loaded; none if nothing is, or if it is secret or not known.
    pub loaded: Option<String>,
}

impl Difference {
    pub(crate) fn new(
        key: impl Into<String>,
        wanted: Option<String>,
        loaded: Option<String>,
    ) -> Self {
        Self {
            key: key.into(),
            wanted,
            loaded,
        }
    }
}

impl From<vici_types::Difference> for Difference {
    fn from(listed: vici_types::Difference) -> Self {
        Self::new(listed.path, listed.wanted, listed.loaded)
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = |text: &str| text.escape_debug().to_string();
        let key = shown(&self.key);
        match (&self.wanted, &self.loaded) {
            (Some(wanted), Some(loaded)) => {
                write!(
                    f,
                    "{key}: wanted {}, loaded {}",
                    shown(wanted),
                    shown(loaded)
                )
            }
            (Some(wanted), None) => write!(f, "{key}: wanted {}, not loaded", shown(wanted)),
            (None, Some(loaded)) => write!(f, "{key}: not wanted, loaded {}", shown(loaded)),
            (None, None) => write!(f, "{key}: is another one"),
        }
    }
}

/// The keys of something with their values, in one spelling each.
pub(crate) type Flat = BTreeMap<String, Flattened>;

/// A value as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Flattened {
    Text(String),
    /// The SHA-256 of what is long, or secret.
    Hash(String),
}

impl Flattened {
    fn shown(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Hash(_) => None,
        }
    }

    /// A hash of bytes that are not secret.
    pub(crate) fn hash(bytes: &[u8]) -> Self {
        Self::Hash(hex(&Sha256::digest(bytes)))
    }

    /// A hash of a secret, which nobody can compare with that of another machine.
    pub(crate) fn secret(salt: &[u8], bytes: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(salt);
        hash.update(bytes);
        Self::Hash(hex(&hash.finalize()))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The keys in which two differ.
pub(crate) fn differences(wanted: &Flat, loaded: &Flat) -> Vec<Difference> {
    let mut keys: Vec<&String> = wanted.keys().chain(loaded.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter()
        .filter(|key| wanted.get(*key) != loaded.get(*key))
        .map(|key| {
            let shown = |flat: &Flat| flat.get(key).and_then(Flattened::shown);
            Difference::new(key, shown(wanted), shown(loaded))
        })
        .collect()
}

/// Flattens a part of a request.
pub(crate) fn flatten(part: &impl serde::Serialize, table: Option<&'static Table>) -> Flat {
    let mut flat = Flat::new();
    if let Ok(message) = to_message(part) {
        add(&mut flat, "", &message, table);
    }
    flat
}

fn add(flat: &mut Flat, around: &str, section: &Section, table: Option<&'static Table>) {
    let mut sections = Vec::new();
    for (name, value) in section {
        let name = String::from_utf8_lossy(name);
        let path = join(around, &name);
        match value {
            Value::Scalar(bytes) => {
                flat.insert(path, scalar(&name, bytes, table));
            }
            Value::List(items) => {
                flat.insert(path, list(items));
            }
            Value::Section(inner) => match table.and_then(|table| table.section(&name)) {
                Some(Inside::Named(table)) => {
                    for (name, inner) in inner {
                        let path = join(&path, &String::from_utf8_lossy(name));
                        if let Value::Section(inner) = inner {
                            flat.insert(path.clone(), Flattened::Text("a child".to_owned()));
                            add(flat, &path, inner, Some(table));
                        }
                    }
                }
                inside => {
                    let table = match inside {
                        Some(Inside::Keys(table)) => Some(table),
                        _ => None,
                    };
                    sections.push(name.to_string());
                    add(flat, &path, inner, table);
                }
            },
        }
    }
    if !sections.is_empty() {
        // The order of rounds counts.
        let rounds = Flattened::Text(sections.join(", "));
        flat.insert(join(around, "rounds"), rounds);
    }
}

/// Above this a text is remembered by its hash.
const LONG: usize = 512;

fn scalar(name: &str, bytes: &[u8], table: Option<&'static Table>) -> Flattened {
    use crate::table::Kind as Key;

    let Some(text) = printable(bytes) else {
        return credential(bytes);
    };
    let plain = match table.and_then(|table| table.kind(name)) {
        Some(Key::Duration) => Time::from(text)
            .as_secs()
            .map(|seconds| format!("{seconds}s")),
        Some(Key::Volume) => Volume::from(text).as_bytes().map(|bytes| bytes.to_string()),
        Some(Key::Word(_)) => Some(text.to_ascii_lowercase()),
        _ => None,
    };
    Flattened::Text(plain.unwrap_or_else(|| text.to_owned()))
}

fn list(items: &[Text]) -> Flattened {
    let texts: Option<Vec<&str>> = items.iter().map(|item| printable(item)).collect();
    match texts.map(|texts| texts.join(", ")) {
        Some(text) if text.len() <= LONG => Flattened::Text(text),
        Some(text) => Flattened::hash(text.as_bytes()),
        None => {
            let mut all = Sha256::new();
            for item in items {
                let der = key::certificate_der(item);
                let der = der.as_deref().map_or(item.as_bytes(), Vec::as_slice);
                all.update(Sha256::digest(der));
            }
            Flattened::Hash(hex(&all.finalize()))
        }
    }
}

fn credential(bytes: &[u8]) -> Flattened {
    match key::certificate_der(bytes) {
        Ok(der) => Flattened::hash(&der),
        Err(_) => Flattened::hash(bytes),
    }
}

fn printable(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes)
        .ok()
        .filter(|text| text.len() <= LONG && !text.contains(char::is_control))
}
