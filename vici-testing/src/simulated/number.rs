//! Numbers, times and volumes as the daemon reads them.

/// `strtol` with base 0: decimal, `0x` or octal, with blanks before it and nothing behind it.
pub(super) fn integer(text: &str) -> Option<i64> {
    let (value, rest) = split(text);
    rest.is_empty().then_some(value)
}

/// One of the eight spellings.
pub(super) fn boolean(text: &str) -> Option<bool> {
    let is = |words: [&str; 4]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is(["yes", "true", "enabled", "1"]) {
        return Some(true);
    }
    is(["no", "false", "disabled", "0"]).then_some(false)
}

/// An unsigned number of 32 bits, which wraps.
pub(super) fn unsigned(text: &str) -> Option<u32> {
    let bytes = integer(text)?.to_le_bytes();
    let [a, b, c, d, ..] = bytes;
    Some(u32::from_le_bytes([a, b, c, d]))
}

/// An unsigned number, which wraps.
pub(super) fn long(text: &str) -> Option<u64> {
    integer(text).map(wrapped)
}

/// Seconds: a number and an optional `s`, `m`, `h` or `d`.
pub(super) fn time(text: &str) -> Option<u64> {
    scaled(text, [("s", 1), ("m", 60), ("h", 3600), ("d", 86400)])
}

/// Bytes: a number and an optional `k`, `m` or `g`.
pub(super) fn volume(text: &str) -> Option<u64> {
    scaled(
        text,
        [("k", 1 << 10), ("m", 1 << 20), ("g", 1 << 30), ("", 1)],
    )
}

/// As C converts it.
fn wrapped(value: i64) -> u64 {
    u64::from_ne_bytes(value.to_ne_bytes())
}

fn scaled(text: &str, units: [(&str, u64); 4]) -> Option<u64> {
    let (value, rest) = split(text);
    let unit = rest.trim_start();
    let value = wrapped(value);
    if unit.is_empty() {
        return Some(value);
    }
    let (_, factor) = units
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(unit))?;
    Some(value.saturating_mul(*factor))
}

/// The number at the beginning, 0 if there is none, and what follows.
fn split(text: &str) -> (i64, &str) {
    let trimmed = text.trim_start();
    let (negative, digits) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let hex = digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"))
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_hexdigit()));
    let (radix, digits) = match hex {
        Some(rest) => (16, rest),
        None if digits.starts_with('0') => (8, digits),
        None => (10, digits),
    };
    let end = digits
        .find(|c: char| !c.is_digit(radix))
        .unwrap_or(digits.len());
    let (number, rest) = digits.split_at(end);
    if number.is_empty() {
        return (0, text);
    }
    // Beyond the range it saturates.
    let value = i64::from_str_radix(number, radix).unwrap_or(i64::MAX);
    (if negative { -value } else { value }, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_as_strtol_does() {
        for (text, value) in [
            ("0", Some(0)),
            ("", Some(0)),
            ("12", Some(12)),
            (" 2", Some(2)),
            ("0x10", Some(16)),
            ("010", Some(8)),
            ("-1", Some(-1)),
            ("2x", None),
            ("x", None),
            ("08", None),
            ("0x", None),
            ("99999999999999999999", Some(i64::MAX)),
        ] {
            assert_eq!(integer(text), value, "{text:?}");
        }
        assert_eq!(unsigned("-1"), Some(u32::MAX));
    }

    #[test]
    fn times_and_volumes_have_one_unit() {
        for (text, value) in [
            ("", Some(0)),
            ("3", Some(3)),
            ("1h", Some(3600)),
            ("1 H", Some(3600)),
            ("2d", Some(172_800)),
            ("1h30m", None),
            ("1w", None),
        ] {
            assert_eq!(time(text), value, "{text:?}");
        }
        assert_eq!(volume("500k"), Some(512_000));
        assert_eq!(volume("1 g"), Some(1 << 30));
        assert_eq!(volume("1kb"), None);
    }
}
