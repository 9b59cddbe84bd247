//! Shared secrets, private keys and certificates.

use core::fmt;

use vici_serde::{Message, Section};

use super::certificate::{self, Certificate};
use super::generation::Generation;
use super::option;
use super::output::{Output, Refused};
use super::request::{Request, text};

/// What was loaded to authenticate with. The newest come first.
#[derive(Clone, Debug, Default)]
pub(super) struct Credentials {
    shared: Vec<Shared>,
    /// The identifiers of private keys.
    keys: Vec<String>,
    certs: Vec<(&'static str, Certificate)>,
}

/// A shared secret, without the secret: nothing in here asks for it.
#[derive(Clone)]
struct Shared {
    id: Option<String>,
    kind: &'static str,
    owners: Vec<String>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Credentials {
    /// Whether there is a preshared key for one of these, or for anybody.
    pub(super) fn has_preshared_key(&self, ids: [&str; 2]) -> bool {
        let mut keys = self.shared.iter().filter(|shared| shared.kind == "IKE");
        keys.any(|shared| {
            let mut owners = shared.owners.iter();
            shared.owners.is_empty()
                || owners.any(|owner| owner == "%any" || ids.contains(&owner.as_str()))
        })
    }

    pub(super) fn has_private_key(&self) -> bool {
        !self.keys.is_empty()
    }

    pub(super) fn load_shared(
        &mut self,
        request: &Request,
        output: Output<'_>,
    ) -> Result<(), Refused> {
        let kind = request.text("type").ok_or("shared key type missing")?;
        let known = KINDS.iter().find(|known| known.eq_ignore_ascii_case(kind));
        let kind = known.ok_or_else(|| format!("invalid shared key type: {kind}"))?;
        let data = request.bytes("data").unwrap_or_default();
        if data.is_empty() {
            return Err("shared key data missing".to_owned());
        }
        let owners = request.list("owners").into_iter();
        let owners = owners.map(|owner| text(owner).and_then(option::identity));
        let owners: Option<Vec<_>> = owners.collect();
        let owners = owners.ok_or("parsing shared key owners failed")?;
        let id = request.text("id").map(str::to_owned);
        let shared = &mut self.shared;
        if id.is_some() {
            shared.retain(|other| other.id != id);
        }
        let named = id.as_ref().map(|id| format!(" with id '{id}'"));
        let named = named.unwrap_or_default();
        let shown = if owners.is_empty() {
            "'%any'".to_owned()
        } else {
            format!("'{}'", owners.join("', '"))
        };
        // They are the same to the daemon.
        let shown_kind = if *kind == "XAUTH" { "EAP" } else { kind };
        output.config(&format!(
            "loaded {shown_kind} shared key{named} for: {shown}"
        ));
        shared.insert(0, Shared { id, kind, owners });
        Ok(())
    }

    pub(super) fn unload_shared(
        &mut self,
        request: &Request,
        output: Output<'_>,
    ) -> Result<(), Refused> {
        let id = request.text("id").ok_or("unique identifier missing")?;
        output.config(&format!("unloaded shared key with id '{id}'"));
        let shared = &mut self.shared;
        shared.retain(|shared| shared.id.as_deref() != Some(id));
        Ok(())
    }

    pub(super) fn get_shared(&self) -> Message {
        let shared = self.shared.iter();
        let ids = shared.filter_map(|shared| shared.id.as_ref());
        Message::new().list("keys", ids)
    }

    pub(super) fn load_key(
        &mut self,
        request: &Request,
        generation: Generation,
        output: Output<'_>,
    ) -> Result<String, Refused> {
        let kind = request.text("type").ok_or("key type missing")?;
        let known = KEYS.iter().find(|known| known.eq_ignore_ascii_case(kind));
        // It is gone since 6.0.
        let known = known.filter(|known| !(generation.is_6() && **known == "BLISS"));
        let kind = known.ok_or_else(|| format!("invalid key type: {kind}"))?;
        let data = request.bytes("data").unwrap_or_default();
        if data.is_empty() {
            return Err("key data missing".to_owned());
        }
        let der = certificate::der(data);
        let key = der.filter(|der| Certificate::parse(der).is_none());
        let Some(der) = key else {
            let (unknown, builders) = match *kind {
                "BLISS" => (0, 0),
                "ANY" | "RSA" => (1, 5),
                _ => (1, 4),
            };
            unbuilt("PRIVATE_KEY", kind, unknown, builders, output);
            return Err(format!("parsing {kind} private key failed"));
        };
        let id = identifier(&der);
        output.config(&format!("loaded {kind} private key"));
        self.keys.retain(|key| *key != id);
        self.keys.insert(0, id.clone());
        Ok(id)
    }

    pub(super) fn unload_key(
        &mut self,
        request: &Request,
        output: Output<'_>,
    ) -> Result<(), Refused> {
        let id = request.text("id").ok_or("key id missing")?;
        let id = id.strip_prefix("0x").unwrap_or(id).to_ascii_lowercase();
        let id = id.replace(':', "");
        output.config(&format!("unloaded private key with id {id}"));
        let keys = &mut self.keys;
        let index = keys.iter().position(|key| *key == id);
        keys.remove(index.ok_or("key not found")?);
        Ok(())
    }

    pub(super) fn get_keys(&self) -> Message {
        Message::new().list("keys", &self.keys)
    }

    pub(super) fn load_cert(
        &mut self,
        request: &Request,
        generation: Generation,
        output: Output<'_>,
    ) -> Result<(), Refused> {
        let kind = request.text("type").ok_or("certificate type missing")?;
        // The older names say what a certificate is for.
        let (kind, implied) = match kind.to_ascii_uppercase().as_str() {
            "X509CA" => ("X509", Some("CA")),
            "X509AA" => ("X509", Some("AA")),
            "X509OCSP" => ("X509", Some("OCSP")),
            _ => (kind, None),
        };
        let kind = certificate_kind(kind)?;
        let flag = request.text("flag").or(implied).unwrap_or("NONE");
        let known = FLAGS.iter().find(|known| known.eq_ignore_ascii_case(flag));
        let flag = *known.ok_or_else(|| format!("invalid certificate flag '{flag}'"))?;
        let data = request.bytes("data").unwrap_or_default();
        if data.is_empty() {
            return Err("certificate data missing".to_owned());
        }
        let parsed = Certificate::parse(data).filter(|_| kind == "X509");
        let Some(parsed) = parsed else {
            let (unknown, builders) = match kind {
                "X509" | "X509_CRL" => (1, 4),
                "OCSP_RESPONSE" if !generation.is_6() => (1, 2),
                "PUBKEY" => (3, 3),
                _ => (1, 3),
            };
            unbuilt("CERTIFICATE", kind, unknown, builders, output);
            return Err(format!("parsing {kind} certificate failed"));
        };
        if flag == "CA" && !parsed.is_ca {
            return Err("ca certificate lacks CA basic constraint, rejected".to_owned());
        }
        output.config(&format!("loaded certificate '{}'", parsed.subject));
        let flag = if parsed.is_ca { "CA" } else { flag };
        let certs = &mut self.certs;
        certs.retain(|(_, other)| *other != parsed);
        certs.push((flag, parsed));
        Ok(())
    }

    /// Lists the certificates, and those of the authorities.
    pub(super) fn list_certs<'a>(
        &'a self,
        request: &Request,
        authorities: impl Iterator<Item = &'a Certificate>,
        output: Output<'_>,
    ) {
        let wanted = |key: &str, value: &str| {
            let filter = request.text(key);
            let filter = filter.filter(|text| !text.eq_ignore_ascii_case("any"));
            filter.is_none_or(|text| text.eq_ignore_ascii_case(value))
        };
        // Without a type the flag does not count.
        let flagged = |flag: &str| request.text("type").is_none() || wanted("flag", flag);
        let loaded = self.certs.iter();
        let loaded = loaded.map(|(flag, certificate)| (*flag, certificate));
        let authorities = authorities.map(|certificate| ("CA", certificate));
        let mut listed: Vec<&[u8]> = Vec::new();
        for (flag, certificate) in loaded.chain(authorities) {
            let subject = request.text("subject");
            let other = subject.is_some_and(|subject| subject != certificate.subject);
            if other || listed.contains(&&*certificate.der) {
                continue;
            }
            listed.push(&certificate.der);
            if wanted("type", "X509") && flagged(flag) {
                let message = Section::new()
                    .key("type", "X509")
                    .key("flag", flag)
                    .key("data", &*certificate.der);
                output.stream("list-cert", &message);
            }
        }
    }

