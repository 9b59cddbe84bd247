//! How a plan is made. All of it is a function of its inputs.

mod credentials;

use std::collections::HashSet;

use super::item::{Difference, Flat, Kind, differences, flatten};
use super::loaded::{Index, Loaded};
use super::memory::Memory;
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
}
