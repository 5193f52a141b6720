//! What is given for a test, laid over the estate.

use std::sync::Arc;

use super::{
    Resolver,
    merge::{Stands, merge_at},
};
use crate::schema::{
    kind::{Field, Kind, KindId},
    kinds,
    node::{Node, TypedNode, ValueField},
    ty::Lit,
    words::UnitId,
};

/// What a test is given.
#[derive(Debug, Clone, Copy)]
pub struct Given<'t> {
    /// Nodes of the top level, as one node of its kind.
    pub body: Option<&'t TypedNode>,
    /// Whose test it is.
    pub unit: UnitId,
    /// The name of the package that is compiled by itself, and has no estate.
    pub package: Option<&'t Arc<str>>,
}

impl Resolver<'_> {
    /// Lays it over the top level.
    pub(super) fn given(&mut self, given: Given<'_>, root: &mut Node) {
        self.unit = given.unit;
        if let Some(body) = given.body
            && self.holds(body.condition.as_ref())
        {
            let mut near = self.node(body);
            near.children
                .iter_mut()
                .for_each(|child| self.adopt(Arc::make_mut(child), root));
            let flawed = std::mem::take(&mut near.flawed);
            root.flawed.extend(flawed);
            merge_at(&self.typed.words.vocabulary, near, root, Stands::Far);
        }
        if let Some(name) = given.package {
            self.estate_of(name, root);
        }
        self.unit = UnitId::ESTATE;
    }

    /// Completes the key of a given node: what the estate has once by the part of the key that
    /// is written is meant, so that a pool is found without its cluster.
    fn adopt(&self, child: &mut Node, root: &mut Node) {
        let kind = self.kind(child);
        let mut alike = root
            .children
            .iter_mut()
            .filter(|far| far.kind == child.kind && is_alike(kind, child, far));
        let (Some(far), None) = (alike.next(), alike.next()) else {
            return;
        };
        for field in &kind.key {
            if child.value(*field).is_none() {
                child.fields.extend(far.values(*field).cloned());
            } else if far.value(*field).is_none() {
                let far = Arc::make_mut(far);
                far.fields.extend(child.values(*field).cloned());
            }
        }
    }

    /// Makes a package an estate of its name, unless the test gives one.
    fn estate_of(&self, name: &Arc<str>, root: &mut Node) {
        let vocabulary = &self.typed.words.vocabulary;
        let kind = |wanted: Option<KindId>| move |node: &Arc<Node>| Some(node.kind) == wanted;
        let is_package = kind(vocabulary.of::<kinds::PackageHead>());
        let Some(at) = root.children.iter().position(is_package) else {
            return;
        };
        let package = root.children.remove(at);
        let estate = vocabulary.of::<kinds::Estate>();
        if root.children.iter().any(kind(estate)) {
            return;
        }
        let Some(estate) = estate else {
            return;
        };
        let name = ValueField {
            field: Field::Arg(0),
            lit: Lit::Str(name.clone()),
            span: package.name_span,
            origin: package.origin,
            rival: None,
        };
        root.children.push(Arc::new(Node {
            kind: estate,
            span: package.span,
            name_span: package.name_span,
            origin: package.origin,
            fields: vec![name],
            ..self.empty_root()
        }));
    }
}

/// Whether two nodes may be the same: what both say of the key is the same, and something is.
fn is_alike(kind: &Kind, one: &Node, other: &Node) -> bool {
    let mut shared = false;
    for field in &kind.key {
        let (Some(a), Some(b)) = (one.value(*field), other.value(*field)) else {
            continue;
        };
        if a.lit != b.lit {
            return false;
        }
        shared = true;
    }
    shared
}
