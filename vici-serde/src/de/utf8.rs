//! UTF-8 checks by the window instead of by the string.

use std::str::{self, Utf8Error};

/// How much is checked at once. Larger windows gain nothing more.
const WINDOW: usize = 4096;

/// A part of the input that is known to be UTF-8, from which strings are taken.
///
/// Checking each short string by itself costs about 90 instructions, more than everything else that
/// is done for it. Most messages are ASCII between the strings as well, so that a window of them is
/// checked at once, and a string is a range of it. Where a window does not reach, a string is
/// checked by itself. The time is linear in the input whatever it holds: a new window begins at a
/// string that lies behind the old one, and ends with the first byte that does not fit.
#[derive(Clone, Debug, Default)]
pub(super) struct Window<'de> {
    text: &'de str,
    /// How many bytes of the input were left where the window begins.
    left: usize,
}

impl<'de> Window<'de> {
    /// The `bytes` as text, which lie in `input` so that `left` bytes follow them. The input is the
    /// same each time, and `left` never grows.
    #[inline]
    pub(super) fn text(
        &mut self,
        input: &'de [u8],
        bytes: &'de [u8],
        left: usize,
    ) -> Result<&'de str, Utf8Error> {
        let end = self.left.wrapping_sub(left);
        match self.text.get(end.wrapping_sub(bytes.len())..end) {
            Some(text) => Ok(text),
            None => self.outside(input, bytes, left),
        }
    }

    #[cold]
    #[inline(never)]
    fn outside(
        &mut self,
        input: &'de [u8],
        bytes: &'de [u8],
        left: usize,
    ) -> Result<&'de str, Utf8Error> {
        let window_left = self.left - self.text.len();
        if self.left == 0 || left < window_left {
            self.left = left + bytes.len();
            let rest = input.get(input.len() - self.left..).unwrap_or_default();
            let window = rest.get(..WINDOW).unwrap_or(rest);
            self.text = match str::from_utf8(window) {
                Ok(text) => text,
                Err(error) => str::from_utf8(&window[..error.valid_up_to()])?,
            };
            if let Some(text) = self.text.get(..bytes.len()) {
                return Ok(text);
            }
        }
        str::from_utf8(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A window over an input.
    fn over<'a>(
        input: &'a [u8],
    ) -> impl FnMut(std::ops::Range<usize>) -> Result<&'a str, Utf8Error> {
        let mut window = Window::default();
        move |range| window.text(input, &input[range.clone()], input.len() - range.end)
    }

    #[test]
    fn equals_checking_each_string() {
        let mut input = Vec::new();
        for i in 0..3 * WINDOW {
            input.push(match i % 97 {
                13 => 0xc3,
                14 => 0xa9,
                50 => 0xff,
                _ => b'a',
            });
        }
        for len in [0, 1, 2, 3, 13, 40, 60, 97] {
            let mut text = over(&input);
            for start in 0..input.len() - len {
                let range = start..start + len;
                assert_eq!(text(range.clone()), str::from_utf8(&input[range]));
            }
        }
    }

    #[test]
    fn a_character_may_be_cut_by_the_window() {
        let mut input = vec![b'a'; WINDOW - 1];
        input.extend("é".as_bytes());
        input.extend(b"bc");
        let mut text = over(&input);
        let end = input.len();
        assert_eq!(text(0..3), Ok("aaa"));
        assert_eq!(text(WINDOW - 3..end), Ok("aaébc"));
        assert!(text(WINDOW..end).is_err());
        assert_eq!(text(end - 2..end), Ok("bc"));
    }
}
