//! The evaluator: exact, and bounded in steps.
//!
//! What the type check let through fails for few reasons: something is not set, a result does
//! not fit, a place is not there, the steps are used up. Values of types that are known at run
//! time only are looked at here, too. As CEL has it, `&&` and `||` ask both sides before they
//! fail: one side that decides is enough.

mod calls;
mod operators;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use super::{
    Program, limits,
    problem::Problem,
    tree::{Expr, ExprKind, Macro},
    value::{Keyed, Value, Vars},
};
use crate::units::UnitError;

/// The steps that evaluations may still take.
#[derive(Debug, Clone)]
pub struct Budget {
    left: u64,
    whole: u64,
}

impl Budget {
    /// That many steps.
    pub fn new(steps: u64) -> Self {
        Self {
            left: steps,
            whole: steps,
        }
    }

    /// The steps not taken yet.
    pub fn left(&self) -> u64 {
        self.left
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(limits::STEPS)
    }
}

/// The value of a checked expression.
///
/// # Errors
/// What has no value, at the part that has none.
pub fn evaluate(program: &Program, vars: &dyn Vars, budget: &mut Budget) -> Result<Value, Problem> {
    evaluate_part(program, program.tree(), vars, budget)
}

/// The value of a part of a checked expression that stands in no macro: what an element is called
/// has no value outside.
///
/// # Errors
/// As [`evaluate`].
pub fn evaluate_part(
    program: &Program,
    part: &Expr,
    vars: &dyn Vars,
    budget: &mut Budget,
) -> Result<Value, Problem> {
    let mut evaluator = Evaluator {
        text: program.text(),
        vars,
        budget,
        bound: Vec::new(),
    };
    evaluator.value(part)
}

struct Evaluator<'e> {
    text: &'e str,
    vars: &'e dyn Vars,
    budget: &'e mut Budget,
    /// The elements that the macros around are at, innermost last.
    bound: Vec<(&'e str, Value)>,
}

impl<'e> Evaluator<'e> {
    /// Takes steps, or says that there are none left.
    fn steps(&mut self, count: usize, range: &Range<usize>) -> Result<(), Problem> {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        match self.budget.left.checked_sub(count) {
            Some(left) => {
                self.budget.left = left;
                Ok(())
            }
            None => {
                self.budget.left = 0;
                let whole = self.budget.whole;
                let message = format!("this takes more than {whole} steps to evaluate");
                Err(Problem::new(range.clone(), message)
                    .help("look at fewer elements, or at one list within another less often"))
            }
        }
    }

    fn value(&mut self, expr: &'e Expr) -> Result<Value, Problem> {
        self.steps(1, &expr.range)?;
        Ok(match &expr.kind {
            ExprKind::Null => Value::Null,
            ExprKind::Bool(b) => Value::Bool(*b),
            ExprKind::Int(n) => Value::Int(*n),
            ExprKind::Str(text) => Value::Str(text.clone()),
            ExprKind::Pattern(regex) => Value::Str(regex.as_str().into()),
            ExprKind::Quantity(quantity) => Value::Quantity(quantity.clone()),
            ExprKind::Name(name) => self.name(name, expr)?,
            ExprKind::Field { of, name } => {
                let of = self.value(of)?;
                self.field(&of, &name.text, expr)?
            }
            ExprKind::Has { of, name } => {
                let of = self.value(of)?;
                let value = self.field(&of, &name.text, expr)?;
                let empty = matches!(&value, Value::Keyed(all) if all.is_empty());
                Value::Bool(!empty && !matches!(value, Value::Null))
            }
            ExprKind::Index { of, index } => self.index(of, index)?,
            ExprKind::Not(operand) => Value::Bool(!self.truth(operand)?),
            ExprKind::Negate(operand) => self.negated(operand)?,
            ExprKind::And(parts) => Value::Bool(self.decided(parts, false)?),
            ExprKind::Or(parts) => Value::Bool(self.decided(parts, true)?),
            ExprKind::Binary { .. } => self.binary(expr)?,
            ExprKind::Choice { condition, yes, no } => {
                let taken = if self.truth(condition)? { yes } else { no };
                self.value(taken)?
            }
            ExprKind::List(items) => {
                let items: Result<Vec<Value>, Problem> =
                    items.iter().map(|item| self.value(item)).collect();
                Value::List(items?.into())
            }
            ExprKind::Map(entries) => self.map(entries)?,
            ExprKind::Call {
                function: Some(function),
                receiver,
                arguments,
                ..
            } => {
                let operands: Vec<&Expr> =
                    receiver.as_deref().into_iter().chain(arguments).collect();
                self.call(*function, &operands, expr)?
            }
            ExprKind::Call { name, .. } => {
                let message = format!("there is no function `{}`", name.text);
                return Err(Problem::new(name.range.clone(), message));
            }
            ExprKind::Each {
                macro_,
                over,
                var,
                only,
                body,
            } => {
                let each = Each {
                    var: &var.text,
                    only: only.as_deref(),
                    body,
                };
                self.each(*macro_, over, &each)?
            }
        })
    }

