//! A kind of field that is misspelled does not pass for another one.

#[allow(unused_macros)]
#[macro_use]
#[path = "../../../vici-types/src/macros/field.rs"]
mod field;

struct Request {
    child_id: field_type!(nmu u32),
}

fn main() {}
