use core::ops::Not;

use serde_derive::{Deserialize, Serialize};

use super::{ChildSa, Traffic};
use crate::named::Named;
use crate::value::{Address, Hex32, IkeSpi, Text};
use crate::word::{Encryption, IkeState, IkeVersion, Integrity, KeyExchange, Prf, Task};

/// An IKE_SA.
///
/// Its CHILD_SAs are `C`: [`ChildSa`] but for `child-rekey`, which shows them before and after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    bound(deserialize = "C: serde::Deserialize<'de>")
)]
#[non_exhaustive]
pub struct IkeSa<C = ChildSa> {
    /// Number identifying this IKE_SA for the lifetime of the daemon; accepted by the
    /// ike-id arguments.
    pub uniqueid: u32,
    /// IKE major version in use.
    pub version: IkeVersion,
    /// State of the IKE_SA. REKEYED was added in 5.5.x.
    pub state: IkeState,
    /// `local-host`: Local IKE endpoint address.
    pub local_host: Address,
    /// `local-port`: Local IKE UDP port. Since 5.4.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_port: Option<u16>,
    /// `local-id`: Our IKE identity; `%any` while it is not known yet.
    pub local_id: Text,
    /// `remote-host`: Remote IKE endpoint address.
    pub remote_host: Address,
    /// `remote-port`: Remote IKE UDP port. Since 5.4.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_port: Option<u16>,
    /// `remote-id`: Peer's IKE identity; `%any` while it is not known yet.
    pub remote_id: Text,
    /// `remote-xauth-id`: XAuth user name of the peer. Only if IKEv1 is used and the authenticated
    /// XAuth identity differs from remote-id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_xauth_id: Option<Text>,
    /// `remote-eap-id`: EAP identity of the peer. Only if IKEv2 is used and the EAP identity
    /// differs from remote-id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_eap_id: Option<Text>,
    /// We were the initiator of this IKE_SA.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub initiator: bool,
    /// `initiator-spi`: Initiator SPI (IKEv1: initiator cookie). Byte order correct since 5.4.0.
    pub initiator_spi: IkeSpi,
    /// `responder-spi`: Responder SPI (IKEv1: responder cookie); all zero until known.
    pub responder_spi: IkeSpi,
    /// `nat-local`: A NAT was detected in front of us. Since 5.3.4.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub nat_local: bool,
    /// `nat-remote`: A NAT was detected in front of the peer. Since 5.3.4.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub nat_remote: bool,
    /// `nat-fake`: The NAT situation was faked by us to force UDP encapsulation. Since 5.3.4.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub nat_fake: bool,
    /// `nat-any`: Some NAT (real or faked) is present. Since 5.3.4.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub nat_any: bool,
    /// `if-id-in`: Default inbound XFRM interface ID for child SAs. Only if not zero. Since 5.8.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_id_in: Option<Hex32>,
    /// `if-id-out`: Default outbound XFRM interface ID for child SAs. Only if not zero. Since
    /// 5.8.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_id_out: Option<Hex32>,
    /// `encr-alg`: IKE encryption algorithm. Only if a proposal has been selected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encr_alg: Option<Encryption>,
    /// `encr-keysize`: Key length in bits of encr-alg. Only if the algorithm has a variable key
    /// length.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encr_keysize: Option<u16>,
    /// `integ-alg`: IKE integrity algorithm. Only if the proposal contains one (not with AEAD).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integ_alg: Option<Integrity>,
    /// `integ-keysize`: Key length in bits of integ-alg. Only if not zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integ_keysize: Option<u16>,
    /// `prf-alg`: IKE pseudo random function. Only if a proposal has been selected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prf_alg: Option<Prf>,
    /// `dh-group`: First (classic) key exchange method. Only if a proposal has been selected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dh_group: Option<KeyExchange>,
    /// Key exchange method negotiated as additional key exchange number 1 of the IKE_SA.
    /// Only if the proposal contains additional key exchange 1 (RFC 9370, IKEv2 only). Since 6.0.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ake1: Option<KeyExchange>,
    /// Key exchange method negotiated as additional key exchange number 2 of the IKE_SA.
    /// Only if the proposal contains additional key exchange 2 (RFC 9370, IKEv2 only). Since 6.0.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ake2: Option<KeyExchange>,
    /// Key exchange method negotiated as additional key exchange number 3 of the IKE_SA.
    /// Only if the proposal contains additional key exchange 3 (RFC 9370, IKEv2 only). Since 6.0.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ake3: Option<KeyExchange>,
    /// Key exchange method negotiated as additional key exchange number 4 of the IKE_SA.
    /// Only if the proposal contains additional key exchange 4 (RFC 9370, IKEv2 only). Since 6.0.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ake4: Option<KeyExchange>,
    /// Key exchange method negotiated as additional key exchange number 5 of the IKE_SA.
    /// Only if the proposal contains additional key exchange 5 (RFC 9370, IKEv2 only). Since 6.0.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ake5: Option<KeyExchange>,
    /// Key exchange method negotiated as additional key exchange number 6 of the IKE_SA.
    /// Only if the proposal contains additional key exchange 6 (RFC 9370, IKEv2 only). Since 6.0.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ake6: Option<KeyExchange>,
    /// Key exchange method negotiated as additional key exchange number 7 of the IKE_SA.
    /// Only if the proposal contains additional key exchange 7 (RFC 9370, IKEv2 only). Since 6.0.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ake7: Option<KeyExchange>,
    /// A post-quantum preshared key was mixed in. Since 5.7.0.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub ppk: bool,
    /// Age of the IKE_SA, in seconds. Only if state is ESTABLISHED.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub established: Option<u64>,
    /// `rekey-time`: Time until rekeying is scheduled, in seconds; may become negative. Only if
    /// state is ESTABLISHED and rekeying is scheduled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rekey_time: Option<i64>,
    /// `reauth-time`: Time until reauthentication is scheduled, in seconds; may become negative.
    /// Only if state is ESTABLISHED and reauthentication is scheduled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reauth_time: Option<i64>,
    /// `local-vips`: Virtual IPs handed to us by the peer. Absent if there is none. Since 5.3.4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_vips: Option<Vec<Address>>,
    /// `remote-vips`: Virtual IPs we assigned to the peer. Absent if there is none. Since 5.3.4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_vips: Option<Vec<Address>>,
    /// `tasks-queued`: Names of tasks waiting to be started. Absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tasks_queued: Option<Vec<Task>>,
    /// `tasks-active`: Names of tasks of the exchange we initiated. Absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tasks_active: Option<Vec<Task>>,
    /// `tasks-passive`: Names of tasks responding to an exchange of the peer. Absent if there is
    /// none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tasks_passive: Option<Vec<Task>>,
    /// `child-sas`: CHILD_SAs of this IKE_SA, named `<name>-<uniqueid>` since 5.5.2; take the name
    /// from [`ChildSa::name`]. Not in events that are about the IKE_SA only.
    #[serde(
        default,
        deserialize_with = "crate::format::some",
        skip_serializing_if = "Option::is_none"
    )]
    pub child_sas: Option<Named<C>>,
}

