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
pub const UNSUPPORTED: &[&str] = &["define", "each", "let", "table", "rule", "test"];

/// The built-in kinds, entered once per process, and the kind of a file's top level.
pub fn builtin() -> &'static (Vocabulary, KindId) {
    static BUILTIN: OnceLock<(Vocabulary, KindId)> = OnceLock::new();
    BUILTIN.get_or_init(|| {
        let mut vocabulary = Vocabulary::default();
        let root = vocabulary.register::<Root>();
        (vocabulary, root)
    })
}

#[cfg(test)]
mod tests {
    use super::{UNSUPPORTED, builtin};
    use crate::schema::ty::Lit;

    #[test]
    fn every_kind_and_field_is_documented() {
        let (vocabulary, _) = builtin();
        for (_, kind) in vocabulary.kinds() {
            assert!(!kind.doc.is_empty(), "kind `{}`", kind.name);
            for slot in kind.args.iter().chain(&kind.props) {
                assert!(!slot.doc.is_empty(), "`{}` of `{}`", slot.name, kind.name);
            }
            for child in &kind.children {
                assert!(!child.doc.is_empty(), "`{}` in `{}`", child.name, kind.name);
                assert!(!child.name.is_empty(), "a child of `{}`", kind.name);
            }
        }
    }

    #[test]
    fn every_default_is_of_its_type() {
        let (vocabulary, _) = builtin();
        for (_, kind) in vocabulary.kinds() {
            for slot in kind.args.iter().chain(&kind.props) {
                let parsed = slot
                    .default
                    .map(|text| (slot.ty.check)(&Lit::of_default(text)));
                assert!(
                    matches!(parsed, None | Some(Ok(()))),
                    "`{}` of `{}`",
                    slot.name,
                    kind.name
                );
            }
        }
    }

    #[test]
    fn what_repeats_has_a_key_or_an_order() {
        let (vocabulary, _) = builtin();
        for (_, kind) in vocabulary.kinds() {
            for child in kind.children.iter().filter(|child| child.many) {
                let of = vocabulary.kind(child.kind);
                assert!(
                    !of.key.is_empty() || of.ordered,
                    "`{}` in `{}`",
                    child.name,
                    kind.name
                );
            }
        }
    }

    #[test]
    fn no_kind_accepts_the_same_fact_in_two_places() {
        let (vocabulary, _) = builtin();
        for (_, kind) in vocabulary.kinds() {
            for child in &kind.children {
                let same = kind
                    .children
                    .iter()
                    .filter(|other| other.name == child.name || other.kind == child.kind);
                assert_eq!(same.count(), 1, "`{}` in `{}`", child.name, kind.name);
                assert!(
                    kind.prop(&child.name).is_none(),
                    "`{}` of `{}` is a property and a child",
                    child.name,
                    kind.name
                );
            }
        }
    }

    #[test]
    fn what_is_refused_is_not_declared() {
        let (vocabulary, root) = builtin();
        for word in UNSUPPORTED {
            assert!(vocabulary.kind(*root).child(word).is_none(), "{word}");
        }
    }

    #[test]
    fn a_list_is_the_last_argument() {
        let (vocabulary, _) = builtin();
        for (_, kind) in vocabulary.kinds() {
            let before = kind.args.len().saturating_sub(1);
            assert!(
                kind.args[..before].iter().all(|slot| !slot.list),
                "`{}`",
                kind.name
            );
        }
    }
}
