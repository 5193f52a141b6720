//! What the tests share: golden outputs, and the referees that judge emitted artifacts by the
//! rules of the systems that will read them. The tests themselves are in the folders beside.

pub mod edits;
pub mod estate;
pub mod generate;
pub mod golden;
pub mod page;
pub mod validate;
pub mod varied;
