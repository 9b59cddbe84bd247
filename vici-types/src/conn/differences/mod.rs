//! What is loaded beside what is wanted.

mod compare;
mod parts;
mod spelling;

use core::fmt::{self, Display};

use super::{Conn, ConnInfo};
use compare::Compare;

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

/// What [`ConnInfo::differences`] found.
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

impl ConnInfo {
    /// Compares what the daemon lists with what is wanted.
    ///
    /// Defaults and other spellings are no difference: `2` is `IKEv2`, `4h` is `14400`, `psk` is
    /// `pre-shared key`, and a list of children in another order is the same. What `list-conns` does
    /// not tell, such as marks and certificates, and what it tells in another form, such as
    /// proposals, is named in [`Differences::unseen`].
    ///
    /// ```
    /// use vici_types::{Conn, ConnInfo};
    ///
    /// # let json = r#"{"local_addrs": ["%any"], "remote_addrs": ["192.0.2.1"], "version": "IKEv2",
    /// #     "reauth_time": 0, "rekey_time": 14400, "unique": "UNIQUE_NO", "children": {}}"#;
    /// # let listed: ConnInfo = serde_json::from_str(json)?;
    /// let wanted = Conn::new().version(2).remote_addrs(["192.0.2.1"]).rekey_time("1h").dscp(46);
    /// let differences = listed.differences(&wanted);
    /// assert_eq!(differences.to_string(), "rekey_time: wanted 1h, loaded 14400\n");
    /// assert_eq!(differences.unseen, ["dscp"]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn differences(&self, wanted: &Conn) -> Differences {
        let mut compare = Compare::default();
        compare.conn(wanted, self);
        compare.differences
    }
}
