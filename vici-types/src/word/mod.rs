//! The words of sets that look closed and are not.

use core::fmt;

use crate::value::Text;

mod algorithm;
mod config;
mod state;

pub use self::algorithm::{
    Drbg, Encryption, HashFunction, Integrity, Kdf, KeyExchange, NonceGen, Prf, Rng, Xof,
};
pub use self::config::{
    AuthClass, CertFlag, CertType, ChildMode, Childless, ConfiguredVersion, CopyDscp, EapType,
    Fragmentation, HwOffload, IkeVersion, KeyType, LabelMode, LeaseStatus, Ocsp, PerCpuSas,
    Revocation, RevocationResult, SendCert, SharedType, Unique, UniquePolicy,
};
pub use self::state::{AlertType, ChildState, IkeState, IpsecProtocol, LogGroup, Mode, Task};

/// A word that this version of the crate does not know.
///
/// It is opaque, so that a later version may make a variant of it. Read it with `as_str` of the
/// enum.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Unknown(Box<Text>);

impl Unknown {
    #[cold]
    pub(crate) fn new(word: &[u8]) -> Self {
        Self(Box::new(word.into()))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The word, or its beginning that is UTF-8.
    pub(crate) fn as_str(&self) -> &str {
        self.as_bytes()
            .utf8_chunks()
            .next()
            .map_or("", |chunk| chunk.valid())
    }
}

impl fmt::Debug for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_words_are_kept() {
        assert_eq!(size_of::<Encryption>(), 16);
        assert_eq!(size_of::<Option<KeyExchange>>(), 16);
        assert_eq!(IkeState::from("ESTABLISHED"), IkeState::Established);
        let word = IkeState::from("(17)");
        assert_eq!(word, "(17)");
        assert_eq!(word.as_str(), "(17)");
        assert_eq!(format!("{word:?}"), r#"Other("(17)")"#);
        assert_eq!(serde_json::to_string(&word).unwrap(), r#""(17)""#);
        let word = LogGroup::from(&b"NE\xff"[..]);
        assert_eq!((word.as_str(), word.as_bytes()), ("NE", &b"NE\xff"[..]));
        assert_eq!(word.to_string(), "NE\u{fffd}");
        let json = serde_json::to_string(&word).unwrap();
        assert_eq!(json, "[78,69,255]");
        assert_eq!(serde_json::from_str::<LogGroup>(&json).unwrap(), word);
    }

    #[test]
    fn spelling_of_requests_is_kept() {
        assert_ne!(SharedType::from("ike"), SharedType::Ike);
        assert_eq!(SharedType::from("ike").to_string(), "ike");
        assert_eq!(HwOffload::Crypto.as_str(), "crypto");
    }
}
