//! Policies: installed, removed, listed.

use core::net::IpAddr;

use vici_serde::{Message, Section};

use super::child::{Child, written};
use super::conn::Conn;
use super::generation::Generation;
use super::output::{Output, Refused};
use super::request::Request;
use super::selector::Selector;

/// An installed policy of a child.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    ike: String,
    child: String,
    /// None where there are no SAs, or the daemon does not show it.
    reqid: Option<u32>,
    mode: String,
    local_ts: Vec<String>,
    remote_ts: Vec<String>,
}

/// All that are installed.
#[derive(Debug, Default)]
pub(super) struct Policies(Vec<Policy>);

impl Policies {
    /// Installs what is not installed yet.
    pub(super) fn install(&mut self, mut policy: Policy) {
        let same = |other: &Policy| other.ike == policy.ike && other.child == policy.child;
        if self.0.iter().any(same) {
            return;
        }
        if policy.reqid == Some(0) {
            let used = |id: &u32| self.0.iter().any(|other| other.reqid == Some(*id));
            policy.reqid = (1..).find(|id| !used(id));
        }
        self.0.push(policy);
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
            .0
            .iter()
            .position(|policy| policy.child == child && ike.is_none_or(|ike| ike == policy.ike));
        let index = index.ok_or_else(|| format!("policy '{child}' not found"))?;
        self.0.remove(index);
        Ok(())
    }

    /// Removes the policy of a child of a connection that is unloaded.
    pub(super) fn remove(&mut self, ike: &str, child: &str) {
        self.0
            .retain(|policy| policy.ike != ike || policy.child != child);
    }

    pub(super) fn list(&self, request: &Request, output: Output<'_>) {
        let wanted = |key: &str, value: &str| request.text(key).is_none_or(|text| text == value);
        // Trap policies come before the others.
        let (traps, shunts): (Vec<_>, Vec<_>) =
            self.0.iter().partition(|policy| policy.kind() == "trap");
        for policy in traps.into_iter().chain(shunts) {
            let asked = request.has(policy.kind());
            if asked && wanted("child", &policy.child) && wanted("ike", &policy.ike) {
                output.stream("list-policy", &policy.listed());
            }
        }
    }
}

impl Policy {
    pub(super) fn new(conn: &Conn, child: &Child, generation: Generation) -> Self {
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
            reqid: (generation.is_6_1() && !child.is_shunt()).then_some(child.reqid),
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
        let mut listed = Section::new().key("child", self.child.as_str());
        if let Some(reqid) = self.reqid {
            listed = listed.key("reqid", reqid);
        }
        let listed = listed
            .key("ike", self.ike.as_str())
            .key("mode", self.mode.as_str())
            .list("local-ts", &self.local_ts)
            .list("remote-ts", &self.remote_ts);
        Message::new().section(format!("{}/{}", self.ike, self.child), listed)
    }
}
