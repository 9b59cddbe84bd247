//! As much of DER as is needed to find a key in what is around it.

/// One element: its tag, what is in it, and all of it.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
    pub(crate) whole: &'a [u8],
}

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OBJECT: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;

/// Takes the first element off.
pub(crate) fn take<'a>(bytes: &mut &'a [u8]) -> Option<Element<'a>> {
    let whole = *bytes;
    let (tag, rest) = whole.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x84 => {
            let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = length
                .iter()
                .fold(0, |length, byte| length << 8 | usize::from(*byte));
            (length, rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    *bytes = rest;
    Some(Element {
        tag: *tag,
        content,
        whole: whole.get(..whole.len() - rest.len())?,
    })
}

/// Takes the first element off, if it has this tag, and gives what is in it.
pub(crate) fn take_tagged<'a>(bytes: &mut &'a [u8], tag: u8) -> Option<&'a [u8]> {
    let mut rest = *bytes;
    let element = take(&mut rest).filter(|element| element.tag == tag)?;
    *bytes = rest;
    Some(element.content)
}

/// What is in the one element that there is.
pub(crate) fn only(mut bytes: &[u8], tag: u8) -> Option<&[u8]> {
    let content = take_tagged(&mut bytes, tag)?;
    bytes.is_empty().then_some(content)
}

/// An element with these contents, one after the other.
pub(crate) fn element(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let length: usize = contents.iter().map(|content| content.len()).sum();
    let digits = length.to_be_bytes();
    let digits = &digits[digits
        .iter()
        .position(|byte| *byte != 0)
        .unwrap_or(digits.len())..];
    let mut bytes = Vec::with_capacity(length + digits.len() + 2);
    bytes.push(tag);
    if length < 0x80 {
        bytes.extend(digits.last().or(Some(&0)));
    } else {
        // There are at most eight digits.
        bytes.push(0x80 | digits.len().to_le_bytes()[0]);
        bytes.extend_from_slice(digits);
    }
    for content in contents {
        bytes.extend_from_slice(content);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_as_they_are_written() {
        for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 70_000] {
            let content = vec![7; length];
            let bytes = element(OCTET_STRING, &[&content]);
            assert_eq!(only(&bytes, OCTET_STRING), Some(&content[..]));
            assert_eq!(only(&bytes, SEQUENCE), None);
            assert_eq!(only(&bytes[..bytes.len() - 1], OCTET_STRING), None);
        }
        for wrong in [
            &b""[..],
            b"\x04",
            b"\x04\x80",
            b"\x04\x85\0\0\0\0\0",
            b"\x04\x84\xff\xff\xff\xff",
        ] {
            assert_eq!(only(wrong, OCTET_STRING), None);
        }
    }
}
