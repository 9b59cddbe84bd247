#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![warn(missing_docs)]
//! A client for VICI, the configuration and control protocol of strongSwan's charon.
//!
//! [`Client`] is blocking, needs no runtime and starts no thread.
#![cfg_attr(
    feature = "tokio",
    doc = "[`AsyncClient`] is the same for async programs, with the feature `tokio`."
)]
#![cfg_attr(
    not(feature = "tokio"),
    doc = "With the feature `tokio` there is an `AsyncClient` beside it."
)]
//! Commands and events are the typed structs of [`vici_types`], your own implementations of its
//! traits, or plain [`Message`]s by name.
//!
//! ```no_run
//! use vici_client::Client;
//! use vici_client::vici_types::{ListSas, UnloadConn, Version};
//!
//! # fn main() -> vici_client::Result<()> {
//! let mut client = Client::connect()?;
//!
//! // One request, one response.
//! println!("{}", client.call(&Version::default())?.version);
//! client.call(&UnloadConn::new("home"))?;
//!
//! // A command that streams events before its response.
//! let mut sas = client.stream(&ListSas::default())?;
//! for sa in &mut sas {
//!     println!("{:?}", sa?);
//! }
//! sas.finish()?;
//! # Ok(())
//! # }
//! ```
//!
//! Events that come unasked are subscribed; see [`Client::subscribe`]:
//!
//! ```no_run
//! use std::time::Duration;
//! use vici_client::Client;
//! use vici_client::vici_types::IkeUpdown;
//!
//! # fn main() -> vici_client::Result<()> {
//! let mut client = Client::connect()?;
//! client.subscribe::<IkeUpdown>()?;
//! for event in client.events(Some(Duration::from_secs(60))) {
//!     println!("{:?}", event?.decode::<IkeUpdown>());
//! }
//! println!("a quiet minute");
//! # Ok(())
//! # }
//! ```
//!
//! There are pages [from `swanctl.conf` to Rust](guide::swanctl_conf), for those
//! [coming from other libraries](guide::coming_from), and about
//! [errors and what to do](guide::errors) and [security](guide::security). The
//! [examples](guide::examples) are a cookbook.
//!
//! # Errors
//!
//! There is one [`Error`]. What matters is what still works after it:
//!
//! - **The request was at fault, or the daemon refused it**
//!   ([`InvalidRequest`](Error::InvalidRequest), [`Encode`](Error::Encode),
//!   [`CommandFailed`](Error::CommandFailed), [`UnknownCommand`](Error::UnknownCommand),
//!   [`UnknownEvent`](Error::UnknownEvent)): the connection goes on. `success = no` is always an
//!   error, which keeps the daemon's reason and the whole response.
//! - **A message does not fit its type** ([`Decode`](Error::Decode)): the error tells the key and the
//!   offset, and keeps the message. The connection goes on, and so does a stream.
//! - **The time is over** ([`is_timeout`](Error::is_timeout)): the connection goes on. The daemon may
//!   still do what it was asked.
//! - **The connection is gone** ([`is_closed`](Error::is_closed)): it ended or failed, or the daemon
//!   broke the protocol. Every later call returns [`Closed`](Error::Closed) at once. Events that had come
//!   are still there. [`Client::reconnect`] starts anew.
//!
//! Texts stand on their own, as in
//! `list-sa: home.child-sas.net-1.bytes-in: invalid number: invalid digit found in string (at byte 123)`.
//!
//! # Time
//!
//! There are no hidden timeouts; by default every call waits for as long as it takes. A [`Config`]
//! sets all of them, and how long connecting may take.
//! [`Client::set_timeout`] sets a deadline for each whole call, and for each item of a stream;
//! [`Client::set_stream_timeout`] one for a whole stream; [`Client::next_event`] takes its own. A
//! request that asks the daemon to work for some time adds that to its deadline.
//!
//! Set a timeout where it matters: a daemon may be frozen. It also drops a response over 512 KiB without
//! a word; that is noticed with the commands whose responses grow (`get-*`). After a timeout the
//! connection is brought back in step by the next call, whether the late answer comes or not: see
//! [`proto::Session`].
//!
//! # Threads
//!
//! A client belongs to one thread at a time (`&mut self`), and may move between them. The daemon
//! works on the requests of a connection one after the other: a second connection is the way to do
//! something while an `initiate` waits, or to watch events. A [`ShutdownHandle`] ends a client from
//! another thread, and whatever it waits for.
//!
//! The page [blocking or async](guide::blocking_or_async) says what a second connection is for, and when
//! to take which client. To serve many connections from one thread, drive [`proto::Session`] with an
//! event loop of your own.
//!
//! # How many at once
//!
//! The daemon works on all connections with the same few threads: 16, unless `charon.threads` says
//! otherwise, of which 5 or so have other things to do. [`Initiate`](vici_types::Initiate) and
//! [`Terminate`](vici_types::Terminate) hold one of them for as long as they wait for the peer. Eight that
//! wait at once for peers that do not answer leave none or few: then all other commands, of whatever
//! connection, wait for them, a `list-sas` just as what the peers send. A client that has a timeout sees
//! [`Error::Timeout`] meanwhile. How many are left is `workers.idle` in the answer to
//! [`Stats`](vici_types::Stats).
//!
//! So wait yourself, rather than have the daemon wait: `timeout(-1)` has it answer at once, and
//! the event [`ChildUpdown`](vici_types::ChildUpdown) tells when the tunnel is up. That serves any
//! number at once, over one connection. The example [`initiate_many`](crate::guide::examples::initiate_many)
//! does it.
//!
//! # Tests
//!
//! The crate [`vici-testing`](https://docs.rs/vici-testing) has daemons for the tests of your program,
//! in the same process: one that answers as it is told, and one that behaves as charon does. Take it
//! as a dev-dependency. `Keeper` of the crate `vici-control` keeps tunnels up, and its example `controller`
//! is tested so.
//!
//! # Faults
//!
//! What can go wrong on a connection, what happens then, and the test that shows it.
//!
//! | fault | behaviour | test |
//! | --- | --- | --- |
//! | a frame comes in pieces, or several in one read | put together, taken apart | `broken_peer::frames_may_come_in_pieces_of_any_size` |
//! | a timeout in the middle of a frame | the next call goes on there | `time::calls::timeout_in_the_middle_of_a_frame_goes_on_there` |
//! | a system call is interrupted | it is repeated | `broken_peer::interrupted_system_calls_are_repeated` |
//! | a length over the limit | refused before allocating; closed | `broken_peer::length_over_the_limit_is_refused_before_allocating` |
//! | empty frames, unknown packet types | skipped | `broken_peer::empty_frames_and_unknown_packets_are_skipped` |
//! | a name longer than its packet | protocol error; closed | `broken_peer::names_that_do_not_fit_are_protocol_errors` |
//! | a reply that nobody asked for | protocol error; closed | `broken_peer::replies_that_nobody_asked_for_are_protocol_errors`, `broken_peer::reply_that_came_before_the_call_is_a_protocol_error` |
//! | events before, between and after request and response | kept, in order | `events::events_before_between_and_after_a_request_and_its_response` |
//! | an event before the confirmation of its registration | kept | `events::event_before_the_confirm_of_its_own_registration_is_kept` |
//! | events on the way while unsubscribing | kept | `events::events_on_the_way_while_unsubscribing_are_kept` |
//! | unrelated events in the middle of a stream | kept for `next_event` | `stream::unrelated_events_in_the_middle_of_a_stream_are_kept` |
//! | an event that does not decode | given raw; the next one works | `events::undecodable_event_is_given_raw_and_the_next_one_works` |
//! | nobody reads the events | bounded queue; calls go on | `events::caller_that_reads_no_events_never_blocks_a_command` |
//! | a full queue | drops by the caller's policy, and counts | `events::full_queue_drops_the_oldest_and_counts_them` |
//! | very many small events | the limit in bytes is for all that they take | `events::limit_in_bytes_is_for_all_that_events_take` |
//! | one kind of event is waited for | the others stay, in order | `events::events_of_one_kind_are_taken_and_others_stay` |
//! | a full queue during a stream | no item is dropped | `stream::items_are_never_dropped_for_a_full_queue` |
//! | a stream is dropped at any point | nothing blocks, nothing is left registered | `stream::stream_dropped_at_any_point_leaves_the_connection_in_step` |
//! | an item that does not decode | an error with its bytes; the stream goes on | `stream::undecodable_item_is_an_error_with_its_bytes_and_the_stream_goes_on` |
//! | the command of a stream is unknown | an error; the registration ends | `stream::unknown_command_ends_the_stream_and_the_registration` |
//! | the event of a stream is unknown | an error; the command is not sent | `stream::unknown_event_is_an_error_and_the_command_is_not_sent` |
//! | an answer comes late | skipped | `time::calls::answer_that_comes_late_is_skipped`, `time::calls::answer_that_comes_after_the_next_call_is_skipped` |
//! | an answer never comes | nothing is shifted | `time::calls::answer_that_never_comes_shifts_nothing` |
//! | bytes trickle in without end | the deadline is for the whole call | `time::calls::deadline_is_for_a_whole_call` |
//! | a request could be sent in part only | its rest is sent first, its answer skipped | `time::calls::request_that_was_sent_in_part_is_sent_to_its_end` |
//! | a request could not be sent at all | it is never sent | `time::calls::request_of_which_nothing_was_sent_is_taken_back` |
//! | a peer writes and does not read, which no daemon does | a large request waits for it, until the deadline | `time::transport::peer_that_only_writes_holds_a_large_request_up_until_its_deadline` |
//! | a stream stalls, or never ends | deadlines for each item and in total | `time::streams::stream_has_a_deadline_for_each_item`, `time::streams::stream_has_a_deadline_in_total` |
//! | a stream type has no timeouts | `set_timeout` is an error | `time::transport::stream_without_timeouts_refuses_them` |
//! | the peer closes at any byte | one prompt error, then closed at once | `broken_peer::end_of_the_connection_at_any_byte_is_one_prompt_error` |
//! | the daemon dies while a stream runs | one prompt error | `broken_peer::daemon_that_dies_while_a_stream_runs_ends_it_with_one_error` |
//! | a half-closed socket | closed | `broken_peer::half_closed_sockets_are_closed` |
//! | a timeout of the kernel, which is none of ours | an I/O error; closed | `time::transport::timeout_of_the_kernel_is_the_end_of_the_connection` |
//! | signals come faster than answers | the deadline holds | `time::transport::signals_do_not_outrun_a_deadline` |
//! | others have the same socket | neither its timeouts nor whether it blocks change | `time::transport::socket_stays_as_others_have_it` |
//! | a call must be aborted | shutdown handle: closed at once, whatever waits | `shutdown::shutdown_handle_ends_a_blocked_call`, `shutdown::shutdown_handle_ends_a_blocked_write`, `shutdown::what_comes_after_the_shutdown_is_closed_at_once` |
//! | reconnecting must be aborted | the same handle | `shutdown::a_handle_survives_reconnecting`, `shutdown::a_handle_ends_a_waiting_reconnect`, `shutdown::a_handle_ends_a_reconnect_to_a_host_that_drops_all` |
//! | the daemon is still starting | connecting again until a limit | `connect::connecting_waits_for_a_daemon_that_starts` |
//! | the daemon's backlog is full | the limit holds | `connect::connecting_to_a_full_backlog_ends_when_the_limit_is_over` |
//! | an attempt to connect is given up | no thread and no descriptor is left of it | `leftovers::an_attempt_that_is_given_up_leaves_nothing_behind` |
//! | a subscription fails with the connection | it does not come back with the next one | `reconnect::subscription_that_failed_does_not_come_back` |
//! | the daemon was restarted | reconnect restores the subscriptions | `reconnect::reconnect_restores_the_subscriptions` |
//! | a message that the daemon would misread or hang up on | refused before a byte is written | `call::what_the_daemon_can_not_read_is_refused_before_a_byte_is_written`, `call::a_frame_over_the_limit_is_refused_and_one_of_the_limit_is_sent` |
//! | the daemon writes a frame in two parts over TCP | no acknowledgement is delayed (Linux) | `daemon/tcp::nothing_waits_for_an_acknowledgement` |
//! | a frozen host, over TCP | keepalive ends the connection, if configured | `connect::tcp_asks_a_silent_daemon_whether_it_is_there` |
//! | many commands wait in the daemon | others wait for them, until their deadline | `daemon/control::initiates_hold_threads_only_while_they_wait` |
//! | all of it at once, and the daemon restarted, for long | events are those of the daemon's log, answers in step | `daemon/soak::nothing_is_lost_doubled_or_shifted` |
//! | all of it in any order | nothing lost, doubled or out of order | `session_model::nothing_is_lost_doubled_or_out_of_order` |
//!
//! # Manners
//!
//! A request is one write. What has been sent is wiped from the send buffer, which is never
//! reallocated while a message is written to it, so that no copy of a secret stays behind. Sockets are
//! close-on-exec. Writing to a connection that is gone is an error, never a `SIGPIPE`, in programs of
//! other languages as well. A socket that others have, too, stays as they have it: it is waited for
//! with `poll`, and neither its timeouts nor whether it blocks are touched. (Windows has no such means:
//! there the timeouts of the socket are set, and it is made nonblocking for a moment. It does not promise
//! either that a socket can be used after such a timeout: after [`Error::Timeout`] on Windows, a new
//! connection is the safe way to go on.)
//!
//! Over TCP the daemon writes the head of a frame and the rest of it apart, which would cost 40 ms
//! each time, as its kernel waits for an acknowledgement that ours delays. On Linux ours is told not to.
//! Elsewhere a Unix socket is the remedy, where there is one.

