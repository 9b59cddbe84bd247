//! Both clients through the same random scripts, over a stream that splits everything anywhere: each
//! step ends as the model says, so that the two agree.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use proptest::prelude::*;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use vici_client::proto::{FrameReader, Packet};
use vici_client::{AsyncClient, Client, Error, Message};

/// What a caller does next.
#[derive(Clone, Debug)]
enum Step {
    Call(Fate),
    /// A stream of so many items, of which so many are read before it is finished, or dropped.
    Stream {
        fate: Fate,
        items: u8,
        taken: u8,
        finish: bool,
        /// Whether it waits for the registration of its event.
        acts: bool,
    },
    Subscribe,
    Unsubscribe,
    /// The daemon raises so many events.
    Raise(u8),
    /// A subscription of an event that the daemon does not know.
    SubscribeUnknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Answered,
    Refused,
    Unknown,
    /// The response is over the limit of the daemon, which drops it.
    Dropped,
}

fn step() -> impl Strategy<Value = Step> {
    let fate = || {
        prop_oneof![
            3 => Just(Fate::Answered),
            1 => Just(Fate::Refused),
            1 => Just(Fate::Unknown),
            1 => Just(Fate::Dropped),
        ]
    };
    prop_oneof![
        3 => fate().prop_map(Step::Call),
        3 => (fate(), 0..5_u8, 0..6_u8, any::<bool>(), any::<bool>()).prop_map(
            |(fate, items, taken, finish, acts)| Step::Stream { fate, items, taken, finish, acts }
        ),
        2 => Just(Step::Subscribe),
        2 => Just(Step::Unsubscribe),
        2 => (1..4_u8).prop_map(Step::Raise),
        1 => Just(Step::SubscribeUnknown),
    ]
}

/// A daemon that works as charon does: one packet after the other.
#[derive(Default)]
struct Daemon {
    input: FrameReader,
    output: VecDeque<u8>,
    item: usize,
    note: usize,
    raised: u8,
    /// How much is moved at a time, in turns.
    chunks: Vec<usize>,
    turn: usize,
}

impl Daemon {
    fn take(&mut self, bytes: &[u8]) -> usize {
        let count = self.chunk().min(bytes.len());
        for byte in &bytes[..count] {
            self.input.buffer()[0] = *byte;
            self.input.advance(1);
            self.work();
        }
        count
    }

    fn give(&mut self, buffer: &mut [u8]) -> usize {
        let count = self.chunk().min(buffer.len()).min(self.output.len());
        for (to, from) in buffer.iter_mut().zip(self.output.drain(..count)) {
            *to = from;
        }
        count
    }

    fn chunk(&mut self) -> usize {
        self.turn += 1;
        self.chunks[self.turn % self.chunks.len()]
    }

    fn work(&mut self) {
        while let Some(frame) = self.input.next_frame().unwrap().map(<[u8]>::to_vec) {
            match Packet::decode(&frame).unwrap().unwrap() {
                Packet::CommandRequest { name, message } => {
                    let message: Message = vici_client::vici_serde::from_slice(message).unwrap();
                    self.answer(name, &message);
                }
                Packet::EventRegister { name: "item" } => self.confirm(|daemon| daemon.item += 1),
                Packet::EventRegister { name: "note" } => self.confirm(|daemon| daemon.note += 1),
                Packet::EventUnregister { name: "item" } if self.item > 0 => {
                    self.confirm(|daemon| daemon.item -= 1);
                }
                Packet::EventUnregister { name: "note" } if self.note > 0 => {
                    self.confirm(|daemon| daemon.note -= 1);
                }
                _ => self.send(&Packet::EventUnknown),
            }
        }
    }

    fn confirm(&mut self, change: impl FnOnce(&mut Self)) {
        change(self);
        self.send(&Packet::EventConfirm);
    }

    fn answer(&mut self, name: &str, message: &Message) {
        if name == "raise" {
            for _ in 0..message.get::<u8>("count").unwrap() {
                self.raised += 1;
                for _ in 0..self.note {
                    self.event("note", &number(self.raised));
                }
            }
            return self.send(&Packet::CommandResponse { message: &[] });
        }
        let fate = message.get::<String>("fate").unwrap();
        if fate == "unknown" {
            return self.send(&Packet::CommandUnknown);
        }
        for item in 0..message.get::<u8>("items").unwrap_or(0) {
            for _ in 0..self.item {
                self.event("item", &number(item));
            }
        }
        let response = match &*fate {
            "answered" => message.clone(),
            "refused" => Message::new().key("success", "no").key("errmsg", "busy"),
            _ => return,
        };
        let message = &vici_client::vici_serde::to_vec(&response).unwrap();
        self.send(&Packet::CommandResponse { message });
    }

