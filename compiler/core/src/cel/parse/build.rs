//! Parts of the tree from what was read.

use std::ops::Range;

use super::{Lexeme, Problem, limits, word};
use crate::cel::tree::{Expr, ExprKind, Macro, Operator, Word};

/// A part of the tree, if that does not get too deep.
pub(super) fn node(kind: ExprKind, range: Range<usize>) -> Result<Expr, Problem> {
    let mut expr = Expr {
        kind,
        range,
        levels: 1,
    };
    let below = expr.children().iter().map(|child| child.levels).max();
    expr.levels += below.unwrap_or(0);
    if expr.levels > limits::LEVELS {
        return Err(too_deep(expr.range));
    }
    Ok(expr)
}

pub(super) fn too_deep(range: Range<usize>) -> Problem {
    Problem::new(
        range,
        format!("this is nested more than {} levels deep", limits::LEVELS),
    )
    .help("name its parts with `let`")
}

pub(super) fn too_large(range: &Range<usize>) -> Problem {
    Problem::new(range.clone(), "this number is too large").help(format!(
        "whole numbers go from {} to {}",
        i64::MIN,
        i64::MAX
    ))
}

/// What stands between two operands.
#[derive(Clone, Copy)]
pub(super) enum Infix {
    And,
    Or,
    Operator(Operator),
}

/// An infix operator and how strongly it binds.
pub(super) fn infix_of(word: &Lexeme<'_>) -> Option<(u8, Infix)> {
    use Infix::{And, Or};
    let sign = match word {
        Lexeme::Sign(sign) => sign,
        Lexeme::Name("in") => "in",
        _ => return None,
    };
    let (strength, operator) = match sign {
        "||" => return Some((0, Or)),
        "&&" => return Some((1, And)),
        "==" => (2, Operator::Equal),
        "!=" => (2, Operator::NotEqual),
        "<" => (2, Operator::Less),
        "<=" => (2, Operator::AtMost),
        ">" => (2, Operator::Greater),
        ">=" => (2, Operator::AtLeast),
        "in" => (2, Operator::In),
        "+" => (3, Operator::Add),
        "-" => (3, Operator::Subtract),
        "*" => (4, Operator::Multiply),
        "/" => (4, Operator::Divide),
        "%" => (4, Operator::Remainder),
        _ => return None,
    };
    Some((strength, Infix::Operator(operator)))
}

/// Two operands with an operator between; a chain of one logical operator stays on one level.
pub(super) fn joined(
    infix: Infix,
    at: Range<usize>,
    mut left: Expr,
    right: Expr,
) -> Result<Expr, Problem> {
    let range = left.range.start..right.range.end;
    match (infix, &mut left.kind) {
        (Infix::And, ExprKind::And(parts)) | (Infix::Or, ExprKind::Or(parts)) => {
            left.levels = left.levels.max(right.levels + 1);
            left.range = range;
            parts.push(right);
            if left.levels > limits::LEVELS {
                return Err(too_deep(left.range));
            }
            Ok(left)
        }
        (Infix::And, _) => node(ExprKind::And(vec![left, right]), range),
        (Infix::Or, _) => node(ExprKind::Or(vec![left, right]), range),
        (Infix::Operator(operator), _) => {
            let kind = ExprKind::Binary {
                operator,
                at,
                left: Box::new(left),
                right: Box::new(right),
            };
            node(kind, range)
        }
    }
}

/// `has(a.b)`.
pub(super) fn has(mut arguments: Vec<Expr>, range: Range<usize>) -> Result<Expr, Problem> {
    let argument = arguments.pop().filter(|_| arguments.is_empty());
    match argument.map(|argument| argument.kind) {
        Some(ExprKind::Field { of, name }) => node(ExprKind::Has { of, name }, range),
        _ => Err(Problem::new(range, "`has` asks whether one field is set")
            .help("write it as `has(workload.memory)`; for a key of a list or map, write `'key' in list`")),
    }
}

/// `over.all(x, …)` and its like.
pub(super) fn each(
    macro_: Macro,
    over: Expr,
    name: &Word,
    arguments: Vec<Expr>,
    range: Range<usize>,
) -> Result<Expr, Problem> {
    let mut rest = arguments.into_iter();
    let form = format!("`{}(x, …)`", macro_.name());
    let (var, first, second, more) = (rest.next(), rest.next(), rest.next(), rest.next());
    let (only, body) = match (first, second, more) {
        (Some(body), None, _) => (None, body),
        (Some(only), Some(body), None) if macro_ == Macro::Map => (Some(Box::new(only)), body),
        _ => {
            return Err(Problem::new(
                name.range.clone(),
                format!(
                    "`{}` takes a name for the element and an expression",
                    macro_.name()
                ),
            )
            .help(format!("write it as {form}")));
        }
    };
    let var = match var {
        Some(Expr {
            kind: ExprKind::Name(name),
            range,
            ..
        }) => word(&name, range),
        other => {
            let at = other.map_or(range, |expr| expr.range);
            return Err(Problem::new(at, "expected a name for the element")
                .help(format!("write it as {form}")));
        }
    };
    node(
        ExprKind::Each {
            macro_,
            over: Box::new(over),
            var,
            only,
            body: Box::new(body),
        },
        range,
    )
}
