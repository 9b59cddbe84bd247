//! IKE_SAs and CHILD_SAs, as they are shown.

use core::net::IpAddr;
use std::time::Instant;

use vici_serde::{Message, Section};

use super::algorithm::Algorithm;
use super::output::{About, Output};
use super::proposal::{Agreed, Protocol};
use super::request::Request;
use super::traffic::Traffic;

/// An IKE_SA.
#[derive(Clone, Debug)]
pub(super) struct IkeSa {
    pub(super) name: String,
    pub(super) id: u32,
    pub(super) version: u32,
    pub(super) initiator: bool,
    pub(super) local_host: IpAddr,
    pub(super) remote_host: IpAddr,
    pub(super) local_id: String,
    pub(super) remote_id: String,
    pub(super) initiator_spi: u64,
    pub(super) responder_spi: u64,
    pub(super) proposal: Agreed,
    /// Since when it is up; not at all while it is being established.
    pub(super) established: Option<Instant>,
    /// In how many seconds after that it is rekeyed at the latest, is rekeyed, and reauthenticated.
    pub(super) rekey_limit: Option<u64>,
    pub(super) rekey_time: Option<u64>,
    pub(super) reauth_time: Option<u64>,
    pub(super) local_vips: Vec<String>,
    pub(super) remote_vips: Vec<String>,
    /// The identifiers of the next requests: of ours, and of the peer.
    pub(super) message_ids: [u32; 2],
    /// Whether the first exchange is over, after which the ends know each other.
    pub(super) met: bool,
    /// Whether it is known which connection it belongs to.
    pub(super) chosen: bool,
    pub(super) mobike: bool,
    /// The child to establish with it.
    pub(super) wanted: Option<String>,
    pub(super) children: Vec<ChildSa>,
}

/// A CHILD_SA.
#[derive(Clone, Debug)]
pub(super) struct ChildSa {
    pub(super) name: String,
    pub(super) id: u32,
    pub(super) reqid: u32,
    pub(super) mode: String,
    pub(super) protocol: Protocol,
    pub(super) spi_in: u32,
    pub(super) spi_out: u32,
    pub(super) proposal: Agreed,
    /// What it has after a rekeying.
    pub(super) later_proposal: Agreed,
    pub(super) received: Traffic,
    pub(super) sent: Traffic,
    pub(super) installed: Instant,
    pub(super) rekey_time: u64,
    pub(super) life_time: u64,
    pub(super) local_ts: Vec<String>,
    pub(super) remote_ts: Vec<String>,
}

/// What is shown of an IKE_SA at a moment.
#[derive(Clone, Copy, Default)]
pub(super) struct Moment<'a> {
    /// The state, unless it is up or being established.
    pub(super) state: Option<&'a str>,
    /// The tasks that it works on.
    pub(super) tasks: &'a [&'a str],
    /// Whether the peer has begun them.
    pub(super) passive: bool,
}

impl<'a> Moment<'a> {
    /// When it works on these tasks, which we have begun or the peer.
    pub(super) fn of(ours: bool, tasks: &'a [&'a str]) -> Self {
        Self {
            tasks,
            passive: !ours,
            ..Self::default()
        }
    }

    pub(super) fn in_state(self, state: &'a str) -> Self {
        Self {
            state: Some(state),
            ..self
        }
    }
}

/// How far an attempt has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    Established,
    Failed,
    /// The IKE_SA of this number waits for its peer.
    Waiting(u32),
    /// There is such an IKE_SA already.
    Exists,
}

/// Lists IKE_SAs with their children.
pub(super) fn list(sas: &[IkeSa], request: &Request, output: Output<'_>) {
    let ike = request.text("ike");
    let ike_id = request.number("ike-id").filter(|id| *id != 0);
    let child = request.text("child");
    let child_id = request.number("child-id").filter(|id| *id != 0);
    for sa in sas {
        let named = ike.is_none_or(|name| name == sa.name);
        if !named || ike_id.is_some_and(|id| id != i64::from(sa.id)) {
            continue;
        }
        let children = sa.children.iter().filter(|sa| {
            child.is_none_or(|name| name == sa.name)
                && child_id.is_none_or(|id| id == i64::from(sa.id))
        });
        let children = children.map(|sa| (sa.unique_name(), sa.shown("INSTALLED")));
        let tasks = if sa.is_established() {
            Vec::new()
        } else {
            sa.tasks_of_init()
        };
        let moment = Moment::of(sa.initiator, &tasks);
        let shown = sa.shown(moment).section("child-sas", children.collect());
        output.stream("list-sa", &Message::new().section(&sa.name, shown));
    }
}

