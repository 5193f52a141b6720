//! What the operators compute.

use std::{cmp::Ordering, ops::Range};

use super::{Evaluator, Problem, Value};
use crate::{
    cel::{
        limits,
        quantity::{Failure, Quantity},
        tree::{Expr, ExprKind, Operator},
    },
    schema::ty::Lit,
};

/// The two sides of an operator and its place.
struct Sides<'e> {
    operator: Operator,
    whole: &'e Expr,
    left: &'e Expr,
    right: &'e Expr,
}

impl<'e> Evaluator<'e> {
    pub(super) fn negated(&mut self, operand: &'e Expr) -> Result<Value, Problem> {
        let n = self.int(operand)?;
        let negated = n.checked_neg();
        negated
            .map(Value::Int)
            .ok_or_else(|| overflow(&operand.range))
    }

    pub(super) fn binary(&mut self, whole: &'e Expr) -> Result<Value, Problem> {
        let ExprKind::Binary {
            operator,
            left,
            right,
            ..
        } = &whole.kind
        else {
            return Ok(Value::Null);
        };
        let sides = Sides {
            operator: *operator,
            whole,
            left,
            right,
        };
        match operator {
            Operator::Equal | Operator::NotEqual => {
                let (a, b) = (self.value(left)?, self.value(right)?);
                let equal = self.equal(&a, &b, &whole.range)?;
                Ok(Value::Bool(equal == (*operator == Operator::Equal)))
            }
            Operator::In => self.member(&sides),
            Operator::Less | Operator::AtMost | Operator::Greater | Operator::AtLeast => {
                let (a, b) = (self.set(left)?, self.set(right)?);
                let order = self.order(&a, &b, whole)?;
                Ok(Value::Bool(match operator {
                    Operator::Less => order.is_lt(),
                    Operator::AtMost => order.is_le(),
                    Operator::Greater => order.is_gt(),
                    _ => order.is_ge(),
                }))
            }
            _ => self.computed(&sides),
        }
    }

    fn member(&mut self, sides: &Sides<'e>) -> Result<Value, Problem> {
        let item = self.value(sides.left)?;
        let list = self.set(sides.right)?;
        match (&list, &item) {
            (Value::Map(map), Value::Str(key)) => return Ok(Value::Bool(map.contains_key(key))),
            (Value::Keyed(all), Value::Str(key)) => {
                self.steps(all.find_steps(), &sides.whole.range)?;
                let found = !matches!(all.find(key), Value::Null);
                return Ok(Value::Bool(found));
            }
            _ => {}
        }
        let items = self.items(sides.right, list)?;
        for other in items.iter() {
            self.steps(1, &sides.whole.range)?;
            if self.equal(&item, &other, &sides.whole.range)? {
                return Ok(Value::Bool(true));
            }
        }
        Ok(Value::Bool(false))
    }

    /// Whether two values are the same; null is the same as null alone.
    pub(super) fn equal(
        &mut self,
        a: &Value,
        b: &Value,
        range: &Range<usize>,
    ) -> Result<bool, Problem> {
        if let Some((a, b)) = met(a, b) {
            // Prices in two currencies are two prices.
            return Ok(a == b);
        }
        Ok(match (a, b) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Str(a), Value::Str(b)) => a == b,
            (Value::Map(a), Value::Map(b)) => {
                if a.len() != b.len() {
                    return Ok(false);
                }
                for ((k, x), (l, y)) in a.iter().zip(b.iter()) {
                    self.steps(1, range)?;
                    if k != l || !self.equal(x, y, range)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Value::List(a), Value::List(b)) => {
                if a.len() != b.len() {
                    return Ok(false);
                }
                for (x, y) in a.iter().zip(b.iter()) {
                    self.steps(1, range)?;
                    if !self.equal(x, y, range)? {
                        return Ok(false);
                    }
                }
                true
            }
            _ => false,
        })
    }

    /// Which of two values is less.
    pub(super) fn order(
        &mut self,
        a: &Value,
        b: &Value,
        whole: &Expr,
    ) -> Result<Ordering, Problem> {
        let order = match (a, b) {
            (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
            (Value::Str(a), Value::Str(b)) => Some(a.cmp(b)),
            _ => met(a, b).and_then(|(a, b)| a.compare(&b)),
        };
        order.ok_or_else(|| {
            let message = format!("{a} and {b} cannot be compared: none is less than the other");
            Problem::new(whole.range.clone(), message)
        })
    }

    fn computed(&mut self, sides: &Sides<'e>) -> Result<Value, Problem> {
        let (a, b) = (self.set(sides.left)?, self.set(sides.right)?);
        match (&a, &b) {
            (Value::Int(a), Value::Int(b)) => int_arithmetic(sides, *a, *b),
            (Value::Str(x), Value::Str(y)) if sides.operator == Operator::Add => {
                self.string([x, y].map(|text| &**text).concat(), &sides.whole.range)
            }
            (Value::List(_) | Value::Keyed(_), Value::List(_) | Value::Keyed(_))
                if sides.operator == Operator::Add =>
            {
                let first = self.items(sides.left, a.clone())?;
                let second = self.items(sides.right, b.clone())?;
                let len = first.len().saturating_add(second.len());
                self.room(len, &sides.whole.range)?;
                Ok(Value::List(first.iter().chain(second.iter()).collect()))
            }
            _ => quantity_arithmetic(sides.operator, &a, &b)
                .map_err(|failure| refused(sides, &a, &b, failure)),
        }
    }

    /// A string that an expression made, within bounds.
    pub(super) fn string(&mut self, text: String, range: &Range<usize>) -> Result<Value, Problem> {
        self.steps(text.len() / 16, range)?;
        if text.len() > limits::STRING_BYTES {
            let message = format!(
                "this string gets longer than {} bytes",
                limits::STRING_BYTES
            );
            return Err(Problem::new(range.clone(), message));
        }
        Ok(Value::Str(text.into()))
    }

    /// Whether a list of that many elements may be made.
    pub(super) fn room(&mut self, len: usize, range: &Range<usize>) -> Result<(), Problem> {
        if len > limits::ELEMENTS {
            let message = format!(
                "this list gets {len} elements; an expression may make {}",
                limits::ELEMENTS
            );
            return Err(Problem::new(range.clone(), message));
        }
        self.steps(len, range)
    }
}

