//! Nodes after decoding: every name known, every value in its slot. The same shape serves the
//! typed text ([`TypedField`], still with expressions) and, after `resolve`, the plain values
//! ([`ValueField`]) that `model` builds from.

use std::{ops::Range, sync::Arc};

use tenantry_syntax::Span;

use super::{
    kind::{Field, KindId},
    ty::Lit,
};
use crate::{cel::Program, origin::OriginId};

/// A value as written: a literal, or something to be worked out for an environment.
#[derive(Debug, Clone)]
pub enum Expr {
    /// Known.
    Lit(Lit),
    /// `$name` or a string that is nothing but one `${…}`: the expression's own value.
    Formula(Formula),
    /// A string with `${…}` in it.
    Text(Vec<Piece>),
    /// Wrong, and reported: the slot is set, to nothing that is known.
    Broken,
}

/// A piece of an interpolated string.
#[derive(Debug, Clone)]
pub enum Piece {
    /// As it stands.
    Text(Arc<str>),
    /// The value of an expression.
    Formula(Formula),
}

/// An expression, checked, and where its text stands.
#[derive(Debug, Clone)]
pub struct Formula {
    /// What it computes.
    pub program: Program,
    /// How its offsets lead to the text.
    pub at: Anchor,
}

/// Where the text of an expression stands in a file.
#[derive(Debug, Clone)]
pub struct Anchor {
    /// The whole value.
    pub span: Span,
    /// Offsets in the file of each byte of the expression and of its end, where the value is
    /// written with escapes; otherwise only of the first.
    pub offsets: Arc<[u32]>,
}

impl Anchor {
    /// The place of a range of the expression.
    pub fn place(&self, range: &Range<usize>) -> Span {
        let at = |offset: usize| match *self.offsets {
            [first] => first.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX)),
            _ => {
                let last = self.offsets.last().copied();
                let known = self.offsets.get(offset).copied().or(last);
                known.unwrap_or(self.span.start)
            }
        };
        Span {
            start: at(range.start).min(self.span.end),
            end: at(range.end).min(self.span.end),
            ..self.span
        }
    }
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

/// The same before its values are worked out.
#[derive(Debug, Clone)]
pub struct TypedFree {
    /// The key, or `-` for an element of a list.
    pub name: Arc<str>,
    /// The scalar and where it stands, if it has one; `Some(None)` is null.
    pub value: Option<Option<(Expr, Span)>>,
    /// What is in its block.
    pub children: Vec<TypedFree>,
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
    pub was: Option<TypedText>,
    /// `doc="…"`.
    pub doc: Option<Arc<str>>,
    /// Free data, for kinds that hold it.
    pub free: Vec<TypedFree>,
    /// `if="…"`: whether it is there at all.
    pub condition: Option<Formula>,
    /// What it is beyond a node of its kind.
    pub form: Form,
}

/// A text that may have to be worked out.
#[derive(Debug, Clone)]
pub struct TypedText {
    /// What it is.
    pub expr: Expr,
    /// Where it stands.
    pub span: Span,
}

impl TypedNode {
    /// The literal of a slot, if it is one.
    pub fn literal(&self, field: Field) -> Option<(&Lit, Span)> {
        let found = self.fields.iter().find(|f| f.field == field)?;
        match &found.expr {
            Expr::Lit(lit) => Some((lit, found.span)),
            _ => None,
        }
    }
}

/// What a node of the text is.
#[derive(Debug, Clone)]
pub enum Form {
    /// Itself, or for the kind of a definition a call of it: its fields are the arguments, its
    /// children go where the definition's slots stand.
    Plain,
    /// `each NAME in=… { … }`: its children, once for each element. Its kind is its parent's.
    Each(Box<Each>),
    /// In the body of a definition: the place of the caller's children.
    Slot(Arc<str>),
}

/// The head of an `each`.
#[derive(Debug, Clone)]
pub struct Each {
    /// What the element is called, as expressions spell it.
    pub name: Arc<str>,
    /// Where the name stands.
    pub name_span: Span,
    /// What it goes over.
    pub list: Formula,
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
    /// Its block, in the order of the text. What did not change from one analysis to the next is
    /// the same node in both.
    pub children: Vec<Arc<Node>>,
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
    /// The profiles that it is like, nearest first, with those that they are like.
    pub profiles: Vec<Arc<str>>,
    /// Whether another one has its key, which was reported: which of them is meant nobody knows,
    /// and what one lacks the other may have.
    pub twice: bool,
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
        self.twice
            || !self.broken.is_empty()
            || !self.flawed.is_empty()
            || self.children.iter().any(|child| child.is_broken())
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
