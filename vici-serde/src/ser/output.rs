//! The message that is written, and how deep the position in it is.

use crate::error::{ErrorKind, Result};
use crate::limits::{MAX_DEPTH, MAX_MESSAGE_LEN};
use crate::writer::Writer;

/// Appends a message to a buffer; `&mut` of it is serde's serializer of the root section.
///
/// It is for buffers that are used again, or that hold something before the message. After an error
/// the buffer holds a part of the message, which the caller has to truncate.
///
/// ```
/// # use std::collections::BTreeMap;
/// use serde::Serialize;
/// use vici_serde::Serializer;
///
/// let mut buffer = b"before".to_vec();
/// BTreeMap::from([("name", "home")]).serialize(&mut Serializer::new(&mut buffer))?;
/// assert_eq!(buffer, b"before\x03\x04name\x00\x04home");
/// # Ok::<(), vici_serde::Error>(())
/// ```
#[derive(Debug)]
pub struct Serializer<'a> {
    pub(super) writer: Writer<'a>,
    /// How many sections are open.
    depth: usize,
}

impl<'a> Serializer<'a> {
    /// Appends to `buffer` a message of at most [`MAX_MESSAGE_LEN`] bytes.
    pub fn new(buffer: &'a mut Vec<u8>) -> Self {
        Self::with_limit(buffer, MAX_MESSAGE_LEN)
    }

    /// Appends to `buffer` a message of at most `limit` bytes.
    pub fn with_limit(buffer: &'a mut Vec<u8>, limit: usize) -> Self {
        Self {
            writer: Writer::new(buffer, limit),
            depth: 0,
        }
    }

    #[inline]
    pub(super) fn begin_section(&mut self, name: &[u8]) -> Result<()> {
        if self.depth == MAX_DEPTH {
            return Err(ErrorKind::TooDeep.into());
        }
        self.writer.section_start(name)?;
        self.depth += 1;
        Ok(())
    }

    #[inline]
    pub(super) fn end_sections(&mut self, count: usize) -> Result<()> {
        for _ in 0..count {
            self.writer.section_end()?;
        }
        self.depth -= count;
        Ok(())
    }
}
