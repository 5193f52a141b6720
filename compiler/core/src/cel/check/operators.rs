//! What each operator takes, and gives.

use std::ops::Range;

use super::Checker;
use crate::cel::{
    problem::Problem,
    quantity::Unit,
    tree::{Expr, ExprKind, Operator},
    types::Type,
};

/// An operator's operands with their types, their literals settled.
struct Sides<'e> {
    operator: Operator,
    range: Range<usize>,
    left: (&'e Expr, Type),
    right: (&'e Expr, Type),
}

impl Checker<'_> {
    /// An operand that decides something. What it decides has a type even if it is wrong.
    pub(super) fn truth(&mut self, expr: &mut Expr, place: &str) -> Type {
        let found = self.expr(expr);
        if !matches!(found, Type::Bool | Type::Unknown) {
            let message = format!(
                "{} is {}; {place} needs true or false",
                self.shown(expr),
                found.noun()
            );
            let mut problem = Problem::new(expr.range.clone(), message);
            if matches!(expr.kind, ExprKind::Field { .. }) {
                let help = format!("`has({})` asks whether it is set", self.bare(expr));
                problem = problem.help(help);
            }
            self.report(problem);
        }
        Type::Bool
    }

    pub(super) fn truths(&mut self, parts: &mut [Expr], place: &str) -> Type {
        for part in parts {
            self.truth(part, place);
        }
        Type::Bool
    }

    pub(super) fn negated(&mut self, operand: &mut Expr) -> Type {
        match self.expr(operand) {
            ty @ (Type::Int | Type::Unknown) => ty,
            other => self.wrong_operand(operand, &other, "a whole number", "`-`"),
        }
    }

    /// Two values of which one is taken.
    pub(super) fn alternatives(&mut self, yes: &mut Expr, no: &mut Expr) -> Type {
        let (a, b) = (self.expr(yes), self.expr(no));
        let a = self.adapt(yes, a, &b);
        let b = self.adapt(no, b, &a);
        a.joined(&b).unwrap_or_else(|| {
            let message = format!(
                "a choice gives one type of value, but {} is {} and {} is {}",
                self.shown(yes),
                a.noun(),
                self.shown(no),
                b.noun()
            );
            self.report(Problem::new(yes.range.start..no.range.end, message))
        })
    }

    pub(super) fn binary(&mut self, expr: &mut Expr) -> Type {
        let range = expr.range.clone();
        let ExprKind::Binary {
            operator,
            left,
            right,
            ..
        } = &mut expr.kind
        else {
            return Type::Unknown;
        };
        let operator = *operator;
        let (a, b) = (self.expr(left), self.expr(right));
        if matches!(
            operator,
            Operator::Equal | Operator::NotEqual | Operator::In
        ) {
            self.one_of_words(left, b.element().unwrap_or(&b));
            self.one_of_words(right, &a);
        }
        let (mut a, mut b) = (a.plain(), b.plain());
        if operator == Operator::In {
            let of = b.element().cloned().unwrap_or(Type::Unknown);
            a = self.adapt(left, a, &of);
            b = self.adapt(right, b, &a.clone().list());
        } else {
            if reads(operator, &a, &b) {
                a = self.adapt(left, a, &b);
            }
            if reads(operator, &b, &a) {
                b = self.adapt(right, b, &a);
            }
        }
        let sides = Sides {
            operator,
            range,
            left: (left, a),
            right: (right, b),
        };
        match operator {
            Operator::In => self.member(&sides),
            Operator::Equal | Operator::NotEqual => self.equality(&sides),
            Operator::Less | Operator::AtMost | Operator::Greater | Operator::AtLeast => {
                self.order(&sides)
            }
            _ => self.arithmetic(&sides),
        }
    }

    fn member(&mut self, sides: &Sides<'_>) -> Type {
        let ((left, a), (right, b)) = (&sides.left, &sides.right);
        match b {
            Type::Unknown => {}
            Type::Keyed(_) | Type::Map(_) => {
                if !matches!(a, Type::Str | Type::Unknown) {
                    let place = format!("`in {}`", self.bare(right));
                    self.wrong_operand(left, a, "a name, as a string", &place);
                }
            }
            Type::List(of) => {
                if of.joined(a).is_none() {
                    self.mismatch(sides, "the one can never be in the other");
                }
            }
            _ => {
                let message = format!("{} is {}; `in` needs a list", self.shown(right), b.noun());
                let mut problem = Problem::new(right.range.clone(), message);
                if matches!(b, Type::Str | Type::Unit(Unit::Cidr)) {
                    let (left, right) = (self.bare(left), self.bare(right));
                    problem = problem.help(format!("write `{right}.contains({left})`"));
                }
                self.report(problem);
            }
        }
        Type::Bool
    }

    fn equality(&mut self, sides: &Sides<'_>) -> Type {
        let (a, b) = (&sides.left.1, &sides.right.1);
        if !self.whole_node(sides) && a.joined(b).is_none() && !takes(a, b) && !takes(b, a) {
            self.mismatch(sides, "they can never be equal");
        }
        Type::Bool
    }

    fn order(&mut self, sides: &Sides<'_>) -> Type {
        let (a, b) = (&sides.left.1, &sides.right.1);
        if self.whole_node(sides) {
            return Type::Bool;
        }
        let unordered = [&sides.left, &sides.right]
            .into_iter()
            .find(|(_, ty)| !is_ordered(ty));
        if let Some((part, ty)) = unordered {
            let message = format!(
                "{} is {}, of which none is less than another",
                self.shown(part),
                ty.noun()
            );
            self.report(Problem::new(part.range.clone(), message));
        } else if a.joined(b).is_none() && !takes(a, b) && !takes(b, a) {
            self.mismatch(sides, "they cannot be compared");
        }
        Type::Bool
    }

    /// Reports a whole node where a single value is due.
    fn whole_node(&mut self, sides: &Sides<'_>) -> bool {
        let (a, b) = (&sides.left.1, &sides.right.1);
        let open = |ty: &Type| matches!(ty, Type::Null | Type::Unknown);
        if open(a) || open(b) {
            return false;
        }
        let whole = [&sides.left, &sides.right]
            .into_iter()
            .find(|(_, ty)| matches!(ty, Type::Object(_) | Type::Keyed(_)));
        let Some((part, ty)) = whole else {
            return false;
        };
        let message = format!("{} is {}", self.shown(part), ty.noun());
        let mut problem = Problem::new(part.range.clone(), message);
        problem.help = self.way_in(part, ty);
        self.report(problem);
        true
    }

    fn arithmetic(&mut self, sides: &Sides<'_>) -> Type {
        let (a, b) = (&sides.left.1, &sides.right.1);
        if let Some(ty) = result(sides.operator, a, b) {
            return ty;
        }
        let sign = sides.operator.sign();
        let [left, right] = [self.shown(sides.left.0), self.shown(sides.right.0)];
        let message = format!(
            "`{sign}` does not go between {} and {}: {left} and {right}",
            a.noun(),
            b.noun()
        );
        let mut problem = Problem::new(sides.range.clone(), message);
        let whole = [&sides.left, &sides.right]
            .into_iter()
            .find_map(|(part, ty)| self.way_in(part, ty));
        problem.help = whole.or_else(|| arithmetic_help(sides, &self.bare(sides.right.0)));
        self.report(problem)
    }

    fn mismatch(&mut self, sides: &Sides<'_>, why: &str) {
        let ((left, a), (right, b)) = (&sides.left, &sides.right);
        let message = format!(
            "{} is {} and {} is {}: {why}",
            self.shown(left),
            a.noun(),
            self.shown(right),
            b.noun()
        );
        self.report(Problem::new(sides.range.clone(), message));
    }
}

