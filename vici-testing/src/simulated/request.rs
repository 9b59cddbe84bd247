//! Requests as the daemon reads them: lazily, and with more tolerance than one would wish for.

use vici_serde::{Element, Elements, ErrorKind, MAX_DEPTH, Section, Text, Value, is_printable};

use super::number;

/// What could be read of a request.
#[derive(Debug)]
pub(super) struct Request {
    root: Section,
    fault: Fault,
}

/// Where a request stops making sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nowhere; that sections and lists end with the message is none.
    None,
    /// Between two sections of the root.
    Outside,
    /// In the last section of the root.
    Inside,
}

impl Request {
    /// Reads up to the first element that is malformed.
    pub(super) fn parse(message: &[u8]) -> Self {
        let mut open = vec![Open::default()];
        let mut list: Option<(&[u8], Vec<&[u8]>)> = None;
        let mut elements = Elements::new(message);
        let mut sound = true;
        for element in &mut elements {
            let top_level = open.len() == 1 && list.is_none();
            let Some(top) = open.last_mut() else { break };
            match element {
                Ok(Element::ListItem { value }) => {
                    if let Some((_, items)) = &mut list {
                        items.push(value);
                    }
                }
                Ok(Element::ListEnd) => top.end_list(list.take()),
                Ok(Element::SectionEnd) => fold(&mut open),
                Ok(
                    Element::SectionStart { name }
                    | Element::KeyValue { name, .. }
                    | Element::ListStart { name },
                ) if !is_printable(name) => {
                    sound = false;
                    break;
                }
                Ok(Element::KeyValue { name, value }) => top.key(name, value),
                Ok(Element::ListStart { name }) => list = Some((name, Vec::new())),
                Ok(Element::SectionStart { name }) => open.push(Open::new(name)),
                Err(error) => {
                    // The number that the daemon itself has for the end of a message.
                    let end = top_level && matches!(error.kind(), ErrorKind::UnknownElement(7));
                    sound = end || matches!(error.kind(), ErrorKind::Unclosed(_));
                    break;
                }
            }
        }

        let inside = open.len() > 1;
        if let Some(top) = open.last_mut() {
            top.end_list(list);
        }
        while open.len() > 1 {
            fold(&mut open);
        }
        Self {
            root: open.pop().unwrap_or_default().section,
            fault: match (sound, inside) {
                (true, _) => Fault::None,
                (false, true) => Fault::Inside,
                (false, false) => Fault::Outside,
            },
        }
    }

    pub(super) fn fault(&self) -> Fault {
        self.fault
    }

    /// Fails if it stopped making sense anywhere.
    pub(super) fn check(&self) -> Result<(), String> {
        match self.fault {
            Fault::None => Ok(()),
            _ => Err("parsing request failed".to_owned()),
        }
    }

    /// The sections of the root, in order.
    pub(super) fn sections(&self) -> Vec<(String, &Section)> {
        let sections = self.root.iter().filter_map(|(name, value)| {
            let section = value.as_section()?;
            Some((text_of_name(name), section))
        });
        sections.collect()
    }

    /// The bytes of a key; the first of those of the same name.
    pub(super) fn bytes(&self, name: &str) -> Option<&[u8]> {
        let mut entries = self.root.iter();
        entries.find_map(|(other, value)| match value {
            Value::Scalar(value) if other == name.as_bytes() => Some(&**value),
            _ => None,
        })
    }

    /// The text of a key. What is not printable counts as absent.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.bytes(name).and_then(text)
    }

    /// The number of a key; what is none counts as absent.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.text(name).and_then(number::integer)
    }

    /// Whether a key says so; what is no boolean counts as absent.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.text(name).and_then(number::boolean).unwrap_or(false)
    }

    /// Whether a key is there, whatever it says.
    pub(super) fn has(&self, name: &str) -> bool {
        self.bytes(name).is_some()
    }

    /// The items of a list, or of several of the same name.
    pub(super) fn list(&self, name: &str) -> Vec<&[u8]> {
        let lists = self.root.iter().filter_map(|(other, value)| {
            let items = value.as_list()?;
            (other == name.as_bytes()).then_some(items)
        });
        lists.flatten().map(Text::as_bytes).collect()
    }
}

/// A value as text, if it is printable.
pub(super) fn text(value: &[u8]) -> Option<&str> {
    if !is_printable(value) {
        return None;
    }
    core::str::from_utf8(value).ok()
}

/// A name, which is printable.
pub(super) fn text_of_name(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// A section that has not ended yet.
#[derive(Debug, Default)]
struct Open {
    name: Vec<u8>,
    section: Section,
}

impl Open {
    fn new(name: &[u8]) -> Self {
        Self {
            name: name.to_vec(),
            section: Section::new(),
        }
    }

    fn key(&mut self, name: &[u8], value: &[u8]) {
        self.section = core::mem::take(&mut self.section).key(name, value);
    }

    fn end_list(&mut self, list: Option<(&[u8], Vec<&[u8]>)>) {
        if let Some((name, items)) = list {
            self.section = core::mem::take(&mut self.section).list(name, items);
        }
    }
}

/// Puts the innermost section into the one around it, unless it is too deep.
fn fold(open: &mut Vec<Open>) {
    let depth = open.len() - 1;
    if depth > 0 {
        if let Some(Open { name, section }) = open.pop() {
            if let Some(top) = open.last_mut().filter(|_| depth <= MAX_DEPTH) {
                top.section = core::mem::take(&mut top.section).section(name, section);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_before_a_malformed_element_is_used() {
        let request = Request::parse(b"\x03\x01a\x00\x011\x03\x01b\x00\x09");
        assert_eq!(request.text("a"), Some("1"));
        assert_eq!(request.text("b"), None);
        assert_eq!(request.fault(), Fault::Outside);
    }

    #[test]
    fn sections_and_lists_may_end_with_the_message() {
        let request = Request::parse(b"\x01\x01s\x04\x01l\x05\x00\x01i");
        assert_eq!(request.fault(), Fault::None);
        let (name, section) = request.sections().remove(0);
        assert_eq!(name, "s");
        assert_eq!(section.to_string(), "l = [ i ]\n");
    }

    #[test]
    fn first_of_two_keys_counts() {
        let request = Request::parse(b"\x03\x01a\x00\x011\x03\x01a\x00\x012");
        assert_eq!(request.number("a"), Some(1));
    }

    #[test]
    fn depth_has_no_limit() {
        let message = b"\x01\x01s".repeat(100_000);
        let request = Request::parse(&message);
        assert_eq!(request.fault(), Fault::None);
        assert_eq!(request.sections().len(), 1);
        let request = Request::parse(&[&message[..], &b"\x02".repeat(100_001)].concat());
        assert_eq!(request.fault(), Fault::Outside);
    }

    #[test]
    fn unreadable_name_in_a_section_is_a_fault_there() {
        let request = Request::parse(b"\x01\x01s\x02\x01\x01t\x03\x02\xc3\xa4\x00\x00");
        assert_eq!(request.fault(), Fault::Inside);
        assert_eq!(request.sections().len(), 2);
    }
}
