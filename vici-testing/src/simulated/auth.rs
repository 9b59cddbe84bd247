//! Rounds of authentication.

use vici_serde::{Section, Value};

use super::generation::Generation;
use super::number;
use super::option::{self, Options, Wrong, parse};

/// A round of authentication.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Auth {
    /// Of the daemon that it is loaded by.
    generation: Generation,
    round: u32,
    pub(super) class: Option<Class>,
    pub(super) id: Option<String>,
    /// What is listed before the rest, in the reverse order of the request.
    first: Vec<(&'static str, String)>,
    /// What is listed behind that.
    last: Vec<(&'static str, String)>,
    groups: Vec<String>,
    policies: Vec<String>,
    certs: Vec<String>,
    cacerts: Vec<String>,
}

/// How a peer is authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    PreShared,
    PublicKey,
    Eap,
    XAuth,
}

impl Auth {
    /// Reads a section `local` or `remote`.
    pub(super) fn parse(section: &Section, generation: Generation) -> Result<Self, String> {
        let mut auth = Self {
            generation,
            ..Self::default()
        };
        option::read(section, &mut auth)?;
        if auth.id.is_none() {
            if let Some(subject) = auth.certs.first().cloned() {
                auth.set_id(subject);
            }
        }
        Ok(auth)
    }

    /// The rounds in the order in which they happen; there is always one.
    pub(super) fn ordered(mut rounds: Vec<Self>) -> Vec<Self> {
        if rounds.is_empty() {
            rounds.push(Self::default());
        }
        rounds.sort_by_key(|auth| auth.round);
        rounds
    }

    /// As `list-conn` shows it.
    pub(super) fn listed(&self) -> Section {
        let keys = self.first.iter().rev().chain(&self.last);
        keys.fold(Section::new(), |section, (name, value)| {
            section.key(name, value.as_str())
        })
        .list("groups", &self.groups)
        .list("cert_policy", &self.policies)
        .list("certs", &self.certs)
        .list("cacerts", &self.cacerts)
    }

    fn set_id(&mut self, id: String) {
        self.first.push(("id", id.clone()));
        self.id = Some(id);
    }

    fn set_auth(&mut self, text: &str) -> Option<()> {
        let lower = text.to_ascii_lowercase();
        let public: &[&str] = if self.generation.is_6() {
            &["pubkey", "rsa", "ecdsa", "ike:"]
        } else {
            &["pubkey", "rsa", "ecdsa", "bliss", "ike:"]
        };
        let class = if lower == "psk" {
            Class::PreShared
        } else if public.iter().any(|prefix| text.starts_with(prefix)) {
            Class::PublicKey
        } else if text == "eap" || text.starts_with("eap-") {
            Class::Eap
        } else if text == "xauth" || text.starts_with("xauth-") {
            Class::XAuth
        } else {
            return None;
        };
        self.class = Some(class);
        if let Some(backend) = text.strip_prefix("xauth-") {
            self.first.push(("xauth", backend.to_owned()));
        }
        self.first.push(("class", class.name().to_owned()));
        if let Some(method) = text.strip_prefix("eap-") {
            let method = method.split(':').next().unwrap_or(method);
            self.set_eap(method);
        }
        Some(())
    }

    fn set_eap(&mut self, method: &str) {
        if let Some(name) = EAP.iter().find(|name| name.eq_ignore_ascii_case(method)) {
            let name = format!("EAP_{}", name.to_ascii_uppercase());
            self.first.push(("eap-type", name));
            return;
        }
        let (method, vendor) = match method.split_once('-') {
            Some((method, vendor)) => (method, vendor.parse::<u32>().ok()),
            None => (method, None),
        };
        if let Ok(number) = method.parse::<u32>() {
            self.first.push(("eap-type", format!("({number})")));
            if let Some(vendor) = vendor {
                self.first.push(("eap-vendor", vendor.to_string()));
            }
        }
    }

    fn set_revocation(&mut self, word: &str) {
        let listed = match word {
            "strict" => "GOOD",
            "ifuri" => "SKIPPED",
            _ => return,
        };
        self.last.push(("revocation", listed.to_owned()));
    }
}

