use core::time::Duration;

use serde::{Deserialize, Deserializer};
use serde_derive::Serialize;

use super::lax;
use crate::check::Check;

/// How long a command waits for its outcome, in milliseconds.
///
/// Zero is for as long as it takes; a negative number is not at all, which is without events, too,
/// and since 5.4.0. Made of a `Duration` it is never longer or shorter than meant: parts of a
/// millisecond count as a whole one, no time is not at all, and what is too long for the daemon is
/// the longest that it can do, 24 days.
///
/// ```
/// # use std::time::Duration;
/// # use vici_types::{Initiate, Timeout};
/// let request = Initiate::new().ike("home").timeout(Duration::from_secs(10));
/// assert_eq!(request, Initiate::new().ike("home").timeout(10_000));
/// assert_eq!(Timeout::from(Duration::ZERO), Timeout::NOT_AT_ALL);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Timeout(i32);

impl Timeout {
    /// The answer comes at once, without the outcome. Since 5.4.0.
    pub const NOT_AT_ALL: Self = Self(-1);

    /// So many milliseconds, as the daemon takes them.
    pub const fn new(milliseconds: i32) -> Self {
        Self(milliseconds)
    }

    /// The milliseconds, as the daemon takes them.
    pub const fn get(self) -> i32 {
        self.0
    }

    /// How long the answer may take because of it; zero if that is not limited, or not at all.
    pub(crate) fn wait(self) -> Duration {
        Duration::from_millis(u64::try_from(self.0).unwrap_or(0))
    }
}

impl From<i32> for Timeout {
    fn from(milliseconds: i32) -> Self {
        Self(milliseconds)
    }
}

impl From<Duration> for Timeout {
    fn from(duration: Duration) -> Self {
        if duration.is_zero() {
            return Self::NOT_AT_ALL;
        }
        let milliseconds = duration.as_nanos().div_ceil(1_000_000);
        Self(i32::try_from(milliseconds).unwrap_or(i32::MAX))
    }
}

impl lax::Lax for Timeout {
    fn from_wide(number: i128) -> Option<Self> {
        i32::try_from(number).ok().map(Self)
    }
}

impl<'de> Deserialize<'de> for Timeout {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number: Option<Self> = lax::number(deserializer)?;
        number.ok_or_else(|| serde::de::Error::custom("expected a number"))
    }
}

impl Check for Timeout {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_not_cut() {
        for (duration, milliseconds) in [
            (Duration::ZERO, -1),
            (Duration::from_nanos(1), 1),
            (Duration::from_micros(1001), 2),
            (Duration::from_secs(10), 10_000),
            (Duration::MAX, i32::MAX),
        ] {
            assert_eq!(Timeout::from(duration).get(), milliseconds);
        }
    }
}
