//! Private keys: what form they are in, what is sent of them, and what identifies them.

#[cfg(feature = "decrypt")]
mod decrypt;
mod der;
mod info;
mod pem;

use sha1::{Digest as _, Sha1};
use vici_types::{KeyType, Secret};
use zeroize::Zeroizing;

pub use self::info::CertificateInfo;
pub(crate) use self::pem::certificate_der;

use self::der::{BIT_STRING, Element, INTEGER, OBJECT, OCTET_STRING, SEQUENCE};

/// A private key to be sent.
pub(crate) struct Ready {
    /// None if the file is sent as it is, which says nothing about the type.
    pub(crate) type_: Option<KeyType>,
    pub(crate) data: Zeroizing<Vec<u8>>,
}

/// Where the passphrases of a file come from, one after the other.
pub(crate) trait Passphrases {
    /// The next one that is configured.
    fn configured(&mut self) -> Option<Secret>;

    /// What the caller says.
    fn asked(&mut self) -> Option<Secret>;
}

/// What is sent of a file with a private key.
pub(crate) fn read(bytes: &[u8], passphrases: &mut dyn Passphrases) -> Result<Ready, String> {
    let blocks = pem::blocks(bytes)?;
    let Some(block) = blocks
        .iter()
        .find(|block| block.label.ends_with("PRIVATE KEY"))
    else {
        if let Some(block) = blocks.first() {
            return Err(format!(
                "it is no private key but a {}",
                block.label.escape_debug()
            ));
        }
        if der::only(bytes, SEQUENCE).is_none() {
            return Err("it is no private key, neither PEM nor DER".to_owned());
        }
        if is_encrypted(bytes) {
            return decrypted(passphrases, |passphrase| decrypt_pkcs8(bytes, passphrase));
        }
        return Ok(clear(bytes, bytes, passphrases));
    };
    if block.label == "OPENSSH PRIVATE KEY" {
        let reason = "it is in the form of OpenSSH, convert it with ssh-keygen -p -m PKCS8 -f FILE";
        return Err(reason.to_owned());
    }
    if block.label == "ENCRYPTED PRIVATE KEY" {
        return decrypted(passphrases, |passphrase| {
            decrypt_pkcs8(&block.der, passphrase)
        });
    }
    if let Some(dek) = &block.dek {
        return decrypted(passphrases, |passphrase| {
            decrypt_traditional(&block.der, dek, passphrase)
        });
    }
    // The daemon takes the first block for the key, even if it has only the parameters of one.
    let text = if blocks[0].range == block.range {
        bytes
    } else {
        &bytes[block.range.clone()]
    };
    Ok(clear(text, &block.der, passphrases))
}

/// A key that is not encrypted: as it is, unless a passphrase is configured all the same, for then
/// `swanctl` looks into it.
fn clear(bytes: &[u8], der: &[u8], passphrases: &mut dyn Passphrases) -> Ready {
    passphrases
        .configured()
        .and_then(|_| ready(der))
        .unwrap_or_else(|| Ready {
            type_: None,
            data: Zeroizing::new(bytes.to_vec()),
        })
}

fn decrypted(
    passphrases: &mut dyn Passphrases,
    decrypt: impl Fn(&Secret) -> Result<Zeroizing<Vec<u8>>, String>,
) -> Result<Ready, String> {
    let mut reason = None;
    let mut next = || passphrases.configured().or_else(|| passphrases.asked());
    while let Some(passphrase) = next() {
        match decrypt(&passphrase) {
            Ok(der) => {
                let reason = "what was decrypted is no private key, the passphrase may be wrong";
                return ready(&der).ok_or_else(|| reason.to_owned());
            }
            Err(error) => reason = Some(error),
        }
        // It is not asked again and again.
        if reason.is_some() && cfg!(not(feature = "decrypt")) {
            break;
        }
    }
    Err(reason.unwrap_or_else(|| {
        "it is encrypted and no passphrase is known: add a section of secrets with its file and its \
         secret, or give the passphrase when it is asked for"
            .to_owned()
    }))
}

#[cfg(not(feature = "decrypt"))]
const NO_DECRYPTION: &str = "it is encrypted, which needs the feature decrypt of vici-control; or decrypt it with openssl pkey -in FILE -out FILE";

