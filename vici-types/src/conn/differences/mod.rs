//! What is loaded beside what is wanted.

mod compare;
mod found;
mod parts;
mod spelling;

pub use found::{Difference, Differences};

use super::{Conn, ConnInfo};
use compare::Compare;

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
