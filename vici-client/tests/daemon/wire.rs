//! What stands between the clients of a test and the daemon, and looks at every message.
//!
//! Each response and event is decoded into its type: no key may be ignored, and encoding has to give
//! the bytes that came. That holds for all clients, those of other projects too.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use vici_client::Message;

use crate::{coverage, typed};

/// The record of a daemon, which ends with this.
pub(crate) struct Wire {
    path: PathBuf,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    seen: Mutex<BTreeSet<String>>,
    faults: Mutex<Vec<String>>,
    /// The last request of each command.
    requests: Mutex<BTreeMap<String, Vec<u8>>>,
    over: AtomicBool,
}

impl Wire {
    /// Listens at a path, for connections that it makes to the daemon.
    pub(crate) fn start(path: &Path, daemon: &Path) -> Self {
        let listener = UnixListener::bind(path).unwrap();
        let daemon = daemon.to_owned();
        let shared = Arc::new(Shared::default());
        let wire = Self {
            path: path.to_owned(),
            shared: Arc::clone(&shared),
        };
        thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                if shared.over.load(Ordering::Relaxed) {
                    return;
                }
                // Where there is no daemon the client is closed.
                if let Ok(daemon) = UnixStream::connect(&daemon) {
                    connect(&client, &daemon, &shared);
                }
            }
        });
        wire
    }

    /// The last request of a command.
    pub(crate) fn request(&self, command: &str) -> Message {
        typed::tree(&self.shared.requests.lock().unwrap()[command])
    }

    /// What came since the last time, and what was wrong with it.
    pub(crate) fn take(&self) -> (BTreeSet<String>, Vec<String>) {
        let seen = std::mem::take(&mut *self.shared.seen.lock().unwrap());
        let faults = std::mem::take(&mut *self.shared.faults.lock().unwrap());
        (seen, faults)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
        // Wakes the listener.
        let _ = UnixStream::connect(&self.path);
    }
}

/// The commands and registrations of a connection that are not answered yet.
type Open = Arc<Mutex<VecDeque<String>>>;

fn connect(client: &UnixStream, daemon: &UnixStream, shared: &Arc<Shared>) {
    let open = Open::default();
    let asked = Arc::clone(&open);
    let requests = Arc::clone(shared);
    forward(client, daemon, move |packet| {
        if let [kind @ (0 | 3 | 4), rest @ ..] = packet {
            let (name, message) = named(rest);
            if *kind == 0 {
                let mut requests = requests.requests.lock().unwrap();
                requests.insert(name.clone(), message.to_owned());
            }
            asked.lock().unwrap().push_back(name);
        }
    });
    let shared = Arc::clone(shared);
    forward(daemon, client, move |packet| match packet {
        [1, message @ ..] => {
            let command = open.lock().unwrap().pop_front().unwrap_or_default();
            shared.response(&command, message);
        }
        [2 | 5 | 6, ..] => drop(open.lock().unwrap().pop_front()),
        [7, rest @ ..] => {
            let (event, message) = named(rest);
            shared.event(&event, message);
        }
        _ => {}
    });
}

/// Sends on what comes, packet by packet and each after it was looked at, until one side closes.
fn forward(from: &UnixStream, to: &UnixStream, look: impl Fn(&[u8]) + Send + 'static) {
    let mut from = from.try_clone().unwrap();
    let mut to = to.try_clone().unwrap();
    thread::spawn(move || {
        let mut pass = || -> io::Result<()> {
            let mut length = [0; 4];
            let mut packet = Vec::new();
            loop {
                from.read_exact(&mut length)?;
                packet.resize(u32::from_be_bytes(length) as usize, 0);
                from.read_exact(&mut packet)?;
                look(&packet);
                to.write_all(&[&length[..], &packet].concat())?;
            }
        };
        let _ = pass();
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    });
}

/// The name at the beginning of a packet, and what follows.
fn named(packet: &[u8]) -> (String, &[u8]) {
    let (name, rest) = packet[1..].split_at(packet[0].into());
    (String::from_utf8_lossy(name).into_owned(), rest)
}

impl Shared {
    fn response(&self, command: &str, message: &[u8]) {
        // A command that there is not is answered otherwise.
        let again = typed::response(command).expect("a command")(message);
        self.check(command, message, again);
        let tree: Message = vici_client::vici_serde::from_slice(message).unwrap();
        let refused = tree
            .find("success")
            .is_some_and(|value| value.as_str() == Some("no"));
        let result = if refused { "refused" } else { "answered" };
        self.see(format!("command {command} {result}"));
    }

    fn event(&self, event: &str, message: &[u8]) {
        let again = typed::event(event).expect("an event")(message);
        self.check(event, message, again);
        self.see(format!("event {event}"));
        for fact in coverage::facts(event, message) {
            self.see(fact);
        }
    }

    fn check(&self, name: &str, message: &[u8], again: Result<Vec<u8>, String>) {
        let fault = match again {
            Ok(again) if typed::is_same(name, message, &again) => return,
            Ok(again) => format!(
                "{name}: was\n{}and is\n{}",
                typed::tree(message),
                typed::tree(&again)
            ),
            Err(error) => format!("{name}: {error} in\n{}", typed::tree(message)),
        };
        self.faults.lock().unwrap().push(fault);
    }

    fn see(&self, what: String) {
        self.seen.lock().unwrap().insert(what);
    }
}
