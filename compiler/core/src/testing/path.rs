//! Nodes by their path: `acme.trainer`, `sz1.gpu-train`, `gpu-train`, `acme.trainer.memory`.

use std::sync::Arc;

use tenantry_syntax::Span;

use crate::schema::{
    kind::{Kind, Vocabulary},
    node::Node,
};

/// The places of all nodes that a path means, with what stands in them.
#[derive(Debug, Default)]
pub(super) struct Places(Vec<Span>);

impl Places {
    /// Whether nothing is called so.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a place is one of them, or lies in one.
    pub(super) fn cover(&self, span: Span) -> bool {
        self.0
            .iter()
            .any(|own| own.file == span.file && own.start <= span.start && span.end <= own.end)
    }
}

/// What a path means below the top level.
pub(super) fn places(vocabulary: &Vocabulary, root: &Node, path: &str) -> Places {
    let segments: Vec<&str> = path.split('.').collect();
    let mut places = Places::default();
    follow(vocabulary, root, &segments, &mut places);
    places
}

/// The paths that begin where the top level does, for suggestions: of the top level, and of
/// what has a name one level below.
pub(super) fn known(vocabulary: &Vocabulary, root: &Node) -> Vec<String> {
    let mut known = Vec::new();
    let named = |node: &Arc<Node>| {
        let kind = vocabulary.kind(node.kind);
        (!kind.key.is_empty()).then(|| name(kind, node)).flatten()
    };
    for node in &root.children {
        let Some(outer) = named(node) else { continue };
        let inner = node.children.iter().filter_map(named);
        known.extend(inner.map(|inner| format!("{outer}.{inner}")));
        known.push(outer);
    }
    known.sort_unstable();
    known.dedup();
    known
}

fn follow(vocabulary: &Vocabulary, node: &Node, segments: &[&str], into: &mut Places) {
    let Some((first, rest)) = segments.split_first() else {
        return gather(node, into);
    };
    for child in &node.children {
        let kind = vocabulary.kind(child.kind);
        let rest = match name(kind, child) {
            Some(own) if own == *first => rest,
            // A pool by its cluster and its name.
            Some(own)
                if rest.first() == Some(&&*own)
                    && cluster(kind, child).as_deref() == Some(first) =>
            {
                &rest[1..]
            }
            None if kind.name == *first => rest,
            _ => continue,
        };
        follow(vocabulary, child, rest, into);
    }
    if rest.is_empty()
        && let Some(field) = vocabulary.kind(node.kind).field(first)
    {
        into.0.extend(node.values(field).map(|value| value.span));
    }
}

/// What a node is called among its like; nothing where it stands once.
fn name(kind: &Kind, node: &Node) -> Option<String> {
    if kind.key.is_empty() {
        return None;
    }
    let field = kind.field("name");
    match field.and_then(|field| node.value(field)) {
        Some(value) => Some(value.lit.to_string()),
        None => Some(node.key(&kind.key)),
    }
}

fn cluster(kind: &Kind, node: &Node) -> Option<String> {
    let (field, _) = kind.prop("cluster")?;
    node.value(field).map(|value| value.lit.to_string())
}

/// All places of a node: its own, those of its values, of what stands in it.
fn gather(node: &Node, into: &mut Places) {
    into.0.extend([node.span, node.name_span]);
    into.0.extend(node.fields.iter().map(|value| value.span));
    let tags = node.labels.iter().chain(&node.annotations);
    into.0.extend(tags.map(|tag| tag.span));
    node.children.iter().for_each(|child| gather(child, into));
}
