//! The daemon itself: `version`, `stats`, `reload-settings`, `get-algorithms`, and its log.

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_derive::{Deserialize, Serialize};

use crate::record::{Record, deserialize_record, ignore};
use crate::value::Text;
use crate::word::{
    Drbg, Encryption, HashFunction, Integrity, Kdf, KeyExchange, LogGroup, NonceGen, Prf, Rng, Xof,
};

request! {
    /// `version`: which daemon this is, and on which system.
    ///
    /// The example `version_and_stats` of `vici-client` asks for it.
    ///
    /// ```
    /// use vici_types::VersionResponse;
    ///
    /// let answer: VersionResponse = serde_json::from_str(
    ///     r#"{"daemon": "charon", "version": "6.0.1", "sysname": "Linux", "release": "6.12"}"#,
    /// )?;
    /// assert_eq!(format!("{} {}", answer.daemon, answer.version), "charon 6.0.1");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Answered by [`VersionResponse`](crate::VersionResponse).
    #[doc(alias = "version")]
    pub struct Version {}
}

/// The answer to [`Version`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VersionResponse {
    /// The name of the daemon, such as `charon` or `charon-systemd`.
    pub daemon: String,
    /// The version of strongSwan, such as `6.0.6`; development versions have a suffix.
    pub version: String,
    /// The name of the operating system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sysname: Option<String>,
    /// The release of the operating system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// The hardware.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
}

request! {
    /// `stats`: how busy the daemon is.
    ///
    /// The example `version_and_stats` of `vici-client` shows it. The example `exporter` of
    /// `vici-control` makes metrics of it.
    ///
    /// ```
    /// use vici_types::{Stats, StatsResponse};
    ///
    /// let message = vici_serde::to_message(&Stats::new())?;
    /// assert!(message.is_empty());
    /// let busy = |answer: &StatsResponse| answer.workers.idle == 0;
    /// # Ok::<(), vici_serde::Error>(())
    /// ```
    ///
    /// Answered by [`StatsResponse`](crate::StatsResponse).
    #[doc(alias = "stats")]
    pub struct Stats {}
}

/// The answer to [`Stats`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StatsResponse {
    /// How long it runs.
    pub uptime: Uptime,
    /// Its threads.
    pub workers: Workers,
    /// Jobs that wait for a thread, by priority.
    pub queues: Priorities,
    /// Jobs that wait for their time.
    pub scheduled: u32,
    /// How many IKE_SAs there are.
    pub ikesas: IkeSaCounts,
    /// The loaded plugins.
    pub plugins: Vec<Text>,
    /// The use of the heaps, on Windows (until 5.3.5 also with leak detection).
    #[serde(
        default,
        deserialize_with = "crate::format::some",
        skip_serializing_if = "Option::is_none"
    )]
    pub mem: Option<Mem>,
    /// The use of memory, where the C library tells.
    #[serde(
        default,
        deserialize_with = "crate::format::some",
        skip_serializing_if = "Option::is_none"
    )]
    pub mallinfo: Option<Mallinfo>,
}

/// How long the daemon runs, in words only: no numbers can be made of them for sure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Uptime {
    /// The time since its start in words, such as `3 hours`.
    pub running: Text,
    /// When it started, such as `Nov 20 07:37:46 2026`, in its local time.
    pub since: Text,
}

/// The threads of the daemon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Workers {
    /// All threads.
    pub total: u32,
    /// Those without work.
    pub idle: u32,
    /// Those with work, by priority.
    pub active: Priorities,
}

/// Numbers of jobs by priority.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Priorities {
    /// Jobs of critical priority.
    pub critical: u32,
    /// Jobs of high priority.
    pub high: u32,
    /// Jobs of medium priority.
    pub medium: u32,
    /// Jobs of low priority.
    pub low: u32,
}

/// How many IKE_SAs there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub struct IkeSaCounts {
    /// IKE_SAs in any state.
    pub total: u32,
    /// `half-open`: Those that are half open.
    pub half_open: u32,
}

record! {
    /// The use of the heaps of a process.
    #[derive(Default)]
    pub struct Mem {
        /// `heap-0`, `heap-1`, ...: The use of each heap.
        "heap-" heaps: prefix Heap,
        /// Bytes in use.
        "total" total: opt u64,
        /// Blocks in use.
        "allocs" allocs: opt i64,
    }
}

/// The use of a heap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Heap {
    /// Bytes in use.
    pub total: u64,
    /// Blocks in use.
    pub allocs: i64,
}

/// The use of memory, in bytes.
///
/// Before 5.9.6 the numbers wrap at 32 bits, and before 5.3.0 they may be negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Mallinfo {
    /// Memory from growing the heap.
    pub sbrk: i64,
    /// Memory mapped.
    pub mmap: i64,
    /// Memory in use.
    pub used: i64,
    /// Memory that is free.
    pub free: i64,
}

request! {
    /// `reload-settings`: reads strongswan.conf again, for loggers and for plugins that can. Since
    /// 5.2.1.
    ///
    /// ```
    /// use vici_types::{ReloadSettings, Request};
    ///
    /// assert_eq!(ReloadSettings::NAME, "reload-settings");
    /// ```
    ///
    /// Answered by [`Done`](crate::Done).
    #[doc(alias = "reload-settings")]
    pub struct ReloadSettings {}
}

