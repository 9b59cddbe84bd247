//! What a daemon takes for a name.

use byteorder::{ByteOrder, NativeEndian};

use crate::element::Cursor;

/// Whether all bytes are printable ASCII, 0x20 to 0x7e.
///
/// strongSwan takes no other names, and in most places no other text. The format itself has any bytes.
///
/// ```
/// use vici_serde::is_printable;
///
/// assert!(is_printable(b"CN=moon.example.org"));
/// assert!(!is_printable("Zürich".as_bytes()));
/// ```
#[inline]
pub fn is_printable(bytes: &[u8]) -> bool {
    // The last eight, or the first and last four, are looked at in one go, some of them twice.
    let unprintable = if let Some(last) = bytes.last_chunk::<8>() {
        let eights = bytes.chunks_exact(8).map(NativeEndian::read_u64);
        eights.fold(unprintable(u64::from_ne_bytes(*last)), |bad, eight| {
            bad | unprintable(eight)
        })
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let (first, last) = (u32::from_ne_bytes(*first), u32::from_ne_bytes(*last));
        unprintable(u64::from(first) << 32 | u64::from(last))
    } else {
        return bytes.iter().all(|byte| matches!(byte, b' '..=b'~'));
    };
    unprintable == 0
}

/// Not zero if one of eight bytes is not printable.
#[inline]
fn unprintable(eight: u64) -> u64 {
    const LOWEST: u64 = u64::from_ne_bytes([b' '; 8]);
    const ONE: u64 = u64::from_ne_bytes([1; 8]);
    const TOP: u64 = u64::from_ne_bytes([0x80; 8]);
    // The top bit of a byte is set if it is over 0x7f, over 0x7e, or not at least a space. Only a byte over
    // 0x7f carries into its neighbour.
    let low = !(eight | TOP).wrapping_sub(LOWEST);
    (eight | eight.wrapping_add(ONE) | low) & TOP
}

/// Whether all names in a message are [printable](is_printable), of sections, keys and lists alike.
///
/// `false` as well for what is no message, as far as one goes along its lengths; whether sections and lists
/// are closed is not looked at.
///
/// ```
/// use vici_serde::{Message, names_are_printable, to_vec};
///
/// let message = to_vec(&Message::new().key("name", "Zürich"))?;
/// assert!(names_are_printable(&message));
/// let message = to_vec(&Message::new().key("Zürich", "name"))?;
/// assert!(!names_are_printable(&message));
/// # Ok::<(), vici_serde::Error>(())
/// ```
pub fn names_are_printable(message: &[u8]) -> bool {
    Cursor::new(message).all_names(is_printable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_counts_wherever_it_is() {
        for len in 0..=17 {
            assert!(is_printable(&vec![b'~'; len]));
            for at in 0..len {
                for byte in 0..=255 {
                    for around in [b' ', b'~', b'a'] {
                        let mut bytes = vec![around; len];
                        if let Some(place) = bytes.get_mut(at) {
                            *place = byte;
                        }
                        let expected = matches!(byte, 0x20..=0x7e);
                        assert_eq!(is_printable(&bytes), expected, "{bytes:02x?}");
                    }
                }
            }
        }
    }

    #[test]
    fn names_of_all_kinds_are_looked_at() {
        for (message, expected) in [
            (&b""[..], true),
            (
                b"\x01\x01s\x04\x01l\x05\x00\x01\xff\x06\x03\x01k\x00\x01\n\x02",
                true,
            ),
            (b"\x01\x01\n\x02", false),
            (b"\x01\x01s\x04\x01\xff\x06\x02", false),
            (b"\x01\x01s\x03\x02k\x7f\x00\x00\x02", false),
            (b"\x03\x02k", false),
            (b"\x03\x01k\x00\x02v", false),
            (b"\x07", false),
        ] {
            assert_eq!(names_are_printable(message), expected, "{message:02x?}");
        }
    }
}
