//! Manifests, read as strictly as the API server would.

use serde_json::Value;

/// One document of a file.
#[derive(Debug, Clone, Copy)]
pub struct Document<'d> {
    /// What the file is called.
    pub source: &'d str,
    /// The document's place in it, from 0.
    pub at: usize,
    /// What it says.
    pub value: &'d Value,
}

/// What is wrong with a manifest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Complaint {
    /// What the file is called.
    pub source: String,
    /// The document's place in it, from 0.
    pub at: usize,
    /// Whose: `NetworkPolicy shop/db`.
    pub object: String,
    /// Where in it: `spec.ingress[0].from[1].ipBlock.cidr`.
    pub path: String,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
}
