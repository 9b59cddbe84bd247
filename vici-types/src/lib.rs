#![forbid(unsafe_code)]
#![warn(missing_docs)]
//! Typed requests, responses and events of VICI.

#[macro_use]
mod macros;

mod authority;
mod cert;
mod check;
mod command;
mod conn;
mod control;
mod counters;
mod daemon;
mod key;
mod policy;
mod pool;
mod sa;
mod sections;
mod shared;
mod table;
mod value;
mod word;

pub use crate::authority::{
    Authority, AuthorityInfo, GetAuthorities, GetAuthoritiesResponse, ListAuthorities,
    ListAuthority, LoadAuthority, UnloadAuthority,
};
pub use crate::cert::{ClearCreds, FlushCerts, ListCert, ListCerts, LoadCert};
pub use crate::command::{Command, Event, InvalidRequest, Request, StreamingCommand};
pub use crate::conn::{
    AuthInfo, ChildInfo, Conn, ConnAuth, ConnCert, ConnChild, ConnInfo, GetConns, GetConnsResponse,
    ListConn, ListConns, LoadConn, Proposal, UnloadConn,
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
pub use crate::key::{GetKeys, GetKeysResponse, LoadKey, LoadKeyResponse, LoadToken, UnloadKey};
pub use crate::policy::{ListPolicies, ListPolicy, Policy};
pub use crate::pool::{GetPools, GetPoolsResponse, Lease, LoadPool, Pool, PoolInfo, UnloadPool};
pub use crate::sa::{
    Alert, ChildRekey, ChildRekeyed, ChildSa, ChildUpdown, IkeRekey, IkeRekeyed, IkeSa, IkeUpdate,
    IkeUpdown, ListSa, ListSas, NamedIkeSa, Traffic,
};
pub use crate::sections::{Iter, Sections};
pub use crate::shared::{GetShared, GetSharedResponse, LoadShared, UnloadShared};
pub use crate::table::{AnyEvent, COMMANDS, EVENTS, Empty};
pub use crate::value::{
    Action, Address, Blob, Cpi, Dscp, Duration, Hex32, HexBytes, IfId, IkeSpi, Mark, ParseHexError,
    Secret, SetMark, Spi, Text, TfcPadding, TrafficSelector, Volume,
};
pub use crate::word::{
    AlertType, AuthClass, CertFlag, CertType, ChildMode, ChildState, Childless, ConfiguredVersion,
    CopyDscp, Drbg, EapType, Encryption, Fragmentation, HashFunction, HwOffload, IkeState,
    IkeVersion, Integrity, IpsecProtocol, Kdf, KeyExchange, KeyType, LabelMode, LeaseStatus,
    LogGroup, Mode, NonceGen, Ocsp, PerCpuSas, Prf, Revocation, RevocationResult, Rng, SendCert,
    SharedType, Task, Unique, UniquePolicy, Unknown, Xof,
};
