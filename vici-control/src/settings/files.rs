use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// Where files come from: the [`Disk`], a [`Folder`] in memory, or what you make of it.
pub trait Files {
    /// The bytes of a file, which may hold secrets.
    ///
    /// # Errors
    ///
    /// There is no such file, it can't be read, it is not a regular file, or it is larger than `limit`.
    fn read(&self, path: &Path, limit: usize) -> io::Result<Zeroizing<Vec<u8>>>;

    /// The names of what is in a folder, in any order.
    ///
    /// # Errors
    ///
    /// There is no such folder, or it can't be read.
    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>>;

    /// Whether something is there, and if so whether it is a regular file.
    fn is_file(&self, path: &Path) -> Option<bool>;
}

/// The files of the machine.
#[derive(Clone, Copy, Debug, Default)]
#[allow(
    clippy::exhaustive_structs,
    reason = "there is nothing to say about it"
)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path, limit: usize) -> io::Result<Zeroizing<Vec<u8>>> {
        // A pipe or a device would never end, and opening a pipe not even return.
        let length = match fs::metadata(path)? {
            metadata if metadata.is_file() => metadata.len(),
            metadata if metadata.is_dir() => return Err(refused("it is a folder")),
            _ => return Err(refused("it is not a regular file")),
        };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > limit {
            return Err(too_large(limit));
        }
        // With room for all, so that no copy is left behind in growing.
        let mut bytes = Zeroizing::new(Vec::with_capacity(length + 1));
        let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
        if bytes.len() > limit {
            return Err(too_large(limit));
        }
        Ok(bytes)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        fs::read_dir(folder)?
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect()
    }

    fn is_file(&self, path: &Path) -> Option<bool> {
        fs::metadata(path).ok().map(|metadata| metadata.is_file())
    }
}

/// Files in memory, by their paths: for tests, and for settings that do not come from a disk.
///
/// `Debug` shows the paths only.
#[derive(Clone, Default)]
pub struct Folder(BTreeMap<PathBuf, Zeroizing<Vec<u8>>>);

impl Folder {
    /// No file.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file, or replaces it.
    pub fn insert(&mut self, path: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>) {
        self.0.insert(path.into(), Zeroizing::new(bytes.into()));
    }
}

impl<P: Into<PathBuf>, B: Into<Vec<u8>>> FromIterator<(P, B)> for Folder {
    fn from_iter<I: IntoIterator<Item = (P, B)>>(files: I) -> Self {
        let mut folder = Self::new();
        for (path, bytes) in files {
            folder.insert(path, bytes);
        }
        folder
    }
}

impl<P: Into<PathBuf>, B: Into<Vec<u8>>, const COUNT: usize> From<[(P, B); COUNT]> for Folder {
    fn from(files: [(P, B); COUNT]) -> Self {
        files.into_iter().collect()
    }
}

impl std::fmt::Debug for Folder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Files for Folder {
    fn read(&self, path: &Path, limit: usize) -> io::Result<Zeroizing<Vec<u8>>> {
        match self.0.get(path) {
            Some(bytes) if bytes.len() <= limit => Ok(bytes.clone()),
            Some(_) => Err(too_large(limit)),
            None if self.is_file(path).is_some() => Err(refused("it is a folder")),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        let inside = |path: &Path| {
            let rest = path.strip_prefix(folder).ok()?;
            Some(rest.components().next()?.as_os_str().to_owned())
        };
        let mut names: Vec<OsString> = self.0.keys().filter_map(|path| inside(path)).collect();
        names.dedup();
        if names.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(names)
    }

    fn is_file(&self, path: &Path) -> Option<bool> {
        if self.0.contains_key(path) {
            return Some(true);
        }
        let mut paths = self.0.keys();
        paths.any(|file| file.starts_with(path)).then_some(false)
    }
}

fn refused(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}

fn too_large(limit: usize) -> io::Error {
    refused(&format!("it has more than {limit} bytes"))
}
