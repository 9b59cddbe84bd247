//! What `list-conns` tells of a connection, beside what is wanted.
//!
//! Only what can be compared for certain is: a key that is not wanted has the default of the release, and
//! names and identities are listed in another spelling.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use vici_types::{
    Action, ChildInfo, Conn, ConnChild, ConnInfo, Named, Text, Time, TrafficSelector,
};

use super::item::Difference;

pub(super) fn conn(wanted: &Conn, loaded: &ConnInfo) -> Vec<Difference> {
    let mut found = Found::default();
    found.addresses(
        "local_addrs",
        wanted.local_addrs.as_ref(),
        &loaded.local_addrs,
    );
    found.addresses(
        "remote_addrs",
        wanted.remote_addrs.as_ref(),
        &loaded.remote_addrs,
    );
    if let Some(version) = &wanted.version {
        let listed = match loaded.version.as_str() {
            "IKEv1" => "1",
            "IKEv2" => "2",
            _ => "0",
        };
        found.text("version", version.as_str(), listed);
    }
    let unique = wanted
        .unique
        .as_ref()
        .map_or("no", |unique| unique.as_str());
    if let Some(listed) = &loaded.unique {
        let listed = listed
            .as_str()
            .trim_start_matches("UNIQUE_")
            .to_ascii_lowercase();
        found.text("unique", &unique.to_ascii_lowercase(), &listed);
    }
    // Only listed if it is not zero.
    let or_zero = |listed: Option<u64>| Some(listed.unwrap_or(0));
    let zero = Some(Time::from("0"));
    let dpd_delay = wanted.dpd_delay.as_ref().or(zero.as_ref());
    found.time("dpd_delay", dpd_delay, or_zero(loaded.dpd_delay));
    let dpd_timeout = wanted.dpd_timeout.as_ref().or(zero.as_ref());
    found.time("dpd_timeout", dpd_timeout, or_zero(loaded.dpd_timeout));
    found.time("rekey_time", wanted.rekey_time.as_ref(), loaded.rekey_time);
    found.time(
        "reauth_time",
        wanted.reauth_time.as_ref(),
        loaded.reauth_time,
    );
    for (key, wanted, listed) in [
        ("local_port", wanted.local_port, loaded.local_port),
        ("remote_port", wanted.remote_port, loaded.remote_port),
    ] {
        if let (Some(wanted), Some(listed)) = (wanted.filter(|port| *port > 0), listed) {
            found.text(key, &wanted.to_string(), &listed.to_string());
        }
    }
    found.rounds(
        "local",
        wanted.local.iter().count(),
        loaded.local.iter().count(),
    );
    found.rounds(
        "remote",
        wanted.remote.iter().count(),
        loaded.remote.iter().count(),
    );
    let none = Named::new();
    let children = wanted.children.as_ref().unwrap_or(&none);
    for (name, listed) in &loaded.children {
        let path = format!("children.{name}");
        match children.get(name) {
            Some(child) => found.child(&path, child, listed),
            None => found
                .0
                .push(Difference::new(path, None, Some("there".to_owned()))),
        }
    }
    for name in children.names() {
        if loaded.children.get(name).is_none() {
            let path = format!("children.{name}");
            found
                .0
                .push(Difference::new(path, Some("there".to_owned()), None));
        }
    }
    found.0
}

#[derive(Default)]
struct Found(Vec<Difference>);

impl Found {
    fn text(&mut self, key: &str, wanted: &str, loaded: &str) {
        if wanted != loaded {
            let difference = Difference::new(key, Some(wanted.into()), Some(loaded.into()));
            self.0.push(difference);
        }
    }

    fn time(&mut self, key: &str, wanted: Option<&Time>, loaded: Option<u64>) {
        if let (Some(wanted), Some(loaded)) = (wanted.and_then(Time::as_secs), loaded) {
            self.text(key, &format!("{wanted}s"), &format!("{loaded}s"));
        }
    }

    /// An item that is wanted may hold several.
    fn addresses(&mut self, key: &str, wanted: Option<&Vec<Text>>, loaded: &[Text]) {
        let flat = |items: &[Text]| {
            let items: Vec<String> = items
                .iter()
                .flat_map(|item| {
                    let item = item.to_string_lossy().into_owned();
                    let parts: Vec<String> =
                        item.split(',').map(|part| part.trim().to_owned()).collect();
                    parts
                })
                .collect();
            items.join(", ")
        };
        let wanted = wanted
            .map(|wanted| flat(wanted))
            .filter(|wanted| !wanted.is_empty());
        self.text(key, wanted.as_deref().unwrap_or("%any"), &flat(loaded));
    }

    /// A daemon lists at least one.
    fn rounds(&mut self, key: &str, wanted: usize, loaded: usize) {
        if wanted != loaded && wanted.max(1) != loaded {
            let rounds = |count| format!("{count} rounds");
            self.text(key, &rounds(wanted), &rounds(loaded));
        }
    }

    fn child(&mut self, path: &str, wanted: &ConnChild, loaded: &ChildInfo) {
        let key = |name: &str| format!("{path}.{name}");
        let mode = wanted.mode.as_ref().map_or("tunnel", |mode| mode.as_str());
        let listed = loaded.mode.as_str().to_ascii_lowercase();
        self.text(&key("mode"), &mode.to_ascii_lowercase(), &listed);
        self.time(
            &key("rekey_time"),
            wanted.rekey_time.as_ref(),
            loaded.rekey_time,
        );
        for (name, wanted, listed) in [
            ("dpd_action", &wanted.dpd_action, &loaded.dpd_action),
            ("close_action", &wanted.close_action, &loaded.close_action),
        ] {
            if let Some(listed) = listed {
                let none = Action::none();
                let [wanted, listed] = [wanted.as_ref().unwrap_or(&none), listed].map(plain);
                self.text(&key(name), wanted, listed);
            }
        }
        self.selectors(&key("local_ts"), wanted.local_ts.as_ref(), &loaded.local_ts);
        self.selectors(
            &key("remote_ts"),
            wanted.remote_ts.as_ref(),
            &loaded.remote_ts,
        );
    }

    fn selectors(
        &mut self,
        key: &str,
        wanted: Option<&Vec<impl AsRef<[u8]>>>,
        loaded: &[TrafficSelector],
    ) {
        let wanted: Vec<String> = match wanted {
            Some(wanted) if !wanted.is_empty() => wanted
                .iter()
                .map(|item| String::from_utf8_lossy(item.as_ref()).into_owned())
                .collect(),
            _ => vec!["dynamic".to_owned()],
        };
        // Names of protocols and ranges have several spellings.
        let plain: Option<Vec<String>> = wanted.iter().map(|text| subnet(text)).collect();
        let Some(plain) = plain else {
            return;
        };
        let loaded: Vec<String> = loaded.iter().map(ToString::to_string).collect();
        self.text(key, &plain.join(", "), &loaded.join(", "));
    }
}

fn plain(action: &Action) -> &'static str {
    match (action.traps(), action.starts()) {
        (true, true) => "trap|start",
        (true, false) => "trap",
        (false, true) => "start",
        (false, false) => "none",
    }
}

/// A selector as a daemon lists it, if it is a subnet, an address or `dynamic`.
fn subnet(text: &str) -> Option<String> {
    if text == "dynamic" {
        return Some(text.to_owned());
    }
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let width = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits
        .map_or(Some(width), |bits| bits.parse().ok())?
        .min(width);
    let network: IpAddr = match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    };
    Some(format!("{network}/{bits}"))
}
