//! What the compiler says to whoever adds a command and errs.
//!
//! The wording is that of the release toolchain; other toolchains skip this with `--skip ui`.

#[test]
fn ui() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