impl IkeSa {
    pub(super) fn is_established(&self) -> bool {
        self.established.is_some()
    }

    /// As the log calls it.
    pub(super) fn about(&self) -> (&str, u32) {
        let name = if self.chosen { &self.name } else { "(unnamed)" };
        (name, self.id)
    }

    /// What it works on while it is being established.
    pub(super) fn tasks_of_init(&self) -> Vec<&'static str> {
        let known = |task: &&str| self.mobike || *task != "IKE_MOBIKE";
        let tasks = CONNECTING.iter().copied().filter(known);
        let wanted = self.wanted.as_ref().map(|_| "CHILD_CREATE");
        tasks.chain(wanted).collect()
    }

    /// What is left of that when it is about to authenticate.
    pub(super) fn tasks_of_auth(&self) -> Vec<&'static str> {
        let done = ["IKE_VENDOR", "IKE_INIT", "IKE_NATD"];
        let mut tasks = self.tasks_of_init();
        tasks.retain(|task| !done.contains(task));
        tasks
    }

    /// Logs how long it lives.
    pub(super) fn log_times(&self, about: About<'_>, output: Output<'_>) {
        if let (Some(time), Some(limit)) = (self.rekey_time, self.rekey_limit) {
            let msg = format!("scheduling rekeying in {time}s");
            output.log("IKE", 1, about, &msg);
            let longest = time + limit / 10;
            let msg = format!("maximum IKE_SA lifetime {longest}s");
            output.log("IKE", 1, about, &msg);
        }
    }

    /// The identifier of the next request of one side.
    pub(super) fn next_message(&mut self, ours: bool) -> u32 {
        let [next, peers] = &mut self.message_ids;
        let next = if ours { next } else { peers };
        *next += 1;
        *next - 1
    }

    /// `192.0.2.1[moon]...192.0.2.2[sun]`
    pub(super) fn ends(&self) -> String {
        let [local, remote] = [self.local_host, self.remote_host];
        format!("{local}[{}]...{remote}[{}]", self.local_id, self.remote_id)
    }

    pub(super) fn child(&self, name: &str) -> Option<&ChildSa> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All but the children.
    pub(super) fn shown(&self, moment: Moment<'_>) -> Section {
        let up = self.is_established();
        let state = if up { "ESTABLISHED" } else { "CONNECTING" };
        let state = moment.state.unwrap_or(state);
        let port = if self.met { 4500 } else { 500 };
        let id = |id: &str| {
            if self.met {
                id.to_owned()
            } else {
                "%any".to_owned()
            }
        };
        let mut shown = Section::new()
            .key("uniqueid", self.id)
            .key("version", self.version)
            .key("state", state)
            .key("local-host", self.local_host.to_string())
            .key("local-port", port)
            .key("local-id", id(&self.local_id))
            .key("remote-host", self.remote_host.to_string())
            .key("remote-port", port)
            .key("remote-id", id(&self.remote_id));
        if self.initiator {
            shown = shown.key("initiator", true);
        }
        shown = shown
            .key("initiator-spi", format!("{:016x}", self.initiator_spi))
            .key("responder-spi", format!("{:016x}", self.responder_spi));
        if self.met {
            shown = algorithms(shown, &self.proposal, true);
        }
        if let Some(since) = self.established {
            if state == "ESTABLISHED" {
                shown = times(shown, since, self.rekey_time, self.reauth_time);
            }
            for (name, addresses) in [
                ("local-vips", &self.local_vips),
                ("remote-vips", &self.remote_vips),
            ] {
                if !addresses.is_empty() {
                    shown = shown.list(name, addresses);
                }
            }
        }
        if moment.tasks.is_empty() {
            return shown;
        }
        let kind = if moment.passive {
            "tasks-passive"
        } else {
            "tasks-active"
        };
        shown.list(kind, moment.tasks)
    }

    /// An event that it goes up or down.
    pub(super) fn updown(&self, up: bool, moment: Moment<'_>) -> Message {
        let message = if up {
            Message::new().key("up", true)
        } else {
            Message::new()
        };
        message.section(&self.name, self.shown(moment))
    }

    /// An event that one of its children goes up or down.
    pub(super) fn child_updown(
        &self,
        up: bool,
        moment: Moment<'_>,
        child: &ChildSa,
        state: &str,
    ) -> Message {
        let children = Section::new().section(child.unique_name(), child.shown(state));
        let shown = self.shown(moment).section("child-sas", children);
        let message = if up {
            Message::new().key("up", true)
        } else {
            Message::new()
        };
        message.section(&self.name, shown)
    }
}

