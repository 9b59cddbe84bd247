//! The section `secrets`: shared secrets, tokens, and the passphrases of files.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use vici_types::{LoadShared, LoadToken, Secret, SharedType, Text};
use zeroize::Zeroizing;

use super::reading::Reading;
use crate::problem::{did_you_mean, join};
use crate::settings::{Place, Section, shown};
use crate::table::TOKEN;

/// The kinds of secrets, by the beginnings of the names of their sections.
#[derive(Clone, Copy)]
enum Kind {
    Shared(fn() -> SharedType),
    /// Of the files in the folder of the same name.
    File,
    Token,
}

/// In the order in which `swanctl` compares.
static KINDS: &[(&str, Kind)] = &[
    ("eap", Kind::Shared(|| SharedType::Eap)),
    ("xauth", Kind::Shared(|| SharedType::Xauth)),
    ("ntlm", Kind::Shared(|| SharedType::Ntlm)),
    ("ike", Kind::Shared(|| SharedType::Ike)),
    ("ppk", Kind::Shared(|| SharedType::Ppk)),
    ("private", Kind::File),
    ("rsa", Kind::File),
    ("ecdsa", Kind::File),
    ("pkcs8", Kind::File),
    ("pkcs12", Kind::File),
    ("token", Kind::Token),
];

/// A passphrase, and the file that it is for.
pub(super) struct FileSecret {
    folder: &'static str,
    file: Vec<u8>,
    pub(super) secrets: Vec<Secret>,
    place: Place,
    key: String,
    pub(super) used: bool,
}

impl FileSecret {
    /// As `swanctl` compares the names of files.
    pub(super) fn is_for(&self, folder: &str, file: &str) -> bool {
        self.folder == folder && self.file.eq_ignore_ascii_case(file.as_bytes())
    }
}

impl Reading<'_> {
    /// The passphrases of files, which are needed before all else.
    pub(super) fn file_secrets(&mut self, secrets: &Section<'_>) -> Vec<FileSecret> {
        let mut found = Vec::new();
        for (name, section) in self.sections(secrets) {
            let Some((folder, Kind::File)) = kind(name) else {
                continue;
            };
            let key = format!("secrets.{name}");
            let mut secrets = Vec::new();
            for value in section.values() {
                if value.name.starts_with("secret") {
                    secrets.push(Secret::from(value.bytes));
                } else if value.name != "file" {
                    self.unknown(value.name, value.place, &key, &["file", "secret"]);
                }
            }
            match section.value("file") {
                Some(file) => found.push(FileSecret {
                    folder,
                    file: file.to_vec(),
                    secrets,
                    place: section.place().clone(),
                    key,
                    used: false,
                }),
                None => self.ignored(section.place(), &key, "it names no file, add the key file"),
            }
        }
        found
    }

    /// Tells which passphrases are for files that are not there.
    pub(super) fn unused_file_secrets(&mut self, secrets: &[FileSecret]) {
        for secret in secrets.iter().filter(|secret| !secret.used) {
            let file = String::from_utf8_lossy(&secret.file)
                .escape_debug()
                .to_string();
            let folder = shown(&self.folder.join(secret.folder));
            let reason = format!("there is no file {file} in {folder}");
            self.ignored(&secret.place, &format!("{}.file", secret.key), reason);
        }
    }

    pub(super) fn tokens(&mut self, secrets: &Section<'_>) {
        for (name, section) in self.sections(secrets) {
            if !matches!(kind(name), Some((_, Kind::Token))) {
                continue;
            }
            let path = format!("secrets.{name}");
            let Some(mut token) = self.token(&section, &path) else {
                continue;
            };
            token.pin = section.value("pin").map(Secret::from);
            let index = self.config.tokens.len();
            self.place(&format!("tokens[{index}]"), section.place());
            self.config.tokens.push(token);
        }
    }

    fn token(&mut self, section: &Section<'_>, path: &str) -> Option<LoadToken> {
        let before = self.problems.len();
        let mut token = LoadToken::new("");
        for value in section.values() {
            let key = join(path, value.name);
            match value.name {
                "handle" => token.handle = value.bytes.into(),
                "module" => token.module = Some(value.bytes.into()),
                "slot" => match slot(value.bytes) {
                    Some(slot) => token.slot = Some(slot),
                    None => self.problem(value.place, &key, "must be the number of a slot"),
                },
                "pin" => {}
                _ => {
                    let known = TOKEN.names().chain(["pin"]);
                    let hint = did_you_mean(value.name, known);
                    self.problem(value.place, &key, format!("unknown key{hint}"));
                }
            }
        }
        if token.handle.is_empty() {
            let reason = "needs a handle, the hexadecimal CKA_ID of the key on the token";
            self.problem(section.place(), path, reason);
        }
        (self.problems.len() == before).then_some(token)
    }

    pub(super) fn shared(&mut self, secrets: &Section<'_>) {
        for value in secrets.values() {
            let key = format!("secrets.{}", value.name);
            self.ignored(
                value.place,
                &key,
                "only sections can be here, such as ike-1 { .. }",
            );
        }
        for (name, section) in self.sections(secrets) {
            let path = format!("secrets.{name}");
            let type_ = match kind(name) {
                Some((_, Kind::Shared(type_))) => type_(),
                Some(_) => continue,
                None => {
                    let kinds = KINDS.iter().map(|(prefix, _)| *prefix);
                    let base = name.split(['-', '_']).next().unwrap_or_default();
                    let hint = did_you_mean(base, kinds);
                    let reason = format!("the name of a secret must begin with its kind{hint}");
                    self.ignored(section.place(), &path, reason);
                    continue;
                }
            };
            if let Some(shared) = self.shared_secret(name, type_, &section, &path) {
                let index = self.config.secrets.len();
                self.place(&format!("secrets[{index}]"), section.place());
                self.config.secrets.push(shared);
            }
        }
    }

    fn shared_secret(
        &mut self,
        name: &str,
        type_: SharedType,
        section: &Section<'_>,
        path: &str,
    ) -> Option<LoadShared> {
        let mut data = None;
        let mut owners = Vec::new();
        for value in section.values() {
            let key = join(path, value.name);
            if value.name == "secret" {
                match decode(value.bytes) {
                    Ok(secret) => data = Some(secret),
                    Err(reason) => {
                        self.problem(value.place, &key, reason);
                        return None;
                    }
                }
            } else if value.name.starts_with("id") {
                owners.push(Text::from(value.bytes));
            } else {
                self.unknown(value.name, value.place, path, &["secret", "id"]);
            }
        }
        for (name, inner) in self.sections(section) {
            self.ignored(inner.place(), &join(path, name), "no section can be here");
        }
        let Some(data) = data else {
            self.ignored(
                section.place(),
                path,
                "it has no secret, add the key secret",
            );
            return None;
        };
        Some(LoadShared::new(type_, data).id(name).owners(owners))
    }

    /// A key of a secret that `swanctl` does not look at.
    fn unknown(&mut self, name: &str, place: &Place, path: &str, known: &[&'static str]) {
        let hint = did_you_mean(name, known.iter().copied());
        self.ignored(place, &join(path, name), format!("unknown key{hint}"));
    }
}

