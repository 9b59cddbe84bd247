//! Words of configurations, as requests take them and as the daemon prints them.

use super::state::Mode;

open_enum! {
    /// The version of IKE: as a number, in requests and of an IKE_SA.
    #[derive(Default)]
    pub enum IkeVersion {
        /// Either; initiated is IKEv2. Requests only.
        Any = "0",
        /// IKEv1.
        V1 = "1",
        /// IKEv2.
        #[default]
        V2 = "2",
    }
}

/// 0, 1 or 2; any other number is an unknown word.
impl From<u8> for IkeVersion {
    fn from(version: u8) -> Self {
        Self::from(version.to_string())
    }
}

impl From<ConfiguredVersion> for IkeVersion {
    fn from(version: ConfiguredVersion) -> Self {
        match version {
            ConfiguredVersion::Any => Self::Any,
            ConfiguredVersion::V1 => Self::V1,
            ConfiguredVersion::V2 => Self::V2,
            ConfiguredVersion::Other(word) => Self::Other(word),
        }
    }
}

open_enum! {
    /// The version of IKE of a connection as `list-conns` prints it.
    #[derive(Default)]
    pub enum ConfiguredVersion {
        /// Either; initiated is IKEv2.
        #[default]
        Any = "IKEv1/2",
        /// IKEv1.
        V1 = "IKEv1",
        /// IKEv2.
        V2 = "IKEv2",
    }
}

open_enum! {
    /// The IPsec mode of a child in requests, or the kind of a policy that needs no SA.
    pub enum ChildMode {
        Tunnel = "tunnel",
        Transport = "transport",
        /// Since 5.5.2.
        TransportProxy = "transport_proxy",
        /// Since 6.0.2.
        Iptfs = "iptfs",
        Beet = "beet",
        Drop = "drop",
        Pass = "pass",
    }
}

/// As it is requested: the words of the daemon are in capitals.
impl From<Mode> for ChildMode {
    fn from(mode: Mode) -> Self {
        Self::from(mode.as_str().to_ascii_lowercase())
    }
}

open_enum! {
    /// IKE fragmentation.
    pub enum Fragmentation {
        Yes = "yes",
        /// Since 5.5.3.
        Accept = "accept",
        No = "no",
        Force = "force",
    }
}

open_enum! {
    /// Initiation of IKE_SAs without a CHILD_SA.
    pub enum Childless {
        Allow = "allow",
        /// Since 5.9.10.
        Prefer = "prefer",
        Never = "never",
        Force = "force",
    }
}

open_enum! {
    /// When certificates are sent.
    pub enum SendCert {
        Ifasked = "ifasked",
        Always = "always",
        Never = "never",
    }
}

open_enum! {
    /// OCSP inside of IKE.
    pub enum Ocsp {
        Both = "both",
        Reply = "reply",
        Request = "request",
        Never = "never",
    }
}

open_enum! {
    /// What happens to other IKE_SAs with the same peer, in requests.
    pub enum Unique {
        Never = "never",
        No = "no",
        Replace = "replace",
        Keep = "keep",
    }
}

open_enum! {
    /// What happens to other IKE_SAs with the same peer, as `list-conns` prints it.
    pub enum UniquePolicy {
        Never = "UNIQUE_NEVER",
        No = "UNIQUE_NO",
        Replace = "UNIQUE_REPLACE",
        Keep = "UNIQUE_KEEP",
    }
}

impl From<UniquePolicy> for Unique {
    fn from(policy: UniquePolicy) -> Self {
        match policy {
            UniquePolicy::Never => Self::Never,
            UniquePolicy::No => Self::No,
            UniquePolicy::Replace => Self::Replace,
            UniquePolicy::Keep => Self::Keep,
            UniquePolicy::Other(word) => Self::Other(word),
        }
    }
}

open_enum! {
    /// How strictly certificates are checked for revocation, in requests.
    pub enum Revocation {
        Strict = "strict",
        Ifuri = "ifuri",
        Relaxed = "relaxed",
    }
}

open_enum! {
    /// The worst result of a revocation check that is acceptable, as `list-conns` prints it.
    pub enum RevocationResult {
        Good = "GOOD",
        Skipped = "SKIPPED",
        Stale = "STALE",
        Failed = "FAILED",
        OnHold = "ON_HOLD",
        Revoked = "REVOKED",
    }
}

open_enum! {
    /// Hardware offload; not a bool for the daemon.
    pub enum HwOffload {
        No = "no",
        /// Same as `crypto`.
        Yes = "yes",
        /// Since 5.9.10.
        Crypto = "crypto",
        /// Since 5.9.10.
        Packet = "packet",
        /// Since 5.6.3.
        Auto = "auto",
    }
}

