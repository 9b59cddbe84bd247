//! Event counters: `get-counters`, `reset-counters`.

use serde_derive::{Deserialize, Serialize};

use crate::check::ensure;
use crate::named::Named;
use crate::value::Text;

request! {
    /// `get-counters`: the event counters, the global ones unless told otherwise. Since 5.6.1.
    ///
    /// ```
    /// use vici_types::GetCounters;
    ///
    /// let global = GetCounters::new();
    /// let one = GetCounters::new().name("home");
    /// let each = GetCounters::new().all(true);
    /// // The daemon would ignore the name.
    /// assert!(GetCounters::new().name("home").all(true).check().is_err());
    /// ```
    ///
    /// Answered by [`GetCountersResponse`](crate::GetCountersResponse).
    #[doc(alias = "get-counters")]
    pub struct GetCounters {
        /// Those of this connection.
        "name" name: opt Text,
        /// Those of every connection, without the global ones. Default: no.
        "all" all: bool bool,
    }
    check(counters) {
        let one = counters.name.is_none() || counters.all != Some(true);
        ensure(one, "name", "must not be set beside all, which makes the daemon ignore it")?;
    }
}

/// The answer to [`GetCounters`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetCountersResponse {
    /// The counters, each set in a section named after its connection; the global ones
    /// have an empty name. There even without success, unless the daemon has no counters.
    #[serde(
        default,
        deserialize_with = "crate::format::some",
        skip_serializing_if = "Option::is_none"
    )]
    pub counters: Option<Named<Counters>>,
    /// Whether counters were found.
    pub success: bool,
    /// Why they were not. Only if `success` is `no`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errmsg: Option<Text>,
}

impl GetCountersResponse {
    /// The global counters, if they were asked for.
    pub fn global(&self) -> Option<&Counters> {
        self.counters.as_ref()?.get("")
    }
}

/// The event counters of a connection, or of all IKE_SAs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Counters {
    /// `ike-rekey-init`: Rekeyings of the IKE_SA that we initiated.
    pub ike_rekey_init: u64,
    /// `ike-rekey-resp`: Rekeyings of the IKE_SA that the peer initiated.
    pub ike_rekey_resp: u64,
    /// `child-rekey`: Rekeyings of CHILD_SAs.
    pub child_rekey: u64,
    /// Invalid messages.
    pub invalid: u64,
    /// `invalid-spi`: Messages of an unknown SPI.
    pub invalid_spi: u64,
    /// `ike-init-in-req`: IKE_SA_INIT requests received.
    pub ike_init_in_req: u64,
    /// `ike-init-in-resp`: IKE_SA_INIT responses received.
    pub ike_init_in_resp: u64,
    /// `ike-init-out-req`: IKE_SA_INIT requests sent.
    pub ike_init_out_req: u64,
    /// `ike-init-out-resp`: IKE_SA_INIT responses sent.
    pub ike_init_out_resp: u64,
    /// `ike-auth-in-req`: IKE_AUTH requests received.
    pub ike_auth_in_req: u64,
    /// `ike-auth-in-resp`: IKE_AUTH responses received.
    pub ike_auth_in_resp: u64,
    /// `ike-auth-out-req`: IKE_AUTH requests sent.
    pub ike_auth_out_req: u64,
    /// `ike-auth-out-resp`: IKE_AUTH responses sent.
    pub ike_auth_out_resp: u64,
    /// `create-child-in-req`: CREATE_CHILD_SA requests received.
    pub create_child_in_req: u64,
    /// `create-child-in-resp`: CREATE_CHILD_SA responses received.
    pub create_child_in_resp: u64,
    /// `create-child-out-req`: CREATE_CHILD_SA requests sent.
    pub create_child_out_req: u64,
    /// `create-child-out-resp`: CREATE_CHILD_SA responses sent.
    pub create_child_out_resp: u64,
    /// `info-in-req`: INFORMATIONAL requests received.
    pub info_in_req: u64,
    /// `info-in-resp`: INFORMATIONAL responses received.
    pub info_in_resp: u64,
    /// `info-out-req`: INFORMATIONAL requests sent.
    pub info_out_req: u64,
    /// `info-out-resp`: INFORMATIONAL responses sent.
    pub info_out_resp: u64,
}

impl Counters {
    /// All counters with their names on the wire, such as `ike-rekey-init`, in the order of the
    /// daemon.
    ///
    /// ```
    /// # let counters = vici_types::Counters::default();
    /// for (name, count) in counters.iter() {
    ///     println!("{}_total {count}", name.replace('-', "_"));
    /// }
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        [
            ("ike-rekey-init", self.ike_rekey_init),
            ("ike-rekey-resp", self.ike_rekey_resp),
            ("child-rekey", self.child_rekey),
            ("invalid", self.invalid),
            ("invalid-spi", self.invalid_spi),
            ("ike-init-in-req", self.ike_init_in_req),
            ("ike-init-in-resp", self.ike_init_in_resp),
            ("ike-init-out-req", self.ike_init_out_req),
            ("ike-init-out-resp", self.ike_init_out_resp),
            ("ike-auth-in-req", self.ike_auth_in_req),
            ("ike-auth-in-resp", self.ike_auth_in_resp),
            ("ike-auth-out-req", self.ike_auth_out_req),
            ("ike-auth-out-resp", self.ike_auth_out_resp),
            ("create-child-in-req", self.create_child_in_req),
            ("create-child-in-resp", self.create_child_in_resp),
            ("create-child-out-req", self.create_child_out_req),
            ("create-child-out-resp", self.create_child_out_resp),
            ("info-in-req", self.info_in_req),
            ("info-in-resp", self.info_in_resp),
            ("info-out-req", self.info_out_req),
            ("info-out-resp", self.info_out_resp),
        ]
        .into_iter()
    }
}

request! {
    /// `reset-counters`: sets the event counters to zero, the global ones unless told otherwise.
    /// Since 5.6.1.
    ///
    /// ```
    /// use vici_types::ResetCounters;
    ///
    /// let global = ResetCounters::new();
    /// let one = ResetCounters::new().name("home");
    /// let each = ResetCounters::new().all(true);
    /// ```
    ///
    /// Answered by [`Done`](crate::Done).
    #[doc(alias = "reset-counters")]
    pub struct ResetCounters {
        /// Those of this connection. There need not be one.
        "name" name: opt Text,
        /// All of them. Default: no.
        "all" all: bool bool,
    }
    check(counters) {
        let one = counters.name.is_none() || counters.all != Some(true);
        ensure(one, "name", "must not be set beside all, which makes the daemon ignore it")?;
    }
}
