use std::collections::HashMap;
use std::fmt;

use serde_derive::Deserialize;
use vici_types::{Authority, Conn, LoadCert, LoadKey, LoadShared, LoadToken, Named, Pool};

use crate::problem::Problem;
use crate::settings::Place;

/// What a daemon is to have: the requests that load it.
///
/// It is read from a file ([`read`](Self::read)), made in code, or read from any serde format, in
/// which the keys are the names of the fields and those of the daemon:
///
/// ```
/// use vici_control::Config;
/// use vici_types::{Conn, LoadShared, Pool, SharedType};
///
/// let mut config = Config::default();
/// config.pools.push("home", Pool::new("10.3.0.0/24"));
/// config.connections.push("home", Conn::new().remote_addrs(["192.0.2.1"]).pools(["home"]));
/// config.secrets.push(LoadShared::new(SharedType::Ike, "swordfish").id("home"));
///
/// let same: Config = toml::from_str(r#"
///     [pools.home]
///     addrs = "10.3.0.0/24"
///     [connections.home]
///     remote_addrs = ["192.0.2.1"]
///     pools = ["home"]
///     [[secrets]]
///     id = "home"
///     type = "IKE"
///     data = "swordfish"
/// "#)?;
/// assert_eq!(same, config);
/// # Ok::<(), toml::de::Error>(())
/// ```
///
/// Secrets are neither shown by `Debug` nor in any error, and wiped when the configuration is dropped.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// Certificates, CRLs and raw public keys.
    pub certs: Vec<LoadCert>,
    /// Private keys.
    pub keys: Vec<LoadKey>,
    /// Private keys that live on tokens.
    pub tokens: Vec<LoadToken>,
    /// Shared secrets.
    pub secrets: Vec<LoadShared>,
    /// Certification authorities by name.
    pub authorities: Named<Authority>,
    /// Pools of addresses by name.
    pub pools: Named<Pool>,
    /// Connections by name.
    pub connections: Named<Conn>,
    #[serde(skip)]
    pub(crate) places: HashMap<String, Place>,
    #[serde(skip)]
    pub(crate) ignored: Vec<Problem>,
}

impl Config {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Where a key stands, or what it is in: `connections.home.children.net.mode`, `pools.home`,
    /// `secrets[2]`, `certs[0]`, `keys[1]`, `tokens[0]`. None if it does not come from a file.
    ///
    /// The numbers are those of the fields as they were read.
    pub fn place(&self, key: &str) -> Option<&Place> {
        let mut key = key;
        loop {
            if let Some(place) = self.places.get(key) {
                return Some(place);
            }
            key = &key[..key.rfind(['.', '['])?];
        }
    }

    /// What was read and is not used, such as a secret of an unknown kind: `swanctl` leaves it out, too.
    pub fn ignored(&self) -> &[Problem] {
        &self.ignored
    }

    pub(crate) fn set_place(&mut self, key: &str, place: &Place) {
        self.places.insert(key.to_owned(), place.clone());
    }
}

/// What is to be loaded, wherever it was read.
impl PartialEq for Config {
    fn eq(&self, other: &Self) -> bool {
        self.certs == other.certs
            && self.keys == other.keys
            && self.tokens == other.tokens
            && self.secrets == other.secrets
            && self.authorities == other.authorities
            && self.pools == other.pools
            && self.connections == other.connections
    }
}

impl Eq for Config {}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("certs", &self.certs)
            .field("keys", &self.keys)
            .field("tokens", &self.tokens)
            .field("secrets", &self.secrets)
            .field("authorities", &self.authorities)
            .field("pools", &self.pools)
            .field("connections", &self.connections)
            .finish_non_exhaustive()
    }
}
