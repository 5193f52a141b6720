//! Nodes after decoding: every name known, every value in its slot. The same shape serves the
//! typed text ([`TypedField`], still with expressions) and, after `resolve`, the plain values
//! ([`ValueField`]) that `model` builds from.

use std::sync::Arc;

use tenantry_syntax::Span;

use super::{
    kind::{Field, KindId},
    ty::Lit,
};
use crate::origin::OriginId;

/// A value as written: a literal, or something to be worked out for an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// Known.
    Lit(Lit),
    /// `$name`: a parameter's value, of its own type.
    Param(Arc<str>),
    /// A string with `${name}` in it.
    Text(Vec<Piece>),
    /// Wrong, and reported: the slot is set, to nothing that is known.
    Broken,
}

/// A piece of an interpolated string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it stands.
    Text(Arc<str>),
    /// The value of a parameter, and where its name stands.
    Param(Arc<str>, Span),
}

/// A value in the typed text.
#[derive(Debug, Clone)]
pub struct TypedField {
    /// Which slot.
    pub field: Field,
    /// The value.
    pub expr: Expr,
    /// Where the value stands.
    pub span: Span,
}

/// A value of one environment.
#[derive(Debug, Clone)]
pub struct ValueField {
    /// Which slot.
    pub field: Field,
    /// The value.
    pub lit: Lit,
    /// Where to point when it is wrong.
    pub span: Span,
    /// Why it is so.
    pub origin: OriginId,
    /// Another profile's value for the same slot, when neither is nearer.
    pub rival: Option<Box<ValueField>>,
}

/// `label KEY VALUE` or `annotation KEY VALUE`, on any node.
#[derive(Debug, Clone)]
pub struct Tag<F> {
    /// The key.
    pub key: Arc<str>,
    /// The value.
    pub value: F,
    /// Where the node stands.
    pub span: Span,
}

/// `allow RULE because="…"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// The rule's name.
    pub rule: Arc<str>,
    /// Why.
    pub because: Arc<str>,
    /// Where the node stands.
    pub span: Span,
}

/// `omit KIND [KEY]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Omit {
    /// The kind's name.
    pub kind: Arc<str>,
    /// The key, for a repeatable kind; none takes all away.
    pub key: Option<Arc<str>>,
    /// Where the node stands.
    pub span: Span,
}

/// `in ENV… { … }`: what is merged over its parent there.
#[derive(Debug, Clone)]
pub struct Overlay {
    /// The environments and where their names stand.
    pub envs: Vec<(Arc<str>, Span)>,
    /// Properties and children, as a node of the parent's kind.
    pub body: TypedNode,
}

/// A node of somebody else's schema, as free data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeNode {
    /// The key, or `-` for an element of a list.
    pub name: Arc<str>,
    /// The scalar, if it has one; `Some(None)` is null.
    pub value: Option<Option<Lit>>,
    /// What is in its block.
    pub children: Vec<FreeNode>,
    /// Whether it has a block at all.
    pub block: bool,
    /// Where the node stands.
    pub span: Span,
}

/// What an unknown name, which was reported, was probably meant to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// This.
    Name(String),
    /// Anything.
    Anything,
}

/// A decoded node.
#[derive(Debug, Clone)]
pub struct TypedNode {
    /// Its kind.
    pub kind: KindId,
    /// Where it stands, without its block.
    pub span: Span,
    /// Where it stands, with its block.
    pub whole: Span,
    /// Where its name stands.
    pub name_span: Span,
    /// Arguments and properties, arguments first.
    pub fields: Vec<TypedField>,
    /// What a misspelt name in it was probably meant to be.
    pub flawed: Vec<Meant>,
    /// Its block.
    pub children: Vec<TypedNode>,
    /// Differences of environments.
    pub overlays: Vec<Overlay>,
    /// Labels.
    pub labels: Vec<Tag<TypedField>>,
    /// Annotations.
    pub annotations: Vec<Tag<TypedField>>,
    /// Rules silenced here.
    pub allows: Vec<Allow>,
    /// What is not inherited.
    pub omits: Vec<Omit>,
    /// The name it had before, so that allocations are kept.
    pub was: Option<Arc<str>>,
    /// `doc="…"`.
    pub doc: Option<Arc<str>>,
    /// Free data, for kinds that hold it.
    pub free: Vec<FreeNode>,
}

/// A node of one environment: only literals are left.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its kind.
    pub kind: KindId,
    /// Where it stands, without its block.
    pub span: Span,
    /// Where its name stands.
    pub name_span: Span,
    /// Why it is there.
    pub origin: OriginId,
    /// Arguments and properties, arguments first.
    pub fields: Vec<ValueField>,
    /// Slots whose value is wrong, which was reported: they are not missing.
    pub broken: Vec<Field>,
    /// What a misspelt name in it was probably meant to be: that is not missing either.
    pub flawed: Vec<Meant>,
    /// Its block, in the order of the text.
    pub children: Vec<Node>,
    /// Labels.
    pub labels: Vec<Tag<ValueField>>,
    /// Annotations.
    pub annotations: Vec<Tag<ValueField>>,
    /// Rules silenced here.
    pub allows: Vec<Allow>,
    /// What is not inherited.
    pub omits: Vec<Omit>,
    /// The name it had before.
    pub was: Option<Arc<str>>,
    /// `doc="…"`.
    pub doc: Option<Arc<str>>,
    /// Free data.
    pub free: Vec<FreeNode>,
}

impl Node {
    /// The values of a slot, in order.
    pub fn values(&self, field: Field) -> impl Iterator<Item = &ValueField> {
        self.fields.iter().filter(move |value| value.field == field)
    }

    /// The value of a slot that holds one.
    pub fn value(&self, field: Field) -> Option<&ValueField> {
        self.values(field).next()
    }

    /// Whether what is missing under this name was there, under a name that was reported.
    pub fn excuses(&self, name: &str) -> bool {
        self.flawed.iter().any(|meant| match meant {
            Meant::Name(meant) => meant == name,
            Meant::Anything => true,
        })
    }

    /// Whether something in it or below it was reported before.
    pub fn is_broken(&self) -> bool {
        !self.broken.is_empty()
            || !self.flawed.is_empty()
            || self.children.iter().any(Self::is_broken)
    }

    /// What tells it apart from its like in the same scope; printed as written.
    pub fn key(&self, key: &[Field]) -> String {
        let parts: Vec<String> = key
            .iter()
            .flat_map(|field| self.values(*field))
            .map(|value| value.lit.to_string())
            .collect();
        parts.join(" ")
    }
}
