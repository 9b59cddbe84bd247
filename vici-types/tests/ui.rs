//! What the compiler says to whoever adds a command and errs.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

#[path = "../../vici-testing/tests/shared/built.rs"]
mod built;
#[path = "../../vici-testing/tests/shared/outside.rs"]
mod outside;
#[path = "../../vici-testing/tests/shared/ui.rs"]
mod ui;

#[test]
fn mistakes_do_not_compile_and_are_explained() {
    ui::none_compiles(&[]);
}
