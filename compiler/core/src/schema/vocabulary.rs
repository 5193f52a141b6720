//! The built-in vocabulary, and what stands beside it on every node.

use std::sync::{Arc, OnceLock};

use super::{
    kind::{Child, KindId, Slot, Vocabulary},
    kinds::{AllowUse, AnnotationUse, EachUse, InUse, LabelUse, OmitUse, Root},
    ty::Typed,
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
    /// `each NAME in=LIST { … }`.
    Each,
    /// `slot [NAME]`, in the body of a definition.
    Slot,
}

impl Special {
    /// Their names.
    pub const WORDS: &'static [&'static str] =
        &["in", "allow", "label", "annotation", "omit", "each"];

    /// The one of that name.
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "in" => Self::In,
            "allow" => Self::Allow,
            "label" => Self::Label,
            "annotation" => Self::Annotation,
            "omit" => Self::Omit,
            "each" => Self::Each,
            "slot" => Self::Slot,
            _ => return None,
        })
    }

    /// Whether it may stand at the top level of a file: all others say something of the node that
    /// they stand in, and there is none.
    pub fn fits_top_level(self) -> bool {
        matches!(self, Self::Each | Self::Slot)
    }
}

/// The built-in kinds, entered once per process, and the kind of a file's top level.
pub fn builtin() -> &'static (Arc<Vocabulary>, KindId) {
    static BUILTIN: OnceLock<(Arc<Vocabulary>, KindId)> = OnceLock::new();
    BUILTIN.get_or_init(|| {
        let mut vocabulary = Vocabulary::default();
        let root = vocabulary.register::<Root>();
        universal(&mut vocabulary);
        (Arc::new(vocabulary), root)
    })
}

/// What every node may have, whatever its kind.
fn universal(vocabulary: &mut Vocabulary) {
    let kinds = [
        vocabulary.register::<InUse>(),
        vocabulary.register::<EachUse>(),
        vocabulary.register::<OmitUse>(),
        vocabulary.register::<AllowUse>(),
        vocabulary.register::<LabelUse>(),
        vocabulary.register::<AnnotationUse>(),
    ];
    let children = kinds.map(|kind| {
        let declared = vocabulary.kind(kind);
        Child {
            kind,
            name: declared.name.clone(),
            doc: declared.doc.clone(),
            required: false,
            many: true,
        }
    });
    let prop = |name: &str, doc: &str| Slot {
        doc: doc.to_owned(),
        ..Slot::of(name, Arc::<str>::ty())
    };
    vocabulary.universal_children.extend(children);
    vocabulary.universal_props.extend([
        prop(
            "if",
            "A CEL expression: the node is there only where it is true.",
        ),
        prop(
            "was",
            "The name it had before, so that what was allocated to it is kept.",
        ),
        prop("doc", "What it is for."),
    ]);
}

#[cfg(test)]
mod tests {
    use super::builtin;
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
                    .as_deref()
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
