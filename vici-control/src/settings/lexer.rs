use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::error::{Error, Place};
use super::files::Files;
use super::include::{MAX_INCLUDES, expand};

/// How many bytes all files together may have: 64 MiB.
pub const MAX_BYTES: usize = 64 << 20;

/// How many files may be read, each as often as it is included.
pub const MAX_FILES: usize = 20_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Name(String),
    /// One of `{`, `}`, `=`, `:`, `,` and `.`.
    Sign(char),
    End,
}

/// A file that is being read.
struct Source {
    file: Arc<Path>,
    bytes: Zeroizing<Vec<u8>>,
    at: usize,
    line: u32,
}

/// Files that were found by the same include and are still to be read, the next one last.
struct Waiting {
    place: Place,
    /// How many files are open around them.
    depth: usize,
    files: Vec<PathBuf>,
}

/// Reads tokens, across the files that are included.
pub(super) struct Lexer<'a> {
    files: &'a dyn Files,
    /// The innermost is the last; the outermost is always there.
    stack: Vec<Source>,
    waiting: Vec<Waiting>,
    bytes_read: usize,
    files_read: usize,
    /// Includes that found nothing.
    pub(super) missing: Vec<(Place, String)>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(path: &Path, files: &'a dyn Files) -> Result<Self, Error> {
        let mut lexer = Self {
            files,
            stack: Vec::new(),
            waiting: Vec::new(),
            bytes_read: 0,
            files_read: 0,
            missing: Vec::new(),
        };
        lexer.open(path.into(), None)?;
        Ok(lexer)
    }

    /// Where the next byte is.
    pub(super) fn place(&self) -> Place {
        let source = self.source();
        Place::new(Arc::clone(&source.file), source.line)
    }

    /// The next token where names, sections and settings stand.
    pub(super) fn next(&mut self) -> Result<Token, Error> {
        loop {
            let Some(byte) = self.peek() else {
                if self.close()? {
                    continue;
                }
                return Ok(Token::End);
            };
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.advance(),
                b'#' => self.skip_comment()?,
                b'{' | b'}' | b'=' | b':' | b',' | b'.' => {
                    self.advance();
                    return Ok(Token::Sign(byte.into()));
                }
                b'"' => {
                    let reason = "a name must not be in quotes, only a value may";
                    return Err(self.error(reason));
                }
                _ => {
                    if let Some(length) = self.include_length() {
                        self.skip(length);
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
            match self.peek() {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.advance(),
                Some(b'#') => self.skip_comment()?,
                Some(byte) if is_name(byte) => break,
                _ => return self.next(),
            }
        }
        let mut name = self.name()?;
        while self.peek() == Some(b'.') && self.peek_at(1).is_some_and(is_name) {
            self.advance();
            name.push('.');
            name.push_str(&self.name()?);
        }
        Ok(Token::Name(name))
    }

    /// The value behind a `=`; none if there is nothing.
    pub(super) fn value(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let mut value: Option<Zeroizing<Vec<u8>>> = None;
        loop {
            match self.peek() {
                None | Some(b'\n' | b'#' | b'}') => return Ok(value),
                Some(b' ' | b'\t' | b'\r') => self.advance(),
                Some(byte) => {
                    // With room for all that can come, so that no copy is left behind in growing.
                    let room = self.source().bytes.len();
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
                        self.advance();
                        self.quoted(value)?;
                    } else {
                        while let Some(byte) = self.peek() {
                            if matches!(byte, b'#' | b'}' | b'"' | b'\n' | b'\t' | b'\r' | b' ') {
                                break;
                            }
                            self.not_zero(byte)?;
                            value.push(byte);
                            self.advance();
                        }
                    }
                }
            }
        }
    }

    pub(super) fn error(&self, reason: impl Into<String>) -> Error {
        Error::new(self.place(), reason)
    }

    /// An upper bound of the bytes of the value that begins here: up to the first line that ends
    /// outside of quotes.
    fn length_of_value(&self) -> usize {
        let source = self.source();
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
        let place = self.place();
        loop {
            let byte = self.peek();
            if byte.is_some() {
                self.advance();
            }
            match byte {
                Some(b'"') => return Ok(()),
                // One behind a backslash is none.
                Some(b'\r') => {}
                Some(b'\\') => {
                    let Some(byte) = self.peek() else {
                        continue;
                    };
                    self.advance();
                    match byte {
                        b'n' => text.push(b'\n'),
                        b'r' => text.push(b'\r'),
                        b't' => text.push(b'\t'),
                        b'\n' => {}
                        b'\r' if self.peek() == Some(b'\n') => self.advance(),
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
        let source = self.source();
        let rest = &source.bytes[source.at..];
        let length = rest.iter().take_while(|byte| is_name(**byte)).count();
        let name = &rest[..length];
        if name.contains(&0) {
            return Err(self.error("there is a byte zero in this file, remove it"));
        }
        let Ok(name) = std::str::from_utf8(name).map(str::to_owned) else {
            return Err(self.error("a name must be UTF-8"));
        };
        self.skip(length);
        Ok(name)
    }

    /// How long `include` and the blanks behind it are, if that is what stands here.
    fn include_length(&self) -> Option<usize> {
        let source = self.source();
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
        let place = self.place();
        let mut pattern = Vec::new();
        loop {
            match self.peek() {
                None | Some(b'\n' | b'\t' | b' ' | b'#' | b'}') => break,
                Some(b'\r') => self.advance(),
                Some(b'"') => {
                    self.advance();
                    self.quoted(&mut pattern)?;
                    break;
                }
                Some(b'\\') if matches!(self.peek_at(1), Some(b'"' | b'#' | b'}' | b' ')) => {
                    self.advance();
                    pattern.extend(self.peek());
                    self.advance();
                }
                Some(byte) => {
                    self.not_zero(byte)?;
                    pattern.push(byte);
                    self.advance();
                }
            }
        }
        let failed = |reason: String| Error::new(place.clone(), reason);
        let pattern = String::from_utf8(pattern)
            .map_err(|_| failed("the pattern of include must be UTF-8".to_owned()))?;
        let found = expand(&pattern, place.file(), self.files, MAX_FILES).map_err(failed)?;
        if found.is_empty() {
            self.missing.push((place, pattern));
            return Ok(());
        }
        if self.stack.len() > MAX_INCLUDES {
            return Err(failed(format!(
                "files include each other deeper than {MAX_INCLUDES}, include them from fewer"
            )));
        }
        self.waiting.push(Waiting {
            place,
            depth: self.stack.len(),
            files: found.into_iter().rev().collect(),
        });
        self.open_waiting()?;
        Ok(())
    }

    /// Opens the next file that waits at this depth; tells whether there was one.
    fn open_waiting(&mut self) -> Result<bool, Error> {
        while let Some(waiting) = self.waiting.last_mut() {
            if waiting.depth < self.stack.len() {
                return Ok(false);
            }
            let Some(path) = waiting.files.pop() else {
                self.waiting.pop();
                continue;
            };
            let place = waiting.place.clone();
            self.open(path.into(), Some(place))?;
            return Ok(true);
        }
        Ok(false)
    }

    /// Leaves the file that is at its end; tells whether there is more to read.
    fn close(&mut self) -> Result<bool, Error> {
        if self.stack.len() == 1 {
            return Ok(false);
        }
        self.stack.pop();
        self.open_waiting()?;
        Ok(true)
    }

    fn open(&mut self, file: Arc<Path>, from: Option<Place>) -> Result<(), Error> {
        let place = from.unwrap_or_else(|| Place::file_only(Arc::clone(&file)));
        let failed = |reason: String| Err(Error::new(place.clone(), reason));
        if self.stack.iter().any(|source| source.file == file) {
            return failed(format!("{} includes itself", shown(&file)));
        }
        self.files_read += 1;
        if self.files_read > MAX_FILES {
            return failed(format!("more than {MAX_FILES} files are included"));
        }
        let bytes = match self.files.read(&file, MAX_BYTES - self.bytes_read) {
            Ok(bytes) => bytes,
            Err(error) if place.line() == 0 => return failed(format!("can't be read: {error}")),
            Err(error) => return failed(format!("can't read {}: {error}", shown(&file))),
        };
        self.bytes_read += bytes.len();
        self.stack.push(Source {
            file,
            bytes,
            at: 0,
            line: 1,
        });
        Ok(())
    }

    fn source(&self) -> &Source {
        self.stack.last().expect("the outermost file is never left")
    }

    fn peek(&self) -> Option<u8> {
        self.peek_at(0)
    }

    fn peek_at(&self, ahead: usize) -> Option<u8> {
        let source = self.source();
        source.bytes.get(source.at + ahead).copied()
    }

    fn advance(&mut self) {
        let source = self
            .stack
            .last_mut()
            .expect("the outermost file is never left");
        if source.bytes.get(source.at) == Some(&b'\n') {
            source.line = source.line.saturating_add(1);
        }
        source.at += 1;
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.advance();
        }
    }

    /// Goes to the end of the line.
    fn skip_comment(&mut self) -> Result<(), Error> {
        while let Some(byte) = self.peek() {
            match (byte, self.peek_at(1)) {
                (b'\n', _) => break,
                // strongSwan takes it for the end of the comment, or not.
                (b'\r', Some(next)) if next != b'\n' => {
                    let reason = "there is a carriage return inside of a comment, end lines with a line feed";
                    return Err(self.error(reason));
                }
                _ => self.advance(),
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

fn is_name(byte: u8) -> bool {
    !matches!(
        byte,
        b'#' | b'{' | b'}' | b':' | b'.' | b',' | b'=' | b'"' | b'\r' | b'\n' | b'\t' | b' '
    )
}

/// A path in a text: what a terminal would obey is escaped.
pub(crate) fn shown(path: &Path) -> String {
    path.to_string_lossy().escape_debug().to_string()
}
