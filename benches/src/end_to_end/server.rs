//! A daemon that says the same to everybody.

use std::io::{self, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::thread;

use vici_client::proto::Packet;

use crate::input;

/// Serves until it is killed: so many events for `list-sas`, a version for all else.
pub(crate) fn serve(socket: &str, events: usize) -> Result<(), String> {
    let listener = UnixListener::bind(socket).map_err(|error| error.to_string())?;
    // The parent waits for this line.
    println!("ready");
    let answers = Answers::new(events)?;
    thread::scope(|scope| {
        for stream in listener.incoming() {
            let answers = &answers;
            scope.spawn(move || stream.and_then(|stream| answers.converse(&stream)));
        }
    });
    Ok(())
}

/// Frames that are ready to be sent.
struct Answers {
    /// Some of the events, as many as are sent with one write.
    batch: Vec<u8>,
    /// How often the batch is sent, for all of the events.
    batches: usize,
    end: Vec<u8>,
    confirmed: Vec<u8>,
    version: Vec<u8>,
}

/// How many events are sent with one write.
const BATCH: usize = 50;

impl Answers {
    fn new(events: usize) -> Result<Self, String> {
        let list_sa = input::list_sa(1);
        let event = frame(&Packet::Event {
            name: "list-sa",
            message: &list_sa,
        })?;
        Ok(Self {
            batch: event.repeat(BATCH),
            batches: events / BATCH,
            end: frame(&Packet::CommandResponse { message: &[] })?,
            confirmed: frame(&Packet::EventConfirm)?,
            version: frame(&Packet::CommandResponse {
                message: &input::version(),
            })?,
        })
    }

    fn converse(&self, mut stream: &UnixStream) -> io::Result<()> {
        let mut requests = BufReader::new(stream);
        let mut packet = Vec::new();
        loop {
            let mut length = [0; 4];
            requests.read_exact(&mut length)?;
            packet.resize(u32::from_be_bytes(length) as usize, 0);
            requests.read_exact(&mut packet)?;
            match Packet::decode(&packet).map_err(io::Error::other)? {
                Some(Packet::EventRegister { .. } | Packet::EventUnregister { .. }) => {
                    stream.write_all(&self.confirmed)?;
                }
                Some(Packet::CommandRequest {
                    name: "list-sas", ..
                }) => {
                    for _ in 0..self.batches {
                        stream.write_all(&self.batch)?;
                    }
                    stream.write_all(&self.end)?;
                }
                _ => stream.write_all(&self.version)?,
            }
        }
    }
}

fn frame(packet: &Packet<'_>) -> Result<Vec<u8>, String> {
    let mut frame = Vec::new();
    packet
        .encode(&mut frame)
        .map_err(|error| error.to_string())?;
    Ok(frame)
}