impl<C> IkeSa<C> {
    /// Whether it is established.
    pub fn is_up(&self) -> bool {
        self.state == IkeState::Established
    }

    /// Its CHILD_SAs, in the order of the message.
    pub fn children(&self) -> impl Iterator<Item = &C> {
        self.child_sas.iter().flat_map(Named::values)
    }

    /// The same IKE_SA with other CHILD_SAs, each made of the one that was there.
    pub fn map_children<D>(self, mut map: impl FnMut(C) -> D) -> IkeSa<D> {
        macro_rules! with_children {
            ($children:expr, $($field:ident)*) => {
                IkeSa {
                    $($field: self.$field,)*
                    child_sas: $children,
                }
            };
        }
        let children = self.child_sas.map(|children| {
            let children = children.into_iter();
            children.map(|(name, child)| (name, map(child))).collect()
        });
        with_children! {
            children,
                uniqueid version state local_host local_port local_id remote_host remote_port
                remote_id remote_xauth_id remote_eap_id initiator initiator_spi responder_spi
                nat_local nat_remote nat_fake nat_any if_id_in if_id_out encr_alg encr_keysize
                integ_alg integ_keysize prf_alg dh_group ake1 ake2 ake3 ake4 ake5 ake6 ake7 ppk
                established rekey_time reauth_time local_vips remote_vips tasks_queued
                tasks_active tasks_passive
        }
    }
}

impl IkeSa {
    /// The newest installed CHILD_SA of this name, else the first one of it.
    pub fn child(&self, name: &str) -> Option<&ChildSa> {
        let named = || {
            let sections = self.child_sas.iter().flatten();
            sections.filter(|(section, child)| match &child.name {
                Some(child) => child == name,
                None => *section == name,
            })
        };
        let installed = named().filter(|(_, child)| child.is_up());
        let newest = installed.max_by_key(|(_, child)| child.uniqueid);
        newest.or_else(|| named().next()).map(|(_, child)| child)
    }

    /// The bytes and packets of all of its CHILD_SAs.
    pub fn traffic(&self) -> Traffic {
        self.children().map(ChildSa::traffic).sum()
    }
}
