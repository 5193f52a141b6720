//! Text to a lossless tree.

pub mod span;

pub use span::{FileId, Span};
