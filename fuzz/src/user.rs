//! Structs as users write them: everything that serde derives and the codec maps.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use arbitrary::{Arbitrary, Result, Unstructured};
use serde_bytes::ByteBuf;
use serde_derive::{Deserialize, Serialize};

/// Everything that is one value, in a struct.
#[derive(Arbitrary, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Leaf {
    wide: i128,
    wider: u128,
    short_signed: i8,
    port: Option<u16>,
    double: f64,
    single: Option<f32>,
    letter: char,
    flag: bool,
    maybe: Option<bool>,
    text: Option<String>,
    blob: Option<Blob>,
    address: Option<IpAddr>,
    choice: Option<Choice>,
    newtype: Newtype,
    #[serde(skip)]
    skipped: (),
    #[serde(default)]
    defaulted: u32,
}

/// Bytes that need not be text.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Blob(ByteBuf);

impl<'a> Arbitrary<'a> for Blob {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self(ByteBuf::from(Vec::arbitrary(u)?)))
    }
}

#[derive(Arbitrary, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Newtype(u64);

#[derive(Arbitrary, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Choice {
    Yes,
    No,
    #[serde(rename = "")]
    Empty,
}

/// All kinds of variants.
#[derive(Arbitrary, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Variant {
    Unit,
    Newtype(i64),
    Tuple(u8, String),
    List(Vec<String>),
    Struct { x: f64, y: Option<String> },
    Nested(Box<Self>),
    Map(BTreeMap<u16, Self>),
}

/// Lists, lists of structs, maps of maps, and itself.
#[derive(Arbitrary, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Tree {
    name: Option<String>,
    leaf: Option<Box<Leaf>>,
    leaves: Vec<Leaf>,
    texts: Option<Vec<String>>,
    blobs: Vec<Blob>,
    numbers: BTreeSet<i16>,
    pair: Option<(i8, String)>,
    triple: Option<[u8; 3]>,
    structs: Option<(Blobs, Blobs)>,
    variant: Option<Variant>,
    maps: BTreeMap<String, BTreeMap<u32, String>>,
    trees: Vec<Self>,
    children: BTreeMap<String, Self>,
}

#[derive(Arbitrary, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Blobs {
    blobs: Vec<Blob>,
}

/// Everything that may be the key of a map.
#[derive(Arbitrary, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Maps {
    texts: BTreeMap<String, Choice>,
    numbers: BTreeMap<i128, u8>,
    bools: BTreeMap<bool, Vec<bool>>,
    letters: BTreeMap<char, char>,
    addresses: BTreeMap<IpAddr, IpAddr>,
    choices: BTreeMap<Choice, BTreeMap<Choice, Blob>>,
}

/// What serde reads through a buffer of its own.
#[derive(Arbitrary, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Flat {
    name: String,
    #[serde(flatten)]
    numbers: Numbers,
    untagged: Option<Untagged>,
    tagged: Option<Tagged>,
    adjacent: Option<Adjacent>,
}

#[derive(Arbitrary, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Numbers {
    #[serde(with = "vici_serde::text")]
    bytes_in: u64,
    #[serde(
        default,
        with = "vici_serde::text",
        skip_serializing_if = "Option::is_none"
    )]
    encap: Option<bool>,
}

#[derive(Arbitrary, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Untagged {
    Text(String),
    List(Vec<String>),
    Section(BTreeMap<String, Self>),
}

#[derive(Arbitrary, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub(crate) enum Tagged {
    Psk { secret: Option<String> },
    Pubkey { certs: Vec<String> },
}

#[derive(Arbitrary, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value")]
pub(crate) enum Adjacent {
    Unit,
    Text(String),
    Map(BTreeMap<String, String>),
}

/// What cannot always be sent.
#[derive(Arbitrary, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Odd {
    holes: Vec<Option<u8>>,
    hole: Option<Option<u8>>,
    values: BTreeMap<u8, Option<String>>,
    lists: Vec<Vec<u8>>,
    mixed: Vec<Variant>,
    nothing: Option<()>,
}

impl Odd {
    /// Whether the documentation of the codec says that it cannot be sent.
    pub(crate) fn is_refused(&self) -> bool {
        let units = self
            .mixed
            .iter()
            .filter(|v| matches!(v, Variant::Unit))
            .count();
        self.holes.contains(&None)
            || self.hole == Some(None)
            || self.values.values().any(Option::is_none)
            || !self.lists.is_empty()
            || (units > 0 && units < self.mixed.len())
            || self.nothing.is_some()
    }
}

/// What is borrowed from the message.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Borrowed<'a> {
    #[serde(default)]
    pub(crate) text: &'a str,
    #[serde(default, with = "serde_bytes")]
    pub(crate) bytes: &'a [u8],
    #[serde(default, borrow)]
    pub(crate) cow: Cow<'a, str>,
    #[serde(default, borrow)]
    pub(crate) map: BTreeMap<&'a str, Vec<&'a str>>,
}

/// The same, owned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Owned {
    #[serde(default)]
    pub(crate) text: String,
    #[serde(default, with = "serde_bytes")]
    pub(crate) bytes: Vec<u8>,
    #[serde(default)]
    pub(crate) cow: String,
    #[serde(default)]
    pub(crate) map: BTreeMap<String, Vec<String>>,
}
