//! Jieming (界明).
