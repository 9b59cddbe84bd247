//! The grammar of messages a second time: slow, plain, and independent of the codec.
//!
//! | byte | element | fields | allowed |
//! | --- | --- | --- | --- |
//! | 1 | start of a section | name | outside of a list |
//! | 2 | end of a section | | outside of a list, in a section |
//! | 3 | key and value | name, value | outside of a list |
//! | 4 | start of a list | name | outside of a list |
//! | 5 | item of a list | value | in a list |
//! | 6 | end of a list | | in a list |
//!
//! A name is a length of one byte and that many bytes, a value a length of two bytes in network
//! order and that many bytes. At the end of the message nothing may be open.

use std::collections::VecDeque;

use serde::de::IgnoredAny;
use vici_serde::{
    Element, Elements, MAX_DEPTH, Message, Path, Segment, from_slice, names_are_printable,
};

/// One element, as far as it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// Its first byte.
    pub tag: u8,
    /// Where that stands.
    pub at: usize,
    /// Its name, if its kind has one.
    pub name: Option<&'a [u8]>,
    /// Its value, if its kind has one and the message does not end before.
    pub value: Option<&'a [u8]>,
}

/// A message as the grammar sees it.
#[derive(Debug)]
pub struct Reading<'a> {
    /// The elements up to the fault; of the last one the value may be missing.
    pub tokens: Vec<Token<'a>>,
    /// Where the element begins that the grammar forbids, or the outermost that is never closed.
    pub fault: Option<usize>,
    /// The most sections inside of each other.
    pub depth: usize,
    /// How many bytes the elements before the fault take.
    pub consumed: usize,
}

impl<'a> Reading<'a> {
    /// Reads a message as far as it goes.
    pub fn new(message: &'a [u8]) -> Self {
        let mut input: VecDeque<(usize, u8)> = message.iter().copied().enumerate().collect();
        let mut reading = Self {
            tokens: Vec::new(),
            fault: None,
            depth: 0,
            consumed: 0,
        };
        let (mut in_list, mut open) = (false, 0);
        let mut outermost = 0;
        while let Some((at, tag)) = input.pop_front() {
            let allowed = match tag {
                1 | 3 | 4 => !in_list,
                2 => !in_list && open > 0,
                5 | 6 => in_list,
                _ => false,
            };
            if open == 0 && !in_list {
                outermost = at;
            }
            let mut token = Token {
                tag,
                at,
                name: None,
                value: None,
            };
            if allowed && matches!(tag, 1 | 3 | 4) {
                token.name = take(message, &mut input, 1);
                if token.name.is_none() {
                    reading.fault = Some(at);
                    return reading;
                }
            }
            if allowed && matches!(tag, 3 | 5) {
                token.value = take(message, &mut input, 2);
                if token.value.is_none() {
                    reading.tokens.push(token);
                    reading.fault = Some(at);
                    return reading;
                }
            }
            if !allowed {
                reading.fault = Some(at);
                return reading;
            }
            match tag {
                1 => open += 1,
                2 => open -= 1,
                4 => in_list = true,
                6 => in_list = false,
                _ => {}
            }
            reading.depth = reading.depth.max(open);
            reading.tokens.push(token);
            reading.consumed = message.len() - input.len();
        }
        if in_list || open > 0 {
            reading.fault = Some(outermost);
        }
        reading
    }

    /// Whether the grammar allows the message.
    pub fn is_valid(&self) -> bool {
        self.fault.is_none()
    }

    /// Whether all names are UTF-8, as they have to be in JSON.
    pub fn has_text_names(&self) -> bool {
        let mut names = self.tokens.iter().filter_map(|token| token.name);
        names.all(|name| std::str::from_utf8(name).is_ok())
    }

    /// Whether a path leads to something that is there.
    pub fn has(&self, path: &Path) -> bool {
        let path = path.segments();
        if path.is_empty() {
            return true;
        }
        // How many sections are open, and how many of them, from the root on, are on the path.
        let (mut open, mut matched) = (0_usize, 0_usize);
        let mut items = None;
        for token in &self.tokens {
            let named = open == matched
                && matches!(
                    (path.get(open), token.name),
                    (Some(Segment::Name(name)), Some(other)) if name.as_bytes() == other
                );
            let last = path.len() == open + 1;
            match token.tag {
                1 => {
                    open += 1;
                    matched += usize::from(named);
                }
                2 => {
                    open -= 1;
                    matched = matched.min(open);
                }
                4 => items = named.then_some(0),
                5 => {
                    if let Some(index) = &mut items {
                        if path.get(open + 1..) == Some(&[Segment::Index(*index)]) {
                            return true;
                        }
                        *index += 1;
                    }
                }
                _ => {}
            }
            if named && last {
                return true;
            }
        }
        false
    }
}

