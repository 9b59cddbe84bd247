//! Connections: `load-conn`, `unload-conn`, `get-conns`, `list-conns`.

mod auth;
mod child;
mod differences;
mod list;
mod load;

pub use self::auth::{ConnAuth, ConnCert};
pub use self::child::ConnChild;
pub use self::differences::{Difference, Differences};
pub use self::list::{AuthInfo, ChildInfo, ConnInfo, Proposal};
pub use self::load::{Conn, LoadConn};

use serde_derive::{Deserialize, Serialize};

use crate::value::Text;

request! {
    /// `unload-conn`: unloads a connection and undoes its start actions.
    ///
    /// The example `reconcile` of `vici-control` unloads what is not wanted any more.
    ///
    /// ```
    /// use vici_types::{GetConnsResponse, UnloadConn};
    ///
    /// let loaded: GetConnsResponse = serde_json::from_str(r#"{"conns": ["home", "office"]}"#)?;
    /// let unwanted = loaded.conns.iter().filter(|name| **name != "home");
    /// let requests: Vec<_> = unwanted.map(UnloadConn::new).collect();
    /// assert_eq!(requests, [UnloadConn::new("office")]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Answered by [`Done`](crate::Done).
    #[doc(alias = "unload-conn")]
    pub struct UnloadConn {
        need {
            /// The name of the connection.
            "name" name: Text,
        }
    }
}

request! {
    /// `get-conns`: the names of the connections that were loaded with `load-conn`.
    ///
    /// The example `reconcile` of `vici-control` compares them with those that are wanted.
    ///
    /// ```
    /// use vici_types::GetConnsResponse;
    ///
    /// let answer: GetConnsResponse = serde_json::from_str(r#"{"conns": ["home"]}"#)?;
    /// assert_eq!(answer.conns, ["home"]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Answered by [`GetConnsResponse`](crate::GetConnsResponse).
    #[doc(alias = "get-conns")]
    pub struct GetConns {}
}

/// The answer to [`GetConns`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetConnsResponse {
    /// The names, in the order of loading.
    pub conns: Vec<Text>,
}

request! {
    /// `list-conns`: the connections of all backends, as [`ListConn`] events.
    ///
    /// ```
    /// use vici_types::ListConns;
    ///
    /// let all = ListConns::new();
    /// let home = ListConns::new().ike("home");
    /// assert_eq!(vici_serde::to_message(&home)?.one_line().to_string(), "ike = home");
    /// # Ok::<(), vici_serde::Error>(())
    /// ```
    ///
    /// Streams [`ListConn`](crate::ListConn), and is answered by [`Empty`](crate::Empty).
    #[doc(alias = "list-conns")]
    pub struct ListConns {
        /// Only the connection with this name.
        "ike" ike: opt Text,
    }
}

record! {
    /// `list-conn`: one connection.
    #[doc(alias = "list-conn")]
    #[derive(Default)]
    pub struct ListConn {
        named
        /// The connection; its section is named after it.
        conn: ConnInfo,
    }
}
