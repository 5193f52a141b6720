//! Tests: what is different for one, and what it expects. They are no part of the estate.

use std::sync::Arc;

use tenantry_syntax::{Span, ast};

use super::{Decoder, entries::Scalar, unknown::shape};
use crate::{
    cel::Type,
    diag::{Diagnostic, Level},
    query,
    schema::{
        construct::Construct,
        kind::KindId,
        kinds,
        node::{Formula, TypedNode},
        rules,
        ty::Lit,
        words::UnitId,
    },
};

/// A `test`.
#[derive(Debug, Clone)]
pub struct TestCase {
    /// Its name: a sentence, mostly.
    pub name: Arc<str>,
    /// Where the name stands.
    pub span: Span,
    /// Whose it is.
    pub unit: UnitId,
    /// The only environment that it runs in, and where that is said.
    pub env: Option<(Arc<str>, Span)>,
    /// What is laid over the estate: a node of the top level's kind.
    pub given: Option<TypedNode>,
    /// What it expects, in the order of the text.
    pub expectations: Vec<Expectation>,
}

/// Something that a test expects.
#[derive(Debug, Clone)]
pub enum Expectation {
    /// `expect CEL`: that it is true.
    Holds(Formula),
    /// `expect-error`, `expect-warning`: that it is found.
    Found(Found),
    /// `expect-clean`, here: that nothing else is found.
    Clean(Span),
}

/// A finding that a test expects.
#[derive(Debug, Clone)]
pub struct Found {
    /// At which level.
    pub level: Level,
    /// The rule's name, and where it stands.
    pub rule: (Arc<str>, Span),
    /// The path of what it is about, and where that stands; anything where not given.
    pub at: Option<(Arc<str>, Span)>,
    /// Where the expectation stands.
    pub span: Span,
}

impl Decoder<'_, '_> {
    /// `test NAME env=ENV { … }`.
    pub(super) fn test(&mut self, node: ast::Node<'_>, root: KindId) -> Option<TestCase> {
        self.refuse_annotation(node.annotation());
        let head = self.head_of::<kinds::Test>(node, root);
        if let Some(condition) = &head.condition {
            let finding = Diagnostic::new(
                &rules::UNKNOWN_PROPERTY,
                condition.at.span,
                "`test` has no property `if`",
            )
            .label("not in a `test`")
            .help("`env=NAME` lets it run in one environment only");
            self.report(finding);
        }
        let given = self.given(node, root);
        // What is expected may speak of all that comes out.
        let scope = std::mem::take(&mut self.scope);
        self.scope = query::of_estate(&scope);
        let expectations = self.expectations(node, root);
        self.scope = scope;
        let kind = self.words.vocabulary.kind(head.kind);
        let text = |name: &str| match head.literal(kind.field(name)?)? {
            (Lit::Str(text), span) => Some((text.clone(), span)),
            _ => None,
        };
        let Some((name, span)) = text("name") else {
            if head.fields.is_empty() {
                self.report(shape(node, "NAME { … }"));
            }
            return None;
        };
        Some(TestCase {
            name,
            span,
            unit: self.unit,
            env: text("env"),
            given,
            expectations,
        })
    }

    /// Arguments and properties of a node in a test, read as those of its kind.
    fn head_of<K: Construct>(&mut self, node: ast::Node<'_>, root: KindId) -> TypedNode {
        let kind = self.words.vocabulary.of::<K>().unwrap_or(root);
        let mut head = TypedNode::empty(kind, node.head_span(), node.name_span());
        self.entries(node, &mut head, 0, &[]);
        head
    }

