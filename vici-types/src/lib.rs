#![forbid(unsafe_code)]
#![warn(missing_docs)]
//! The requests, responses and events of VICI as Rust types: all 36 commands and 13 events of
//! strongSwan's IKE daemon `charon`, with every key that it reads or sends, from 5.2.0 to 6.1.0.
//!
//! The types know nothing of sockets. They go through any serde format: `vici-serde` is the one that
//! the daemon speaks, JSON, YAML and TOML are good for files and logs, and `vici-client` sends them.
//!
//! # Requests
//!
//! Write a literal, or chain setters; either way a key that is not set is not sent. What is
//! required stands in `new`.
//!
//! ```
//! use vici_types::{Action, Conn, ConnAuth, ConnChild, IkeVersion, ListSas, LoadConn, Request};
//!
//! let list = ListSas { ike: Some("home".into()), ..Default::default() };
//! assert_eq!(list, ListSas::new().ike("home"));
//!
//! // Reads as swanctl.conf does.
//! let home = Conn::new()
//!     .version(IkeVersion::V2)
//!     .remote_addrs(["192.0.2.1"])
//!     .proposals(["aes256gcm16-prfsha384-ecp384"])
//!     .local(ConnAuth::new().auth("eap-mschapv2").eap_id("carol"))
//!     .remote(ConnAuth::new().auth("pubkey").id("moon.example.org"))
//!     .child(
//!         "net",
//!         ConnChild::new()
//!             .remote_ts(["10.1.0.0/16", "10.2.0.0/16"])
//!             .rekey_time("1h")
//!             .start_action(Action::trap()),
//!     );
//! let load = LoadConn::new("home", home);
//! load.check()?;
//!
//! // What the daemon would misread or ignore without a word is refused before it is sent.
//! let typo = LoadConn::new("home", Conn::new().dscp("46"));
//! assert_eq!(
//!     typo.check().unwrap_err().to_string(),
//!     "home.dscp: must have up to six binary digits, such as 101110",
//! );
//! # Ok::<(), vici_types::InvalidRequest>(())
//! ```
//!
//! Texts of requests keep the spelling of their author: `1h` is sent as `1h`, `0x2a/0xff` as
//! `0x2a/0xff`. An absent list, an empty list and a list of one empty text are three different
//! things, and all can be sent.
//!
//! # Responses and events
//!
//! ```
//! use vici_types::{IkeState, ListSa};
//!
//! // Any serde format will do; this is what JSON makes of a list-sa.
//! # let json = r#"{"home": {"uniqueid": 1, "version": "2", "state": "ESTABLISHED",
//! #     "local-host": "192.0.2.7", "local-id": "carol@example.org", "remote-host": "192.0.2.1",
//! #     "remote-id": "moon.example.org", "initiator": true, "initiator-spi": "dc381b4a812a9da0",
//! #     "responder-spi": "d4f6eec059ac0f85", "rekey-time": 13194, "child-sas": {"net-1": {
//! #     "name": "net", "uniqueid": 1, "reqid": 1, "state": "INSTALLED", "mode": "TUNNEL",
//! #     "spi-in": "cc558283", "bytes-in": 252, "packets-in": 3, "bytes-out": 168,
//! #     "packets-out": 2, "local-ts": ["10.9.0.2/32"], "remote-ts": ["10.1.0.0/16"]}}}}"#;
//! let event: ListSa = serde_json::from_str(json)?;
//! assert_eq!(event.name, "home");
//!
//! let sa = &event.ike_sa;
//! assert!(sa.is_up() && sa.initiator);
//! assert_eq!(sa.state, IkeState::Established);
//! assert_eq!(sa.remote_host.ip(), Some([192, 0, 2, 1].into()));
//! assert_eq!(sa.rekey_time, Some(13194));
//!
//! let child = sa.child("net").expect("the child is up");
//! assert_eq!(child.traffic().bytes_in, 252);
//! assert_eq!(child.remote_ts[0].network(), Some(([10, 1, 0, 0].into(), 16)));
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! What not every daemon sends, or not always, is an `Option`. Flags, which are `yes` or absent on
//! the wire, are `bool`s. Words such as [`IkeState`] are open: what a newer daemon says is kept in
//! `Other`. [`Text`] is what a peer may have a hand in, and takes any bytes. Unknown keys of
//! responses and events are skipped; `serde_ignored` shows them, in other formats than VICI but for
//! single values beside sections of any name.
//!
//! A message encodes to the bytes that it was decoded from, as long as all of its keys are known.
//!
//! # Commands
//!
//! A command is a struct of its name. What it answers is [`Request::Response`]; the `list-*`
//! commands send their items as events before an [`Empty`] answer.
//!
//! | command | request | answer | events |
//! | --- | --- | --- | --- |
//! | `version` | [`Version`] | [`VersionResponse`] | |
//! | `stats` | [`Stats`] | [`StatsResponse`] | |
//! | `reload-settings` | [`ReloadSettings`] | [`Done`] | |
//! | `initiate` | [`Initiate`] | [`Done`] | [`ControlLog`] |
//! | `terminate` | [`Terminate`] | [`TerminateResponse`] | [`ControlLog`] |
//! | `rekey` | [`Rekey`] | [`RekeyResponse`] | |
//! | `redirect` | [`Redirect`] | [`RedirectResponse`] | |
//! | `install` | [`Install`] | [`Done`] | |
//! | `uninstall` | [`Uninstall`] | [`Done`] | |
//! | `list-sas` | [`ListSas`] | [`Empty`] | [`ListSa`] |
//! | `list-policies` | [`ListPolicies`] | [`Empty`] | [`ListPolicy`] |
//! | `list-conns` | [`ListConns`] | [`Empty`] | [`ListConn`] |
//! | `get-conns` | [`GetConns`] | [`GetConnsResponse`] | |
//! | `list-certs` | [`ListCerts`] | [`Empty`] | [`ListCert`] |
//! | `list-authorities` | [`ListAuthorities`] | [`Empty`] | [`ListAuthority`] |
//! | `get-authorities` | [`GetAuthorities`] | [`GetAuthoritiesResponse`] | |
//! | `load-conn` | [`LoadConn`] | [`Done`] | |
//! | `unload-conn` | [`UnloadConn`] | [`Done`] | |
//! | `load-cert` | [`LoadCert`] | [`Done`] | |
//! | `load-key` | [`LoadKey`] | [`LoadKeyResponse`] | |
//! | `unload-key` | [`UnloadKey`] | [`Done`] | |
//! | `get-keys` | [`GetKeys`] | [`GetKeysResponse`] | |
//! | `load-token` | [`LoadToken`] | [`LoadKeyResponse`] | |
//! | `load-shared` | [`LoadShared`] | [`Done`] | |
//! | `unload-shared` | [`UnloadShared`] | [`Done`] | |
//! | `get-shared` | [`GetShared`] | [`GetSharedResponse`] | |
//! | `flush-certs` | [`FlushCerts`] | [`Done`] | |
//! | `clear-creds` | [`ClearCreds`] | [`ClearCredsResponse`] | |
//! | `load-authority` | [`LoadAuthority`] | [`Done`] | |
//! | `unload-authority` | [`UnloadAuthority`] | [`Done`] | |
//! | `load-pool` | [`LoadPool`] | [`Done`] | |
//! | `unload-pool` | [`UnloadPool`] | [`Done`] | |
//! | `get-pools` | [`GetPools`] | [`GetPoolsResponse`] | |
//! | `get-algorithms` | [`GetAlgorithms`] | [`GetAlgorithmsResponse`] | |
//! | `get-counters` | [`GetCounters`] | [`GetCountersResponse`] | |
//! | `reset-counters` | [`ResetCounters`] | [`Done`] | |
//!
//! # Events
//!
//! [`AnyEvent`] is one of all.
//!
//! | event | type | what happened |
//! | --- | --- | --- |
//! | `list-sa` | [`ListSa`] | an IKE_SA, listed |
//! | `list-policy` | [`ListPolicy`] | a policy, listed |
//! | `list-conn` | [`ListConn`] | a connection, listed |
//! | `list-cert` | [`ListCert`] | a certificate, listed |
//! | `list-authority` | [`ListAuthority`] | a certification authority, listed |
//! | `log` | [`Log`] | the daemon logged a message |
//! | `control-log` | [`ControlLog`] | the same, during `initiate` or `terminate` |
//! | `ike-updown` | [`IkeUpdown`] | an IKE_SA came up or goes down |
//! | `ike-rekey` | [`IkeRekey`] | an IKE_SA was rekeyed |
//! | `ike-update` | [`IkeUpdate`] | an IKE_SA changes its addresses |
//! | `child-updown` | [`ChildUpdown`] | a CHILD_SA came up or goes down |
//! | `child-rekey` | [`ChildRekey`] | a CHILD_SA was rekeyed |
//! | `alert` | [`Alert`] | something went wrong |
//!
//! # Formats
//!
//! The types go through JSON, YAML, TOML, RON, CBOR and MessagePack and come back equal. What people
//! write is read as they mean it: `version = 2`, `dpd_delay = 30`, `rekey_time = "4h"`,
//! `fragmentation = true`, `mobike: "yes"`, and one address where a list is meant. Text that is not
//! UTF-8 is bytes or an array of numbers. Two formats have to be told to: the order of sections is
//! kept by `toml` with its feature `preserve_order`, and MessagePack needs names
//! (`rmp_serde::to_vec_named`).
//!
//! A key that a request does not know is an error, with its path and the key that was meant: the
//! daemon would refuse it, or do without. [`Conn::raw`] and its like send one all the same.
//!
//! ```
//! use vici_types::LoadConn;
//!
//! let error = serde_json::from_str::<LoadConn>(r#"{"home": {"remote_adrs": "192.0.2.1"}}"#);
//! let error = error.unwrap_err().to_string();
//! assert!(error.starts_with("home.remote_adrs: unknown key, did you mean remote_addrs?"));
//! ```
//!
//! # Secrets
//!
//! [`Secret`] holds keys, passwords and PINs: it is never printed, and wiped when it is dropped. The
//! JSON of a request shows it all the same, and so does its `vici_serde::Message`.
//! [`ControlLog`] keeps its text out of `Debug`, since level 4 carries keys.

