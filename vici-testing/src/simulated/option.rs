//! Options of connections, as all of their sections read them.

use vici_serde::{Section, Value};

use super::request::{text, text_of_name};
use super::{certificate, number};

/// What is wrong with an option.
pub(super) enum Wrong {
    Unknown,
    Invalid,
}

/// What has options: a connection, an authentication round, a child.
pub(super) trait Options {
    /// A key with its value.
    fn value(&mut self, name: &str, value: &[u8]) -> Result<(), Wrong>;

    /// An item of a list.
    fn item(&mut self, name: &str, item: &[u8]) -> Result<(), Wrong>;

    /// A section.
    fn section(&mut self, name: &str, section: &Section) -> Result<(), String>;
}

/// Reads the options of a section in their order, up to the first that is wrong.
pub(super) fn read(section: &Section, options: &mut impl Options) -> Result<(), String> {
    for (name, value) in section.iter() {
        let name = text_of_name(name);
        let result = match value {
            Value::Scalar(value) => options.value(&name, value),
            Value::List(items) => items.iter().try_for_each(|item| options.item(&name, item)),
            Value::Section(section) => {
                options.section(&name, section)?;
                Ok(())
            }
        };
        result.map_err(|wrong| match wrong {
            Wrong::Unknown => format!("unknown option: {name}, config discarded"),
            Wrong::Invalid => format!("invalid value for: {name}, config discarded"),
        })?;
    }
    Ok(())
}

/// Parses a value that is text.
pub(super) fn parse<T>(value: &[u8], parser: impl Fn(&str) -> Option<T>) -> Result<T, Wrong> {
    text(value).and_then(parser).ok_or(Wrong::Invalid)
}

/// One of several words, in any case.
pub(super) fn word(value: &[u8], words: &[&'static str]) -> Result<&'static str, Wrong> {
    parse(value, |text| {
        let found = words.iter().find(|word| word.eq_ignore_ascii_case(text));
        found.copied()
    })
}

/// What is checked, and has no place in the model.
pub(super) fn check<T>(value: &[u8], parser: impl Fn(&str) -> Option<T>) -> Result<(), Wrong> {
    parse(value, parser).map(|_| ())
}

pub(super) fn interface_id(text: &str) -> Option<()> {
    matches!(text, "%unique" | "%unique-dir")
        .then_some(())
        .or_else(|| number::unsigned(text).map(|_| ()))
}

/// An identity as the daemon prints it.
pub(super) fn identity(text: &str) -> Option<String> {
    if matches!(
        text,
        "" | "%any" | "%any4" | "%any6" | "0.0.0.0" | "::" | "*"
    ) {
        return Some("%any".to_owned());
    }
    if let Some(hex) = text.strip_prefix("@#") {
        let pairs = hex.as_bytes().chunks(2);
        let pairs = pairs.map(|pair| String::from_utf8_lossy(pair).to_lowercase());
        return Some(pairs.collect::<Vec<_>>().join(":"));
    }
    let prefixes = [
        "email:", "rfc822:", "fqdn:", "dns:", "keyid:", "ipv4:", "ipv6:",
    ];
    let prefixed = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix));
    if let Some(rest) = prefixed {
        return Some(rest.to_owned());
    }
    let text = text.strip_prefix("asn1dn:").unwrap_or(text);
    if text.contains('=') {
        let parts = text.split([',', '/']).map(str::trim);
        let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
        return Some(parts.join(", "));
    }
    Some(text.strip_prefix('@').unwrap_or(text).to_owned())
}

/// The subject of a certificate.
pub(super) fn certificate(data: &[u8]) -> Result<String, Wrong> {
    let certificate = certificate::Certificate::parse(data).ok_or(Wrong::Invalid)?;
    Ok(certificate.subject)
}
