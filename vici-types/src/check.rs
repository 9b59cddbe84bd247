//! The checks of a request before it is sent: only what the daemon would misread or ignore without
//! a word is refused.

use vici_serde::Segment;

use crate::command::InvalidRequest;
use crate::named::Named;
use crate::value::{Blob, Secret, Text};

/// A part of a request that can tell whether the daemon would take it as it is meant.
pub(crate) trait Check {
    fn check(&self) -> Result<(), InvalidRequest> {
        Ok(())
    }
}

impl Check for bool {}
impl Check for u16 {}
impl Check for u32 {}
impl Check for u64 {}
impl Check for i32 {}
impl Check for Blob {}
impl Check for Secret {}

impl Check for Text {
    #[inline]
    fn check(&self) -> Result<(), InvalidRequest> {
        printable(self.as_bytes())
    }
}

impl<T: Check> Check for Option<T> {
    fn check(&self) -> Result<(), InvalidRequest> {
        self.as_ref().map_or(Ok(()), Check::check)
    }
}

impl<T: Check> Check for Vec<T> {
    fn check(&self) -> Result<(), InvalidRequest> {
        each(self, Check::check)
    }
}

impl<T: Check> Check for Named<T> {
    fn check(&self) -> Result<(), InvalidRequest> {
        for (name, section) in self {
            let checked = printable(name.as_bytes()).and_then(|()| section.check());
            checked.map_err(|error| error.within(name))?;
        }
        Ok(())
    }
}

/// The error for the request or its part as a whole.
pub(crate) fn refuse(reason: &str) -> InvalidRequest {
    InvalidRequest::new("", reason)
}

/// `key: reason` unless `allowed`.
pub(crate) fn ensure(allowed: bool, key: &str, reason: &str) -> Result<(), InvalidRequest> {
    if allowed {
        Ok(())
    } else {
        Err(InvalidRequest::new(key, reason))
    }
}

/// Printable ASCII, which is all that the daemon reads as text.
pub(crate) fn printable(text: &[u8]) -> Result<(), InvalidRequest> {
    ensure(
        vici_serde::is_printable(text),
        "",
        "must be printable ASCII, else the daemon ignores it",
    )
}

/// Printable ASCII, of at most `limit` characters.
pub(crate) fn limited(text: &[u8], limit: usize) -> Result<(), InvalidRequest> {
    printable(text)?;
    if text.len() <= limit {
        return Ok(());
    }
    Err(refuse(&format!(
        "must not be longer than {limit} characters, the daemon cuts off the rest"
    )))
}

/// The text of `key`, if it is set, has at most `limit` characters.
#[inline]
pub(crate) fn limit(key: &str, text: Option<&Text>, limit: usize) -> Result<(), InvalidRequest> {
    match text {
        // That it is printable is checked with the field.
        Some(text) if text.len() > limit => {
            limited(text.as_bytes(), limit).map_err(|error| error.within(key))
        }
        _ => Ok(()),
    }
}

/// The texts of the list `key`, if it is set, have at most `limit` characters each.
#[inline]
pub(crate) fn limit_each(
    key: &str,
    texts: Option<&Vec<Text>>,
    limit: usize,
) -> Result<(), InvalidRequest> {
    match texts {
        Some(texts) if texts.iter().any(|text| text.len() > limit) => {
            each(texts, |text| limited(text.as_bytes(), limit)).map_err(|error| error.within(key))
        }
        _ => Ok(()),
    }
}

/// The text of `key`, if it is set, selects something.
pub(crate) fn not_empty(key: &str, text: Option<&Text>) -> Result<(), InvalidRequest> {
    let empty = text.is_some_and(Text::is_empty);
    ensure(
        !empty,
        key,
        "must not be empty, leave it unset to select without it",
    )
}

/// The number of `key`, if it is set, selects something.
pub(crate) fn not_zero(key: &str, id: Option<u32>) -> Result<(), InvalidRequest> {
    let reason = "must not be 0, which the daemon takes for an absent key, leave it unset to select without it";
    ensure(id != Some(0), key, reason)
}

fn each<T>(
    items: &[T],
    check: impl Fn(&T) -> Result<(), InvalidRequest>,
) -> Result<(), InvalidRequest> {
    for (index, item) in items.iter().enumerate() {
        check(item).map_err(|error| error.within(Segment::Index(index)))?;
    }
    Ok(())
}
