//! States, modes and other words about SAs.

open_enum! {
    /// The state of an IKE_SA.
    #[derive(Default)]
    pub enum IkeState {
        #[default]
        Created = "CREATED",
        Connecting = "CONNECTING",
        Established = "ESTABLISHED",
        Passive = "PASSIVE",
        Rekeying = "REKEYING",
        Rekeyed = "REKEYED",
        Deleting = "DELETING",
        Destroying = "DESTROYING",
    }
}

open_enum! {
    /// The state of a CHILD_SA.
    #[derive(Default)]
    pub enum ChildState {
        #[default]
        Created = "CREATED",
        Routed = "ROUTED",
        Installing = "INSTALLING",
        Installed = "INSTALLED",
        Updating = "UPDATING",
        Rekeying = "REKEYING",
        Rekeyed = "REKEYED",
        Retrying = "RETRYING",
        Deleting = "DELETING",
        Deleted = "DELETED",
        Destroying = "DESTROYING",
    }
}

open_enum! {
    /// The IPsec mode of a CHILD_SA or a policy, as the daemon prints it; requests have `ChildMode`.
    #[derive(Default)]
    pub enum Mode {
        Transport = "TRANSPORT",
        #[default]
        Tunnel = "TUNNEL",
        Beet = "BEET",
        Pass = "PASS",
        Drop = "DROP",
        Iptfs = "IPTFS",
        TransportProxy = "TRANSPORT_PROXY",
    }
}

open_enum! {
    /// An IPsec protocol.
    pub enum IpsecProtocol {
        Ah = "AH",
        Esp = "ESP",
    }
}

open_enum! {
    /// A task of an IKE_SA: an exchange, or a part of one.
    pub enum Task {
        IkeInit = "IKE_INIT",
        IkeNatd = "IKE_NATD",
        IkeMobike = "IKE_MOBIKE",
        IkeAuth = "IKE_AUTH",
        IkeAuthLifetime = "IKE_AUTH_LIFETIME",
        IkeCertPre = "IKE_CERT_PRE",
        IkeCertPost = "IKE_CERT_POST",
        IkeConfig = "IKE_CONFIG",
        IkeRekey = "IKE_REKEY",
        IkeReauth = "IKE_REAUTH",
        IkeReauthComplete = "IKE_REAUTH_COMPLETE",
        IkeRedirect = "IKE_REDIRECT",
        IkeVerifyPeerCert = "IKE_VERIFY_PEER_CERT",
        IkeMidSync = "IKE_MID_SYNC",
        IkeDelete = "IKE_DELETE",
        IkeDpd = "IKE_DPD",
        IkeVendor = "IKE_VENDOR",
        IkeEstablish = "IKE_ESTABLISH",
        IkeMe = "IKE_ME",
        ChildCreate = "CHILD_CREATE",
        ChildDelete = "CHILD_DELETE",
        ChildRekey = "CHILD_REKEY",
        MainMode = "MAIN_MODE",
        AggressiveMode = "AGGRESSIVE_MODE",
        Informational = "INFORMATIONAL",
        IsakmpDelete = "ISAKMP_DELETE",
        Xauth = "XAUTH",
        ModeConfig = "MODE_CONFIG",
        QuickMode = "QUICK_MODE",
        QuickDelete = "QUICK_DELETE",
        IsakmpVendor = "ISAKMP_VENDOR",
        IsakmpNatd = "ISAKMP_NATD",
        IsakmpDpd = "ISAKMP_DPD",
        IsakmpCertPre = "ISAKMP_CERT_PRE",
        IsakmpCertPost = "ISAKMP_CERT_POST",
    }
}

open_enum! {
    /// The subsystem that logged a message.
    #[derive(Default)]
    pub enum LogGroup {
        Dmn = "DMN",
        Mgr = "MGR",
        Ike = "IKE",
        Chd = "CHD",
        Job = "JOB",
        Wch = "WCH",
        Cfg = "CFG",
        Knl = "KNL",
        Net = "NET",
        Asn = "ASN",
        Enc = "ENC",
        Tnc = "TNC",
        Imc = "IMC",
        Imv = "IMV",
        Pts = "PTS",
        Tls = "TLS",
        App = "APP",
        Esp = "ESP",
        Lib = "LIB",
        #[default]
        Any = "ANY",
    }
}

open_enum! {
    /// What an alert is about.
    pub enum AlertType {
        /// No answer from a RADIUS server.
        RadiusNotResponding = "radius-not-responding",
        /// Daemon received a signal telling it to stop.
        ShutdownSignal = "shutdown-signal",
        /// Our own authentication failed, noticed by us or by the peer.
        LocalAuthFailed = "local-auth-failed",
        /// The peer could not be authenticated.
        PeerAuthFailed = "peer-auth-failed",
        /// Peer address could not be resolved.
        PeerAddrFailed = "peer-addr-failed",
        /// First IKE message got no answer.
        PeerInitUnreachable = "peer-init-unreachable",
        /// IKE message with an unknown or wrong SPI.
        InvalidIkeSpi = "invalid-ike-spi",
        /// IKE header could not be parsed.
        ParseErrorHeader = "parse-error-header",
        /// IKE payloads could not be parsed.
        ParseErrorBody = "parse-error-body",
        /// A request is being retransmitted.
        RetransmitSend = "retransmit-send",
        /// A retransmitted request finally got its response.
        RetransmitSendCleared = "retransmit-send-cleared",
        /// Gave up retransmitting.
        RetransmitSendTimeout = "retransmit-send-timeout",
        /// Peer retransmitted a message to us.
        RetransmitReceive = "retransmit-receive",
        /// IKE_SA did not get established in time.
        HalfOpenTimeout = "half-open-timeout",
        /// No common IKE proposal.
        ProposalMismatchIke = "proposal-mismatch-ike",
        /// No common ESP/AH proposal.
        ProposalMismatchChild = "proposal-mismatch-child",
        /// No common traffic selectors.
        TsMismatch = "ts-mismatch",
        /// Traffic selectors were narrowed by one side.
        TsNarrowed = "ts-narrowed",
        /// Kernel rejected an IPsec SA.
        InstallChildSaFailed = "install-child-sa-failed",
        /// Kernel rejected an IPsec policy.
        InstallChildPolicyFailed = "install-child-policy-failed",
        /// IKE_SA removed by the uniqueness policy 'replace'.
        UniqueReplace = "unique-replace",
        /// New IKE_SA refused by the uniqueness policy 'keep'.
        UniqueKeep = "unique-keep",
        /// CHILD_SA failed but the IKE_SA stays.
        KeepOnChildSaFailure = "keep-on-child-sa-failure",
        /// Virtual IP could not be assigned.
        VipFailure = "vip-failure",
        /// An authorization hook said no.
        AuthorizationFailed = "authorization-failed",
        /// IKE_SA reached its hard lifetime before rekey/reauth succeeded.
        IkeSaExpired = "ike-sa-expired",
        /// Certificate outside its validity period.
        CertExpired = "cert-expired",
        /// Certificate revoked.
        CertRevoked = "cert-revoked",
        /// Revocation status could not be established as policy demands.
        CertValidationFailed = "cert-validation-failed",
        /// No trusted issuer for the certificate.
        CertNoIssuer = "cert-no-issuer",
        /// Chain ends in an untrusted root.
        CertUntrustedRoot = "cert-untrusted-root",
        /// Trust chain longer than permitted.
        CertExceededPathLen = "cert-exceeded-path-len",
        /// Other certificate policy problem.
        CertPolicyViolation = "cert-policy-violation",
    }
}
