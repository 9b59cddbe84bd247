use core::time;

use super::lax;

macro_rules! setting {
    (
        $(#[$meta:meta])*
        $name:ident $(from $int:ty)?, at most $limit:literal
        $(, refuses $wrong:ident: $reason:expr)? $(, written as $written:ident)?
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text as it is sent.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&String> for $name {
            fn from(text: &String) -> Self {
                Self(text.clone())
            }
        }

        $(
            impl From<$int> for $name {
                fn from(number: $int) -> Self {
                    Self::new(number)
                }
            }
        )?

        impl core::str::FromStr for $name {
            type Err = core::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                setting! { @write self serializer $($written)? }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::format::read_setting(deserializer, |text| match core::str::from_utf8(text) {
                    Ok(text) => Ok(Self::from(text)),
                    Err(_) => Err("expected text in UTF-8"),
                })
            }
        }

        impl $crate::check::Check for $name {
            #[inline]
            fn check(&self) -> Result<(), $crate::command::InvalidRequest> {
                $crate::check::limited(self.0.as_bytes(), $limit)?;
                $($crate::check::ensure(!$wrong(&self.0), "", $reason)?;)?
                Ok(())
            }
        }
    };
    (@write $self:ident $serializer:ident text) => {
        $serializer.serialize_str(&$self.0)
    };
    (@write $self:ident $serializer:ident) => {
        $crate::format::write_setting($self.0.as_bytes(), $serializer)
    };
}

setting! {
    /// A time in a connection, as its author writes it: `3600`, `60m`, `4h`, `1d`.
    ///
    /// One whole number with one of the suffixes `s`, `m`, `h` and `d`, seconds without.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use vici_types::{Conn, Time};
    /// assert_eq!(Time::from("90m").as_secs(), Some(5400));
    /// assert_eq!(Time::from(5400), "5400");
    /// assert_eq!(Time::from(Duration::from_secs(60)), "60");
    /// let conn = Conn::new().rekey_time("4h").dpd_delay(30).over_time(Duration::from_secs(600));
    /// ```
    Time from u64, at most 15, refuses is_negative: OTHER_NUMBER
}

impl Time {
    /// So many seconds.
    pub fn new(seconds: u64) -> Self {
        Self(seconds.to_string())
    }

    /// How many seconds the daemon takes it for; none if it refuses the text.
    pub fn as_secs(&self) -> Option<u64> {
        let units = [('s', 1), ('m', 60), ('h', 60 * 60), ('d', 24 * 60 * 60)];
        with_suffix(&self.0, &units).and_then(|seconds| u64::try_from(seconds).ok())
    }
}

impl From<time::Duration> for Time {
    /// In whole seconds, rounded up.
    fn from(duration: time::Duration) -> Self {
        let more = u64::from(duration.subsec_nanos() > 0);
        Self::new(duration.as_secs().saturating_add(more))
    }
}

setting! {
    /// A volume of traffic, as its author writes it: `500000`, `500m`, `1g`.
    ///
    /// One whole number with one of the suffixes `k`, `m` and `g` (of 1024), bytes without. Before
    /// 6.0.2 the daemon looks at the first 15 characters only.
    ///
    /// ```
    /// # use vici_types::Volume;
    /// assert_eq!(Volume::from("2k").as_bytes(), Some(2048));
    /// assert_eq!(Volume::from(500), "500");
    /// ```
    Volume from u64, at most 31, refuses is_negative: OTHER_NUMBER
}

impl Volume {
    /// So many bytes.
    pub fn new(bytes: u64) -> Self {
        Self(bytes.to_string())
    }

    /// How many bytes the daemon takes it for; none if it refuses the text.
    pub fn as_bytes(&self) -> Option<u64> {
        let units = [('k', 1 << 10), ('m', 1 << 20), ('g', 1 << 30)];
        with_suffix(&self.0, &units).map(|bytes| u64::try_from(bytes).unwrap_or(u64::MAX))
    }
}

setting! {
    /// The DSCP of IKE packets in **binary** digits, as the daemon reads it: `101110`.
    ///
    /// Made of a number it is that number: `dscp(46)` is sent as `101110`. In a file the digits are
    /// those of the daemon.
    Dscp from u8, at most 15,
    refuses is_not_binary: "must have up to six binary digits, such as 101110", written as text
}

impl Dscp {
    /// This DSCP; only its lowest six bits are used.
    ///
    /// ```
    /// # use vici_types::Dscp;
    /// assert_eq!(Dscp::new(46), "101110");
    /// assert_eq!(Dscp::from("101110").value(), Some(46));
    /// ```
    pub fn new(dscp: u8) -> Self {
        Self(format!("{:06b}", dscp & 0x3f))
    }

    /// The DSCP, if the text is a binary number of up to six digits behind leading zeros.
    pub fn value(&self) -> Option<u8> {
        if !self.0.bytes().all(|digit| matches!(digit, b'0' | b'1')) {
            return None;
        }
        u8::from_str_radix(&self.0, 2)
            .ok()
            .filter(|dscp| *dscp < 0x40)
    }
}

setting! {
    /// The length to which ESP packets are padded: a number of bytes, or `mtu`.
    ///
    /// ```
    /// # use vici_types::{ConnChild, TfcPadding};
    /// let child = ConnChild::new().tfc_padding(1400);
    /// let child = ConnChild::new().tfc_padding(TfcPadding::mtu());
    /// ```
    TfcPadding from u32, at most 15, refuses is_too_large: OTHER_NUMBER
}

