//! Control of SAs: `initiate`, `terminate`, `rekey`, `redirect`, `install`, `uninstall`.

use core::fmt;

use serde_derive::{Deserialize, Serialize};

use crate::check::{ensure, not_empty, not_zero};
use crate::value::{Text, Timeout};
use crate::word::LogGroup;

/// Whether a command was carried out: the answer of those that return nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Done {
    /// Whether the command was carried out.
    pub success: bool,
    /// Why it was not. Only if `success` is `no`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errmsg: Option<Text>,
}

request! {
    /// `initiate`: establishes an IKE_SA, a CHILD_SA, or both, with [`ControlLog`] events.
    ///
    /// Needs `child` or `ike`. Give both: of a child alone the first connection that has one of
    /// this name is used. Without `child` the IKE_SA has none, which is since 5.8.0. An attempt
    /// goes on in the daemon after the timeout.
    ///
    /// The example `initiate` of `vici-client` shows the log.
    ///
    /// ```
    /// use std::time::Duration;
    /// use vici_types::Initiate;
    ///
    /// let request = Initiate::new().ike("home").child("net").timeout(Duration::from_secs(10));
    /// assert!(request.check().is_ok());
    /// // Not waited for.
    /// let request = Initiate::new().ike("home").child("net").timeout(-1);
    /// assert_eq!(Initiate::new().check().unwrap_err().to_string(), "needs child or ike");
    /// ```
    ///
    /// Answered by [`Done`](crate::Done), streams [`ControlLog`](crate::ControlLog).
    #[doc(alias = "initiate")]
    pub struct Initiate {
        /// CHILD_SA configuration to establish.
        "child" child: opt Text,
        /// Connection in which to look for the child; without a child, connection to
        /// establish without one. Since 5.4.0, alone since 5.8.0.
        "ike" ike: opt Text,
        /// How long to wait for the outcome: a `Duration`, or milliseconds of which 0 is
        /// as long as it takes and a negative number not at all, which is without events, too.
        /// Default: as long as it takes. Negative since 5.4.0. While it waits it holds one of the
        /// daemon's few threads.
        "timeout" timeout: opt Timeout,
        /// `init-limits`: Let the daemon refuse if its half-open or job limits are exceeded;
        /// default no. Since 5.3.3.
        "init-limits" init_limits: bool bool,
        /// Highest level of control-log events to send; default 1, -1 silences them.
        /// Level 2 and above is a flood, and has frozen a daemon older than 5.9.11.
        "loglevel" loglevel: num i32,
    }
    check(initiate) {
        let selected = initiate.child.is_some() || initiate.ike.is_some();
        ensure(selected, "", "needs child or ike")?;
        not_empty("child", initiate.child.as_ref())?;
        not_empty("ike", initiate.ike.as_ref())?;
    }
}

request! {
    /// `terminate`: closes IKE_SAs or CHILD_SAs, with [`ControlLog`] events.
    ///
    /// Needs a selector. With `child` or `child_id` all that are given must match; with only `ike`
    /// **and** `ike_id` the IKE_SAs of either are closed. They are closed one after the other, and
    /// the timeout is for each.
    ///
    /// ```
    /// use std::time::Duration;
    /// use vici_types::Terminate;
    ///
    /// let all_of_a_connection = Terminate::new().ike("home");
    /// let one = Terminate::new().ike_id(5).timeout(Duration::from_secs(5));
    /// let at_once = Terminate::new().child("net").force(true);
    /// assert!(Terminate::new().check().is_err());
    /// ```
    ///
    /// Answered by [`TerminateResponse`](crate::TerminateResponse), streams [`ControlLog`](crate::ControlLog).
    #[doc(alias = "terminate")]
    pub struct Terminate {
        /// Select CHILD_SAs by configuration name.
        "child" child: opt Text,
        /// Select IKE_SAs by name; with child/child-id it narrows these down instead.
        "ike" ike: opt Text,
        /// `child-id`: Select a CHILD_SA by unique ID.
        "child-id" child_id: num u32,
        /// `ike-id`: Select an IKE_SA by unique ID; with child/child-id it narrows these down
        /// instead.
        "ike-id" ike_id: num u32,
        /// Destroy an IKE_SA without waiting for the peer; default no; ignored for
        /// CHILD_SAs. Since 5.6.3.
        "force" force: bool bool,
        /// How long to wait for the outcome: a `Duration`, or milliseconds of which 0 is
        /// as long as it takes and a negative number not at all, which is without events, too.
        /// Default: as long as it takes. Negative since 5.4.0. While it waits it holds one of the
        /// daemon's few threads.
        "timeout" timeout: opt Timeout,
        /// Highest level of control-log events to send; default 1, -1 silences them.
        /// Level 2 and above is a flood, and has frozen a daemon older than 5.9.11.
        "loglevel" loglevel: num i32,
    }
    check(terminate) {
        let selected = terminate.child.is_some()
            || terminate.ike.is_some()
            || terminate.child_id.is_some()
            || terminate.ike_id.is_some();
        ensure(selected, "", "needs child, ike, child-id or ike-id")?;
        not_empty("child", terminate.child.as_ref())?;
        not_empty("ike", terminate.ike.as_ref())?;
        not_zero("child-id", terminate.child_id)?;
        not_zero("ike-id", terminate.ike_id)?;
    }
}

