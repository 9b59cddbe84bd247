#![no_main]
//! Runs [`vici_fuzz::message`].

libfuzzer_sys::fuzz_target!(|data: &[u8]| vici_fuzz::message(data));