    fn event(&mut self, name: &str, message: &Message) {
        let message = &vici_client::vici_serde::to_vec(message).unwrap();
        self.send(&Packet::Event { name, message });
    }

    fn send(&mut self, packet: &Packet<'_>) {
        let mut bytes = Vec::new();
        packet.encode(&mut bytes).unwrap();
        self.output.extend(bytes);
    }
}

fn number(number: u8) -> Message {
    Message::new().key("number", number)
}

fn request(tag: usize, fate: Fate, items: u8) -> Message {
    let fate = match fate {
        Fate::Answered => "answered",
        Fate::Refused => "refused",
        Fate::Unknown => "unknown",
        Fate::Dropped => "dropped",
    };
    Message::new()
        .key("tag", tag)
        .key("fate", fate)
        .key("items", items)
}

/// The same daemon from both kinds of streams.
#[derive(Clone)]
struct Wire(Arc<Mutex<Daemon>>);

impl Wire {
    fn new(chunks: &[usize]) -> Self {
        Self(Arc::new(Mutex::new(Daemon {
            chunks: chunks.to_vec(),
            ..Daemon::default()
        })))
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Nothing more would ever come.
        match self.0.lock().unwrap().give(buffer) {
            0 => panic!("the client waits for what does not come"),
            count => Ok(count),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(self.0.lock().unwrap().take(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut daemon = self.0.lock().unwrap();
        // Every third time there is nothing yet.
        if daemon.turn % 3 == 2 || daemon.output.is_empty() {
            daemon.turn += 1;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let count = daemon.give(buffer.initialize_unfilled());
        buffer.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(self.0.lock().unwrap().take(bytes)))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// The end of a step in words.
fn tell<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => error.to_string(),
    }
}

/// What each step ends with, whoever does it.
fn expected(steps: &[Step]) -> Vec<String> {
    let end = |command: &str, fate, message: Message| match fate {
        Fate::Answered => format!("{message:?}"),
        Fate::Refused => format!("`{command}` failed: busy"),
        Fate::Unknown => format!("the daemon does not know the command `{command}`"),
        Fate::Dropped => format!(
            "the daemon did not answer `{command}`, but what was sent later: it drops a response \
             over 512 KiB without a word"
        ),
    };
    let (mut subscribed, mut raised) = (false, 0);
    let mut told = Vec::new();
    for (tag, step) in steps.iter().enumerate() {
        match *step {
            Step::Call(fate) => told.push(end("get-it", fate, request(tag, fate, 0))),
            Step::Stream {
                fate,
                items,
                taken,
                finish,
                acts,
            } => {
                let command = if acts { "gather" } else { "list-items" };
                let items = if fate == Fate::Unknown { 0 } else { items };
                let all = if finish {
                    items.min(taken)
                } else {
                    taken.min(items)
                };
                told.extend((0..all).map(|item| format!("{:?}", number(item))));
                if finish {
                    told.push(end(command, fate, request(tag, fate, step_items(step))));
                }
            }
            Step::Subscribe => subscribed = true,
            Step::Unsubscribe => subscribed = false,
            Step::Raise(count) => {
                for _ in 0..count {
                    raised += 1;
                    if subscribed {
                        told.push(format!("note {raised}"));
                    }
                }
            }
            Step::SubscribeUnknown => {
                told.push("the daemon does not know the event `nothing`".to_owned());
            }
        }
    }
    told
}

fn step_items(step: &Step) -> u8 {
    match step {
        Step::Stream { items, .. } => *items,
        _ => 0,
    }
}

fn note(message: &Message) -> String {
    format!("note {}", message.get::<u8>("number").unwrap())
}

fn blocking(steps: &[Step], chunks: &[usize]) -> Vec<String> {
    let wire = Wire::new(chunks);
    let mut client = Client::new(wire.clone());
    let (mut subscribed, mut told) = (false, Vec::new());
    for (tag, step) in steps.iter().enumerate() {
        match *step {
            Step::Call(fate) => {
                told.push(tell(client.call_raw("get-it", &request(tag, fate, 0))));
            }
            Step::Stream {
                fate,
                items,
                taken,
                finish,
                acts,
            } => {
                let command = if acts { "gather" } else { "list-items" };
                let request = request(tag, fate, items);
                let mut stream = client.stream_raw(command, "item", &request).unwrap();
                for item in stream.by_ref().take(usize::from(taken)) {
                    let Ok(item) = item else { break };
                    told.push(format!("{item:?}"));
                }
                if finish {
                    told.push(tell(stream.finish()));
                }
            }
            Step::Subscribe if !subscribed => {
                client.subscribe_raw("note").unwrap();
                subscribed = true;
            }
            Step::Unsubscribe if subscribed => {
                client.unsubscribe_raw("note").unwrap();
                subscribed = false;
            }
            Step::Subscribe | Step::Unsubscribe => {}
            Step::Raise(count) => {
                let raise = Message::new().key("count", count);
                client.call_raw("raise", &raise).unwrap();
                for _ in 0..if subscribed { count } else { 0 } {
                    let event = client.next_event(None).unwrap().unwrap();
                    told.push(note(&event.message().unwrap()));
                }
            }
            Step::SubscribeUnknown => told.push(tell(client.subscribe_raw("nothing"))),
        }
    }
    if subscribed {
        client.unsubscribe_raw("note").unwrap();
    }
    // What was dropped last is brought to its end.
    client
        .call_raw("get-it", &request(0, Fate::Answered, 0))
        .unwrap();
    assert_eq!(registered(&wire), (0, 0));
    told
}

fn asynchronous(steps: &[Step], chunks: &[usize]) -> Vec<String> {
    let wire = Wire::new(chunks);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let told = runtime.block_on(async {
        let (client, driver) = AsyncClient::new(wire.clone());
        tokio::spawn(driver);
        let (mut notes, mut told) = (None, Vec::new());
        for (tag, step) in steps.iter().enumerate() {
            match *step {
                Step::Call(fate) => {
                    told.push(tell(
                        client.call_raw("get-it", &request(tag, fate, 0)).await,
                    ));
                }
                Step::Stream {
                    fate,
                    items,
                    taken,
                    finish,
                    acts,
                } => {
                    let command = if acts { "gather" } else { "list-items" };
                    let request = request(tag, fate, items);
                    let mut stream = client.stream_raw(command, "item", &request).unwrap();
                    for _ in 0..taken {
                        let Some(Ok(item)) = stream.next().await else {
                            break;
                        };
                        told.push(format!("{item:?}"));
                    }
                    if finish {
                        told.push(tell(stream.finish().await));
                    }
                }
                Step::Subscribe => {
                    if notes.is_none() {
                        notes = Some(client.subscribe_names(&["note"]).await.unwrap());
                    }
                }
                Step::Unsubscribe => notes = None,
                Step::Raise(count) => {
                    let raise = Message::new().key("count", count);
                    client.call_raw("raise", &raise).await.unwrap();
                    if let Some(notes) = &mut notes {
                        for _ in 0..count {
                            let event = notes.next().await.unwrap().unwrap();
                            told.push(note(&event.message().unwrap()));
                        }
                    }
                }
                Step::SubscribeUnknown => {
                    told.push(tell(client.subscribe_names(&["nothing"]).await.map(drop)));
                }
            }
        }
        drop(notes);
        let last = client.call_raw("get-it", &request(0, Fate::Answered, 0));
        last.await.unwrap();
        told
    });
    assert_eq!(registered(&wire), (0, 0));
    told
}

fn registered(wire: &Wire) -> (usize, usize) {
    let daemon = wire.0.lock().unwrap();
    (daemon.item, daemon.note)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn both_clients_do_what_the_model_says(
        steps in proptest::collection::vec(step(), 0..20),
        chunks in proptest::collection::vec(prop_oneof![1..9_usize, Just(10_000)], 1..6),
    ) {
        let model = expected(&steps);
        prop_assert_eq!(&blocking(&steps, &chunks), &model);
        prop_assert_eq!(&asynchronous(&steps, &chunks), &model);
    }
}
