//! Messages that were made to be slow.

use vici_serde::{MAX_MESSAGE_LEN, MAX_VALUE_LEN};

/// The largest of them: as long as a message may be.
pub(crate) const LARGE: usize = MAX_MESSAGE_LEN;

/// An eighth of it: linear time needs as many instructions for a byte of it.
pub(crate) const SMALL: usize = LARGE / 8;

const SECTION: u8 = 1;
const SECTION_END: u8 = 2;
const KEY_VALUE: u8 = 3;
const LIST: u8 = 4;
const ITEM: u8 = 5;
const LIST_END: u8 = 6;

/// Sections in sections, down to the middle of the message.
pub(crate) fn nested(len: usize) -> Vec<u8> {
    let depth = len / 4;
    let mut message = [SECTION, 1, b'a'].repeat(depth);
    message.extend([SECTION_END].repeat(depth));
    message
}

/// Sections with nothing in them.
pub(crate) fn tiny_sections(len: usize) -> Vec<u8> {
    [SECTION, 1, b'a', SECTION_END].repeat(len / 4)
}

/// A list of one character each.
pub(crate) fn huge_list(len: usize) -> Vec<u8> {
    let mut message = vec![LIST, 1, b'l'];
    message.extend([ITEM, 0, 1, b'a'].repeat((len - 4) / 4));
    message.push(LIST_END);
    message
}

/// Values that are not UTF-8, from their first byte on.
pub(crate) fn not_utf8(len: usize) -> Vec<u8> {
    values(len, |_| vec![0xff; 12])
}

/// Values that are UTF-8 up to their last byte.
pub(crate) fn almost_utf8(len: usize) -> Vec<u8> {
    values(len, |_| {
        let mut value = vec![b'a'; 60];
        value.push(0xff);
        value
    })
}

/// Values that are UTF-8 and such that are not by turns, around the length up to which the codec
/// checks input at once (4096), and with characters across its end.
pub(crate) fn around_windows(len: usize) -> Vec<u8> {
    let lengths = [4096, 1, 4095, 2, 4097, 3, 2048, 5, 8192, 7, 4094, 1, 60, 60];
    values(len, |i| {
        let mut value = "é"
            .repeat(lengths[i / 2 % lengths.len()] / 2 + 1)
            .into_bytes();
        value.truncate(lengths[i / 2 % lengths.len()]);
        if i % 2 == 1 {
            value.insert(0, b'a');
        }
        value
    })
}

/// UTF-8 in which no character is ASCII.
pub(crate) fn all_accents(len: usize) -> Vec<u8> {
    values(len, |_| "éàüßø".repeat(2).into_bytes())
}

/// Values as long as they may be.
pub(crate) fn long_values(len: usize) -> Vec<u8> {
    values(len, |_| vec![b'a'; MAX_VALUE_LEN.min(len / 4)])
}

/// As many key/values as there is room for.
fn values(len: usize, value: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
    let mut message = Vec::with_capacity(len);
    for i in 0.. {
        let value = value(i);
        if message.len() + 5 + value.len() > len {
            break;
        }
        let length = u16::try_from(value.len()).expect("values have lengths of 16 bits");
        message.extend([KEY_VALUE, 1, b'k']);
        message.extend(length.to_be_bytes());
        message.extend(value);
    }
    message
}
