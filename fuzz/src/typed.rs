//! The typed messages of the protocol.

use vici_serde::from_slice;
use vici_types::{AnyEvent, Event, Request};

use crate::grammar::Reading;
use crate::input::Input;
use crate::message::assert_comes_back;
use crate::registry::{self, Typed, Visit};

/// Whatever a type of the protocol makes of a message comes back from VICI and from JSON.
///
/// The first byte is the number of the type, as in [`TYPES`](crate::TYPES); the rest is the message.
pub fn typed(data: &[u8]) {
    let mut input = Input::new(data);
    let number = usize::from(input.byte());
    registry::visit(number, Message(input.rest()));
}

struct Message<'a>(&'a [u8]);

impl Visit for Message<'_> {
    fn request<T: Request + Typed>(self) {
        if let Some(request) = read::<T>(self.0) {
            assert_is_checked(&request);
        }
    }

    fn response<T: Typed>(self, _: &'static str) {
        read::<T>(self.0);
    }

    fn event<T: Event + Typed>(self) {
        let event = read::<T>(self.0);
        let mut deserializer = vici_serde::Deserializer::from_slice(self.0);
        let any = AnyEvent::deserialize(T::NAME, &mut deserializer);
        assert_eq!(any.is_ok(), event.is_some());
        if let Ok(any) = any {
            assert_eq!(any.map(|any| any.name()), Some(T::NAME));
        }
    }
}

fn read<T: Typed>(message: &[u8]) -> Option<T> {
    let value: T = assert_comes_back(message)?;
    assert_is_shown(&value);
    let text_names = Reading::new(message).has_text_names();
    let mut deserializer = vici_serde::Deserializer::from_slice(message);
    let watched: Result<T, _> = serde_ignored::deserialize(&mut deserializer, |_| {});
    match watched {
        Ok(watched) => assert_eq!(watched, value),
        // The wrapper has no names that are not text.
        Err(error) => assert!(!text_names, "{error}"),
    }
    assert_in_json(&value, text_names);
    Some(value)
}

fn assert_is_shown<T: Typed>(value: &T) {
    assert!(!format!("{value:?}").is_empty());
    assert_eq!(&value.clone(), value);
}

/// A value goes through JSON, unless a name in it is not text.
pub(crate) fn assert_in_json<T: Typed>(value: &T, text_names: bool) {
    match serde_json::to_string(value) {
        Ok(json) => {
            let again: T = serde_json::from_str(&json).unwrap_or_else(|e| panic!("{e}: {json}"));
            assert_eq!(&again, value, "{json}");
        }
        Err(error) => assert!(!text_names, "{error}"),
    }
}

/// What passes the check holds nothing that the daemon ignores: names are printable.
pub(crate) fn assert_is_checked<T: Request + Typed>(request: &T) {
    let _ = request.wait();
    match request.check() {
        Ok(()) => {
            let Ok(message) = vici_serde::to_vec(request) else {
                return;
            };
            let reading = Reading::new(&message);
            let mut names = reading.tokens.iter().filter_map(|token| token.name);
            assert!(
                names.all(|name| name.iter().all(|byte| (0x20..0x7f).contains(byte))),
                "{request:?}"
            );
            let again: T = from_slice(&message).expect("what is sent can be read");
            assert_eq!(&again, request);
            assert_eq!(again.check(), Ok(()));
        }
        Err(error) => assert!(!error.reason().is_empty()),
    }
}
