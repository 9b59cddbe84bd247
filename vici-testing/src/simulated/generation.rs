//! The releases that a simulated daemon can be like.

/// A release of strongSwan, as one of Debian has it. Later ones are greater.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Generation {
    /// 5.9.8, of Debian 12: without `alert`, additional key exchanges and what else came with 6.0.
    #[default]
    V5_9_8,
    /// 6.0.1, of Debian 13.
    V6_0_1,
    /// 6.1.0, of Debian 14: without IKEv1, with `alert` (which is in strongSwan since 6.0.3), and with
    /// proposals in `list-conn`.
    V6_1_0,
}

impl Generation {
    /// All of them, the oldest first.
    pub const ALL: &[Self] = &[Self::V5_9_8, Self::V6_0_1, Self::V6_1_0];

    /// The number of the version.
    pub fn version(self) -> &'static str {
        match self {
            Self::V5_9_8 => "5.9.8",
            Self::V6_0_1 => "6.0.1",
            Self::V6_1_0 => "6.1.0",
        }
    }

    /// Whether it is a 6.0 or later.
    pub(super) fn is_6(self) -> bool {
        self >= Self::V6_0_1
    }

    /// Whether it is a 6.1 or later.
    pub(super) fn is_6_1(self) -> bool {
        self >= Self::V6_1_0
    }
}
