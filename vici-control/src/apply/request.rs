//! What is sent for a step.

use vici_types::{Authority, Conn, LoadCert, LoadKey, LoadShared, LoadToken, Pool, Text};

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Request {
    LoadCert(Box<LoadCert>),
    LoadKey(Box<LoadKey>),
    LoadToken(Box<LoadToken>),
    LoadShared(Box<LoadShared>),
    LoadAuthority(Text, Box<Authority>),
    LoadPool(Text, Box<Pool>),
    LoadConn(Text, Box<Conn>),
    UnloadKey(Text),
    UnloadShared(Text),
    UnloadAuthority(Text),
    UnloadPool(Text),
    UnloadConn(Text),
}
