//! Nothing: what the standard library takes.

fn main() {}
