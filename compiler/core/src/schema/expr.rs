//! Values that are not literals: `$name`, and strings with `${name}` in them.

use std::sync::Arc;

use tenantry_syntax::{Span, ast};

use super::{
    decode::Scalar,
    kind::Slot,
    node::{Expr, Piece},
    rules,
    ty::{Class, Lit},
};
use crate::{
    diag::Diagnostic,
    units::{Name, Unit, UnitError},
};

/// Reads a value for a slot: an expression, or a literal of the slot's type.
pub(super) fn read(slot: &Slot, scalar: Scalar<'_>) -> Result<Expr, Box<Diagnostic>> {
    let span = scalar.span();
    let wrong = |error: UnitError| Box::new(rules::wrong_value(slot, span, &error));
    let lit = match self::scalar(scalar.value()) {
        Ok(Some(lit)) => lit,
        Ok(None) => {
            return Err(wrong(UnitError {
                message: "`#null` is not a value".into(),
                help: Some("leave the setting out instead".into()),
                at: None,
            }));
        }
        Err(message) => {
            return Err(wrong(UnitError {
                message,
                help: None,
                at: None,
            }));
        }
    };
    if let (Lit::Str(text), false) = (&lit, slot.ty.class == Class::Text) {
        let expr = interpolate(text, span)?;
        let Expr::Lit(lit) = expr else {
            return Ok(expr);
        };
        return check(slot, lit, span).map(Expr::Lit);
    }
    check(slot, lit, span).map(Expr::Lit)
}

fn check(slot: &Slot, lit: Lit, span: Span) -> Result<Lit, Box<Diagnostic>> {
    match (slot.ty.check)(&lit) {
        Ok(()) => Ok(lit),
        Err(error) => Err(Box::new(rules::wrong_value(slot, span, &error))),
    }
}

/// A KDL scalar as a literal; `None` for null.
pub(super) fn scalar(scalar: ast::Scalar<'_>) -> Result<Option<Lit>, String> {
    Ok(Some(match scalar {
        ast::Scalar::Str(text) => Lit::Str(text.into()),
        ast::Scalar::Int(n) => Lit::Int(n),
        ast::Scalar::Bool(b) => Lit::Bool(b),
        ast::Scalar::Number(text) => {
            return Err(format!(
                "{text} is not a whole number; fractions are written with a unit, like \"500m\" or \"1536MiB\", and versions in quotes"
            ));
        }
        ast::Scalar::Null => return Ok(None),
    }))
}

/// Splits a string at `$name` and `${…}`; `$$` is a dollar sign.
pub(super) fn interpolate(text: &Arc<str>, span: Span) -> Result<Expr, Box<Diagnostic>> {
    if !text.contains('$') {
        return Ok(Expr::Lit(Lit::Str(text.clone())));
    }
    if let Some(name) = text.strip_prefix('$')
        && <Name as Unit>::parse(name).is_ok()
    {
        return Ok(Expr::Param(name.into()));
    }
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest: &str = text;
    while let Some(at) = rest.find('$') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            plain.push('$');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('{') {
            let end = after.find('}').ok_or_else(|| unclosed(span))?;
            let name = after[..end].trim();
            if <Name as Unit>::parse(name).is_err() {
                return Err(no_expressions(name, span));
            }
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain).into()));
            }
            pieces.push(Piece::Param(name.into(), span));
            rest = &after[end + 1..];
        } else {
            plain.push('$');
        }
    }
    plain.push_str(rest);
    if pieces.is_empty() {
        return Ok(Expr::Lit(Lit::Str(plain.into())));
    }
    if let ([Piece::Param(name, _)], true) = (pieces.as_slice(), plain.is_empty()) {
        return Ok(Expr::Param(name.clone()));
    }
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain.into()));
    }
    Ok(Expr::Text(pieces))
}

fn unclosed(span: Span) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::new(&rules::WRONG_VALUE, span, "`${` is never closed")
            .help("close it with `}`, or write `$$` for a dollar sign"),
    )
}

fn no_expressions(name: &str, span: Span) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::new(
            &rules::UNSUPPORTED_KIND,
            span,
            format!(
                "`${{{name}}}` is an expression; this version only takes the name of a `param`"
            ),
        )
        .help("declare a `param` with the value, or write `$$` for a dollar sign"),
    )
}
