use super::{ConnAuth, ConnChild};
use crate::check::{ensure, limit, limit_each};
use crate::named::push_numbered;
use crate::value::{Dscp, IfId, Text, Time};
use crate::word::{Childless, Fragmentation, IkeVersion, Ocsp, SendCert, Unique};

request! {
    /// `load-conn`: loads or updates connections, any number of them.
    ///
    /// A hundred in one request are loaded ten times as fast as one by one. They are applied one by
    /// one, those before a wrong one stay. With equal settings of the
    /// connection itself only its children are replaced, else all of it, and the start actions of the
    /// old one are undone.
    ///
    /// ```
    /// use vici_types::{Action, Conn, ConnAuth, ConnChild, IkeVersion, LoadConn};
    ///
    /// let home = Conn::new()
    ///     .version(IkeVersion::V2)
    ///     .remote_addrs(["192.0.2.1"])
    ///     .dpd_delay("30s")
    ///     .local(ConnAuth::new().auth("psk").id("carol@example.org"))
    ///     .remote(ConnAuth::new().auth("psk").id("moon.example.org"))
    ///     .child("net", ConnChild::new().remote_ts(["10.1.0.0/16"]).start_action(Action::trap()));
    /// let request = LoadConn::new("home", home);
    /// # use vici_types::Request;
    /// # request.check().unwrap();
    /// ```
    ///
    /// Whole programs are the examples `site_to_site`, `road_warrior` and `from_toml` of `vici-client`.
    ///
    /// Answered by [`Done`](crate::Done).
    #[doc(alias = "load-conn")]
    pub struct LoadConn by hand {
        /// The connections, each in a section of its name.
        "" conns: parts Conn,
    }
}

impl LoadConn {
    /// One connection.
    pub fn new(name: impl Into<Text>, conn: Conn) -> Self {
        Self::default().conn(name, conn)
    }

    /// One more connection.
    #[must_use]
    pub fn conn(mut self, name: impl Into<Text>, conn: Conn) -> Self {
        self.conns.push(name, conn);
        self
    }
}

