//! Elements to bytes.

use byteorder::{ByteOrder, NetworkEndian};

use crate::element::{
    Element, KEY_VALUE, LIST_END, LIST_ITEM, LIST_START, SECTION_END, SECTION_START,
};
use crate::error::{ErrorKind, Result};
use crate::fault::{ElementKind, Place, Unbalanced};
use crate::limits::MAX_MESSAGE_LEN;

/// Appends elements to a buffer: checks lengths, leaves the grammar to its caller, and writes an
/// element either whole or not at all.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    out: &'a mut Vec<u8>,
    /// The most bytes that the message may have.
    limit: usize,
    /// The most bytes that the buffer may have.
    end: usize,
    /// How many bytes the buffer may have before anything needs to be looked at.
    room: usize,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(out: &'a mut Vec<u8>, limit: usize) -> Self {
        let end = out.len().saturating_add(limit);
        Self::up_to(out, limit, end)
    }

    fn up_to(out: &'a mut Vec<u8>, limit: usize, end: usize) -> Self {
        let room = out.capacity().min(end);
        Self {
            out,
            limit,
            end,
            room,
        }
    }

    #[inline(never)]
    pub(crate) fn key_value(&mut self, name: &[u8], value: &[u8]) -> Result<()> {
        let name_len = name_len(name)?;
        let value_len = value_len(value)?;
        self.room_for(4 + name.len() + value.len())?;
        self.out.extend_from_slice(&[KEY_VALUE, name_len]);
        self.out.extend_from_slice(name);
        self.out.extend_from_slice(&value_len);
        self.out.extend_from_slice(value);
        Ok(())
    }

    pub(crate) fn section_start(&mut self, name: &[u8]) -> Result<()> {
        self.named(SECTION_START, name)
    }

    pub(crate) fn section_end(&mut self) -> Result<()> {
        self.end(SECTION_END)
    }

    pub(crate) fn list_start(&mut self, name: &[u8]) -> Result<()> {
        self.named(LIST_START, name)
    }

    #[inline(never)]
    pub(crate) fn list_item(&mut self, value: &[u8]) -> Result<()> {
        let [high, low] = value_len(value)?;
        self.room_for(3 + value.len())?;
        self.out.extend_from_slice(&[LIST_ITEM, high, low]);
        self.out.extend_from_slice(value);
        Ok(())
    }

    pub(crate) fn list_end(&mut self) -> Result<()> {
        self.end(LIST_END)
    }

    #[inline(never)]
    fn named(&mut self, tag: u8, name: &[u8]) -> Result<()> {
        let name_len = name_len(name)?;
        self.room_for(2 + name.len())?;
        self.out.extend_from_slice(&[tag, name_len]);
        self.out.extend_from_slice(name);
        Ok(())
    }

    fn end(&mut self, tag: u8) -> Result<()> {
        self.room_for(1)?;
        self.out.push(tag);
        Ok(())
    }

    /// Makes room for so many bytes more, if they are not too many.
    #[inline]
    fn room_for(&mut self, additional: usize) -> Result<()> {
        if self.out.len() + additional > self.room {
            return self.grow(additional);
        }
        Ok(())
    }

    /// Lets the buffer grow, by the factor four: that copies a third of what the factor two does.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, additional: usize) -> Result<()> {
        let len = self.out.len() + additional;
        if len > self.end {
            return Err(ErrorKind::MessageTooLong(self.limit).into());
        }
        let capacity = self
            .out
            .capacity()
            .saturating_mul(4)
            .clamp(256, self.end.max(256));
        self.out.reserve_exact(capacity.max(len) - self.out.len());
        self.room = self.out.capacity().min(self.end);
        Ok(())
    }
}

#[inline]
fn name_len(name: &[u8]) -> Result<u8> {
    u8::try_from(name.len()).map_err(|_| ErrorKind::NameTooLong(name.len()).into())
}

#[inline]
fn value_len(value: &[u8]) -> Result<[u8; 2]> {
    let len = u16::try_from(value.len())
        .map_err(|_| crate::Error::new(ErrorKind::ValueTooLong(value.len())))?;
    let mut bytes = [0; 2];
    NetworkEndian::write_u16(&mut bytes, len);
    Ok(bytes)
}

