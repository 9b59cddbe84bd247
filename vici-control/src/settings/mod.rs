//! strongSwan's settings syntax, in which `swanctl.conf` is written, read as strongSwan reads it.
//!
//! Nothing in here knows what the settings are for. Files come from [`Files`]: the disk, or a
//! [`Folder`] in memory.
//!
//! ```
//! use vici_control::settings::{Folder, Tree};
//!
//! let folder = Folder::from([(
//!     "/etc/my.conf",
//!     "base { colour = blue }\nhouse : base {\n  doors = 2  # front and back\n}\n",
//! )]);
//! let tree = Tree::read("/etc/my.conf", &folder)?;
//! let house = tree.root().section("house")?.expect("it is there");
//! assert_eq!(house.value("doors"), Some(&b"2"[..]));
//! assert_eq!(house.value("colour"), Some(&b"blue"[..]));
//! # Ok::<(), vici_control::settings::Error>(())
//! ```
//!
//! # Syntax
//!
//! - `name = value`, one a line. The words of a value are joined with one blank, unless they stand in
//!   double quotes, in which `\n`, `\r`, `\t`, `\"`, `\\` and a `\` at the end of a line are escapes.
//!   `name =` with nothing unsets the name, also where a reference would give it a value.
//! - `name { .. }` is a section. A section of the same name is merged into it; a later value replaces
//!   an earlier one.
//! - `name : other, over.there { .. }` takes what `other`, and then `over.there`, have, as far as it is
//!   not set here. The names are those of sections from the root on, wherever in the files they are.
//! - `include pattern` reads files, relative to the file that it stands in, in the order of their names.
//!   The patterns are those of a shell. It ends with the line, `#` or `}`, unless it stands in quotes.
//! - `#` begins a comment.
//!
//! # What is refused, though strongSwan takes it
//!
//! - A byte zero, which cuts off what follows, and a carriage return in the middle of a comment.
//! - Names and patterns that are not UTF-8.
//! - A file that includes itself, and files included deeper than [`MAX_INCLUDES`]: strongSwan reads on until
//!   it can open no more of them, and then leaves out the rest.
//! - `include` without a pattern, of a folder, with a `\` or `[` in brackets, and with a `\` at the end.
//! - A reference with `%`, which strongSwan takes for a format of `printf`.
//! - A reference that leads through the section that it stands in, such as `a : a.b { .. }`, when one asks
//!   for that section: strongSwan crashes.
//! - What is larger than the limits of this module.

mod error;
mod files;
mod include;
mod lexer;
mod parser;
mod sources;
mod tree;

use std::path::Path;

use self::parser::parse;

pub use self::error::{Error, Place};
pub use self::files::{Disk, Files, Folder};
pub use self::include::MAX_INCLUDES;
pub use self::parser::MAX_DEPTH;
pub(crate) use self::sources::shown;
pub use self::sources::{MAX_BYTES, MAX_FILES};
pub use self::tree::{MAX_REFERENCES, Section, Tree, Value};

impl Tree {
    /// Reads a file, and what it includes.
    ///
    /// # Errors
    ///
    /// [`Error`] tells the file and the line of what can't be read, and what to do.
    pub fn read(path: impl AsRef<Path>, files: &dyn Files) -> Result<Self, Error> {
        parse(path.as_ref(), files)
    }
}
