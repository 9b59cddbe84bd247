//! Installed policies: `list-policies`.

use serde_derive::{Deserialize, Serialize};

use crate::value::{HexBytes, Text, TrafficSelector};
use crate::word::Mode;

request! {
    /// `list-policies`: the installed policies, as [`ListPolicy`] events.
    ///
    /// Without any of `drop`, `pass` and `trap` nothing is listed.
    ///
    /// ```
    /// use vici_types::ListPolicies;
    ///
    /// let traps = ListPolicies::new().trap(true);
    /// let shunts = ListPolicies::new().drop(true).pass(true).ike("lan");
    /// ```
    ///
    /// Streams [`ListPolicy`](crate::ListPolicy), and is answered by [`Empty`](crate::Empty).
    #[doc(alias = "list-policies")]
    pub struct ListPolicies {
        /// Include drop policies.
        "drop" drop: flag bool,
        /// Include pass (bypass) policies.
        "pass" pass: flag bool,
        /// Include trap policies.
        "trap" trap: flag bool,
        /// Only policies of this child configuration.
        "child" child: opt Text,
        /// Only policies of this connection/namespace. Since 5.5.2.
        "ike" ike: opt Text,
    }
}

record! {
    /// `list-policy`: one installed policy.
    #[doc(alias = "list-policy")]
    #[derive(Default)]
    pub struct ListPolicy {
        named
        /// The policy; its section is named `<ike>/<child>` since 5.5.2, and `<child>` where it
        /// belongs to no connection.
        policy: Policy,
    }
}

/// An installed policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Policy {
    /// CHILD_SA configuration name. Since 5.5.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub child: Option<Text>,
    /// Reqid of the trap policy. Only of trap policies. Since 6.0.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reqid: Option<u32>,
    /// Connection name or other namespace owning the policy. Of drop and pass policies only
    /// if they belong to one. Since 5.5.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ike: Option<Text>,
    /// Mode of the policy, upper case.
    pub mode: Mode,
    /// Security label, hex including terminating zero. Only if configured. Since 5.9.6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<HexBytes>,
    /// `local-ts`: Local traffic selectors.
    pub local_ts: Vec<TrafficSelector>,
    /// `remote-ts`: Remote traffic selectors.
    pub remote_ts: Vec<TrafficSelector>,
}