/// A length of so many bytes, and what it is the length of.
fn take<'a>(
    message: &'a [u8],
    input: &mut VecDeque<(usize, u8)>,
    width: usize,
) -> Option<&'a [u8]> {
    let mut len = 0;
    for _ in 0..width {
        len = len * 256 + usize::from(input.pop_front()?.1);
    }
    if len > input.len() {
        return None;
    }
    let start = message.len() - input.len();
    input.drain(..len);
    message.get(start..start + len)
}

/// What the codec accepts and rejects, and at which byte, equals what the grammar does.
pub fn grammar(message: &[u8]) {
    let reading = Reading::new(message);

    let mut elements = Elements::new(message);
    let mut fault = None;
    let mut tokens = reading.tokens.iter();
    loop {
        let at = elements.offset();
        match elements.next() {
            None => break,
            Some(Ok(element)) => {
                let token = tokens.next().expect("an element that the grammar has not");
                assert_eq!((at, token), (token.at, &of(element, at)));
            }
            Some(Err(error)) => fault = Some(error.offset().expect("errors have an offset")),
        }
    }
    assert_eq!(fault, reading.fault);
    if fault.is_none() {
        assert_eq!(tokens.next(), None);
    }

    if reading.is_valid() {
        let mut names = reading.tokens.iter().filter_map(|token| token.name);
        let printable = names.all(|name| name.iter().all(|byte| matches!(byte, b' '..=b'~')));
        assert_eq!(names_are_printable(message), printable);
    }

    assert_eq!(
        from_slice::<IgnoredAny>(message).is_ok(),
        reading.is_valid()
    );
    assert_eq!(
        from_slice::<Message>(message).is_ok(),
        reading.is_valid() && reading.depth <= MAX_DEPTH
    );
}

fn of(element: Element<'_>, at: usize) -> Token<'_> {
    let (tag, name, value) = match element {
        Element::SectionStart { name } => (1, Some(name), None),
        Element::SectionEnd => (2, None, None),
        Element::KeyValue { name, value } => (3, Some(name), Some(value)),
        Element::ListStart { name } => (4, Some(name), None),
        Element::ListItem { value } => (5, None, Some(value)),
        Element::ListEnd => (6, None, None),
    };
    Token {
        tag,
        at,
        name,
        value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_protocol_is_read() {
        let message = b"\x03\x04key1\x00\x06value1\x01\x08section1\x01\x0bsub-section\
            \x03\x04key2\x00\x06value2\x02\x04\x05list1\x05\x00\x05item1\x05\x00\x05item2\x06\x02";
        let reading = Reading::new(message);
        assert!(reading.is_valid());
        assert_eq!((reading.tokens.len(), reading.depth), (10, 2));
        for path in ["", "key1", "section1.sub-section.key2", "section1.list1[1]"] {
            assert!(reading.has(&Path::from(path)), "{path}");
        }
        for path in ["key2", "section1.list1[2]", "section1.key1", "key1.key2"] {
            assert!(!reading.has(&Path::from(path)), "{path}");
        }
    }

    #[test]
    fn faults_are_found_where_they_are() {
        for (message, fault) in [
            (b"".as_slice(), None),
            (b"\x02", Some(0)),
            (b"\x01\x00", Some(0)),
            (b"\x03\x00\x00\x00\x04\x01l", Some(4)),
            (b"\x04\x01l\x04\x01m", Some(3)),
            (b"\x04\x01l\x05\x00\x01", Some(3)),
            (b"\x05\x00\x00", Some(0)),
            (b"\x07", Some(0)),
            (b"\x03\x02k", Some(0)),
            (b"\x03\x01k\x00\x05ab", Some(0)),
        ] {
            assert_eq!(Reading::new(message).fault, fault, "{message:?}");
        }
    }
}
