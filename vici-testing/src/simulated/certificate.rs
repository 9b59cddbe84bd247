//! As much of X.509 as is needed to know whose certificate it is.

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Certificate {
    /// Its DER encoding.
    pub(super) der: Vec<u8>,
    pub(super) subject: String,
    /// Whether it may issue others.
    pub(super) is_ca: bool,
}

impl Certificate {
    /// Reads a certificate, DER or PEM.
    pub(super) fn parse(data: &[u8]) -> Option<Self> {
        let der = der(data)?;
        let (whole, _) = Der::read(&der)?;
        let (mut body, _) = whole.expect(SEQUENCE)?.child()?;
        let mut fields = Vec::new();
        body = body.expect(SEQUENCE)?;
        let mut rest = body.content;
        while !rest.is_empty() {
            let (field, after) = Der::read(rest)?;
            fields.push(field);
            rest = after;
        }
        // The version comes first where it is given: serial number, signature, issuer, validity,
        // subject, key.
        let first = usize::from(fields.first()?.tag == 0xa0);
        let subject = fields.get(first + 4)?.expect(SEQUENCE)?;
        fields.get(first + 5)?.expect(SEQUENCE)?;
        let extensions = fields.iter().find(|field| field.tag == 0xa3);
        Some(Self {
            subject: name(subject)?,
            is_ca: extensions.is_some_and(|extensions| is_ca(extensions.content)),
            der,
        })
    }
}

/// The DER encoding of what may be PEM: something in a sequence that ends where the data does.
pub(super) fn der(data: &[u8]) -> Option<Vec<u8>> {
    let der = match pem(data) {
        Some(der) => der,
        None => data.to_vec(),
    };
    let (whole, rest) = Der::read(&der)?;
    (whole.tag == SEQUENCE && rest.is_empty()).then_some(())?;
    Some(der)
}

/// The first block of a PEM file.
fn pem(data: &[u8]) -> Option<Vec<u8>> {
    let text = core::str::from_utf8(data).ok()?;
    let mut lines = text.lines().map(str::trim);
    lines.find(|line| line.starts_with("-----BEGIN "))?;
    let body = lines.take_while(|line| !line.starts_with("-----END "));
    base64(&body.collect::<String>())
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut bits = 0_u32;
    let mut count = 0_u32;
    for digit in text.trim_end_matches('=').bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            let [.., byte] = (bits >> count).to_be_bytes();
            bytes.push(byte);
        }
    }
    Some(bytes)
}

/// A piece of DER.
#[derive(Clone, Copy)]
struct Der<'a> {
    tag: u8,
    content: &'a [u8],
}

impl<'a> Der<'a> {
    /// The first piece, and what follows it.
    fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let [tag, len, rest @ ..] = bytes else {
            return None;
        };
        let (len, rest) = if *len < 0x80 {
            (usize::from(*len), rest)
        } else {
            let (digits, rest) = rest.split_at_checked(usize::from(*len & 0x7f))?;
            if digits.len() > 3 {
                return None;
            }
            let len = digits
                .iter()
                .fold(0, |len, digit| len << 8 | usize::from(*digit));
            (len, rest)
        };
        let (content, rest) = rest.split_at_checked(len)?;
        Some((Self { tag: *tag, content }, rest))
    }

    fn expect(self, tag: u8) -> Option<Self> {
        (self.tag == tag).then_some(self)
    }

    fn child(self) -> Option<(Self, &'a [u8])> {
        Self::read(self.content)
    }
}

/// A distinguished name, as the daemon prints it.
fn name(name: Der<'_>) -> Option<String> {
    let mut parts = Vec::new();
    let mut rest = name.content;
    while !rest.is_empty() {
        let (set, after) = Der::read(rest)?;
        let (attribute, _) = set.child()?;
        let (kind, value) = attribute.child()?;
        let (value, _) = Der::read(value)?;
        let kind = ATTRIBUTES
            .iter()
            .find(|(oid, _)| *oid == kind.content)
            .map_or("??", |(_, kind)| *kind);
        parts.push(format!("{kind}={}", String::from_utf8_lossy(value.content)));
        rest = after;
    }
    Some(parts.join(", "))
}

/// Whether the basic constraints, among the extensions, say so.
fn is_ca(extensions: &[u8]) -> bool {
    const BASIC_CONSTRAINTS: &[u8] = b"\x06\x03\x55\x1d\x13";
    const TRUE: &[u8] = b"\x01\x01\xff";

    let at = extensions
        .windows(BASIC_CONSTRAINTS.len())
        .position(|window| window == BASIC_CONSTRAINTS);
    let Some(rest) = at.and_then(|at| extensions.get(at + BASIC_CONSTRAINTS.len()..)) else {
        return false;
    };
    // Whether it is critical, then the value.
    let value = rest.strip_prefix(TRUE).unwrap_or(rest);
    let value = Der::read(value).and_then(|(value, _)| value.expect(0x04)?.child());
    value.is_some_and(|(value, _)| value.content.starts_with(TRUE))
}

const SEQUENCE: u8 = 0x30;

const ATTRIBUTES: &[(&[u8], &str)] = &[
    (b"\x55\x04\x03", "CN"),
    (b"\x55\x04\x04", "S"),
    (b"\x55\x04\x05", "SN"),
    (b"\x55\x04\x06", "C"),
    (b"\x55\x04\x07", "L"),
    (b"\x55\x04\x08", "ST"),
    (b"\x55\x04\x0a", "O"),
    (b"\x55\x04\x0b", "OU"),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01", "E"),
    (b"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19", "DC"),
];
