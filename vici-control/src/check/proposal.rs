//! The words of proposals.

use crate::problem::did_you_mean;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Ike,
    Esp,
    Ah,
}

/// What a word is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Cipher,
    Aead,
    Integrity,
    Prf,
    Exchange,
    Other,
}

/// Whether the words of a proposal are known and make a whole.
pub(super) fn check(protocol: Protocol, text: &str) -> Result<(), String> {
    if text.eq_ignore_ascii_case("default") {
        return Ok(());
    }
    let mut roles = Vec::new();
    for word in text.split('-') {
        let word = word.to_ascii_lowercase();
        match role(&word) {
            Some(role) => roles.push(role),
            None => {
                let hint = did_you_mean(&word, words());
                return Err(format!("{} is no algorithm{hint}", word.escape_debug()));
            }
        }
    }
    let has = |role: Role| roles.contains(&role);
    let encrypts = has(Role::Cipher) || has(Role::Aead);
    match protocol {
        Protocol::Ah if encrypts => Err("AH does not encrypt, use esp_proposals".to_owned()),
        Protocol::Ah if !has(Role::Integrity) => Err("AH needs an integrity algorithm".to_owned()),
        Protocol::Esp | Protocol::Ike if !encrypts => Err("it needs an encryption".to_owned()),
        Protocol::Ike if !has(Role::Exchange) => {
            Err("it needs a key exchange, such as x25519".to_owned())
        }
        Protocol::Ike if has(Role::Cipher) && !has(Role::Integrity) => {
            Err("it needs an integrity algorithm, such as sha256".to_owned())
        }
        Protocol::Ike if !has(Role::Integrity) && !has(Role::Prf) => {
            Err("it needs a pseudo-random function, such as prfsha256".to_owned())
        }
        _ => Ok(()),
    }
}

/// An additional key exchange is one behind `ke1_` to `ke7_`.
fn role(word: &str) -> Option<Role> {
    let additional = word
        .strip_prefix("ke")
        .and_then(|rest| rest.strip_prefix(|digit| ('1'..='7').contains(&digit)))
        .and_then(|rest| rest.strip_prefix('_'));
    if let Some(exchange) = additional {
        return EXCHANGES.contains(&exchange).then_some(Role::Other);
    }
    for (words, role) in FIXED {
        if words.contains(&word) {
            return Some(*role);
        }
    }
    sized(word)
}

/// A cipher with the size of its key and its mode.
fn sized(word: &str) -> Option<Role> {
    let rest = ["aes", "camellia"]
        .iter()
        .find_map(|cipher| word.strip_prefix(cipher))?;
    let rest = ["128", "192", "256"]
        .iter()
        .find_map(|size| rest.strip_prefix(size))
        .unwrap_or(rest);
    match rest {
        "" | "ctr" => Some(Role::Cipher),
        "gmac" => Some(Role::Aead),
        _ => {
            let tag = rest.strip_prefix("gcm").or(rest.strip_prefix("ccm"))?;
            let known = ["", "8", "12", "16", "64", "96", "128"].contains(&tag);
            known.then_some(Role::Aead)
        }
    }
}

fn words() -> impl Iterator<Item = &'static str> {
    let fixed = FIXED.iter().flat_map(|(words, _)| words.iter().copied());
    fixed.chain([
        "aes128",
        "aes192",
        "aes256",
        "aes128gcm16",
        "aes192gcm16",
        "aes256gcm16",
        "aes256ctr",
        "aes256ccm16",
    ])
}

static FIXED: &[(&[&str], Role)] = &[
    (
        &[
            "null",
            "des",
            "3des",
            "blowfish",
            "blowfish128",
            "blowfish192",
            "blowfish256",
            "cast128",
            "serpent",
            "serpent128",
            "serpent192",
            "serpent256",
            "twofish",
            "twofish128",
            "twofish192",
            "twofish256",
        ],
        Role::Cipher,
    ),
    (&["chacha20poly1305"], Role::Aead),
    (
        &[
            "md5",
            "md5_128",
            "sha",
            "sha1",
            "sha1_160",
            "sha256",
            "sha2_256",
            "sha256_96",
            "sha2_256_96",
            "sha384",
            "sha2_384",
            "sha512",
            "sha2_512",
            "aesxcbc",
            "aescmac",
            "camelliaxcbc",
        ],
        Role::Integrity,
    ),
    (
        &[
            "prfmd5",
            "prfsha1",
            "prfsha256",
            "prfsha384",
            "prfsha512",
            "prfaesxcbc",
            "prfaescmac",
            "prfcamelliaxcbc",
        ],
        Role::Prf,
    ),
    (EXCHANGES, Role::Exchange),
    (&["esn", "noesn"], Role::Other),
];

static EXCHANGES: &[&str] = &[
    "none",
    "modpnone",
    "modpnull",
    "modp768",
    "modp1024",
    "modp1024s160",
    "modp1536",
    "modp2048",
    "modp2048s224",
    "modp2048s256",
    "modp3072",
    "modp4096",
    "modp6144",
    "modp8192",
    "ecp192",
    "ecp224",
    "ecp256",
    "ecp384",
    "ecp521",
    "ecp224bp",
    "ecp256bp",
    "ecp384bp",
    "ecp512bp",
    "curve25519",
    "x25519",
    "curve448",
    "x448",
    "ntru112",
    "ntru128",
    "ntru192",
    "ntru256",
    "newhope128",
    "kyber512",
    "kyber768",
    "kyber1024",
    "mlkem512",
    "mlkem768",
    "mlkem1024",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proposals_are_those_of_the_daemon() {
        for (protocol, text, expected) in [
            (Protocol::Ike, "default", Ok(())),
            (Protocol::Ike, "aes256gcm16-prfsha384-ecp384", Ok(())),
            (Protocol::Ike, "aes128-sha256-x25519-ke1_mlkem768", Ok(())),
            (
                Protocol::Ike,
                "aes128-sha256",
                Err("it needs a key exchange, such as x25519"),
            ),
            (
                Protocol::Ike,
                "aes128-x25519",
                Err("it needs an integrity algorithm, such as sha256"),
            ),
            (
                Protocol::Ike,
                "aes128gcm16-x25519",
                Err("it needs a pseudo-random function, such as prfsha256"),
            ),
            (
                Protocol::Ike,
                "aes128-sha265-x25519",
                Err("sha265 is no algorithm, did you mean sha256?"),
            ),
            (Protocol::Esp, "aes128", Ok(())),
            (Protocol::Esp, "sha256", Err("it needs an encryption")),
            (Protocol::Esp, "AES256GCM16-esn", Ok(())),
            (
                Protocol::Esp,
                "aes512",
                Err("aes512 is no algorithm, did you mean aes128?"),
            ),
            (Protocol::Ah, "sha256-modp2048", Ok(())),
            (
                Protocol::Ah,
                "aes128",
                Err("AH does not encrypt, use esp_proposals"),
            ),
        ] {
            let result = check(protocol, text);
            assert_eq!(
                result.as_ref().map_err(|reason| &reason[..]).copied(),
                expected,
                "{text}"
            );
        }
    }
}
