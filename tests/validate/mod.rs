//! Referees: they read emitted artifacts the way the receiving system does, and share no code
//! with what emits them.
//!
//! Each answers with [`Violation`]s, or with a [`Skip`] where its reference data or tool is not
//! on this machine. A skip is printed by whoever asked, never swallowed.

use std::fmt;

pub mod ansible;
pub mod helm;
pub mod kubernetes;
mod node;
pub mod output;
mod program;
pub mod proxmox;
pub mod shared;
pub mod shell;
#[cfg(test)]
mod testing;

pub(crate) use node::Node;

/// One way in which a document would be refused, or would mean something else than it says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Where in the document: a JSON pointer (RFC 6901), empty for the whole.
    pub pointer: String,
    /// What is wrong, with the offending value and the limit it breaks.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() {
            "/"
        } else {
            &self.pointer
        };
        write!(f, "{pointer}: {}", self.message)
    }
}

/// Why a referee cannot judge on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skip(pub String);

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "skipped: {}", self.0)
    }
}

impl std::error::Error for Skip {}

/// What a rule found, in the order in which it looked.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Violation>);

impl Findings {
    /// Records that `node` breaks a rule.
    pub(crate) fn refuse(&mut self, node: &Node<'_>, message: impl Into<String>) {
        self.0.push(Violation {
            pointer: node.pointer().to_owned(),
            message: message.into(),
        });
    }

    pub(crate) fn push(&mut self, violation: Violation) {
        self.0.push(violation);
    }

    /// In document order of their pointers, without repeats.
    pub(crate) fn into_sorted(mut self) -> Vec<Violation> {
        self.0.sort();
        self.0.dedup();
        self.0
    }
}