#[cfg(feature = "decrypt")]
fn decrypt_pkcs8(der: &[u8], passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, String> {
    decrypt::pkcs8(der, passphrase)
}

#[cfg(not(feature = "decrypt"))]
fn decrypt_pkcs8(_: &[u8], _: &Secret) -> Result<Zeroizing<Vec<u8>>, String> {
    Err(NO_DECRYPTION.to_owned())
}

#[cfg(feature = "decrypt")]
fn decrypt_traditional(
    der: &[u8],
    dek: &str,
    passphrase: &Secret,
) -> Result<Zeroizing<Vec<u8>>, String> {
    decrypt::traditional(der, dek, passphrase)
}

#[cfg(not(feature = "decrypt"))]
fn decrypt_traditional(_: &[u8], _: &str, _: &Secret) -> Result<Zeroizing<Vec<u8>>, String> {
    Err(NO_DECRYPTION.to_owned())
}

/// What is in a PKCS#12 file.
#[cfg_attr(
    not(feature = "decrypt"),
    allow(dead_code, reason = "it is never made")
)]
pub(crate) struct Container {
    pub(crate) certs: Vec<Vec<u8>>,
    pub(crate) keys: Vec<Ready>,
}

/// Unpacks a PKCS#12 file.
pub(crate) fn container(
    bytes: &[u8],
    passphrases: &mut dyn Passphrases,
) -> Result<Container, String> {
    #[cfg(feature = "decrypt")]
    {
        let mut reason = None;
        while let Some(passphrase) = passphrases.configured().or_else(|| passphrases.asked()) {
            match decrypt::pkcs12(bytes, &passphrase) {
                Ok(container) => return Ok(container),
                Err(error) => reason = Some(error),
            }
        }
        Err(reason.unwrap_or_else(|| {
            "its passphrase is not known: add a section pkcs12 of secrets with its file and its secret, \
             or give the passphrase when it is asked for"
                .to_owned()
        }))
    }
    #[cfg(not(feature = "decrypt"))]
    {
        let _ = (bytes, passphrases);
        Err("PKCS#12 needs the feature decrypt of vici-control; or unpack it with openssl pkcs12 -in FILE".to_owned())
    }
}

/// Whether it is an encrypted PKCS#8: an algorithm, and a string of bytes.
fn is_encrypted(der: &[u8]) -> bool {
    let Some(mut inside) = der::only(der, SEQUENCE) else {
        return false;
    };
    der::take_tagged(&mut inside, SEQUENCE).is_some()
        && der::take_tagged(&mut inside, OCTET_STRING).is_some()
}

/// The parts of a private key in PKCS#8, PKCS#1 or SEC 1.
enum Parts<'a> {
    Rsa {
        pkcs1: &'a [u8],
    },
    Ec {
        /// The object that names the curve, whole.
        curve: Option<&'a [u8]>,
        sec1: &'a [u8],
    },
    Other {
        algorithm: &'a [u8],
        pkcs8: &'a [u8],
        public: Option<&'a [u8]>,
    },
}

const OID_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const OID_EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const OID_ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const OID_ED448: &[u8] = &[0x2b, 0x65, 0x71];

impl<'a> Parts<'a> {
    fn read(der: &'a [u8]) -> Option<Self> {
        let mut inside = der::only(der, SEQUENCE)?;
        der::take_tagged(&mut inside, INTEGER)?;
        let second = der::take(&mut inside)?;
        match second.tag {
            INTEGER => Some(Self::Rsa { pkcs1: der }),
            OCTET_STRING => Some(Self::Ec {
                curve: None,
                sec1: der,
            }),
            SEQUENCE => Self::pkcs8(der, second.content, inside),
            _ => None,
        }
    }

    fn pkcs8(der: &'a [u8], mut algorithm: &'a [u8], mut rest: &'a [u8]) -> Option<Self> {
        let name = der::take_tagged(&mut algorithm, OBJECT)?;
        let inner = der::take_tagged(&mut rest, OCTET_STRING)?;
        match name {
            OID_RSA => Some(Self::Rsa { pkcs1: inner }),
            OID_EC => Some(Self::Ec {
                curve: der::take(&mut algorithm).map(|curve| curve.whole),
                sec1: inner,
            }),
            _ => {
                let public = std::iter::from_fn(|| der::take(&mut rest))
                    .find(|element| element.tag == 0x81)
                    .and_then(|element| element.content.get(1..));
                Some(Self::Other {
                    algorithm: name,
                    pkcs8: der,
                    public,
                })
            }
        }
    }
}