request! {
    /// A connection: how to find and authenticate a peer, and the children to build with it.
    ///
    /// The fields are the keys of a connection in `swanctl.conf`.
    ///
    /// ```
    /// use vici_types::{Action, Conn, ConnAuth, ConnChild};
    ///
    /// let home = Conn::new()
    ///     .version(2)
    ///     .remote_addrs(["192.0.2.1"])
    ///     .dpd_delay(30)
    ///     .local(ConnAuth::new().auth("pubkey").id("carol@example.org"))
    ///     .remote(ConnAuth::new().auth("pubkey").id("moon.example.org"))
    ///     .child("net", ConnChild::new().remote_ts(["10.1.0.0/16"]).start_action(Action::trap()));
    /// home.check()?;
    /// // As a literal.
    /// let home = Conn { mobike: Some(false), ..home };
    /// # Ok::<(), vici_types::InvalidRequest>(())
    /// ```
    pub struct Conn {
        /// IKE version: 0 = any (initiate IKEv2), 1 = IKEv1, 2 = IKEv2. Default: 0,
        /// since 6.1.0: 2.
        "version" version: opt IkeVersion,
        /// Local addresses: literals, DNS names, CIDR subnets, ranges; an item may
        /// hold several, comma separated. Default: %any.
        "local_addrs" local_addrs: list Text,
        /// Remote addresses, same syntax. Default: %any.
        "remote_addrs" remote_addrs: list Text,
        /// Local IKE UDP port; 0 = port of the socket backend. Default: 0.
        "local_port" local_port: num u16,
        /// Remote IKE UDP port. Default: 500.
        "remote_port" remote_port: num u16,
        /// IKE proposals, one per item. Default: default.
        "proposals" proposals: list Text,
        /// Virtual IPs to request; 0.0.0.0 / :: (or %any, %any4, %any6) ask for any
        /// address. Default: none.
        "vips" vips: list Text,
        /// IKEv1 aggressive mode. Default: no.
        "aggressive" aggressive: bool bool,
        /// Mode Config pull (yes) or push (no). Default: yes.
        "pull" pull: bool bool,
        /// DSCP for IKE packets as BINARY digits, lowest six bits are used. Default:
        /// 000000. Since 5.5.2.
        "dscp" dscp: opt Dscp,
        /// Force UDP encapsulation by faking a NAT. Default: no.
        "encap" encap: bool bool,
        /// MOBIKE. Default: yes.
        "mobike" mobike: bool bool,
        /// Liveness check interval, 0 = off. Default: 0s.
        "dpd_delay" dpd_delay: opt Time,
        /// IKEv1 DPD timeout, 0 = normal retransmission. Default: 0s.
        "dpd_timeout" dpd_timeout: opt Time,
        /// IKE fragmentation. Default: yes. Default was no before 5.5.1; accept
        /// since 5.5.3.
        "fragmentation" fragmentation: opt Fragmentation,
        /// Childless IKE_SA initiation. Default: allow. Since 5.8.0. `prefer` since
        /// 5.9.10.
        "childless" childless: opt Childless,
        /// Send certificate requests. Default: yes.
        "send_certreq" send_certreq: bool bool,
        /// Send certificates. Default: ifasked.
        "send_cert" send_cert: opt SendCert,
        /// In-band OCSP (RFC 4806). Default: reply. Since 5.9.14.
        "ocsp" ocsp: opt Ocsp,
        /// Identity selecting the post-quantum preshared key. Default: none. Since 5.7.0.
        "ppk_id" ppk_id: opt Text,
        /// Refuse to establish without PPK. Default: no. Since 5.7.0.
        "ppk_required" ppk_required: bool bool,
        /// Retransmission sequences for the initial message, 0 = unlimited; no
        /// keyword like %forever. Default: 1.
        "keyingtries" keyingtries: num u32,
        /// Uniqueness policy. Default: no.
        "unique" unique: opt Unique,
        /// Reauthentication interval, 0 = off. Default: 0s.
        "reauth_time" reauth_time: opt Time,
        /// Rekey interval, 0 = off. Default: 4h, or 0 if reauth_time is given.
        "rekey_time" rekey_time: opt Time,
        /// Slack after which the IKE_SA is closed if rekey/reauth did not happen.
        /// Default: 10% of the larger of rekey_time and reauth_time.
        "over_time" over_time: opt Time,
        /// Random range subtracted from rekey/reauth time. Default: over_time, but at
        /// most half of the (smaller) interval.
        "rand_time" rand_time: opt Time,
        /// Pools to assign virtual IPs and attributes from. Default: none.
        "pools" pools: list Text,
        /// Default inbound XFRM interface ID of children. Default: 0. Since 5.8.0.
        "if_id_in" if_id_in: opt IfId,
        /// Default outbound XFRM interface ID of children. Default: 0. Since 5.8.0.
        "if_id_out" if_id_out: opt IfId,
        /// This is a mediation connection. Only if the daemon was built with it.
        /// Default: no. Since 5.5.2.
        "mediation" mediation: bool bool,
        /// Name of the mediation connection to use. Only if the daemon was built
        /// with it. Default: none. Since 5.5.2.
        "mediated_by" mediated_by: opt Text,
        /// Identity of the peer at the mediation server. Only if the daemon was
        /// built with it. Default: remote identity of the first round. Since 5.5.2.
        "mediation_peer" mediation_peer: opt Text,
        /// `local*`: The rounds of our own authentication, any section whose name begins with
        /// `local`. They are ordered by their `round`, then by their place.
        "local" local: prefix ConnAuth,
        /// `remote*`: The rounds of the peer's authentication, any section whose name begins with
        /// `remote`. They are ordered by their `round`, then by their place.
        "remote" remote: prefix ConnAuth,
        /// The children by name.
        "children" children: section ConnChild,
    }
    check(conn) {
        let version = conn.version.as_ref();
        let numbered = version.is_none_or(|version| !matches!(version, IkeVersion::Other(_)));
        ensure(numbered, "version", "must be 0 (either), 1 (IKEv1) or 2 (IKEv2)")?;
        limit_each("proposals", conn.proposals.as_ref(), 2047)?;
        limit_each("vips", conn.vips.as_ref(), 63)?;
        limit("ppk_id", conn.ppk_id.as_ref(), 511)?;
        limit("mediation_peer", conn.mediation_peer.as_ref(), 511)?;
    }
}

impl Conn {
    /// Adds a round of our own authentication, called `local`, or `local-2` and so on.
    #[must_use]
    pub fn local(mut self, auth: ConnAuth) -> Self {
        push_numbered(&mut self.local, "local", auth);
        self
    }

    /// Adds a round of our own authentication of this name, which begins with `local`.
    #[must_use]
    pub fn local_named(mut self, name: impl Into<Text>, auth: ConnAuth) -> Self {
        self.local.push(name, auth);
        self
    }

    /// Adds a round of the peer's authentication, called `remote`, or `remote-2` and so on.
    #[must_use]
    pub fn remote(mut self, auth: ConnAuth) -> Self {
        push_numbered(&mut self.remote, "remote", auth);
        self
    }

    /// Adds a round of the peer's authentication of this name, which begins with `remote`.
    #[must_use]
    pub fn remote_named(mut self, name: impl Into<Text>, auth: ConnAuth) -> Self {
        self.remote.push(name, auth);
        self
    }

    /// Adds a child of this name.
    #[must_use]
    pub fn child(mut self, name: impl Into<Text>, child: ConnChild) -> Self {
        self.children.get_or_insert_default().push(name, child);
        self
    }
}
