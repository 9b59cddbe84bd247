//! Reading `swanctl.conf`, and the folders beside it, as `swanctl --load-all` does.

mod folder;
mod reading;
mod secret;

use std::path::{Path, PathBuf};

use vici_types::{Pool, Secret, Text};

use self::reading::{Passphrase, Reading, split};
use crate::config::Config;
use crate::problem::{Error, Problem, did_you_mean, join, nearest};
use crate::settings::{Disk, Files, Section, Tree};
use crate::table::{ATTRIBUTES, AUTHORITY, CONN};

/// How a configuration is read: from which files, and with which passphrases.
///
/// ```
/// use vici_control::settings::Folder;
/// use vici_control::swanctl::Reader;
///
/// let files = Folder::from([(
///     "/etc/swanctl/swanctl.conf",
///     "secrets { ike-home { secret = 0x616263 } }",
/// )]);
/// let config = Reader::new().files(&files).read("/etc/swanctl/swanctl.conf")?;
/// assert_eq!(config.secrets[0].data.expose(), b"abc");
/// # Ok::<(), vici_control::Error>(())
/// ```
#[must_use]
pub struct Reader<'a> {
    files: &'a dyn Files,
    folder: Option<PathBuf>,
    passphrase: Box<Passphrase<'a>>,
}

impl<'a> Reader<'a> {
    /// From the disk, with the passphrases that stand in the file itself.
    pub fn new() -> Self {
        Self {
            files: &Disk,
            folder: None,
            passphrase: Box::new(|_| None),
        }
    }

    /// Reads other files than those of the disk.
    pub fn files(mut self, files: &'a dyn Files) -> Self {
        self.files = files;
        self
    }

    /// The folder that has the folders `x509`, `private` and so on. Default: the one that the file is
    /// in, which for `swanctl` is `SWANCTL_DIR` or `/etc/swanctl`, wherever the file is.
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Who is asked for the passphrase of an encrypted file that has none in the section `secrets`.
    /// It is asked once a file; none is an error that tells what to do.
    pub fn passphrase(mut self, ask: impl FnMut(&Path) -> Option<Secret> + 'a) -> Self {
        self.passphrase = Box::new(ask);
        self
    }

    /// Reads a file, what it includes, and the folders.
    ///
    /// # Errors
    ///
    /// [`Error`] has all mistakes that keep it from being loaded, each with its place: what is not the
    /// syntax of settings, unknown keys, wrong numbers, files that can't be read or decrypted. What can be
    /// loaded but makes no sense is found by [`Config::check`].
    pub fn read(mut self, path: impl AsRef<Path>) -> Result<Config, Error> {
        let path = path.as_ref();
        let tree = match Tree::read(path, self.files) {
            Ok(tree) => tree,
            Err(error) => return Err(one(error.into())),
        };
        let folder = self
            .folder
            .take()
            .unwrap_or_else(|| path.parent().unwrap_or(Path::new("")).to_owned());
        let mut reading = Reading::new(self.files, folder, &mut *self.passphrase);
        reading.all(&tree);
        Error::unless_none(reading.problems)?;
        Ok(reading.config)
    }
}

impl Default for Reader<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl Config {
    /// Reads a `swanctl.conf`, what it includes, and the folders beside it: all that
    /// `swanctl --load-all` loads. A [`Reader`] reads other files, and encrypted keys.
    ///
    /// # Errors
    ///
    /// Those of [`Reader::read`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        Reader::new().read(path)
    }
}

fn one(problem: Problem) -> Error {
    Error::unless_none(vec![problem]).expect_err("there is one")
}

/// The sections that are looked at; others hold what these refer to.
const SECTIONS: &[&str] = &["connections", "secrets", "pools", "authorities"];

impl Reading<'_> {
    fn all(&mut self, tree: &Tree) {
        for (place, pattern) in tree.missing_includes() {
            let pattern = pattern.escape_debug();
            self.ignored(place, "", format!("include {pattern} finds no file"));
        }
        for (place, name) in tree.missing_references() {
            let name = name.escape_debug();
            self.ignored(place, "", format!("there is no section {name} to refer to"));
        }
        let root = tree.root();
        for value in root.values() {
            self.ignored(value.place, value.name, "it is in no section");
        }
        for (name, section) in self.sections(&root) {
            if let Some(known) = nearest(name, SECTIONS.iter().copied()) {
                if known != name {
                    let reason = format!("it is not looked at, did you mean {known}?");
                    self.ignored(section.place(), name, reason);
                }
            }
        }
        let mut section = |name: &str| {
            root.section(name).unwrap_or_else(|error| {
                self.problems.push(error.into());
                None
            })
        };
        let [connections, secrets, pools, authorities] =
            ["connections", "secrets", "pools", "authorities"].map(&mut section);
        let mut passphrases = Vec::new();
        if let Some(secrets) = &secrets {
            passphrases = self.file_secrets(secrets);
        }
        self.folders(&mut passphrases);
        self.unused_file_secrets(&passphrases);
        if let Some(secrets) = &secrets {
            self.tokens(secrets);
            self.shared(secrets);
        }
        for (name, section) in self.sections_of(authorities, "authorities") {
            let path = format!("authorities.{name}");
            if let Some(authority) = self.request(&section, &AUTHORITY, &path) {
                self.config.authorities.push(name, authority);
            }
        }
        for (name, section) in self.sections_of(pools, "pools") {
            if let Some(pool) = self.pool(&section, &format!("pools.{name}")) {
                self.config.pools.push(name, pool);
            }
        }
        for (name, section) in self.sections_of(connections, "connections") {
            if let Some(conn) = self.request(&section, &CONN, &format!("connections.{name}")) {
                self.config.connections.push(name, conn);
            }
        }
    }

    /// What is in one of the sections that hold sections only.
    fn sections_of<'s>(
        &mut self,
        section: Option<Section<'s>>,
        path: &str,
    ) -> Vec<(&'s str, Section<'s>)> {
        let Some(section) = section else {
            return Vec::new();
        };
        for value in section.values() {
            let key = join(path, value.name);
            let reason = "only sections can be here, each with a name of your own";
            self.ignored(value.place, &key, reason);
        }
        self.sections(&section)
    }

    /// A pool: its addresses, and attributes of any name, each of which is a list.
    fn pool(&mut self, section: &Section<'_>, path: &str) -> Option<Pool> {
        let before = self.problems.len();
        self.place(path, section.place());
        let mut pool = Pool::new("");
        for value in section.values() {
            let key = join(path, value.name);
            self.place(&key, value.place);
            if value.name == "addrs" {
                pool.addrs = value.bytes.into();
            } else if ATTRIBUTES.contains(&value.name) || is_number(value.name) {
                let items = split(value.bytes).map(Text::from).collect();
                pool.attributes.push(value.name, items);
            } else {
                let known = ATTRIBUTES.iter().copied().chain(["addrs"]);
                let hint = did_you_mean(value.name, known);
                let reason = format!("unknown attribute{hint}");
                self.problem(value.place, &key, reason);
            }
        }
        for (name, inner) in self.sections(section) {
            self.ignored(inner.place(), &join(path, name), "no section can be here");
        }
        if pool.addrs.is_empty() {
            self.problem(section.place(), path, "needs addresses, add the key addrs");
        }
        (self.problems.len() == before).then_some(pool)
    }
}

/// The number of an attribute.
fn is_number(name: &str) -> bool {
    name.parse::<u16>().is_ok()
}
