use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Where something stands: a file, and a line of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    file: Arc<Path>,
    line: u32,
}

impl Place {
    /// A line of a file; the first is 1, and 0 is the file as a whole.
    pub fn new(file: impl Into<Arc<Path>>, line: u32) -> Self {
        Self {
            file: file.into(),
            line,
        }
    }

    /// The file as a whole.
    pub fn file_only(file: impl Into<Arc<Path>>) -> Self {
        Self::new(file, 0)
    }

    /// The file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The line, from 1 on; 0 if the file as a whole is meant.
    pub fn line(&self) -> u32 {
        self.line
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A name of a file may hold what a terminal would obey.
        write!(f, "{}", self.file.to_string_lossy().escape_debug())?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        Ok(())
    }
}

/// Why settings can't be read: where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    place: Place,
    reason: String,
}

impl Error {
    pub(crate) fn new(place: Place, reason: impl Into<String>) -> Self {
        Self {
            place,
            reason: reason.into(),
        }
    }

    /// Where it was found.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What is wrong, and what to do.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

impl std::error::Error for Error {}
