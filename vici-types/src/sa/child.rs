use core::iter::Sum;
use core::ops::Not;

use serde_derive::{Deserialize, Serialize};

use crate::value::{Cpi, Hex32, HexBytes, Spi, Text, TrafficSelector};
use crate::word::{ChildState, Encryption, Integrity, IpsecProtocol, KeyExchange, Mode};

/// A CHILD_SA.
///
/// What belongs to the SAs in the kernel (`protocol` to `install_time`) is there while they are
/// installed: in the states INSTALLED, REKEYING, REKEYED, DELETING and DELETED.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub struct ChildSa {
    /// Name of the CHILD_SA configuration. Since 5.5.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// Number identifying this CHILD_SA; accepted by the child-id arguments. Since
    /// 5.3.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uniqueid: Option<u32>,
    /// Kernel reqid shared by policies and SAs.
    pub reqid: u32,
    /// State of the CHILD_SA. RETRYING since 5.3.0, DELETED since 5.6.3.
    pub state: ChildState,
    /// IPsec mode, upper case; TRANSPORT_PROXY only if transport was negotiated and proxy
    /// mode is configured. IPTFS since 6.0.2, TRANSPORT_PROXY since 5.5.2.
    pub mode: Mode,
    /// Security label, hex of the raw bytes including the terminating zero byte. Only if a
    /// label was negotiated. Since 5.9.6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<HexBytes>,
    /// IPsec protocol. While installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<IpsecProtocol>,
    /// ESP is UDP-encapsulated. While installed, if UDP encapsulation in use.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub encap: bool,
    /// `spi-in`: Inbound SPI. While installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spi_in: Option<Spi>,
    /// `spi-out`: Outbound SPI. While installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spi_out: Option<Spi>,
    /// `cpi-in`: Inbound IPComp CPI. While installed, if IPComp negotiated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpi_in: Option<Cpi>,
    /// `cpi-out`: Outbound IPComp CPI. While installed, if IPComp negotiated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpi_out: Option<Cpi>,
    /// `mark-in`: Netfilter mark value on the inbound side. While installed, if mark value or mask
    /// is non-zero. Since 5.5.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark_in: Option<Hex32>,
    /// `mark-mask-in`: Mask of mark-in. While installed, if mark-in is present and the mask is not
    /// ffffffff. Since 5.5.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark_mask_in: Option<Hex32>,
    /// `mark-out`: Netfilter mark value on the outbound side. While installed, if mark value or
    /// mask is non-zero. Since 5.5.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark_out: Option<Hex32>,
    /// `mark-mask-out`: Mask of mark-out. While installed, if mark-out is present and the mask is
    /// not ffffffff. Since 5.5.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark_mask_out: Option<Hex32>,
    /// `if-id-in`: Inbound XFRM interface ID. While installed, if non-zero. Since 5.8.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_id_in: Option<Hex32>,
    /// `if-id-out`: Outbound XFRM interface ID. While installed, if non-zero. Since 5.8.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_id_out: Option<Hex32>,
    /// `per-cpu-sas`: Per-CPU SAs are in use for this CHILD_SA. While installed, if enabled and
    /// supported. Since 6.0.2.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub per_cpu_sas: bool,
    /// CPU this per-CPU SA belongs to. While installed, if the SA is bound to a CPU. Since
    /// 6.0.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<u32>,
    /// `encr-alg`: ESP encryption algorithm. While installed, if proposal contains one that is not
    /// UNDEFINED.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encr_alg: Option<Encryption>,
    /// `encr-keysize`: Key length in bits of encr-alg. While installed, if non-zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encr_keysize: Option<u16>,
    /// `integ-alg`: ESP/AH integrity algorithm. While installed, if proposal contains one that is
    /// not UNDEFINED.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integ_alg: Option<Integrity>,
    /// `integ-keysize`: Key length in bits of integ-alg. While installed, if non-zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integ_keysize: Option<u16>,
    /// `dh-group`: Key exchange method used for PFS. While installed, if a key exchange was
    /// negotiated (never for the first CHILD_SA created in IKE_AUTH).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dh_group: Option<KeyExchange>,
    /// Additional key exchange number 1 of the CHILD_SA. While installed, if negotiated.
    /// Since 6.0.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ake1: Option<KeyExchange>,
    /// Additional key exchange number 2 of the CHILD_SA. While installed, if negotiated.
    /// Since 6.0.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ake2: Option<KeyExchange>,
    /// Additional key exchange number 3 of the CHILD_SA. While installed, if negotiated.
    /// Since 6.0.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ake3: Option<KeyExchange>,
    /// Additional key exchange number 4 of the CHILD_SA. While installed, if negotiated.
    /// Since 6.0.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ake4: Option<KeyExchange>,
    /// Additional key exchange number 5 of the CHILD_SA. While installed, if negotiated.
    /// Since 6.0.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ake5: Option<KeyExchange>,
    /// Additional key exchange number 6 of the CHILD_SA. While installed, if negotiated.
    /// Since 6.0.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ake6: Option<KeyExchange>,
    /// Additional key exchange number 7 of the CHILD_SA. While installed, if negotiated.
    /// Since 6.0.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ake7: Option<KeyExchange>,
    /// Extended sequence numbers are used. While installed, if ESN negotiated.
    #[serde(default, skip_serializing_if = "Not::not", with = "esn")]
    pub esn: bool,
    /// `bytes-in`: Bytes received. While installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_in: Option<u64>,
    /// `packets-in`: Packets received. While installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packets_in: Option<u64>,
    /// `use-in`: Time since the last inbound packet, in seconds. While installed, if the SA has been
    /// used inbound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_in: Option<u64>,
    /// `bytes-out`: Bytes sent. While installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_out: Option<u64>,
    /// `packets-out`: Packets sent. While installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packets_out: Option<u64>,
    /// `use-out`: Time since the last outbound packet, in seconds. While installed, if the SA has
    /// been used outbound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_out: Option<u64>,
    /// `rekey-time`: Time until rekeying, in seconds; may be negative. While installed, if a soft
    /// lifetime is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rekey_time: Option<i64>,
    /// `life-time`: Time until the SA expires, in seconds; may be negative. While installed, if a
    /// hard lifetime is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub life_time: Option<i64>,
    /// `install-time`: Time since installation, in seconds. While installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install_time: Option<u64>,
    /// `local-ts`: Local traffic selectors (may be empty).
    pub local_ts: Vec<TrafficSelector>,
    /// `remote-ts`: Remote traffic selectors (may be empty).
    pub remote_ts: Vec<TrafficSelector>,
}

