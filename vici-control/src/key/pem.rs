//! The blocks of PEM files.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::der::{self, SEQUENCE};

/// A block: what it is, and its bytes.
pub(crate) struct Pem {
    pub(crate) label: String,
    pub(crate) der: Zeroizing<Vec<u8>>,
    /// The value of `DEK-Info`, in the old way to encrypt.
    pub(crate) dek: Option<String>,
    /// Its place in the file, with the lines around it.
    pub(crate) range: std::ops::Range<usize>,
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// The blocks of a file; none if there is none, so that it is DER or no such file at all.
pub(crate) fn blocks(bytes: &[u8]) -> Result<Vec<Pem>, String> {
    let mut blocks = Vec::new();
    let mut at = 0;
    while let Some(begin) = find(bytes, BEGIN, at) {
        let label_begin = begin + BEGIN.len();
        let label_end = find(bytes, DASHES, label_begin).ok_or("a PEM block has no end")?;
        let label = std::str::from_utf8(&bytes[label_begin..label_end])
            .ok()
            .filter(|label| !label.contains(['\n', '\r']))
            .ok_or("the first line of a PEM block is broken")?;
        let body_begin = label_end + DASHES.len();
        let shown = label.escape_debug();
        let end = [END, label.as_bytes(), DASHES].concat();
        let body_end = find(bytes, &end, body_begin)
            .ok_or_else(|| format!("a PEM block has no line -----END {shown}-----"))?;
        at = body_end + end.len();
        let (der, dek) = body(&bytes[body_begin..body_end])
            .ok_or_else(|| format!("the PEM block {shown} is not proper base64"))?;
        blocks.push(Pem {
            label: label.to_owned(),
            der,
            dek,
            range: begin..at,
        });
    }
    Ok(blocks)
}

type Body = (Zeroizing<Vec<u8>>, Option<String>);

/// Headers up to an empty line, if there are any, and base64.
fn body(bytes: &[u8]) -> Option<Body> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut dek = None;
    // With room for all, so that no copy is left behind in growing.
    let mut digits = Zeroizing::new(Vec::with_capacity(text.len()));
    for line in text.lines().map(str::trim) {
        if let Some((name, value)) = line.split_once(':') {
            if name.eq_ignore_ascii_case("DEK-Info") {
                dek = Some(value.trim().to_owned());
            }
        } else {
            digits.extend(line.bytes().filter(|byte| !byte.is_ascii_whitespace()));
        }
    }
    let mut der = Zeroizing::new(vec![0; digits.len() / 4 * 3 + 3]);
    let length = STANDARD.decode_slice(&digits[..], &mut der[..]).ok()?;
    der.truncate(length);
    Some((der, dek))
}

fn find(bytes: &[u8], what: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(what.len())
        .position(|window| window == what)
        .map(|at| from + at)
}

/// The DER of a certificate, a CRL or a public key, whatever form it is in.
pub(crate) fn certificate_der(data: &[u8]) -> Result<Zeroizing<Vec<u8>>, String> {
    let mut blocks = blocks(data)?.into_iter();
    if let Some(block) = blocks.next() {
        return Ok(block.der);
    }
    if der::only(data, SEQUENCE).is_none() {
        return Err("it is neither PEM nor DER".to_owned());
    }
    Ok(Zeroizing::new(data.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_in_what_is_around_them() {
        let text = b"about\n-----BEGIN A B-----\r\nAQID\r\n-----END A B-----\r\nand\n\
            -----BEGIN C-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nBAU=\n-----END C-----";
        let blocks = blocks(text).unwrap();
        let [a, c] = &blocks[..] else { panic!() };
        assert_eq!(
            (&a.label[..], &a.der[..], &a.dek),
            ("A B", &[1, 2, 3][..], &None)
        );
        assert_eq!((&c.label[..], &c.der[..]), ("C", &[4, 5][..]));
        assert_eq!(c.dek.as_deref(), Some("AES-128-CBC,00"));
        assert!(text[a.range.clone()].ends_with(b"-----END A B-----"));
    }

    #[test]
    fn what_is_broken_is_refused() {
        for (text, error) in [
            ("-----BEGIN A", "a PEM block has no end"),
            (
                "-----BEGIN A\n-----",
                "the first line of a PEM block is broken",
            ),
            (
                "-----BEGIN A-----\nAQID",
                "a PEM block has no line -----END A-----",
            ),
            (
                "-----BEGIN A-----\nA\n-----END A-----",
                "the PEM block A is not proper base64",
            ),
        ] {
            assert_eq!(
                blocks(text.as_bytes()).err().as_deref(),
                Some(error),
                "{text}"
            );
        }
        assert!(blocks(b"nothing").unwrap().is_empty());
    }
}
