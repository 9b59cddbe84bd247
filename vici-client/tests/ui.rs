//! What must not compile, and what the compiler says then; and what must.
//!
//! The wording is that of the release toolchain; other toolchains skip this with `--skip ui`.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
    cases.pass("tests/ui/pass/*.rs");
}
