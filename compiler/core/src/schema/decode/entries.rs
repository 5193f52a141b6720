//! Arguments and properties.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use tenantry_syntax::{Span, ast, change::Change};

use super::{
    Decoder,
    unknown::{meant, surplus_argument, unknown_property},
};
use crate::{
    diag::Diagnostic,
    schema::{
        kind::{Field, Kind, Slot},
        node::{Expr, Meant, TypedField, TypedNode, TypedText},
        rules,
        ty::Typed,
    },
    units::UnitError,
};

impl Decoder<'_, '_> {
    /// Decodes arguments and properties; the first `skip` arguments and the properties in
    /// `ignore` are somebody else's.
    pub(super) fn entries(
        &mut self,
        node: ast::Node<'_>,
        out: &mut TypedNode,
        skip: usize,
        ignore: &[&str],
    ) {
        let words = self.words;
        let kind = words.vocabulary.kind(out.kind);
        self.expand = expands(node);
        // Then the arguments are done with.
        let misordered = self.misordered(node, kind, skip, out);
        let mut position = 0usize;
        let mut seen: BTreeMap<Cow<'_, str>, ast::Prop<'_>> = BTreeMap::new();
        let mut surplus: Option<(Span, usize)> = None;
        for entry in node.entries() {
            match entry {
                ast::Entry::Arg(arg) => {
                    self.refuse_annotation(arg.annotation());
                    position += 1;
                    if position <= skip || misordered {
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
                    if let Some(first) = seen.get(&name) {
                        // Where both say the same, nothing is lost with one of them.
                        let same = first.value() == prop.value() && prop.annotation().is_none();
                        let without = same.then(|| vec![Change::RemoveEntry(prop.span())]);
                        let finding = Diagnostic::new(
                            &rules::DUPLICATE_PROPERTY,
                            prop.span(),
                            format!("`{name}` is given twice"),
                        )
                        .label("the second one")
                        .also(first.span(), "the first one")
                        .help("keep one of them: none of the two would win silently")
                        .maybe_fix("take the second one away", without);
                        self.findings.push(finding);
                        continue;
                    }
                    seen.insert(name.clone(), prop);
                    if !ignore.contains(&&*name) {
                        self.property(kind, prop, out);
                    }
                }
            }
        }
        if let Some((span, count)) = surplus {
            let finding = surplus_argument(kind, span, count);
            self.findings.push(finding);
            // It may have been meant as a property, which is not missing then.
            let unsaid = kind
                .props
                .iter()
                .filter(|slot| !seen.contains_key(&*slot.name));
            out.flawed
                .extend(unsaid.map(|slot| Meant::Name(slot.name.clone())));
        }
    }

    fn property(&mut self, kind: &Kind, prop: ast::Prop<'_>, out: &mut TypedNode) {
        let name = prop.name();
        if let Some((field, slot)) = kind.prop(&name) {
            self.value(field, slot, Scalar::Prop(prop), out);
            return;
        }
        match &*name {
            "was" => {
                let slot = Slot::of("was", Arc::<str>::ty());
                let read = self.read(&slot, Scalar::Prop(prop));
                out.was = read.map(|expr| TypedText {
                    expr,
                    span: prop.value_span(),
                });
            }
            "doc" => out.doc = self.text(prop),
            "if" => out.condition = self.condition(Scalar::Prop(prop)),
            _ => {
                let finding = unknown_property(kind, &name, prop.name_span());
                out.flawed.push(meant(&finding));
                self.findings.push(finding);
            }
        }
    }

    pub(super) fn text(&mut self, prop: ast::Prop<'_>) -> Option<Arc<str>> {
        match prop.value() {
            ast::Scalar::Str(text) => Some(text.into()),
            _ => {
                let error = UnitError {
                    message: "expected a string".into(),
                    help: None,
                    mend: None,
                    at: None,
                };
                let slot = Slot::of(&prop.name(), Arc::<str>::ty());
                self.findings
                    .push(rules::wrong_value(&slot, prop.value_span(), &error));
                None
            }
        }
    }

    fn value(&mut self, field: Field, slot: &Slot, scalar: Scalar<'_>, out: &mut TypedNode) {
        match self.read(slot, scalar) {
            Some(expr) => out.fields.push(TypedField {
                field,
                expr,
                span: scalar.span(),
            }),
            None => {
                out.fields.push(TypedField {
                    field,
                    expr: Expr::Broken,
                    span: scalar.span(),
                });
            }
        }
    }
}

/// Whether a node says `expand=#true`: then its text is interpolated like any string.
fn expands(node: ast::Node<'_>) -> bool {
    node.entries().any(|entry| match entry {
        ast::Entry::Prop(prop) => {
            prop.name() == "expand" && matches!(prop.value(), ast::Scalar::Bool(true))
        }
        ast::Entry::Arg(_) => false,
    })
}

/// An argument or a property's value.
#[derive(Clone, Copy)]
pub(in crate::schema) enum Scalar<'a> {
    Arg(ast::Arg<'a>),
    Prop(ast::Prop<'a>),
}

impl<'a> Scalar<'a> {
    pub(in crate::schema) fn value(self) -> ast::Scalar<'a> {
        match self {
            Self::Arg(arg) => arg.value(),
            Self::Prop(prop) => prop.value(),
        }
    }

    /// The value as a string of the file.
    pub(in crate::schema) fn text(self) -> Option<ast::Text<'a>> {
        match self {
            Self::Arg(arg) => arg.text(),
            Self::Prop(prop) => prop.text(),
        }
    }

    pub(in crate::schema) fn span(self) -> Span {
        match self {
            Self::Arg(arg) => arg.span(),
            Self::Prop(prop) => prop.value_span(),
        }
    }
}

pub(super) fn arg_slot(kind: &Kind, at: usize) -> Option<(Field, &Slot)> {
    let last = kind.args.len().checked_sub(1)?;
    let at = if at > last && kind.args[last].list {
        last
    } else {
        at
    };
    Some((Field::Arg(u16::try_from(at).ok()?), kind.args.get(at)?))
}
