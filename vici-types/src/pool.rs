//! Pools of virtual addresses: `load-pool`, `unload-pool`, `get-pools`.

use serde_derive::{Deserialize, Serialize};

use crate::named::Named;
use crate::value::{Address, Text};
use crate::word::LeaseStatus;

request! {
    /// `load-pool`: loads or updates pools, any number of them.
    ///
    /// They are applied one by one, those before a wrong one stay. With the same addresses the leases
    /// are kept; else the pool must have no lease that is in use. The example `road_warrior` of
    /// `vici-client` loads one.
    ///
    /// ```
    /// use vici_types::{LoadPool, Pool};
    ///
    /// let request = LoadPool::new("v4", Pool::new("10.3.0.0/24").dns(["10.1.0.53"]))
    ///     .pool("v6", Pool::new("2001:db8:3::/120"));
    /// assert!(request.check().is_ok());
    /// ```
    ///
    /// Answered by [`Done`](crate::Done).
    #[doc(alias = "load-pool")]
    pub struct LoadPool by hand {
        /// The pools, each in a section of its name.
        "" pools: parts Pool,
    }
}

impl LoadPool {
    /// One pool.
    pub fn new(name: impl Into<Text>, pool: Pool) -> Self {
        Self::default().pool(name, pool)
    }

    /// One more pool.
    #[must_use]
    pub fn pool(mut self, name: impl Into<Text>, pool: Pool) -> Self {
        self.pools.push(name, pool);
        self
    }
}

request! {
    /// A pool of virtual addresses, and attributes that go with them.
    ///
    /// ```
    /// # use vici_types::Pool;
    /// let pool = Pool::new("10.3.0.0/24").dns(["10.1.0.53"]).attribute("25", ["example.org"]);
    /// ```
    pub struct Pool {
        need {
            /// The addresses: a subnet, one address, or since 5.2.2 a range
            /// `<from>-<to>`.
            "addrs" addrs: Text,
        }
        /// The attributes, each a list: `dns`, `nbns`, `dhcp`, `netmask`, `server`, `subnet`,
        /// `address`, `split_include`, `split_exclude`, `p_cscf` (since 6.0.3), or the number of
        /// its type. Items are addresses or subnets, and of a number any bytes.
        "" attributes: attributes Text,
    }
}

macro_rules! attribute_setters {
    ($($name:ident: $doc:literal,)*) => {
        /// The attributes that have a name.
        pub(crate) const ATTRIBUTES: &[&str] = &[$(stringify!($name)),*];

        impl Pool {$(
        #[doc = concat!("Adds the attribute `", stringify!($name), "`: ", $doc, ".")]
        #[must_use]
        pub fn $name(self, items: impl IntoIterator<Item: Into<Text>>) -> Self {
            self.attribute(stringify!($name), items)
        }
    )*}};
}

attribute_setters! {
    address: "internal addresses",
    dns: "DNS servers",
    nbns: "NetBIOS name servers",
    dhcp: "DHCP servers",
    netmask: "netmasks",
    server: "internal servers",
    subnet: "the protected subnets",
    p_cscf: "P-CSCF servers, since 6.0.3",
    split_include: "subnets that Cisco Unity clients tunnel",
    split_exclude: "subnets that Cisco Unity clients do not tunnel",
}

impl Pool {
    /// Adds an attribute of one of the names below, or of this number. One that only a newer daemon
    /// knows is a key for [`raw`](Self::raw).
    #[must_use]
    pub fn attribute(
        mut self,
        name: impl Into<Text>,
        items: impl IntoIterator<Item: Into<Text>>,
    ) -> Self {
        self.attributes
            .push(name, items.into_iter().map(Into::into).collect());
        self
    }
}

/// Whether the daemon takes a list of this name for an attribute: by its name, or by the number of
/// its type.
pub(crate) fn is_attribute(name: &[u8]) -> bool {
    let number = !name.is_empty() && name.iter().all(u8::is_ascii_digit);
    number
        || ATTRIBUTES
            .iter()
            .any(|known| known.as_bytes().eq_ignore_ascii_case(name))
}

request! {
    /// `unload-pool`: unloads a pool, unless any of its leases is in use.
    ///
    /// ```
    /// use vici_types::{GetPoolsResponse, UnloadPool};
    ///
    /// let loaded: GetPoolsResponse = serde_json::from_str(
    ///     r#"{"v4": {"base": "10.3.0.1", "size": 254, "online": 0, "offline": 2}}"#,
    /// )?;
    /// let unused = loaded.pools.iter().filter(|(_, pool)| pool.online == 0);
    /// let requests: Vec<_> = unused.map(|(name, _)| UnloadPool::new(name)).collect();
    /// assert_eq!(requests, [UnloadPool::new("v4")]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Answered by [`Done`](crate::Done).
    #[doc(alias = "unload-pool")]
    pub struct UnloadPool {
        need {
            /// The name of the pool.
            "name" name: Text,
        }
    }
}

request! {
    /// `get-pools`: the loaded pools.
    ///
    /// An answer of more than 512 KiB, which the leases of thousands of clients make, never
    /// arrives.
    ///
    /// The example `exporter` of `vici-control` makes metrics of them.
    ///
    /// ```
    /// use vici_types::GetPools;
    ///
    /// let all = GetPools::new();
    /// let with_leases = GetPools::new().name("v4").leases(true);
    /// ```
    ///
    /// Answered by [`GetPoolsResponse`](crate::GetPoolsResponse).
    #[doc(alias = "get-pools")]
    pub struct GetPools {
        /// Also list the leases. Default: no. Since 5.3.4.
        "leases" leases: bool bool,
        /// Only this pool; of an unknown one the answer is empty. Since 5.5.2.
        "name" name: opt Text,
    }
}

/// The answer to [`GetPools`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[non_exhaustive]
pub struct GetPoolsResponse {
    /// The pools, each in a section of its name.
    pub pools: Named<PoolInfo>,
}

/// A pool as `get-pools` reports it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PoolInfo {
    /// First address of the pool; of a subnet since 6.0.0 the first one that is assigned,
    /// before that the address of the network.
    pub base: Address,
    /// Number of addresses.
    pub size: u32,
    /// Leases in use.
    pub online: u32,
    /// Remembered but unused leases.
    pub offline: u32,
    /// The leases, in sections `0`, `1` and so on. Only if the request had
    /// `leases=yes`. Since 5.3.4.
    #[serde(
        default,
        deserialize_with = "crate::format::some",
        skip_serializing_if = "Option::is_none"
    )]
    pub leases: Option<Named<Lease>>,
}

/// An address of a pool that is or was in use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Lease {
    /// Leased address. Since 5.3.4.
    pub address: Address,
    /// Identity holding the lease. Since 5.3.4.
    pub identity: Text,
    /// Whether the lease is in use. Since 5.3.4.
    pub status: LeaseStatus,
}