impl ChildSa {
    /// Whether it carries traffic: it is installed, even while it is rekeyed.
    pub fn is_up(&self) -> bool {
        matches!(self.state, ChildState::Installed | ChildState::Rekeying)
    }

    /// Its bytes and packets; none while it is not installed.
    pub fn traffic(&self) -> Traffic {
        Traffic {
            bytes_in: self.bytes_in.unwrap_or(0),
            packets_in: self.packets_in.unwrap_or(0),
            bytes_out: self.bytes_out.unwrap_or(0),
            packets_out: self.packets_out.unwrap_or(0),
        }
    }
}

/// Bytes and packets of CHILD_SAs, both ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Traffic {
    /// Bytes received.
    pub bytes_in: u64,
    /// Packets received.
    pub packets_in: u64,
    /// Bytes sent.
    pub bytes_out: u64,
    /// Packets sent.
    pub packets_out: u64,
}

impl Sum for Traffic {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            bytes_in: sum.bytes_in.saturating_add(one.bytes_in),
            packets_in: sum.packets_in.saturating_add(one.packets_in),
            bytes_out: sum.bytes_out.saturating_add(one.bytes_out),
            packets_out: sum.packets_out.saturating_add(one.packets_out),
        })
    }
}

/// The daemon writes this one bool as `1`.
mod esn {
    use serde::{Deserializer, Serializer};

    use vici_serde::hint::is_vici;

    use crate::value::lax;

    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde asks for a reference"
    )]
    pub(super) fn serialize<S: Serializer>(esn: &bool, serializer: S) -> Result<S::Ok, S::Error> {
        if is_vici::<S::Error>() {
            serializer.serialize_u8(1)
        } else {
            serializer.serialize_bool(*esn)
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<bool, D::Error> {
        lax::presence(deserializer)
    }
}
