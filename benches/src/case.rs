//! What is measured: an input, the work that is done with it, and the library that does it.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{self, Read, Write};

use serde::de::{Deserialize, DeserializeOwned, IgnoredAny};
use serde::ser::Serialize;
use serde_bytes::{ByteBuf, Bytes};
use vici_client::Client;
use vici_client::proto::{RequestId, Session};
use vici_serde::{Elements, Message, Serializer, Value};

use crate::{borrowed, hostile, input, owned};

/// How our own libraries are called in the tables.
pub(crate) const OURS: &str = "vici";

/// The work of decoding into a [`Message`], most of which is the allocator's.
pub(crate) const TREE: &str = "decode, tree";

/// A connection with one child, and what most of them have.
pub(crate) const SMALL_CONN: &str = "load-conn, 350 B";

/// The work of a whole call, from the request to its answer, on a stream that answers at once.
pub(crate) const CALL: &str = "call";

/// One measurement.
pub(crate) struct Case {
    pub(crate) input: &'static str,
    pub(crate) work: &'static str,
    pub(crate) library: &'static str,
    make: fn() -> Vec<u8>,
    prepare: Prepare,
}

/// Does all that is not measured, and returns what is.
pub(crate) type Prepare = fn(&'static [u8]) -> Run;

pub(crate) type Run = Box<dyn FnMut()>;

impl Case {
    /// The length of the message, and what is measured.
    pub(crate) fn prepare(&self) -> (usize, Run) {
        // Borrowed values live as long as the input.
        let message: &'static [u8] = (self.make)().leak();
        (message.len(), (self.prepare)(message))
    }

    /// Whether this is one of the messages that were made to be slow.
    pub(crate) fn is_hostile(&self) -> bool {
        self.input.starts_with("hostile")
    }
}

/// All measurements, in the order of the tables.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    let sa = works::<borrowed::ListSa<&str>, owned::ListSa<String>, vici_types::ListSa>();
    cases.extend(of("list-sa, 1 child", || input::list_sa(1), &sa));
    cases.extend(of("list-sa, 100 children", || input::list_sa(100), &sa));
    cases.extend(of("list-sa, 500 kB", || input::list_sa(1100), &sa));
    let conn = works::<borrowed::ListConn<&str>, owned::ListConn<String>, vici_types::ListConn>();
    cases.extend(of("list-conn", input::list_conn, &conn));
    let cert = works::<
        borrowed::ListCert<&str, &Bytes>,
        owned::ListCert<String, ByteBuf>,
        vici_types::ListCert,
    >();
    cases.extend(of("list-cert, 2 kB DER", input::list_cert, &cert));
    let load = works::<borrowed::LoadConn<&str>, owned::LoadConn<String>, vici_types::LoadConn>();
    cases.extend(of("load-conn", input::load_conn, &load));
    let call: Work = (CALL, OURS, call);
    cases.extend(of("load-conn", input::load_conn, &[call]));
    cases.extend(of(SMALL_CONN, input::load_small_conn, &[call]));
    let queue: [Work; 3] = [
        ("queue", OURS, queue),
        ("queue, send in pieces", OURS, queue_and_send),
        ("queue, give up", OURS, queue_and_give_up),
    ];
    cases.extend(of(
        "10,000 requests of 350 B",
        || vec![b'x'; 3_500_000],
        &queue,
    ));
    cases.extend(hostile_cases());
    cases
}

/// The works on one input: its type with borrowed text, with owned text, and the one of vici_types.
fn works<B, O, T>() -> Vec<Work>
where
    B: Deserialize<'static> + Serialize + 'static,
    O: DeserializeOwned + Serialize + 'static,
    T: DeserializeOwned + Serialize + 'static,
{
    let mut works: Vec<Work> = vec![
        ("scan", OURS, scan),
        ("skip", OURS, decode::<IgnoredAny>),
        ("decode, borrowed", OURS, decode::<B>),
        ("decode, owned", OURS, decode::<O>),
        ("decode, reader", OURS, read::<O>),
        ("decode, typed", OURS, decode::<T>),
        (TREE, OURS, decode::<Message>),
        ("encode", OURS, encode::<B>),
        ("encode, reused", OURS, encode_again::<B>),
        ("encode, typed", OURS, encode::<T>),
        ("encode, typed, reused", OURS, encode_again::<T>),
        ("encode, tree", OURS, encode::<Message>),
    ];
    #[cfg(feature = "peers")]
    works.extend(crate::peers::works::<B, O>());
    let order: Vec<_> = works.iter().map(|(work, ..)| *work).collect();
    works.sort_by_key(|(work, ..)| order.iter().position(|other| other == work));
    works
}

pub(crate) type Work = (&'static str, &'static str, Prepare);

fn of(input: &'static str, make: fn() -> Vec<u8>, works: &[Work]) -> Vec<Case> {
    let case = |&(work, library, prepare): &Work| Case {
        input,
        work,
        library,
        make,
        prepare,
    };
    works.iter().map(case).collect()
}

macro_rules! hostile_cases {
    ($cases:ident $($name:literal $message:ident $works:expr;)*) => {$(
        $cases.extend(of(concat!("hostile: ", $name, ", small"), || hostile::$message(hostile::SMALL), $works));
        $cases.extend(of(concat!("hostile: ", $name), || hostile::$message(hostile::LARGE), $works));
    )*};
}

