//! Proposals of algorithms.

use std::collections::BTreeMap;

use vici_serde::{Section, Text, Value};

use super::algorithm::{Algorithm, INTEGRITY, PRF, encryption, key_exchange, lookup};
use super::generation::Generation;

/// A proposal as it is configured: the algorithms of each kind, the best first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Proposal {
    encryption: Vec<Algorithm>,
    integrity: Vec<Algorithm>,
    prf: Vec<Algorithm>,
    key_exchange: Vec<Algorithm>,
    /// By their numbers.
    additional: BTreeMap<u8, Vec<Algorithm>>,
    sequence_numbers: Vec<Algorithm>,
}

/// What both sides have agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Agreed {
    pub(super) encryption: Option<Algorithm>,
    pub(super) integrity: Option<Algorithm>,
    pub(super) prf: Option<Algorithm>,
    pub(super) key_exchange: Option<Algorithm>,
    pub(super) additional: Vec<(u8, Algorithm)>,
    pub(super) esn: bool,
}

/// What a proposal is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Ike,
    Esp,
    Ah,
}

impl Proposal {
    /// Reads a proposal: keywords with dashes between them, or `default`, which is several.
    pub(super) fn parse(
        protocol: Protocol,
        text: &str,
        generation: Generation,
    ) -> Option<Vec<Self>> {
        if text.eq_ignore_ascii_case("default") {
            return Some(Self::defaults(protocol));
        }
        let mut proposal = Self::default();
        for keyword in text.split('-') {
            proposal.add(&keyword.to_ascii_lowercase(), generation)?;
        }
        Some(vec![proposal.complete(protocol)?])
    }

    /// What is proposed where nothing is configured.
    pub(super) fn defaults(protocol: Protocol) -> Vec<Self> {
        let proposals: &[[&str; 5]] = match protocol {
            Protocol::Ike => &[
                [CIPHERS, INTEGRITIES, PRFS, GROUPS, ""],
                [AEADS, "", PRFS, GROUPS, ""],
            ],
            Protocol::Esp => &[
                [GCM, "", "", GROUPS_OR_NONE, "NO_EXT_SEQ"],
                [CBC, MORE_INTEGRITIES, "", GROUPS_OR_NONE, "NO_EXT_SEQ"],
            ],
            Protocol::Ah => &[["", MORE_INTEGRITIES, "", GROUPS_OR_NONE, "NO_EXT_SEQ"]],
        };
        let algorithms = |names: &str| names.split_whitespace().map(Algorithm::named).collect();
        let proposals = proposals.iter();
        proposals
            .map(|[encryption, integrity, prf, groups, numbers]| Self {
                encryption: algorithms(encryption),
                integrity: algorithms(integrity),
                prf: algorithms(prf),
                key_exchange: algorithms(groups),
                additional: BTreeMap::new(),
                sequence_numbers: algorithms(numbers),
            })
            .collect()
    }

    /// What the peer takes where nothing is configured.
    pub(super) fn agreed_by_default(protocol: Protocol) -> Agreed {
        let text = match protocol {
            Protocol::Ike => "aes128-sha256-x25519",
            Protocol::Esp => "aes128gcm16",
            Protocol::Ah => "sha256",
        };
        let parsed = Self::parse(protocol, text, Generation::default());
        let first = parsed.and_then(|proposals| proposals.into_iter().next());
        first.unwrap_or_default().agreed()
    }

    /// What the peer takes: the first of each kind.
    pub(super) fn agreed(&self) -> Agreed {
        let first = |algorithms: &[Algorithm]| algorithms.first().cloned();
        let additional = self.additional.iter();
        Agreed {
            encryption: first(&self.encryption),
            integrity: first(&self.integrity),
            prf: first(&self.prf),
            key_exchange: first(&self.key_exchange),
            additional: additional
                .filter_map(|(number, algorithms)| Some((*number, first(algorithms)?)))
                .filter(|(_, algorithm)| algorithm.name != NONE)
                .collect(),
            esn: first(&self.sequence_numbers).is_some_and(|sn| sn.name == "EXT_SEQ"),
        }
    }

