//! Text nodes against the vocabulary: names become kinds and slots, literals are checked
//! against their types, once, where they stand.
//!
//! Everything wrong is reported and left out; what is right goes on. Whether something required
//! is missing cannot be said yet: a profile may bring it.

use std::{collections::BTreeMap, sync::Arc};

use tenantry_syntax::{Span, ast};

use super::{
    expr,
    kind::{Child, Field, Kind, KindId, Slot, Vocabulary},
    node::{Allow, Expr, FreeNode, Meant, Omit, Overlay, Tag, TypedField, TypedNode},
    rules,
    ty::{Lit, Typed},
    vocabulary::{Special, UNSUPPORTED},
};
use crate::{
    diag::{Diagnostic, Findings, nearest::nearest},
    units::UnitError,
};

/// A profile: defaults for a kind, not yet merged into anything.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its name.
    pub name: Arc<str>,
    /// Where the name stands.
    pub span: Span,
    /// What it holds: a node of the kind it is for, without that kind's name argument.
    pub body: TypedNode,
}

/// What a file says at its top level.
#[derive(Debug, Default)]
pub struct Decoded {
    /// The nodes.
    pub nodes: Vec<TypedNode>,
    /// What misspelt names beside them were probably meant to be.
    pub flawed: Vec<Meant>,
    /// The profiles.
    pub profiles: Vec<Profile>,
    /// What was found.
    pub findings: Findings,
}

/// Decodes a file whose nodes stand at the top level, of kind `root`.
pub fn decode_file(document: ast::Document<'_>, root: KindId, vocabulary: &Vocabulary) -> Decoded {
    let mut decoded = Decoded::default();
    let mut decoder = Decoder {
        vocabulary,
        findings: &mut decoded.findings,
    };
    let (profiles, others): (Vec<ast::Node<'_>>, Vec<ast::Node<'_>>) =
        document.nodes().partition(|node| node.name() == "profile");
    let mut top = TypedNode::empty(root, Span::default(), Span::default());
    decoder.children(others.into_iter(), &mut top);
    decoded.profiles = profiles
        .into_iter()
        .filter_map(|node| decoder.profile(node, root))
        .collect();
    decoded.nodes = top.children;
    decoded.flawed = top.flawed;
    decoded
}

impl TypedNode {
    fn empty(kind: KindId, span: Span, name_span: Span) -> Self {
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
        }
    }

    /// The literal of a slot, if it is one.
    pub fn literal(&self, field: Field) -> Option<(&Lit, Span)> {
        let found = self.fields.iter().find(|f| f.field == field)?;
        match &found.expr {
            Expr::Lit(lit) => Some((lit, found.span)),
            _ => None,
        }
    }
}

/// The kinds that a profile can be for.
const PROFILE_KINDS: &[&str] = &["workload", "pool", "tenant", "cluster"];

struct Decoder<'v, 'f> {
    vocabulary: &'v Vocabulary,
    findings: &'f mut Findings,
}

