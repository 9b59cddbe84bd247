use std::collections::BTreeMap;
use std::fmt;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use serde_derive::{Deserialize, Serialize};
use vici_types::{LoadCert, LoadKey, LoadShared, LoadToken};

use super::item::{Flat, Flattened, Kind, flatten};
use crate::config::Config;
use crate::table::{AUTHORITY, CONN};

/// What was loaded, for the next plan: a daemon does not tell all that it has.
///
/// Of secrets and keys it holds hashes only, of the rest the values, so that a plan can tell which differ.
/// It goes through any serde format. Keep it where `swanctl.conf` is kept: a hash lets whoever has it try
/// out secrets that are easy to guess.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    salt: String,
    #[serde(default)]
    items: BTreeMap<Kind, BTreeMap<String, Item>>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Item {
    keys: Flat,
    /// What the daemon calls a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

impl Memory {
    /// Of nothing.
    pub fn new() -> Self {
        // Each is seeded by the system, so that no two memories have equal hashes.
        let number = || RandomState::new().build_hasher().finish();
        let salt = (0..4).map(|_| format!("{:016x}", number())).collect();
        Self {
            salt,
            items: BTreeMap::new(),
        }
    }

    /// Takes it that all of a configuration is loaded, as after `swanctl --load-all`. What a daemon shows
    /// is still compared.
    pub fn adopt(&mut self, config: &Config) {
        for cert in &config.certs {
            self.remember(Kind::Certificate, &cert_name(cert), cert_keys(cert), None);
        }
        for key in &config.keys {
            let name = self.key_name(key);
            self.remember(Kind::Key, &name, Flat::new(), None);
        }
        for token in &config.tokens {
            let name = token.handle.to_string();
            self.remember(Kind::Token, &name, self.token_keys(token), None);
        }
        for secret in &config.secrets {
            let keys = self.secret_keys(secret);
            self.remember(Kind::Secret, &secret_name(secret), keys, None);
        }
        for (name, authority) in &config.authorities {
            let keys = flatten(authority, Some(&AUTHORITY));
            self.remember(Kind::Authority, &name.to_string(), keys, None);
        }
        for (name, pool) in &config.pools {
            self.remember(Kind::Pool, &name.to_string(), flatten(pool, None), None);
        }
        for (name, conn) in &config.connections {
            let keys = flatten(conn, Some(&CONN));
            self.remember(Kind::Connection, &name.to_string(), keys, None);
        }
    }

    pub(crate) fn remember(&mut self, kind: Kind, name: &str, keys: Flat, id: Option<String>) {
        let items = self.items.entry(kind).or_default();
        items.insert(name.to_owned(), Item { keys, id });
    }

    pub(crate) fn forget(&mut self, kind: Kind, name: &str) {
        if let Some(items) = self.items.get_mut(&kind) {
            // The name of a key to be unloaded is what the daemon calls it.
            items.retain(|key, item| key != name && item.id.as_deref() != Some(name));
        }
    }

    /// The keys of something that was loaded.
    pub(crate) fn keys(&self, kind: Kind, name: &str) -> Option<&Flat> {
        Some(&self.items.get(&kind)?.get(name)?.keys)
    }

    /// What the daemon called something when it was loaded.
    pub(crate) fn id(&self, kind: Kind, name: &str) -> Option<&str> {
        self.items.get(&kind)?.get(name)?.id.as_deref()
    }

    /// Whether the daemon gave this identifier to something that was loaded.
    pub(crate) fn has_id(&self, id: &str) -> bool {
        let mut items = self.items.values().flat_map(BTreeMap::values);
        items.any(|item| item.id.as_deref() == Some(id))
    }

    pub(crate) fn names(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.items
            .get(&kind)
            .into_iter()
            .flat_map(|items| items.keys().map(String::as_str))
    }

    /// A key is known by the hash of what is sent.
    pub(crate) fn key_name(&self, key: &LoadKey) -> String {
        match Flattened::secret(self.salt.as_bytes(), key.data.expose()) {
            Flattened::Hash(hash) | Flattened::Text(hash) => hash,
        }
    }

    pub(crate) fn secret_keys(&self, secret: &LoadShared) -> Flat {
        let mut plain = secret.clone();
        plain.data = vici_types::Secret::default();
        plain.type_ = plain.type_.as_str().to_ascii_uppercase().into();
        let mut keys = flatten(&plain, None);
        let hash = Flattened::secret(self.salt.as_bytes(), secret.data.expose());
        keys.insert("data".to_owned(), hash);
        keys
    }

    pub(crate) fn token_keys(&self, token: &LoadToken) -> Flat {
        let mut plain = token.clone();
        let pin = plain.pin.take();
        let mut keys = flatten(&plain, None);
        if let Some(pin) = pin {
            let hash = Flattened::secret(self.salt.as_bytes(), pin.expose());
            keys.insert("pin".to_owned(), hash);
        }
        keys
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self
            .items
            .iter()
            .map(|(kind, items)| (kind.as_str(), items.len()));
        f.debug_map().entries(counts).finish()
    }
}

/// Certificates have no names; this is the hash of their contents.
pub(crate) fn cert_name(cert: &LoadCert) -> String {
    let der = crate::key::certificate_der(cert.data.as_bytes());
    let bytes = der.as_ref().map_or(cert.data.as_bytes(), |der| &der[..]);
    match Flattened::hash(bytes) {
        Flattened::Hash(hash) | Flattened::Text(hash) => hash,
    }
}

pub(crate) fn cert_keys(cert: &LoadCert) -> Flat {
    let mut keys = Flat::new();
    keys.insert(
        "type".to_owned(),
        Flattened::Text(cert.type_.to_string().to_ascii_uppercase()),
    );
    if let Some(flag) = &cert.flag {
        keys.insert(
            "flag".to_owned(),
            Flattened::Text(flag.to_string().to_ascii_uppercase()),
        );
    }
    keys
}

/// The identifier of a secret; empty if it has none.
pub(crate) fn secret_name(secret: &LoadShared) -> String {
    secret
        .id
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default()
}
