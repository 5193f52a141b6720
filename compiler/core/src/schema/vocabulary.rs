//! The built-in vocabulary, and what stands beside it on every node.

use std::sync::OnceLock;

use super::{
    kind::{KindId, Vocabulary},
    kinds::Root,
};

/// The kinds that any node may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Special {
    /// `in ENV… { … }`.
    In,
    /// `allow RULE because="…"`.
    Allow,
    /// `label KEY VALUE`.
    Label,
    /// `annotation KEY VALUE`.
    Annotation,
    /// `omit KIND [KEY]`.
    Omit,
}

impl Special {
    /// Their names.
    pub const WORDS: &'static [&'static str] = &["in", "allow", "label", "annotation", "omit"];

    /// The one of that name.
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "in" => Self::In,
            "allow" => Self::Allow,
            "label" => Self::Label,
            "annotation" => Self::Annotation,
            "omit" => Self::Omit,
            _ => return None,
        })
    }
}

/// Kinds of the language that this version refuses, so that none is ever ignored.
pub const UNSUPPORTED: &[&str] = &[
    "define",
    "each",
    "let",
    "table",
    "use",
    "package",
    "rule",
    "test",
    "link",
    "standby",
    "queue",
    "chart",
    "hosts",
    "rollout",
    "patch",
    "raw",
    "volume",
    "device",
    "sysprep",
    "compliance",
    "deliver",
    "rack",
];

/// The built-in kinds, entered once per process, and the kind of a file's top level.
pub fn builtin() -> &'static (Vocabulary, KindId) {
    static BUILTIN: OnceLock<(Vocabulary, KindId)> = OnceLock::new();
    BUILTIN.get_or_init(|| {
        let mut vocabulary = Vocabulary::default();
        let root = vocabulary.register::<Root>();
        (vocabulary, root)
    })
}
