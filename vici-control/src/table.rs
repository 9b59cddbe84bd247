//! The keys of `swanctl.conf` that go into requests as they are: what each is, and what is in what.

/// What a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Any text.
    Text,
    /// `yes` or `no`, in the spellings of the daemon.
    Bool,
    /// A whole number of so many bits.
    Number(u32),
    Duration,
    Volume,
    /// One of these words, in any case.
    Word(&'static [&'static str]),
    Dscp,
    Action,
    Mark,
    SetMark,
    InterfaceId,
    Tfc,
    /// A yes or no, or `encap`.
    PerCpu,
    /// The method of a round of authentication.
    Auth,
    /// The contents of a file of this folder.
    File(&'static str),
    /// A comma separated list.
    List(Item),
    /// A comma separated list of files of this folder.
    Files(&'static str),
}

/// What the items of a list are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Text,
    Ike,
    Esp,
    Ah,
    Selector,
    Address,
    /// An address, a subnet, a range, a name, or `%any`.
    Peer,
    Pool,
}

/// The keys and sections of a section.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) keys: &'static [(&'static str, Kind)],
    /// Sections whose names begin so, in any case.
    pub(crate) prefixes: &'static [(&'static str, &'static Self)],
    /// A section of this name, in any case, which holds sections of any name.
    pub(crate) named: Option<(&'static str, &'static Self)>,
}

impl Table {
    pub(crate) fn kind(&self, key: &str) -> Option<Kind> {
        self.keys
            .iter()
            .find(|(name, _)| *name == key)
            .map(|(_, kind)| *kind)
    }

    /// What is in a section of this name.
    pub(crate) fn section(&self, name: &str) -> Option<Inside> {
        let starts = |prefix: &str| {
            name.get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        if let Some((_, table)) = self.prefixes.iter().find(|(prefix, _)| starts(prefix)) {
            return Some(Inside::Keys(table));
        }
        let (wanted, table) = self.named?;
        name.eq_ignore_ascii_case(wanted)
            .then_some(Inside::Named(table))
    }

    /// The names of all keys and sections.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        let keys = self.keys.iter().map(|(name, _)| *name);
        let prefixes = self.prefixes.iter().map(|(prefix, _)| *prefix);
        keys.chain(prefixes).chain(self.named.map(|(name, _)| name))
    }
}

