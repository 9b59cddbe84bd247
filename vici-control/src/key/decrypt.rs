//! Decryption: PKCS#8, the old encryption of PEM, and PKCS#12.

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _};
use ed25519_dalek::SigningKey;
use md5::{Digest as _, Md5};
use p12_keystore::Pkcs12Archive;
use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::pkcs5::EncryptionScheme;
use pkcs8::pkcs5::pbes2::Kdf;
use vici_types::Secret;
use zeroize::Zeroizing;

use super::{Container, ready};

/// How many rounds are made of a passphrase: more take minutes.
const MAX_ROUNDS: u32 = 10_000_000;

/// How much memory `scrypt` may take: 2 to the power of this, times 1 KiB.
const MAX_SCRYPT: u8 = 20;

const WRONG: &str = "it can't be decrypted, the passphrase is wrong";

pub(super) fn pkcs8(der: &[u8], passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, String> {
    let key = EncryptedPrivateKeyInfoRef::try_from(der).map_err(
        |_| "its encryption is not known, encrypt it with openssl pkcs8 -topk8 -v2 aes256",
    )?;
    if let EncryptionScheme::Pbes2(parameters) = &key.encryption_algorithm {
        let allowed = match &parameters.kdf {
            Kdf::Pbkdf2(kdf) => kdf.iteration_count <= MAX_ROUNDS,
            Kdf::Scrypt(kdf) => {
                kdf.cost_parameter.ilog2() <= u32::from(MAX_SCRYPT)
                    && kdf.block_size <= 16
                    && kdf.parallelization <= 16
            }
            _ => true,
        };
        if !allowed {
            return Err("it asks for too much work to be decrypted".to_owned());
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
    let archive = Pkcs12Archive::from_pkcs12(bytes, text).map_err(|_| {
        "it can't be unpacked, the passphrase is wrong or it is no PKCS#12".to_owned()
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
