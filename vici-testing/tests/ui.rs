//! What must not compile in any crate of the workspace, and what the compiler says then.
//!
//! It is in the crate that needs the least, as all of that is checked anew for it.
//!
//! The wording is that of the release toolchain; other toolchains skip this with `--skip ui`.

#[test]
fn ui() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
