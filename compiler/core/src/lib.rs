//! The compiler: from the text of an estate to the files its backends read.

pub mod cel;
pub mod check;
pub mod close;
pub mod compare;
pub mod compile;
pub mod diag;
pub mod emit;
pub mod enforce;
pub mod expand;
pub mod flows;
pub mod instances;
mod levels;
pub mod limits;
pub mod load;
pub mod lock;
pub mod lower;
pub mod model;
pub mod origin;
pub mod outcome;
pub mod par;
pub mod place;
pub mod plan;
pub mod prove;
pub mod query;
pub mod raw;
pub mod resolve;
pub mod rules;
pub mod schema;
pub mod target;
pub mod testing;
pub mod units;
pub mod why;
pub mod world;

pub use compile::{Built, Options, Run, Scene, build, check, test, trace};
pub use tenantry_syntax::{FileId, Span};
