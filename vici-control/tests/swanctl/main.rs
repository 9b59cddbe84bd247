//! The real `swanctl` is the judge: what it sends for a folder is what is read from it here.
//!
//! A server that records stands in for the daemon, so that no daemon has to run. Where a `swanctl` is
//! not there the tests say what they leave out.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

mod generated;
mod keys;
mod odd;
#[path = "../../../vici-testing/tests/shared/outside.rs"]
mod outside;
mod same;
mod table;

/// One test a generation of `swanctl`, named after it.
macro_rules! each_generation {
    ($($test:ident)*) => {$(
        mod $test {
            #[test]
            fn bookworm() {
                $crate::same::run("bookworm", |it| super::$test(it));
            }

            #[test]
            fn trixie() {
                $crate::same::run("trixie", |it| super::$test(it));
            }

            #[test]
            fn forky() {
                $crate::same::run("forky", |it| super::$test(it));
            }
        }
    )*};
}
pub(crate) use each_generation;