/// The answer to [`Terminate`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TerminateResponse {
    /// Whether every selected SA was closed.
    pub success: bool,
    /// How many SAs were selected. Only if there was a selector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matches: Option<u32>,
    /// How many SAs were closed. Only if there was a selector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminated: Option<u32>,
    /// What went wrong. Only if `success` is `no`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errmsg: Option<Text>,
}

request! {
    /// `rekey`: schedules the rekeying of IKE_SAs or CHILD_SAs. Since 5.5.2.
    ///
    /// Needs a selector. With `child` or `child_id` all that are given must match; with only `ike`
    /// **and** `ike_id` the IKE_SAs of either are rekeyed.
    ///
    /// ```
    /// use vici_types::Rekey;
    ///
    /// let one = Rekey::new().child_id(7);
    /// let with_authentication = Rekey::new().ike("home").reauth(true);
    /// assert!(Rekey::new().check().is_err());
    /// ```
    ///
    /// Answered by [`RekeyResponse`](crate::RekeyResponse).
    #[doc(alias = "rekey")]
    pub struct Rekey {
        /// Select CHILD_SAs by configuration name. Since 5.5.2.
        "child" child: opt Text,
        /// Select IKE_SAs by name; with child/child-id it narrows these down instead.
        /// Since 5.5.2.
        "ike" ike: opt Text,
        /// `child-id`: Select a CHILD_SA by unique ID. Since 5.5.2.
        "child-id" child_id: num u32,
        /// `ike-id`: Select an IKE_SA by unique ID; with child/child-id it narrows these down
        /// instead. Since 5.5.2.
        "ike-id" ike_id: num u32,
        /// Reauthenticate an IKEv2 IKE_SA instead of rekeying it; default no. Since
        /// 5.7.0.
        "reauth" reauth: bool bool,
    }
    check(rekey) {
        let selected = rekey.child.is_some()
            || rekey.ike.is_some()
            || rekey.child_id.is_some()
            || rekey.ike_id.is_some();
        ensure(selected, "", "needs child, ike, child-id or ike-id")?;
        not_empty("child", rekey.child.as_ref())?;
        not_empty("ike", rekey.ike.as_ref())?;
        not_zero("child-id", rekey.child_id)?;
        not_zero("ike-id", rekey.ike_id)?;
    }
}

/// The answer to [`Rekey`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RekeyResponse {
    /// Whether any SA was selected. The rekeying itself comes later.
    pub success: bool,
    /// How many SAs are going to be rekeyed. Only if there was a selector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matches: Option<u32>,
    /// What went wrong. Only if `success` is `no`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errmsg: Option<Text>,
}

