//! Estates while they are typed: what an editor sees of text that is not whole.

#![expect(clippy::unwrap_used, reason = "a failure to read fails the test")]

mod estate;
mod keys;
mod storm;
