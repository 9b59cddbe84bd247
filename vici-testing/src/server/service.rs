//! What a server does with the commands of its clients.

use core::cell::RefCell;
use core::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use vici_serde::Message;
use vici_types::Event;

use super::connections::Connections;
use super::outbox::Connection;

/// What answers the commands of clients.
///
/// Different connections call it at the same time, each from a thread of its own; the commands of one
/// connection come one after the other. [`Commands`](super::Commands) is one made of typed handlers.
pub trait Service: Send + Sync + 'static {
    /// Carries out a command and answers it. What is [streamed](Call::stream) meanwhile comes before
    /// the answer.
    fn call(&self, call: &mut Call<'_>) -> Reply;

    /// Whether there is an event of this name, which clients may register.
    fn has_event(&self, name: &str) -> bool;

    /// Learns that a client asks for an event that there is not, before it is answered that. The event
    /// is the command of the call. Nothing has to be done about it.
    fn invalid_registration(&self, call: &mut Call<'_>) {
        let _ = call;
    }
}

impl<T: ?Sized + Service> Service for Arc<T> {
    fn call(&self, call: &mut Call<'_>) -> Reply {
        (**self).call(call)
    }

    fn has_event(&self, name: &str) -> bool {
        (**self).has_event(name)
    }

    fn invalid_registration(&self, call: &mut Call<'_>) {
        (**self).invalid_registration(call);
    }
}

/// How a command is answered.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// By a response: the encoded message. One that is too long for a frame is never sent, as the
    /// daemon does it.
    Response(Vec<u8>),
    /// By telling that there is no such command.
    Unknown,
    /// Not at all: the client goes on waiting.
    Silence,
    /// By closing the connection, when what was streamed before has been sent.
    Close,
}

impl Reply {
    /// A response that is anything with an encoding: a response of `vici_types`, a [`Message`], a
    /// struct of your own.
    ///
    /// # Errors
    ///
    /// It has no encoding.
    pub fn response<T: ?Sized + Serialize>(response: &T) -> vici_serde::Result<Self> {
        vici_serde::to_vec(response).map(Self::Response)
    }

    /// The response `success = yes`.
    pub fn success() -> Self {
        Self::encoded(&Message::new().key("success", true))
    }

    /// The response `success = no` with the daemon's reason.
    pub fn failure(errmsg: &str) -> Self {
        let response = Message::new().key("success", false);
        Self::encoded(&response.key("errmsg", errmsg))
    }

    /// A message within the limits; beyond them it would not be sent either.
    pub(crate) fn encoded(message: &Message) -> Self {
        vici_serde::to_vec(message).map_or(Self::Silence, Self::Response)
    }
}

/// A command while it is carried out.
pub struct Call<'a> {
    pub(super) connections: &'a Connections,
    pub(super) connection: &'a Connection,
    pub(super) command: &'a str,
    pub(super) message: &'a [u8],
    /// The events to raise when it is answered.
    pub(super) afterwards: RefCell<Vec<(String, Vec<u8>)>>,
}

impl Call<'_> {
    /// The name of the command.
    pub fn command(&self) -> &str {
        self.command
    }

    /// The encoded message.
    pub fn message(&self) -> &[u8] {
        self.message
    }

    /// The message as a type.
    ///
    /// # Errors
    ///
    /// It does not fit the type.
    pub fn decode<T: DeserializeOwned>(&self) -> vici_serde::Result<T> {
        vici_serde::from_slice(self.message)
    }

    /// The number of the connection that the command came from; the first one is 1.
    pub fn connection(&self) -> u64 {
        self.connection.id()
    }

    /// Whether the server has closed the connection meanwhile: the answer reaches nobody.
    pub fn is_closed(&self) -> bool {
        self.connection.is_closed()
    }

    /// Whether the connection that the command came from has registered an event.
    pub fn is_registered(&self, event: &str) -> bool {
        self.connection.registered(event) > 0
    }

    /// Sends an event to the connection that the command came from, as often as it has registered it,
    /// and to no other: an item of a stream, or whatever is meant for one client alone.
    ///
    /// # Errors
    ///
    /// The event has no encoding.
    pub fn stream<E: Event + Serialize>(&mut self, event: &E) -> vici_serde::Result<()> {
        self.stream_encoded(E::NAME, &vici_serde::to_vec(event)?);
        Ok(())
    }

    /// [`stream`](Self::stream) by name.
    ///
    /// # Errors
    ///
    /// The event has no encoding.
    pub fn stream_raw(&mut self, event: &str, message: &Message) -> vici_serde::Result<()> {
        self.stream_encoded(event, &vici_serde::to_vec(message)?);
        Ok(())
    }

    /// Sends an event to every connection that has registered it, before the answer to the command.
    ///
    /// # Errors
    ///
    /// The event has no encoding.
    pub fn raise<E: Event + Serialize>(&mut self, event: &E) -> vici_serde::Result<()> {
        self.raise_encoded(E::NAME, &vici_serde::to_vec(event)?);
        Ok(())
    }

    /// [`raise`](Self::raise) by name.
    ///
    /// # Errors
    ///
    /// The event has no encoding.
    pub fn raise_raw(&mut self, event: &str, message: &Message) -> vici_serde::Result<()> {
        self.raise_encoded(event, &vici_serde::to_vec(message)?);
        Ok(())
    }

    /// Sends an event to every connection that has registered it, right behind the answer to the
    /// command. What is raised so keeps its order.
    ///
    /// # Errors
    ///
    /// The event has no encoding.
    pub fn raise_afterwards<E: Event + Serialize>(&mut self, event: &E) -> vici_serde::Result<()> {
        self.raise_encoded_afterwards(E::NAME, vici_serde::to_vec(event)?);
        Ok(())
    }

    /// [`raise_afterwards`](Self::raise_afterwards) by name.
    ///
    /// # Errors
    ///
    /// The event has no encoding.
    pub fn raise_raw_afterwards(
        &mut self,
        event: &str,
        message: &Message,
    ) -> vici_serde::Result<()> {
        self.raise_encoded_afterwards(event, vici_serde::to_vec(message)?);
        Ok(())
    }

    pub(crate) fn stream_encoded(&self, event: &str, message: &[u8]) {
        self.connection.deliver(event, message);
    }

    pub(crate) fn raise_encoded(&self, event: &str, message: &[u8]) {
        self.connections.raise(event, message);
    }

    pub(crate) fn raise_encoded_afterwards(&self, event: &str, message: Vec<u8>) {
        let mut afterwards = self.afterwards.borrow_mut();
        afterwards.push((event.to_owned(), message));
    }

    /// Sends bytes as they are.
    pub(crate) fn send_bytes(&self, bytes: &[u8]) {
        self.connection.send_bytes(bytes);
    }
}

impl fmt::Debug for Call<'_> {
    /// Shows no message, as there may be secrets in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("command", &self.command)
            .field("connection", &self.connection())
            .finish_non_exhaustive()
    }
}
