//! The works of the other libraries.
//!
//! rsvici has no codec of its own: it is serde_vici, and from what has been read in one buffer only.
//! rustici's is a flat list of elements.

use std::hint::black_box;

use serde::de::{Deserialize, DeserializeOwned, IgnoredAny};
use serde::ser::Serialize;

use crate::case::{Run, Work};

const SERDE_VICI: &str = "serde_vici";
const RUSTICI: &str = "rustici";

pub(crate) fn works<B, O>() -> Vec<Work>
where
    B: Deserialize<'static> + Serialize + 'static,
    O: DeserializeOwned + 'static,
{
    vec![
        ("skip", SERDE_VICI, decode::<IgnoredAny>),
        ("decode, borrowed", SERDE_VICI, decode::<B>),
        ("decode, owned", SERDE_VICI, decode::<O>),
        ("decode, reader", SERDE_VICI, read::<O>),
        ("decode, tree", RUSTICI, decode_flat),
        ("encode", SERDE_VICI, encode::<B>),
        ("encode, reused", SERDE_VICI, encode_again::<B>),
        ("encode, tree", RUSTICI, encode_flat),
    ]
}

fn decode<T: Deserialize<'static>>(message: &'static [u8]) -> Run {
    Box::new(move || {
        let value: T = serde_vici::from_slice(black_box(message)).expect("inputs fit their types");
        black_box(&value);
    })
}

fn read<T: DeserializeOwned>(message: &'static [u8]) -> Run {
    Box::new(move || {
        let value: T = serde_vici::from_reader(black_box(message)).expect("inputs fit their types");
        black_box(&value);
    })
}

fn encode<T: Deserialize<'static> + Serialize + 'static>(message: &'static [u8]) -> Run {
    let value: T = vici_serde::from_slice(message).expect("inputs fit their types");
    Box::new(move || {
        let message = serde_vici::to_vec(black_box(&value)).expect("inputs are messages");
        black_box(&message);
    })
}

fn encode_again<T: Deserialize<'static> + Serialize + 'static>(message: &'static [u8]) -> Run {
    let value: T = vici_serde::from_slice(message).expect("inputs fit their types");
    let mut buffer = Vec::with_capacity(message.len());
    Box::new(move || {
        buffer.clear();
        serde_vici::to_writer(&mut buffer, black_box(&value)).expect("inputs are messages");
        black_box(&buffer);
    })
}

fn decode_flat(message: &'static [u8]) -> Run {
    Box::new(move || {
        let value = rustici::Message::decode(black_box(message)).expect("inputs are messages");
        black_box(&value);
    })
}

fn encode_flat(message: &'static [u8]) -> Run {
    let value = rustici::Message::decode(message).expect("inputs are messages");
    Box::new(move || {
        let message = black_box(&value).encode().expect("inputs are messages");
        black_box(&message);
    })
}
