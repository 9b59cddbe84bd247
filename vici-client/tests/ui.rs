//! What must not compile, and what the compiler says then.
//!
//! The wording is that of the release toolchain; other toolchains skip this with `--skip ui`.

#[test]
fn ui() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
