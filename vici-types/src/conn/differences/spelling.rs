//! The same thing in the words of requests and in those of `list-conns`.

use core::net::IpAddr;

use crate::conn::AuthInfo;
use crate::value::{Text, TrafficSelector};
use crate::word::{AuthClass, EapType};

/// Whether two spellings are of the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Same {
    Yes,
    No,
    /// Nobody can tell who does not have all of the daemon's tables.
    Unknown,
}

impl From<bool> for Same {
    fn from(same: bool) -> Self {
        if same { Self::Yes } else { Self::No }
    }
}

/// A word of a request in lower case: the daemon reads it in any.
pub(super) fn plain<W: AsRef<str> + From<String>>(word: &W) -> W {
    W::from(word.as_ref().to_ascii_lowercase())
}

/// The method of a round.
pub(super) struct Method {
    class: AuthClass,
    /// `EAP_MD5`; none of those that are numbers, and of EAP in general.
    eap_type: Option<EapType>,
    eap_vendor: Option<u32>,
    xauth: Option<String>,
    /// Whether it says more than can be seen.
    has_more: bool,
}

impl Method {
    pub(super) fn new(auth: Option<&Text>) -> Self {
        let text = auth
            .map_or("pubkey".into(), Text::to_string_lossy)
            .to_lowercase();
        let mut method = Self {
            class: AuthClass::PublicKey,
            eap_type: None,
            eap_vendor: None,
            xauth: None,
            has_more: false,
        };
        let (base, rest) = text
            .split_once('-')
            .map_or((text.as_str(), None), |(base, rest)| (base, Some(rest)));
        match base {
            "psk" => method.class = AuthClass::PreSharedKey,
            "any" => method.class = AuthClass::Any,
            "xauth" => {
                method.class = AuthClass::Xauth;
                method.xauth = rest.map(str::to_owned);
            }
            "eap" => {
                method.class = AuthClass::Eap;
                method.eap(rest);
            }
            _ => method.has_more = text != "pubkey",
        }
        method
    }

    fn eap(&mut self, kind: Option<&str>) {
        let Some(kind) = kind else { return };
        let (kind, vendor) = kind
            .split_once('-')
            .map_or((kind, None), |(kind, vendor)| (kind, Some(vendor)));
        self.eap_vendor = vendor.and_then(|vendor| vendor.parse().ok());
        if kind.bytes().all(|byte| byte.is_ascii_digit()) {
            self.has_more = true;
            return;
        }
        match EapType::from(format!("EAP_{}", kind.to_uppercase())) {
            // The daemon takes it for any.
            EapType::Other(_) => {}
            known => self.eap_type = Some(known),
        }
    }

    /// Whether it is the method of a round that is listed.
    pub(super) fn is(&self, info: &AuthInfo) -> Same {
        let class = info.class.as_ref().unwrap_or(&AuthClass::PublicKey);
        let same = *class == self.class
            && self.eap_vendor == info.eap_vendor
            && self.xauth.as_deref() == info.xauth.as_ref().and_then(Text::as_str)
            && (self.has_more || self.eap_type == info.eap_type);
        match same {
            true if self.has_more => Same::Unknown,
            same => same.into(),
        }
    }

    /// What is listed, in one line.
    pub(super) fn shown(info: &AuthInfo) -> String {
        let class = info.class.as_ref().map_or("public key", AuthClass::as_str);
        let kinds = [
            info.eap_type.as_ref().map(ToString::to_string),
            info.eap_vendor.map(|vendor| vendor.to_string()),
            info.xauth.as_ref().map(Text::to_string),
        ];
        kinds
            .into_iter()
            .flatten()
            .fold(class.to_owned(), |shown, kind| shown + " " + &kind)
    }
}

/// Whether two lists have the same items, of which one may hold several with commas between them.
pub(super) fn same_lists(wanted: &[Text], loaded: &[Text]) -> Same {
    fn items(list: &[Text]) -> Vec<String> {
        let texts: Vec<_> = list.iter().map(Text::to_string_lossy).collect();
        let items = texts.iter().flat_map(|text| text.split(','));
        let items = items.map(|item| item.trim().to_owned());
        items.filter(|item| !item.is_empty()).collect()
    }
    (items(wanted) == items(loaded)).into()
}

/// Whether an identity is listed as it was loaded, but for its type and the blanks of a
/// distinguished name.
pub(super) fn same_id(wanted: &Text, loaded: &Text) -> Same {
    let (Some(wanted), Some(loaded)) = (wanted.as_str(), loaded.as_str()) else {
        return (wanted == loaded).into();
    };
    const TYPES: &[&str] = &[
        "fqdn:",
        "dns:",
        "email:",
        "rfc822:",
        "userfqdn:",
        "ipv4:",
        "ipv6:",
        "keyid:",
        "asn1dn:",
        "xmppaddr:",
        "@@",
        "@",
    ];
    let plain = TYPES
        .iter()
        .find_map(|kind| wanted.strip_prefix(kind))
        .unwrap_or(wanted);
    let is_address = |text: &str| text.parse::<IpAddr>().ok();
    if wanted == loaded || plain == loaded {
        return Same::Yes;
    }
    if plain.starts_with('#') || wanted.contains(":#") {
        return Same::Unknown;
    }
    if let (Some(wanted), Some(loaded)) = (is_address(plain), is_address(loaded)) {
        return (wanted == loaded).into();
    }
    if plain.contains('=') && loaded.contains('=') {
        return match (parts(plain), parts(loaded)) {
            (Some(wanted), Some(loaded)) => (wanted == loaded).into(),
            _ => Same::Unknown,
        };
    }
    // The daemon has names of its own for any, and for what it cannot read.
    if ["%any", "*", "0.0.0.0", "::", ""].contains(&plain) && loaded == "%any" {
        return Same::Yes;
    }
    Same::No
}

