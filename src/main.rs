//! jieming
fn main() {}
