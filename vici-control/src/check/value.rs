//! What the daemon takes for a value.

use std::net::IpAddr;

use vici_types::{Dscp, Time, Volume};

use super::proposal::{self, Protocol};
use crate::problem::did_you_mean;
use crate::table::{Item, Kind};

/// Whether a value that is a yes or no, or a number, is one.
pub(crate) fn scalar(kind: Kind, bytes: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(bytes).unwrap_or("\0");
    value(kind, text)
}

/// Whether the daemon takes a value of this kind, and why not.
pub(super) fn value(kind: Kind, text: &str) -> Result<(), String> {
    match kind {
        Kind::Text => Ok(()),
        Kind::Bool => ensure(is_bool(text), "must be yes or no"),
        Kind::Number(bits) => {
            let number = number(text).ok_or("must be a whole number")?;
            let fits = number >> bits == 0;
            ensure(
                fits,
                &format!("must not be larger than {}", (1_u128 << bits) - 1),
            )
        }
        Kind::Duration => ensure(
            Time::from(text).as_secs().is_some(),
            "must be one whole number with s, m, h or d behind it, such as 90m",
        ),
        Kind::Volume => ensure(
            Volume::from(text).as_bytes().is_some(),
            "must be one whole number with k, m or g behind it, such as 500m",
        ),
        Kind::Word(words) => {
            let known = words.iter().any(|word| word.eq_ignore_ascii_case(text));
            let hint = did_you_mean(text, words.iter().copied());
            ensure(known, &format!("must be one of {}{hint}", words.join(", ")))
        }
        Kind::Dscp => ensure(
            Dscp::from(text).value().is_some(),
            "must have up to six binary digits, such as 101110",
        ),
        Kind::Action => action(text),
        Kind::Mark => mark(text, &["%unique", "%unique-dir"]),
        Kind::SetMark => mark(text, &["%same"]),
        Kind::InterfaceId => {
            let known = ["%unique", "%unique-dir"].contains(&text) || is_u32(text);
            ensure(known, "must be a number, %unique or %unique-dir")
        }
        Kind::Tfc => ensure(text == "mtu" || is_u32(text), "must be a number or mtu"),
        Kind::PerCpu => {
            let known = text.eq_ignore_ascii_case("encap") || is_bool(text);
            ensure(known, "must be yes, no or encap")
        }
        Kind::Auth => auth(text),
        Kind::List(_) | Kind::Files(_) | Kind::File(_) => Ok(()),
    }
}

/// Whether the daemon takes an item of a list, and why not.
pub(super) fn item(item: Item, text: &str) -> Result<(), String> {
    match item {
        Item::Text | Item::Pool => Ok(()),
        Item::Ike => proposal::check(Protocol::Ike, text),
        Item::Esp => proposal::check(Protocol::Esp, text),
        Item::Ah => proposal::check(Protocol::Ah, text),
        Item::Selector => ensure(
            is_selector(text),
            "must be a subnet, an address, a range or dynamic, such as 10.1.0.0/16[tcp/80-90]",
        ),
        Item::Address => ensure(is_address(text), "must be an address"),
        Item::Peer => {
            // An item may hold several.
            let mut parts = text.split(',').map(str::trim);
            let known = parts.all(|part| is_address(part) || is_range(part) || is_name(part));
            ensure(known, "must be an address, a subnet, a range or a name")
        }
    }
}

/// Whether the addresses of a pool are such.
pub(super) fn pool(text: &str) -> Result<(), String> {
    let known = is_range(text) || text.parse::<IpAddr>().is_ok();
    ensure(
        known,
        "must be a subnet, an address or a range, such as 10.3.0.0/24",
    )
}

/// Whether the item of a pool's attribute is an address or a subnet.
pub(super) fn attribute(text: &str) -> Result<(), String> {
    let known = is_range(text) || text.parse::<IpAddr>().is_ok();
    ensure(known, "must be an address or a subnet")
}

fn ensure(allowed: bool, reason: &str) -> Result<(), String> {
    if allowed {
        Ok(())
    } else {
        Err(reason.to_owned())
    }
}

fn is_bool(text: &str) -> bool {
    [
        "yes", "true", "enabled", "1", "no", "false", "disabled", "0",
    ]
    .iter()
    .any(|word| word.eq_ignore_ascii_case(text))
}

/// Decimal, hexadecimal behind `0x`, octal behind a zero; empty is zero.
fn number(text: &str) -> Option<u128> {
    let text = text.trim_ascii_start();
    let text = text.strip_prefix('+').unwrap_or(text);
    let (radix, digits) = match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        Some(digits) => (16, digits),
        None if text.starts_with('0') => (8, text),
        None => (10, text),
    };
    if text.is_empty() {
        return Some(0);
    }
    let only_digits = digits.len() <= 24 && digits.chars().all(|digit| digit.is_digit(radix));
    only_digits.then(|| u128::from_str_radix(digits, radix).ok())?
}

fn is_u32(text: &str) -> bool {
    number(text).is_some_and(|number| u32::try_from(number).is_ok())
}

fn action(text: &str) -> Result<(), String> {
    const WORDS: &[&str] = &["none", "clear", "trap", "route", "start", "restart"];
    for word in text.split('|').map(str::trim) {
        let known = WORDS.iter().any(|known| known.eq_ignore_ascii_case(word));
        let hint = did_you_mean(word, WORDS.iter().copied());
        ensure(
            known || text.is_empty(),
            &format!("must be none, trap, start or trap|start{hint}"),
        )?;
    }
    Ok(())
}

