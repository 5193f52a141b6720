//! What expressions see of an estate: every kind of the language as a type of objects, and the
//! resolved nodes of one environment as its values.
//!
//! A node's arguments and properties are fields in the spelling of expressions, a child that
//! stands once is an object, one that repeats a list that is also found by key. What is not
//! written has the value that its kind stands for, or is null. Some fields lead on, where the
//! model knows more than the text says: [`Link`].

mod node;
mod scope;
mod types;

pub use node::{Links, Place, Text, View};
pub use scope::{Names, of_estate, of_node};
pub use types::{Kinds, Link, chains, kinds};
