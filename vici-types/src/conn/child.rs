use crate::check::limit_each;
use crate::value::{Action, IfId, Mark, SetMark, Text, TfcPadding, Time, Volume};
use crate::word::{ChildMode, CopyDscp, HwOffload, LabelMode, PerCpuSas};

request! {
    /// A child of a connection: a CHILD_SA to build, or a policy that needs none.
    ///
    /// The fields are the keys of a child in `swanctl.conf`.
    ///
    /// ```
    /// use vici_types::{Action, Conn, ConnChild};
    ///
    /// let net = ConnChild::new()
    ///     .local_ts(["10.1.0.0/16"])
    ///     .remote_ts(["10.2.0.0/16[tcp/http]"])
    ///     .esp_proposals(["aes256gcm16-x25519"])
    ///     .rekey_time("1h")
    ///     .start_action(Action::trap());
    /// let bypass = ConnChild::new().mode("pass").local_ts(["10.1.0.0/16"]).remote_ts(["10.1.0.0/16"]);
    /// let conn = Conn::new().child("net", net).child("lan", bypass);
    /// assert!(conn.check().is_ok());
    /// ```
    pub struct ConnChild {
        /// ESP proposals, one per item. Default: default (also if neither ESP nor
        /// AH is given).
        "esp_proposals" esp_proposals: list Text,
        /// AH proposals, one per item. Default: none.
        "ah_proposals" ah_proposals: list Text,
        /// Local traffic selectors, one per item. Default: dynamic.
        "local_ts" local_ts: list Text,
        /// Remote traffic selectors, one per item. Default: dynamic.
        "remote_ts" remote_ts: list Text,
        /// Updown script. Default: none.
        "updown" updown: opt Text,
        /// Host access variable for updown. Default: no.
        "hostaccess" hostaccess: bool bool,
        /// IPsec mode or shunt type. Default: tunnel. `transport_proxy` since 5.5.2,
        /// `iptfs` since 6.0.2.
        "mode" mode: opt ChildMode,
        /// Install IPsec policies. Default: yes. Since 5.3.3.
        "policies" policies: bool bool,
        /// Install outbound FWD policies. Default: no. Since 5.5.1.
        "policies_fwd_out" policies_fwd_out: bool bool,
        /// Anti-replay window in packets, 0 = off. Default: charon.replay_window
        /// (32).
        "replay_window" replay_window: num u32,
        /// Soft lifetime. Default: life_time / 1.1 if that is given, else 1h. Before
        /// 5.9.9: always 1h when absent.
        "rekey_time" rekey_time: opt Time,
        /// Hard lifetime. Default: rekey_time * 1.1.
        "life_time" life_time: opt Time,
        /// Random range subtracted from rekey_time. Default: life_time - rekey_time.
        "rand_time" rand_time: opt Time,
        /// Soft volume limit, 0 = off. Default: life_bytes / 1.1 if that is given,
        /// else 0.
        "rekey_bytes" rekey_bytes: opt Volume,
        /// Hard volume limit. Default: rekey_bytes * 1.1.
        "life_bytes" life_bytes: opt Volume,
        /// Random range subtracted from rekey_bytes. Default: life_bytes -
        /// rekey_bytes.
        "rand_bytes" rand_bytes: opt Volume,
        /// Soft packet limit, 0 = off. Default: life_packets / 1.1 if that is
        /// given, else 0.
        "rekey_packets" rekey_packets: num u64,
        /// Hard packet limit. Default: rekey_packets * 1.1.
        "life_packets" life_packets: num u64,
        /// Random range subtracted from rekey_packets. Default: life_packets -
        /// rekey_packets.
        "rand_packets" rand_packets: num u64,
        /// What to do when the peer is dead. Default: none (clear).
        "dpd_action" dpd_action: opt Action,
        /// What to do after loading. Default: none.
        "start_action" start_action: opt Action,
        /// What to do after the peer closed the SA. Default: none.
        "close_action" close_action: opt Action,
        /// Negotiate IPComp. Default: no.
        "ipcomp" ipcomp: bool bool,
        /// Close after this idle time, 0 = off. Default: 0s.
        "inactivity" inactivity: opt Time,
        /// Fixed reqid, 0 = dynamic. Default: 0.
        "reqid" reqid: num u32,
        /// Inbound Netfilter mark. Default: 0/0.
        "mark_in" mark_in: opt Mark,
        /// Set mark_in on the inbound SA too. Default: no. Since 5.6.1.
        "mark_in_sa" mark_in_sa: bool bool,
        /// Outbound Netfilter mark. Default: 0/0.
        "mark_out" mark_out: opt Mark,
        /// Mark applied after inbound processing. Default: 0/0. Since 5.7.0.
        "set_mark_in" set_mark_in: opt SetMark,
        /// Mark applied after outbound processing. Default: 0/0. Since 5.7.0.
        "set_mark_out" set_mark_out: opt SetMark,
        /// Pad ESP packets to this size. Default: 0.
        "tfc_padding" tfc_padding: opt TfcPadding,
        /// Fixed policy priority, 0 = computed. Default: 0. Since 5.5.0.
        "priority" priority: num u32,
        /// Interface to bind policies to. Default: none. Since 5.5.0.
        "interface" interface: opt Text,
        /// Hardware offload; yes is an alias of crypto. Default: no. Since 5.5.3. Not
        /// a boolean: true/1 are rejected. 5.5.3-5.6.2: boolean; auto since 5.6.3; crypto, packet
        /// since 5.9.10.
        "hw_offload" hw_offload: opt HwOffload,
        /// 96 bit truncation for HMAC-SHA-256. Default: no. Since 5.5.3.
        "sha256_96" sha256_96: bool bool,
        /// Copy the DF bit to the outer header. Default: yes. Since 5.7.0.
        "copy_df" copy_df: bool bool,
        /// Copy ECN. Default: yes. Since 5.7.0.
        "copy_ecn" copy_ecn: bool bool,
        /// Copy DSCP. Default: out. Since 5.7.0. Not a boolean: true/1 are rejected.
        "copy_dscp" copy_dscp: opt CopyDscp,
        /// Forward ICMP errors that match by reverse lookup. Default: no. Since 6.0.5.
        "icmp" icmp: bool bool,
        /// Inbound XFRM interface ID. Default: 0 (inherit from connection). Since
        /// 5.8.0.
        "if_id_in" if_id_in: opt IfId,
        /// Outbound XFRM interface ID. Default: 0 (inherit from connection). Since
        /// 5.8.0.
        "if_id_out" if_id_out: opt IfId,
        /// Security label; must not be empty. Default: none. Since 5.9.6.
        "label" label: opt Text,
        /// How the label is used. Default: system. Since 5.9.6. Selinux only where
        /// SELinux is usable.
        "label_mode" label_mode: opt LabelMode,
        /// Per-CPU CHILD_SAs: boolean, or encap for random source ports. Default:
        /// no. Since 6.0.2.
        "per_cpu_sas" per_cpu_sas: opt PerCpuSas,
    }
    check(child) {
        limit_each("esp_proposals", child.esp_proposals.as_ref(), 2047)?;
        limit_each("ah_proposals", child.ah_proposals.as_ref(), 2047)?;
        limit_each("local_ts", child.local_ts.as_ref(), 511)?;
        limit_each("remote_ts", child.remote_ts.as_ref(), 511)?;
    }
}
