//! What differs, and what nobody can tell.

use core::fmt::{self, Display};

/// A key of a connection that is not loaded as it is wanted.
///
/// ```text
/// children.net.rekey_time: wanted 4h, loaded 3600
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The dotted path of the key in the wanted connection.
    pub path: String,
    /// What is wanted, as its author wrote it, or the default in brackets; none if nothing is.
    pub wanted: Option<String>,
    /// What is loaded, as the daemon spells it; none if nothing is.
    pub loaded: Option<String>,
}

impl Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wanted = self.wanted.as_deref().unwrap_or("nothing");
        let loaded = self.loaded.as_deref().unwrap_or("nothing");
        write!(f, "{}: wanted {wanted}, loaded {loaded}", self.path)
    }
}

/// What [`ConnInfo::differences`](crate::ConnInfo::differences) found.
///
/// It prints a line for each difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Differences {
    /// What differs for sure.
    pub found: Vec<Difference>,
    /// The paths of what is wanted and cannot be seen in what the daemon lists, or is spelled so
    /// that nobody can tell: whether it is loaded is not known.
    pub unseen: Vec<String>,
}

impl Differences {
    /// Whether nothing differs, as far as can be seen.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
}

impl Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.found
            .iter()
            .try_for_each(|found| writeln!(f, "{found}"))
    }
}

impl IntoIterator for Differences {
    type Item = Difference;
    type IntoIter = std::vec::IntoIter<Difference>;

    fn into_iter(self) -> Self::IntoIter {
        self.found.into_iter()
    }
}
