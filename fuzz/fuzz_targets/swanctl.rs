#![no_main]
//! Runs [`vici_fuzz::swanctl`].

libfuzzer_sys::fuzz_target!(|data: &[u8]| vici_fuzz::swanctl(data));
