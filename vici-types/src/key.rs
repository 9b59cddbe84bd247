//! Private keys: `load-key`, `unload-key`, `get-keys`, `load-token`.

use serde_derive::{Deserialize, Serialize};

use crate::check::printable;
use crate::value::{HexBytes, Secret, Text};
use crate::word::KeyType;

request! {
    /// `load-key`: loads a private key.
    ///
    /// ```
    /// use vici_types::{KeyType, LoadKey};
    ///
    /// let pem = "-----BEGIN PRIVATE KEY-----\n…";
    /// let request = LoadKey::new(KeyType::Any, pem);
    /// // It is not shown.
    /// assert!(!format!("{request:?}").contains("BEGIN"));
    /// ```
    ///
    /// Answered by [`LoadKeyResponse`](crate::LoadKeyResponse).
    #[doc(alias = "load-key")]
    pub struct LoadKey {
        need {
            /// `type`: The kind of key; [`KeyType::Any`] lets the daemon find out.
            "type" type_: KeyType,
            /// The key, PEM or DER, not encrypted. An EC key in PEM must not begin with a
            /// block of parameters.
            "data" data: Secret,
        }
    }
}

/// The answer to [`LoadKey`] and [`LoadToken`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LoadKeyResponse {
    /// Whether the key was loaded.
    pub success: bool,
    /// Why it was not. Only if `success` is `no`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errmsg: Option<Text>,
    /// The SHA-1 identifier of the public key. Only if `success` is `yes`. Since 5.5.3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<HexBytes>,
}

request! {
    /// `load-token`: loads a private key that lives on a PKCS#11 token. Since 5.5.2.
    ///
    /// ```
    /// use vici_types::LoadToken;
    ///
    /// let request = LoadToken::new("2a").slot(1).module("opensc").pin("123456");
    /// assert!(request.check().is_ok());
    /// ```
    ///
    /// Answered by [`LoadKeyResponse`](crate::LoadKeyResponse).
    #[doc(alias = "load-token")]
    pub struct LoadToken {
        need {
            /// The CKA_ID of the key, in hex.
            "handle" handle: Text,
        }
        /// The slot of the token; absent or negative for all.
        "slot" slot: num i32,
        /// The name of the PKCS#11 module.
        "module" module: opt Text,
        /// The PIN. The daemon keeps it until the key is unloaded.
        "pin" pin: opt Secret,
    }
    check(token) {
        let pin = token.pin.as_ref().map_or(&[][..], Secret::expose);
        printable(pin).map_err(|error| error.within("pin"))?;
    }
}

request! {
    /// `unload-key`: unloads a private key, and the PIN of its token. Since 5.5.2.
    ///
    /// ```
    /// use vici_types::{GetKeysResponse, UnloadKey};
    ///
    /// let loaded: GetKeysResponse = serde_json::from_str(r#"{"keys": ["0e851071"]}"#)?;
    /// let requests: Vec<_> = loaded.keys.iter().map(UnloadKey::new).collect();
    /// assert_eq!(requests[0].id, "0e851071");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Answered by [`Done`](crate::Done).
    #[doc(alias = "unload-key")]
    pub struct UnloadKey {
        need {
            /// The identifier of the key as [`LoadKey`] and [`GetKeys`] return it; case,
            /// colons and `0x` before it do not matter.
            "id" id: Text,
        }
    }
}

request! {
    /// `get-keys`: the identifiers of the private keys that were loaded. Since 5.5.2.
    ///
    /// ```
    /// use vici_types::GetKeysResponse;
    ///
    /// let answer: GetKeysResponse = serde_json::from_str(r#"{"keys": ["0e851071"]}"#)?;
    /// assert_eq!(answer.keys[0], "0e851071");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Answered by [`GetKeysResponse`](crate::GetKeysResponse).
    #[doc(alias = "get-keys")]
    pub struct GetKeys {}
}

/// The answer to [`GetKeys`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetKeysResponse {
    /// The SHA-1 identifiers of the keys.
    pub keys: Vec<HexBytes>,
}
