//! Text nodes against the vocabulary: names become kinds and slots, literals are checked
//! against their types and expressions against what they may name, once, where they stand.
//!
//! Everything wrong is reported and left out; what is right goes on. Whether something required
//! is missing cannot be said yet: a profile may bring it. A call of a definition is complete,
//! so there it can.

mod call;
mod entries;
pub(super) mod expr;
mod free;
mod order;
mod profile;
mod rule;
mod special;
mod test;
mod unknown;

use std::{collections::BTreeMap, sync::Arc};

pub use profile::Profile;
pub use rule::{Judgement, UserRule};
use tenantry_syntax::{Span, ast};
pub use test::{Expectation, Found, TestCase};
use unknown::meant;

use super::{
    kind::{Child, KindId},
    node::{Form, Meant, TypedNode},
    rules,
    vocabulary::Special,
    words::{UnitId, Words},
};
use crate::{
    cel::Scope,
    diag::{Diagnostic, Findings},
};

/// What a file says at its top level.
#[derive(Debug, Default)]
pub struct Decoded {
    /// The nodes.
    pub nodes: Vec<Arc<TypedNode>>,
    /// What misspelt names beside them were probably meant to be.
    pub flawed: Vec<Meant>,
    /// The profiles.
    pub profiles: Vec<Arc<Profile>>,
    /// The rules of the spec's own, those in profiles included.
    pub rules: Vec<UserRule>,
    /// The tests.
    pub tests: Vec<Arc<TestCase>>,
    /// What was found.
    pub findings: Findings,
}

/// Nodes of the top level that declare something for the rest, and were read before it.
pub(super) const DECLARATIONS: &[&str] = &["define", "let", "param", "table"];

/// Nodes that stand at the top level itself, in no loop there.
const TOP_ONLY: &[&str] = &[
    "define", "let", "package", "param", "profile", "rule", "table", "test", "use",
];

/// Decodes a file whose nodes stand at the top level, of kind `root`; what `DECLARATIONS`
/// names is left out.
pub fn decode_file(
    document: ast::Document<'_>,
    unit: UnitId,
    root: KindId,
    words: &Words,
) -> Decoded {
    let mut decoded = Decoded::default();
    let mut decoder = Decoder::new(words, unit, &mut decoded.findings);
    let mut others = Vec::new();
    for node in document.nodes() {
        let name = node.name();
        match &*name {
            "profile" => decoded.profiles.extend(
                decoder
                    .profile(node, root, &mut decoded.rules)
                    .map(Arc::new),
            ),
            "rule" => decoded.rules.extend(decoder.rule(node, root, None)),
            "test" => decoded.tests.extend(decoder.test(node, root).map(Arc::new)),
            name if DECLARATIONS.contains(&name) => {}
            _ => others.push(node),
        }
    }
    let mut top = TypedNode::empty(root, Span::default(), Span::default());
    decoder.children(others.into_iter(), &mut top);
    decoded.nodes = top.children.into_iter().map(Arc::new).collect();
    decoded.flawed = top.flawed;
    decoded
}

/// The slots that a body may have, and the kind in whose block each was put.
#[derive(Debug, Default)]
pub(super) struct Slots {
    /// Declared, and where.
    pub(super) declared: BTreeMap<Arc<str>, Span>,
    /// Where they were put.
    pub(super) put: BTreeMap<Arc<str>, (KindId, Span)>,
}

pub(super) struct Decoder<'v, 'f> {
    words: &'v Words,
    unit: UnitId,
    /// What expressions may name here.
    scope: Scope,
    /// Whether the text of the node at hand is interpolated.
    expand: bool,
    /// In the body of a definition.
    pub(super) slots: Option<Slots>,
    findings: &'f mut Findings,
}

impl<'v, 'f> Decoder<'v, 'f> {
    pub(super) fn new(words: &'v Words, unit: UnitId, findings: &'f mut Findings) -> Self {
        Self {
            scope: words.unit(unit).scope.clone(),
            words,
            unit,
            expand: false,
            slots: None,
            findings,
        }
    }