/// Writes a message element by element, and refuses what the grammar or a length forbids.
///
/// An element that is refused leaves nothing behind: the writer is as it was before.
///
/// ```
/// use vici_serde::ElementWriter;
///
/// let mut writer = ElementWriter::new();
/// writer.section_start("home")?;
/// writer.key_value("version", "2")?;
/// writer.list_start("local_addrs")?;
/// writer.list_item("192.0.2.1")?;
/// writer.list_end()?;
/// writer.section_end()?;
/// let message = writer.finish()?;
/// assert_eq!(message.len(), 45);
/// # Ok::<(), vici_serde::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ElementWriter {
    out: Vec<u8>,
    depth: usize,
    in_list: bool,
}

impl ElementWriter {
    /// A writer of an empty message.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes any element.
    ///
    /// # Errors
    ///
    /// As of the method for that element.
    pub fn write(&mut self, element: Element<'_>) -> Result<()> {
        match element {
            Element::SectionStart { name } => self.section_start(name),
            Element::SectionEnd => self.section_end(),
            Element::KeyValue { name, value } => self.key_value(name, value),
            Element::ListStart { name } => self.list_start(name),
            Element::ListItem { value } => self.list_item(value),
            Element::ListEnd => self.list_end(),
        }
    }

    /// Begins a section.
    ///
    /// # Errors
    ///
    /// Inside of a list, for a name that is too long, and where the message gets too long.
    pub fn section_start(&mut self, name: impl AsRef<[u8]>) -> Result<()> {
        self.outside_of_list(ElementKind::SectionStart)?;
        self.writer().section_start(name.as_ref())?;
        self.depth += 1;
        Ok(())
    }

    /// Ends the innermost section.
    ///
    /// # Errors
    ///
    /// Inside of a list, where no section is open, and where the message gets too long.
    pub fn section_end(&mut self) -> Result<()> {
        self.outside_of_list(ElementKind::SectionEnd)?;
        if self.depth == 0 {
            return Err(ErrorKind::Unbalanced(Unbalanced::NoSection).into());
        }
        self.writer().section_end()?;
        self.depth -= 1;
        Ok(())
    }

    /// Writes a key with its value.
    ///
    /// # Errors
    ///
    /// Inside of a list, for a name or value that is too long, and where the message gets too long.
    pub fn key_value(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Result<()> {
        self.outside_of_list(ElementKind::KeyValue)?;
        self.writer().key_value(name.as_ref(), value.as_ref())
    }

    /// Begins a list.
    ///
    /// # Errors
    ///
    /// Inside of a list, for a name that is too long, and where the message gets too long.
    pub fn list_start(&mut self, name: impl AsRef<[u8]>) -> Result<()> {
        self.outside_of_list(ElementKind::ListStart)?;
        self.writer().list_start(name.as_ref())?;
        self.in_list = true;
        Ok(())
    }

    /// Writes an item of the list.
    ///
    /// # Errors
    ///
    /// Outside of a list, for a value that is too long, and where the message gets too long.
    pub fn list_item(&mut self, value: impl AsRef<[u8]>) -> Result<()> {
        self.inside_of_list(ElementKind::ListItem)?;
        self.writer().list_item(value.as_ref())
    }

    /// Ends the list.
    ///
    /// # Errors
    ///
    /// Outside of a list, and where the message gets too long.
    pub fn list_end(&mut self) -> Result<()> {
        self.inside_of_list(ElementKind::ListEnd)?;
        self.writer().list_end()?;
        self.in_list = false;
        Ok(())
    }

    /// The message, if everything that was begun has been ended.
    ///
    /// # Errors
    ///
    /// If a section or list is open.
    pub fn finish(self) -> Result<Vec<u8>> {
        if self.in_list {
            return Err(ErrorKind::Unbalanced(Unbalanced::OpenList).into());
        }
        if self.depth > 0 {
            return Err(ErrorKind::Unbalanced(Unbalanced::OpenSection).into());
        }
        Ok(self.out)
    }

    fn writer(&mut self) -> Writer<'_> {
        Writer::up_to(&mut self.out, MAX_MESSAGE_LEN, MAX_MESSAGE_LEN)
    }

    fn outside_of_list(&self, element: ElementKind) -> Result<()> {
        if self.in_list {
            let place = Place::InsideOfList;
            return Err(ErrorKind::Misplaced { element, place }.into());
        }
        Ok(())
    }

    fn inside_of_list(&self, element: ElementKind) -> Result<()> {
        if !self.in_list {
            let place = Place::OutsideOfList;
            return Err(ErrorKind::Misplaced { element, place }.into());
        }
        Ok(())
    }
}
