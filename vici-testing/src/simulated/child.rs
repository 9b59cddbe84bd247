//! Children of connections.

use vici_serde::Section;

use super::generation::Generation;
use super::number;
use super::option::{self, Options, Wrong, check, parse};
use super::proposal::{self, Agreed, Proposal, Protocol};
use super::selector::Selector;

/// A child as it was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Child {
    pub(super) name: String,
    /// Of the daemon that it is loaded by.
    generation: Generation,
    mode: &'static str,
    label: Option<String>,
    rekey_time: Option<u64>,
    life_time: Option<u64>,
    rekey_bytes: Option<u64>,
    life_bytes: u64,
    rekey_packets: Option<u64>,
    life_packets: u64,
    dpd_action: Action,
    close_action: Action,
    pub(super) start_action: Action,
    pub(super) local_ts: Vec<Selector>,
    pub(super) remote_ts: Vec<Selector>,
    interface: Option<String>,
    priority: u32,
    pub(super) reqid: u32,
    esp: Vec<Proposal>,
    ah: Vec<Proposal>,
}

/// What is done after loading, closing, or when the peer is dead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Action {
    pub(super) trap: bool,
    pub(super) start: bool,
}

impl Child {
    pub(super) fn parse(
        name: &str,
        section: &Section,
        generation: Generation,
    ) -> Result<Self, String> {
        let mut child = Self {
            name: name.to_owned(),
            generation,
            mode: "tunnel",
            label: None,
            rekey_time: None,
            life_time: None,
            rekey_bytes: None,
            life_bytes: 0,
            rekey_packets: None,
            life_packets: 0,
            dpd_action: Action::default(),
            close_action: Action::default(),
            start_action: Action::default(),
            local_ts: Vec::new(),
            remote_ts: Vec::new(),
            interface: None,
            priority: 0,
            reqid: 0,
            esp: Vec::new(),
            ah: Vec::new(),
        };
        option::read(section, &mut child)?;
        for selectors in [&mut child.local_ts, &mut child.remote_ts] {
            if selectors.is_empty() {
                selectors.push(Selector::DYNAMIC);
            }
        }
        Ok(child)
    }

    /// The mode as it is shown.
    pub(super) fn mode(&self) -> String {
        self.mode.to_ascii_uppercase()
    }

    /// Whether it drops or passes traffic, without any SA.
    pub(super) fn is_shunt(&self) -> bool {
        matches!(self.mode, "drop" | "pass")
    }

    /// What the peer agrees to.
    pub(super) fn proposal(&self) -> (Protocol, Agreed) {
        match (self.ah.first(), self.esp.first()) {
            (Some(proposal), None) => (Protocol::Ah, agreed(Protocol::Ah, proposal)),
            (_, Some(proposal)) => (Protocol::Esp, agreed(Protocol::Esp, proposal)),
            (None, None) => (Protocol::Esp, Proposal::agreed_by_default(Protocol::Esp)),
        }
    }

    pub(super) fn rekey_time(&self) -> u64 {
        let limit = self.life_time.filter(|_| self.generation.is_6());
        let default = limit.map_or(3600, before);
        self.rekey_time.unwrap_or(default)
    }

    pub(super) fn life_time(&self) -> u64 {
        let rekey_time = self.rekey_time();
        self.life_time.unwrap_or(rekey_time + rekey_time / 10)
    }

    /// After how much it is rekeyed. Since 5.9.9 that depends on the end of its life.
    fn soft(&self, configured: Option<u64>, life: u64) -> u64 {
        let life = if self.generation.is_6() { life } else { 0 };
        configured.unwrap_or_else(|| before(life))
    }

    /// As `list-conn` shows it.
    pub(super) fn listed(&self) -> Section {
        let mut listed = Section::new().key("mode", self.mode());
        if let Some(label) = &self.label {
            listed = listed.key("label", label.as_str());
        }
        listed = listed
            .key("rekey_time", self.rekey_time())
            .key("rekey_bytes", self.soft(self.rekey_bytes, self.life_bytes))
            .key(
                "rekey_packets",
                self.soft(self.rekey_packets, self.life_packets),
            )
            .key("dpd_action", self.dpd_action.name())
            .key("close_action", self.close_action.name());
        if self.generation.is_6_1() {
            let defaults = Proposal::defaults(Protocol::Esp);
            let none = self.esp.is_empty() && self.ah.is_empty();
            let esp = if none { &defaults } else { &self.esp };
            listed = listed
                .section("esp_proposals", proposal::list(esp))
                .section("ah_proposals", proposal::list(&self.ah));
        }
        listed = listed
            .list("local-ts", written(&self.local_ts))
            .list("remote-ts", written(&self.remote_ts));
        if let Some(interface) = &self.interface {
            listed = listed.key("interface", interface.as_str());
        }
        if self.priority != 0 {
            listed = listed.key("priority", self.priority);
        }
        listed
    }
}

/// What the peer takes of a proposal, which may be the first of the defaults.
fn agreed(protocol: Protocol, proposal: &Proposal) -> Agreed {
    if Proposal::defaults(protocol).first() == Some(proposal) {
        return Proposal::agreed_by_default(protocol);
    }
    proposal.agreed()
}

/// A tenth of it before that.
fn before(life: u64) -> u64 {
    life.saturating_mul(10) / 11
}

