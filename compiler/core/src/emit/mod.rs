//! From objects to bytes: the document tree, the writers of each format, and what lies beside
//! them. Nothing here decides anything about the estate; it only says it in a foreign language,
//! the same way every time.

pub mod json;
pub mod text;
pub mod tree;
pub mod yaml;

pub use text::{LineOrigins, Text};
pub use tree::{NodeMut, NodeRef, Number, Scalar, Tree, TreeError, View};
