#![no_main]
//! Runs [`vici_fuzz::session`].

libfuzzer_sys::fuzz_target!(|data: &[u8]| vici_fuzz::session(data));