/// Traffic selectors as they are shown.
pub(super) fn written(selectors: &[Selector]) -> Vec<String> {
    selectors.iter().map(Selector::to_string).collect()
}

impl Options for Child {
    fn value(&mut self, name: &str, value: &[u8]) -> Result<(), Wrong> {
        match name {
            "mode" if self.generation.is_6_1() => {
                self.mode = option::word(value, &[MODES, &["iptfs"]].concat())?;
            }
            "mode" => self.mode = option::word(value, MODES)?,
            "label" => {
                let text = parse(value, |text| (!text.is_empty()).then(|| text.to_owned()))?;
                let hex = text.bytes().map(|byte| format!("{byte:02x}"));
                self.label = Some(hex.collect::<String>() + "00");
            }
            "rekey_time" => self.rekey_time = Some(parse(value, number::time)?),
            "life_time" => self.life_time = Some(parse(value, number::time)?),
            "rekey_bytes" => self.rekey_bytes = Some(parse(value, number::volume)?),
            "rekey_packets" => self.rekey_packets = Some(parse(value, number::long)?),
            "dpd_action" => self.dpd_action = parse(value, Action::parse)?,
            "close_action" => self.close_action = parse(value, Action::parse)?,
            "start_action" => self.start_action = parse(value, Action::parse)?,
            "interface" => self.interface = Some(parse(value, |text| Some(text.to_owned()))?),
            "priority" => self.priority = parse(value, number::unsigned)?,
            "reqid" => self.reqid = parse(value, number::unsigned)?,
            "rand_time" | "inactivity" => check(value, number::time)?,
            "life_bytes" => self.life_bytes = parse(value, number::volume)?,
            "rand_bytes" => check(value, number::volume)?,
            "life_packets" => self.life_packets = parse(value, number::long)?,
            "rand_packets" => check(value, number::long)?,
            "replay_window" => check(value, number::unsigned)?,
            "hostaccess" | "policies" | "policies_fwd_out" | "ipcomp" | "mark_in_sa"
            | "sha256_96" | "copy_df" | "copy_ecn" => check(value, number::boolean)?,
            "mark_in" | "mark_out" => check(value, |text| mark(text, false))?,
            "set_mark_in" | "set_mark_out" => check(value, |text| mark(text, true))?,
            "if_id_in" | "if_id_out" => check(value, option::interface_id)?,
            "tfc_padding" => check(value, |text| {
                (text == "mtu" || number::unsigned(text).is_some()).then_some(())
            })?,
            "hw_offload" => check(value, |text| {
                let known = ["no", "yes", "auto"].contains(&text);
                let newer = self.generation.is_6() && ["crypto", "packet"].contains(&text);
                (known || newer).then_some(())
            })?,
            "per_cpu_sas" if self.generation.is_6_1() => check(value, |text| {
                (text == "encap" || number::boolean(text).is_some()).then_some(())
            })?,
            "copy_dscp" => drop(option::word(value, &["no", "in", "out", "yes"])?),
            "label_mode" => drop(option::word(value, &["system", "simple"])?),
            "updown" => check(value, |_| Some(()))?,
            _ => return Err(Wrong::Unknown),
        }
        Ok(())
    }

    fn item(&mut self, name: &str, item: &[u8]) -> Result<(), Wrong> {
        let generation = self.generation;
        let proposals = |protocol| parse(item, |text| Proposal::parse(protocol, text, generation));
        match name {
            "esp_proposals" => self.esp.extend(proposals(Protocol::Esp)?),
            "ah_proposals" => self.ah.extend(proposals(Protocol::Ah)?),
            "local_ts" => self.local_ts.push(parse(item, Selector::parse)?),
            "remote_ts" => self.remote_ts.push(parse(item, Selector::parse)?),
            _ => return Err(Wrong::Unknown),
        }
        Ok(())
    }

    fn section(&mut self, _: &str, _: &Section) -> Result<(), String> {
        // Sections in a child are ignored.
        Ok(())
    }
}

impl Action {
    fn parse(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let action = |trap, start| Some(Self { trap, start });
        match lower.as_str() {
            "" | "none" | "clear" => return action(false, false),
            "trap" | "route" => return action(true, false),
            "start" | "restart" => return action(false, true),
            _ => {}
        }
        let mut both = Self::default();
        for part in lower.split('|') {
            match part.trim() {
                "trap" => both.trap = true,
                "start" => both.start = true,
                _ => return None,
            }
        }
        Some(both)
    }

    fn name(self) -> &'static str {
        match (self.trap, self.start) {
            (false, false) => "none",
            (true, false) => "trap",
            (false, true) => "start",
            (true, true) => "trap | start",
        }
    }
}

fn mark(text: &str, set: bool) -> Option<()> {
    let (value, mask) = match text.split_once('/') {
        Some((value, mask)) => (value, Some(mask)),
        None => (text, None),
    };
    let word = if set {
        value == "%same"
    } else {
        matches!(value, "%unique" | "%unique-dir")
    };
    if !word {
        number::unsigned(value)?;
    }
    if let Some(mask) = mask {
        number::unsigned(mask)?;
    }
    Some(())
}

const MODES: &[&str] = &[
    "tunnel",
    "transport",
    "transport_proxy",
    "beet",
    "drop",
    "pass",
];
