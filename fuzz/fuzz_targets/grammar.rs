#![no_main]
//! Runs [`vici_fuzz::grammar`].

libfuzzer_sys::fuzz_target!(|data: &[u8]| vici_fuzz::grammar(data));
