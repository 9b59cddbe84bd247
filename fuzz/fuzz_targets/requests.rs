#![no_main]
//! Runs [`vici_fuzz::requests`].

libfuzzer_sys::fuzz_target!(|data: &[u8]| vici_fuzz::requests(data));
