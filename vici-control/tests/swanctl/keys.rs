//! Private keys in all forms, encrypted in all ways, and PKCS#12: what `swanctl` sends once it has
//! decrypted them.

use std::path::Path;
use std::process::Command;

use vici_control::swanctl::Reader;
use vici_types::Secret;

use crate::each_generation;
use crate::outside::is_there;
use crate::same::Swanctl;

each_generation! {
    keys_that_are_not_encrypted_are_sent_as_they_are
    encrypted_keys_are_decrypted_as_swanctl_does
}

/// Runs OpenSSL in the folder of swanctl.
fn openssl(swanctl: &Swanctl, words: &str) {
    let output = Command::new("openssl")
        .args(words.split(' '))
        .current_dir(swanctl.folder())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {words}: {errors}");
}

/// Makes the keys `rsa`, `ec` and `ed` in PKCS#8, and folders to put others into.
fn make_keys(swanctl: &Swanctl) -> bool {
    for folder in ["private", "rsa", "ecdsa", "pkcs8", "pkcs12", "x509"] {
        std::fs::create_dir(swanctl.folder().join(folder)).unwrap();
    }
    if !is_there(Path::new("openssl"), "openssl to make keys") {
        return false;
    }
    openssl(
        swanctl,
        "genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out rsa.pem",
    );
    openssl(
        swanctl,
        "genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-384 -out ec.pem",
    );
    openssl(swanctl, "genpkey -algorithm ed25519 -out ed.pem");
    true
}

fn keys_that_are_not_encrypted_are_sent_as_they_are(swanctl: &Swanctl) {
    if !make_keys(swanctl) {
        return;
    }
    openssl(swanctl, "pkey -in rsa.pem -out private/rsa.pem");
    openssl(swanctl, "pkey -in rsa.pem -traditional -out rsa/rsa.pem");
    openssl(
        swanctl,
        "pkey -in rsa.pem -outform der -out private/rsa.der",
    );
    openssl(swanctl, "ec -in ec.pem -out ecdsa/ec.pem");
    openssl(swanctl, "pkey -in ec.pem -out pkcs8/ec.pem");
    openssl(swanctl, "pkey -in ed.pem -out private/ed.pem");
    swanctl.write("swanctl.conf", "");
    let config = swanctl.assert_same("keys");
    assert_eq!(config.keys.len(), 6);

    // The daemon takes the first block for the key, so that only the key is sent.
    openssl(swanctl, "ecparam -name secp384r1 -out parameters.pem");
    let [parameters, key] = ["parameters.pem", "ecdsa/ec.pem"]
        .map(|file| std::fs::read_to_string(swanctl.folder().join(file)).unwrap());
    swanctl.write("ecdsa/ec.pem", format!("{parameters}{key}"));
    let again = swanctl.read().unwrap();
    let sent = again.keys.iter().map(|key| key.data.expose());
    assert!(
        sent.into_iter()
            .any(|data| data == key.trim_end().as_bytes())
    );
}

/// A secret that is not in a file is never decrypted.
#[test]
fn without_a_passphrase_the_error_tells_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("private")).unwrap();
    let conf = dir.path().join("swanctl.conf");
    std::fs::write(&conf, "").unwrap();
    let key = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n";
    std::fs::write(dir.path().join("private/a.pem"), key).unwrap();
    let error = Reader::new().read(&conf).unwrap_err().to_string();
    let told = "private/a.pem: it is encrypted and no passphrase is known: add a section of secrets \
        with its file and its secret, or give the passphrase when it is asked for";
    assert!(error.ends_with(told), "{error}");
    let key = "-----BEGIN OPENSSH PRIVATE KEY-----\nMAA=\n-----END OPENSSH PRIVATE KEY-----\n";
    std::fs::write(dir.path().join("private/a.pem"), key).unwrap();
    let error = Reader::new().read(&conf).unwrap_err().to_string();
    let told = "private/a.pem: it is in the form of OpenSSH, convert it with ssh-keygen -p -m PKCS8 -f FILE";
    assert!(error.ends_with(told), "{error}");
}

