//! The traits that tie a command to its response and to the event that it streams.

use core::error;
use core::fmt;
use core::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use vici_serde::{Path, Segment};

/// A request: the keys of a command, its name on the wire and the type of its answer.
///
/// Implement it, and [`Command`] or [`StreamingCommand`] or both, for a struct of your own to send
/// commands that this crate does not know, or to load your own configuration structs: the example
/// `from_toml` of `vici-client` does that.
///
/// ```
/// use serde_derive::{Deserialize, Serialize};
/// use vici_types::{Command, Conn, InvalidRequest, Request};
///
/// /// A command of a patched daemon.
/// #[derive(Serialize)]
/// struct CloneConn {
///     name: String,
///     conn: Conn,
/// }
///
/// #[derive(Deserialize)]
/// struct Cloned {
///     success: bool,
///     copies: Option<u32>,
/// }
///
/// impl Request for CloneConn {
///     const NAME: &'static str = "clone-conn";
///
///     type Response = Cloned;
///
///     // Where there is something to check.
///     fn check(&self) -> Result<(), InvalidRequest> {
///         self.conn.check().map_err(|error| error.within("conn"))
///     }
/// }
///
/// impl Command for CloneConn {}
///
/// let request = CloneConn { name: "home".into(), conn: Conn::new().dscp("46") };
/// assert_eq!(
///     request.check().unwrap_err().to_string(),
///     "conn.dscp: must have up to six binary digits, such as 101110",
/// );
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a VICI request",
    label = "not a request",
    note = "the requests are the structs named after commands in `vici_types`, such as `ListSas`",
    note = "for a struct of your own implement `Request`, and `Command` or `StreamingCommand`",
    note = "for a command without a type use `call_raw` or `stream_raw`"
)]
pub trait Request: Serialize {
    /// The name of the command on the wire, such as `list-sas`.
    const NAME: &'static str;

    /// What the daemon answers.
    type Response: DeserializeOwned;

    /// Refuses what the daemon would misread or silently ignore; a client calls it before sending.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] names the key and what is wrong with it.
    fn check(&self) -> Result<(), InvalidRequest> {
        Ok(())
    }

    /// How long the daemon is asked to work before it answers, which a client adds to its deadline.
    ///
    /// Zero unless the request says otherwise (`timeout` of `initiate` and `terminate`).
    fn wait(&self) -> Duration {
        Duration::ZERO
    }
}

/// A command that is answered by one response.
///
/// [`Request`] shows one of your own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent with `Client::call`",
    label = "not a command that answers with a response only",
    note = "the `list-*` commands answer with a stream of events: send them with `Client::stream`",
    note = "for a struct of your own implement `Request` and `Command`"
)]
pub trait Command: Request {}

/// A command that streams events before its response.
///
/// To read the items of a known command as a struct of your own take
/// [`items_as`](crate::ListSas::items_as); this is for commands that are not known:
///
/// ```
/// use serde_derive::{Deserialize, Serialize};
/// use vici_types::{Empty, Event, Request, StreamingCommand};
///
/// #[derive(Serialize)]
/// struct ListStorms {}
///
/// #[derive(Deserialize)]
/// struct Storm {
///     wind: u32,
/// }
///
/// impl Event for Storm {
///     const NAME: &'static str = "list-storm";
/// }
///
/// impl Request for ListStorms {
///     const NAME: &'static str = "list-storms";
///
///     type Response = Empty;
/// }
///
/// impl StreamingCommand for ListStorms {
///     type Event = Storm;
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent with `Client::stream`",
    label = "not a command that streams events",
    note = "commands that answer with a response only go to `Client::call`",
    note = "for a struct of your own implement `Request` and `StreamingCommand`"
)]
pub trait StreamingCommand: Request {
    /// The event that carries one item of the stream.
    type Event: Event;
}

/// An event: its name on the wire and its keys.
///
/// Implement it for events that this crate does not know, or for a struct of the few keys of an
/// event that matter. One whose message is a section of any name is an [`Entry`](crate::Entry).
///
/// ```
/// use serde_derive::Deserialize;
/// use vici_types::{Entry, Event};
///
/// #[derive(Deserialize)]
/// #[serde(transparent)]
/// struct Down(Entry<Peer>);
///
/// #[derive(Deserialize)]
/// #[serde(rename_all = "kebab-case")]
/// struct Peer {
///     remote_host: String,
/// }
///
/// impl Event for Down {
///     const NAME: &'static str = "ike-updown";
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a VICI event",
    label = "not an event",
    note = "the events are the structs named after events in `vici_types`, such as `IkeUpdown`",
    note = "for a struct of your own implement `Event`"
)]
pub trait Event: DeserializeOwned {
    /// The name of the event on the wire, such as `ike-updown`.
    const NAME: &'static str;
}

/// Why a request must not be sent: the daemon would misread it or ignore a part of it.
///
/// It prints as `home.children.net.mode: must be printable ASCII`, with the path as errors of
/// messages have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRequest {
    path: Path,
    reason: String,
}

impl InvalidRequest {
    /// The key at `path`, such as `home.children.net.mode`, is wrong for this `reason`.
    pub fn new(path: impl Into<Path>, reason: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            reason: reason.into(),
        }
    }

    /// The same, inside of the section or the list of this name, or of the item
    /// [`Segment::Index`].
    #[must_use]
    pub fn within(mut self, segment: impl Into<Segment>) -> Self {
        self.path.prepend(segment);
        self
    }

    /// The path of the key, empty for the request as a whole.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is wrong with it.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.reason)
    }
}

impl error::Error for InvalidRequest {}
