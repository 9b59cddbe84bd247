#![no_main]
//! Runs [`vici_fuzz::typed`].

libfuzzer_sys::fuzz_target!(|data: &[u8]| vici_fuzz::typed(data));
