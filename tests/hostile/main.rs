//! Specs that nobody wrote in good faith. Each ends in a plain error, or compiles, within bounded
//! memory and time: the bound is kept by the system, outside of the process.
//!
//! ```text
//! cargo test -p tenantry-cli --test hostile -- --nocapture     # with the figures of each run
//! ```
#![cfg(all(test, target_os = "linux"))]
#![expect(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests lay out folders and watch the clock of a child"
)]

mod bombs;
mod circles;
mod deep;
mod harness;
mod large;
mod manifests;
mod names;
mod numbers;
mod yaml;
