#![no_main]
//! Runs [`vici_fuzz::elements`].

libfuzzer_sys::fuzz_target!(|data: &[u8]| vici_fuzz::elements(data));
