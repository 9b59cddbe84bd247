#![no_main]
//! Runs [`vici_fuzz::writer`].

libfuzzer_sys::fuzz_target!(|data: &[u8]| vici_fuzz::writer(data));
