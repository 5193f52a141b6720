//! Free data for somebody else's schema, and what no node may have.

use std::borrow::Cow;

use tenantry_syntax::{Span, ast};

use super::{Decoder, entries::Scalar};
use crate::{
    diag::Diagnostic,
    schema::{
        kind::Slot,
        node::{Expr, TypedFree},
        rules,
        ty::{Lit, Typed},
    },
};

impl Decoder<'_, '_> {
    pub(super) fn free(&mut self, node: ast::Node<'_>) -> TypedFree {
        self.refuse_annotation(node.annotation());
        let mut value = None;
        for entry in node.entries() {
            match entry {
                ast::Entry::Arg(arg) if value.is_none() => {
                    value = Some(match arg.value() {
                        ast::Scalar::Null => None,
                        _ => {
                            let slot = Slot::of("value", Lit::ty());
                            let expr = self.read(&slot, Scalar::Arg(arg));
                            Some((expr.unwrap_or(Expr::Broken), arg.span()))
                        }
                    });
                }
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
        TypedFree {
            name: node.name().into(),
            value,
            children: node.nodes().map(|child| self.free(child)).collect(),
            block: node.has_block(),
            span: node.head_span(),
        }
    }

    pub(super) fn refuse_annotation(&mut self, annotation: Option<(Cow<'_, str>, Span)>) {
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
}
