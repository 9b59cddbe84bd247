//! Connecting a blocking client.

use std::io;

use crate::attempt::connect_once;
use crate::client::Client;
use crate::config::Config;
use crate::deadline::Deadline;
use crate::error::Result;
use crate::open::{Open, open};
use crate::shutdown::Switch;
use crate::socket::Socket;

impl Config {
    /// Connects.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`](crate::Error::Connect), with what the last attempt has met; [`Error::Io`](crate::Error::Io) for a timeout of zero
    /// ([`InvalidInput`](io::ErrorKind::InvalidInput)).
    pub fn connect(&self) -> Result<Client> {
        let deadline = Deadline::after(self.connect_limit);
        let limited = self.connect_limit.is_some();
        let socket = open(self, deadline, limited, &Switch::default())?;
        let mut client = Client::new(socket);
        client.set_timeout(self.timeout)?;
        client.set_stream_timeout(self.stream_timeout)?;
        client.set_event_limits(self.event_limits);
        client.reopen = Some(Box::new(self.clone()));
        Ok(client)
    }
}

impl Open<Socket> for Config {
    fn open(&self, deadline: Deadline, switch: &Switch) -> io::Result<Socket> {
        let address = self.address.clone().unwrap_or_default();
        connect_once(&address, self.keepalive, deadline, switch)
    }

    fn name(&self) -> String {
        self.address.clone().unwrap_or_default().to_string()
    }
}

impl Client {
    /// Connects to the daemon on this machine, at its [default address](crate::Address::default).
    ///
    /// ```no_run
    /// use vici_client::{Client, vici_types::Version};
    ///
    /// # fn main() -> vici_client::Result<()> {
    /// let mut client = Client::connect()?;
    /// println!("{}", client.call(&Version::default())?.version);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The example [`quickstart`](crate::guide::examples::quickstart) goes on from there. All that can
    /// be set is in [`Config`].
    ///
    /// # Errors
    ///
    /// [`Error::Connect`](crate::Error::Connect). There is no limit to how long it takes: a daemon that is alive but does
    /// not accept holds it up. See [`Config::connect_limit`].
    pub fn connect() -> Result<Self> {
        Config::new().connect()
    }

    /// Connects to where a URI or an absolute path tells: `unix:///path`, `/path`,
    /// `tcp://host:port` and what else an [`Address`](crate::Address) is parsed from.
    ///
    /// ```no_run
    /// use vici_client::Client;
    ///
    /// # fn main() -> vici_client::Result<()> {
    /// let gateway = Client::connect_uri("tcp://[2001:db8::1]:4502")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect), also for a text that is no address.
    pub fn connect_uri(uri: &str) -> Result<Self> {
        Config::from_uri(uri)?.connect()
    }

    /// Connects to where the environment variable `VICI_URI` tells, else as
    /// [`connect`](Self::connect): for programs that have no options of their own.
    ///
    /// # Errors
    ///
    /// As [`connect_uri`](Self::connect_uri).
    pub fn connect_env() -> Result<Self> {
        Config::from_env()?.connect()
    }
}
