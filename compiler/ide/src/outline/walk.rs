//! The walk of a file: every node once, with what is open around it.

use std::{borrow::Cow, sync::Arc};

use tenantry_core::schema::{kind::Kind, vocabulary::Special};
use tenantry_syntax::{
    FileId, Parse, Span,
    ast::{Entry, Node},
};

use super::{DEFINE, Looked, Outline, PORT, Sort, Use, cluster_of, columns::Element};
use crate::{
    cursor::first_argument,
    meaning::{Meaning, Role, Speaker},
};

pub(super) struct Walk<'w, 't> {
    pub(super) speaker: Speaker<'w>,
    pub(super) file: FileId,
    pub(super) text: &'t str,
    pub(super) outline: Outline,
    /// The scopes around: `acme`, `acme.web`; the innermost last.
    pub(super) scopes: Vec<Arc<str>>,
    /// The clusters that nodes around are said to be in; the innermost last.
    pub(super) clusters: Vec<Arc<str>>,
    /// What `each` nodes around go through; the innermost last.
    pub(super) elements: Vec<Element>,
    /// The definition or profile around.
    pub(super) holder: Option<Arc<str>>,
    /// The call whose block this is, to no workload of its own.
    pub(super) call: Option<Arc<str>>,
    /// How many nodes around change what is declared elsewhere.
    pub(super) overlays: u32,
    /// Whether the expression that is read asks about the estate.
    pub(super) asks: bool,
}

impl<'w, 't> Walk<'w, 't> {
    /// Everything that a file declares and uses.
    pub(super) fn of(parse: &'t Parse, speaker: Speaker<'w>) -> Outline {
        let top = speaker.top();
        let mut walk = Self {
            speaker,
            file: parse.file(),
            text: parse.text(),
            outline: Outline::default(),
            scopes: Vec::new(),
            clusters: Vec::new(),
            elements: Vec::new(),
            holder: None,
            call: None,
            overlays: 0,
            asks: false,
        };
        for node in parse.document().nodes() {
            walk.node(node, top);
        }
        walk.outline
    }

    fn node(&mut self, node: Node<'_>, parent: Meaning) {
        let meaning = self.speaker.meaning(parent, node);
        let kind = self.speaker.kind(meaning.head);
        if meaning.role == Role::Free {
            return self.free(node);
        }
        if let Some(kind) = kind {
            self.declare(node, meaning, kind);
            self.declare_further(node);
            self.call(node, kind);
        }
        self.entries(node, meaning, parent);
        let scope = self.scope_of(node, meaning);
        let holder = holder_of(node, meaning, kind).or_else(|| self.holder.clone());
        let holder = std::mem::replace(&mut self.holder, holder);
        let call = match kind.is_some_and(|kind| kind.define.is_some()) {
            true => Some(titled(node)),
            false => self.call.clone().filter(|_| scope.is_none()),
        };
        let call = std::mem::replace(&mut self.call, call);
        let depth = (self.scopes.len(), self.clusters.len(), self.elements.len());
        self.scopes.extend(scope);
        self.clusters.extend(cluster_of(node));
        if meaning.role == Role::Special(Special::Each) {
            self.elements.extend(self.element_of(node));
        }
        let overlays = matches!(meaning.role, Role::Given | Role::Special(Special::In));
        self.overlays += u32::from(overlays);
        for child in node.nodes() {
            self.node(child, meaning);
        }
        self.overlays -= u32::from(overlays);
        self.scopes.truncate(depth.0);
        self.clusters.truncate(depth.1);
        self.elements.truncate(depth.2);
        self.holder = holder;
        self.call = call;
    }

    /// Whose own a name of a sort is that stands here.
    pub(super) fn holder_of(&self, sorts: &[Sort]) -> Option<Arc<str>> {
        let call = self.call.as_ref().filter(|_| sorts.contains(&PORT));
        call.or(self.holder.as_ref()).cloned()
    }

    /// Enters a use of a name.
    pub(super) fn says(
        &mut self,
        sorts: Cow<'static, [Sort]>,
        name: &str,
        looked: Looked,
        span: Span,
        in_expression: bool,
    ) {
        self.outline.uses.push(Use {
            holder: self.holder_of(&sorts),
            sorts,
            name: name.into(),
            looked,
            unit: self.speaker.unit,
            span: Span {
                file: self.file,
                ..span
            },
            in_expression,
        });
    }

    /// Somebody else's data may have values of ours in it.
    fn free(&mut self, node: Node<'_>) {
        let values = node.entries().filter_map(|entry| match entry {
            Entry::Arg(arg) => arg.text(),
            Entry::Prop(_) => None,
        });
        for text in values {
            self.interpolated(text);
        }
        for child in node.nodes() {
            self.free(child);
        }
    }

    /// The scope that a node opens for what stands in it.
    fn scope_of(&self, node: Node<'_>, meaning: Meaning) -> Option<Arc<str>> {
        if meaning.role != Role::Plain {
            return None;
        }
        let name = node.name();
        if !matches!(
            &*name,
            "tenant" | "workload" | "cluster" | "external" | "table"
        ) {
            return None;
        }
        let own = first_argument(node)?;
        Some(match (&*name, self.scopes.last()) {
            ("workload", Some(tenant)) => format!("{tenant}.{own}").into(),
            _ => own.into(),
        })
    }
}

/// What a node is to what stands in it: a definition or profile, whose names are its own.
fn holder_of(node: Node<'_>, meaning: Meaning, kind: Option<&Kind>) -> Option<Arc<str>> {
    let is_define = kind.is_some_and(|kind| kind.name == DEFINE);
    (is_define || meaning.role == Role::Profile).then(|| titled(node))
}

/// `define app`: a node's name and its first argument.
fn titled(node: Node<'_>) -> Arc<str> {
    let own = first_argument(node).unwrap_or_default();
    format!("{} {own}", node.name()).into()
}
