//! Policies: installed, removed, listed.

use core::net::IpAddr;

use vici_serde::{Message, Section};

use super::child::{Child, written};
use super::conn::Conn;
use super::request::Request;
use super::selector::Selector;
use super::state::{Output, Refused, State};

/// An installed policy of a child.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    ike: String,
    child: String,
    mode: String,
    local_ts: Vec<String>,
    remote_ts: Vec<String>,
}

impl State {
    pub(super) fn install(&mut self, request: &Request, output: Output<'_>) -> Result<(), Refused> {
        let child = request.text("child").ok_or("missing configuration name")?;
        output.config(&format!("vici install '{child}'"));
        let ike = request.text("ike");
        let found = self.find_child(ike, child);
        let found = found.ok_or("configuration name not found")?;
        let policy = Policy::new(found.0, found.1);
        self.install_policy(policy);
        Ok(())
    }

    /// Installs what is not installed yet.
    pub(super) fn install_policy(&mut self, policy: Policy) {
        let same = |other: &Policy| other.ike == policy.ike && other.child == policy.child;
        if !self.policies.iter().any(same) {
            self.policies.push(policy);
        }
    }

    pub(super) fn uninstall(
        &mut self,
        request: &Request,
        output: Output<'_>,
    ) -> Result<(), Refused> {
        let child = request.text("child").ok_or("missing configuration name")?;
        output.config(&format!("vici uninstall '{child}'"));
        let ike = request.text("ike");
        let index = self
            .policies
            .iter()
            .position(|policy| policy.child == child && ike.is_none_or(|ike| ike == policy.ike));
        let index = index.ok_or_else(|| format!("policy '{child}' not found"))?;
        self.policies.remove(index);
        Ok(())
    }

    /// Removes the policy of a child of a connection that is unloaded.
    pub(super) fn remove_policy(&mut self, ike: &str, child: &str) {
        self.policies
            .retain(|policy| policy.ike != ike || policy.child != child);
    }

    pub(super) fn list_policies(&self, request: &Request, output: Output<'_>) {
        let wanted = |key: &str, value: &str| request.text(key).is_none_or(|text| text == value);
        // Trap policies come before the others.
        let (traps, shunts): (Vec<_>, Vec<_>) = self
            .policies
            .iter()
            .partition(|policy| policy.kind() == "trap");
        for policy in traps.into_iter().chain(shunts) {
            let asked = request.has(policy.kind());
            if asked && wanted("child", &policy.child) && wanted("ike", &policy.ike) {
                output.stream("list-policy", &policy.listed());
            }
        }
    }

    /// The first child of this name, in this connection or in any.
    pub(super) fn find_child(&self, ike: Option<&str>, child: &str) -> Option<(&Conn, &Child)> {
        let conns = self.conns.iter();
        let mut conns = conns.filter(|conn| ike.is_none_or(|ike| conn.name == ike));
        conns.find_map(|conn| Some((conn, conn.child(child)?)))
    }
}

impl Policy {
    pub(super) fn new(conn: &Conn, child: &Child) -> Self {
        let resolve = |selectors: &[Selector], host: Option<IpAddr>| {
            if child.is_shunt() {
                return written(selectors);
            }
            let resolved = selectors.iter().map(|selector| match host {
                Some(host) => selector.resolve(host),
                None => selector.resolve_any(),
            });
            written(&resolved.collect::<Vec<_>>())
        };
        let peer = conn.peer().and_then(|peer| peer.parse().ok());
        Self {
            ike: conn.name.clone(),
            child: child.name.clone(),
            mode: child.mode(),
            local_ts: resolve(&child.local_ts, conn.local_address()),
            remote_ts: resolve(&child.remote_ts, peer),
        }
    }

    fn kind(&self) -> &'static str {
        match self.mode.as_str() {
            "DROP" => "drop",
            "PASS" => "pass",
            _ => "trap",
        }
    }

    fn listed(&self) -> Message {
        let listed = Section::new()
            .key("child", self.child.as_str())
            .key("ike", self.ike.as_str())
            .key("mode", self.mode.as_str())
            .list("local-ts", &self.local_ts)
            .list("remote-ts", &self.remote_ts);
        Message::new().section(format!("{}/{}", self.ike, self.child), listed)
    }
}
