//! The folders with certificates and keys.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use vici_types::{CertFlag, CertType, KeyType, LoadCert, LoadKey, Secret};

use super::reading::{MAX_CREDENTIAL, Passphrase, Reading};
use super::secret::FileSecret;
use crate::key::{self, Passphrases, Ready};
use crate::settings::Place;

/// A folder, the type of what is in it, and what it is for.
type Certificates = (&'static str, CertType, Option<CertFlag>);

static CERTIFICATES: &[Certificates] = &[
    ("x509", CertType::X509, Some(CertFlag::None)),
    ("x509ca", CertType::X509, Some(CertFlag::Ca)),
    ("x509ocsp", CertType::X509, Some(CertFlag::Ocsp)),
    ("x509aa", CertType::X509, Some(CertFlag::Aa)),
    ("x509ac", CertType::X509Ac, None),
    ("x509crl", CertType::X509Crl, None),
    ("pubkey", CertType::Pubkey, None),
];

static KEYS: &[(&str, KeyType)] = &[
    ("private", KeyType::Any),
    ("rsa", KeyType::Rsa),
    ("ecdsa", KeyType::Ecdsa),
    ("pkcs8", KeyType::Any),
];

const PKCS12: &str = "pkcs12";

impl Reading<'_> {
    /// All that the folders hold, in the order in which `swanctl` loads it; files by their names.
    pub(super) fn folders(&mut self, secrets: &mut [FileSecret]) {
        for (folder, type_, flag) in CERTIFICATES {
            for (path, contents) in self.contents(folder) {
                if let Err(reason) = key::certificate_der(&contents) {
                    self.wrong(&path, &reason);
                    continue;
                }
                let mut cert = LoadCert::new(type_.clone(), &contents[..]);
                cert.flag.clone_from(flag);
                self.add_cert(&path, cert);
            }
        }
        for (folder, type_) in KEYS {
            for (path, contents) in self.contents(folder) {
                let read = self.with_passphrases(folder, &path, secrets, |passphrases| {
                    key::read(&contents, passphrases)
                });
                match read {
                    Ok(ready) => self.add_key(&path, ready, type_.clone()),
                    Err(reason) => self.wrong(&path, &reason),
                }
            }
        }
        for (path, contents) in self.contents(PKCS12) {
            let read = self.with_passphrases(PKCS12, &path, secrets, |passphrases| {
                key::container(&contents, passphrases)
            });
            match read {
                Ok(container) => {
                    for cert in container.certs {
                        let cert = LoadCert::new(CertType::X509, cert).flag(CertFlag::None);
                        self.add_cert(&path, cert);
                    }
                    for ready in container.keys {
                        self.add_key(&path, ready, KeyType::Any);
                    }
                }
                Err(reason) => self.wrong(&path, &reason),
            }
        }
    }

    fn add_cert(&mut self, path: &Path, cert: LoadCert) {
        let index = self.config.certs.len();
        self.place(&format!("certs[{index}]"), &Place::file_only(path));
        self.config.certs.push(cert);
    }

    fn add_key(&mut self, path: &Path, ready: Ready, type_: KeyType) {
        let index = self.config.keys.len();
        self.place(&format!("keys[{index}]"), &Place::file_only(path));
        let type_ = ready.type_.unwrap_or(type_);
        self.config.keys.push(LoadKey::new(type_, &ready.data[..]));
    }

    fn wrong(&mut self, path: &Path, reason: &str) {
        self.problem(&Place::file_only(path), "", reason);
    }

    /// The regular files of a folder, which need not be there.
    fn contents(&mut self, folder: &str) -> Vec<(PathBuf, zeroize::Zeroizing<Vec<u8>>)> {
        let folder = self.folder.join(folder);
        let mut names = match self.files.list(&folder) {
            Ok(names) => names,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                self.wrong(&folder, &format!("can't be read: {error}"));
                Vec::new()
            }
        };
        names.sort();
        let mut contents = Vec::new();
        for name in names {
            let path = folder.join(name);
            if self.files.is_file(&path) == Some(false) {
                continue;
            }
            match self.files.read(&path, MAX_CREDENTIAL) {
                Ok(bytes) => contents.push((path, bytes)),
                // A link that leads nowhere.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => self.wrong(&path, &format!("can't be read: {error}")),
            }
        }
        contents
    }

    fn with_passphrases<T>(
        &mut self,
        folder: &str,
        path: &Path,
        secrets: &mut [FileSecret],
        read: impl FnOnce(&mut dyn Passphrases) -> T,
    ) -> T {
        let name = path.file_name().map(OsString::from).unwrap_or_default();
        let name = name.to_string_lossy();
        let mut configured = Vec::new();
        for secret in secrets
            .iter_mut()
            .filter(|secret| secret.is_for(folder, &name))
        {
            secret.used = true;
            configured.extend(secret.secrets.iter().cloned());
        }
        read(&mut Known {
            configured: configured.into_iter(),
            ask: Some((&mut *self.passphrase, path)),
        })
    }
}

/// The passphrases of a file: those of the section `secrets`, and what the caller says once.
struct Known<'a, 'p> {
    configured: std::vec::IntoIter<Secret>,
    ask: Option<(&'a mut Passphrase<'p>, &'a Path)>,
}

impl Passphrases for Known<'_, '_> {
    fn configured(&mut self) -> Option<Secret> {
        self.configured.next()
    }

    fn asked(&mut self) -> Option<Secret> {
        let (ask, path) = self.ask.take()?;
        ask(path)
    }
}