/// What a section holds.
pub(crate) enum Inside {
    Keys(&'static Table),
    /// Sections of any name, with these keys each.
    Named(&'static Table),
}

use Kind::{
    Action, Auth, Bool, Dscp, Duration, File, Files, InterfaceId, List, Mark, Number, PerCpu,
    SetMark, Text, Tfc, Volume, Word,
};

/// A connection.
pub(crate) static CONN: Table = Table {
    keys: &[
        ("version", Word(&["0", "1", "2"])),
        ("local_addrs", List(Item::Peer)),
        ("remote_addrs", List(Item::Peer)),
        ("local_port", Number(16)),
        ("remote_port", Number(16)),
        ("proposals", List(Item::Ike)),
        ("vips", List(Item::Address)),
        ("aggressive", Bool),
        ("pull", Bool),
        ("dscp", Dscp),
        ("encap", Bool),
        ("mobike", Bool),
        ("dpd_delay", Duration),
        ("dpd_timeout", Duration),
        ("fragmentation", Word(&["yes", "accept", "no", "force"])),
        ("childless", Word(&["allow", "prefer", "never", "force"])),
        ("send_certreq", Bool),
        ("send_cert", Word(&["ifasked", "always", "never"])),
        ("ocsp", Word(&["both", "reply", "request", "never"])),
        ("ppk_id", Text),
        ("ppk_required", Bool),
        ("keyingtries", Number(32)),
        ("unique", Word(&["never", "no", "replace", "keep"])),
        ("reauth_time", Duration),
        ("rekey_time", Duration),
        ("over_time", Duration),
        ("rand_time", Duration),
        ("pools", List(Item::Pool)),
        ("if_id_in", InterfaceId),
        ("if_id_out", InterfaceId),
        ("mediation", Bool),
        ("mediated_by", Text),
        ("mediation_peer", Text),
    ],
    prefixes: &[("local", &AUTH), ("remote", &AUTH)],
    named: Some(("children", &CHILD)),
};

/// A round of authentication.
pub(crate) static AUTH: Table = Table {
    keys: &[
        ("round", Number(32)),
        ("auth", Auth),
        ("id", Text),
        ("ca_id", Text),
        ("aaa_id", Text),
        ("eap_id", Text),
        ("xauth_id", Text),
        ("revocation", Word(&["strict", "ifuri", "relaxed"])),
        ("groups", List(Item::Text)),
        ("cert_policy", List(Item::Text)),
        ("certs", Files("x509")),
        ("cacerts", Files("x509ca")),
        ("pubkeys", Files("pubkey")),
    ],
    prefixes: &[("cert", &CERT), ("cacert", &CERT)],
    named: None,
};

/// A certificate of a round that the daemon reads itself.
pub(crate) static CERT: Table = Table {
    keys: &[
        ("file", Text),
        ("handle", Text),
        ("slot", Number(32)),
        ("module", Text),
    ],
    prefixes: &[],
    named: None,
};

/// A child.
pub(crate) static CHILD: Table = Table {
    keys: &[
        ("esp_proposals", List(Item::Esp)),
        ("ah_proposals", List(Item::Ah)),
        ("local_ts", List(Item::Selector)),
        ("remote_ts", List(Item::Selector)),
        ("updown", Text),
        ("hostaccess", Bool),
        (
            "mode",
            Word(&[
                "tunnel",
                "transport",
                "transport_proxy",
                "beet",
                "pass",
                "drop",
                "iptfs",
            ]),
        ),
        ("policies", Bool),
        ("policies_fwd_out", Bool),
        ("replay_window", Number(32)),
        ("rekey_time", Duration),
        ("life_time", Duration),
        ("rand_time", Duration),
        ("rekey_bytes", Volume),
        ("life_bytes", Volume),
        ("rand_bytes", Volume),
        ("rekey_packets", Number(64)),
        ("life_packets", Number(64)),
        ("rand_packets", Number(64)),
        ("dpd_action", Action),
        ("start_action", Action),
        ("close_action", Action),
        ("ipcomp", Bool),
        ("inactivity", Duration),
        ("reqid", Number(32)),
        ("mark_in", Mark),
        ("mark_in_sa", Bool),
        ("mark_out", Mark),
        ("set_mark_in", SetMark),
        ("set_mark_out", SetMark),
        ("tfc_padding", Tfc),
        ("priority", Number(32)),
        ("interface", Text),
        (
            "hw_offload",
            Word(&["no", "yes", "crypto", "packet", "auto"]),
        ),
        ("sha256_96", Bool),
        ("copy_df", Bool),
        ("copy_ecn", Bool),
        ("copy_dscp", Word(&["no", "in", "out", "yes"])),
        ("icmp", Bool),
        ("if_id_in", InterfaceId),
        ("if_id_out", InterfaceId),
        ("label", Text),
        ("label_mode", Word(&["system", "simple", "selinux"])),
        ("per_cpu_sas", PerCpu),
    ],
    prefixes: &[],
    named: None,
};

/// A certification authority.
pub(crate) static AUTHORITY: Table = Table {
    keys: &[
        ("cacert", File("x509ca")),
        ("file", Text),
        ("handle", Text),
        ("slot", Number(32)),
        ("module", Text),
        ("cert_uri_base", Text),
        ("crl_uris", List(Item::Text)),
        ("ocsp_uris", List(Item::Text)),
    ],
    prefixes: &[],
    named: None,
};

/// A token with a private key; its PIN is read apart.
pub(crate) static TOKEN: Table = Table {
    keys: &[("handle", Text), ("slot", Number(31)), ("module", Text)],
    prefixes: &[],
    named: None,
};

/// The attributes of a pool that have names; the others are numbers.
pub(crate) static ATTRIBUTES: &[&str] = &[
    "address",
    "dns",
    "nbns",
    "dhcp",
    "netmask",
    "server",
    "subnet",
    "p_cscf",
    "split_include",
    "split_exclude",
];
