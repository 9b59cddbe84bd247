//! Certificates: `load-cert`, `list-certs`, `flush-certs`, `clear-creds`.

use core::ops::Not;

use serde_derive::{Deserialize, Serialize};

use crate::check::not_empty;
use crate::value::{Blob, Text};
use crate::word::{CertFlag, CertType};

request! {
    /// `load-cert`: loads a certificate, a CRL, or the like.
    ///
    /// ```
    /// use vici_types::{CertFlag, CertType, LoadCert};
    ///
    /// let pem = "-----BEGIN CERTIFICATE-----\n…";
    /// let request = LoadCert::new(CertType::X509, pem).flag(CertFlag::Ca);
    /// let der: &[u8] = b"\x30\x82\x02\x00";
    /// let request = LoadCert::new(CertType::X509, der);
    /// ```
    ///
    /// Answered by [`Done`](crate::Done).
    #[doc(alias = "load-cert")]
    pub struct LoadCert {
        need {
            /// `type`: What it is.
            "type" type_: CertType,
            /// The thing itself, PEM or DER; of a public key its SubjectPublicKeyInfo or
            /// PKCS#1.
            "data" data: Blob,
        }
        /// What an X.509 certificate is for; of others not read. `CA` needs a CA
        /// certificate, and a CA certificate is one whatever the flag says. Default: NONE. Since
        /// 5.4.0.
        "flag" flag: opt CertFlag,
    }
}

request! {
    /// `list-certs`: certificates and the like that the daemon knows, as [`ListCert`] events.
    ///
    /// What is larger than 65,535 bytes is not listed, nor are certificates of several flags.
    ///
    /// ```
    /// use vici_types::{CertFlag, CertType, ListCerts};
    ///
    /// let crls = ListCerts::new().type_(CertType::X509Crl);
    /// let cas = ListCerts::new().type_(CertType::X509).flag(CertFlag::Ca);
    /// let mine = ListCerts::new().subject("C=CH, O=strongSwan, CN=moon");
    /// ```
    ///
    /// Streams [`ListCert`](crate::ListCert), and is answered by [`Empty`](crate::Empty).
    #[doc(alias = "list-certs")]
    pub struct ListCerts {
        /// `type`: Only this certificate type; default ANY. Case-insensitive; legacy names
        /// (x509ca, ...) imply the flag; an unknown type yields no events and still no error.
        "type" type_: opt CertType,
        /// Only X.509 certificates with this flag; default ANY. Since 5.4.0. An unknown
        /// flag yields no events and no error.
        "flag" flag: opt CertFlag,
        /// Only certificates matching this subject (or subjectAltName).
        "subject" subject: opt Text,
    }
    check(list) {
        not_empty("subject", list.subject.as_ref())?;
    }
}

/// `list-cert`: one certificate, CRL, OCSP response or raw public key.
#[doc(alias = "list-cert")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub struct ListCert {
    /// `type`: What it is.
    #[serde(rename = "type")]
    pub type_: CertType,
    /// What an X.509 certificate is for. Since 5.4.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flag: Option<CertFlag>,
    /// Whether the daemon has the private key that belongs to it.
    #[serde(rename = "has_privkey", default, skip_serializing_if = "Not::not")]
    pub has_privkey: bool,
    /// Its DER encoding; of a public key its SubjectPublicKeyInfo.
    pub data: Blob,
    /// The identity that a raw public key belongs to. Since 5.4.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Text>,
    /// `not-before`: When the validity of a raw public key begins: `YYYYMMDDHHMMSSZ`. Since 5.4.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Text>,
    /// `not-after`: When the validity of a raw public key ends: `YYYYMMDDHHMMSSZ`. Since 5.4.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Text>,
}

request! {
    /// `flush-certs`: empties the cache of certificates. Since 5.5.1.
    ///
    /// ```
    /// use vici_types::{CertType, FlushCerts};
    ///
    /// let all = FlushCerts::new();
    /// let crls = FlushCerts::new().type_(CertType::X509Crl);
    /// ```
    ///
    /// Answered by [`Done`](crate::Done).
    #[doc(alias = "flush-certs")]
    pub struct FlushCerts {
        /// `type`: Only of this type. Default: ANY.
        "type" type_: opt CertType,
    }
}

request! {
    /// `clear-creds`: drops the certificates, private keys and shared secrets that were loaded,
    /// and empties the cache.
    ///
    /// CA certificates of authorities and PINs of tokens stay.
    ///
    /// ```
    /// use vici_types::ClearCredsResponse;
    ///
    /// // Since 5.2.1 the answer says whether it was done, before that it is empty.
    /// let answer: ClearCredsResponse = vici_serde::from_slice(b"")?;
    /// assert_eq!(answer.success, None);
    /// # Ok::<(), vici_serde::Error>(())
    /// ```
    ///
    /// Answered by [`ClearCredsResponse`](crate::ClearCredsResponse).
    #[doc(alias = "clear-creds")]
    pub struct ClearCreds {}
}

/// The answer to [`ClearCreds`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClearCredsResponse {
    /// Whether the command was carried out. Since 5.2.1; before that the answer is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<bool>,
    /// Why it was not. Only if `success` is `no`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errmsg: Option<Text>,
}