impl TfcPadding {
    /// So many bytes.
    pub fn new(bytes: u32) -> Self {
        Self(bytes.to_string())
    }

    /// The MTU of the path.
    pub fn mtu() -> Self {
        Self("mtu".to_owned())
    }
}

setting! {
    /// What the daemon does when a child is loaded, closed or dead: `none`, `trap`, `start`, or
    /// `trap|start`.
    ///
    /// Before 5.9.6 these were `clear`, `hold` (also `route`) and `restart`, and could not be
    /// combined; the aliases are still understood. The same type is what `list-conns` reports,
    /// which writes combinations with blanks.
    ///
    /// ```
    /// # use vici_types::Action;
    /// let action = Action::from("trap | start");
    /// assert!(action.traps() && action.starts());
    /// assert!(Action::from("restart").starts());
    /// ```
    Action, at most 31
}

impl Action {
    /// Nothing; before 5.9.6 this was called `clear`.
    #[doc(alias = "clear")]
    pub fn none() -> Self {
        Self("none".to_owned())
    }

    /// Install a policy that brings the child up when traffic matches; before 5.9.6 this was called
    /// `hold` or `route`.
    #[doc(alias = "hold")]
    #[doc(alias = "route")]
    pub fn trap() -> Self {
        Self("trap".to_owned())
    }

    /// Bring the child up; before 5.9.6 this was called `restart`.
    #[doc(alias = "restart")]
    pub fn start() -> Self {
        Self("start".to_owned())
    }

    /// Both, since 5.9.6.
    pub fn trap_and_start() -> Self {
        Self("trap|start".to_owned())
    }

    /// Whether a policy is installed that brings the child up when traffic matches.
    pub fn traps(&self) -> bool {
        self.has(&["trap", "hold", "route"])
    }

    /// Whether the child is brought up.
    pub fn starts(&self) -> bool {
        self.has(&["start", "restart"])
    }

    fn has(&self, words: &[&str]) -> bool {
        self.0.split('|').any(|part| {
            words
                .iter()
                .any(|word| part.trim().eq_ignore_ascii_case(word))
        })
    }
}

/// Why a number that the daemon would wrap is refused.
pub(super) const OTHER_NUMBER: &str =
    "must not be out of range, the daemon takes it for another number";

fn is_negative(text: &str) -> bool {
    text.trim_ascii_start().starts_with('-')
}

/// Whether a number, or one of a mark and its mask, has more than 32 bits.
pub(super) fn is_too_large(text: &str) -> bool {
    let mut numbers = text.split('/').filter_map(lax::parse);
    numbers.any(|number| u32::try_from(number).is_err())
}

fn is_not_binary(text: &str) -> bool {
    dscp(text).is_none()
}

fn dscp(text: &str) -> Option<u8> {
    if !text.bytes().all(|digit| matches!(digit, b'0' | b'1')) {
        return None;
    }
    u8::from_str_radix(text, 2).ok().filter(|dscp| *dscp < 0x40)
}

fn with_suffix(text: &str, units: &[(char, i128)]) -> Option<i128> {
    // What ends a hexadecimal number may look like a suffix.
    let is_hex = lax::is_hex(text);
    let (digits, factor) = units
        .iter()
        .filter(|(suffix, _)| !(is_hex && suffix.is_ascii_hexdigit()))
        .find_map(|(suffix, factor)| {
            let digits = text.strip_suffix([*suffix, suffix.to_ascii_uppercase()])?;
            Some((digits, *factor))
        })
        .unwrap_or((text, 1));
    let number = lax::parse(digits.trim_ascii_end())?;
    (number >= 0).then_some(number * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_parse_as_in_the_daemon() {
        for (text, seconds) in [
            ("0", Some(0)),
            ("", Some(0)),
            ("10 m", Some(600)),
            ("1D", Some(86400)),
            ("4h", Some(14400)),
            ("0x10", Some(16)),
            ("0x1d", Some(29)),
            ("0X1d", Some(29)),
            (" 0x1d", Some(29)),
            ("+0x1D", Some(29)),
            ("0x1dd", Some(477)),
            ("0x1dh", Some(29 * 3600)),
            ("1h30m", None),
            ("1.5h", None),
            ("1w", None),
        ] {
            assert_eq!(Time::from(text).as_secs(), seconds, "{text}");
        }
        assert_eq!(Time::from(time::Duration::from_millis(1500)), "2");
    }

    #[test]
    fn volumes_saturate() {
        assert_eq!(Volume::from("1G").as_bytes(), Some(1 << 30));
        assert_eq!(
            Volume::from("18446744073709551615k").as_bytes(),
            Some(u64::MAX)
        );
        assert_eq!(Volume::from("1kb").as_bytes(), None);
    }

    #[test]
    fn dscp_is_binary() {
        assert_eq!(Dscp::new(0xff), "111111");
        for wrong in ["", "46", "0x2e", "1111111", "+1"] {
            assert_eq!(Dscp::from(wrong).value(), None, "{wrong}");
        }
        assert_eq!(Dscp::from("0000101110").value(), Some(46));
    }
}
