//! From objects to bytes: the document tree, the writers of each format, and what lies beside
//! them. Nothing here decides anything about the estate; it only says it in a foreign language,
//! the same way every time.

pub mod artifact;
pub mod assemble;
pub mod free;
pub mod json;
pub mod layout;
pub mod manifest;
pub mod objects;
pub mod patch;
pub mod sha256;
pub mod sourcemap;
pub mod template;
pub mod text;
pub mod tree;
pub mod yaml;

pub use artifact::{Artifact, ArtifactPath, ArtifactSet, Collision, ObjectEntry, PathError};
pub use assemble::Output;
pub use manifest::Manifest;
pub use objects::{Body, Content, KubeId, Need, Object, Objects, Owner};
pub use sha256::Sha256;
pub use sourcemap::SourceMap;
pub use text::{LineOrigins, Text};
pub use tree::{NodeMut, NodeRef, Number, Scalar, Tree, TreeError, View};
