//! Shared secrets: `load-shared`, `unload-shared`, `get-shared`.

use serde_derive::{Deserialize, Serialize};

use crate::check::limit_each;
use crate::value::{Secret, Text};
use crate::word::SharedType;

request! {
    /// `load-shared`: loads a shared secret.
    ///
    /// ```
    /// # use vici_types::{LoadShared, SharedType};
    /// let request = LoadShared::new(SharedType::Ike, "swordfish").owners(["moon.example.org"]);
    /// ```
    ///
    /// The example `site_to_site` of `vici-client` loads one for IKE, `road_warrior` one for EAP.
    ///
    /// Answered by [`Done`](crate::Done).
    #[doc(alias = "load-shared")]
    pub struct LoadShared {
        need {
            /// `type`: The kind of secret.
            "type" type_: SharedType,
            /// The secret itself, not in any encoding (`0x` and `0s` are of swanctl); of
            /// NTLM the hash of 16 bytes.
            "data" data: Secret,
        }
        /// A name for [`UnloadShared`] and [`GetShared`]; replaces the secret of this name.
        /// Since 5.5.2.
        "id" id: opt Text,
        /// The identities that it belongs to. Default: any. Regular expressions since
        /// 6.0.2.
        "owners" owners: list Text,
    }
    check(shared) {
        limit_each("owners", shared.owners.as_ref(), 511)?;
    }
}

request! {
    /// `unload-shared`: unloads a shared secret. There need not be one. Since 5.5.2.
    ///
    /// ```
    /// use vici_types::{GetSharedResponse, UnloadShared};
    ///
    /// let loaded: GetSharedResponse = serde_json::from_str(r#"{"keys": ["home"]}"#)?;
    /// let requests: Vec<_> = loaded.keys.iter().map(UnloadShared::new).collect();
    /// assert_eq!(requests, [UnloadShared::new("home")]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Answered by [`Done`](crate::Done).
    #[doc(alias = "unload-shared")]
    pub struct UnloadShared {
        need {
            /// The name that it was loaded with.
            "id" id: Text,
        }
    }
}

request! {
    /// `get-shared`: the names of the shared secrets that were loaded with one. Since 5.5.2.
    ///
    /// ```
    /// use vici_types::GetSharedResponse;
    ///
    /// let answer: GetSharedResponse = serde_json::from_str(r#"{"keys": ["home"]}"#)?;
    /// assert_eq!(answer.keys, ["home"]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Answered by [`GetSharedResponse`](crate::GetSharedResponse).
    #[doc(alias = "get-shared")]
    pub struct GetShared {}
}

/// The answer to [`GetShared`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetSharedResponse {
    /// The names.
    pub keys: Vec<Text>,
}