fn mark(text: &str, words: &[&str]) -> Result<(), String> {
    let (mark, mask) = text.split_once('/').unwrap_or((text, "0"));
    let known = (words.contains(&mark) || is_u32(mark)) && is_u32(mask);
    let words = words.join(", ");
    ensure(
        known,
        &format!("must be a number and perhaps a mask, such as 0x2a/0xff, or {words}"),
    )
}

fn auth(text: &str) -> Result<(), String> {
    const WORDS: &[&str] = &[
        "any", "psk", "pubkey", "rsa", "ecdsa", "ed25519", "ed448", "bliss", "eap", "xauth",
    ];
    let first = text.split(['-', ':']).next().unwrap_or_default();
    let known = WORDS.contains(&first) || text.starts_with("ike:");
    let hint = did_you_mean(first, WORDS.iter().copied());
    ensure(
        known,
        &format!("must begin with psk, pubkey, rsa, ecdsa, eap or xauth{hint}"),
    )
}

fn is_selector(text: &str) -> bool {
    let (addresses, traffic) = match text.split_once('[') {
        Some((addresses, rest)) => match rest.strip_suffix(']') {
            Some(traffic) => (addresses.trim(), traffic),
            None => return false,
        },
        None => (text, ""),
    };
    let word = |text: &str| {
        text.chars()
            .all(|char| char.is_ascii_alphanumeric() || "-_.+%".contains(char))
    };
    let (protocol, port) = traffic.split_once('/').unwrap_or((traffic, ""));
    let known =
        addresses == "dynamic" || addresses.parse::<IpAddr>().is_ok() || is_range(addresses);
    known && word(protocol) && word(port)
}

/// An address, or any.
fn is_address(text: &str) -> bool {
    ["%any", "%any4", "%any6", "%dynamic"].contains(&text) || text.parse::<IpAddr>().is_ok()
}

/// A subnet, or two addresses of the same kind.
fn is_range(text: &str) -> bool {
    if let Some((address, bits)) = text.split_once('/') {
        return address.parse::<IpAddr>().is_ok() && bits.parse::<u8>().is_ok();
    }
    let Some((from, to)) = text.split_once('-') else {
        return false;
    };
    match (from.trim().parse::<IpAddr>(), to.trim().parse::<IpAddr>()) {
        (Ok(from), Ok(to)) => from.is_ipv4() == to.is_ipv4(),
        _ => false,
    }
}

/// A name that can be asked for, and is not an address with a mistake in it.
fn is_name(text: &str) -> bool {
    let name = text.strip_prefix('%').unwrap_or(text);
    let known = |char: char| char.is_ascii_alphanumeric() || "-_.:".contains(char);
    name.chars().all(known) && name.contains(|char: char| char.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_daemon() {
        let words = Kind::Word(&["tunnel", "transport"]);
        for (kind, text, valid) in [
            (Kind::Bool, "Yes", true),
            (Kind::Bool, "on", false),
            (Kind::Number(16), "65535", true),
            (Kind::Number(16), "65536", false),
            (Kind::Number(32), "0x10", true),
            (Kind::Number(32), "-1", false),
            (Kind::Number(32), "08", false),
            (Kind::Duration, "1h", true),
            (Kind::Duration, "1h30m", false),
            (Kind::Volume, "500m", true),
            (Kind::Volume, "1kb", false),
            (words, "Tunnel", true),
            (words, "tunnels", false),
            (Kind::Dscp, "46", false),
            (Kind::Action, "trap | start", true),
            (Kind::Action, "traps", false),
            (Kind::Mark, "0x2a/0xff", true),
            (Kind::Mark, "%same", false),
            (Kind::SetMark, "%same/0xff", true),
            (Kind::InterfaceId, "%unique", true),
            (Kind::InterfaceId, "x", false),
            (Kind::Tfc, "mtu", true),
            (Kind::PerCpu, "encap", true),
            (Kind::Auth, "eap-md5", true),
            (Kind::Auth, "PSK", false),
        ] {
            assert_eq!(value(kind, text).is_ok(), valid, "{kind:?} {text}");
        }
        for (kind, text, valid) in [
            (Item::Selector, "10.1.0.0/16[tcp/80-90]", true),
            (Item::Selector, "dynamic[gre]", true),
            (Item::Selector, "10.0.0.1-10.0.0.9", true),
            (Item::Selector, "10.1.0/16", false),
            (Item::Selector, "10.1.0.0/16[tcp", false),
            (Item::Selector, "10.0.0.1-::1", false),
            (Item::Address, "0.0.0.0", true),
            (Item::Address, "10.0.0.0/8", false),
            (Item::Peer, "vpn.example.org", true),
            (Item::Peer, "192.0.2.1, 192.0.2.0/24", true),
            (Item::Peer, "192.0.2", false),
            (Item::Peer, "%any", true),
        ] {
            assert_eq!(super::item(kind, text).is_ok(), valid, "{kind:?} {text}");
        }
        assert_eq!(
            value(words, "tunel").unwrap_err(),
            "must be one of tunnel, transport, did you mean tunnel?"
        );
    }
}
