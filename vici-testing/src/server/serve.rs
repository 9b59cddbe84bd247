//! The threads of a connection: one reads and works, one sends.

use core::cell::RefCell;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread;

use vici_client::proto::Packet;

use super::connections::Connections;
use super::fault::Delivery;
use super::outbox::{Connection, Outgoing};
use super::service::{Call, Reply, Service};
use super::session::{Asked, ServerSession};
use super::stream::Stream;

/// What serves connections.
#[derive(Clone)]
pub(super) struct Host {
    pub(super) service: Arc<dyn Service>,
    pub(super) connections: Arc<Connections>,
}

impl Host {
    /// Serves a connection, in threads of its own.
    pub(super) fn serve(&self, stream: impl Into<Stream>) -> io::Result<()> {
        let stream = stream.into();
        stream.set_delayed(false);
        let Some((connection, outgoing)) = self.connections.add(stream) else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        let sending = Sending {
            connections: Arc::clone(&self.connections),
            connection: Arc::clone(&connection),
            delivery: Delivery::Whole,
        };
        let serving = Serving {
            host: self.clone(),
            connection,
        };
        spawn("vici-send", move || sending.run(&outgoing))?;
        spawn("vici-serve", move || serving.read())
    }
}

/// A connection in the list of its server, until this is dropped: also if a handler panics.
struct Serving {
    host: Host,
    connection: Arc<Connection>,
}

impl Serving {
    /// Handles what the client asks for, one after the other, until it leaves.
    fn read(self) {
        let mut session = ServerSession::new();
        loop {
            loop {
                match session.poll() {
                    Ok(Some(asked)) if self.handle(asked) => {}
                    Ok(Some(_)) => return,
                    Ok(None) => break,
                    // A frame that is too long. The daemon does not read on.
                    Err(_) => return self.connection.let_go(),
                }
            }
            if !self.host.connections.pass() {
                return;
            }
            match self.connection.stream().read(session.buffer()) {
                Ok(count) if count > 0 => session.advance(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // A half-closed connection is closed: what was not sent yet is lost.
                _ => return self.connection.close(),
            }
        }
    }

    /// Whether to go on.
    fn handle(&self, asked: Asked<'_>) -> bool {
        let Host {
            service,
            connections,
        } = &self.host;
        let connection = &*self.connection;
        let Some(_turn) = connections.turn() else {
            return false;
        };
        let call = |command, message| Call {
            connections,
            connection,
            command,
            message,
            afterwards: RefCell::default(),
        };
        match asked {
            Asked::Register { name } if service.has_event(name) => {
                if connection.register(name) {
                    connections.count(name);
                }
            }
            Asked::Register { name } => {
                service.invalid_registration(&mut call(name, &[]));
                connection.send(Packet::EventUnknown);
            }
            Asked::Unregister { name } => {
                connection.unregister(name);
                connections.notify();
            }
            Asked::Command { name, message } => {
                let mut call = call(name, message);
                let reply = service.call(&mut call);
                let afterwards = call.afterwards.into_inner();
                match reply {
                    Reply::Response(_) if connections.drops_response() => {}
                    Reply::Response(message) => {
                        connection.send(Packet::CommandResponse { message: &message });
                    }
                    Reply::Unknown => connection.send(Packet::CommandUnknown),
                    Reply::Silence => {}
                    Reply::Close => return false,
                }
                for (event, message) in afterwards {
                    connections.raise(&event, &message);
                }
            }
        }
        true
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.connection.end();
        self.host.connections.remove(self.connection.id());
    }
}

/// What sends to a client.
struct Sending {
    connections: Arc<Connections>,
    connection: Arc<Connection>,
    /// How it was done last.
    delivery: Delivery,
}

impl Sending {
    /// Sends what is on its way, until the end of it.
    fn run(mut self, outgoing: &Receiver<Outgoing>) {
        while let Ok(next) = outgoing.recv() {
            let (bytes, head) = match next {
                Outgoing::Frame(bytes) if bytes.is_empty() => continue,
                Outgoing::Frame(bytes) => (bytes, 4),
                Outgoing::Bytes(bytes) => (bytes, 0),
                Outgoing::End => break,
                Outgoing::LetGo => return,
            };
            if !self.connections.pass() || self.send(&bytes, head).is_err() {
                break;
            }
        }
        self.connection.close();
    }

    fn send(&mut self, bytes: &[u8], head: usize) -> io::Result<()> {
        let (delivery, cut) = self.connections.next_packet();
        let stream = self.connection.stream();
        if delivery != self.delivery {
            stream.set_delayed(delivery == Delivery::Apart);
            self.delivery = delivery;
        }
        let bytes = cut.and_then(|cut| bytes.get(..cut)).unwrap_or(bytes);
        let sent = write(stream, bytes, head, delivery);
        if cut.is_some() {
            self.connections.die(&self.connection);
        }
        sent
    }
}

fn write(mut stream: impl Write, bytes: &[u8], head: usize, delivery: Delivery) -> io::Result<()> {
    match delivery {
        Delivery::Whole => stream.write_all(bytes),
        Delivery::Apart => {
            let (head, body) = bytes.split_at_checked(head).unwrap_or((bytes, &[]));
            stream.write_all(head)?;
            stream.write_all(body)
        }
        Delivery::Slow { piece, pause } => bytes.chunks(piece.max(1)).try_for_each(|piece| {
            thread::sleep(pause);
            stream.write_all(piece)
        }),
    }
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(body)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;

    /// Remembers each write.
    struct Writes(Vec<Vec<u8>>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn packets_are_written_as_it_was_ordered() {
        let pause = Duration::ZERO;
        let frame = b"\0\0\0\x03abc";
        for (delivery, pieces) in [
            (Delivery::Whole, &[&frame[..]][..]),
            (Delivery::Apart, &[&frame[..4], b"abc"]),
            (
                Delivery::Slow { piece: 3, pause },
                &[b"\0\0\0", b"\x03ab", b"c"],
            ),
            (Delivery::Slow { piece: 10, pause }, &[frame]),
        ] {
            let mut writes = Writes(Vec::new());
            write(&mut writes, frame, 4, delivery).unwrap();
            assert_eq!(writes.0, pieces, "{delivery:?}");
        }
    }
}
