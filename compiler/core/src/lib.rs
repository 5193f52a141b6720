//! The compiler: from the text of an estate to the files its backends read.

pub mod diag;
pub mod emit;
pub mod limits;
pub mod origin;
pub mod outcome;
pub mod units;
pub mod world;

pub use tenantry_syntax::{FileId, Span};
