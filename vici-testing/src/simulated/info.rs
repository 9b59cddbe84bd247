//! What the daemon says of itself.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use vici_serde::{Message, Section};

use super::generation::Generation;
use super::state::State;

impl State {
    pub(super) fn version(&self) -> Message {
        Message::new()
            .key("daemon", "charon")
            .key("version", self.version.as_str())
            .key("sysname", "Linux")
            .key("release", "simulated")
            .key("machine", std::env::consts::ARCH)
    }

    pub(super) fn stats(&self) -> Message {
        let running = self.started.elapsed().as_secs();
        let priorities = |counts: [u32; 4]| -> Section {
            let names = ["critical", "high", "medium", "low"];
            names.into_iter().zip(counts).collect()
        };
        // Each SA waits for its rekeying and its end.
        let children: usize = self.sas.iter().map(|sa| sa.children.len()).sum();
        let scheduled = 2 * (self.sas.len() + children);
        let active = if self.generation.is_6_1() {
            [5, 0, 1, 0]
        } else {
            [4, 0, 2, 0]
        };
        let plugins = PLUGINS.iter().copied();
        let plugins =
            plugins.filter(|name| !(self.generation.is_6_1() && *name == "xauth-generic"));
        let half_open = self.sas.iter().filter(|sa| !sa.is_established());
        let half_open = half_open.filter(|sa| !sa.initiator).count();
        Message::new()
            .section(
                "uptime",
                Section::new()
                    .key("running", duration(running))
                    .key("since", date(self.since)),
            )
            .section(
                "workers",
                Section::new()
                    .key("total", 16)
                    .key("idle", 10)
                    .section("active", priorities(active)),
            )
            .section("queues", priorities([0; 4]))
            .key("scheduled", scheduled)
            .section(
                "ikesas",
                Section::new()
                    .key("total", self.sas.len())
                    .key("half-open", half_open),
            )
            .list("plugins", plugins)
            .section(
                "mallinfo",
                Section::new()
                    .key("sbrk", 2_834_432)
                    .key("mmap", 0)
                    .key("used", 879_904 + 4096 * (self.conns.len() + self.sas.len()))
                    .key("free", 1_954_528),
            )
    }

    pub(super) fn get_algorithms(&self) -> Message {
        let key_exchanges = match self.generation {
            Generation::V5_9_8 => ("dh", format!("{MODP} {CURVES} {ECP}")),
            Generation::V6_0_1 => ("ke", format!("{MODP} {ECP} {CURVES}")),
            Generation::V6_1_0 => ("ke", format!("{MODP} {ML_KEM} {ECP} {CURVES}")),
        };
        let (kind, algorithms) = (key_exchanges.0, key_exchanges.1.as_str());
        let (before, after) = (BEFORE.iter().copied(), AFTER.iter().copied());
        let kinds = before.chain([(kind, algorithms)]).chain(after);
        kinds.fold(Message::new(), |message, (kind, algorithms)| {
            let algorithms = algorithms.split(' ').map(|algorithm| {
                let (algorithm, plugin) =
                    algorithm.split_once('=').unwrap_or((algorithm, "openssl"));
                (algorithm, plugin)
            });
            message.section(kind, algorithms.collect())
        })
    }
}

/// A time in words, of the largest unit of which there are more than two.
fn duration(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..=120 => (seconds, "second"),
        121..=7200 => (seconds / 60, "minute"),
        7201..=172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// Such as `Nov 20 07:37:46 2026`, in UTC.
fn date(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let seconds = since.as_secs();
    let (mut days, second) = (seconds / 86400, seconds % 86400);
    let mut year = 1970;
    let is_leap = |year: u64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if days < length {
            break;
        }
        days -= length;
        year += 1;
    }
    let mut name = "Jan";
    for (month, length) in MONTHS {
        name = month;
        let length = if month == "Feb" && is_leap(year) {
            29
        } else {
            length
        };
        if days < length {
            break;
        }
        days -= length;
    }
    let (hour, minute) = (second / 3600, second / 60 % 60);
    let (day, second) = (days + 1, second % 60);
    format!("{name} {day:02} {hour:02}:{minute:02}:{second:02} {year}")
}

const MONTHS: [(&str, u64); 12] = [
    ("Jan", 31),
    ("Feb", 28),
    ("Mar", 31),
    ("Apr", 30),
    ("May", 31),
    ("Jun", 30),
    ("Jul", 31),
    ("Aug", 31),
    ("Sep", 30),
    ("Oct", 31),
    ("Nov", 30),
    ("Dec", 31),
];

