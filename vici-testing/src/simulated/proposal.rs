//! Proposals of algorithms.

/// What a proposal holds: the first algorithm of each kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Proposal {
    pub(super) encryption: Option<Algorithm>,
    pub(super) integrity: Option<Algorithm>,
    pub(super) prf: Option<Algorithm>,
    pub(super) key_exchange: Option<Algorithm>,
    pub(super) esn: bool,
}

/// An algorithm in the words of the daemon, with the size of its key where that varies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Algorithm {
    pub(super) name: String,
    pub(super) key_size: Option<u16>,
}

/// What a proposal is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Ike,
    Esp,
    Ah,
}

impl Proposal {
    /// Reads a proposal: keywords with dashes between them, or `default`.
    pub(super) fn parse(protocol: Protocol, text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("default") {
            return Some(Self::default_of(protocol));
        }
        let mut proposal = Self {
            encryption: None,
            integrity: None,
            prf: None,
            key_exchange: None,
            esn: false,
        };
        for keyword in text.split('-') {
            proposal.add(&keyword.to_ascii_lowercase())?;
        }
        proposal.complete(protocol)
    }

    /// What is proposed where nothing is configured.
    pub(super) fn default_of(protocol: Protocol) -> Self {
        let text = match protocol {
            Protocol::Ike => "aes128-sha256-x25519",
            Protocol::Esp => "aes128gcm16",
            Protocol::Ah => "sha256",
        };
        Self::parse(protocol, text).unwrap_or(Self {
            encryption: None,
            integrity: None,
            prf: None,
            key_exchange: None,
            esn: false,
        })
    }

    /// Without key exchange: that of the IKE_SA has made the keys of the first child.
    pub(super) fn without_key_exchange(mut self) -> Self {
        self.key_exchange = None;
        self
    }

    fn add(&mut self, keyword: &str) -> Option<()> {
        let (slot, algorithm) = if let Some(encryption) = encryption(keyword) {
            (&mut self.encryption, encryption)
        } else if let Some(name) = lookup(INTEGRITY, keyword) {
            (&mut self.integrity, Algorithm::new(name, None))
        } else if let Some(name) = lookup(PRF, keyword) {
            (&mut self.prf, Algorithm::new(name, None))
        } else if let Some(name) = lookup(KEY_EXCHANGE, keyword) {
            (&mut self.key_exchange, Algorithm::new(name, None))
        } else {
            match keyword {
                "esn" => self.esn = true,
                "noesn" => {}
                _ => return None,
            }
            return Some(());
        };
        // Several of a kind are a choice, of which the first one is taken.
        slot.get_or_insert(algorithm);
        Some(())
    }

    /// Whether it has what the protocol needs.
    fn complete(mut self, protocol: Protocol) -> Option<Self> {
        let aead = self.encryption.as_ref().is_some_and(Algorithm::is_aead);
        if protocol == Protocol::Ah {
            return (self.integrity.is_some() && self.encryption.is_none()).then_some(self);
        }
        self.encryption.as_ref()?;
        if protocol == Protocol::Esp {
            if aead {
                self.integrity = None;
            }
            return Some(self);
        }
        self.key_exchange.as_ref()?;
        if self.prf.is_none() {
            let integrity = self.integrity.as_ref()?;
            let prf = integrity.name.rsplit_once('_').map(|(prf, _)| prf)?;
            self.prf = Some(Algorithm::new(&format!("PRF_{prf}"), None));
        }
        if aead {
            self.integrity = None;
        } else {
            self.integrity.as_ref()?;
        }
        Some(self)
    }
}

impl Algorithm {
    fn new(name: &str, key_size: Option<u16>) -> Self {
        Self {
            name: name.to_owned(),
            key_size,
        }
    }

    fn is_aead(&self) -> bool {
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

/// What the log says of a proposal.
pub(super) fn selected(kind: &str, proposal: &Proposal) -> String {
    let parts = [
        proposal.encryption.as_ref(),
        proposal.integrity.as_ref(),
        proposal.prf.as_ref().filter(|_| kind == "IKE"),
        proposal.key_exchange.as_ref(),
    ];
    let mut labels: Vec<String> = parts
        .into_iter()
        .flatten()
        .map(|part| part.label())
        .collect();
    if kind != "IKE" {
        let esn = if proposal.esn {
            "EXT_SEQ"
        } else {
            "NO_EXT_SEQ"
        };
        labels.push(esn.to_owned());
    }
    format!("selected proposal: {kind}:{}", labels.join("/"))
}

fn encryption(keyword: &str) -> Option<Algorithm> {
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

fn lookup(table: &[(&str, &'static str)], keyword: &str) -> Option<&'static str> {
    let found = table.iter().find(|(word, _)| *word == keyword);
    found.map(|(_, name)| *name)
}

const FIXED_ENCRYPTION: &[(&str, &str)] = &[
    ("3des", "3DES_CBC"),
    ("chacha20poly1305", "CHACHA20_POLY1305"),
    ("null", "NULL"),
];

const INTEGRITY: &[(&str, &str)] = &[
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

const PRF: &[(&str, &str)] = &[
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
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proposals_need_what_their_protocol_needs() {
        for (protocol, text, valid) in [
            (Protocol::Ike, "default", true),
            (Protocol::Ike, "aes128-sha256-modp2048", true),
            (Protocol::Ike, "aes256gcm16-prfsha384-ecp384", true),
            (Protocol::Ike, "bogus", false),
            (Protocol::Ike, "aes128", false),
            (Protocol::Ike, "", false),
            (
                Protocol::Ike,
                "aes128-sha256-x25519,aes256-sha1-x25519",
                false,
            ),
            (Protocol::Esp, "aes128-sha256", true),
            (Protocol::Esp, "aes128", true),
            (Protocol::Esp, "aes128gcm16-x25519", true),
            (Protocol::Esp, "aes128-sha256-modp2048-esn", true),
            (Protocol::Esp, "bogus", false),
            (Protocol::Ah, "sha256", true),
            (Protocol::Ah, "aes128", false),
        ] {
            let parsed = Proposal::parse(protocol, text);
            assert_eq!(parsed.is_some(), valid, "{protocol:?} {text}");
        }
    }

    #[test]
    fn algorithms_have_the_names_of_the_daemon() {
        let proposal = Proposal::parse(Protocol::Ike, "aes256-sha384-ecp384").unwrap();
        assert_eq!(proposal.encryption.unwrap().label(), "AES_CBC_256");
        assert_eq!(proposal.integrity.unwrap().label(), "HMAC_SHA2_384_192");
        assert_eq!(proposal.prf.unwrap().label(), "PRF_HMAC_SHA2_384");
        let proposal = Proposal::default_of(Protocol::Esp);
        assert_eq!(proposal.encryption.unwrap().label(), "AES_GCM_16_128");
    }
}
