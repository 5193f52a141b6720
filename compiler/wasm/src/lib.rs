//! The compiler in a browser.
//!
//! A [`Session`] holds the files of one estate in memory and answers questions about it, JSON to
//! JSON; `abi` hands texts over the border of the module, and is all that a page sees. The page
//! itself is in `page/`, and `page/build.mjs` puts the two together.

pub mod abi;
mod estate;
mod server;
mod session;

pub use session::Session;