/// A setting of a connection as two of them are compared: a kind of public key alone is any.
pub(super) fn compared(value: &Value) -> Value {
    let Value::Section(round) = value else {
        return value.clone();
    };
    let round = round.iter().map(|(name, value)| match value.as_str() {
        Some("rsa" | "ecdsa" | "bliss") if name == b"auth" => (name, Value::from("pubkey")),
        _ => (name, value.clone()),
    });
    Value::Section(round.collect())
}

impl Options for Auth {
    fn value(&mut self, name: &str, value: &[u8]) -> Result<(), Wrong> {
        match name {
            "round" => self.round = parse(value, number::unsigned)?,
            "auth" => parse(value, |text| Some(text.to_owned()))
                .and_then(|text| self.set_auth(&text).ok_or(Wrong::Invalid))?,
            "id" => self.set_id(parse(value, option::identity)?),
            "eap_id" => self.first.push(("eap_id", parse(value, option::identity)?)),
            "aaa_id" => self.first.push(("aaa_id", parse(value, option::identity)?)),
            "xauth_id" => self
                .first
                .push(("xauth_id", parse(value, option::identity)?)),
            "ca_id" => self.last.push(("ca_id", parse(value, option::identity)?)),
            "revocation" => {
                let word = option::word(value, &["strict", "ifuri", "relaxed"])?;
                self.set_revocation(word);
            }
            _ => return Err(Wrong::Unknown),
        }
        Ok(())
    }

    fn item(&mut self, name: &str, item: &[u8]) -> Result<(), Wrong> {
        match name {
            "groups" => self.groups.push(parse(item, option::identity)?),
            "cert_policy" => self
                .policies
                .push(parse(item, |text| Some(text.to_owned()))?),
            "certs" => self.certs.push(option::certificate(item)?),
            "cacerts" => self.cacerts.push(option::certificate(item)?),
            "pubkeys" if item.is_empty() => return Err(Wrong::Invalid),
            "pubkeys" => {}
            _ => return Err(Wrong::Unknown),
        }
        Ok(())
    }

    fn section(&mut self, name: &str, section: &Section) -> Result<(), String> {
        let lower = name.to_ascii_lowercase();
        if !lower.starts_with("cert") && !lower.starts_with("cacert") {
            return Err(format!("invalid section: {name}"));
        }
        let mut source = Source::default();
        option::read(section, &mut source)?;
        // Neither files nor tokens are looked at.
        Err(match (source.file, source.handle) {
            (false, false) => format!("handle or file path missing: {name}"),
            (true, true) => format!("handle and file path given: {name}"),
            _ => format!("unable to load certificate: {name}"),
        })
    }
}

impl Class {
    fn name(self) -> &'static str {
        match self {
            Self::PreShared => "pre-shared key",
            Self::PublicKey => "public key",
            Self::Eap => "EAP",
            Self::XAuth => "XAuth",
        }
    }
}

/// Where a certificate is.
#[derive(Default)]
struct Source {
    file: bool,
    handle: bool,
}

impl Options for Source {
    fn value(&mut self, name: &str, value: &[u8]) -> Result<(), Wrong> {
        match name {
            "file" => self.file = true,
            "handle" => self.handle = true,
            "slot" => option::check(value, number::unsigned)?,
            "module" => {}
            _ => return Err(Wrong::Unknown),
        }
        Ok(())
    }

    fn item(&mut self, _: &str, _: &[u8]) -> Result<(), Wrong> {
        Err(Wrong::Unknown)
    }

    fn section(&mut self, _: &str, _: &Section) -> Result<(), String> {
        Ok(())
    }
}

/// The rounds of a connection as `list-conn` numbers them.
pub(super) fn list(listed: Section, side: &str, rounds: &[Auth]) -> Section {
    let numbered = rounds.iter().zip(1..);
    numbered.fold(listed, |listed, (auth, number)| {
        listed.key(format!("{side}-{number}"), Value::from(auth.listed()))
    })
}

const EAP: &[&str] = &[
    "identity", "md5", "gtc", "tls", "sim", "ttls", "aka", "peap", "mschapv2", "tnc", "dynamic",
    "radius",
];
