//! Frames: a 32-bit length in network order, then that many bytes.

use core::fmt;
use core::ops::Range;

use byteorder::{ByteOrder, NetworkEndian};

use super::error::ProtocolError;
use super::reply::Place;

/// The longest frame that the daemon takes or sends, without the four bytes of its length.
pub const MAX_FRAME_LEN: usize = 512 * 1024;

/// Cuts a byte stream into frames.
///
/// Fill a part of [`buffer`](Self::buffer), tell how much with [`advance`](Self::advance), take the
/// frames with [`next_frame`](Self::next_frame). What has come of an unfinished frame stays here, so
/// that reading can stop and go on anywhere. One buffer is reused for all frames; it begins small,
/// grows to 32 KiB where more comes than it holds, and to the longest frame seen; a length over
/// [`MAX_FRAME_LEN`] is refused before it does.
#[derive(Default)]
pub struct FrameReader {
    bytes: Vec<u8>,
    /// Where the next frame begins.
    start: usize,
    /// Where the bytes that have been read end.
    end: usize,
    /// How many bytes were read and left before the first of `bytes`.
    base: u64,
}

impl FrameReader {
    /// A reader without a buffer; the first call of [`buffer`](Self::buffer) allocates it.
    pub const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            start: 0,
            end: 0,
            base: 0,
        }
    }

    /// Where to read to.
    ///
    /// It is never empty after [`next_frame`](Self::next_frame) has returned `None`.
    pub fn buffer(&mut self) -> &mut [u8] {
        // What fills the buffer is as likely part of more that is there.
        let grown = if self.end == self.bytes.len() {
            (2 * self.bytes.len()).clamp(FIRST_BUFFER_LEN, MANY_FRAMES_LEN)
        } else {
            0
        };
        if self.start == self.end {
            self.base += to_u64(self.start);
            self.start = 0;
            self.end = 0;
        }
        // An illegal length does not count: `next_frame` refuses it.
        let wanted = match self.frame_len() {
            Some(len) if len <= MAX_FRAME_LEN => HEADER_LEN + len,
            _ => HEADER_LEN,
        };
        let len = wanted.max(grown);
        if self.bytes.len() < self.start + len || self.end == self.bytes.len() {
            self.bytes.copy_within(self.start..self.end, 0);
            self.base += to_u64(self.start);
            self.end -= self.start;
            self.start = 0;
            if self.bytes.len() < len {
                self.bytes.reserve_exact(len - self.bytes.len());
                self.bytes.resize(len, 0);
            }
        }
        self.bytes.get_mut(self.end..).unwrap_or_default()
    }

    /// Takes over `count` bytes that have been read to the front of [`buffer`](Self::buffer).
    ///
    /// More than the buffer had room for counts as all of it.
    pub fn advance(&mut self, count: usize) {
        self.end = self.end.saturating_add(count).min(self.bytes.len());
    }

    /// The payload of the next complete frame, which may be empty, or `None` until more is read.
    ///
    /// # Errors
    ///
    /// [`ProtocolError::FrameTooLong`], again and again: there is no way to go on.
    pub fn next_frame(&mut self) -> Result<Option<&[u8]>, ProtocolError> {
        match self.next_range()? {
            Some(range) => Ok(Some(self.bytes(range))),
            None => Ok(None),
        }
    }

    /// Like [`next_frame`](Self::next_frame), as a range for [`bytes`](Self::bytes), which is good
    /// until the next call of [`buffer`](Self::buffer).
    pub(super) fn next_range(&mut self) -> Result<Option<Range<usize>>, ProtocolError> {
        let Some(len) = self.frame_len() else {
            return Ok(None);
        };
        if len > MAX_FRAME_LEN {
            return Err(ProtocolError::FrameTooLong { len });
        }
        let payload = self.start + HEADER_LEN;
        if self.end - payload < len {
            return Ok(None);
        }
        self.start = payload + len;
        Ok(Some(payload..self.start))
    }

    pub(super) fn bytes(&self, range: Range<usize>) -> &[u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    /// The place of what lies at `range` now.
    pub(super) fn place(&self, range: Range<usize>) -> Place {
        Place {
            start: self.base + to_u64(range.start),
            len: range.len(),
        }
    }

    /// What lies at `place`, unless the buffer has been given out for other bytes since.
    pub(super) fn at(&self, place: Place) -> Option<&[u8]> {
        let start = usize::try_from(place.start.checked_sub(self.base)?).ok()?;
        self.bytes.get(start..start + place.len)
    }

    /// The length of the next frame, once its header is complete.
    fn frame_len(&self) -> Option<usize> {
        let header = self
            .bytes
            .get(self.start..self.end)
            .and_then(|bytes| bytes.get(..HEADER_LEN))?;
        Some(usize::try_from(NetworkEndian::read_u32(header)).unwrap_or(usize::MAX))
    }
}

impl fmt::Debug for FrameReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameReader")
            .field("unread", &(self.end - self.start))
            .finish_non_exhaustive()
    }
}

pub(super) fn to_u64(len: usize) -> u64 {
    // No platform of Rust has wider addresses.
    u64::try_from(len).unwrap_or(u64::MAX)
}

const HEADER_LEN: usize = 4;

/// What a connection that only calls needs: with many of them this is most of their memory.
const FIRST_BUFFER_LEN: usize = 2 * 1024;

/// A buffer that takes many small frames in one read.
const MANY_FRAMES_LEN: usize = 32 * 1024;