request! {
    /// `get-algorithms`: the algorithms that are loaded, and the plugin behind each. Since 5.4.0.
    ///
    /// ```
    /// use vici_types::{Encryption, GetAlgorithmsResponse};
    ///
    /// let has_gcm = |answer: &GetAlgorithmsResponse| {
    ///     answer.aead.iter().any(|(cipher, _plugin)| *cipher == Encryption::AesGcm16)
    /// };
    /// ```
    ///
    /// Answered by [`GetAlgorithmsResponse`](crate::GetAlgorithmsResponse).
    #[doc(alias = "get-algorithms")]
    pub struct GetAlgorithms {}
}

/// The answer to [`GetAlgorithms`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub struct GetAlgorithmsResponse {
    /// Ciphers.
    pub encryption: Algorithms<Encryption>,
    /// Integrity algorithms.
    pub integrity: Algorithms<Integrity>,
    /// Ciphers that protect integrity, too.
    pub aead: Algorithms<Encryption>,
    /// Hash functions.
    pub hasher: Algorithms<HashFunction>,
    /// Pseudo-random functions.
    pub prf: Algorithms<Prf>,
    /// Extendable output functions. Since 5.5.1.
    #[serde(
        default,
        deserialize_with = "crate::format::some",
        skip_serializing_if = "Option::is_none"
    )]
    pub xof: Option<Algorithms<Xof>>,
    /// Key derivation functions. Since 5.9.6.
    #[serde(
        default,
        deserialize_with = "crate::format::some",
        skip_serializing_if = "Option::is_none"
    )]
    pub kdf: Option<Algorithms<Kdf>>,
    /// Deterministic random bit generators. Since 5.8.2.
    #[serde(
        default,
        deserialize_with = "crate::format::some",
        skip_serializing_if = "Option::is_none"
    )]
    pub drbg: Option<Algorithms<Drbg>>,
    /// Key exchange methods. Since 6.0.0.
    #[serde(
        default,
        deserialize_with = "crate::format::some",
        skip_serializing_if = "Option::is_none"
    )]
    pub ke: Option<Algorithms<KeyExchange>>,
    /// Key exchange methods, until 5.9.14.
    #[serde(
        default,
        deserialize_with = "crate::format::some",
        skip_serializing_if = "Option::is_none"
    )]
    pub dh: Option<Algorithms<KeyExchange>>,
    /// Random number generators.
    pub rng: Algorithms<Rng>,
    /// `nonce-gen`: Nonce generators.
    pub nonce_gen: Algorithms<NonceGen>,
}

impl GetAlgorithmsResponse {
    /// The key exchange methods, of any version.
    pub fn key_exchange(&self) -> Option<&Algorithms<KeyExchange>> {
        self.ke.as_ref().or(self.dh.as_ref())
    }
}

/// Algorithms of a kind, and the plugin that provides each, in the order of the daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Algorithms<A>(Vec<(A, Text)>);

impl<A> Algorithms<A> {
    /// The algorithms and their plugins.
    pub fn iter(&self) -> impl Iterator<Item = (&A, &Text)> {
        self.0.iter().map(|(algorithm, plugin)| (algorithm, plugin))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<A: PartialEq> Algorithms<A> {
    /// The plugin that provides this one.
    pub fn plugin(&self, algorithm: &A) -> Option<&Text> {
        self.0
            .iter()
            .find(|(other, _)| other == algorithm)
            .map(|(_, plugin)| plugin)
    }
}

impl<A> Default for Algorithms<A> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<A: Serialize> Serialize for Algorithms<A> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (algorithm, plugin) in self.iter() {
            map.serialize_entry(algorithm, plugin)?;
        }
        map.end()
    }
}

impl<'de, A: From<Text>> Deserialize<'de> for Algorithms<A> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_record::<Self, D>(deserializer)
    }
}

impl<'de, A: From<Text>> Record<'de> for Algorithms<A> {
    type Value = Self;

    fn is_variable(&self, _: &[u8]) -> bool {
        true
    }

    fn variable<D: Deserializer<'de>>(&mut self, _: &[u8], value: D) -> Result<(), D::Error> {
        ignore(value)
    }

    fn key<D: Deserializer<'de>>(&mut self, name: &[u8], value: D) -> Result<(), D::Error> {
        let plugin = Text::deserialize(value)?;
        self.0.push((Text::from(name).into(), plugin));
        Ok(())
    }

    fn finish<E: Error>(self) -> Result<Self, E> {
        Ok(self)
    }
}

/// `log`: a message that the daemon logged at level 0 or 1.
#[doc(alias = "log")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Log {
    /// The subsystem that logged it.
    pub group: LogGroup,
    /// The level: 0 audit, 1 control flow.
    pub level: i32,
    /// The number of the thread.
    pub thread: i32,
    /// `ikesa-name`: The name of the IKE_SA it is about, `(unnamed)` before a connection is chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ikesa_name: Option<Text>,
    /// `ikesa-uniqueid`: The number of the IKE_SA it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ikesa_uniqueid: Option<u32>,
    /// The message, one line of any bytes.
    pub msg: Text,
}