/// A key in the form that `swanctl` sends what it has decrypted in.
fn ready(der: &[u8]) -> Option<Ready> {
    let (type_, data) = match Parts::read(der)? {
        Parts::Rsa { pkcs1 } => (KeyType::Rsa, pkcs1.to_vec()),
        Parts::Ec { curve, sec1 } => (KeyType::Ecdsa, with_curve(sec1, curve)?),
        Parts::Other {
            algorithm, pkcs8, ..
        } => {
            let type_ = match algorithm {
                OID_ED25519 => KeyType::Ed25519,
                OID_ED448 => KeyType::Ed448,
                _ => KeyType::Any,
            };
            (type_, pkcs8.to_vec())
        }
    };
    Some(Ready {
        type_: Some(type_),
        data: Zeroizing::new(data),
    })
}

const CURVE: u8 = 0xa0;
const PUBLIC: u8 = 0xa1;

/// The key of a curve by itself, which has to name the curve.
fn with_curve(sec1: &[u8], curve: Option<&[u8]>) -> Option<Vec<u8>> {
    let mut inside = der::only(sec1, SEQUENCE)?;
    let version = der::take(&mut inside)?;
    let key = der::take(&mut inside)?;
    let mut rest: Vec<Element<'_>> = std::iter::from_fn(|| der::take(&mut inside)).collect();
    rest.retain(|element| element.tag != CURVE || curve.is_none());
    let named = curve.map(|curve| der::element(CURVE, &[curve]));
    let mut parts = vec![version.whole, key.whole];
    parts.extend(named.as_deref());
    parts.extend(rest.iter().map(|element| element.whole));
    Some(der::element(SEQUENCE, &parts))
}

/// The SHA-1 of the public key, in hex digits, by which the daemon names a private key; none if it
/// can't be told without calculating with the curve.
pub(crate) fn identifier(data: &[u8]) -> Option<String> {
    let blocks = pem::blocks(data).ok()?;
    let der = match blocks.first() {
        Some(block) => &block.der[..],
        None => data,
    };
    let public = match Parts::read(der)? {
        Parts::Rsa { pkcs1 } => {
            let mut inside = der::only(pkcs1, SEQUENCE)?;
            der::take_tagged(&mut inside, INTEGER)?;
            let modulus = der::take(&mut inside)?;
            let exponent = der::take(&mut inside)?;
            der::element(SEQUENCE, &[modulus.whole, exponent.whole])
        }
        Parts::Ec { sec1, .. } => {
            let mut inside = der::only(sec1, SEQUENCE)?;
            let public = std::iter::from_fn(|| der::take(&mut inside))
                .find(|element| element.tag == PUBLIC)?;
            der::only(public.content, BIT_STRING)?.get(1..)?.to_vec()
        }
        Parts::Other {
            public: Some(public),
            ..
        } => public.to_vec(),
        Parts::Other {
            algorithm, pkcs8, ..
        } => calculated(algorithm, pkcs8)?,
    };
    Some(hex(&Sha1::digest(&public)))
}

#[cfg(feature = "decrypt")]
fn calculated(algorithm: &[u8], pkcs8: &[u8]) -> Option<Vec<u8>> {
    let mut inside = der::only(pkcs8, SEQUENCE)?;
    der::take_tagged(&mut inside, INTEGER)?;
    der::take_tagged(&mut inside, SEQUENCE)?;
    let seed = der::only(der::take_tagged(&mut inside, OCTET_STRING)?, OCTET_STRING)?;
    (algorithm == OID_ED25519).then(|| decrypt::ed25519_public(seed))?
}

#[cfg(not(feature = "decrypt"))]
fn calculated(_: &[u8], _: &[u8]) -> Option<Vec<u8>> {
    None
}

/// The SHA-1 of the public key of a certificate, in hex digits.
pub(crate) fn identifier_of_certificate(data: &[u8]) -> Option<String> {
    const VERSION: u8 = 0xa0;
    let bytes = certificate_der(data).ok()?;
    let mut inside = der::only(&bytes, SEQUENCE)?;
    let mut inside = der::take_tagged(&mut inside, SEQUENCE)?;
    let _ = der::take_tagged(&mut inside, VERSION);
    // Serial number, algorithm, issuer, validity and subject.
    for _ in 0..5 {
        der::take(&mut inside)?;
    }
    let mut public = der::take_tagged(&mut inside, SEQUENCE)?;
    der::take_tagged(&mut public, SEQUENCE)?;
    let key = der::take_tagged(&mut public, BIT_STRING)?.get(1..)?;
    Some(hex(&Sha1::digest(key)))
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
