//! What is against the protocol.

/// What a peer did against the protocol, or a packet that can't be sent.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// A frame is longer than [`MAX_FRAME_LEN`](super::MAX_FRAME_LEN). The daemon answers such a frame
    /// by disconnecting.
    #[error("a frame of {len} bytes is over the limit of {}", super::MAX_FRAME_LEN)]
    FrameTooLong {
        /// The length of the frame, without the four bytes of the length itself.
        len: usize,
    },
    /// The name of a command or event is longer than [`MAX_NAME_LEN`](super::MAX_NAME_LEN).
    #[error("a name of {len} bytes is over the limit of {}", super::MAX_NAME_LEN)]
    NameTooLong {
        /// The length of the name.
        len: usize,
    },
    /// The name of a command or event to send is not printable ASCII: the daemon would ignore the
    /// packet and never answer it.
    #[error("the name {name:?} is not printable ASCII")]
    NameNotPrintable {
        /// The name.
        name: String,
    },
    /// A packet ends inside of its name.
    #[error("a packet ends inside of its name")]
    NameTruncated,
    /// The name in a packet of the peer is not UTF-8.
    #[error("the name in a packet is not UTF-8")]
    NameNotText,
    /// A reply that no open request can have.
    #[error("the daemon sent {what} that was not asked for")]
    Unexpected {
        /// The kind of packet, in the protocol's words.
        what: &'static str,
    },
    /// So many requests in a row were given up and stayed without an answer that the daemon is taken
    /// to be frozen. See [`MAX_GIVEN_UP`](super::MAX_GIVEN_UP).
    #[error("{given_up} requests were given up, and the daemon has answered none of them")]
    Unresponsive {
        /// How many requests were given up.
        given_up: usize,
    },
    /// The session has been closed, by [`Session::close`](super::Session::close) or an earlier error.
    #[error("the session is closed")]
    Closed,
}
