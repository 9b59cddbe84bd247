#![no_main]
//! Runs [`vici_fuzz::settings`].

libfuzzer_sys::fuzz_target!(|data: &[u8]| vici_fuzz::settings(data));
