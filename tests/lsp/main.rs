//! `tenantry lsp`, asked by a client over a pipe, as editors do.

#![expect(
    clippy::disallowed_methods,
    reason = "a test writes the estates that it asks about"
)]

mod client;
mod fixture;
mod protocol;
mod sessions;
