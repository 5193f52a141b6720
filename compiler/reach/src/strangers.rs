//! Pods that there are not, and that somebody could make.

/// What declares such a pod.
pub const HYPOTHETICAL: &str = "hypothetical";
