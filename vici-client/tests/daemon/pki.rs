//! Keys and certificates, made on the spot by strongSwan's `pki`.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{fs, str};

/// A certification authority, with what it has issued.
pub(crate) struct Pki {
    dir: tempfile::TempDir,
}

impl Pki {
    /// An authority that calls itself `Lab CA`.
    pub(crate) fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("pki").tempdir().unwrap();
        let pki = Self { dir };
        pki.make_key("ca");
        let dn = "C=CH, O=Lab, CN=Lab CA";
        pki.make(
            "ca.crt",
            &format!("--self --ca --in {}", pki.path("ca.key")),
            &["--dn", dn],
        );
        pki
    }

    /// Issues a certificate for `NAME.lab`, as which it is kept.
    pub(crate) fn issue(&self, name: &str) {
        self.issue_with(name, &[]);
    }

    /// Issues a certificate that was valid on one day long ago.
    pub(crate) fn issue_expired(&self, name: &str) {
        let then = [
            "--not-before",
            "01.01.20 00:00:00",
            "--not-after",
            "02.01.20 00:00:00",
        ];
        self.issue_with(name, &then);
    }

    fn issue_with(&self, name: &str, more: &[&str]) {
        self.make_key(name);
        let ca = format!(
            "--cacert {} --cakey {}",
            self.path("ca.crt"),
            self.path("ca.key")
        );
        let key = self.path(&format!("{name}.key"));
        let (dn, san) = (format!("C=CH, O=Lab, CN={name}.lab"), format!("{name}.lab"));
        let words = ["--dn", &dn, "--san", &san];
        let issue = format!("--issue --type priv {ca} --in {key}");
        self.make(&format!("{name}.crt"), &issue, &[&words[..], more].concat());
    }

    /// The list of what the authority has revoked, which is one certificate.
    pub(crate) fn revoke(&self, name: &str) -> Vec<u8> {
        let ca = format!(
            "--cacert {} --cakey {}",
            self.path("ca.crt"),
            self.path("ca.key")
        );
        let cert = self.path(&format!("{name}.crt"));
        self.make(
            "ca.crl",
            &format!("--signcrl --lifetime 30 {ca} --cert {cert}"),
            &[],
        );
        self.read("ca.crl")
    }

    /// The public key of what was issued.
    pub(crate) fn public_key(&self, name: &str) -> Vec<u8> {
        let key = self.path(&format!("{name}.key"));
        self.make("pub", &format!("--pub --type priv --in {key}"), &[]);
        self.read("pub")
    }

    /// The identifier of a key, as the daemon gives it.
    pub(crate) fn key_id(&self, name: &str) -> String {
        let key = self.path(&format!("{name}.key"));
        let id = pki(
            &format!("--keyid --type priv --in {key} --id spk --format hex"),
            &[],
        );
        str::from_utf8(&id).unwrap().trim().to_owned()
    }

    /// The certificate of what was issued; `ca` is that of the authority.
    pub(crate) fn cert(&self, name: &str) -> Vec<u8> {
        self.read(&format!("{name}.crt"))
    }

    /// The private key of what was issued.
    pub(crate) fn key(&self, name: &str) -> Vec<u8> {
        self.read(&format!("{name}.key"))
    }

    /// The path of a file of this folder, which ends in `.crt` and `.key`.
    pub(crate) fn path(&self, file: &str) -> String {
        let path: PathBuf = self.dir.path().join(file);
        path.display().to_string()
    }

    fn read(&self, file: &str) -> Vec<u8> {
        fs::read(self.path(file)).unwrap()
    }

    fn make_key(&self, name: &str) {
        self.make(&format!("{name}.key"), "--gen --type ecdsa --size 256", &[]);
    }

    fn make(&self, file: &str, words: &str, more: &[&str]) {
        fs::write(self.path(file), pki(words, more)).unwrap();
    }
}

/// What `pki` prints: DER, unless it is asked for something else.
fn pki(words: &str, more: &[&str]) -> Vec<u8> {
    let output = Command::new("pki")
        .args(words.split(' '))
        .args(more)
        .stdin(Stdio::null())
        .output()
        .expect("pki of the package strongswan-pki can be run");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "pki {words}: {errors}");
    output.stdout
}
