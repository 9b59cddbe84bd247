#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| vici_fuzz::grammar(data));
