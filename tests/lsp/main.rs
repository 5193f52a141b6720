//! `tenantry lsp`, asked by a client over a pipe, as editors do.

#![expect(
    clippy::disallowed_methods,
    reason = "a test writes the estates that it asks about"
)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a client that cannot go on fails its test"
)]

mod client;
mod fixture;
mod manual;
mod protocol;
mod sessions;
