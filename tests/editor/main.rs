//! What an editor is answered.

#![expect(clippy::unwrap_used, reason = "a failure to read fails the test")]

mod incremental;
#[path = "../numbers.rs"]
mod numbers;