    /// Nothing is ever cached.
    pub(super) fn flush_certs(&self, request: &Request) -> Result<(), Refused> {
        match request.text("type") {
            Some(kind) if !kind.eq_ignore_ascii_case("any") => certificate_kind(kind).map(|_| ()),
            _ => Ok(()),
        }
    }

    /// There are no tokens.
    pub(super) fn load_token(request: &Request, output: Output<'_>) -> Result<(), Refused> {
        request.text("handle").ok_or("keyid missing")?;
        unbuilt("PRIVATE_KEY", "ANY", 0, 5, output);
        Err("loading private key from token failed".to_owned())
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// Logs that none of the plugins that try has made something of the data, and how many of them do not
/// know its form.
fn unbuilt(what: &str, kind: &str, unknown: u8, builders: u8, output: Output<'_>) {
    for _ in 0..unknown {
        let msg = "  file coded in unknown format, discarded";
        output.log("LIB", 1, None, msg);
    }
    let msg = format!("building CRED_{what} - {kind} failed, tried {builders} builders");
    output.log("LIB", 1, None, &msg);
}

fn certificate_kind(kind: &str) -> Result<&'static str, Refused> {
    let known = CERTIFICATES.iter();
    let mut known = known.filter(|known| known.eq_ignore_ascii_case(kind));
    let known = known.next().copied();
    known.ok_or_else(|| format!("invalid certificate type '{kind}'"))
}

/// Stands in for the SHA-1 of the public key, which would take the mathematics of every kind of key.
fn identifier(data: &[u8]) -> String {
    let mut id = String::new();
    for lane in 0..5_u32 {
        let mut hash = 0x811c_9dc5 ^ lane;
        for byte in data {
            hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
        id.push_str(&format!("{hash:08x}"));
    }
    id
}

const KINDS: &[&str] = &["IKE", "EAP", "XAUTH", "NTLM", "PPK"];

const KEYS: &[&str] = &["ANY", "RSA", "ECDSA", "ED25519", "ED448", "BLISS", "DSA"];

const FLAGS: &[&str] = &["NONE", "CA", "AA", "OCSP"];

const CERTIFICATES: &[&str] = &["X509", "X509_CRL", "X509_AC", "OCSP_RESPONSE", "PUBKEY"];