/// Two quantities of one unit, where at least one is and the other writes one.
fn met(a: &Value, b: &Value) -> Option<(Quantity, Quantity)> {
    let read = |quantity: &Quantity, other: &Value| {
        let lit = match other {
            Value::Str(text) => Lit::Str(text.clone()),
            Value::Int(n) if quantity.unit().takes_int() => Lit::Int((*n).into()),
            _ => return None,
        };
        quantity.unit().read(&lit).ok()
    };
    match (a, b) {
        (Value::Quantity(a), Value::Quantity(b)) => Some((a.clone(), b.clone())),
        (Value::Quantity(a), other) => Some((a.clone(), read(a, other)?)),
        (other, Value::Quantity(b)) => Some((read(b, other)?, b.clone())),
        _ => None,
    }
}

fn int_arithmetic(sides: &Sides<'_>, a: i64, b: i64) -> Result<Value, Problem> {
    let result = match sides.operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        _ if b == 0 => {
            let message = format!("{a} {} 0 has no result", sides.operator.sign());
            return Err(Problem::new(sides.right.range.clone(), message).label("this is 0"));
        }
        Operator::Divide => a.checked_div(b),
        _ => a.checked_rem(b),
    };
    result
        .map(Value::Int)
        .ok_or_else(|| overflow(&sides.whole.range))
}

fn overflow(range: &Range<usize>) -> Problem {
    let message = format!(
        "this whole number does not fit: they go from {} to {}",
        i64::MIN,
        i64::MAX
    );
    Problem::new(range.clone(), message)
}

fn quantity_arithmetic(operator: Operator, a: &Value, b: &Value) -> Result<Value, Failure> {
    let quantity = match (operator, a, b) {
        (Operator::Add | Operator::Subtract, Value::Quantity(q), Value::Int(n))
            if q.unit().steps() =>
        {
            let n = match operator {
                Operator::Add => *n,
                _ => n.checked_neg().ok_or(Failure::TooLarge)?,
            };
            q.stepped(n)
        }
        (Operator::Add, Value::Int(n), Value::Quantity(q)) if q.unit().steps() => q.stepped(*n),
        (Operator::Multiply, Value::Quantity(q), Value::Int(n))
        | (Operator::Multiply, Value::Int(n), Value::Quantity(q)) => q.times(*n),
        (Operator::Divide, Value::Quantity(q), Value::Int(n)) => q.shared(*n),
        _ => {
            let (a, b) = met(a, b).ok_or(Failure::Unlike)?;
            match operator {
                Operator::Add => a.plus(&b),
                Operator::Subtract => a.minus(&b),
                Operator::Divide => return a.divided(&b).map(Value::Int),
                Operator::Remainder => a.remainder(&b),
                _ => Err(Failure::Unlike),
            }
        }
    };
    quantity.map(Value::Quantity)
}

/// Why a computation with quantities has no result.
fn refused(sides: &Sides<'_>, a: &Value, b: &Value, failure: Failure) -> Problem {
    let sign = sides.operator.sign();
    let noun = match (a, b) {
        (Value::Quantity(q), _) | (_, Value::Quantity(q)) => q.unit().noun(),
        _ => "a value",
    };
    let message = match failure {
        Failure::Negative => format!("{a} {sign} {b} is less than nothing, which {noun} cannot be"),
        Failure::TooLarge => format!("{a} {sign} {b} is more than {noun} can be"),
        Failure::Inexact => format!("{a} cannot be divided by {b} without a rest"),
        Failure::Zero => format!("{a} {sign} {b} has no result"),
        Failure::Unlike => format!("`{sign}` does not go between {a} and {b}"),
    };
    let range = match failure {
        Failure::Zero => sides.right.range.clone(),
        _ => sides.whole.range.clone(),
    };
    Problem::new(range, message)
}
