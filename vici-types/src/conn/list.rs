use serde_derive::{Deserialize, Serialize};

use crate::named::Named;
use crate::value::{Action, HexBytes, Text, TrafficSelector};
use crate::word::{AuthClass, ConfiguredVersion, EapType, Mode, RevocationResult, UniquePolicy};

record! {
    /// A connection as `list-conns` reports it.
    #[derive(Default)]
    pub struct ConnInfo {
        /// Local addresses as configured: literals, names, subnets, ranges or %any.
        "local_addrs" local_addrs: need Vec<Text>,
        /// Remote addresses as configured.
        "remote_addrs" remote_addrs: need Vec<Text>,
        /// Configured local IKE port. Since 6.0.3.
        "local_port" local_port: opt u16,
        /// Configured remote IKE port. Since 6.0.3.
        "remote_port" remote_port: opt u16,
        /// IKE version.
        "version" version: need ConfiguredVersion,
        /// IKE reauthentication interval in seconds, 0 = off. Since 5.5.0.
        "reauth_time" reauth_time: opt u64,
        /// IKE rekey interval in seconds, 0 = off. Since 5.5.0.
        "rekey_time" rekey_time: opt u64,
        /// Uniqueness policy. Since 5.5.2.
        "unique" unique: opt UniquePolicy,
        /// IKE proposals; the section is there even if empty. Since 6.1.0.
        "proposals" proposals: opt Named<Proposal>,
        /// DPD interval in seconds. Only if not zero. Since 5.6.2.
        "dpd_delay" dpd_delay: opt u64,
        /// IKEv1 DPD timeout in seconds. Only if not zero. Since 5.6.2.
        "dpd_timeout" dpd_timeout: opt u64,
        /// Identity of the post-quantum preshared key. Only if configured. Since 5.7.0.
        "ppk_id" ppk_id: opt Text,
        /// PPK is mandatory. Only if enabled. Since 5.7.0.
        "ppk_required" ppk_required: flag bool,
        /// `local-1`, `local-2`, ...: Local authentication rounds, in their order. Before 5.3.0
        /// each was called `local`.
        "local" local: prefix AuthInfo,
        /// `remote-1`, `remote-2`, ...: Remote authentication rounds, in their order. Before 5.3.0
        /// each was called `remote`.
        "remote" remote: prefix AuthInfo,
        /// Child configurations keyed by name (may be empty).
        "children" children: need Named<ChildInfo>,
    }
}

/// An authentication round as `list-conns` reports it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuthInfo {
    /// Authentication method. Only if an auth method is configured; absent when the auth
    /// key was not given (that means public key).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<AuthClass>,
    /// `eap-type`: EAP method. Only of EAP with a specific method.
    #[serde(rename = "eap-type", skip_serializing_if = "Option::is_none")]
    pub eap_type: Option<EapType>,
    /// `eap-vendor`: Vendor ID (PEN) of an expanded EAP method. Only of methods of a vendor.
    #[serde(rename = "eap-vendor", skip_serializing_if = "Option::is_none")]
    pub eap_vendor: Option<u32>,
    /// XAuth backend name. Only of XAuth with a specific backend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xauth: Option<Text>,
    /// Revocation policy as the worst acceptable result. Only if the policy is strict
    /// (GOOD) or ifuri (SKIPPED); relaxed emits nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation: Option<RevocationResult>,
    /// IKE identity. Only if an identity is configured or was derived from a certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Text>,
    /// Identity a CA in the trust chain must have. Only if configured. Since 5.8.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_id: Option<Text>,
    /// Identity of the AAA backend. Only if configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aaa_id: Option<Text>,
    /// EAP identity. Only if configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eap_id: Option<Text>,
    /// XAuth user name. Only if configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xauth_id: Option<Text>,
    /// Required group memberships (may be empty).
    pub groups: Vec<Text>,
    /// Required certificate policy OIDs (may be empty). Since 5.7.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert_policy: Option<Vec<Text>>,
    /// Subjects of the configured end entity certificates / raw keys (may be empty).
    pub certs: Vec<Text>,
    /// Subjects of the configured CA certificates (may be empty).
    pub cacerts: Vec<Text>,
}

/// A child as `list-conns` reports it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChildInfo {
    /// Configured IPsec mode, upper case.
    pub mode: Mode,
    /// Configured security label as hex including the terminating zero byte. Only if
    /// configured. Since 5.9.6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<HexBytes>,
    /// CHILD_SA rekey interval in seconds, 0 = off. Since 5.5.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rekey_time: Option<u64>,
    /// CHILD_SA rekey volume in bytes, 0 = off. Since 5.5.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rekey_bytes: Option<u64>,
    /// CHILD_SA rekey packet count, 0 = off. Since 5.5.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rekey_packets: Option<u64>,
    /// Action on a dead peer. Since 5.6.2. Before 5.9.6: clear|hold|restart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpd_action: Option<Action>,
    /// Action after the peer closed the CHILD_SA. Since 5.6.2. Before 5.9.6:
    /// clear|hold|restart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_action: Option<Action>,
    /// ESP proposals; the section is there even if empty. Since 6.1.0.
    #[serde(
        default,
        deserialize_with = "crate::format::some",
        skip_serializing_if = "Option::is_none"
    )]
    pub esp_proposals: Option<Named<Proposal>>,
    /// AH proposals; the section is there even if empty. Since 6.1.0.
    #[serde(
        default,
        deserialize_with = "crate::format::some",
        skip_serializing_if = "Option::is_none"
    )]
    pub ah_proposals: Option<Named<Proposal>>,
    /// `local-ts`: Local traffic selectors. With a dash on output, local_ts on input.
    #[serde(rename = "local-ts")]
    pub local_ts: Vec<TrafficSelector>,
    /// `remote-ts`: Remote traffic selectors. With a dash on output, remote_ts on input.
    #[serde(rename = "remote-ts")]
    pub remote_ts: Vec<TrafficSelector>,
    /// Interface the policies are bound to. Only if configured. Since 5.5.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<Text>,
    /// Fixed policy priority. Only if not zero. Since 5.5.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,
}

/// The algorithms of a proposal, by the kind of transform: `AES_CBC_256` and the like, in upper case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Proposal {
    /// Encryption algorithms, if the proposal has any. Since 6.1.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encr: Option<Vec<Text>>,
    /// Integrity algorithms, if the proposal has any. Since 6.1.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integ: Option<Vec<Text>>,
    /// Pseudo-random functions, if the proposal has any. Since 6.1.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prf: Option<Vec<Text>>,
    /// Key exchange methods, if the proposal has any. Since 6.1.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ke: Option<Vec<Text>>,
    /// Additional key exchange methods, exchange 1, if the proposal has any. Since 6.1.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ake1: Option<Vec<Text>>,
    /// Additional key exchange methods, exchange 2, if the proposal has any. Since 6.1.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ake2: Option<Vec<Text>>,
    /// Additional key exchange methods, exchange 3, if the proposal has any. Since 6.1.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ake3: Option<Vec<Text>>,
    /// Additional key exchange methods, exchange 4, if the proposal has any. Since 6.1.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ake4: Option<Vec<Text>>,
    /// Additional key exchange methods, exchange 5, if the proposal has any. Since 6.1.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ake5: Option<Vec<Text>>,
    /// Additional key exchange methods, exchange 6, if the proposal has any. Since 6.1.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ake6: Option<Vec<Text>>,
    /// Additional key exchange methods, exchange 7, if the proposal has any. Since 6.1.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ake7: Option<Vec<Text>>,
    /// Sequence number transforms, if the proposal has any. Since 6.1.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sn: Option<Vec<Text>>,
}
