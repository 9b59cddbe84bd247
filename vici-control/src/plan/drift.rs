//! What a daemon lists, beside what is wanted.

use std::net::IpAddr;

use vici_types::{Authority, AuthorityInfo, Pool, PoolInfo, Text};

use super::item::Difference;

pub(super) fn authority(wanted: &Authority, loaded: &AuthorityInfo) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut lists = |key: &str, wanted: Option<&Vec<Text>>, loaded: &Vec<Text>| {
        let wanted = wanted.map(Vec::as_slice).unwrap_or_default();
        if wanted != loaded.as_slice() {
            differences.push(Difference::new(key, Some(join(wanted)), Some(join(loaded))));
        }
    };
    lists("crl_uris", wanted.crl_uris.as_ref(), &loaded.crl_uris);
    lists("ocsp_uris", wanted.ocsp_uris.as_ref(), &loaded.ocsp_uris);
    if wanted.cert_uri_base != loaded.cert_uri_base {
        let shown = |base: &Option<Text>| base.as_ref().map(ToString::to_string);
        differences.push(Difference::new(
            "cert_uri_base",
            shown(&wanted.cert_uri_base),
            shown(&loaded.cert_uri_base),
        ));
    }
    differences
}

fn join(items: &[Text]) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    items.join(", ")
}

/// Whether the addresses of a pool can be those that are wanted: a daemon tells the first one and how
/// many there are, some of which it leaves out.
pub(super) fn pool(wanted: &Pool, loaded: &PoolInfo) -> Vec<Difference> {
    let addrs = wanted.addrs.to_string_lossy();
    let (Some((from, to)), Some(base)) = (range(&addrs), loaded.base.ip()) else {
        return Vec::new();
    };
    let same_family = base.is_ipv4() == matches!(wanted_ip(&addrs), Some(IpAddr::V4(_)));
    let base = number(base);
    let count = (to - from).saturating_add(1).min(u128::from(u32::MAX));
    let size = u128::from(loaded.size);
    // The network, the broadcast and the first address may be left out; large pools are cut.
    let fits = size <= count && (size + 3 >= count || size >= 0x7fff_ffff || count > 0x7fff_ffff);
    if same_family && (from..=from + 2).contains(&base) && fits {
        return Vec::new();
    }
    let loaded = format!("{} addresses from {}", loaded.size, loaded.base);
    vec![Difference::new(
        "addrs",
        Some(addrs.into_owned()),
        Some(loaded),
    )]
}

fn wanted_ip(addrs: &str) -> Option<IpAddr> {
    addrs.split(['/', '-']).next()?.trim().parse().ok()
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// The first and the last address.
fn range(addrs: &str) -> Option<(u128, u128)> {
    let first = wanted_ip(addrs)?;
    let width = if first.is_ipv4() { 32 } else { 128 };
    let from = number(first);
    if let Some((_, bits)) = addrs.split_once('/') {
        let bits = bits.parse::<u32>().ok()?.min(width);
        let rest = 1_u128
            .checked_shl(width - bits)
            .map_or(u128::MAX, |rest| rest - 1);
        return Some((from & !rest, from | rest));
    }
    let to = match addrs.split_once('-') {
        Some((_, to)) => number(to.trim().parse().ok()?),
        None => from,
    };
    (to >= from).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_are_compared_by_what_is_told() {
        let info = |base: &str, size| {
            let mut info = PoolInfo::default();
            info.base = base.into();
            info.size = size;
            info
        };
        for (addrs, base, size, same) in [
            ("10.3.0.0/24", "10.3.0.0", 254, true),
            ("10.3.0.0/24", "10.3.0.1", 254, true),
            ("10.3.0.0/24", "10.4.0.1", 254, false),
            ("10.3.0.0/25", "10.3.0.1", 254, false),
            ("10.3.0.5-10.3.0.9", "10.3.0.5", 5, true),
            ("10.3.0.5", "10.3.0.5", 1, true),
            ("fec3::/64", "fec3::1", 0x7fff_ffff, true),
            ("fec3::/120", "fec4::1", 255, false),
            ("::/0", "10.3.0.0", 5, false),
        ] {
            let differences = pool(&Pool::new(addrs), &info(base, size));
            assert_eq!(differences.is_empty(), same, "{addrs} {base} {size}");
        }
    }
}
