//! Secrets, certificates and keys.

use std::collections::HashSet;

use super::{Maker, Seen, keys_but};
use crate::apply::request::Request;
use crate::key;
use crate::plan::item::{Kind, differences};
use crate::plan::memory::{cert_keys, cert_name, secret_name};
use crate::plan::{Action, Why};

impl Maker<'_> {
    pub(super) fn secrets(&mut self) {
        let config = self.config;
        let mut wanted = HashSet::new();
        for secret in &config.secrets {
            let name = secret_name(secret);
            if !self.is_within(Kind::Secret, &name) {
                continue;
            }
            let request = || Request::LoadShared(Box::new(secret.clone()));
            let keys = self.memory.secret_keys(secret);
            if secret.id.is_none() {
                // A daemon does not list it, and loading it again adds nothing.
                self.step(Action::Load, Kind::Secret, &name, Why::Unseen, request());
            } else if self.loaded.secrets.contains(&name[..]) {
                let seen = Seen {
                    drift: Vec::new(),
                    untold: keys_but(&keys, &["id"]),
                    wanted: keys,
                    unseen: "get-shared does not tell them",
                };
                self.compare(Kind::Secret, &name, seen, request);
            } else {
                self.load(Kind::Secret, &name, request());
            }
            wanted.insert(name);
        }
        let loaded = self.loaded.secrets.iter().copied();
        for name in self.unwanted(Kind::Secret, loaded, &wanted) {
            let step = self.unload(Kind::Secret, name, Request::UnloadShared(name.into()));
            self.unload_last.push(step);
        }
    }

    pub(super) fn certificates(&mut self) {
        let config = self.config;
        if !self.scope.has(Kind::Certificate) {
            return;
        }
        let mut wanted = HashSet::new();
        for cert in &config.certs {
            let name = cert_name(cert);
            let der = key::certificate_der(cert.data.as_bytes());
            let der = der.as_ref().map_or(cert.data.as_bytes(), |der| &der[..]);
            let is_loaded = self.loaded.certs.contains(der);
            let request = || Request::LoadCert(Box::new(cert.clone()));
            if wanted.contains(&name) {
                continue;
            }
            if !is_loaded {
                self.load(Kind::Certificate, &name, request());
            } else if let Some(known) = self.memory.keys(Kind::Certificate, &name) {
                let found = differences(&cert_keys(cert), known);
                if !found.is_empty() {
                    self.step(
                        Action::Replace,
                        Kind::Certificate,
                        &name,
                        Why::Differs(found),
                        request(),
                    );
                }
            }
            wanted.insert(name);
        }
        for name in self.memory.names(Kind::Certificate) {
            if !wanted.contains(name) {
                let reason = "no more wanted; a daemon unloads certificates only all together, with clear-creds";
                self.unseen.add(Kind::Certificate, name, Vec::new(), reason);
            }
        }
    }

    pub(super) fn keys(&mut self) {
        let config = self.config;
        let mut wanted = HashSet::new();
        // Whether all that is wanted is known by the identifier that a daemon gives it.
        let mut all_known = true;
        for private in config.keys.iter().filter(|_| self.scope.has(Kind::Key)) {
            let remembered = self.memory.key_name(private);
            let id = key::identifier(private.data.expose())
                .or_else(|| self.memory.id(Kind::Key, &remembered).map(str::to_owned));
            let request = Request::LoadKey(Box::new(private.clone()));
            match id {
                Some(id) => {
                    if !self.loaded.keys.contains(&id[..]) && !wanted.contains(&id) {
                        self.load(Kind::Key, &id, request);
                    }
                    wanted.insert(id);
                }
                None => {
                    all_known = false;
                    let name = &remembered[..16];
                    self.step(Action::Load, Kind::Key, name, Why::Unseen, request);
                }
            }
        }
        for token in config.tokens.iter().filter(|_| self.scope.has(Kind::Token)) {
            let name = token.handle.to_string();
            let request = || Request::LoadToken(Box::new(token.clone()));
            let keys = self.memory.token_keys(token);
            match self.memory.id(Kind::Token, &name).map(str::to_owned) {
                Some(id) if self.loaded.keys.contains(&id[..]) => {
                    let seen = Seen {
                        drift: Vec::new(),
                        wanted: keys,
                        untold: Vec::new(),
                        unseen: "",
                    };
                    self.compare(Kind::Token, &name, seen, request);
                    wanted.insert(id);
                }
                Some(_) => self.load(Kind::Token, &name, request()),
                None => {
                    all_known = false;
                    self.step(Action::Load, Kind::Token, &name, Why::Unseen, request());
                }
            }
        }
        if !self.scope.has(Kind::Key) || !self.scope.unloads() {
            return;
        }
        let mut unwanted: Vec<&str> = self.loaded.keys.iter().copied().collect();
        unwanted.retain(|id| !wanted.contains(*id));
        unwanted.sort_unstable();
        for id in unwanted {
            if self.memory.has_id(id) || self.scope.is_all_names() && all_known {
                let step = self.unload(Kind::Key, id, Request::UnloadKey(id.into()));
                self.unload_last.push(step);
            } else if self.scope.is_all_names() {
                let reason =
                    "it may be one of those that are wanted, whose identifiers are not known yet";
                self.unseen.add(Kind::Key, id, Vec::new(), reason);
            }
        }
    }
}
