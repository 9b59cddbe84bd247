//! The kinds of fields of `record!` and `request!`: each says how a field is read, written, checked
//! and shown.

#[macro_use]
mod key;
mod sections;

pub(crate) use self::key::{Bool, Flag, Kind, List, Names, Need, Num, Opt, write_raw};
pub(crate) use self::sections::{Attributes, Parts, Prefix, Section};
