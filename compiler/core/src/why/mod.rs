//! "Why are you so?": from a value of the model, or a line of an emitted file, back to the text.
//!
//! A value's [`OriginId`](crate::origin::OriginId) leads along the table of origins; each step
//! that has a place in the text becomes a [`Link`], whose words say what happened there. Where a
//! link stands (in a profile, in an `in prod`, in the value of a parameter) is read from the
//! syntax around its place, so that the words are true whatever phase made the link.

mod chain;
mod line;
mod path;
mod place;

pub use chain::{Link, Role, chain};
pub use line::{At, Missing, find as find_line, locate};
pub use path::{Found, Unknown, ask};
pub use place::{Place, place};