open_enum! {
    /// Which way the DSCP field is copied; not a bool for the daemon.
    pub enum CopyDscp {
        No = "no",
        In = "in",
        Out = "out",
        Yes = "yes",
    }
}

open_enum! {
    /// How a security label is used.
    pub enum LabelMode {
        System = "system",
        Simple = "simple",
        Selinux = "selinux",
    }
}

open_enum! {
    /// Whether CHILD_SAs are made per CPU.
    pub enum PerCpuSas {
        No = "no",
        Yes = "yes",
        /// With UDP encapsulation and random source ports.
        Encap = "encap",
    }
}

open_enum! {
    /// The method of an authentication round, as `list-conns` prints it.
    pub enum AuthClass {
        Any = "any",
        PublicKey = "public key",
        PreSharedKey = "pre-shared key",
        Eap = "EAP",
        Xauth = "XAuth",
    }
}

open_enum! {
    /// An EAP method.
    pub enum EapType {
        Identity = "EAP_IDENTITY",
        Notification = "EAP_NOTIFICATION",
        Nak = "EAP_NAK",
        Md5 = "EAP_MD5",
        Otp = "EAP_OTP",
        Gtc = "EAP_GTC",
        Tls = "EAP_TLS",
        Sim = "EAP_SIM",
        Ttls = "EAP_TTLS",
        Aka = "EAP_AKA",
        Peap = "EAP_PEAP",
        Mschapv2 = "EAP_MSCHAPV2",
        Mstlv = "EAP_MSTLV",
        Tnc = "EAP_TNC",
        PtEap = "EAP_PT_EAP",
        Expanded = "EAP_EXPANDED",
        Experimental = "EAP_EXPERIMENTAL",
        Radius = "EAP_RADIUS",
        Dynamic = "EAP_DYNAMIC",
    }
}

open_enum! {
    /// The kind of a certificate.
    ///
    /// The daemon ignores case in requests. Before 5.4.0 only the names in lower case exist.
    #[derive(Default)]
    pub enum CertType {
        /// Every kind. Requests only.
        Any = "ANY",
        /// An X.509 certificate.
        #[default]
        X509 = "X509",
        /// An X.509 certificate revocation list.
        X509Crl = "X509_CRL",
        /// An OCSP request.
        OcspRequest = "OCSP_REQUEST",
        /// An OCSP response.
        OcspResponse = "OCSP_RESPONSE",
        /// An X.509 attribute certificate.
        X509Ac = "X509_AC",
        /// A raw public key.
        Pubkey = "PUBKEY",
        /// A PKCS#10 certificate request.
        Pkcs10Request = "PKCS10_REQUEST",
        /// A PGP certificate.
        Pgp = "PGP",
        /// Old name of an X.509 certificate with the flag `CA`.
        LegacyCa = "x509ca",
        /// Old name of an X.509 certificate with the flag `OCSP`.
        LegacyOcsp = "x509ocsp",
        /// Old name of an X.509 certificate with the flag `AA`.
        LegacyAa = "x509aa",
        /// Old name of an X.509 attribute certificate.
        LegacyAc = "x509ac",
        /// Old name of an X.509 certificate revocation list.
        LegacyCrl = "x509crl",
    }
}

open_enum! {
    /// What an X.509 certificate is for.
    pub enum CertFlag {
        /// An end entity.
        None = "NONE",
        /// A certification authority.
        Ca = "CA",
        /// An attribute authority.
        Aa = "AA",
        /// An OCSP signer.
        Ocsp = "OCSP",
        /// All of these. Requests only.
        Any = "ANY",
    }
}

open_enum! {
    /// The kind of a private key; the daemon ignores case.
    pub enum KeyType {
        /// The daemon finds out.
        Any = "ANY",
        /// RSA.
        Rsa = "RSA",
        /// ECDSA.
        Ecdsa = "ECDSA",
        /// DSA, since 5.9.1.
        Dsa = "DSA",
        /// Ed25519, since 5.9.1.
        Ed25519 = "ED25519",
        /// Ed448, since 5.9.1.
        Ed448 = "ED448",
    }
}

open_enum! {
    /// The kind of a shared secret; the daemon ignores case.
    pub enum SharedType {
        /// A preshared key of IKE.
        Ike = "IKE",
        /// An EAP password; the same as `XAUTH`.
        Eap = "EAP",
        /// An XAuth password; the same as `EAP`.
        Xauth = "XAUTH",
        /// The NTLM hash of a password, since 5.5.2.
        Ntlm = "NTLM",
        /// A post-quantum preshared key, since 5.7.0.
        Ppk = "PPK",
    }
}

open_enum! {
    /// Whether a lease is in use.
    #[derive(Default)]
    pub enum LeaseStatus {
        Online = "online",
        #[default]
        Offline = "offline",
    }
}
