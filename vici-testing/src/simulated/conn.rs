//! Connections: loaded, listed.

use core::net::IpAddr;

use vici_serde::Section;

use super::auth::{self, Auth};
use super::child::Child;
use super::generation::Generation;
use super::number;
use super::option::{self, Options, Wrong, check, parse};
use super::proposal::{self, Agreed, Proposal, Protocol};
use super::request::text_of_name;

/// A connection as it was loaded.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Conn {
    pub(super) name: String,
    /// Of the daemon that it is loaded by.
    generation: Generation,
    local_port: u32,
    remote_port: u32,
    local_addrs: Vec<String>,
    remote_addrs: Vec<String>,
    version: u32,
    reauth_time: Option<u64>,
    rekey_time: Option<u64>,
    unique: &'static str,
    dpd_delay: u64,
    dpd_timeout: u64,
    ppk_id: Option<String>,
    ppk_required: bool,
    proposals: Vec<Proposal>,
    pub(super) mobike: bool,
    pub(super) vips: Vec<String>,
    pub(super) pools: Vec<String>,
    pub(super) local: Vec<Auth>,
    pub(super) remote: Vec<Auth>,
    pub(super) children: Vec<Child>,
    /// All of it but the children, to see whether it has changed.
    settings: Section,
}

impl Conn {
    pub(super) fn parse(
        name: &str,
        section: &Section,
        generation: Generation,
    ) -> Result<Self, String> {
        let mut conn = Self {
            name: name.to_owned(),
            generation,
            local_port: 500,
            remote_port: 500,
            local_addrs: Vec::new(),
            remote_addrs: Vec::new(),
            version: 0,
            reauth_time: None,
            rekey_time: None,
            unique: "no",
            dpd_delay: 0,
            dpd_timeout: 0,
            ppk_id: None,
            ppk_required: false,
            proposals: Vec::new(),
            mobike: true,
            vips: Vec::new(),
            pools: Vec::new(),
            local: Vec::new(),
            remote: Vec::new(),
            children: Vec::new(),
            settings: Section::new(),
        };
        option::read(section, &mut conn)?;
        for addresses in [&mut conn.local_addrs, &mut conn.remote_addrs] {
            if addresses.is_empty() {
                addresses.push("%any".to_owned());
            }
        }
        conn.local = Auth::ordered(conn.local);
        conn.remote = Auth::ordered(conn.remote);
        let settings = section.iter();
        let settings = settings.filter(|(name, _)| !name.eq_ignore_ascii_case(b"children"));
        conn.settings = settings
            .map(|(name, value)| (name, auth::compared(value)))
            .collect();
        Ok(conn)
    }

    /// Whether only its children differ, if anything.
    pub(super) fn has_settings_of(&self, other: &Self) -> bool {
        self.settings == other.settings
    }

    pub(super) fn child(&self, name: &str) -> Option<&Child> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The IKE version that is initiated.
    pub(super) fn version(&self) -> u32 {
        if self.is_ikev1() { 1 } else { 2 }
    }

    pub(super) fn is_ikev1(&self) -> bool {
        self.version == 1
    }

    /// The name or address of the peer, unless any is meant.
    pub(super) fn peer(&self) -> Option<&str> {
        let addresses = self.remote_addrs.iter().map(String::as_str);
        let mut single = addresses.filter(|address| {
            !address.starts_with('%') && !address.contains(['/', '-']) || is_name(address)
        });
        single.next()
    }

    /// Our own address, if it is configured.
    pub(super) fn local_address(&self) -> Option<IpAddr> {
        let mut addresses = self.local_addrs.iter();
        addresses.find_map(|address| address.parse().ok())
    }

    /// What the peer agrees to.
    pub(super) fn proposal(&self) -> Agreed {
        let default = Proposal::defaults(Protocol::Ike);
        match self.proposals.first() {
            Some(first) if default.first() != Some(first) => first.agreed(),
            _ => Proposal::agreed_by_default(Protocol::Ike),
        }
    }

    pub(super) fn rekey_time(&self) -> u64 {
        match (self.rekey_time, self.reauth_time) {
            (Some(time), _) => time,
            (None, Some(_)) => 0,
            (None, None) => 4 * 3600,
        }
    }

    pub(super) fn reauth_time(&self) -> u64 {
        self.reauth_time.unwrap_or(0)
    }

