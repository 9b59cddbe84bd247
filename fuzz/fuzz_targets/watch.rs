#![no_main]
//! Runs [`vici_fuzz::watch`].

libfuzzer_sys::fuzz_target!(|data: &[u8]| vici_fuzz::watch(data));