mod address;
mod attempt;
mod call;
mod client;
pub mod codec;
mod config;
mod connect;
mod controls;
mod deadline;
mod error;
mod event;
mod events;
#[cfg(any(doc, doctest))]
pub mod guide;
mod open;
pub mod proto;
mod raw;
mod reconnect;
mod shutdown;
mod socket;
mod streaming;
#[cfg(feature = "tokio")]
pub mod tokio;
mod transport;

pub use vici_serde::{self, Message};
pub use vici_types;

pub use crate::address::{Address, AddressError, DEFAULT_URI};
pub use crate::client::Client;
pub use crate::config::Config;
pub use crate::error::{Error, Result};
pub use crate::event::RawEvent;
pub use crate::events::Events;
pub use crate::proto::{EventLimits, ProtocolError, WhenFull};
pub use crate::raw::RawMessage;
pub use crate::shutdown::ShutdownHandle;
pub use crate::socket::Socket;
pub use crate::streaming::{RawStreamingCall, StreamingCall};
#[cfg(feature = "tokio")]
pub use crate::tokio::AsyncClient;
pub use crate::transport::Transport;

/// The README, whose code is compiled as that of the docs is.
#[cfg(all(doctest, feature = "tokio"))]
#[doc = include_str!("../../README.md")]
mod readme {}
