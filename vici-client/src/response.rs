//! Responses on their way in: failures told apart, the rest decoded.

use serde::de::DeserializeOwned;
use vici_serde::{Element, Elements, Message};

use crate::error::{Error, RawMessage, Result};

/// Decodes the response to a command, unless it says `success = no`.
pub(crate) fn decode_response<T: DeserializeOwned>(command: &str, response: &[u8]) -> Result<T> {
    if let Some(errmsg) = find_failure(response) {
        return Err(Error::CommandFailed {
            name: command.to_owned(),
            errmsg,
            response: decode::<Message>(command, response)?,
        });
    }
    decode(command, response)
}

/// Decodes any message; `name` is the command or event it belongs to.
pub(crate) fn decode<T: DeserializeOwned>(name: &str, message: &[u8]) -> Result<T> {
    vici_serde::from_slice(message).map_err(|error| undecodable(name, error, message))
}

/// The error of a message that does not fit its type.
pub(crate) fn undecodable(name: &str, error: vici_serde::Error, message: &[u8]) -> Error {
    Error::Decode {
        name: name.to_owned(),
        error,
        raw: RawMessage::new(message),
    }
}

/// The `errmsg`, if any, of a response with `success = no`. Only keys at the root count. Whatever
/// is malformed is left to the decoder, which says where.
fn find_failure(response: &[u8]) -> Option<Option<String>> {
    let mut depth = 0_usize;
    let mut success = None;
    let mut errmsg = None;
    for element in Elements::new(response) {
        match element.ok()? {
            Element::SectionStart { .. } => depth += 1,
            Element::SectionEnd => depth = depth.saturating_sub(1),
            Element::KeyValue { name, value } if depth == 0 => match name {
                b"success" => success = success.or(Some(value)),
                b"errmsg" => errmsg = errmsg.or(Some(value)),
                _ => {}
            },
            _ => {}
        }
    }
    if !success?.eq_ignore_ascii_case(b"no") {
        return None;
    }
    Some(errmsg.map(|text| String::from_utf8_lossy(text).into_owned()))
}
