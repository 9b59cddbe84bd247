use crate::check::{ensure, limit, limit_each};
use crate::named::push_numbered;
use crate::value::{Blob, Text};
use crate::word::Revocation;

request! {
    /// A round of authentication, of one side of a connection.
    ///
    /// An `auth` of an unknown EAP method is taken for `eap` by the daemon, without a word.
    ///
    /// ```
    /// use vici_types::{Conn, ConnAuth};
    ///
    /// // A password behind the certificate of the gateway.
    /// let me = ConnAuth::new().auth("eap-mschapv2").eap_id("carol");
    /// let gateway = ConnAuth::new().auth("pubkey").id("moon.example.org").revocation("strict");
    /// let conn = Conn::new().remote_addrs(["192.0.2.1"]).local(me).remote(gateway);
    /// assert!(conn.check().is_ok());
    /// ```
    pub struct ConnAuth {
        /// Sort key of the round; equal values keep message order. Default: 0. Since
        /// 5.4.0.
        "round" round: num u32,
        /// Authentication method. Default: public key without constraints.
        "auth" auth: opt Text,
        /// IKE identity; remote side may be a pattern. Default: subject of the first
        /// certificate in this section, else none (%any).
        "id" id: opt Text,
        /// Identity a CA in the chain must have (remote). Default: none. Since 5.8.2.
        "ca_id" ca_id: opt Text,
        /// Identity expected from the AAA/EAP server (local). Default: none.
        "aaa_id" aaa_id: opt Text,
        /// EAP identity. Default: none.
        "eap_id" eap_id: opt Text,
        /// XAuth user name. Default: none.
        "xauth_id" xauth_id: opt Text,
        /// Certificate revocation policy (remote). Default: relaxed.
        "revocation" revocation: opt Revocation,
        /// Required group memberships (remote). Default: none.
        "groups" groups: list Text,
        /// Required certificate policy OIDs (remote). Default: none. Since 5.5.2.
        "cert_policy" cert_policy: list Text,
        /// End entity certificates as data (PEM or DER), not as path. Default: none.
        "certs" certs: list Blob,
        /// CA certificates as data. Default: none.
        "cacerts" cacerts: list Blob,
        /// Raw public keys as data. Default: none. Since 5.4.0. Since 6.0.1 a bad key
        /// gives the generic parse error instead of naming the key.
        "pubkeys" pubkeys: list Blob,
        /// `cert*`: Certificates by path or token, any section whose name begins with `cert`. Since
        /// 5.5.2.
        "cert" cert: prefix ConnCert,
        /// `cacert*`: CA certificates by path or token, any section whose name begins with
        /// `cacert`. Since 5.5.2.
        "cacert" cacert: prefix ConnCert,
    }
    check(auth) {
        limit("auth", auth.auth.as_ref(), 63)?;
        limit("id", auth.id.as_ref(), 511)?;
        limit("ca_id", auth.ca_id.as_ref(), 511)?;
        limit("aaa_id", auth.aaa_id.as_ref(), 511)?;
        limit("eap_id", auth.eap_id.as_ref(), 511)?;
        limit("xauth_id", auth.xauth_id.as_ref(), 511)?;
        limit_each("groups", auth.groups.as_ref(), 511)?;
    }
}

impl ConnAuth {
    /// Adds a certificate, in a section called `cert`, or `cert-2` and so on.
    #[must_use]
    pub fn cert(mut self, cert: ConnCert) -> Self {
        push_numbered(&mut self.cert, "cert", cert);
        self
    }

    /// Adds a CA certificate, in a section called `cacert`, or `cacert-2` and so on.
    #[must_use]
    pub fn cacert(mut self, cert: ConnCert) -> Self {
        push_numbered(&mut self.cacert, "cacert", cert);
        self
    }
}

request! {
    /// A certificate that the daemon reads from a file or a token.
    ///
    /// ```
    /// use vici_types::{ConnAuth, ConnCert};
    ///
    /// let file = ConnCert::new().file("moon.pem");
    /// let token = ConnCert::new().handle("2a").slot(1).module("opensc");
    /// let auth = ConnAuth::new().auth("pubkey").cert(file);
    /// // One of both.
    /// assert!(token.file("moon.pem").check().is_err());
    /// ```
    pub struct ConnCert {
        /// Absolute path readable by the daemon. Either `file` or `handle` is needed. Since
        /// 5.5.2.
        "file" file: opt Text,
        /// Hex CKA_ID of the certificate on a token. Either `file` or `handle` is needed.
        /// Since 5.5.2.
        "handle" handle: opt Text,
        /// Token slot. Default: any slot. Since 5.5.2.
        "slot" slot: num u32,
        /// PKCS#11 module name. Default: any module. Since 5.5.2.
        "module" module: opt Text,
    }
    check(cert) {
        let one = cert.file.is_some() != cert.handle.is_some();
        ensure(one, "", "needs either file or handle")?;
    }
}
