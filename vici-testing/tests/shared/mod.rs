//! Checks that hold for every daemon, the real and the simulated.
//!
//! Each takes a connection to a daemon that was started for tests, and leaves nothing loaded. To add
//! one, write the function and name it in the list.
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

mod authorities;
pub(crate) mod built;
mod conns;
mod control;
mod info;
pub(crate) mod lab;
mod options;
pub(crate) mod outside;
mod pools;
mod secrets;
mod wire;

use vici_client::{Client, Error, Socket};

macro_rules! checks {
    ($list:ident($of:ty): $($module:ident { $($check:ident)* })*) => {
        /// Checks by their names.
        pub(crate) const $list: &[(&str, fn(&mut $of))] = &[
            $($((
                concat!(stringify!($module), "::", stringify!($check)),
                $module::$check,
            ),)*)*
        ];
    };
}

checks! {
    CHECKS(Client):
    authorities {
        are_listed_in_the_order_of_loading
        that_are_wrong_are_refused
        of_one_request_are_applied_up_to_the_wrong_one
    }
    conns {
        are_read_back_as_they_were_loaded
        keep_their_place_when_they_are_loaded_again
        are_applied_up_to_the_wrong_one
        without_anything_have_defaults
        that_are_not_there_cannot_be_unloaded
    }
    control {
        what_is_not_configured_is_not_found
        selectors_are_required
        without_an_answer_an_attempt_fails_with_its_log
        an_attempt_that_waits_is_terminated
        nobody_waits_for_a_negative_timeout
        policies_are_installed_and_removed
    }
    info {
        version_and_stats_are_typed
        algorithms_are_listed_by_kind
        counters_of_a_connection_are_there_once_it_counts
        settings_are_reloaded
    }
    options {
        are_refused_by_name
        are_accepted_in_the_spellings_of_the_daemon
        selectors_are_written_in_one_spelling
    }
    pools {
        are_read_back
        that_are_wrong_are_refused
        that_are_not_there_cannot_be_unloaded
    }
    secrets {
        are_named_the_newest_first
        that_are_wrong_are_refused
        keys_that_are_wrong_are_refused
        keys_are_loaded_and_unloaded
        certificates_are_listed
    }
}

// Those that write every byte by hand, on a connection of their own.
checks! {
    WIRE_CHECKS(Socket):
    wire {
        unknown_names_are_told
        registrations_are_counted
        malformed_requests_are_read_up_to_the_fault
        malformed_connections_are_refused
        packets_that_make_no_sense_are_ignored
        a_frame_of_the_limit_is_taken_and_a_longer_one_ends_the_connection
    }
}

/// The daemon's reason for refusing a command.
#[track_caller]
fn refusal<T>(result: vici_client::Result<T>) -> String {
    match result {
        Err(Error::CommandFailed { errmsg, .. }) => errmsg.expect("a reason"),
        Err(other) => panic!("not a refusal: {other}"),
        Ok(_) => panic!("not refused"),
    }
}

/// A CA certificate, made for tests.
pub(crate) const CA: &[u8] = include_bytes!("ca.der");

/// The private key of the certificate.
pub(crate) const KEY: &[u8] = include_bytes!("key.der");