request! {
    /// `redirect`: sends IKEv2 clients to another gateway. Since 5.4.0.
    ///
    /// Needs a selector beside the gateway; all that are given must match.
    ///
    /// ```
    /// use vici_types::Redirect;
    ///
    /// let some = Redirect::new("192.0.2.9").peer_ip("198.51.100.0/24");
    /// let one = Redirect::new("gateway.example.org").peer_id("carol@example.org");
    /// assert!(Redirect::new("192.0.2.9").check().is_err());
    /// ```
    ///
    /// Answered by [`RedirectResponse`](crate::RedirectResponse).
    #[doc(alias = "redirect")]
    pub struct Redirect {
        need {
            /// Where to: an IPv4 or IPv6 address, or a domain name.
            "gateway" gateway: Text,
        }
        /// Select by connection name. Since 5.4.0.
        "ike" ike: opt Text,
        /// `ike-id`: Select by unique ID. Since 5.4.0.
        "ike-id" ike_id: num u32,
        /// `peer-ip`: Select by peer address: single address, CIDR subnet or from-to range.
        /// Since 5.4.0.
        "peer-ip" peer_ip: opt Text,
        /// `peer-id`: Select by peer identity (EAP/XAuth identity if any), wildcards allowed.
        /// Since 5.4.0.
        "peer-id" peer_id: opt Text,
    }
    check(redirect) {
        let selected = redirect.ike.is_some()
            || redirect.ike_id.is_some()
            || redirect.peer_ip.is_some()
            || redirect.peer_id.is_some();
        ensure(selected, "", "needs ike, ike-id, peer-ip or peer-id")?;
        not_empty("ike", redirect.ike.as_ref())?;
        not_zero("ike-id", redirect.ike_id)?;
        not_empty("peer-ip", redirect.peer_ip.as_ref())?;
        not_empty("peer-id", redirect.peer_id.as_ref())?;
    }
}

/// The answer to [`Redirect`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RedirectResponse {
    /// Whether any IKE_SA was selected.
    pub success: bool,
    /// How many IKE_SAs are going to be redirected. Only if the selectors were valid.
    /// Since 5.5.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matches: Option<u32>,
    /// What went wrong. Only if `success` is `no`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errmsg: Option<Text>,
}

request! {
    /// `install`: installs the trap, drop or pass policy of a child.
    ///
    /// ```
    /// use vici_types::Install;
    ///
    /// let request = Install::new("net").ike("home");
    /// assert_eq!(vici_serde::to_message(&request)?.one_line().to_string(), "child = net, ike = home");
    /// # Ok::<(), vici_serde::Error>(())
    /// ```
    ///
    /// Answered by [`Done`](crate::Done).
    #[doc(alias = "install")]
    pub struct Install {
        need {
            /// The name of the child.
            "child" child: Text,
        }
        /// The connection of the child, else the first that has one of this name. Since
        /// 5.4.0.
        "ike" ike: opt Text,
    }
}

request! {
    /// `uninstall`: removes a trap, drop or pass policy.
    ///
    /// ```
    /// use vici_types::Uninstall;
    ///
    /// let request = Uninstall::new("net").ike("home");
    /// assert!(request.check().is_ok());
    /// ```
    ///
    /// Answered by [`Done`](crate::Done).
    #[doc(alias = "uninstall")]
    pub struct Uninstall {
        need {
            /// The name of the child.
            "child" child: Text,
        }
        /// The connection of the child, else the first policy of the name is removed. Since
        /// 5.5.2.
        "ike" ike: opt Text,
    }
}

/// `control-log`: a message that the daemon logged while it carried out [`Initiate`] or
/// [`Terminate`].
///
/// At level 4 the messages carry keys, so `Debug` hides the text.
#[doc(alias = "control-log")]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub struct ControlLog {
    /// The subsystem that logged it.
    pub group: LogGroup,
    /// The level: 0 audit, 1 control flow, 2 diagnostics, 3 raw data, 4 secrets.
    pub level: i32,
    /// `ikesa-name`: The name of the IKE_SA it is about, `(unnamed)` before a connection is chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ikesa_name: Option<Text>,
    /// `ikesa-uniqueid`: The number of the IKE_SA it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ikesa_uniqueid: Option<u32>,
    /// The message, one line of any bytes.
    pub msg: Text,
}

impl fmt::Debug for ControlLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ControlLog")
            .field("group", &self.group)
            .field("level", &self.level)
            .field("ikesa_name", &self.ikesa_name)
            .field("ikesa_uniqueid", &self.ikesa_uniqueid)
            .finish_non_exhaustive()
    }
}