    /// As `list-conn` shows it, since 6.1.0.
    pub(super) fn listed(&self) -> Section {
        let kinds = [
            ("encr".to_owned(), &self.encryption),
            ("integ".to_owned(), &self.integrity),
            ("prf".to_owned(), &self.prf),
            ("ke".to_owned(), &self.key_exchange),
        ];
        let additional = self.additional.iter();
        let additional = additional.map(|(number, kind)| (format!("ake{number}"), kind));
        let last = [("sn".to_owned(), &self.sequence_numbers)];
        let kinds = kinds.into_iter().chain(additional).chain(last);
        kinds.filter(|(_, algorithms)| !algorithms.is_empty()).fold(
            Section::new(),
            |section, (kind, algorithms)| {
                section.list(kind, algorithms.iter().map(Algorithm::label))
            },
        )
    }

    fn add(&mut self, keyword: &str, generation: Generation) -> Option<()> {
        let numbered = keyword.strip_prefix("ke").and_then(|rest| {
            let (number, keyword) = rest.split_once('_')?;
            let number = number
                .parse()
                .ok()
                .filter(|number| (1..=7).contains(number))?;
            Some((number, keyword))
        });
        let fixed = |name| Algorithm::new(name, None);
        let (kind, algorithm) = if let Some((number, keyword)) = numbered {
            let group = key_exchange(keyword, generation)?;
            let kind = self.additional.entry(number).or_default();
            (Some(kind).filter(|_| generation.is_6())?, fixed(group))
        } else if let Some(encryption) = encryption(keyword) {
            (&mut self.encryption, encryption)
        } else if let Some(name) = lookup(INTEGRITY, keyword) {
            (&mut self.integrity, fixed(name))
        } else if let Some(name) = lookup(PRF, keyword) {
            (&mut self.prf, fixed(name))
        } else if let Some(name) = key_exchange(keyword, generation) {
            (&mut self.key_exchange, fixed(name))
        } else {
            let name = match keyword {
                "esn" => "EXT_SEQ",
                "noesn" => "NO_EXT_SEQ",
                _ => return None,
            };
            (&mut self.sequence_numbers, fixed(name))
        };
        if !kind.contains(&algorithm) {
            kind.push(algorithm);
        }
        Some(())
    }

    /// Whether it has what the protocol needs.
    fn complete(mut self, protocol: Protocol) -> Option<Self> {
        let aead = self.encryption.first().is_some_and(Algorithm::is_aead);
        if protocol != Protocol::Ike && self.sequence_numbers.is_empty() {
            self.sequence_numbers
                .push(Algorithm::new("NO_EXT_SEQ", None));
        }
        if protocol == Protocol::Ah {
            let complete = !self.integrity.is_empty() && self.encryption.is_empty();
            return complete.then_some(self);
        }
        self.encryption.first()?;
        if protocol == Protocol::Esp {
            if aead {
                self.integrity.clear();
            }
            return Some(self);
        }
        self.key_exchange.first()?;
        self.sequence_numbers.clear();
        if self.prf.is_empty() {
            for integrity in &self.integrity {
                let prf = integrity.name.rsplit_once('_').map(|(prf, _)| prf)?;
                let prf = Algorithm::new(&format!("PRF_{prf}"), None);
                if !self.prf.contains(&prf) {
                    self.prf.push(prf);
                }
            }
            self.prf.first()?;
        }
        if aead {
            self.integrity.clear();
        } else {
            self.integrity.first()?;
        }
        Some(self)
    }
}

impl Agreed {
    /// Without key exchange: that of the IKE_SA has made the keys of the first child.
    pub(super) fn without_key_exchange(self) -> Self {
        Self {
            key_exchange: None,
            additional: Vec::new(),
            ..self
        }
    }
}

/// The first keyword that is none in the proposals of a connection and its children.
pub(super) fn unknown(conn: &Section, generation: Generation) -> Option<&str> {
    conn.iter().find_map(|(name, value)| match value {
        Value::List(items) if name.ends_with(b"proposals") => {
            let texts = items.iter().filter_map(Text::as_str);
            let proposals = texts.filter(|text| !text.eq_ignore_ascii_case("default"));
            proposals.flat_map(|text| text.split('-')).find(|keyword| {
                let keyword = keyword.to_ascii_lowercase();
                Proposal::default().add(&keyword, generation).is_none()
            })
        }
        Value::Section(section) => unknown(section, generation),
        _ => None,
    })
}

