//! Arguments that stand in another place than their own.

use tenantry_syntax::{ast, format::quote};

use super::{
    Decoder,
    entries::{Scalar, arg_slot},
    expr::scalar,
};
use crate::{
    diag::Diagnostic,
    schema::{
        kind::{Kind, Slot},
        node::{Expr, TypedField, TypedNode},
        rules,
        ty::Lit,
    },
};

impl Decoder<'_, '_> {
    /// Whether the first of two arguments is what the second should be: because it was left out
    /// (`port 8080`), or because they have changed places (`port 8080 http`). Then this is told,
    /// as the one mistake that it is.
    pub(super) fn misordered(
        &mut self,
        node: ast::Node<'_>,
        kind: &Kind,
        skip: usize,
        out: &mut TypedNode,
    ) -> bool {
        let [own, next] = kind.args.as_slice() else {
            return false;
        };
        let args = node.entries().filter_map(|entry| match entry {
            ast::Entry::Arg(arg) => Some(arg),
            ast::Entry::Prop(_) => None,
        });
        let mut args = args.skip(skip);
        let Some(arg) = args.next().filter(|it| !fits(own, *it) && fits(next, *it)) else {
            return false;
        };
        let finding = match (args.next(), args.next()) {
            (None, _) => left_out(kind, own, next, arg),
            (Some(other), None) if fits(own, other) && !fits(next, other) => {
                swapped(kind, own, next, [arg, other])
            }
            _ => return false,
        };
        self.findings.push(finding);
        let fields = [0, 1].into_iter().filter_map(|at| arg_slot(kind, at));
        out.fields.extend(fields.map(|(field, _)| TypedField {
            field,
            expr: Expr::Broken,
            span: arg.span(),
        }));
        true
    }
}

/// Whether a value as it is written is one of a slot's type. What has to be worked out first is
/// not known to be one.
fn fits(slot: &Slot, arg: ast::Arg<'_>) -> bool {
    match scalar(arg.value()) {
        Ok(Some(Lit::Str(text))) if text.contains('$') => false,
        Ok(Some(lit)) => slot.check(&lit).is_ok(),
        _ => false,
    }
}

fn left_out(kind: &Kind, own: &Slot, next: &Slot, arg: ast::Arg<'_>) -> Diagnostic {
    let (kind, own, next) = (&kind.name, &own.name, &next.name);
    Diagnostic::new(
        &rules::WRONG_VALUE,
        arg.span(),
        format!("`{kind}` has a {next} and no {own}"),
    )
    .label(format!("this is its {next}"))
    .help(format!(
        "the {own} goes before it: `{kind} {} {}`",
        own.to_uppercase(),
        written(arg)
    ))
}

fn swapped(kind: &Kind, own: &Slot, next: &Slot, args: [ast::Arg<'_>; 2]) -> Diagnostic {
    let (kind, own, next) = (&kind.name, &own.name, &next.name);
    let [second, first] = args.map(written);
    let [at, then] = args.map(|arg| arg.span());
    Diagnostic::new(
        &rules::WRONG_VALUE,
        at.to(then),
        format!("{own} and {next} of `{kind}` have changed places"),
    )
    .label(format!("the {own} comes first"))
    .help(format!("write `{kind} {first} {second}`"))
    .fix(
        format!("write `{first} {second}`"),
        vec![(at, first), (then, second)],
    )
}

/// An argument as it is to be written.
fn written(arg: ast::Arg<'_>) -> String {
    match (Scalar::Arg(arg).text(), arg.value()) {
        // Such as `20GiB`: nothing else tells that it lacks its quotes.
        (Some(text), _) if text.source().starts_with(|it: char| it.is_ascii_digit()) => {
            quote(text.source())
        }
        (Some(text), _) => text.source().to_owned(),
        (None, ast::Scalar::Int(number)) => number.to_string(),
        (None, ast::Scalar::Number(text)) => text.to_owned(),
        (None, ast::Scalar::Bool(is)) => format!("#{is}"),
        (None, _) => "#null".to_owned(),
    }
}
