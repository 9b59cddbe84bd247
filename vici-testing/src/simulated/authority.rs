//! Certification authorities.

use vici_serde::{Message, Section, Value};

use super::certificate::Certificate;
use super::output::{Output, Refused};
use super::request::{Fault, Request, text, text_of_name};

/// A certification authority as it was loaded.
#[derive(Clone, Debug)]
pub(super) struct Authority {
    name: String,
    certificate: Certificate,
    crl_uris: Vec<String>,
    ocsp_uris: Vec<String>,
    cert_uri_base: Option<String>,
}

/// All that are loaded.
#[derive(Debug, Default)]
pub(super) struct Authorities(Vec<Authority>);

impl Authorities {
    pub(super) fn load(&mut self, request: &Request, output: Output<'_>) -> Result<(), Refused> {
        let sections = request.sections();
        let count = sections.len();
        for (index, (name, section)) in sections.into_iter().enumerate() {
            let authority = Authority::parse(&name, section);
            if request.fault() == Fault::Inside && index + 1 == count {
                break;
            }
            let authority = authority?;
            let replaced = self.0.iter().any(|other| other.name == name);
            let verb = if replaced { "updated" } else { "added" };
            output.config(&format!("{verb} vici authority: {name}"));
            self.0.retain(|other| other.name != name);
            self.0.push(authority);
        }
        request.check()
    }

    pub(super) fn unload(&mut self, request: &Request) -> Result<(), Refused> {
        let name = request
            .text("name")
            .ok_or("unload: missing authority name")?;
        let index = self.0.iter().position(|other| other.name == name);
        let index = index.ok_or_else(|| format!("unload: authority '{name}' not found"))?;
        self.0.remove(index);
        Ok(())
    }

    pub(super) fn names(&self) -> Message {
        let names = self.0.iter().map(|authority| &authority.name);
        Message::new().list("authorities", names)
    }

    pub(super) fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.0.iter().map(|authority| &authority.certificate)
    }

    pub(super) fn list(&self, request: &Request, output: Output<'_>) {
        let wanted = request.text("name");
        for authority in &self.0 {
            if wanted.is_none_or(|name| name == authority.name) {
                output.stream("list-authority", &authority.listed());
            }
        }
    }
}

impl Authority {
    fn parse(name: &str, section: &Section) -> Result<Self, Refused> {
        let mut certificate = None;
        let mut crl_uris = Vec::new();
        let mut ocsp_uris = Vec::new();
        let mut cert_uri_base = None;
        for (key, value) in section.iter() {
            let key = text_of_name(key);
            let unknown = || format!("unknown option: {key}, authority discarded");
            match value {
                Value::Scalar(value) => match key.as_str() {
                    "cacert" => certificate = Certificate::parse(value).filter(|cert| cert.is_ca),
                    "cert_uri_base" => cert_uri_base = text(value).map(str::to_owned),
                    // Neither files nor tokens are looked at.
                    "file" | "handle" | "slot" | "module" => {}
                    _ => return Err(unknown()),
                },
                Value::List(items) => {
                    let uris = match key.as_str() {
                        "crl_uris" => &mut crl_uris,
                        "ocsp_uris" => &mut ocsp_uris,
                        _ if items.is_empty() => continue,
                        _ => return Err(unknown()),
                    };
                    uris.extend(
                        items
                            .iter()
                            .filter_map(|item| text(item))
                            .map(str::to_owned),
                    );
                }
                Value::Section(_) => {}
            }
        }
        Ok(Self {
            name: name.to_owned(),
            certificate: certificate.ok_or_else(|| format!("CA certificate missing: {name}"))?,
            crl_uris,
            ocsp_uris,
            cert_uri_base,
        })
    }

    fn listed(&self) -> Message {
        let mut listed = Section::new()
            .key("cacert", self.certificate.subject.as_str())
            .list("crl_uris", &self.crl_uris)
            .list("ocsp_uris", &self.ocsp_uris);
        if let Some(base) = &self.cert_uri_base {
            listed = listed.key("cert_uri_base", base.as_str());
        }
        Message::new().section(&self.name, listed)
    }
}
