//! The check of a configuration without a daemon.

mod proposal;
mod reference;
mod value;

use serde::Serialize;
use vici_client::vici_serde::{Section, Value, to_message};
use vici_types::{InvalidRequest, LoadAuthority, LoadConn, LoadPool, Pool, Request, Text};

pub(crate) use self::value::scalar;
use crate::config::Config;
use crate::problem::Problem;
use crate::table::{AUTHORITY, CONN, Inside, Kind, Table};

impl Config {
    /// What is wrong though it can be read: what a daemon would refuse or ignore, what refers to
    /// something that is not there, and what `swanctl` leaves out.
    ///
    /// Nothing is asked of a daemon, which may know less: a plugin may be missing, or a key newer than
    /// it is. Names of hosts, services and identities are not looked up.
    ///
    /// ```
    /// use vici_control::Config;
    /// use vici_types::Conn;
    ///
    /// let mut config = Config::new();
    /// config.connections.push("home", Conn::new().rekey_time("4 hours").pools(["hoem"]));
    /// let problems: Vec<String> = config.check().iter().map(ToString::to_string).collect();
    /// assert_eq!(problems, [
    ///     "connections.home.rekey_time: must be one whole number with s, m, h or d behind it, such as 90m",
    ///     "connections.home.pools: there is no pool hoem",
    /// ]);
    /// ```
    pub fn check(&self) -> Vec<Problem> {
        let mut check = Check {
            config: self,
            problems: self.ignored.clone(),
        };
        for (name, authority) in &self.authorities {
            check.section("authorities", name, authority, &AUTHORITY);
            let request = LoadAuthority::new(name, authority.clone());
            check.request("authorities", &request);
            let sources = [
                authority.cacert.is_some(),
                authority.file.is_some(),
                authority.handle.is_some(),
            ];
            if !sources.contains(&true) {
                let reason = "needs a certificate: one of cacert, file and handle";
                check.problem(format!("authorities.{name}"), reason);
            }
        }
        for (name, pool) in &self.pools {
            check.pool(name, pool);
            check.request("pools", &LoadPool::new(name, pool.clone()));
        }
        for (name, conn) in &self.connections {
            check.section("connections", name, conn, &CONN);
            check.request("connections", &LoadConn::new(name, conn.clone()));
        }
        for (index, secret) in self.secrets.iter().enumerate() {
            check.request(&format!("secrets[{index}]"), secret);
        }
        for (index, token) in self.tokens.iter().enumerate() {
            check.request(&format!("tokens[{index}]"), token);
        }
        let mut problems = check.problems;
        reference::check(self, &mut problems);
        problems
    }
}

struct Check<'a> {
    config: &'a Config,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn problem(&mut self, key: String, reason: impl Into<String>) {
        let place = self.config.place(&key).cloned();
        self.problems.push(Problem::new(place, key, reason));
    }

    /// What the types know to be wrong.
    fn request(&mut self, path: &str, request: &impl Request) {
        if let Err(error) = request.check() {
            let key = join(path, &error);
            if !self.problems.iter().any(|problem| problem.key() == key) {
                self.problem(key, error.reason());
            }
        }
    }

    /// A named part of the configuration, with all that is in it.
    fn section(&mut self, path: &str, name: &Text, part: &impl Serialize, table: &'static Table) {
        // What can't be written is told by the check of the request.
        if let Ok(message) = to_message(part) {
            self.keys(&format!("{path}.{name}"), &message, table);
        }
    }

    fn keys(&mut self, path: &str, section: &Section, table: &'static Table) {
        for (name, item) in section {
            let name = String::from_utf8_lossy(name);
            let key = format!("{path}.{name}");
            match item {
                Value::Scalar(bytes) => {
                    let text = String::from_utf8_lossy(bytes);
                    let result = table
                        .kind(&name)
                        .map_or(Ok(()), |kind| value::value(kind, &text));
                    if let Err(reason) = result {
                        self.problem(key, reason);
                    }
                }
                Value::List(items) => {
                    let Some(Kind::List(kind)) = table.kind(&name) else {
                        continue;
                    };
                    for text in items {
                        let text = String::from_utf8_lossy(text);
                        if let Err(reason) = value::item(kind, &text) {
                            let reason = format!("{}: {reason}", text.escape_debug());
                            self.problem(key.clone(), reason);
                        }
                    }
                }
                Value::Section(inner) => match table.section(&name) {
                    Some(Inside::Keys(table)) => self.keys(&key, inner, table),
                    Some(Inside::Named(table)) => {
                        for (name, child) in inner {
                            let name = String::from_utf8_lossy(name);
                            if let Value::Section(child) = child {
                                self.keys(&format!("{key}.{name}"), child, table);
                            }
                        }
                    }
                    None => {}
                },
            }
        }
    }

    fn pool(&mut self, name: &Text, pool: &Pool) {
        if let Err(reason) = value::pool(&pool.addrs.to_string_lossy()) {
            self.problem(format!("pools.{name}.addrs"), reason);
        }
        for (attribute, items) in &pool.attributes {
            // Those with numbers are any bytes.
            let named = attribute
                .as_str()
                .is_some_and(|name| name.parse::<u16>().is_err());
            for item in items.iter().filter(|_| named) {
                let text = item.to_string_lossy();
                if let Err(reason) = value::attribute(&text) {
                    let reason = format!("{}: {reason}", text.escape_debug());
                    self.problem(format!("pools.{name}.{attribute}"), reason);
                }
            }
        }
    }
}

fn join(path: &str, error: &InvalidRequest) -> String {
    let dot = if error.path().to_string().is_empty() {
        ""
    } else {
        "."
    };
    format!("{path}{dot}{}", error.path())
}
