use std::collections::{HashMap, HashSet};

use vici_types::{
    AuthorityInfo, ConnInfo, GetAuthoritiesResponse, GetConnsResponse, GetKeysResponse,
    GetPoolsResponse, GetSharedResponse, ListAuthority, ListCert, ListConn, PoolInfo,
};

/// What a daemon tells of what it has: [`Loaded::ask`] asks for all of it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Loaded {
    /// The names of connections that were loaded with `load-conn` (`get-conns`).
    pub conns: Vec<String>,
    /// All connections (`list-conns`).
    pub conn_infos: Vec<ListConn>,
    /// The names of authorities (`get-authorities`).
    pub authorities: Vec<String>,
    /// All authorities (`list-authorities`).
    pub authority_infos: Vec<ListAuthority>,
    /// The pools by name (`get-pools`).
    pub pools: Vec<(String, PoolInfo)>,
    /// The identifiers of shared secrets (`get-shared`).
    pub secrets: Vec<String>,
    /// The identifiers of private keys (`get-keys`).
    pub keys: Vec<String>,
    /// The certificates (`list-certs`).
    pub certs: Vec<ListCert>,
}

/// The same, to look things up in.
pub(super) struct Index<'a> {
    pub(super) conns: HashSet<&'a str>,
    pub(super) conn_infos: HashMap<String, &'a ConnInfo>,
    pub(super) authorities: HashSet<&'a str>,
    pub(super) authority_infos: HashMap<String, &'a AuthorityInfo>,
    pub(super) pools: HashMap<&'a str, &'a PoolInfo>,
    pub(super) secrets: HashSet<&'a str>,
    pub(super) keys: HashSet<&'a str>,
    pub(super) certs: HashSet<&'a [u8]>,
}

impl<'a> Index<'a> {
    pub(super) fn new(loaded: &'a Loaded) -> Self {
        let conn_infos = loaded.conn_infos.iter();
        let authority_infos = loaded.authority_infos.iter();
        Self {
            conns: loaded.conns.iter().map(String::as_str).collect(),
            conn_infos: conn_infos
                .map(|item| (item.name.to_string(), &item.conn))
                .collect(),
            authorities: loaded.authorities.iter().map(String::as_str).collect(),
            authority_infos: authority_infos
                .map(|item| (item.name.to_string(), &item.authority))
                .collect(),
            pools: loaded
                .pools
                .iter()
                .map(|(name, pool)| (&name[..], pool))
                .collect(),
            secrets: loaded.secrets.iter().map(String::as_str).collect(),
            keys: loaded.keys.iter().map(String::as_str).collect(),
            certs: loaded
                .certs
                .iter()
                .map(|cert| cert.data.as_bytes())
                .collect(),
        }
    }
}

fn texts<T: ToString>(names: &[T]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

impl Loaded {
    pub(crate) fn set_conns(&mut self, response: &GetConnsResponse) {
        self.conns = texts(&response.conns);
    }

    pub(crate) fn set_authorities(&mut self, response: &GetAuthoritiesResponse) {
        self.authorities = texts(&response.authorities);
    }

    pub(crate) fn set_pools(&mut self, response: GetPoolsResponse) {
        let pools = response.pools.into_iter();
        self.pools = pools.map(|(name, pool)| (name.to_string(), pool)).collect();
    }

    pub(crate) fn set_secrets(&mut self, response: &GetSharedResponse) {
        self.secrets = texts(&response.keys);
    }

    pub(crate) fn set_keys(&mut self, response: &GetKeysResponse) {
        self.keys = texts(&response.keys);
    }
}
