//! Commands that are answered by one response.

use core::time::Duration;
use std::io::{Read, Write};

use vici_serde::Message;
use vici_types::Command;

use crate::client::Client;
use crate::codec;
use crate::error::Result;

impl<S: Read + Write> Client<S> {
    /// Sends a command and waits for its response.
    ///
    /// ```no_run
    /// use vici_client::{Client, Error, vici_types::UnloadConn};
    ///
    /// # fn main() -> vici_client::Result<()> {
    /// let mut client = Client::connect()?;
    /// match client.call(&UnloadConn::new("home")) {
    ///     Ok(_) => println!("unloaded"),
    ///     Err(Error::CommandFailed { errmsg, .. }) => println!("not loaded: {errmsg:?}"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Examples: [`version_and_stats`](crate::guide::examples::version_and_stats),
    /// [`site_to_site`](crate::guide::examples::site_to_site),
    /// [`road_warrior`](crate::guide::examples::road_warrior); with a struct of one's own
    /// [`from_toml`](crate::guide::examples::from_toml).
    ///
    /// # Errors
    ///
    /// - [`Error::InvalidRequest`](crate::Error::InvalidRequest) and
    ///   [`Error::Encode`](crate::Error::Encode): nothing was sent.
    /// - [`Error::CommandFailed`](crate::Error::CommandFailed): the daemon answered `success = no`.
    /// - [`Error::UnknownCommand`](crate::Error::UnknownCommand): the daemon does not know it.
    /// - [`Error::Decode`](crate::Error::Decode): the response does not fit its type.
    /// - [`Error::Timeout`](crate::Error::Timeout): see [`set_timeout`](Self::set_timeout).
    /// - [`Error::Closed`](crate::Error::Closed), [`Error::Io`](crate::Error::Io),
    ///   [`Error::Protocol`](crate::Error::Protocol): the connection is closed.
    pub fn call<R: Command>(&mut self, request: &R) -> Result<R::Response> {
        let deadline = self.deadline(request.wait());
        self.prepare()?;
        let id = codec::send(&mut self.session, request)?;
        let reply = self.wait(id, deadline)?;
        codec::response::<R>(reply.outcome, self.session.message(&reply))
    }

    /// Sends a command by its name, as a message, and returns the response as one.
    ///
    /// As [`call`](Self::call) it makes an error of `success = no`, which keeps the response.
    /// Commands that stream events, such as `list-sas`, go to [`stream_raw`](Self::stream_raw): here
    /// they would return nothing. The example [`raw`](crate::guide::examples::raw) has both.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    pub fn call_raw(&mut self, command: &str, message: &Message) -> Result<Message> {
        let deadline = self.deadline(Duration::ZERO);
        self.prepare()?;
        let id = codec::send_raw(&mut self.session, command, message)?;
        let reply = self.wait(id, deadline)?;
        codec::response_raw(command, reply.outcome, self.session.message(&reply))
    }
}
