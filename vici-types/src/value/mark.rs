use super::hex::Hex32;
use super::lax;
use super::setting::{OTHER_NUMBER, is_too_large};

setting! {
    /// A Netfilter mark to match, as its author writes it: `42`, `0x2a/0xff`, `%unique`,
    /// `%unique-dir`.
    ///
    /// ```
    /// # use vici_types::Mark;
    /// let mark = Mark::from("0x2a/0xff");
    /// assert_eq!((mark.value(), mark.mask()), (Some(0x2a), Some(0xff)));
    /// assert_eq!(Mark::masked(42, 0xff), "42/0xff");
    /// ```
    Mark from u32, at most 31, refuses is_too_large: OTHER_NUMBER
}

impl Mark {
    /// This mark, all of its bits.
    pub fn new(value: u32) -> Self {
        Self(value.to_string())
    }

    /// This mark, the bits in `mask` only.
    pub fn masked(value: u32, mask: u32) -> Self {
        Self(format!("{value}/{mask:#x}"))
    }

    /// A mark of its own for every CHILD_SA.
    pub fn unique() -> Self {
        Self("%unique".to_owned())
    }

    /// A mark of its own for every CHILD_SA and direction.
    pub fn unique_dir() -> Self {
        Self("%unique-dir".to_owned())
    }

    /// The mark, if it is a number.
    pub fn value(&self) -> Option<u32> {
        mark_value(&self.0)
    }

    /// The mask, all bits if none is given.
    pub fn mask(&self) -> Option<u32> {
        mark_mask(&self.0)
    }
}

setting! {
    /// A Netfilter mark to set, as its author writes it: `42`, `0x2a/0xff`, `%same`.
    ///
    /// ```
    /// # use vici_types::{ConnChild, SetMark};
    /// let child = ConnChild::new().set_mark_in(42).set_mark_out(SetMark::same());
    /// assert_eq!(SetMark::from("0x2a/0xff").mask(), Some(0xff));
    /// ```
    SetMark from u32, at most 31, refuses is_too_large: OTHER_NUMBER
}

impl SetMark {
    /// This mark, all of its bits.
    pub fn new(value: u32) -> Self {
        Self(value.to_string())
    }

    /// This mark, the bits in `mask` only.
    pub fn masked(value: u32, mask: u32) -> Self {
        Self(format!("{value}/{mask:#x}"))
    }

    /// The mark that the CHILD_SA matches.
    pub fn same() -> Self {
        Self("%same".to_owned())
    }

    /// The mark, if it is a number.
    pub fn value(&self) -> Option<u32> {
        mark_value(&self.0)
    }

    /// The mask, all bits if none is given.
    pub fn mask(&self) -> Option<u32> {
        mark_mask(&self.0)
    }
}

setting! {
    /// An XFRM interface ID, as its author writes it: `42`, `0x2a`, `%unique`, `%unique-dir`.
    ///
    /// ```
    /// # use vici_types::{Conn, IfId};
    /// let conn = Conn::new().if_id_in(42).if_id_out(IfId::unique());
    /// assert_eq!(IfId::from("0x2a").value(), Some(42));
    /// ```
    IfId from u32, at most 31, refuses is_too_large: OTHER_NUMBER
}

impl IfId {
    /// This ID.
    pub fn new(id: u32) -> Self {
        Self(id.to_string())
    }

    /// An ID of its own for every IKE_SA or CHILD_SA.
    pub fn unique() -> Self {
        Self("%unique".to_owned())
    }

    /// An ID of its own for every IKE_SA or CHILD_SA and direction.
    pub fn unique_dir() -> Self {
        Self("%unique-dir".to_owned())
    }

    /// The ID, if it is a number.
    pub fn value(&self) -> Option<u32> {
        u32::try_from(lax::parse(&self.0)?).ok()
    }
}

macro_rules! from_hex {
    ($($name:ident)*) => {$(
        /// As the daemon reports it.
        impl From<Hex32> for $name {
            fn from(number: Hex32) -> Self {
                Self::new(number.get())
            }
        }
    )*};
}

from_hex! { Mark SetMark IfId }

fn mark_value(text: &str) -> Option<u32> {
    let value = text.split_once('/').map_or(text, |(value, _)| value);
    u32::try_from(lax::parse(value)?).ok()
}

fn mark_mask(text: &str) -> Option<u32> {
    match text.split_once('/') {
        Some((_, mask)) => u32::try_from(lax::parse(mask)?).ok(),
        None => Some(u32::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_ids_parse() {
        assert_eq!(Mark::from("%unique").value(), None);
        assert_eq!(Mark::from("10").mask(), Some(u32::MAX));
        assert_eq!(SetMark::from("%same/0xff").mask(), Some(0xff));
        assert_eq!(IfId::from("0xff").value(), Some(255));
        assert_eq!(IfId::unique_dir().value(), None);
    }
}