const PLUGINS: &[&str] = &[
    "charon",
    "random",
    "nonce",
    "openssl",
    "pem",
    "pkcs1",
    "pkcs8",
    "x509",
    "pubkey",
    "revocation",
    "constraints",
    "drbg",
    "kdf",
    "attr",
    "kernel-netlink",
    "socket-default",
    "vici",
    "counters",
    "eap-identity",
    "eap-md5",
    "xauth-generic",
];

/// By kind; of the plugin openssl where none is named.
const BEFORE: &[(&str, &str)] = &[
    (
        "encryption",
        "AES_CBC AES_CTR AES_ECB AES_CFB CAMELLIA_CBC CAMELLIA_CTR CAST_CBC BLOWFISH_CBC 3DES_CBC \
         DES_CBC DES_ECB NULL",
    ),
    (
        "integrity",
        "HMAC_MD5_96 HMAC_MD5_128 HMAC_SHA1_96 HMAC_SHA1_128 HMAC_SHA1_160 HMAC_SHA2_256_128 \
         HMAC_SHA2_256_256 HMAC_SHA2_384_192 HMAC_SHA2_384_384 HMAC_SHA2_512_256 HMAC_SHA2_512_512",
    ),
    (
        "aead",
        "AES_GCM_16 AES_GCM_12 AES_GCM_8 AES_CCM_16 AES_CCM_12 AES_CCM_8 CHACHA20_POLY1305",
    ),
    (
        "hasher",
        "HASH_SHA1 HASH_MD4 HASH_MD5 HASH_SHA2_224 HASH_SHA2_256 HASH_SHA2_384 HASH_SHA2_512 \
         HASH_SHA3_224 HASH_SHA3_256 HASH_SHA3_384 HASH_SHA3_512 HASH_IDENTITY",
    ),
    (
        "prf",
        "PRF_KEYED_SHA1 PRF_HMAC_MD5 PRF_HMAC_SHA1 PRF_HMAC_SHA2_256 PRF_HMAC_SHA2_384 \
         PRF_HMAC_SHA2_512",
    ),
    ("xof", "XOF_SHAKE128 XOF_SHAKE256"),
    ("kdf", "KDF_PRF KDF_PRF_PLUS"),
    (
        "drbg",
        "DRBG_CTR_AES128=drbg DRBG_CTR_AES192=drbg DRBG_CTR_AES256=drbg DRBG_HMAC_SHA1=drbg \
         DRBG_HMAC_SHA256=drbg DRBG_HMAC_SHA384=drbg DRBG_HMAC_SHA512=drbg",
    ),
];

const AFTER: &[(&str, &str)] = &[
    ("rng", "RNG_WEAK RNG_STRONG=random RNG_TRUE=random"),
    ("nonce-gen", "NONCE_GEN=nonce"),
];

const MODP: &str = "MODP_3072 MODP_4096 MODP_6144 MODP_8192 MODP_2048 MODP_2048_224 MODP_2048_256 \
    MODP_1536 MODP_1024 MODP_1024_160 MODP_768 MODP_CUSTOM";

const CURVES: &str = "CURVE_25519 CURVE_448";

const ECP: &str =
    "ECP_256 ECP_384 ECP_521 ECP_224 ECP_192 ECP_256_BP ECP_384_BP ECP_512_BP ECP_224_BP";

const ML_KEM: &str = "ML_KEM_512 ML_KEM_768 ML_KEM_1024";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        let date_of = |seconds| date(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(date_of(0), "Jan 01 00:00:00 1970");
        assert_eq!(date_of(951_782_400), "Feb 29 00:00:00 2000");
        assert_eq!(date_of(1_795_172_266), "Nov 20 10:57:46 2026");
        assert_eq!(date_of(4_107_542_399), "Feb 28 23:59:59 2100");
        assert_eq!(date_of(4_107_542_400), "Mar 01 00:00:00 2100");
    }

    #[test]
    fn durations_are_coarse() {
        assert_eq!(duration(1), "1 second");
        assert_eq!(duration(119), "119 seconds");
        assert_eq!(duration(121), "2 minutes");
        assert_eq!(duration(3 * 3600), "3 hours");
        assert_eq!(duration(3 * 86400), "3 days");
    }
}
