#![no_main]
//! Runs [`vici_fuzz::frames`].

libfuzzer_sys::fuzz_target!(|data: &[u8]| vici_fuzz::frames(data));
