//! What the table has of an SA: what stays as it is for as long as the SA is up, and what events tell
//! when it changes.

use std::fmt;
use std::sync::Arc;

use vici_types::{
    Address, ChildSa, ChildState, Hex32, IkeSa, IkeSpi, IkeState, IkeVersion, IpsecProtocol, Mode,
    Spi, Text, TrafficSelector,
};

/// An IKE_SA that is up.
///
/// States, times and counters are not here, since no event tells how they change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ike {
    /// The unique number, which requests take as `ike-id`. A daemon gives it once, until it is restarted.
    pub id: u32,
    /// The name of the connection.
    pub name: Text,
    /// The version of IKE.
    pub version: IkeVersion,
    /// Whether we have initiated it.
    pub initiator: bool,
    /// The SPI of the initiator. With the next one it tells IKE_SAs apart over restarts.
    pub initiator_spi: IkeSpi,
    /// The SPI of the responder.
    pub responder_spi: IkeSpi,
    /// The addresses.
    pub ends: Ends,
    /// Our identity.
    pub local_id: Text,
    /// The identity of the peer.
    pub remote_id: Text,
    /// The XAuth name of the peer, if it is not [`remote_id`](Self::remote_id).
    pub remote_xauth_id: Option<Text>,
    /// The EAP identity of the peer, if it is not [`remote_id`](Self::remote_id).
    pub remote_eap_id: Option<Text>,
    /// The virtual addresses that we have from the peer.
    pub local_vips: Box<[Address]>,
    /// The virtual addresses that the peer has from us.
    pub remote_vips: Box<[Address]>,
}

/// The addresses of an IKE_SA.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ends {
    /// Our address.
    pub local_host: Address,
    /// Our UDP port. Since 5.4.0.
    pub local_port: Option<u16>,
    /// The address of the peer.
    pub remote_host: Address,
    /// The UDP port of the peer. Since 5.4.0.
    pub remote_port: Option<u16>,
}

/// A CHILD_SA that is up.
///
/// States, times and counters are not here, since no event tells how they change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Child {
    /// The unique number, which requests take as `child-id`. A daemon gives it once, until it is restarted.
    pub id: u32,
    /// The name of the child's configuration.
    pub name: Text,
    /// The number that it shares with its policies in the kernel.
    pub reqid: u32,
    /// The mode.
    pub mode: Mode,
    /// The protocol.
    pub protocol: Option<IpsecProtocol>,
    /// The SPI of what comes in.
    pub spi_in: Option<Spi>,
    /// The SPI of what goes out.
    pub spi_out: Option<Spi>,
    /// The XFRM interface of what comes in, if there is one. Since 5.8.0.
    pub if_id_in: Option<Hex32>,
    /// The XFRM interface of what goes out, if there is one. Since 5.8.0.
    pub if_id_out: Option<Hex32>,
    /// What is reached through it on our side.
    pub local_ts: Box<[TrafficSelector]>,
    /// What is reached through it on the side of the peer.
    pub remote_ts: Box<[TrafficSelector]>,
}

/// An IKE_SA that is up, and its CHILD_SAs that are.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sa {
    /// The IKE_SA.
    pub ike: Arc<Ike>,
    /// Its CHILD_SAs, by their unique numbers.
    pub children: Vec<Arc<Child>>,
}

impl Ike {
    pub(super) fn new<C>(name: &Text, sa: &IkeSa<C>) -> Self {
        Self {
            id: sa.uniqueid,
            name: name.clone(),
            version: sa.version.clone(),
            initiator: sa.initiator,
            initiator_spi: sa.initiator_spi,
            responder_spi: sa.responder_spi,
            ends: Ends {
                local_host: sa.local_host.clone(),
                local_port: sa.local_port,
                remote_host: sa.remote_host.clone(),
                remote_port: sa.remote_port,
            },
            local_id: sa.local_id.clone(),
            remote_id: sa.remote_id.clone(),
            remote_xauth_id: sa.remote_xauth_id.clone(),
            remote_eap_id: sa.remote_eap_id.clone(),
            local_vips: sa.local_vips.clone().unwrap_or_default().into(),
            remote_vips: sa.remote_vips.clone().unwrap_or_default().into(),
        }
    }

    /// Whether both are the same IKE_SA, perhaps at different times: another daemon gives the same
    /// numbers, but not the same SPIs.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.id == other.id
            && self.initiator_spi == other.initiator_spi
            && self.responder_spi == other.responder_spi
    }
}

impl Child {
    /// None for one without a number, of a daemon before 5.3.0.
    pub(super) fn new(section: &Text, child: &ChildSa) -> Option<Self> {
        Some(Self {
            id: child.uniqueid?,
            name: child.name.as_ref().unwrap_or(section).clone(),
            reqid: child.reqid,
            mode: child.mode.clone(),
            protocol: child.protocol.clone(),
            spi_in: child.spi_in,
            spi_out: child.spi_out,
            if_id_in: child.if_id_in,
            if_id_out: child.if_id_out,
            local_ts: child.local_ts.as_slice().into(),
            remote_ts: child.remote_ts.as_slice().into(),
        })
    }

    /// Whether both are the same CHILD_SA, perhaps at different times.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        // While it is being installed an SPI may not be there yet.
        let agree = |one: Option<Spi>, other: Option<Spi>| {
            one.zip(other).is_none_or(|(one, other)| one == other)
        };
        self.id == other.id
            && agree(self.spi_in, other.spi_in)
            && agree(self.spi_out, other.spi_out)
    }
}

impl Sa {
    /// The CHILD_SA of this unique number.
    pub fn child(&self, id: u32) -> Option<&Arc<Child>> {
        let index = self.position(id).ok()?;
        self.children.get(index)
    }

    /// Whether there is a CHILD_SA of this name.
    pub fn has_child(&self, name: &str) -> bool {
        self.children.iter().any(|child| child.name == name)
    }

    pub(super) fn position(&self, id: u32) -> Result<usize, usize> {
        self.children.binary_search_by_key(&id, |child| child.id)
    }
}

/// Whether an IKE_SA of this state is up. What is deleted, or was replaced, only waits for the peer.
pub(super) fn is_ike_up(state: &IkeState) -> bool {
    matches!(state, IkeState::Established | IkeState::Rekeying)
}

/// Whether a CHILD_SA of this state is up.
pub(super) fn is_child_up(state: &ChildState) -> bool {
    matches!(
        state,
        ChildState::Installed | ChildState::Updating | ChildState::Rekeying
    )
}

/// As the daemon's log calls it: `home[3]`.
impl fmt::Display for Ike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.name, self.id)
    }
}

/// As the daemon's log calls it: `net{5}`.
impl fmt::Display for Child {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{{{}}}", self.name, self.id)
    }
}

/// `192.0.2.1...192.0.2.2`, with the ports behind colons where they are known.
impl fmt::Display for Ends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = |f: &mut fmt::Formatter<'_>, host: &Address, port: Option<u16>| match port {
            Some(port) if host.as_str().is_some_and(|host| host.contains(':')) => {
                write!(f, "[{host}]:{port}")
            }
            Some(port) => write!(f, "{host}:{port}"),
            None => write!(f, "{host}"),
        };
        end(f, &self.local_host, self.local_port)?;
        f.write_str("...")?;
        end(f, &self.remote_host, self.remote_port)
    }
}
