//! Algorithms, by the keywords of configurations and in the words of the daemon.

use super::generation::Generation;

/// An algorithm in the words of the daemon, with the size of its key where that varies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Algorithm {
    pub(super) name: String,
    pub(super) key_size: Option<u16>,
}

impl Algorithm {
    pub(super) fn new(name: &str, key_size: Option<u16>) -> Self {
        Self {
            name: name.to_owned(),
            key_size,
        }
    }

    /// From its label.
    pub(super) fn named(label: &str) -> Self {
        let size = label.rsplit_once('_').and_then(|(name, size)| {
            let size = size.parse().ok().filter(|size| *size >= 128)?;
            let cipher = name.starts_with("AES_") || name.starts_with("CAMELLIA_");
            cipher.then_some((name, size))
        });
        match size {
            Some((name, size)) => Self::new(name, Some(size)),
            None => Self::new(label, None),
        }
    }

    pub(super) fn is_aead(&self) -> bool {
        ["GCM", "CCM", "POLY1305"]
            .iter()
            .any(|mode| self.name.contains(mode))
    }

    /// As the daemon logs it.
    pub(super) fn label(&self) -> String {
        match self.key_size {
            Some(size) => format!("{}_{size}", self.name),
            None => self.name.clone(),
        }
    }
}

/// The cipher of a keyword.
pub(super) fn encryption(keyword: &str) -> Option<Algorithm> {
    if let Some(name) = lookup(FIXED_ENCRYPTION, keyword) {
        return Some(Algorithm::new(name, None));
    }
    let (cipher, rest) = ["aes", "camellia"].iter().find_map(|cipher| {
        let rest = keyword.strip_prefix(cipher)?;
        Some((cipher.to_ascii_uppercase(), rest))
    })?;
    let size = ["128", "192", "256"]
        .into_iter()
        .find(|size| rest.starts_with(size));
    let (size, mode) = match size {
        Some(size) => (size, rest.strip_prefix(size)?),
        None => ("128", rest),
    };
    let mode = match mode {
        "" => "CBC".to_owned(),
        "ctr" => "CTR".to_owned(),
        _ => {
            let (mode, icv) = mode.split_at_checked(3)?;
            let icv = match icv {
                "16" | "128" => "16",
                "12" | "96" => "12",
                "8" | "64" => "8",
                _ => return None,
            };
            let mode = ["gcm", "ccm"].into_iter().find(|known| *known == mode)?;
            format!("{}_{icv}", mode.to_ascii_uppercase())
        }
    };
    let size = size.parse().ok();
    Some(Algorithm::new(&format!("{cipher}_{mode}"), size))
}

/// The group of a keyword.
pub(super) fn key_exchange(keyword: &str, generation: Generation) -> Option<&'static str> {
    let found = lookup(KEY_EXCHANGE, keyword);
    found.or_else(|| lookup(ML_KEM, keyword).filter(|_| generation.is_6()))
}

/// What a keyword of a table stands for.
pub(super) fn lookup(table: &[(&str, &'static str)], keyword: &str) -> Option<&'static str> {
    let found = table.iter().find(|(word, _)| *word == keyword);
    found.map(|(_, name)| *name)
}

const FIXED_ENCRYPTION: &[(&str, &str)] = &[
    ("3des", "3DES_CBC"),
    ("chacha20poly1305", "CHACHA20_POLY1305"),
    ("null", "NULL"),
];

pub(super) const INTEGRITY: &[(&str, &str)] = &[
    ("md5", "HMAC_MD5_96"),
    ("sha", "HMAC_SHA1_96"),
    ("sha1", "HMAC_SHA1_96"),
    ("sha256", "HMAC_SHA2_256_128"),
    ("sha2_256", "HMAC_SHA2_256_128"),
    ("sha384", "HMAC_SHA2_384_192"),
    ("sha2_384", "HMAC_SHA2_384_192"),
    ("sha512", "HMAC_SHA2_512_256"),
    ("sha2_512", "HMAC_SHA2_512_256"),
];

pub(super) const PRF: &[(&str, &str)] = &[
    ("prfmd5", "PRF_HMAC_MD5"),
    ("prfsha1", "PRF_HMAC_SHA1"),
    ("prfsha256", "PRF_HMAC_SHA2_256"),
    ("prfsha384", "PRF_HMAC_SHA2_384"),
    ("prfsha512", "PRF_HMAC_SHA2_512"),
];

const KEY_EXCHANGE: &[(&str, &str)] = &[
    ("modp1024", "MODP_1024"),
    ("modp1536", "MODP_1536"),
    ("modp2048", "MODP_2048"),
    ("modp3072", "MODP_3072"),
    ("modp4096", "MODP_4096"),
    ("modp6144", "MODP_6144"),
    ("modp8192", "MODP_8192"),
    ("ecp224", "ECP_224"),
    ("ecp256", "ECP_256"),
    ("ecp384", "ECP_384"),
    ("ecp521", "ECP_521"),
    ("ecp256bp", "ECP_256_BP"),
    ("ecp384bp", "ECP_384_BP"),
    ("ecp512bp", "ECP_512_BP"),
    ("curve25519", "CURVE_25519"),
    ("x25519", "CURVE_25519"),
    ("curve448", "CURVE_448"),
    ("x448", "CURVE_448"),
    ("none", "KE_NONE"),
];

/// Since 6.0.
const ML_KEM: &[(&str, &str)] = &[
    ("mlkem512", "ML_KEM_512"),
    ("mlkem768", "ML_KEM_768"),
    ("mlkem1024", "ML_KEM_1024"),
];
