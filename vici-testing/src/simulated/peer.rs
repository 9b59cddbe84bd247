//! Peers of the daemon, as it sees them.

/// What the peer of a simulated daemon does when it is called.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Peer {
    /// It agrees to everything.
    #[default]
    Answers,
    /// It says nothing: the attempt waits until the timeout of the command is over, or the peer
    /// answers. Without a timeout it is given up at once.
    Silent,
    /// It does not accept our authentication.
    Refuses,
}