/// The parts of a distinguished name; none if it has quotes, in which anything may stand.
fn parts(name: &str) -> Option<Vec<(String, &str)>> {
    if name.contains(['"', '\\']) {
        return None;
    }
    let separator = if name.starts_with('/') { '/' } else { ',' };
    let parts = name.split(separator).filter(|part| !part.trim().is_empty());
    parts
        .map(|part| {
            let (key, value) = part.split_once('=')?;
            let key = match key.trim().to_uppercase().as_str() {
                "EMAIL" | "EMAILADDRESS" => "E".to_owned(),
                key => key.to_owned(),
            };
            Some((key, value.trim()))
        })
        .collect()
}

/// Whether two lists select the same traffic.
pub(super) fn same_selectors(wanted: &[Text], loaded: &[Text]) -> Same {
    let dynamic = [Text::from("dynamic")];
    let wanted = selectors(if wanted.is_empty() { &dynamic } else { wanted });
    let loaded = selectors(loaded);
    // The daemon leaves out what is in another one.
    let mut kept: Vec<&Selector> = Vec::new();
    for (index, selector) in wanted.iter().enumerate() {
        let mut others = wanted
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != index);
        let is_in = others
            .any(|(at, other)| selector.is_in(other) && !(other.is_in(selector) && at > index));
        if !is_in {
            kept.push(selector);
        }
    }
    let missing: Vec<_> = kept
        .iter()
        .filter(|selector| !loaded.contains(selector))
        .collect();
    let more: Vec<_> = loaded
        .iter()
        .filter(|selector| !kept.contains(selector))
        .collect();
    if missing.is_empty() && more.is_empty() {
        return Same::Yes;
    }
    let are_alike = missing.len() == more.len()
        && missing
            .iter()
            .zip(&more)
            .all(|(wanted, loaded)| wanted.may_be(loaded));
    if are_alike { Same::Unknown } else { Same::No }
}

#[derive(Debug, PartialEq)]
struct Selector {
    /// None of a dynamic one, which has no addresses yet.
    range: Option<(IpAddr, IpAddr)>,
    /// The text of what has no range.
    text: String,
    protocol: Option<String>,
    port: Option<String>,
}

impl Selector {
    fn is_in(&self, other: &Self) -> bool {
        let in_range = match (self.range, other.range) {
            (Some((first, last)), Some((from, to))) => {
                first.is_ipv4() == from.is_ipv4() && from <= first && last <= to
            }
            _ => self.range == other.range && self.text == other.text,
        };
        let limited =
            |mine: &Option<String>, others: &Option<String>| others.is_none() || mine == others;
        in_range && limited(&self.protocol, &other.protocol) && limited(&self.port, &other.port)
    }

    /// Whether they may be the same, one by name and one by number.
    fn may_be(&self, other: &Self) -> bool {
        fn named(a: Option<&String>, b: Option<&String>) -> bool {
            let is_number = |text: &String| text.starts_with(|c: char| c.is_ascii_digit());
            match (a, b) {
                (Some(a), Some(b)) => a == b || is_number(a) != is_number(b),
                (a, b) => a == b,
            }
        }
        self.range == other.range
            && self.text == other.text
            && named(self.protocol.as_ref(), other.protocol.as_ref())
            && named(self.port.as_ref(), other.port.as_ref())
    }
}

fn selectors(list: &[Text]) -> Vec<Selector> {
    let all = list.iter().map(|text| {
        let selector = TrafficSelector::from(text);
        let range = selector.range();
        let addresses = text.to_string_lossy();
        let addresses = addresses.split('[').next().unwrap_or_default().trim();
        Selector {
            range,
            text: if range.is_some() {
                String::new()
            } else {
                addresses.to_owned()
            },
            protocol: selector.protocol().map(protocol),
            port: selector
                .port()
                .filter(|port| *port != "any")
                .map(str::to_owned),
        }
    });
    all.collect()
}

/// The number of a protocol, where it is known by heart.
fn protocol(name: &str) -> String {
    let number = match name {
        "icmp" => "1",
        "tcp" => "6",
        "udp" => "17",
        "gre" => "47",
        "esp" => "50",
        "ah" => "51",
        "ipv6-icmp" | "icmpv6" => "58",
        "ospf" => "89",
        "sctp" => "132",
        name => name,
    };
    number.to_owned()
}