fn hostile_cases() -> Vec<Case> {
    // All have the same name, so that no more than one is kept: no time for the allocator.
    type Values = BTreeMap<String, Value>;
    type Texts = BTreeMap<String, Vec<vici_types::Text>>;
    let skip: Work = ("skip", OURS, decode::<IgnoredAny>);
    let refused: Work = ("decode, refused", OURS, refuse::<Message>);
    let values: Work = ("decode, values", OURS, decode::<Values>);
    let texts: Work = ("decode, texts", OURS, decode::<Texts>);
    let tree: Work = (TREE, OURS, decode::<Message>);
    let again: Work = ("encode, tree, reused", OURS, encode_again::<Message>);
    let mut cases = Vec::new();
    let queue: Work = ("queue", OURS, queue);
    let send: Work = ("queue, send in pieces", OURS, queue_and_send);
    let give_up: Work = ("queue, give up", OURS, queue_and_give_up);
    hostile_cases! { cases
        "requests that wait" long_values &[queue, send, give_up];
        "sections in sections" nested &[skip, refused];
        "tiny sections" tiny_sections &[skip, tree, again];
        "a huge list" huge_list &[skip, texts, tree, again];
        "values not UTF-8" not_utf8 &[skip, values, tree, again];
        "values almost UTF-8" almost_utf8 &[skip, values, tree, again];
        "values around windows" around_windows &[skip, values, tree, again];
        "no ASCII" all_accents &[skip, values, tree, again];
        "long values" long_values &[skip, values, tree, again];
    }
    cases
}

/// The length of a request that waits.
const REQUEST: usize = 350;

/// Puts requests among what is to be sent.
fn queued(message: &'static [u8]) -> (Session, Vec<RequestId>) {
    let mut session = Session::new();
    let requests = black_box(message).chunks(REQUEST);
    let ids = requests.map(|request| session.request("load-conn", request));
    let ids = ids.collect::<Result<_, _>>().expect("requests can be sent");
    (session, ids)
}

fn queue(message: &'static [u8]) -> Run {
    Box::new(move || drop(black_box(queued(message))))
}

fn queue_and_send(message: &'static [u8]) -> Run {
    Box::new(move || {
        let (mut session, _) = queued(message);
        while !session.transmit().is_empty() {
            session.sent(REQUEST);
        }
        black_box(&session);
    })
}

fn queue_and_give_up(message: &'static [u8]) -> Run {
    Box::new(move || {
        let (mut session, ids) = queued(message);
        for id in ids {
            session.abandon(id);
        }
        black_box(&session);
    })
}

/// A connection on which everything succeeds.
#[derive(Default)]
struct Answering {
    requests: usize,
}

impl Read for Answering {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        const ANSWER: &[u8] = b"\0\0\0\x0f\x01\x03\x07success\0\x03yes";
        if self.requests == 0 {
            return Ok(0);
        }
        self.requests -= 1;
        let mut answer = ANSWER;
        answer.read(buffer)
    }
}

impl Write for Answering {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.requests += 1;
        Ok(black_box(bytes).len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn call(message: &'static [u8]) -> Run {
    let request: vici_types::LoadConn =
        vici_serde::from_slice(message).expect("inputs fit their types");
    let mut client = Client::new(Answering::default());
    Box::new(move || {
        let answer = client.call(black_box(&request));
        black_box(&answer.expect("everything succeeds"));
    })
}

fn scan(message: &'static [u8]) -> Run {
    Box::new(move || {
        for element in Elements::new(black_box(message)) {
            black_box(&element.expect("inputs are messages"));
        }
    })
}

fn decode<T: Deserialize<'static>>(message: &'static [u8]) -> Run {
    Box::new(move || {
        let value: T = vici_serde::from_slice(black_box(message)).expect("inputs fit their types");
        black_box(&value);
    })
}

fn refuse<T: Deserialize<'static>>(message: &'static [u8]) -> Run {
    Box::new(move || {
        let result = vici_serde::from_slice::<T>(black_box(message));
        assert!(black_box(&result).is_err(), "this must not be read");
    })
}

fn read<T: DeserializeOwned>(message: &'static [u8]) -> Run {
    Box::new(move || {
        let value: T = vici_serde::from_reader(black_box(message)).expect("inputs fit their types");
        black_box(&value);
    })
}

fn encode<T: Deserialize<'static> + Serialize + 'static>(message: &'static [u8]) -> Run {
    let value: T = vici_serde::from_slice(message).expect("inputs fit their types");
    Box::new(move || {
        let message = vici_serde::to_vec(black_box(&value)).expect("inputs are messages");
        black_box(&message);
    })
}

fn encode_again<T: Deserialize<'static> + Serialize + 'static>(message: &'static [u8]) -> Run {
    let value: T = vici_serde::from_slice(message).expect("inputs fit their types");
    let mut buffer = Vec::with_capacity(message.len());
    Box::new(move || {
        buffer.clear();
        let mut serializer = Serializer::new(&mut buffer);
        black_box(&value)
            .serialize(&mut serializer)
            .expect("inputs are messages");
        black_box(&buffer);
    })
}
