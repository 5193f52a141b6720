//! The one merge rule: kinds that stand at most once merge field by field, repeatable kinds by
//! their key, the nearer wins, and `omit` takes an inherited one away.

use std::sync::Arc;

use crate::schema::{
    kind::{Field, Kind, Vocabulary},
    node::{Node, Omit, Tag, ValueField},
};

/// Where a node stands that two texts speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    /// Where the nearer one does.
    Near,
    /// Where it did: the nearer text only tries what would be.
    Far,
}

/// Merges `near` over `far`; the result is left in `far`, with what `near` says in front.
pub(super) fn merge(vocabulary: &Vocabulary, near: Node, far: &mut Node) {
    merge_at(vocabulary, near, far, Stands::Near);
}

/// The same, where one may choose what is pointed at later.
pub(super) fn merge_at(vocabulary: &Vocabulary, near: Node, far: &mut Node, stands: Stands) {
    let kind = vocabulary.kind(far.kind);
    drop_omitted(vocabulary, &near.omits, far);
    drop_other_alternatives(vocabulary, kind, &near, far);
    merge_fields(near.fields, &mut far.fields);
    merge_tags(near.labels, &mut far.labels);
    merge_tags(near.annotations, &mut far.annotations);
    for child in near.children {
        match counterpart(vocabulary, kind, &child, &far.children) {
            Some(at) => {
                let inherited = Arc::make_mut(&mut far.children[at]);
                if stands == Stands::Near {
                    inherited.span = child.span;
                    inherited.name_span = child.name_span;
                    inherited.origin = child.origin;
                }
                merge_at(vocabulary, Arc::unwrap_or_clone(child), inherited, stands);
            }
            None => far.children.push(child),
        }
    }
    if !near.free.is_empty() {
        far.free = near.free;
    }
    far.broken.extend(near.broken);
    far.flawed.extend(near.flawed);
    far.twice |= near.twice;
    far.allows.extend(near.allows);
    far.was = near.was.or(far.was.take());
    far.doc = near.doc.or(far.doc.take());
}

fn drop_omitted(vocabulary: &Vocabulary, omits: &[Omit], far: &mut Node) {
    for omit in omits {
        far.children.retain(|child| {
            let kind = vocabulary.kind(child.kind);
            let named = kind.name == *omit.kind
                && omit
                    .key
                    .as_ref()
                    .is_none_or(|key| child.key(&kind.key) == **key);
            !named
        });
    }
}

/// Of a group of alternatives the nearer choice replaces the inherited one.
fn drop_other_alternatives(vocabulary: &Vocabulary, kind: &Kind, near: &Node, far: &mut Node) {
    for group in &kind.one_of {
        let chosen = near
            .children
            .iter()
            .find(|child| group.contains(&vocabulary.kind(child.kind).name));
        if let Some(chosen) = chosen {
            far.children.retain(|child| {
                child.kind == chosen.kind || !group.contains(&vocabulary.kind(child.kind).name)
            });
        }
    }
}

/// The inherited node that a nearer one speaks of.
pub(super) fn counterpart(
    vocabulary: &Vocabulary,
    parent: &Kind,
    child: &Node,
    far: &[Arc<Node>],
) -> Option<usize> {
    let kind = vocabulary.kind(child.kind);
    let many = parent
        .children
        .iter()
        .any(|known| known.kind == child.kind && known.many);
    if kind.ordered && many && kind.key.is_empty() {
        return None;
    }
    let key = child.key(&kind.key);
    far.iter()
        .position(|other| other.kind == child.kind && (!many || other.key(&kind.key) == key))
}

/// A list is replaced whole: its elements have no keys to merge by.
fn merge_fields(near: Vec<ValueField>, far: &mut Vec<ValueField>) {
    far.retain(|inherited| !near.iter().any(|value| value.field == inherited.field));
    far.extend(near);
    // Arguments in front, in order, as the text has them; the sort keeps a list's own order.
    far.sort_by_key(|value| match value.field {
        Field::Arg(at) => (0, at),
        Field::Prop(at) => (1, at),
    });
}

fn merge_tags(near: Vec<Tag<ValueField>>, far: &mut Vec<Tag<ValueField>>) {
    far.retain(|inherited| !near.iter().any(|tag| tag.key == inherited.key));
    far.extend(near);
}
