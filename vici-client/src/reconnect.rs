//! Coming back after the end of a connection.

use core::time::Duration;
use std::io::{self, Read, Write};

use crate::client::Client;
use crate::deadline::Deadline;
use crate::error::{Error, Result};
use crate::open::{Backoff, Open, open};
use crate::shutdown::Switch;

impl<S: Read + Write> Client<S> {
    /// Tells [`reconnect`](Self::reconnect) how to open the stream anew, for a stream of your own; a
    /// client that a [`Config`](crate::Config) has made knows it.
    ///
    /// `name` is what errors call it. The function makes one attempt, within the time that is left if
    /// there is a limit; it is called again for what waiting may mend, such as a refused connection.
    ///
    /// ```no_run
    /// use std::os::unix::net::UnixStream;
    /// use std::time::Duration;
    /// use vici_client::Client;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let path = "/run/charon.vici";
    /// let mut client = Client::new(UnixStream::connect(path)?);
    /// client.reopen_with(path, move |_limit| UnixStream::connect(path));
    /// client.reconnect(Duration::from_secs(10))?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn reopen_with<F>(&mut self, name: &str, open: F)
    where
        F: Fn(Option<Duration>) -> io::Result<S> + Send + Sync + 'static,
    {
        let name = name.to_owned();
        self.reopen = Some(Box::new(Own { name, open }));
    }

    /// Connects anew to where this client was connected, again and again until `limit` is over as
    /// [`Config::connect_limit`](crate::Config::connect_limit) does it, and restores the
    /// subscriptions.
    ///
    /// For the time after [`Error::is_closed`]. The timeouts, the events that wait in the queue and
    /// shutdown handles stay; the events that were raised between the two connections were sent to
    /// nobody. What a daemon had loaded is gone if it was restarted. The example
    /// [`monitor`](crate::guide::examples::monitor) does it.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`] and [`Error::Timeout`]: try again. [`Error::Closed`] if a
    /// [`ShutdownHandle`](crate::ShutdownHandle) has ended the client. [`Error::UnknownEvent`] if the
    /// daemon does not know an event any more: it is connected then, and all else is subscribed.
    /// [`Error::Io`] if the client was made from a stream, and nothing tells how to open it again
    /// ([`Unsupported`](io::ErrorKind::Unsupported)).
    pub fn reconnect(&mut self, limit: Duration) -> Result<()> {
        let deadline = Deadline::after(Some(limit));
        let mut pause = Backoff::new();
        loop {
            let Some(way) = self.reopen.as_deref() else {
                return Err(Error::Io(io::Error::new(
                    io::ErrorKind::Unsupported,
                    "nothing tells how to open this stream again: see `Client::reopen_with`",
                )));
            };
            self.session.close();
            let stream = open(way, deadline, true, &self.switch)?;
            self.replace_stream(stream)?;
            match self.restore_subscriptions(deadline) {
                // It was accepted by a daemon on its way out.
                Err(error)
                    if error.is_closed() && !deadline.is_over() && !self.switch.is_over() =>
                {
                    pause.wait(deadline, &self.switch);
                }
                result => return result,
            }
        }
    }

    fn restore_subscriptions(&mut self, deadline: Deadline) -> Result<()> {
        let wanted: Vec<String> = self.session.registrations().map(str::to_owned).collect();
        for id in self.session.restart() {
            if let Err(error) = self.drive(id, deadline) {
                self.session.close();
                return Err(error);
            }
        }
        let missing = wanted
            .into_iter()
            .find(|event| !self.session.registrations().any(|name| name == event));
        match missing {
            Some(name) => Err(Error::UnknownEvent { name }),
            None => Ok(()),
        }
    }
}

/// A way of the caller's.
struct Own<F> {
    name: String,
    open: F,
}

impl<S, F: Fn(Option<Duration>) -> io::Result<S> + Send + Sync> Open<S> for Own<F> {
    fn open(&self, deadline: Deadline, _: &Switch) -> io::Result<S> {
        (self.open)(deadline.remaining())
    }

    fn name(&self) -> String {
        self.name.clone()
    }
}