#[cfg(not(feature = "decrypt"))]
fn encrypted_keys_are_decrypted_as_swanctl_does(swanctl: &Swanctl) {
    if !make_keys(swanctl) {
        return;
    }
    openssl(
        swanctl,
        "pkey -in rsa.pem -aes256 -passout pass:fish -out private/rsa.pem",
    );
    swanctl.write("swanctl.conf", "");
    let ask = |_: &Path| Some(Secret::from("fish"));
    let error = Reader::new()
        .passphrase(ask)
        .read(swanctl.folder().join("swanctl.conf"))
        .unwrap_err()
        .to_string();
    let told = "it is encrypted, which needs the feature decrypt of vici-control; or decrypt it with \
        openssl pkey -in FILE -out FILE";
    assert!(error.ends_with(told), "{error}");
}

#[cfg(feature = "decrypt")]
fn encrypted_keys_are_decrypted_as_swanctl_does(swanctl: &Swanctl) {
    if !make_keys(swanctl) {
        return;
    }
    let mut conf = String::from("secrets {\n");
    let mut add = |folder: &str, file: &str, secret: &str| {
        let number = conf.len();
        conf += &format!("{folder}-{number} {{\n file = {file}\n secret = \"{secret}\"\n }}\n");
    };
    for key in ["rsa", "ec", "ed"] {
        for (number, way) in [
            "-v2 aes256",
            "-v2 aes-128-cbc -v2prf hmacWithSHA1",
            "-v2 des3 -v2prf hmacWithSHA512",
        ]
        .iter()
        .enumerate()
        {
            let file = format!("{key}-{number}.pem");
            openssl(
                swanctl,
                &format!("pkcs8 -topk8 {way} -passout pass:fish -in {key}.pem -out pkcs8/{file}"),
            );
            add("pkcs8", &file, "fish");
        }
    }
    openssl(
        swanctl,
        "pkcs8 -topk8 -v2 aes256 -passout pass:fish -in ec.pem -outform der -out private/ec.der",
    );
    add("private", "ec.der", "fish");
    for (key, kind, folder) in [("rsa", "rsa", "rsa"), ("ec", "ec", "ecdsa")] {
        for way in ["aes128", "aes192", "aes256", "des3"] {
            openssl(
                swanctl,
                &format!(
                    "{kind} -in {key}.pem {way_} -passout pass:0x6669 -out {folder}/{way}.pem",
                    way_ = format_args!("-{way}")
                ),
            );
            // Passphrases are never decoded.
            add(folder, &format!("{way}.pem"), "0x6669");
        }
    }
    // A passphrase of a file that is not encrypted changes the form in which it is sent.
    openssl(swanctl, "pkey -in rsa.pem -out private/Plain.pem");
    add("private", "pLAIN.pem", "none");

    openssl(
        swanctl,
        "req -x509 -key ec.pem -out ec.crt -days 10 -subj /CN=ec",
    );
    openssl(
        swanctl,
        "req -x509 -key rsa.pem -out rsa.crt -days 10 -subj /CN=rsa",
    );
    openssl(
        swanctl,
        "pkcs12 -export -inkey ec.pem -in ec.crt -certfile rsa.crt -passout pass:fish -out pkcs12/new.p12",
    );
    add("pkcs12", "new.p12", "fish");
    conf += "private-several {\n file = several.pem\n secret-1 = wrong\n secret-2 = fish\n}\n";
    openssl(
        swanctl,
        "pkcs8 -topk8 -v2 aes256 -passout pass:fish -in rsa.pem -out private/several.pem",
    );
    conf += "}\n";
    swanctl.write("swanctl.conf", &conf);
    let config = swanctl.assert_same("encrypted keys");
    assert_eq!(
        (config.keys.len(), config.certs.len()),
        (9 + 1 + 8 + 1 + 1 + 1, 2)
    );
    let shown = format!("{config:?}");
    assert!(!shown.contains("fish"), "{shown}");

    // Without them the caller is asked, once for each file.
    swanctl.write("swanctl.conf", "");
    let mut asked = 0;
    let again = Reader::new()
        .passphrase(|path| {
            asked += 1;
            let traditional = path.parent()?.ends_with("rsa") || path.parent()?.ends_with("ecdsa");
            Some(Secret::from(if traditional { "0x6669" } else { "fish" }))
        })
        .read(swanctl.folder().join("swanctl.conf"))
        .unwrap();
    assert_eq!((again.keys.len(), asked), (21, 20));

    let error = Reader::new()
        .passphrase(|_| Some(Secret::from("wrong")))
        .read(swanctl.folder().join("swanctl.conf"))
        .unwrap_err();
    assert_eq!(error.problems().len(), 20);
    for problem in error.problems() {
        assert!(problem.reason().contains("passphrase"), "{problem}");
    }
}