    /// The value of a part that must be set.
    fn set(&mut self, expr: &'e Expr) -> Result<Value, Problem> {
        match self.value(expr)? {
            Value::Null => Err(self.unset(expr)),
            value => Ok(value),
        }
    }

    /// Says which part of an expression is not set, so that all of it is null.
    fn unset(&mut self, expr: &'e Expr) -> Problem {
        let mut part = expr;
        while let ExprKind::Field { of, .. } | ExprKind::Index { of, .. } = &part.kind {
            match self.value(of) {
                Ok(Value::Null) => part = of,
                _ => break,
            }
        }
        let shown = self.shown(part);
        let help = match &part.kind {
            ExprKind::Field { .. } => format!("ask first: `has({shown}) && …`"),
            _ => format!("ask first: `{shown} != null && …`"),
        };
        Problem::new(part.range.clone(), format!("`{shown}` is not set")).help(help)
    }

    fn shown(&self, expr: &Expr) -> &'e str {
        self.text.get(expr.range.clone()).unwrap_or("this")
    }

    /// A value of another type than an operator or function takes: only what is known at run
    /// time alone gets here.
    fn wrong(&self, expr: &Expr, value: &Value, wanted: &str) -> Problem {
        let message = format!("`{}` is {}, not {wanted}", self.shown(expr), value.noun());
        Problem::new(expr.range.clone(), message)
    }

    fn unit_error(expr: &Expr, error: UnitError) -> Problem {
        Problem::of_unit(expr.range.clone(), error)
    }

    fn truth(&mut self, expr: &'e Expr) -> Result<bool, Problem> {
        match self.set(expr)? {
            Value::Bool(b) => Ok(b),
            other => Err(self.wrong(expr, &other, "true or false")),
        }
    }

    fn int(&mut self, expr: &'e Expr) -> Result<i64, Problem> {
        match self.set(expr)? {
            Value::Int(n) => Ok(n),
            other => Err(self.wrong(expr, &other, "a whole number")),
        }
    }

    fn text(&mut self, expr: &'e Expr) -> Result<Arc<str>, Problem> {
        match self.set(expr)? {
            Value::Str(text) => Ok(text),
            other => Err(self.wrong(expr, &other, "a string")),
        }
    }

    fn name(&mut self, name: &Arc<str>, expr: &Expr) -> Result<Value, Problem> {
        let bound = self.bound.iter().rev().find(|(bound, _)| *bound == &**name);
        let value = match bound {
            Some((_, value)) => Some(value.clone()),
            None => self.vars.get(name),
        };
        value.ok_or_else(|| {
            let message = format!("`{name}` has no value here");
            Problem::new(expr.range.clone(), message)
        })
    }

    fn field(&mut self, of: &Value, name: &str, expr: &Expr) -> Result<Value, Problem> {
        match of {
            Value::Null => Ok(Value::Null),
            Value::Object(object) => Ok(object.field(name)),
            Value::Map(map) => Ok(map.get(name).cloned().unwrap_or(Value::Null)),
            other => {
                let message = format!("{} has no field `{name}`", other.noun());
                Err(Problem::new(expr.range.clone(), message))
            }
        }
    }

    fn index(&mut self, of: &'e Expr, index: &'e Expr) -> Result<Value, Problem> {
        let list = self.value(of)?;
        let by = self.set(index)?;
        match (&list, &by) {
            (Value::Null, _) => Ok(Value::Null),
            (Value::Map(map), Value::Str(key)) => Ok(map.get(key).cloned().unwrap_or(Value::Null)),
            (Value::Keyed(all), Value::Str(key)) => {
                self.steps(all.find_steps(), &of.range)?;
                Ok(all.find(key))
            }
            (Value::List(_) | Value::Keyed(_), Value::Int(place)) => {
                let items = self.items(of, list.clone())?;
                let found = usize::try_from(*place).ok().filter(|n| *n < items.len());
                match found {
                    Some(place) => Ok(items.at(place)),
                    None => Err(self.out_of_range(of, index, *place, items.len())),
                }
            }
            _ => Err(self.wrong(of, &list, "something with such elements")),
        }
    }

    fn out_of_range(&self, of: &Expr, index: &Expr, place: i64, len: usize) -> Problem {
        let shown = self.shown(of);
        let message = match len {
            0 => format!("`{shown}` is empty"),
            1 => format!("`{shown}` has 1 element, at place 0; there is none at {place}"),
            _ => format!(
                "`{shown}` has {len} elements, at the places 0 to {}; there is none at {place}",
                len - 1
            ),
        };
        Problem::new(index.range.clone(), message)
    }

    fn map(&mut self, entries: &'e [(Expr, Expr)]) -> Result<Value, Problem> {
        let mut map = BTreeMap::new();
        for (key, value) in entries {
            let name = self.text(key)?;
            let value = self.value(value)?;
            if map.insert(name.clone(), value).is_some() {
                let message = format!("the key {name:?} is there twice");
                return Err(Problem::new(key.range.clone(), message));
            }
        }
        Ok(Value::Map(Arc::new(map)))
    }

    /// `&&` and `||`: the first part that decides does; else the first that fails fails all.
    fn decided(&mut self, parts: &'e [Expr], decisive: bool) -> Result<bool, Problem> {
        let mut failed = None;
        for part in parts {
            match self.truth(part) {
                Ok(b) if b == decisive => return Ok(decisive),
                Ok(_) => {}
                Err(problem) => failed = failed.or(Some(problem)),
            }
        }
        failed.map_or(Ok(!decisive), Err)
    }

    fn items(&self, expr: &Expr, value: Value) -> Result<Items, Problem> {
        match value {
            Value::List(items) => Ok(Items::List(items)),
            Value::Keyed(items) => Ok(Items::Keyed(items)),
            Value::Map(map) => Ok(Items::List(
                map.keys().map(|key| Value::Str(key.clone())).collect(),
            )),
            other => Err(self.wrong(expr, &other, "a list")),
        }
    }

    fn each(&mut self, macro_: Macro, over: &'e Expr, each: &Each<'e>) -> Result<Value, Problem> {
        let list = self.set(over)?;
        let items = self.items(over, list)?;
        let mut failed = None;
        let mut held = 0_usize;
        let mut made = Vec::new();
        for place in 0..items.len() {
            let item = items.at(place);
            self.bound.push((each.var, item.clone()));
            let outcome = self.one(macro_, each);
            self.bound.pop();
            match (macro_, outcome) {
                (Macro::All, Ok(Step::Held(false))) => return Ok(Value::Bool(false)),
                (Macro::Exists, Ok(Step::Held(true))) => return Ok(Value::Bool(true)),
                (Macro::All | Macro::Exists, Err(problem)) => failed = failed.or(Some(problem)),
                (_, Err(problem)) => return Err(problem),
                (Macro::Filter, Ok(Step::Held(true))) => made.push(item),
                (_, Ok(Step::Held(holds))) => held += usize::from(holds),
                (_, Ok(Step::Made(value))) => made.push(value),
            }
        }
        if let Some(problem) = failed {
            return Err(problem);
        }
        Ok(match macro_ {
            Macro::All => Value::Bool(true),
            Macro::Exists => Value::Bool(false),
            Macro::ExistsOne => Value::Bool(held == 1),
            Macro::Map | Macro::Filter => Value::List(made.into()),
        })
    }

    /// What becomes of the element that is bound now.
    fn one(&mut self, macro_: Macro, each: &Each<'e>) -> Result<Step, Problem> {
        if let Some(only) = each.only
            && !self.truth(only)?
        {
            return Ok(Step::Held(false));
        }
        match macro_ {
            Macro::Map => self.value(each.body).map(Step::Made),
            _ => self.truth(each.body).map(Step::Held),
        }
    }
}

/// What a macro asks of, or makes from, each element.
struct Each<'e> {
    var: &'e str,
    only: Option<&'e Expr>,
    body: &'e Expr,
}

/// What became of one element.
enum Step {
    /// Whether the body holds for it.
    Held(bool),
    /// What the body makes of it.
    Made(Value),
}

/// The elements of a list, asked for one by one.
enum Items {
    List(Arc<[Value]>),
    Keyed(Arc<dyn Keyed>),
}

impl Items {
    fn len(&self) -> usize {
        match self {
            Self::List(items) => items.len(),
            Self::Keyed(items) => items.len(),
        }
    }

    fn at(&self, place: usize) -> Value {
        match self {
            Self::List(items) => items.get(place).cloned().unwrap_or(Value::Null),
            Self::Keyed(items) => items.at(place),
        }
    }

    fn iter(&self) -> impl Iterator<Item = Value> {
        (0..self.len()).map(|place| self.at(place))
    }
}
