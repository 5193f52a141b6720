//! The words of expressions: of a string that is one as a whole, and of `${…}` and `$name` in
//! others.

use std::ops::Range;

use tenantry_core::cel::{self, Expr, ExprKind, Piece};
use tenantry_syntax::ast::Text;

use super::{TokenSort, Walk};
use crate::dotted;

/// The words of a text with expressions in it; `whole` where all of it is one.
pub(super) fn text(walk: &mut Walk<'_>, text: Text<'_>, whole: bool) {
    let value = text.value();
    let pieces = cel::interpolate(&value).unwrap_or_default();
    let plain = matches!(&*pieces, [] | [Piece::Text(_)]);
    walk.references(text);
    if plain {
        if whole {
            expression(walk, text, &value, 0..value.len());
        }
    } else {
        let mut at = text.span().start;
        for piece in pieces {
            let range = match piece {
                Piece::Expr(range) => {
                    expression(walk, text, &value, range.clone());
                    range
                }
                Piece::Name(range) => {
                    fields(walk, text, &value, range.clone());
                    range
                }
                Piece::Text(_) => continue,
            };
            // What stands between the expressions is text: quotes, `${` and `}` too.
            walk.add(at..text.source_offset(range.start), TokenSort::Text);
            at = text.source_offset(range.end);
        }
        walk.add(at..text.span().end, TokenSort::Text);
    }
}

fn expression(walk: &mut Walk<'_>, text: Text<'_>, value: &str, range: Range<usize>) {
    let Some(source) = value.get(range.clone()) else {
        return;
    };
    if let Ok(tree) = cel::parse(source) {
        let place = Place {
            text,
            shift: range.start,
        };
        place.tree(walk, &tree);
    }
}

/// `$row.name`: the fields behind the name.
fn fields(walk: &mut Walk<'_>, text: Text<'_>, value: &str, range: Range<usize>) {
    let path = value.get(range.clone()).unwrap_or_default();
    for (at, _) in dotted::names(path, range.start).skip(1) {
        let start = text.source_offset(at.start);
        let end = text.source_offset(at.end);
        walk.add(start..end, TokenSort::Property);
    }
}

/// Where the text of an expression stands.
#[derive(Clone, Copy)]
struct Place<'t> {
    text: Text<'t>,
    /// The byte of the string's content at which it begins.
    shift: usize,
}

impl Place<'_> {
    fn add(self, walk: &mut Walk<'_>, range: &Range<usize>, sort: TokenSort) {
        let start = self.text.source_offset(self.shift + range.start);
        let end = self.text.source_offset(self.shift + range.end);
        walk.add(start..end.max(start), sort);
    }

    /// Names of the estate are not among them: they are uses, which the outline has. The tree is
    /// as deep as the parser lets it be, which is not deep.
    fn tree(self, walk: &mut Walk<'_>, expr: &Expr) {
        match &expr.kind {
            ExprKind::Null | ExprKind::Bool(_) => self.add(walk, &expr.range, TokenSort::Word),
            ExprKind::Int(_) | ExprKind::Quantity(_) => {
                self.add(walk, &expr.range, TokenSort::Number);
            }
            ExprKind::Str(_) | ExprKind::Pattern(_) => {
                self.add(walk, &expr.range, TokenSort::Text);
            }
            ExprKind::Name(_) => self.add(walk, &expr.range, TokenSort::Variable),
            ExprKind::Field { of, name } | ExprKind::Has { of, name } => {
                self.tree(walk, of);
                self.add(walk, &name.range, TokenSort::Property);
            }
            ExprKind::Binary {
                at, left, right, ..
            } => {
                self.tree(walk, left);
                self.add(walk, at, TokenSort::Operator);
                self.tree(walk, right);
            }
            ExprKind::Call {
                name,
                receiver,
                arguments,
                function,
            } => {
                self.all(walk, receiver.iter().map(|of| &**of));
                if function.is_some() {
                    self.add(walk, &name.range, TokenSort::Function);
                }
                self.all(walk, arguments);
            }
            ExprKind::Each {
                over,
                var,
                only,
                body,
                ..
            } => {
                self.tree(walk, over);
                self.add(walk, &var.range, TokenSort::Variable);
                self.all(walk, only.iter().map(|only| &**only));
                self.tree(walk, body);
            }
            ExprKind::Index { of, index } => self.all(walk, [&**of, index]),
            ExprKind::Not(of) | ExprKind::Negate(of) => self.tree(walk, of),
            ExprKind::And(all) | ExprKind::Or(all) | ExprKind::List(all) => self.all(walk, all),
            ExprKind::Choice { condition, yes, no } => {
                self.all(walk, [&**condition, yes, no]);
            }
            ExprKind::Map(entries) => {
                for (key, value) in entries {
                    self.all(walk, [key, value]);
                }
            }
        }
    }

    fn all<'e>(self, walk: &mut Walk<'_>, parts: impl IntoIterator<Item = &'e Expr>) {
        for part in parts {
            self.tree(walk, part);
        }
    }
}
