//! How a plan is made. All of it is a function of its inputs.

use std::collections::HashSet;

use super::item::{Difference, Flat, Kind, differences, flatten};
use super::loaded::{Index, Loaded};
use super::memory::{Memory, cert_keys, cert_name, secret_name};
use super::scope::Scope;
use super::{Action, Plan, Step, UnseenNames, Why, drift};
use crate::apply::request::Request;
use crate::config::Config;
use crate::key;
use crate::table::{AUTHORITY, CONN};

impl Plan {
    /// What has to be done so that a daemon that has `loaded` equals `config`, within `scope`.
    ///
    /// `memory` is of what was loaded before, by [`Plan::apply`](Self::apply) or
    /// [`Memory::adopt`]: with it all keys are compared, and without it those that a daemon lists.
    pub fn new(config: &Config, loaded: &Loaded, memory: &Memory, scope: &Scope) -> Self {
        let mut maker = Maker {
            config,
            loaded: &Index::new(loaded),
            memory,
            scope,
            steps: Vec::new(),
            unload_last: Vec::new(),
            unseen: UnseenNames::default(),
        };
        maker.unwanted_connections();
        maker.certificates();
        maker.keys();
        maker.secrets();
        maker.authorities();
        maker.pools();
        maker.connections();
        // What connections use is unloaded when they use it no more.
        maker.steps.append(&mut maker.unload_last);
        Self {
            steps: maker.steps,
            unseen: maker.unseen.finish(),
        }
    }
}

struct Maker<'a> {
    config: &'a Config,
    loaded: &'a Index<'a>,
    memory: &'a Memory,
    scope: &'a Scope,
    steps: Vec<Step>,
    unload_last: Vec<Step>,
    unseen: UnseenNames,
}

/// What is known of something that is wanted and loaded.
struct Seen {
    /// What a daemon lists that is not as wanted.
    drift: Vec<Difference>,
    wanted: Flat,
    /// Which of the wanted keys a daemon does not tell.
    untold: Vec<String>,
    /// What else is not known without memory.
    unseen: &'static str,
}

/// The wanted keys but for these.
fn keys_but(wanted: &Flat, told: &[&str]) -> Vec<String> {
    let keys = wanted.keys().filter(|key| !told.contains(&key.as_str()));
    keys.cloned().collect()
}

const OUTSIDE: &str =
    "its name does not begin with the prefix of the scope, so that it is left alone";

