#![no_main]
//! Runs [`vici_fuzz::packets`].

libfuzzer_sys::fuzz_target!(|data: &[u8]| vici_fuzz::packets(data));
