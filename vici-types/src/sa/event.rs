use serde_derive::{Deserialize, Serialize};

use super::{ChildSa, IkeSa};
use crate::value::Address;
use crate::word::AlertType;

record! {
    /// `ike-updown`: an IKE_SA came up or goes down. Since 5.3.1.
    ///
    /// Not for the old one of a rekeying, see [`IkeRekey`]. The example `monitor` of `vici-client`
    /// prints it and its like.
    #[doc(alias = "ike-updown")]
    #[derive(Default)]
    pub struct IkeUpdown {
        /// Whether it came up. Since 5.3.3.
        "up" up: flag bool,
        named
        /// The IKE_SA; its section is named after the connection, `(unnamed)` before one is chosen.
        ike_sa: IkeSa,
    }
}

record! {
    /// `child-updown`: a CHILD_SA came up or goes down. Since 5.3.1.
    #[doc(alias = "child-updown")]
    #[derive(Default)]
    pub struct ChildUpdown {
        /// Whether it came up. Since 5.3.3.
        "up" up: flag bool,
        named
        /// The IKE_SA with this one CHILD_SA; its section is named after the connection.
        ike_sa: IkeSa,
    }
}

impl ChildUpdown {
    /// The CHILD_SA that came up or goes down.
    pub fn child_sa(&self) -> Option<&ChildSa> {
        self.ike_sa.children().next()
    }
}

record! {
    /// `ike-rekey`: an IKE_SA was replaced by rekeying. Since 5.3.3.
    #[doc(alias = "ike-rekey")]
    #[derive(Default)]
    pub struct IkeRekey {
        named
        /// The IKE_SA before and after; its section is named after the connection.
        ike_sa: IkeRekeyed,
    }
}

impl IkeRekey {
    /// The IKE_SA that is replaced.
    pub fn old_ike_sa(&self) -> &IkeSa {
        &self.ike_sa.old
    }

    /// The one that replaces it.
    pub fn new_ike_sa(&self) -> &IkeSa {
        &self.ike_sa.new
    }
}

/// An IKE_SA before and after a rekeying.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IkeRekeyed {
    /// The IKE_SA that is replaced.
    pub old: IkeSa,
    /// The one that replaces it.
    pub new: IkeSa,
}

record! {
    /// `child-rekey`: a CHILD_SA was replaced by rekeying. Since 5.3.3.
    #[doc(alias = "child-rekey")]
    #[derive(Default)]
    pub struct ChildRekey {
        named
        /// The IKE_SA with this one CHILD_SA, before and after; its section is named after the
        /// connection.
        ike_sa: IkeSa<ChildRekeyed>,
    }
}

impl ChildRekey {
    /// The CHILD_SA that is replaced.
    pub fn old_child(&self) -> Option<&ChildSa> {
        self.ike_sa.children().next().map(|child| &child.old)
    }

    /// The CHILD_SA that replaces it.
    pub fn new_child(&self) -> Option<&ChildSa> {
        self.ike_sa.children().next().map(|child| &child.new)
    }
}

/// A CHILD_SA before and after a rekeying; its section is named after the child, without a number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChildRekeyed {
    /// The CHILD_SA that is replaced.
    pub old: ChildSa,
    /// The one that replaces it.
    pub new: ChildSa,
}

record! {
    /// `ike-update`: an end of an IKE_SA is about to change its address or port. Since 5.9.2.
    ///
    /// Also when the ports change to 4500, which nearly every IKE_SA does.
    #[doc(alias = "ike-update")]
    #[derive(Default)]
    pub struct IkeUpdate {
        /// `local-host`: Our new address.
        "local-host" local_host: need Address,
        /// `local-port`: Our new port.
        "local-port" local_port: need u16,
        /// `remote-host`: The new address of the peer.
        "remote-host" remote_host: need Address,
        /// `remote-port`: The new port of the peer.
        "remote-port" remote_port: need u16,
        named
        /// The IKE_SA with the old addresses and ports; its section is named after the connection,
        /// `(unnamed)` before one is chosen.
        ike_sa: IkeSa,
    }
}

/// `alert`: something went wrong. Since 6.0.3.
#[doc(alias = "alert")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Alert {
    /// `type`: What went wrong.
    #[serde(rename = "type")]
    pub type_: AlertType,
    /// `ike-sa`: The IKE_SA that it is about, if any.
    #[serde(
        default,
        deserialize_with = "crate::format::some",
        skip_serializing_if = "Option::is_none"
    )]
    pub ike_sa: Option<NamedIkeSa>,
}

impl Alert {
    /// An alert of this type, for tests.
    pub fn new(type_: impl Into<AlertType>, ike_sa: Option<NamedIkeSa>) -> Self {
        Self {
            type_: type_.into(),
            ike_sa,
        }
    }
}

record! {
    /// An IKE_SA and the name of its connection.
    #[derive(Default)]
    pub struct NamedIkeSa {
        named
        /// The IKE_SA; its section is named after the connection, `(unnamed)` before one is chosen.
        ike_sa: IkeSa,
    }
}
