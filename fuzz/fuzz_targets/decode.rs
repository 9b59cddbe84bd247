#![no_main]
//! Runs [`vici_fuzz::decode`].

libfuzzer_sys::fuzz_target!(|data: &[u8]| vici_fuzz::decode(data));