    /// The block of `given`: nodes of the top level.
    fn given(&mut self, test: ast::Node<'_>, root: KindId) -> Option<TypedNode> {
        let mut given: Option<TypedNode> = None;
        for node in test.nodes().filter(|node| node.name() == "given") {
            if let Some(first) = &given {
                self.report(rules::twice("given", node.name_span(), first.name_span));
                continue;
            }
            self.refuse_annotation(node.annotation());
            let head = self.head_of::<kinds::Given>(node, root);
            let mut body = TypedNode::empty(root, node.head_span(), node.name_span());
            body.condition = head.condition;
            self.block(node, &mut body);
            given = Some(body);
        }
        given
    }

    fn expectations(&mut self, test: ast::Node<'_>, root: KindId) -> Vec<Expectation> {
        let mut all = Vec::new();
        let mut clean: Option<Span> = None;
        for node in test.nodes() {
            let name = node.name();
            if name == "given" {
                continue;
            }
            self.refuse_annotation(node.annotation());
            match &*name {
                "expect" => self.conditions(node, &mut all),
                "expect-error" => {
                    let head = self.head_of::<kinds::ExpectError>(node, root);
                    all.extend(self.found(Level::Error, &head, node));
                }
                "expect-warning" => {
                    let head = self.head_of::<kinds::ExpectWarning>(node, root);
                    all.extend(self.found(Level::Warn, &head, node));
                }
                "expect-clean" => {
                    self.head_of::<kinds::ExpectClean>(node, root);
                    match clean.replace(node.name_span()) {
                        Some(first) => {
                            self.report(rules::twice("expect-clean", node.name_span(), first));
                        }
                        None => all.push(Expectation::Clean(node.name_span())),
                    }
                }
                _ => {
                    let kind = self.words.vocabulary.of::<kinds::Test>().unwrap_or(root);
                    let finding = self.unknown(kind, node);
                    self.report(finding);
                    continue;
                }
            }
            self.no_block(node);
        }
        all
    }

    /// `expect CEL…`: each of them must be true.
    fn conditions(&mut self, node: ast::Node<'_>, all: &mut Vec<Expectation>) {
        let before = all.len();
        let mut any = false;
        for entry in node.entries() {
            any = true;
            match entry {
                ast::Entry::Arg(arg) => {
                    self.refuse_annotation(arg.annotation());
                    let formula = self.formula(Scalar::Arg(arg), Some(&Type::Bool));
                    all.extend(formula.map(Expectation::Holds));
                }
                ast::Entry::Prop(prop) => {
                    let finding = Diagnostic::new(
                        &rules::UNKNOWN_PROPERTY,
                        prop.name_span(),
                        format!("`expect` has no property `{}`", prop.name()),
                    )
                    .label("unknown")
                    .help("what is expected is one expression in quotes: \"gpu_nodes == 2\"");
                    self.report(finding);
                }
            }
        }
        if !any && before == all.len() {
            self.report(shape(node, "\"EXPRESSION\""));
        }
    }

    /// `expect-error RULE at=PATH`.
    fn found(
        &mut self,
        level: Level,
        head: &TypedNode,
        node: ast::Node<'_>,
    ) -> Option<Expectation> {
        let kind = self.words.vocabulary.kind(head.kind);
        let text = |name: &str| match head.literal(kind.field(name)?)? {
            (Lit::Str(text), span) => Some((text.clone(), span)),
            _ => None,
        };
        let Some(rule) = text("rule") else {
            if head.fields.is_empty() {
                self.report(shape(node, "RULE at=PATH"));
            }
            return None;
        };
        Some(Expectation::Found(Found {
            level,
            rule,
            at: text("at"),
            span: node.head_span(),
        }))
    }

    /// Nothing stands below an expectation.
    fn no_block(&mut self, node: ast::Node<'_>) {
        if let Some(first) = node.nodes().next() {
            let finding = Diagnostic::new(
                &rules::MISPLACED_KIND,
                first.name_span(),
                format!("`{}` cannot stand in `{}`", first.name(), node.name()),
            )
            .label("not here")
            .help("what is different for a test stands in its `given { … }`");
            self.report(finding);
        }
    }
}
