//! The command as its users meet it: what it prints where, and how it ends.
#![cfg(test)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests lay out folders and look at what was written"
)]

mod harness;

mod build;
mod check;
mod diff;
mod expand;
mod explain;
mod fix;
mod flows;
mod fmt;
mod formats;
mod graph;
mod init;
mod kills;
mod networks;
mod place;
mod promise;
mod readme;
mod streams;
mod test;
mod vendor;
mod why;
