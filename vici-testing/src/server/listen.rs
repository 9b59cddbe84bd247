//! Where a server listens.

use core::time::Duration;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt, FileTypeExt};
#[cfg(unix)]
use std::os::unix::net::{UnixListener, UnixStream};
#[cfg(unix)]
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;

use super::serve::Host;
use super::stream::Stream;

/// A thread that accepts connections, until this is dropped.
pub(super) struct Listener {
    place: Place,
    /// Disconnected when the thread has ended.
    ended: Receiver<()>,
}

enum Place {
    Tcp(SocketAddr),
    #[cfg(unix)]
    Unix {
        path: PathBuf,
        /// Made for the socket, and removed with it.
        folder: Option<PathBuf>,
    },
}

impl Listener {
    /// Listens on a free port, or on the one that is given.
    pub(super) fn tcp(host: &Host, address: Option<&str>) -> io::Result<Self> {
        let listener = match address {
            Some(address) => TcpListener::bind(address)?,
            None => TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?,
        };
        let place = Place::Tcp(listener.local_addr()?);
        Self::accept(host, place, move || {
            listener.accept().map(|(stream, _)| stream)
        })
    }

    /// Listens on a path. A socket file that nobody listens on is replaced, as the daemon does it.
    #[cfg(unix)]
    pub(super) fn unix(host: &Host, path: &Path) -> io::Result<Self> {
        let path = path.to_owned();
        Self::unix_in(host, path, None)
    }

    /// Listens in a new folder that only this user can enter.
    #[cfg(unix)]
    pub(super) fn temporary(host: &Host) -> io::Result<Self> {
        let folder = make_folder()?;
        Self::unix_in(host, folder.join("charon.vici"), Some(folder))
    }

    /// Listens on a free port: there are no Unix sockets.
    #[cfg(not(unix))]
    pub(super) fn temporary(host: &Host) -> io::Result<Self> {
        Self::tcp(host, None)
    }

    #[cfg(unix)]
    fn unix_in(host: &Host, path: PathBuf, folder: Option<PathBuf>) -> io::Result<Self> {
        let listener = bind(&path)?;
        let place = Place::Unix { path, folder };
        Self::accept(host, place, move || {
            listener.accept().map(|(stream, _)| stream)
        })
    }

    fn accept<S: Into<Stream>>(
        host: &Host,
        place: Place,
        accept: impl FnMut() -> io::Result<S> + Send + 'static,
    ) -> io::Result<Self> {
        let host = host.clone();
        let (running, ended) = mpsc::channel();
        let body = move || {
            let _running: mpsc::Sender<()> = running;
            // With the listener in it, which is closed by the time that the end is told.
            let mut accept = accept;
            loop {
                let stream = accept();
                if !host.connections.pass() {
                    return;
                }
                match stream {
                    // If it can't be served, the client sees that it is closed.
                    Ok(stream) => drop(host.serve(stream)),
                    // Out of descriptors, as a rule: there may be some later.
                    Err(_) => thread::sleep(Duration::from_millis(10)),
                }
            }
        };
        let thread = thread::Builder::new().name("vici-accept".to_owned());
        thread.spawn(body)?;
        Ok(Self { place, ended })
    }

    /// The address for [`Client::connect_uri`](vici_client::Client::connect_uri).
    pub(super) fn uri(&self) -> String {
        match &self.place {
            Place::Tcp(address) => format!("tcp://{address}"),
            #[cfg(unix)]
            Place::Unix { path, .. } => format!("unix://{}", path.display()),
        }
    }

    /// Connects once, so that the thread sees that it is over.
    fn wake(&self) -> io::Result<()> {
        match &self.place {
            Place::Tcp(address) => TcpStream::connect(address).map(drop),
            #[cfg(unix)]
            Place::Unix { path, .. } => UnixStream::connect(path).map(drop),
        }
    }
}

impl Drop for Listener {
    /// For when the server is over.
    fn drop(&mut self) {
        // A thread that can't be reached, because somebody has taken its address, is left alone, and
        // so is what has the address now.
        let _ = self.wake();
        let ended = self.ended.recv_timeout(Duration::from_secs(1));
        let lost = ended == Err(RecvTimeoutError::Timeout);
        #[cfg(unix)]
        if let Place::Unix { path, folder } = &self.place {
            if !lost {
                let _ = std::fs::remove_file(path);
            }
            if let Some(folder) = folder {
                let _ = std::fs::remove_dir(folder);
            }
        }
        #[cfg(not(unix))]
        let _ = lost;
    }
}

#[cfg(unix)]
fn bind(path: &Path) -> io::Result<UnixListener> {
    match UnixListener::bind(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_stale(path) => {
            std::fs::remove_file(path)?;
            UnixListener::bind(path)
        }
        result => result,
    }
}

/// Whether it is a socket that nobody listens on.
#[cfg(unix)]
fn is_stale(path: &Path) -> bool {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    is_socket
        && UnixStream::connect(path)
            .is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

#[cfg(unix)]
fn make_folder() -> io::Result<PathBuf> {
    static COUNT: AtomicU64 = AtomicU64::new(0);

    let parent = std::env::temp_dir();
    loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = parent.join(format!("vici-{}-{count}", std::process::id()));
        match std::fs::DirBuilder::new().mode(0o700).create(&folder) {
            // Left by a process that had this number before.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            result => return result.map(|()| folder),
        }
    }
}