/// Whether a literal beside an operator is read as the quantity on its other side.
fn reads(operator: Operator, found: &Type, other: &Type) -> bool {
    match (operator, found, other) {
        (Operator::Multiply, ..) => false,
        // A step is a number, and so is a share.
        (Operator::Add | Operator::Subtract, Type::Int, Type::Unit(unit)) => unit.adds(),
        (Operator::Divide | Operator::Remainder, Type::Int, _) => false,
        _ => true,
    }
}

/// Whether a bare number is one of these: two cores, port 80.
fn takes(ty: &Type, other: &Type) -> bool {
    matches!((ty, other), (Type::Unit(unit), Type::Int) if unit.takes_int())
}

/// Whether one can be less than another.
pub(super) fn is_ordered(ty: &Type) -> bool {
    match ty {
        Type::Int | Type::Str | Type::Unknown => true,
        Type::Unit(unit) => unit.ordered(),
        _ => false,
    }
}

/// What a computation gives, if it is one.
fn result(operator: Operator, a: &Type, b: &Type) -> Option<Type> {
    use Operator::{Add, Divide, Multiply, Remainder, Subtract};
    Some(match (operator, a, b) {
        (_, Type::Unknown, _) | (_, _, Type::Unknown) => Type::Unknown,
        (_, Type::Int, Type::Int) => Type::Int,
        (Add, Type::Str, Type::Str) => Type::Str,
        (Add, Type::List(_) | Type::Keyed(_), Type::List(_) | Type::Keyed(_)) => {
            let of = a.element()?.joined(b.element()?)?;
            of.list()
        }
        (Add | Subtract, Type::Unit(unit), Type::Int) if unit.steps() || takes(a, b) => {
            Type::Unit(*unit)
        }
        (Add, Type::Int, Type::Unit(unit)) if unit.steps() || takes(b, a) => Type::Unit(*unit),
        (Subtract, Type::Int, Type::Unit(unit)) if unit.adds() && takes(b, a) => Type::Unit(*unit),
        (Add | Subtract | Remainder, Type::Unit(x), Type::Unit(y)) if x == y && x.adds() => {
            Type::Unit(*x)
        }
        (Multiply, Type::Unit(unit), Type::Int) | (Multiply, Type::Int, Type::Unit(unit))
            if unit.adds() =>
        {
            Type::Unit(*unit)
        }
        (Divide, Type::Unit(unit), Type::Int) if unit.adds() => Type::Unit(*unit),
        (Divide, Type::Unit(x), Type::Unit(y)) if x == y && x.adds() => Type::Int,
        _ => return None,
    })
}

/// What was likely meant by a computation that is none.
fn arithmetic_help(sides: &Sides<'_>, right: &str) -> Option<String> {
    match (sides.operator, &sides.left.1, &sides.right.1) {
        (Operator::Add, Type::Str, other) if other.is_scalar() => {
            Some(format!("`string({right})` makes a string of it"))
        }
        (Operator::Add | Operator::Subtract, Type::Unit(unit), Type::Int)
        | (Operator::Add | Operator::Subtract, Type::Int, Type::Unit(unit)) => Some(format!(
            "give the number a unit, as in '{}'",
            unit.example()
        )),
        (Operator::Multiply | Operator::Divide, Type::Str, _) => Some(
            "a string is read as a quantity only next to one; a number with a unit is a \
                 `param` of that type, as in `param size type=bytes default=\"18GiB\"`"
                .into(),
        ),
        _ => None,
    }
}
