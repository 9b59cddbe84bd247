//! Ending a client from another thread.

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use crate::socket::Socket;

/// Ends a client from another thread, and with it the call that waits there.
///
/// A handle stays good for as long as its client lives, over every
/// [`reconnect`](crate::Client::reconnect): it ends whatever connection the client has, or is making.
/// It does not keep the connection open: that ends with the client. All handles of a client are one.
///
/// The example [`monitor`](crate::guide::examples::monitor) ends by it when it is interrupted.
#[derive(Clone, Debug, Default)]
pub struct ShutdownHandle(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    over: AtomicBool,
    /// A copy of what the client has, or is connecting.
    socket: Mutex<Option<Socket>>,
    /// Notified when it is over.
    ended: Condvar,
}

impl ShutdownHandle {
    /// Ends the client. A call, a [`reconnect`](crate::Client::reconnect) or a write that waits
    /// returns [`Error::Closed`](crate::Error::Closed), and so does every later one: there is no way
    /// back. Events that had come can still be taken.
    ///
    /// What the system does not let go of ends by itself: the lookup of a host's name, on other systems
    /// than Linux an attempt to connect, and what a stream of your own does in
    /// [`reopen_with`](crate::Client::reopen_with).
    ///
    /// # Errors
    ///
    /// Those of the system, when it shuts the socket down; the client is ended nevertheless. That it is
    /// closed already is not an error.
    pub fn shutdown(&self) -> io::Result<()> {
        let socket = self.lock();
        self.0.over.store(true, Ordering::Release);
        self.0.ended.notify_all();
        socket.as_ref().map_or(Ok(()), Socket::shutdown)
    }

    /// Whether a handle of this client has ended it.
    pub fn is_shut_down(&self) -> bool {
        self.0.over.load(Ordering::Acquire)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Socket>> {
        self.0.socket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The client's end of its handles, of which there may be none.
#[derive(Debug, Default)]
pub(crate) struct Switch(OnceLock<ShutdownHandle>);

impl Switch {
    /// A handle that ends what the socket is a copy of.
    pub(crate) fn handle(&self, socket: Socket) -> ShutdownHandle {
        let handle = self.0.get_or_init(ShutdownHandle::default);
        handle.lock().get_or_insert(socket);
        handle.clone()
    }

    /// Whether a handle has ended the client.
    pub(crate) fn is_over(&self) -> bool {
        self.0.get().is_some_and(ShutdownHandle::is_shut_down)
    }

    /// What handles end from now on, if there are any. A copy is only made for them.
    ///
    /// It is shut down at once if the client is over.
    pub(crate) fn guard(&self, copy: impl FnOnce() -> io::Result<Socket>) -> io::Result<()> {
        let Some(handle) = self.0.get() else {
            return Ok(());
        };
        let mut guarded = handle.lock();
        let socket = guarded.insert(copy()?);
        if handle.is_shut_down() {
            return socket.shutdown();
        }
        Ok(())
    }

    /// Waits for so long, or until the client is over.
    pub(crate) fn sleep(&self, time: Duration) {
        let Some(handle) = self.0.get() else {
            return thread::sleep(time);
        };
        // The result is what the caller asks next, with `is_over`.
        let _ = handle
            .0
            .ended
            .wait_timeout_while(handle.lock(), time, |_| !handle.is_shut_down());
    }

    /// Lets go of what handles would end, so that nothing keeps it open.
    pub(crate) fn release(&self) {
        if let Some(handle) = self.0.get() {
            *handle.lock() = None;
        }
    }
}

impl Drop for Switch {
    /// The client is gone.
    fn drop(&mut self) {
        self.release();
    }
}
