//! Where a server listens.

use core::time::Duration;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
#[cfg(unix)]
use std::os::fd::AsFd;
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt, FileTypeExt};
#[cfg(target_os = "linux")]
use std::os::unix::net::SocketAddr as UnixAddr;
#[cfg(unix)]
use std::os::unix::net::{UnixListener, UnixStream};
#[cfg(unix)]
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;

use vici_client::Address;

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
    #[cfg(target_os = "linux")]
    Abstract(String),
}

impl Listener {
    /// Listens on an address: on a free port where that is 0. A socket file that nobody listens on is
    /// replaced, as the daemon does it.
    pub(super) fn new(host: &Host, address: &Address, backlog: Option<i32>) -> io::Result<Self> {
        match address {
            Address::Tcp { host: name, port } => {
                let listener = TcpListener::bind((name.as_str(), *port))?;
                shorten(&listener, backlog)?;
                let place = Place::Tcp(listener.local_addr()?);
                Self::accept(host, place, move || {
                    listener.accept().map(|(stream, _)| stream)
                })
            }
            #[cfg(unix)]
            Address::Unix(path) => Self::unix(host, path.clone(), None, backlog),
            #[cfg(target_os = "linux")]
            Address::Abstract(name) => {
                let address = abstract_address(name)?;
                let listener = UnixListener::bind_addr(&address)?;
                shorten(&listener, backlog)?;
                let place = Place::Abstract(name.clone());
                Self::accept(host, place, move || {
                    listener.accept().map(|(stream, _)| stream)
                })
            }
            address => Err(io::Error::new(
                io::ErrorKind::Unsupported,
                format!("this system can't listen on {address}"),
            )),
        }
    }

    /// Listens in a new folder that only this user can enter.
    #[cfg(unix)]
    pub(super) fn temporary(host: &Host, backlog: Option<i32>) -> io::Result<Self> {
        let folder = make_folder()?;
        Self::unix(host, folder.join("charon.vici"), Some(folder), backlog)
    }

    /// Listens on a free port: there are no Unix sockets.
    #[cfg(not(unix))]
    pub(super) fn temporary(host: &Host, backlog: Option<i32>) -> io::Result<Self> {
        Self::new(host, &Self::loopback(), backlog)
    }

    #[cfg(unix)]
    fn unix(
        host: &Host,
        path: PathBuf,
        folder: Option<PathBuf>,
        backlog: Option<i32>,
    ) -> io::Result<Self> {
        let listener = bind(&path)?;
        shorten(&listener, backlog)?;
        let place = Place::Unix { path, folder };
        Self::accept(host, place, move || {
            listener.accept().map(|(stream, _)| stream)
        })
    }

    /// A free port of the loopback interface.
    pub(super) fn loopback() -> Address {
        Address::Tcp {
            host: "127.0.0.1".to_owned(),
            port: 0,
        }
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
            #[cfg(target_os = "linux")]
            Place::Abstract(name) => format!("unix://@{name}"),
        }
    }

    /// Connects once, so that the thread sees that it is over.
    fn wake(&self) -> io::Result<()> {
        match &self.place {
            Place::Tcp(address) => TcpStream::connect(address).map(drop),
            #[cfg(unix)]
            Place::Unix { path, .. } => UnixStream::connect(path).map(drop),
            #[cfg(target_os = "linux")]
            Place::Abstract(name) => abstract_address(name)
                .and_then(|address| UnixStream::connect_addr(&address).map(drop)),
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

/// Lets fewer clients wait than the standard library does.
#[cfg(unix)]
fn shorten(listener: impl AsFd, backlog: Option<i32>) -> io::Result<()> {
    match backlog {
        Some(backlog) => Ok(rustix::net::listen(listener, backlog)?),
        None => Ok(()),
    }
}

#[cfg(not(unix))]
fn shorten<T>(_listener: &T, _backlog: Option<i32>) -> io::Result<()> {
    Ok(())
}

#[cfg(target_os = "linux")]
fn abstract_address(name: &str) -> io::Result<UnixAddr> {
    use std::os::linux::net::SocketAddrExt;

    UnixAddr::from_abstract_name(name)
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

    // The path of a socket has room for 108 bytes.
    let parent = std::env::temp_dir();
    let parent = if parent.as_os_str().len() > 70 {
        PathBuf::from("/tmp")
    } else {
        parent
    };
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