    /// As `list-conn` shows it.
    pub(super) fn listed(&self) -> Section {
        let mut listed = Section::new()
            .list("local_addrs", &self.local_addrs)
            .list("remote_addrs", &self.remote_addrs);
        if self.generation.is_6_1() {
            listed = listed
                .key("local_port", self.local_port)
                .key("remote_port", self.remote_port);
        }
        listed = listed
            .key(
                "version",
                match self.version {
                    0 if self.generation.is_6_1() => "IKEv2".to_owned(),
                    0 => "IKEv1/2".to_owned(),
                    version => format!("IKEv{version}"),
                },
            )
            .key("reauth_time", self.reauth_time())
            .key("rekey_time", self.rekey_time())
            .key("unique", format!("UNIQUE_{}", self.unique.to_uppercase()));
        if self.generation.is_6_1() {
            listed = match self.proposals.as_slice() {
                [] => listed.section(
                    "proposals",
                    proposal::list(&Proposal::defaults(Protocol::Ike)),
                ),
                proposals => listed.section("proposals", proposal::list(proposals)),
            };
        }
        for (name, seconds) in [
            ("dpd_delay", self.dpd_delay),
            ("dpd_timeout", self.dpd_timeout),
        ] {
            if seconds != 0 {
                listed = listed.key(name, seconds);
            }
        }
        if let Some(id) = &self.ppk_id {
            listed = listed.key("ppk_id", id.as_str());
        }
        if self.ppk_required {
            listed = listed.key("ppk_required", true);
        }
        listed = auth::list(listed, "local", &self.local);
        listed = auth::list(listed, "remote", &self.remote);
        let children = self.children.iter();
        let children = children.map(|child| (child.name.as_str(), child.listed()));
        let listed = listed.section("children", children.collect());
        Section::new().section(&self.name, listed)
    }
}

/// Whether it is the name of a host, which may have dashes.
fn is_name(address: &str) -> bool {
    let ranged = address.split('-').all(|end| end.parse::<IpAddr>().is_ok());
    !ranged && !address.contains('/') && address.contains(|c: char| c.is_ascii_alphabetic())
}

impl Options for Conn {
    fn value(&mut self, name: &str, value: &[u8]) -> Result<(), Wrong> {
        match name {
            "version" => self.version = parse(value, number::unsigned)?,
            "reauth_time" => self.reauth_time = Some(parse(value, number::time)?),
            "rekey_time" => self.rekey_time = Some(parse(value, number::time)?),
            "over_time" | "rand_time" => check(value, number::time)?,
            "dpd_delay" => self.dpd_delay = parse(value, number::time)?,
            "dpd_timeout" => self.dpd_timeout = parse(value, number::time)?,
            "unique" => self.unique = option::word(value, &["no", "never", "keep", "replace"])?,
            "ppk_id" => self.ppk_id = Some(parse(value, option::identity)?),
            "ppk_required" => self.ppk_required = parse(value, number::boolean)?,
            "mobike" => self.mobike = parse(value, number::boolean)?,
            "aggressive" | "pull" | "encap" | "send_certreq" | "mediation" => {
                check(value, number::boolean)?;
            }
            "local_port" => self.local_port = parse(value, number::unsigned)?,
            "remote_port" => self.remote_port = parse(value, number::unsigned)?,
            "keyingtries" => check(value, number::unsigned)?,
            "if_id_in" | "if_id_out" => check(value, option::interface_id)?,
            "dscp" => check(value, |text| {
                text.bytes()
                    .all(|digit| matches!(digit, b'0' | b'1'))
                    .then_some(())
            })?,
            "fragmentation" => drop(option::word(value, &["yes", "accept", "force", "no"])?),
            "childless" if self.generation.is_6() => {
                option::word(value, &["allow", "prefer", "force", "never"]).map(drop)?;
            }
            "childless" => drop(option::word(value, &["allow", "force", "never"])?),
            "ocsp" if self.generation.is_6() => {
                option::word(value, &["reply", "request", "both", "never"]).map(drop)?;
            }
            "send_cert" => drop(option::word(value, &["always", "ifasked", "never"])?),
            "mediated_by" | "mediation_peer" => check(value, |_| Some(()))?,
            _ => return Err(Wrong::Unknown),
        }
        Ok(())
    }

    fn item(&mut self, name: &str, item: &[u8]) -> Result<(), Wrong> {
        match name {
            "local_addrs" => self.local_addrs.extend(parse(item, split)?),
            "remote_addrs" => self.remote_addrs.extend(parse(item, split)?),
            "pools" => self.pools.extend(parse(item, split)?),
            "proposals" => {
                let generation = self.generation;
                let parse_one = |text: &str| Proposal::parse(Protocol::Ike, text, generation);
                self.proposals.extend(parse(item, parse_one)?);
            }
            "vips" => self.vips.push(parse(item, virtual_address)?),
            _ => return Err(Wrong::Unknown),
        }
        Ok(())
    }

    fn section(&mut self, name: &str, section: &Section) -> Result<(), String> {
        let lower = name.to_ascii_lowercase();
        if lower == "children" {
            for (name, value) in section.iter() {
                if let Some(section) = value.as_section() {
                    let child = Child::parse(&text_of_name(name), section, self.generation)?;
                    self.children.push(child);
                }
            }
            return Ok(());
        }
        let rounds = if lower.starts_with("local") {
            &mut self.local
        } else if lower.starts_with("remote") {
            &mut self.remote
        } else {
            return Err(format!("invalid section: {name}"));
        };
        rounds.push(Auth::parse(section, self.generation)?);
        Ok(())
    }
}

fn split(text: &str) -> Option<Vec<String>> {
    let parts = text.split(',').map(str::trim);
    let parts = parts.filter(|part| !part.is_empty());
    Some(parts.map(str::to_owned).collect())
}

fn virtual_address(text: &str) -> Option<String> {
    Some(match text {
        "%any" | "%any4" => "0.0.0.0".to_owned(),
        "%any6" => "::".to_owned(),
        address => address.parse::<IpAddr>().ok()?.to_string(),
    })
}
