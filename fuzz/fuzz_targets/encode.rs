#![no_main]
//! Runs [`vici_fuzz::encode`].

libfuzzer_sys::fuzz_target!(|data: &[u8]| vici_fuzz::encode(data));