/// The proposals of a connection or child, as `list-conn` shows them.
pub(super) fn list(proposals: &[Proposal]) -> Section {
    let numbered = proposals.iter().enumerate();
    numbered
        .map(|(number, proposal)| (number.to_string(), proposal.listed()))
        .collect()
}

/// What the log says of a proposal.
pub(super) fn selected(kind: &str, proposal: &Agreed) -> String {
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
    for (number, algorithm) in &proposal.additional {
        labels.push(format!("KE{number}_{}", algorithm.label()));
    }
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

/// The name of no key exchange.
const NONE: &str = "KE_NONE";

// What is proposed by default, with the plugin openssl.

const CIPHERS: &str = "AES_CBC_128 AES_CBC_192 AES_CBC_256 AES_CTR_128 AES_CTR_192 AES_CTR_256 \
    CAMELLIA_CBC_128 CAMELLIA_CBC_192 CAMELLIA_CBC_256 CAMELLIA_CTR_128 CAMELLIA_CTR_192 \
    CAMELLIA_CTR_256 3DES_CBC";

const AEADS: &str = "AES_GCM_16_128 AES_GCM_16_192 AES_GCM_16_256 AES_CCM_16_128 AES_CCM_16_192 \
    AES_CCM_16_256 CHACHA20_POLY1305 AES_GCM_12_128 AES_GCM_12_192 AES_GCM_12_256 AES_GCM_8_128 \
    AES_GCM_8_192 AES_GCM_8_256 AES_CCM_12_128 AES_CCM_12_192 AES_CCM_12_256 AES_CCM_8_128 \
    AES_CCM_8_192 AES_CCM_8_256";

const INTEGRITIES: &str = "HMAC_SHA2_256_128 HMAC_SHA2_384_192 HMAC_SHA2_512_256 HMAC_SHA1_96";

const PRFS: &str = "PRF_HMAC_SHA2_256 PRF_HMAC_SHA2_384 PRF_HMAC_SHA2_512 PRF_HMAC_SHA1";

const GROUPS: &str = "ECP_256 ECP_384 ECP_521 ECP_256_BP ECP_384_BP ECP_512_BP CURVE_25519 CURVE_448 \
    MODP_3072 MODP_4096 MODP_6144 MODP_8192 MODP_2048";

const GCM: &str = "AES_GCM_16_128 AES_GCM_16_192 AES_GCM_16_256";

const CBC: &str = "AES_CBC_128 AES_CBC_192 AES_CBC_256";

const MORE_INTEGRITIES: &str =
    "HMAC_SHA2_256_128 HMAC_SHA2_384_192 HMAC_SHA2_512_256 HMAC_SHA1_96 AES_XCBC_96";

const GROUPS_OR_NONE: &str = "ECP_256 ECP_384 ECP_521 ECP_256_BP ECP_384_BP ECP_512_BP CURVE_25519 \
    CURVE_448 MODP_3072 MODP_4096 MODP_6144 MODP_8192 MODP_2048 KE_NONE";

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
            let parsed = Proposal::parse(protocol, text, Generation::V5_9_8);
            assert_eq!(parsed.is_some(), valid, "{protocol:?} {text}");
        }
    }

    #[test]
    fn algorithms_have_the_names_of_the_daemon() {
        let parsed = Proposal::parse(Protocol::Ike, "aes256-sha384-ecp384", Generation::V5_9_8);
        let proposal = parsed.unwrap()[0].agreed();
        assert_eq!(proposal.encryption.unwrap().label(), "AES_CBC_256");
        assert_eq!(proposal.integrity.unwrap().label(), "HMAC_SHA2_384_192");
        assert_eq!(proposal.prf.unwrap().label(), "PRF_HMAC_SHA2_384");
        let proposal = Proposal::agreed_by_default(Protocol::Esp);
        assert_eq!(proposal.encryption.unwrap().label(), "AES_GCM_16_128");
    }
}