impl Decoder<'_, '_> {
    fn children<'a>(&mut self, nodes: impl Iterator<Item = ast::Node<'a>>, into: &mut TypedNode) {
        let kind = self.vocabulary.kind(into.kind);
        let mut single: BTreeMap<KindId, Span> = BTreeMap::new();
        for node in nodes {
            self.refuse_annotation(node.annotation());
            let name = node.name();
            if let Some(child) = kind.child(&name) {
                if !child.many && !self.first(child, &mut single, node) {
                    continue;
                }
                let decoded = self.node(node, child.kind);
                into.children.push(decoded);
            } else if let Some(special) = Special::of(&name) {
                self.special(special, node, into);
            } else {
                let finding = self.unknown(kind, node);
                into.flawed.push(meant(&finding));
                self.findings.push(finding);
            }
        }
    }

    /// Whether this is the first node of a kind that may stand once.
    fn first(
        &mut self,
        child: &Child,
        single: &mut BTreeMap<KindId, Span>,
        node: ast::Node<'_>,
    ) -> bool {
        match single.insert(child.kind, node.name_span()) {
            None => true,
            Some(first) => {
                self.findings.push(
                    Diagnostic::new(
                        &rules::DUPLICATE_NODE,
                        node.name_span(),
                        format!("`{}` stands twice in this block", child.name),
                    )
                    .label("the second one")
                    .also(first, "the first one")
                    .help("keep one of them, or join what they say"),
                );
                false
            }
        }
    }

    /// `profile NAME for=KIND { … }`: the body is a node of that kind with its name left out.
    fn profile(&mut self, node: ast::Node<'_>, root: KindId) -> Option<Profile> {
        self.refuse_annotation(node.annotation());
        let Some((name, span)) = self.words(node).into_iter().next() else {
            self.findings.push(shape(node, "NAME { … }"));
            return None;
        };
        let wanted = node.entries().find_map(|entry| match entry {
            ast::Entry::Prop(prop) if prop.name() == "for" => Some(prop),
            _ => None,
        });
        let target = match wanted.map(|prop| (prop, prop.value())) {
            None => "workload".to_owned(),
            Some((_, ast::Scalar::Str(text))) if PROFILE_KINDS.contains(&&*text) => {
                text.into_owned()
            }
            Some((prop, _)) => {
                self.findings.push(
                    Diagnostic::new(
                        &rules::WRONG_VALUE,
                        prop.value_span(),
                        format!("a profile is for one of {}", PROFILE_KINDS.join(", ")),
                    )
                    .label("not one of them"),
                );
                return None;
            }
        };
        let kind = self.find(&target, root)?;
        let mut body = TypedNode::empty(kind, node.head_span(), node.name_span());
        self.entries(node, &mut body, 1, &["for"]);
        // The one argument was the profile's own name.
        body.fields
            .retain(|field| matches!(field.field, Field::Prop(_)));
        self.block(node, &mut body);
        Some(Profile { name, span, body })
    }

    /// A kind by name, at the top level or in a tenant.
    fn find(&self, name: &str, root: KindId) -> Option<KindId> {
        let top = self.vocabulary.kind(root);
        let tenant = top
            .child("tenant")
            .map(|child| self.vocabulary.kind(child.kind));
        top.child(name)
            .or_else(|| tenant?.child(name))
            .map(|child| child.kind)
    }

    fn node(&mut self, node: ast::Node<'_>, kind: KindId) -> TypedNode {
        let mut out = TypedNode::empty(kind, node.head_span(), node.name_span());
        self.entries(node, &mut out, 0, &[]);
        self.block(node, &mut out);
        out
    }

    fn block(&mut self, node: ast::Node<'_>, out: &mut TypedNode) {
        out.whole = node.span();
        let kind = self.vocabulary.kind(out.kind);
        if kind.free {
            out.free = node.nodes().map(|child| self.free(child)).collect();
        } else {
            self.children(node.nodes(), out);
        }
    }

    /// Decodes arguments and properties; the first `skip` arguments and the properties in
    /// `ignore` are somebody else's.
    fn entries(&mut self, node: ast::Node<'_>, out: &mut TypedNode, skip: usize, ignore: &[&str]) {
        let kind = self.vocabulary.kind(out.kind);
        let mut position = 0usize;
        let mut seen: Vec<(String, Span)> = Vec::new();
        let mut surplus: Option<(Span, usize)> = None;
        for entry in node.entries() {
            match entry {
                ast::Entry::Arg(arg) => {
                    self.refuse_annotation(arg.annotation());
                    position += 1;
                    if position <= skip {
                        continue;
                    }
                    let at = position - skip - 1;
                    match arg_slot(kind, at) {
                        Some((field, slot)) => self.value(field, slot, Scalar::Arg(arg), out),
                        None => {
                            let (span, count) = surplus.get_or_insert((arg.span(), 0));
                            *span = span.to(arg.span());
                            *count += 1;
                        }
                    }
                }
                ast::Entry::Prop(prop) => {
                    self.refuse_annotation(prop.annotation());
                    let name = prop.name();
                    if let Some((_, first)) = seen.iter().find(|(known, _)| *known == *name) {
                        let finding = Diagnostic::new(
                            &rules::DUPLICATE_PROPERTY,
                            prop.span(),
                            format!("`{name}` is given twice"),
                        )
                        .label("the second one")
                        .also(*first, "the first one")
                        .help("keep one of them: none of the two would win silently");
                        self.findings.push(finding);
                        continue;
                    }
                    seen.push((name.clone().into_owned(), prop.span()));
                    if !ignore.contains(&&*name) {
                        self.property(kind, prop, out);
                    }
                }
            }
        }
        if let Some((span, count)) = surplus {
            let finding = surplus_argument(kind, span, count);
            self.findings.push(finding);
        }
    }

    fn property(&mut self, kind: &Kind, prop: ast::Prop<'_>, out: &mut TypedNode) {
        let name = prop.name();
        if let Some((field, slot)) = kind.prop(&name) {
            self.value(field, slot, Scalar::Prop(prop), out);
            return;
        }
        match &*name {
            "was" => out.was = self.text(prop),
            "doc" => out.doc = self.text(prop),
            "if" => self
                .findings
                .push(unsupported("the property `if`", prop.name_span())),
            _ => {
                let finding = unknown_property(kind, &name, prop.name_span());
                out.flawed.push(meant(&finding));
                self.findings.push(finding);
            }
        }
    }

    fn text(&mut self, prop: ast::Prop<'_>) -> Option<Arc<str>> {
        match prop.value() {
            ast::Scalar::Str(text) => Some(text.into()),
            _ => {
                let error = UnitError {
                    message: "expected a string".into(),
                    help: None,
                    at: None,
                };
                let slot = Slot {
                    name: prop.name().into_owned(),
                    doc: String::new(),
                    ty: Arc::<str>::ty(),
                    required: false,
                    default: None,
                    list: false,
                };
                self.findings
                    .push(rules::wrong_value(&slot, prop.value_span(), &error));
                None
            }
        }
    }

    fn value(&mut self, field: Field, slot: &Slot, scalar: Scalar<'_>, out: &mut TypedNode) {
        match expr::read(slot, scalar) {
            Ok(expr) => out.fields.push(TypedField {
                field,
                expr,
                span: scalar.span(),
            }),
            Err(finding) => {
                self.findings.push(*finding);
                out.fields.push(TypedField {
                    field,
                    expr: Expr::Broken,
                    span: scalar.span(),
                });
            }
        }
    }

    fn special(&mut self, special: Special, node: ast::Node<'_>, into: &mut TypedNode) {
        let words = self.words(node);
        let word = |at: usize| {
            words
                .get(at)
                .map(|(word, _): &(Arc<str>, Span)| word.clone())
        };
        match special {
            Special::In => self.overlay(node, words, into),
            Special::Label | Special::Annotation => {
                let (Some(key), Some((value, span))) = (word(0), words.get(1).cloned()) else {
                    self.findings.push(shape(node, "KEY VALUE"));
                    return;
                };
                let value = match expr::interpolate(&value, span) {
                    Ok(expr) => TypedField {
                        field: Field::Arg(1),
                        expr,
                        span,
                    },
                    Err(finding) => return self.findings.push(*finding),
                };
                let tag = Tag {
                    key,
                    value,
                    span: node.head_span(),
                };
                if special == Special::Label {
                    into.labels.push(tag);
                } else {
                    into.annotations.push(tag);
                }
            }
            Special::Allow => {
                let because = node.entries().find_map(|entry| match entry {
                    ast::Entry::Prop(prop) if prop.name() == "because" => self.text(prop),
                    _ => None,
                });
                match (word(0), because) {
                    (Some(rule), Some(because)) => into.allows.push(Allow {
                        rule,
                        because,
                        span: node.head_span(),
                    }),
                    _ => self.findings.push(shape(node, "RULE because=\"…\"")),
                }
            }
            Special::Omit => match word(0) {
                Some(kind) => into.omits.push(Omit {
                    kind,
                    key: word(1),
                    span: node.head_span(),
                }),
                None => self.findings.push(shape(node, "KIND [KEY]")),
            },
        }
    }

    /// `in ENV… prop=… { … }`: a node of the parent's kind whose arguments are environments.
    fn overlay(&mut self, node: ast::Node<'_>, envs: Vec<(Arc<str>, Span)>, into: &mut TypedNode) {
        if envs.is_empty() {
            self.findings.push(shape(node, "ENV… { … }"));
            return;
        }
        let mut body = TypedNode::empty(into.kind, node.head_span(), node.name_span());
        self.entries(node, &mut body, usize::MAX, &[]);
        self.block(node, &mut body);
        into.overlays.push(Overlay { envs, body });
    }

    /// The string arguments of a node.
    fn words(&self, node: ast::Node<'_>) -> Vec<(Arc<str>, Span)> {
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

    fn free(&mut self, node: ast::Node<'_>) -> FreeNode {
        self.refuse_annotation(node.annotation());
        let mut value = None;
        for entry in node.entries() {
            match entry {
                ast::Entry::Arg(arg) if value.is_none() => match expr::scalar(arg.value()) {
                    Ok(lit) => value = Some(lit),
                    Err(message) => self.findings.push(
                        Diagnostic::new(&rules::WRONG_VALUE, arg.span(), message)
                            .help("write it as a string, or as a whole number"),
                    ),
                },
                ast::Entry::Arg(arg) => self.findings.push(
                    Diagnostic::new(
                        &rules::SURPLUS_ARGUMENT,
                        arg.span(),
                        format!("`{}` has more than one value", node.name()),
                    )
                    .help("a list is a block of `-` nodes"),
                ),
                ast::Entry::Prop(prop) => self.findings.push(
                    Diagnostic::new(
                        &rules::UNKNOWN_PROPERTY,
                        prop.name_span(),
                        "free data has no properties",
                    )
                    .help(format!(
                        "write it as a node in the block: `{} …`",
                        prop.name()
                    )),
                ),
            }
        }
        FreeNode {
            name: node.name().into(),
            value,
            children: node.nodes().map(|child| self.free(child)).collect(),
            block: node.has_block(),
            span: node.head_span(),
        }
    }

    fn refuse_annotation(&mut self, annotation: Option<(std::borrow::Cow<'_, str>, Span)>) {
        if let Some((text, span)) = annotation {
            self.findings.push(
                Diagnostic::new(
                    &rules::TYPE_ANNOTATION,
                    span,
                    format!("the type annotation `({text})` has no meaning here"),
                )
                .label("remove it")
                .help("the place gives the type")
                .fix("remove the annotation", vec![(span, String::new())]),
            );
        }
    }

    fn unknown(&self, parent: &Kind, node: ast::Node<'_>) -> Diagnostic {
        let name = node.name();
        let span = node.name_span();
        let place = place(parent);
        if UNSUPPORTED.contains(&&*name) {
            return unsupported(&format!("the kind `{name}`"), span);
        }
        let mut homes: Vec<&str> = self
            .vocabulary
            .parents_of(&name)
            .map(|kind| kind.name.as_str())
            .collect();
        homes.sort_unstable();
        homes.dedup();
        let known = parent.children.iter().map(|child| child.name.as_str());
        if let Some(near) = nearest(&name, known.clone().chain(Special::WORDS.iter().copied())) {
            return Diagnostic::new(
                &rules::UNKNOWN_KIND,
                span,
                format!("`{name}` is not a kind that {place} can hold"),
            )
            .label("unknown")
            .help(format!("did you mean `{near}`?"))
            .fix(format!("write `{near}`"), vec![(span, near.to_owned())]);
        }
        if !homes.is_empty() {
            let homes: Vec<String> = homes
                .into_iter()
                .map(|home| {
                    if home.is_empty() {
                        "the top level of a file".to_owned()
                    } else {
                        format!("`{home}`")
                    }
                })
                .collect();
            return Diagnostic::new(
                &rules::MISPLACED_KIND,
                span,
                format!("`{name}` cannot stand in {place}"),
            )
            .label("not here")
            .help(format!("it belongs in {}", homes.join(" or ")));
        }
        let mut known: Vec<&str> = known.collect();
        known.sort_unstable();
        let mut finding = Diagnostic::new(
            &rules::UNKNOWN_KIND,
            span,
            format!("`{name}` is not a kind that {place} can hold"),
        )
        .label("unknown");
        finding = match known.as_slice() {
            [] => finding.help(format!("{place} has no block")),
            known => finding.help(format!("{place} holds {}", known.join(", "))),
        };
        finding
    }
}

/// An argument or a property's value.
#[derive(Clone, Copy)]
pub(super) enum Scalar<'a> {
    Arg(ast::Arg<'a>),
    Prop(ast::Prop<'a>),
}

impl<'a> Scalar<'a> {
    pub(super) fn value(self) -> ast::Scalar<'a> {
        match self {
            Self::Arg(arg) => arg.value(),
            Self::Prop(prop) => prop.value(),
        }
    }

    pub(super) fn span(self) -> Span {
        match self {
            Self::Arg(arg) => arg.span(),
            Self::Prop(prop) => prop.value_span(),
        }
    }
}

fn arg_slot(kind: &Kind, at: usize) -> Option<(Field, &Slot)> {
    let last = kind.args.len().checked_sub(1)?;
    let at = if at > last && kind.args[last].list {
        last
    } else {
        at
    };
    Some((Field::Arg(u16::try_from(at).ok()?), kind.args.get(at)?))
}

/// What the writer of an unknown name probably meant: what the mend would write.
fn meant(finding: &Diagnostic) -> Meant {
    match finding.fixes.first().and_then(|fix| fix.edits.first()) {
        Some((_, name)) => Meant::Name(name.clone()),
        None => Meant::Anything,
    }
}

fn place(kind: &Kind) -> String {
    if kind.name.is_empty() {
        "the top level of a file".to_owned()
    } else {
        format!("`{}`", kind.name)
    }
}

fn surplus_argument(kind: &Kind, span: Span, count: usize) -> Diagnostic {
    let takes: Vec<&str> = kind.args.iter().map(|slot| slot.name.as_str()).collect();
    let what = if count == 1 {
        "an argument".to_owned()
    } else {
        format!("{count} arguments")
    };
    let finding = Diagnostic::new(
        &rules::SURPLUS_ARGUMENT,
        span,
        format!("`{}` has {what} too many", kind.name),
    )
    .label("not taken");
    match takes.as_slice() {
        [] => finding.help(format!(
            "`{}` takes no arguments; settings are written `name=value`",
            kind.name
        )),
        takes => finding.help(format!("`{}` takes: {}", kind.name, takes.join(", "))),
    }
}

fn unknown_property(kind: &Kind, name: &str, span: Span) -> Diagnostic {
    let mut known: Vec<&str> = kind.props.iter().map(|slot| slot.name.as_str()).collect();
    let finding = Diagnostic::new(
        &rules::UNKNOWN_PROPERTY,
        span,
        format!("`{}` has no property `{name}`", kind.name),
    )
    .label("unknown");
    if let Some(near) = nearest(name, known.iter().copied()) {
        return finding
            .help(format!("did you mean `{near}`?"))
            .fix(format!("write `{near}`"), vec![(span, near.to_owned())]);
    }
    if kind.child(name).is_some() {
        return finding.help(format!(
            "`{name}` is a node of its own: write it in the block, `{} {{ {name} … }}`",
            kind.name
        ));
    }
    known.sort_unstable();
    match known.as_slice() {
        [] => finding.help(format!("`{}` has no properties", kind.name)),
        known => finding.help(format!("`{}` has {}", kind.name, known.join(", "))),
    }
}

fn unsupported(what: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        &rules::UNSUPPORTED_KIND,
        span,
        format!("{what} is part of the language, but this version cannot compile it yet"),
    )
    .label("not supported yet")
    .help("leave it out; nothing of it would reach the output")
}

fn shape(node: ast::Node<'_>, shape: &str) -> Diagnostic {
    Diagnostic::new(
        &rules::MISSING_VALUE,
        node.head_span(),
        format!("`{}` is not complete", node.name()),
    )
    .help(format!("write `{} {shape}`", node.name()))
}