impl ChildSa {
    /// The name of its section.
    pub(super) fn unique_name(&self) -> String {
        format!("{}-{}", self.name, self.id)
    }

    /// As the log calls it.
    pub(super) fn numbered(&self) -> String {
        format!("{}{{{}}}", self.name, self.id)
    }

    /// As the log describes it.
    pub(super) fn selectors(&self) -> String {
        let [local, remote] = [&self.local_ts, &self.remote_ts];
        format!("TS {} === {}", local.join(" "), remote.join(" "))
    }

    pub(super) fn spis(&self) -> String {
        format!("SPIs {:08x}_i {:08x}_o", self.spi_in, self.spi_out)
    }

    pub(super) fn shown(&self, state: &str) -> Section {
        let protocol = match self.protocol {
            Protocol::Ah => "AH",
            _ => "ESP",
        };
        let mut shown = Section::new()
            .key("name", self.name.as_str())
            .key("uniqueid", self.id)
            .key("reqid", self.reqid)
            .key("state", state)
            .key("mode", self.mode.as_str())
            .key("protocol", protocol)
            .key("spi-in", format!("{:08x}", self.spi_in))
            .key("spi-out", format!("{:08x}", self.spi_out));
        shown = algorithms(shown, &self.proposal, false);
        shown = self.received.show(shown, "in");
        shown = self.sent.show(shown, "out");
        let age = self.installed.elapsed().as_secs();
        if self.rekey_time != 0 {
            shown = shown.key("rekey-time", left(self.rekey_time, age));
        }
        if self.life_time != 0 {
            shown = shown.key("life-time", left(self.life_time, age));
        }
        shown
            .key("install-time", age)
            .list("local-ts", &self.local_ts)
            .list("remote-ts", &self.remote_ts)
    }
}

fn algorithms(mut shown: Section, proposal: &Agreed, prf: bool) -> Section {
    let pairs = [
        ("encr", proposal.encryption.as_ref()),
        ("integ", proposal.integrity.as_ref()),
    ];
    for (kind, algorithm) in pairs {
        if let Some(Algorithm { name, key_size }) = algorithm {
            shown = shown.key(format!("{kind}-alg"), name.as_str());
            if let Some(size) = key_size {
                shown = shown.key(format!("{kind}-keysize"), *size);
            }
        }
    }
    if let Some(algorithm) = proposal.prf.as_ref().filter(|_| prf) {
        shown = shown.key("prf-alg", algorithm.name.as_str());
    }
    if let Some(algorithm) = &proposal.key_exchange {
        shown = shown.key("dh-group", algorithm.name.as_str());
    }
    for (number, algorithm) in &proposal.additional {
        shown = shown.key(format!("ake{number}"), algorithm.name.as_str());
    }
    if proposal.esn {
        shown = shown.key("esn", 1);
    }
    shown
}

fn times(shown: Section, since: Instant, rekey: Option<u64>, reauth: Option<u64>) -> Section {
    let age = since.elapsed().as_secs();
    let shown = shown.key("established", age);
    let times = [("rekey-time", rekey), ("reauth-time", reauth)];
    times
        .into_iter()
        .fold(shown, |shown, (name, time)| match time {
            Some(time) => shown.key(name, left(time, age)),
            None => shown,
        })
}

/// The seconds until something happens that may be overdue.
fn left(time: u64, age: u64) -> i64 {
    let seconds = |time| i64::try_from(time).unwrap_or(i64::MAX);
    seconds(time).saturating_sub(seconds(age))
}

/// What an IKE_SA works on while it is being established.
const CONNECTING: &[&str] = &[
    "IKE_VENDOR",
    "IKE_INIT",
    "IKE_NATD",
    "IKE_CERT_PRE",
    "IKE_AUTH",
    "IKE_CERT_POST",
    "IKE_CONFIG",
    "IKE_AUTH_LIFETIME",
    "IKE_MOBIKE",
    "IKE_ESTABLISH",
];
