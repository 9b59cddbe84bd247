//! Decryption: PKCS#8, the old encryption of PEM, and PKCS#12.

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _};
use ed25519_dalek::SigningKey;
use md5::{Digest as _, Md5};
use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error as P12Error;
use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::pkcs5::EncryptionScheme;
use pkcs8::pkcs5::pbes2::Kdf;
use vici_types::Secret;
use zeroize::Zeroizing;

use super::der::{self, INTEGER, OCTET_STRING, SEQUENCE};
use super::{Container, ready};

/// How many rounds are made of a passphrase, which take about a second; of a PKCS#12 all together.
const MAX_ROUNDS: u32 = 2_000_000;

/// How much memory `scrypt` may take, in bytes, and how often.
const MAX_SCRYPT: u64 = 128 << 20;
const MAX_PARALLEL: u16 = 16;

const TOO_MUCH: &str = "it asks for too much work to be decrypted, encrypt it with fewer rounds";

const WRONG: &str = "it can't be decrypted, the passphrase is wrong";

pub(super) fn pkcs8(der: &[u8], passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, String> {
    let key = EncryptedPrivateKeyInfoRef::try_from(der).map_err(
        |_| "its encryption is not known, encrypt it with openssl pkcs8 -topk8 -v2 aes256",
    )?;
    if let EncryptionScheme::Pbes2(parameters) = &key.encryption_algorithm {
        let allowed = match &parameters.kdf {
            Kdf::Pbkdf2(kdf) => kdf.iteration_count <= MAX_ROUNDS,
            Kdf::Scrypt(kdf) => {
                let memory = kdf
                    .cost_parameter
                    .saturating_mul(u64::from(kdf.block_size).saturating_mul(128));
                memory <= MAX_SCRYPT && kdf.parallelization <= MAX_PARALLEL
            }
            _ => true,
        };
        if !allowed {
            return Err(TOO_MUCH.to_owned());
        }
    }
    let document = key
        .decrypt(passphrase.expose())
        .map_err(|_| WRONG.to_owned())?;
    Ok(Zeroizing::new(document.as_bytes().to_vec()))
}

pub(super) fn traditional(
    data: &[u8],
    dek: &str,
    passphrase: &Secret,
) -> Result<Zeroizing<Vec<u8>>, String> {
    type Decrypt = fn(&[u8], &[u8], &mut [u8]) -> Option<usize>;
    let (algorithm, iv) = dek.split_once(',').unwrap_or((dek, ""));
    let (length, decrypt): (usize, Decrypt) = match algorithm.trim() {
        "AES-128-CBC" => (16, cbc::<aes::Aes128>),
        "AES-192-CBC" => (24, cbc::<aes::Aes192>),
        "AES-256-CBC" => (32, cbc::<aes::Aes256>),
        "DES-EDE3-CBC" => (24, cbc::<des::TdesEde3>),
        other => {
            let other = other.escape_debug();
            return Err(format!(
                "its encryption {other} is not known, encrypt it with openssl pkcs8 -topk8 -v2 aes256"
            ));
        }
    };
    let iv = unhex(iv.trim()).ok_or("its line DEK-Info is broken")?;
    let salt = iv.get(..8).ok_or("its line DEK-Info is broken")?;
    // As OpenSSL makes a key of a passphrase here.
    let mut key = Zeroizing::new(Vec::with_capacity(length + 16));
    while key.len() < length {
        let mut hash = Md5::new();
        hash.update(key.get(key.len().wrapping_sub(16)..).unwrap_or_default());
        hash.update(passphrase.expose());
        hash.update(salt);
        key.extend_from_slice(&hash.finalize());
    }
    key.truncate(length);
    let mut data = Zeroizing::new(data.to_vec());
    let length = decrypt(&key, &iv, &mut data).ok_or(WRONG)?;
    data.truncate(length);
    Ok(data)
}

fn cbc<C>(key: &[u8], iv: &[u8], data: &mut [u8]) -> Option<usize>
where
    C: cbc::cipher::BlockCipherDecrypt + cbc::cipher::KeyInit,
{
    let cipher = cbc::Decryptor::<C>::new_from_slices(key, iv).ok()?;
    let plain = cipher.decrypt_padded::<Pkcs7>(data).ok()?;
    Some(plain.len())
}

pub(super) fn pkcs12(bytes: &[u8], passphrase: &Secret) -> Result<Container, String> {
    let text = std::str::from_utf8(passphrase.expose())
        .map_err(|_| "the passphrase of PKCS#12 must be UTF-8".to_owned())?;
    if rounds(bytes, 0) > u64::from(MAX_ROUNDS) {
        return Err(TOO_MUCH.to_owned());
    }
    let archive = Pkcs12Archive::from_pkcs12(bytes, text).map_err(|error| match error {
        P12Error::InvalidParameters => TOO_MUCH.to_owned(),
        _ => "it can't be unpacked, the passphrase is wrong or it is no PKCS#12".to_owned(),
    })?;
    let keys: Option<Vec<_>> = archive
        .keys
        .iter()
        .map(|bag| ready(bag.key.as_der()))
        .collect();
    Ok(Container {
        certs: archive
            .certs
            .iter()
            .map(|bag| bag.cert.as_der().to_vec())
            .collect(),
        keys: keys.ok_or("there is something in it that is no private key")?,
    })
}

/// How many rounds the parts of a PKCS#12 that are not encrypted ask for, all together: a file has room for
/// hundreds, each of which would be within a limit. They stand behind their salt.
fn rounds(mut bytes: &[u8], depth: u8) -> u64 {
    const CONSTRUCTED: u8 = 0x20;
    const MAX_DEPTH: u8 = 32;
    let (mut sum, mut after_salt) = (0_u64, false);
    while let Some(element) = der::take(&mut bytes) {
        if element.tag == INTEGER && after_salt {
            let digits = element.content.iter();
            let number = digits.fold(0_u64, |number, digit| {
                number.saturating_mul(256).saturating_add(u64::from(*digit))
            });
            sum = sum.saturating_add(number);
        }
        after_salt = element.tag == OCTET_STRING;
        // What is encrypted is no sequence, but for one in millions.
        let is_inside = element.tag & CONSTRUCTED != 0
            || after_salt && der::only(element.content, SEQUENCE).is_some();
        if depth < MAX_DEPTH && is_inside {
            sum = sum.saturating_add(rounds(element.content, depth + 1));
        }
    }
    sum
}

/// The public key of a private one.
pub(super) fn ed25519_public(seed: &[u8]) -> Option<Vec<u8>> {
    let key = SigningKey::from_bytes(seed.try_into().ok()?);
    Some(key.verifying_key().as_bytes().to_vec())
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let bytes = digits.as_bytes();
    bytes
        .chunks(2)
        .map(|pair| {
            let pair = std::str::from_utf8(pair)
                .ok()
                .filter(|pair| pair.len() == 2)?;
            u8::from_str_radix(pair, 16).ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::der::{OBJECT, element};

    const DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
    const ENCRYPTED_DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06";
    const PBES2: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d";
    const PBKDF2: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c";
    const SCRYPT: &[u8] = b"\x2b\x06\x01\x04\x01\xda\x47\x04\x0b";
    const AES256: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x01\x2a";
    const SHA256: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x01";
    /// 2^31 - 1, and a third of what is allowed.
    const HUGE: &[u8] = b"\x7f\xff\xff\xff";
    const THIRD: &[u8] = b"\x0a\x2c\x2a";
    const EXPLICIT: u8 = 0xa0;
    const IMPLICIT: u8 = 0x80;

    fn sequence(parts: &[&[u8]]) -> Vec<u8> {
        element(SEQUENCE, parts)
    }

    fn bytes(content: &[u8]) -> Vec<u8> {
        element(OCTET_STRING, &[content])
    }

    fn integer(digits: &[u8]) -> Vec<u8> {
        element(INTEGER, &[digits])
    }

    /// An algorithm that makes its key of a passphrase.
    fn pbes2(kdf: &[u8], parameters: &[&[u8]]) -> Vec<u8> {
        let kdf = sequence(&[&element(OBJECT, &[kdf]), &sequence(parameters)]);
        let cipher = sequence(&[&element(OBJECT, &[AES256]), &bytes(&[0; 16])]);
        sequence(&[&element(OBJECT, &[PBES2]), &sequence(&[&kdf, &cipher])])
    }

    fn pbkdf2(rounds: &[u8]) -> Vec<u8> {
        pbes2(PBKDF2, &[&bytes(&[0; 8]), &integer(rounds)])
    }

    fn archive(safes: &[&[u8]], mac: &[u8]) -> Vec<u8> {
        let data = element(OBJECT, &[DATA]);
        let content = element(EXPLICIT, &[&bytes(&sequence(safes))]);
        sequence(&[&integer(&[3]), &sequence(&[&data, &content]), mac])
    }

    #[track_caller]
    fn assert_too_much<T>(result: Result<T, String>) {
        assert_eq!(result.err().as_deref(), Some(TOO_MUCH));
    }

    /// None of these is worked at: each would take from minutes to hours, or gigabytes.
    #[test]
    fn what_asks_for_too_much_work_is_refused() {
        let passphrase = Secret::from("fish");
        for algorithm in [
            pbkdf2(HUGE),
            pbkdf2(b"\x1e\x84\x81"),
            // 2^20 blocks of 16, 2^14 of 65,535, and many of few.
            pbes2(
                SCRYPT,
                &[
                    &bytes(&[0; 8]),
                    &integer(b"\x10\0\0"),
                    &integer(&[16]),
                    &integer(&[1]),
                ],
            ),
            pbes2(
                SCRYPT,
                &[
                    &bytes(&[0; 8]),
                    &integer(b"\x40\0"),
                    &integer(b"\0\xff\xff"),
                    &integer(&[1]),
                ],
            ),
            pbes2(
                SCRYPT,
                &[
                    &bytes(&[0; 8]),
                    &integer(b"\x40\0"),
                    &integer(&[8]),
                    &integer(b"\x40\0"),
                ],
            ),
        ] {
            assert_too_much(pkcs8(
                &sequence(&[&algorithm, &bytes(&[0; 16])]),
                &passphrase,
            ));
        }

        let digest = sequence(&[&sequence(&[&element(OBJECT, &[SHA256])]), &bytes(&[0; 32])]);
        let mac = |rounds: &[u8]| sequence(&[&digest, &bytes(&[0; 8]), &integer(rounds)]);
        assert_too_much(pkcs12(&archive(&[], &mac(HUGE)), &passphrase).map(|_| ()));

        // Each of four parts is allowed; all together are not.
        let safe = |rounds: &[u8]| {
            let encrypted = sequence(&[
                &element(OBJECT, &[DATA]),
                &pbkdf2(rounds),
                &element(IMPLICIT, &[&[0; 16]]),
            ]);
            let content = element(EXPLICIT, &[&sequence(&[&integer(&[0]), &encrypted])]);
            sequence(&[&element(OBJECT, &[ENCRYPTED_DATA]), &content])
        };
        assert_too_much(pkcs12(&archive(&[&safe(HUGE)], &[]), &passphrase).map(|_| ()));
        let part = safe(THIRD);
        let parts = [&part[..]; 4];
        assert_eq!(rounds(&archive(&parts[..3], &[]), 0), 3 * 666_666);
        assert_too_much(pkcs12(&archive(&parts, &[]), &passphrase).map(|_| ()));
    }
}