#[macro_use]
mod macros;

mod any;
mod authority;
mod cert;
mod check;
mod command;
mod conn;
mod control;
mod counters;
mod daemon;
mod format;
mod items;
mod key;
mod kind;
mod named;
mod policy;
mod pool;
mod record;
mod sa;
mod shared;
mod table;
mod unknown;
mod value;
mod word;

pub use crate::authority::{
    Authority, AuthorityInfo, GetAuthorities, GetAuthoritiesResponse, ListAuthorities,
    ListAuthority, LoadAuthority, UnloadAuthority,
};
pub use crate::cert::{ClearCreds, ClearCredsResponse, FlushCerts, ListCert, ListCerts, LoadCert};
pub use crate::command::{Command, Event, InvalidRequest, Request, StreamingCommand};
pub use crate::conn::{
    AuthInfo, ChildInfo, Conn, ConnAuth, ConnCert, ConnChild, ConnInfo, Difference, Differences,
    GetConns, GetConnsResponse, ListConn, ListConns, LoadConn, Proposal, UnloadConn,
};
pub use crate::control::{
    ControlLog, Done, Initiate, Install, Redirect, RedirectResponse, Rekey, RekeyResponse,
    Terminate, TerminateResponse, Uninstall,
};
pub use crate::counters::{Counters, GetCounters, GetCountersResponse, ResetCounters};
pub use crate::daemon::{
    Algorithms, GetAlgorithms, GetAlgorithmsResponse, Heap, IkeSaCounts, Log, Mallinfo, Mem,
    Priorities, ReloadSettings, Stats, StatsResponse, Uptime, Version, VersionResponse, Workers,
};
pub use crate::items::{Entry, ItemAs, ItemsAs};
pub use crate::key::{GetKeys, GetKeysResponse, LoadKey, LoadKeyResponse, LoadToken, UnloadKey};
pub use crate::named::{Named, NamedIter};
pub use crate::policy::{ListPolicies, ListPolicy, Policy};
pub use crate::pool::{GetPools, GetPoolsResponse, Lease, LoadPool, Pool, PoolInfo, UnloadPool};
pub use crate::sa::{
    Alert, ChildRekey, ChildRekeyed, ChildSa, ChildUpdown, IkeRekey, IkeRekeyed, IkeSa, IkeUpdate,
    IkeUpdown, ListSa, ListSas, NamedIkeSa, Traffic,
};
pub use crate::shared::{GetShared, GetSharedResponse, LoadShared, UnloadShared};
pub use crate::table::{AnyEvent, COMMANDS, EVENTS, Empty};
pub use crate::value::{
    Action, Address, Blob, Cpi, Dscp, Hex32, HexBytes, IfId, IkeSpi, Mark, ParseHexError, Secret,
    SetMark, Spi, Text, TfcPadding, Time, Timeout, TrafficSelector, Volume,
};
pub use crate::word::{
    AlertType, AuthClass, CertFlag, CertType, ChildMode, ChildState, Childless, ConfiguredVersion,
    CopyDscp, Drbg, EapType, Encryption, Fragmentation, HashFunction, HwOffload, IkeState,
    IkeVersion, Integrity, IpsecProtocol, Kdf, KeyExchange, KeyType, LabelMode, LeaseStatus,
    LogGroup, Mode, NonceGen, Ocsp, PerCpuSas, Prf, Revocation, RevocationResult, Rng, SendCert,
    SharedType, Task, Unique, UniquePolicy, Unknown, Xof,
};