fn slot(text: &[u8]) -> Option<i32> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

fn kind(name: &str) -> Option<(&'static str, Kind)> {
    KINDS
        .iter()
        .find(|(prefix, _)| name.starts_with(prefix))
        .copied()
}

/// A secret as it is, in hex digits behind `0x`, or in base64 behind `0s`.
fn decode(value: &[u8]) -> Result<Secret, String> {
    let prefixed = |prefix: &str| {
        let start = value.get(..2)?;
        start
            .eq_ignore_ascii_case(prefix.as_bytes())
            .then(|| value.get(2..).unwrap_or_default())
    };
    if let Some(digits) = prefixed("0x") {
        return hex(digits).ok_or_else(|| {
            "must be hexadecimal digits behind 0x, put another secret that begins so into 0x or 0s itself"
                .to_owned()
        });
    }
    if let Some(digits) = prefixed("0s") {
        let mut bytes = Zeroizing::new(vec![0; digits.len() / 4 * 3 + 3]);
        let length = STANDARD.decode_slice(digits, &mut bytes[..]).map_err(|_| {
            "must be base64 with its padding behind 0s, put another secret that begins so into 0x or 0s itself"
                .to_owned()
        })?;
        return Ok(Secret::from(&bytes[..length]));
    }
    Ok(Secret::from(value))
}

/// Digits, in pairs from the end on, or with colons between the pairs.
fn hex(digits: &[u8]) -> Option<Secret> {
    let mut plain = Zeroizing::new(Vec::with_capacity(digits.len() + 1));
    if digits.contains(&b':') {
        for pair in digits.split(|byte| *byte == b':') {
            if pair.len() != 2 {
                return None;
            }
            plain.extend_from_slice(pair);
        }
    } else {
        if digits.len() % 2 == 1 {
            plain.push(b'0');
        }
        plain.extend_from_slice(digits);
    }
    let nibble = |digit: u8| char::from(digit).to_digit(16);
    let mut bytes = Zeroizing::new(Vec::with_capacity(plain.len() / 2));
    for pair in plain.chunks_exact(2) {
        let byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        bytes.push(u8::try_from(byte).ok()?);
    }
    Some(Secret::from(&bytes[..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_decoded_as_swanctl_does() {
        for (text, secret) in [
            ("swordfish", Some(&b"swordfish"[..])),
            ("0x616263", Some(b"abc")),
            ("0X61626", Some(b"\x06\x16\x26")),
            ("0x61:62", Some(b"ab")),
            ("0x", Some(b"")),
            ("0sZm9vYg==", Some(b"foob")),
            ("0S", Some(b"")),
            ("0", Some(b"0")),
            ("", Some(b"")),
            // It takes these for something else.
            ("0xzz", None),
            ("0x61 62", None),
            ("0x6:162", None),
            ("0sZm9v!!", None),
            ("0sZm8", None),
        ] {
            let decoded = decode(text.as_bytes()).ok();
            assert_eq!(decoded.as_ref().map(Secret::expose), secret, "{text}");
        }
    }
}
