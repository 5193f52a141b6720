//! Values: literals of a slot's type, `$name`, strings with `${…}` in them, and bare CEL.

use std::sync::Arc;

use tenantry_syntax::{Span, ast, format::quote};

use super::{Decoder, entries::Scalar};
use crate::{
    cel::{self, Type},
    diag::Diagnostic,
    schema::{
        kind::Slot,
        node::{Anchor, Expr, Formula, Piece},
        rules,
        ty::{Class, Lit},
    },
    units::UnitError,
};

/// A KDL scalar as a literal; `None` for null.
pub(in crate::schema) fn scalar(scalar: ast::Scalar<'_>) -> Result<Option<Lit>, String> {
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

/// A number with a point as the slot takes it: in quotes where it is a version or a ratio, in
/// thousandths where it is a share of a core.
fn in_quotes(slot: &Slot, number: ast::Scalar<'_>) -> Option<String> {
    let ast::Scalar::Number(text) = number else {
        return None;
    };
    match slot.check(&Lit::Str(text.into())) {
        Ok(()) => Some(quote(text)),
        Err(error) => error.mend,
    }
}

impl Decoder<'_, '_> {
    /// Reads a value for a slot: an expression, or a literal of the slot's type. `None` when it
    /// is wrong, which was reported.
    pub(in crate::schema) fn read(&mut self, slot: &Slot, value: Scalar<'_>) -> Option<Expr> {
        let span = value.span();
        let lit = match scalar(value.value()) {
            Ok(Some(lit)) => lit,
            Ok(None) => {
                let error = UnitError::new("`#null` is not a value");
                let error = error.help("leave the setting out instead");
                self.report(rules::wrong_value(slot, span, &error));
                return None;
            }
            Err(message) => {
                let mut error = UnitError::new(message);
                error.mend = in_quotes(slot, value.value());
                self.report(rules::wrong_value(slot, span, &error));
                return None;
            }
        };
        let plain = slot.ty.class == Class::Text && !self.expand;
        if let (Lit::Str(text), false) = (&lit, plain) {
            return self.interpolated(slot, text, value);
        }
        self.checked(slot, lit, span)
    }

    fn checked(&mut self, slot: &Slot, lit: Lit, span: Span) -> Option<Expr> {
        match slot.check(&lit) {
            Ok(()) => Some(Expr::Lit(lit)),
            Err(error) => {
                self.report(rules::wrong_value(slot, span, &error));
                None
            }
        }
    }

    /// A string that may hold expressions.
    fn interpolated(&mut self, slot: &Slot, text: &Arc<str>, value: Scalar<'_>) -> Option<Expr> {
        let pieces = match cel::interpolate(text) {
            Ok(pieces) => pieces,
            Err(problem) => {
                self.problem(&problem, &anchor(value, 0, text.len()));
                return None;
            }
        };
        match pieces.as_slice() {
            [] => return self.checked(slot, Lit::Str("".into()), value.span()),
            [cel::Piece::Text(plain)] => {
                return self.checked(slot, Lit::Str((&**plain).into()), value.span());
            }
            [cel::Piece::Expr(range) | cel::Piece::Name(range)] => {
                let expected = cel::type_of(&slot.ty);
                let at = anchor(value, range.start, range.end);
                let source = match &pieces[0] {
                    cel::Piece::Name(_) => cel::spelling(&text[range.clone()]),
                    _ => (&text[range.clone()]).into(),
                };
                return self
                    .compiled(&source, at, Some(&expected))
                    .map(Expr::Formula);
            }
            _ => {}
        }
        let mut out = Vec::with_capacity(pieces.len());
        let mut sound = true;
        for piece in pieces {
            match piece {
                cel::Piece::Text(plain) => out.push(Piece::Text((&*plain).into())),
                cel::Piece::Expr(range) | cel::Piece::Name(range) => {
                    let at = anchor(value, range.start, range.end);
                    match self.compiled(&text[range], at, Some(&Type::Str)) {
                        Some(formula) => out.push(Piece::Formula(formula)),
                        None => sound = false,
                    }
                }
            }
        }
        sound.then_some(Expr::Text(out))
    }

    /// Bare CEL: the whole string is an expression. `$name` and `"${…}"` mean the same there.
    pub(super) fn formula(
        &mut self,
        value: Scalar<'_>,
        expected: Option<&Type>,
    ) -> Option<Formula> {
        let ast::Scalar::Str(text) = value.value() else {
            let finding =
                Diagnostic::new(&rules::WRONG_VALUE, value.span(), "expected an expression")
                    .label("not a string")
                    .help("write it in quotes: \"env == 'prod'\"");
            self.report(finding);
            return None;
        };
        let range = match cel::interpolate(&text).as_deref() {
            Ok([cel::Piece::Expr(range) | cel::Piece::Name(range)]) => range.clone(),
            _ => 0..text.len(),
        };
        let name = &text[range.clone()];
        // The name of a table or a `let` may have hyphens, which an expression would subtract.
        let spelt = cel::spelling(name);
        let source = if self.scope.get(&spelt).is_some() {
            &*spelt
        } else {
            name
        };
        let at = anchor(value, range.start, range.end);
        self.compiled(source, at, expected)
    }

    /// The property `if`.
    pub(super) fn condition(&mut self, value: Scalar<'_>) -> Option<Formula> {
        self.formula(value, Some(&Type::Bool))
    }

    pub(super) fn compiled(
        &mut self,
        text: &str,
        at: Anchor,
        expected: Option<&Type>,
    ) -> Option<Formula> {
        match cel::compile(text, &self.scope, &self.words.types, expected) {
            Ok(program) => Some(Formula { program, at }),
            Err(problems) => {
                for problem in &problems {
                    self.problem(problem, &at);
                }
                None
            }
        }
    }

    fn problem(&mut self, problem: &cel::Problem, at: &Anchor) {
        self.findings.push(rules::expression(problem, at));
    }
}

/// Where the bytes from `start` to `end` of a string's content stand.
fn anchor(value: Scalar<'_>, start: usize, end: usize) -> Anchor {
    let span = value.span();
    let Some(text) = value.text() else {
        return Anchor {
            span,
            offsets: [span.start].into(),
        };
    };
    let first = text.source_offset(start);
    let last = text.source_offset(end);
    let straight = (last.saturating_sub(first)) as usize == end - start;
    let offsets = if straight {
        [first].into()
    } else {
        (start..=end).map(|at| text.source_offset(at)).collect()
    };
    Anchor { span, offsets }
}