    /// The same decoder with other names for expressions.
    pub(super) fn with_scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    pub(super) fn children<'a>(
        &mut self,
        nodes: impl Iterator<Item = ast::Node<'a>>,
        into: &mut TypedNode,
    ) {
        let words = self.words;
        let kind = words.vocabulary.kind(into.kind);
        let mut single: BTreeMap<KindId, (Span, bool)> = BTreeMap::new();
        for node in nodes {
            self.refuse_annotation(node.annotation());
            let name = node.name();
            if let Some(child) = kind.child(&name) {
                let nested = into.span != Span::default() && kind.name.is_empty();
                if nested && TOP_ONLY.contains(&&*name) {
                    self.findings.push(unknown::nested_declaration(node));
                    continue;
                }
                let decoded = self.node(node, child.kind);
                if !child.many && !self.first(child, &mut single, node, &decoded) {
                    continue;
                }
                into.children.push(decoded);
            } else if let Some(special) = Special::of(&name) {
                // What a test has given is such a block too, and there they say something of the estate.
                let top = kind.name.is_empty() && into.span == Span::default();
                if top && !special.fits_top_level() {
                    self.findings.push(unknown::of_no_node(node, special));
                    continue;
                }
                self.special(special, node, into);
            } else if let Some(define) = words.find(self.unit, &name) {
                into.children.extend(self.call(node, define, into.kind));
            } else if words.is_lost(self.unit, &name) {
                into.flawed.push(Meant::Anything);
            } else {
                let finding = self.unknown(into.kind, node);
                into.flawed.push(meant(&finding));
                self.findings.push(finding);
            }
        }
    }

    /// Whether this is the first node of a kind that may stand once. Of those with conditions
    /// only an environment can say.
    fn first(
        &mut self,
        child: &Child,
        single: &mut BTreeMap<KindId, (Span, bool)>,
        node: ast::Node<'_>,
        decoded: &TypedNode,
    ) -> bool {
        let conditional = decoded.condition.is_some();
        match single.insert(child.kind, (node.name_span(), conditional)) {
            None => true,
            Some((_, first)) if first || conditional => true,
            Some((first, _)) => {
                self.findings
                    .push(rules::twice(&child.name, node.name_span(), first));
                false
            }
        }
    }

    /// A kind by name, at the top level or in a tenant.
    fn find(&self, name: &str, root: KindId) -> Option<KindId> {
        let vocabulary = &self.words.vocabulary;
        let top = vocabulary.kind(root);
        let tenant = top.child("tenant").map(|child| vocabulary.kind(child.kind));
        top.child(name)
            .or_else(|| tenant?.child(name))
            .map(|child| child.kind)
    }

    pub(super) fn node(&mut self, node: ast::Node<'_>, kind: KindId) -> TypedNode {
        // The rows of each table have columns of their own.
        let row = self.words.rows.get(&node.name_span()).copied();
        let mut out = TypedNode::empty(row.unwrap_or(kind), node.head_span(), node.name_span());
        self.entries(node, &mut out, 0, &[]);
        self.block(node, &mut out);
        // Most have few of either, and an editor keeps them all.
        out.fields.shrink_to_fit();
        out.children.shrink_to_fit();
        out
    }

    fn block(&mut self, node: ast::Node<'_>, out: &mut TypedNode) {
        out.whole = node.span();
        if self.words.vocabulary.kind(out.kind).free {
            out.free = node.nodes().map(|child| self.free(child)).collect();
        } else {
            self.children(node.nodes(), out);
        }
    }

    /// The string arguments of a node.
    fn words_of(&self, node: ast::Node<'_>) -> Vec<(Arc<str>, Span)> {
        node.entries()
            .filter_map(|entry| match entry {
                ast::Entry::Arg(arg) => match arg.value() {
                    ast::Scalar::Str(text) => Some((text.into(), arg.span())),
                    ast::Scalar::Int(n) => Some((n.to_string().into(), arg.span())),
                    _ => None,
                },
                ast::Entry::Prop(_) => None,
            })
            .collect()
    }

    fn report(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }
}

impl TypedNode {
    pub(super) fn empty(kind: KindId, span: Span, name_span: Span) -> Self {
        Self {
            kind,
            span,
            whole: span,
            name_span,
            fields: Vec::new(),
            flawed: Vec::new(),
            children: Vec::new(),
            overlays: Vec::new(),
            labels: Vec::new(),
            annotations: Vec::new(),
            allows: Vec::new(),
            omits: Vec::new(),
            was: None,
            doc: None,
            free: Vec::new(),
            condition: None,
            form: Form::Plain,
        }
    }
}
