//! The files that are read: one after the other, and in each other.

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

/// A file that is being read.
pub(super) struct Source {
    file: Arc<Path>,
    pub(super) bytes: Zeroizing<Vec<u8>>,
    pub(super) at: usize,
    line: u32,
}

/// Files that were found by the same include and are still to be read, the next one last.
struct Waiting {
    place: Place,
    /// How many files are open around them.
    depth: usize,
    files: Vec<PathBuf>,
}

/// Files that include each other, read as if they were one.
pub(super) struct Sources<'a> {
    files: &'a dyn Files,
    /// The innermost is the last; the outermost is always there.
    stack: Vec<Source>,
    waiting: Vec<Waiting>,
    bytes_read: usize,
    files_read: usize,
    /// Includes that found nothing.
    pub(super) missing: Vec<(Place, String)>,
}

impl<'a> Sources<'a> {
    pub(super) fn new(path: &Path, files: &'a dyn Files) -> Result<Self, Error> {
        let mut sources = Self {
            files,
            stack: Vec::new(),
            waiting: Vec::new(),
            bytes_read: 0,
            files_read: 0,
            missing: Vec::new(),
        };
        sources.open(path.into(), None)?;
        Ok(sources)
    }

    /// Where the next byte is.
    pub(super) fn place(&self) -> Place {
        let source = self.source();
        Place::new(Arc::clone(&source.file), source.line)
    }

    /// Goes on in the files that a pattern finds.
    pub(super) fn include(&mut self, place: Place, pattern: Vec<u8>) -> Result<(), Error> {
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
        self.open_waiting()
    }

    /// Opens the next file that waits at this depth, if there is one.
    fn open_waiting(&mut self) -> Result<(), Error> {
        while let Some(waiting) = self.waiting.last_mut() {
            if waiting.depth < self.stack.len() {
                break;
            }
            let Some(path) = waiting.files.pop() else {
                self.waiting.pop();
                continue;
            };
            let place = waiting.place.clone();
            return self.open(path.into(), Some(place));
        }
        Ok(())
    }

    /// Leaves the file that is at its end; tells whether there is more to read.
    pub(super) fn close(&mut self) -> Result<bool, Error> {
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

    pub(super) fn source(&self) -> &Source {
        self.stack.last().expect("the outermost file is never left")
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<u8> {
        let source = self.source();
        source.bytes.get(source.at + ahead).copied()
    }

    pub(super) fn advance(&mut self) {
        self.skip(1);
    }

    /// What comes, as long as it is this.
    pub(super) fn while_of(&self, is_it: fn(u8) -> bool) -> &[u8] {
        let source = self.source();
        let rest = source.bytes.get(source.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| !is_it(*byte));
        &rest[..length.unwrap_or(rest.len())]
    }

    pub(super) fn skip_while(&mut self, is_it: fn(u8) -> bool) {
        self.skip(self.while_of(is_it).len());
    }

    pub(super) fn skip(&mut self, count: usize) {
        let source = self
            .stack
            .last_mut()
            .expect("the outermost file is never left");
        let skipped = source.bytes.iter().skip(source.at).take(count);
        let lines = skipped.map(|byte| u32::from(*byte == b'\n')).sum();
        source.line = source.line.saturating_add(lines);
        source.at += count;
    }
}

/// A path in a text: what a terminal would obey is escaped.
pub(crate) fn shown(path: &Path) -> String {
    path.to_string_lossy().escape_debug().to_string()
}
