//! Certification authorities: `load-authority`, `unload-authority`, `get-authorities`,
//! `list-authorities`.

use serde_derive::{Deserialize, Serialize};

use crate::check::ensure;
use crate::value::{Blob, Text};

request! {
    /// `load-authority`: loads or replaces certification authorities, any number of them.
    ///
    /// They are applied one by one, those before a wrong one stay. Since 5.3.3. The example `road_warrior`
    /// of `vici-client` loads one.
    ///
    /// ```
    /// use vici_types::{Authority, LoadAuthority};
    ///
    /// let pem = "-----BEGIN CERTIFICATE-----\n…";
    /// let ca = Authority::new().cacert(pem).crl_uris(["http://crl.example.org/ca.crl"]);
    /// let request = LoadAuthority::new("example", ca);
    /// assert_eq!(request.authorities.len(), 1);
    /// ```
    ///
    /// Answered by [`Done`](crate::Done).
    #[doc(alias = "load-authority")]
    pub struct LoadAuthority by hand {
        /// The authorities, each in a section of its name.
        "" authorities: parts Authority,
    }
}

impl LoadAuthority {
    /// One authority.
    pub fn new(name: impl Into<Text>, authority: Authority) -> Self {
        Self::default().authority(name, authority)
    }

    /// One more authority.
    #[must_use]
    pub fn authority(mut self, name: impl Into<Text>, authority: Authority) -> Self {
        self.authorities.push(name, authority);
        self
    }
}

request! {
    /// A certification authority: its certificate, and where to ask about revocation.
    ///
    /// ```
    /// use vici_types::Authority;
    ///
    /// let authority = Authority::new()
    ///     .file("/etc/swanctl/x509ca/ca.pem")
    ///     .ocsp_uris(["http://ocsp.example.org"]);
    /// assert!(authority.check().is_ok());
    /// ```
    pub struct Authority {
        /// CA certificate as data (PEM or DER); needs the CA flag. One of `cacert`,
        /// `file` and `handle` is needed. Since 5.3.3.
        "cacert" cacert: opt Blob,
        /// Path of the CA certificate, read by the daemon. Only if one of cacert, file,
        /// handle. Default: none. Since 5.5.2.
        "file" file: opt Text,
        /// Hex CKA_ID of the CA certificate on a token. Only if one of cacert, file,
        /// handle. Default: none. Since 5.5.2.
        "handle" handle: opt Text,
        /// Token slot. Default: any slot. Since 5.5.2.
        "slot" slot: num u32,
        /// PKCS#11 module name. Default: any module. Since 5.5.2.
        "module" module: opt Text,
        /// Base URI for hash-and-URL. Default: none. Since 5.3.3.
        "cert_uri_base" cert_uri_base: opt Text,
        /// CRL distribution points. Default: none. Since 5.3.3.
        "crl_uris" crl_uris: list Text,
        /// OCSP responders. Default: none. Since 5.3.3.
        "ocsp_uris" ocsp_uris: list Text,
    }
    check(authority) {
        let given = [
            authority.cacert.is_some(),
            authority.file.is_some(),
            authority.handle.is_some(),
        ];
        let one = given.iter().filter(|given| **given).count() <= 1;
        ensure(one, "", "takes one of cacert, file and handle, the daemon ignores the others")?;
    }
}

request! {
    /// `unload-authority`: unloads a certification authority. Since 5.3.3.
    ///
    /// ```
    /// use vici_types::{GetAuthoritiesResponse, UnloadAuthority};
    ///
    /// let loaded: GetAuthoritiesResponse = serde_json::from_str(r#"{"authorities": ["example"]}"#)?;
    /// let requests: Vec<_> = loaded.authorities.iter().map(UnloadAuthority::new).collect();
    /// assert_eq!(requests[0].name, "example");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Answered by [`Done`](crate::Done).
    #[doc(alias = "unload-authority")]
    pub struct UnloadAuthority {
        need {
            /// The name of the authority.
            "name" name: Text,
        }
    }
}

request! {
    /// `get-authorities`: the names of the loaded certification authorities. Since 5.3.3.
    ///
    /// ```
    /// use vici_types::GetAuthoritiesResponse;
    ///
    /// let answer: GetAuthoritiesResponse = serde_json::from_str(r#"{"authorities": ["example"]}"#)?;
    /// assert!(answer.authorities.iter().any(|name| name == "example"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Answered by [`GetAuthoritiesResponse`](crate::GetAuthoritiesResponse).
    #[doc(alias = "get-authorities")]
    pub struct GetAuthorities {}
}

/// The answer to [`GetAuthorities`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetAuthoritiesResponse {
    /// The names.
    pub authorities: Vec<Text>,
}

request! {
    /// `list-authorities`: the loaded certification authorities, as [`ListAuthority`] events. Since
    /// 5.3.3.
    ///
    /// ```
    /// use vici_types::ListAuthorities;
    ///
    /// let all = ListAuthorities::new();
    /// let one = ListAuthorities::new().name("example");
    /// assert_eq!(vici_serde::to_message(&one)?.one_line().to_string(), "name = example");
    /// # Ok::<(), vici_serde::Error>(())
    /// ```
    ///
    /// Streams [`ListAuthority`](crate::ListAuthority), and is answered by [`Empty`](crate::Empty).
    #[doc(alias = "list-authorities")]
    pub struct ListAuthorities {
        /// Only the authority with this name.
        "name" name: opt Text,
    }
}

record! {
    /// `list-authority`: one certification authority. Since 5.3.3.
    #[doc(alias = "list-authority")]
    #[derive(Default)]
    pub struct ListAuthority {
        named
        /// The authority; its section is named after it.
        authority: AuthorityInfo,
    }
}

/// A certification authority as `list-authorities` reports it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuthorityInfo {
    /// Subject of the CA certificate. Since 5.3.3.
    pub cacert: Text,
    /// CRL URIs (may be empty). Since 5.3.3.
    pub crl_uris: Vec<Text>,
    /// OCSP URIs (may be empty). Since 5.3.3.
    pub ocsp_uris: Vec<Text>,
    /// Base URI for hash-and-URL. Only if configured. Since 5.3.3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert_uri_base: Option<Text>,
}
