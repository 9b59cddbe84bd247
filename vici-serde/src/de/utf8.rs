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
    start: usize,
}

impl<'de> Window<'de> {
    /// The `bytes`, which are at `start` of the `input`, as text. The input is the same each time.
    #[inline]
    pub(super) fn text(
        &mut self,
        input: &'de [u8],
        start: usize,
        bytes: &'de [u8],
    ) -> Result<&'de str, Utf8Error> {
        let from = start.wrapping_sub(self.start);
        match self.text.get(from..from.wrapping_add(bytes.len())) {
            Some(text) => Ok(text),
            None => self.outside(input, start, bytes),
        }
    }

    #[cold]
    #[inline(never)]
    fn outside(
        &mut self,
        input: &'de [u8],
        start: usize,
        bytes: &'de [u8],
    ) -> Result<&'de str, Utf8Error> {
        let window_end = self.start + self.text.len();
        if start + bytes.len() > window_end || start < self.start {
            let rest = input.get(start..).unwrap_or_default();
            let window = rest.get(..WINDOW).unwrap_or(rest);
            self.text = match str::from_utf8(window) {
                Ok(text) => text,
                Err(error) => str::from_utf8(&window[..error.valid_up_to()])?,
            };
            self.start = start;
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
        let mut window = Window::default();
        for start in (0..input.len()).step_by(5) {
            for len in [0, 1, 2, 3, 13, 40, 60, 97] {
                let end = (start + len).min(input.len());
                assert_eq!(
                    window.text(&input, start, &input[start..end]),
                    str::from_utf8(&input[start..end]),
                    "{start}..{end}"
                );
            }
        }
    }

    #[test]
    fn a_character_may_be_cut_by_the_window() {
        let mut input = vec![b'a'; WINDOW - 1];
        input.extend("é".as_bytes());
        input.extend(b"bc");
        let mut window = Window::default();
        assert_eq!(window.text(&input, 0, &input[..3]), Ok("aaa"));
        let end = input.len();
        assert_eq!(
            window.text(&input, WINDOW - 3, &input[WINDOW - 3..]),
            Ok("aaébc")
        );
        assert!(window.text(&input, WINDOW, &input[WINDOW..]).is_err());
        assert_eq!(window.text(&input, end - 2, &input[end - 2..]), Ok("bc"));
    }
}