impl Maker<'_> {
    fn step(&mut self, action: Action, kind: Kind, name: &str, why: Why, request: Request) {
        self.steps.push(Step {
            action,
            kind,
            name: name.to_owned(),
            why,
            request,
        });
    }

    fn load(&mut self, kind: Kind, name: &str, request: Request) {
        self.step(Action::Load, kind, name, Why::NotLoaded, request);
    }

    fn unload(&self, kind: Kind, name: &str, request: Request) -> Step {
        Step {
            action: Action::Unload,
            kind,
            name: name.to_owned(),
            why: Why::NotWanted,
            request,
        }
    }

    /// Something that is loaded: replaced if it differs.
    fn compare(&mut self, kind: Kind, name: &str, seen: Seen, request: impl FnOnce() -> Request) {
        let mut found = seen.drift;
        let known = self.memory.keys(kind, name);
        if let Some(known) = known {
            for difference in differences(&seen.wanted, known) {
                if !found.iter().any(|other| other.key == difference.key) {
                    found.push(difference);
                }
            }
        }
        found.sort_by(|a, b| a.key.cmp(&b.key));
        if !found.is_empty() {
            self.step(Action::Replace, kind, name, Why::Differs(found), request());
        } else if known.is_none() && self.scope.reloads() {
            self.step(Action::Replace, kind, name, Why::Unseen, request());
        } else if known.is_none() {
            let mut untold = seen.untold;
            untold.sort();
            self.unseen.add(kind, name, untold, seen.unseen);
        }
    }

    /// Whether something that is wanted lies within the scope. What has another name than the scope allows
    /// is told, for nobody who names a prefix means to lose it.
    fn is_within(&mut self, kind: Kind, name: &str) -> bool {
        let within = self.scope.has_name(kind, name);
        if !within && self.scope.has(kind) {
            self.unseen.add(kind, name, Vec::new(), OUTSIDE);
        }
        within
    }

    fn unwanted<'n>(
        &self,
        kind: Kind,
        loaded: impl Iterator<Item = &'n str>,
        wanted: &HashSet<String>,
    ) -> Vec<&'n str> {
        let mut names: Vec<&str> = loaded
            .filter(|name| self.scope.unloads() && self.scope.has_name(kind, name))
            .filter(|name| !wanted.contains(*name))
            .collect();
        names.sort_unstable();
        names
    }

    fn unwanted_connections(&mut self) {
        let names = self.config.connections.names();
        let wanted = names.map(ToString::to_string).collect();
        let loaded = self.loaded.conns.iter().copied();
        for name in self.unwanted(Kind::Connection, loaded, &wanted) {
            let request = Request::UnloadConn(name.into());
            let step = self.unload(Kind::Connection, name, request);
            self.steps.push(step);
        }
    }

    fn connections(&mut self) {
        let config = self.config;
        for (name, conn) in &config.connections {
            let name = name.to_string();
            if !self.is_within(Kind::Connection, &name) {
                continue;
            }
            let request = || Request::LoadConn(name.as_str().into(), Box::new(conn.clone()));
            if !self.loaded.conns.contains(&name[..]) {
                self.load(Kind::Connection, &name, request());
                continue;
            }
            let listed = self.loaded.conn_infos.get(&name);
            let listed = listed.map(|info| info.differences(conn));
            let wanted = flatten(conn, Some(&CONN));
            let untold = match &listed {
                Some(listed) => listed.unseen.clone(),
                None => keys_but(&wanted, &[]),
            };
            let drift = listed.into_iter().flatten();
            let drift = drift.map(Difference::from).collect();
            let seen = Seen {
                drift,
                wanted,
                unseen: if untold.is_empty() {
                    "list-conns does not tell whether there are other keys"
                } else {
                    "list-conns does not tell them, nor whether there are others"
                },
                untold,
            };
            self.compare(Kind::Connection, &name, seen, request);
        }
    }

    fn authorities(&mut self) {
        let config = self.config;
        for (name, authority) in &config.authorities {
            let name = name.to_string();
            if !self.is_within(Kind::Authority, &name) {
                continue;
            }
            let request =
                || Request::LoadAuthority(name.as_str().into(), Box::new(authority.clone()));
            if !self.loaded.authorities.contains(&name[..]) {
                self.load(Kind::Authority, &name, request());
                continue;
            }
            let info = self.loaded.authority_infos.get(&name);
            let mut found = info
                .map(|info| drift::authority(authority, info))
                .unwrap_or_default();
            if let Some(cert) = &authority.cacert {
                let der = key::certificate_der(cert.as_bytes());
                if der.is_ok_and(|der| !self.loaded.certs.contains(&der[..])) {
                    found.push(Difference::new("cacert", None, None));
                }
            }
            let wanted = flatten(authority, Some(&AUTHORITY));
            let seen = Seen {
                drift: found,
                untold: keys_but(&wanted, &["cert_uri_base", "crl_uris", "ocsp_uris"]),
                wanted,
                unseen: "list-authorities does not tell which certificate it has",
            };
            self.compare(Kind::Authority, &name, seen, request);
        }
        let wanted = config
            .authorities
            .names()
            .map(ToString::to_string)
            .collect();
        let loaded = self.loaded.authorities.iter().copied();
        for name in self.unwanted(Kind::Authority, loaded, &wanted) {
            let step = self.unload(Kind::Authority, name, Request::UnloadAuthority(name.into()));
            self.unload_last.push(step);
        }
    }

    fn pools(&mut self) {
        let config = self.config;
        for (name, pool) in &config.pools {
            let name = name.to_string();
            if !self.is_within(Kind::Pool, &name) {
                continue;
            }
            let request = || Request::LoadPool(name.as_str().into(), Box::new(pool.clone()));
            let Some(info) = self.loaded.pools.get(&name[..]) else {
                self.load(Kind::Pool, &name, request());
                continue;
            };
            let wanted = flatten(pool, None);
            let seen = Seen {
                drift: drift::pool(pool, info),
                untold: keys_but(&wanted, &["addrs"]),
                wanted,
                unseen: "get-pools does not tell its attributes",
            };
            self.compare(Kind::Pool, &name, seen, request);
        }
        let wanted = config.pools.names().map(ToString::to_string).collect();
        let loaded = self.loaded.pools.keys().copied();
        for name in self.unwanted(Kind::Pool, loaded, &wanted) {
            let step = self.unload(Kind::Pool, name, Request::UnloadPool(name.into()));
            self.unload_last.push(step);
        }
    }

    fn secrets(&mut self) {
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

    fn certificates(&mut self) {
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

    fn keys(&mut self) {
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
