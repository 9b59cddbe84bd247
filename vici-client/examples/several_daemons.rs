//! Talks to several daemons at once in one thread, with an event loop of its own.
//!
//! ```sh
//! cargo run --example simulated_daemon -- unix:///tmp/moon.vici  # in a terminal of its own
//! cargo run --example simulated_daemon -- unix:///tmp/sun.vici   # in a terminal of its own
//! cargo run --example several_daemons -- /tmp/moon.vici /tmp/sun.vici
//! ```
//!
//! Without an argument it asks one daemon, as the other examples do.
//!
//! The client of this crate blocks. What is below it does not, and knows no sockets: a
//! [`Session`] is fed with what has been read, and tells what is to be written. Here `mio` waits for
//! the sockets; any other loop does as well. [`codec`] checks and encodes the requests, and makes an
//! error of a refusal, as the client does. Each daemon is asked two things in one go, which is possible
//! because answers come in the order of the requests.

use std::error::Error;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use mio::net::UnixStream;
use mio::{Events, Interest, Poll, Token};
use vici_client::codec;
use vici_client::proto::{RequestId, Session};
use vici_types::{Stats, StatsResponse, Version, VersionResponse};

/// What a daemon said.
#[derive(Debug)]
pub(crate) struct Report {
    /// Its version.
    pub(crate) version: String,
    /// How many IKE_SAs it has.
    pub(crate) ikesas: u32,
}

/// One connection, with what it waits for.
struct Connection {
    socket: UnixStream,
    session: Session,
    version: RequestId,
    stats: RequestId,
    known_version: Option<VersionResponse>,
    known_stats: Option<StatsResponse>,
}

impl Connection {
    /// Connects, and asks both questions; nothing is sent before the loop says that it can be.
    fn open(socket: &Path) -> Result<Self, Box<dyn Error>> {
        let mut session = Session::new();
        Ok(Self {
            socket: UnixStream::connect(socket)?,
            version: codec::send(&mut session, &Version::new())?,
            stats: codec::send(&mut session, &Stats::new())?,
            session,
            known_version: None,
            known_stats: None,
        })
    }

    /// Reads and writes all that can be read and written without waiting.
    fn advance(&mut self) -> Result<(), Box<dyn Error>> {
        loop {
            match self.socket.read(self.session.buffer()) {
                Ok(0) if self.report().is_some() => return Ok(()),
                Ok(0) => return Err("the daemon has closed the connection".into()),
                Ok(count) => self.session.advance(count),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
            self.answers()?;
        }
        // What has come may have released something to send.
        while !self.session.transmit().is_empty() {
            match self.socket.write(self.session.transmit()) {
                Ok(count) => self.session.sent(count),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Takes the answers that have come in full.
    fn answers(&mut self) -> Result<(), Box<dyn Error>> {
        while let Some(reply) = self.session.poll()? {
            let (outcome, message) = (reply.outcome, self.session.message(&reply));
            if reply.id == self.version {
                self.known_version = Some(codec::response::<Version>(outcome, message)?);
            } else if reply.id == self.stats {
                self.known_stats = Some(codec::response::<Stats>(outcome, message)?);
            }
        }
        Ok(())
    }

    /// Both answers, as soon as they are there.
    fn report(&self) -> Option<Report> {
        let (version, stats) = (self.known_version.as_ref()?, self.known_stats.as_ref()?);
        Some(Report {
            version: version.version.clone(),
            ikesas: stats.ikesas.total,
        })
    }
}

/// Asks all daemons at once; the reports are in the order of the sockets.
pub(crate) fn ask(sockets: &[PathBuf]) -> Result<Vec<Report>, Box<dyn Error>> {
    let mut poll = Poll::new()?;
    let mut connections = Vec::new();
    for (number, socket) in sockets.iter().enumerate() {
        let mut connection = Connection::open(socket)?;
        let interest = Interest::READABLE | Interest::WRITABLE;
        poll.registry()
            .register(&mut connection.socket, Token(number), interest)?;
        connections.push(connection);
    }

    let mut events = Events::with_capacity(connections.len().max(1));
    while connections.iter().any(|open| open.report().is_none()) {
        poll.poll(&mut events, None)?;
        for event in &events {
            let connection = &mut connections[event.token().0];
            if connection.report().is_none() {
                connection.advance()?;
            }
        }
    }
    Ok(connections.iter().filter_map(Connection::report).collect())
}

#[allow(dead_code, reason = "a test runs the rest of this file")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut sockets: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if sockets.is_empty() {
        let uri = std::env::var("VICI_URI").unwrap_or("unix:///run/charon.vici".to_owned());
        let path = uri.strip_prefix("unix://");
        sockets.push(path.ok_or("give the paths of Unix sockets")?.into());
    }
    for (socket, report) in sockets.iter().zip(ask(&sockets)?) {
        let Report { version, ikesas } = report;
        println!(
            "{}: strongSwan {version}, {ikesas} IKE_SAs",
            socket.display()
        );
    }
    Ok(())
}
