use std::path::Path;

use zeroize::Zeroizing;

use super::error::Error;
use super::files::Files;
use super::sources::Sources;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Name(String),
    /// One of `{`, `}`, `=`, `:`, `,` and `.`.
    Sign(char),
    End,
}

/// Reads tokens, across the files that are included.
pub(super) struct Lexer<'a> {
    pub(super) input: Sources<'a>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(path: &Path, files: &'a dyn Files) -> Result<Self, Error> {
        let input = Sources::new(path, files)?;
        Ok(Self { input })
    }

    /// The next token where names, sections and settings stand.
    pub(super) fn next(&mut self) -> Result<Token, Error> {
        loop {
            let Some(byte) = self.input.peek() else {
                if self.input.close()? {
                    continue;
                }
                return Ok(Token::End);
            };
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.input.skip_while(is_blank),
                b'#' => self.skip_comment()?,
                b'{' | b'}' | b'=' | b':' | b',' | b'.' => {
                    self.input.advance();
                    return Ok(Token::Sign(byte.into()));
                }
                b'"' => {
                    let reason = "a name must not be in quotes, only a value may";
                    return Err(self.error(reason));
                }
                _ => {
                    if let Some(length) = self.include_length() {
                        self.input.skip(length);
                        self.include()?;
                    } else {
                        return Ok(Token::Name(self.name()?));
                    }
                }
            }
        }
    }

    /// The next token where references stand, whose names may have dots inside.
    pub(super) fn next_reference(&mut self) -> Result<Token, Error> {
        loop {
            match self.input.peek() {
                Some(byte) if is_blank(byte) => self.input.skip_while(is_blank),
                Some(b'#') => self.skip_comment()?,
                Some(byte) if is_name(byte) => break,
                _ => return self.next(),
            }
        }
        let mut name = self.name()?;
        while self.input.peek() == Some(b'.') && self.input.peek_at(1).is_some_and(is_name) {
            self.input.advance();
            name.push('.');
            name.push_str(&self.name()?);
        }
        Ok(Token::Name(name))
    }

    /// The value behind a `=`; none if there is nothing.
    pub(super) fn value(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let mut value: Option<Zeroizing<Vec<u8>>> = None;
        loop {
            match self.input.peek() {
                None | Some(b'\n' | b'#' | b'}') => return Ok(value),
                Some(b' ' | b'\t' | b'\r') => self.input.advance(),
                Some(byte) => {
                    // With room for all that can come, so that no copy is left behind in growing.
                    let room = self.input.source().bytes.len();
                    let value = match &mut value {
                        Some(value) => {
                            value.push(b' ');
                            value
                        }
                        None => value.insert(Zeroizing::new(Vec::with_capacity(
                            self.length_of_value().min(room),
                        ))),
                    };
                    if byte == b'"' {
                        self.input.advance();
                        self.quoted(value)?;
                    } else {
                        let word = self.input.while_of(is_word);
                        word.iter().try_for_each(|byte| self.not_zero(*byte))?;
                        value.extend_from_slice(word);
                        self.input.skip(word.len());
                    }
                }
            }
        }
    }

    pub(super) fn error(&self, reason: impl Into<String>) -> Error {
        Error::new(self.input.place(), reason)
    }

    /// An upper bound of the bytes of the value that begins here: up to the first line that ends
    /// outside of quotes.
    fn length_of_value(&self) -> usize {
        let source = self.input.source();
        let mut quoted = false;
        let mut escaped = false;
        let rest = source.bytes.get(source.at..).unwrap_or_default();
        for (at, byte) in rest.iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b'\n' if !quoted => return at + 1,
                _ => {}
            }
        }
        // Each word may be followed by a blank that was not there.
        rest.len() + 1
    }

    /// What is in quotes, behind the first of them.
    fn quoted(&mut self, text: &mut Vec<u8>) -> Result<(), Error> {
        let place = self.input.place();
        loop {
            let byte = self.input.peek();
            if byte.is_some() {
                self.input.advance();
            }
            match byte {
                Some(b'"') => return Ok(()),
                // One behind a backslash is none.
                Some(b'\r') => {}
                Some(b'\\') => {
                    let Some(byte) = self.input.peek() else {
                        continue;
                    };
                    self.input.advance();
                    match byte {
                        b'n' => text.push(b'\n'),
                        b'r' => text.push(b'\r'),
                        b't' => text.push(b'\t'),
                        b'\n' => {}
                        b'\r' if self.input.peek() == Some(b'\n') => self.input.advance(),
                        byte => {
                            self.not_zero(byte)?;
                            text.push(byte);
                        }
                    }
                }
                Some(byte) => {
                    self.not_zero(byte)?;
                    text.push(byte);
                }
                None => {
                    let reason = "the quote that begins here has no end, add a \"";
                    return Err(Error::new(place, reason));
                }
            }
        }
    }

    fn name(&mut self) -> Result<String, Error> {
        let name = self.input.while_of(is_name);
        let length = name.len();
        if name.contains(&0) {
            return Err(self.error("there is a byte zero in this file, remove it"));
        }
        let Ok(name) = std::str::from_utf8(name).map(str::to_owned) else {
            return Err(self.error("a name must be UTF-8"));
        };
        self.input.skip(length);
        Ok(name)
    }

    /// How long `include` and the blanks behind it are, if that is what stands here.
    fn include_length(&self) -> Option<usize> {
        let source = self.input.source();
        let rest = source.bytes[source.at..].strip_prefix(b"include")?;
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
        let blanks = blanks.count();
        // A name `include` is followed by at most one blank and `=`.
        match rest.get(blanks) {
            _ if blanks == 0 => None,
            Some(b'=') | None if blanks == 1 => None,
            // Then the last blank is what is included, which is nothing.
            Some(b'=') | None => Some("include".len() + blanks - 1),
            Some(_) => Some("include".len() + blanks),
        }
    }

    /// Reads the pattern behind `include`, and goes on in the files that it finds.
    fn include(&mut self) -> Result<(), Error> {
        let place = self.input.place();
        let mut pattern = Vec::new();
        loop {
            match self.input.peek() {
                None | Some(b'\n' | b'\t' | b' ' | b'#' | b'}') => break,
                Some(b'\r') => self.input.advance(),
                Some(b'"') => {
                    self.input.advance();
                    self.quoted(&mut pattern)?;
                    break;
                }
                Some(b'\\') if matches!(self.input.peek_at(1), Some(b'"' | b'#' | b'}' | b' ')) => {
                    self.input.advance();
                    pattern.extend(self.input.peek());
                    self.input.advance();
                }
                Some(byte) => {
                    self.not_zero(byte)?;
                    pattern.push(byte);
                    self.input.advance();
                }
            }
        }
        self.input.include(place, pattern)
    }

    /// Goes to the end of the line.
    fn skip_comment(&mut self) -> Result<(), Error> {
        while let Some(byte) = self.input.peek() {
            match (byte, self.input.peek_at(1)) {
                (b'\n', _) => break,
                // strongSwan takes it for the end of the comment, or not.
                (b'\r', Some(next)) if next != b'\n' => {
                    let reason = "there is a carriage return inside of a comment, end lines with a line feed";
                    return Err(self.error(reason));
                }
                _ => self.input.advance(),
            }
        }
        Ok(())
    }

    fn not_zero(&self, byte: u8) -> Result<(), Error> {
        if byte == 0 {
            return Err(self.error("there is a byte zero in this file, remove it"));
        }
        Ok(())
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Whether it may be in a value without quotes.
fn is_word(byte: u8) -> bool {
    !(is_blank(byte) || matches!(byte, b'#' | b'}' | b'"'))
}

fn is_name(byte: u8) -> bool {
    !matches!(
        byte,
        b'#' | b'{' | b'}' | b':' | b'.' | b',' | b'=' | b'"' | b'\r' | b'\n' | b'\t' | b' '
    )
}
