//! The type check: every name, field, function and operand, before anything is evaluated.
//!
//! It also settles what only types can tell: a string next to a quantity is read as that
//! quantity, a pattern is compiled. One mistake is one problem: what follows from it has the
//! type [`Type::Unknown`], which fits everything.

pub(super) mod calls;
mod dashes;
mod literals;
mod operators;
#[cfg(test)]
mod tests;

use std::{ops::Range, sync::Arc};

use super::{
    problem::Problem,
    tree::{Expr, ExprKind, Macro, Word},
    types::{Scope, Type, Types},
};
use crate::diag::{nearest::nearest, words};

/// Checks an expression and settles its literals; `expected` is the type of the place that its
/// value goes to.
///
/// # Errors
/// All mistakes, in the order in which they were found.
pub(super) fn check(
    text: &str,
    expr: &mut Expr,
    scope: &Scope,
    types: &dyn Types,
    expected: Option<&Type>,
) -> Result<Type, Vec<Problem>> {
    let mut checker = Checker {
        text,
        scope,
        types,
        bound: Vec::new(),
        dashed: Vec::new(),
        problems: Vec::new(),
    };
    let mut ty = checker.expr(expr);
    if let Some(expected) = expected {
        ty = checker.place(expr, ty, expected);
    }
    if checker.problems.is_empty() {
        Ok(ty)
    } else {
        Err(checker.problems)
    }
}

struct Checker<'c> {
    text: &'c str,
    scope: &'c Scope,
    types: &'c dyn Types,
    /// The element names of the macros around, innermost last.
    bound: Vec<(Arc<str>, Type)>,
    /// Where names with a `-` were reported: their parts mean nothing.
    dashed: Vec<Range<usize>>,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn report(&mut self, problem: Problem) -> Type {
        self.problems.push(problem);
        Type::Unknown
    }

    /// A part as a message quotes it.
    fn shown(&self, expr: &Expr) -> String {
        format!("`{}`", self.bare(expr))
    }

    /// The same without the quotes: one line, cut short where it is long.
    fn bare(&self, expr: &Expr) -> String {
        let text = self.text.get(expr.range.clone()).unwrap_or_default();
        let mut short: String = text
            .chars()
            .take(SHOWN)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        if short.len() < text.len() {
            short.push('…');
        }
        short
    }

    /// The type of a part, everything in it checked.
    fn expr(&mut self, expr: &mut Expr) -> Type {
        let range = expr.range.clone();
        match &mut expr.kind {
            ExprKind::Null => Type::Null,
            ExprKind::Bool(_) => Type::Bool,
            ExprKind::Int(_) => Type::Int,
            ExprKind::Str(_) | ExprKind::Pattern(_) => Type::Str,
            ExprKind::Quantity(quantity) => Type::Unit(quantity.unit()),
            ExprKind::Name(name) => {
                let name = name.clone();
                self.name(&name, range)
            }
            ExprKind::Field { of, name } => self.field(of, name),
            ExprKind::Has { of, name } => match self.field(of, name) {
                Type::Unknown => Type::Unknown,
                _ => Type::Bool,
            },
            ExprKind::Index { of, index } => self.index(of, index),
            ExprKind::Not(operand) => self.truth(operand, "`!`"),
            ExprKind::Negate(operand) => self.negated(operand),
            ExprKind::And(parts) => self.truths(parts, "`&&`"),
            ExprKind::Or(parts) => self.truths(parts, "`||`"),
            ExprKind::Binary { .. } => self.binary(expr),
            ExprKind::Choice { condition, yes, no } => {
                self.truth(condition, "a choice");
                self.alternatives(yes, no)
            }
            ExprKind::List(items) => self.list(items),
            ExprKind::Map(entries) => self.map(entries),
            ExprKind::Call {
                function,
                name,
                receiver,
                arguments,
            } => self.call(*function, name, receiver.as_deref_mut(), arguments),
            ExprKind::Each {
                macro_,
                over,
                var,
                only,
                body,
            } => self.each(*macro_, over, var, only.as_deref_mut(), body),
        }
    }

    fn name(&mut self, name: &Arc<str>, range: Range<usize>) -> Type {
        let bound = self.bound.iter().rev().find(|(bound, _)| bound == name);
        if let Some(ty) = bound.map(|(_, ty)| ty).or_else(|| self.scope.get(name)) {
            return ty.clone();
        }
        if self.dashed.iter().any(|name| name.contains(&range.start)) {
            return Type::Unknown;
        }
        if let Some(problem) = self.dashed(range.start) {
            return self.report(problem);
        }
        let problem = Problem::new(range, format!("there is nothing called `{name}` here"));
        let bound = self.bound.iter().map(|(name, _)| &**name);
        let known: Vec<&str> = bound
            .chain(self.scope.iter().map(|(name, _)| name))
            .collect();
        self.report(suggest(problem, name, &known, "here is"))
    }

    fn field(&mut self, of: &mut Expr, name: &Word) -> Type {
        let ty = self.expr(of);
        match &ty {
            Type::Unknown => Type::Unknown,
            Type::Map(values) => (**values).clone(),
            Type::Object(object) => match self.types.field(object, &name.text) {
                Some(ty) => match self.dashed_field(object, name) {
                    Some(problem) => self.report(problem),
                    None => ty,
                },
                None => self.no_field(of, object, name),
            },
            Type::List(_) | Type::Keyed(_) => self.no_field_of_list(of, &ty, name),
            _ => {
                let message = format!("{} is {} and has no fields", self.shown(of), ty.noun());
                self.report(Problem::new(name.range.clone(), message))
            }
        }
    }

    /// A list has no fields; its elements may have this one, or this is the name of one.
    fn no_field_of_list(&mut self, of: &Expr, ty: &Type, name: &Word) -> Type {
        let bare = self.bare(of);
        let text = &name.text;
        let message = format!("`{bare}` is {}, which has no field `{text}`", ty.noun());
        let help = match ty {
            Type::Keyed(element) if !self.has_field(element, text) => {
                format!("one of them is found by its name, `{bare}['{text}']`")
            }
            _ => format!(
                "take one of them, `{bare}['name'].{text}`, or look at each, `{bare}.all(x, x.{text} …)`"
            ),
        };
        self.report(Problem::new(name.range.clone(), message).help(help))
    }

    fn has_field(&self, ty: &Type, name: &str) -> bool {
        match ty {
            Type::Object(object) => self.types.field(object, name).is_some(),
            _ => false,
        }
    }

    fn no_field(&mut self, of: &Expr, object: &str, name: &Word) -> Type {
        let dashed = self.dashed(of.range.start);
        if let Some(problem) = dashed.or_else(|| self.dashed_field(object, name)) {
            return self.report(problem);
        }
        let message = format!("{} has no field `{}`", self.shown(of), name.text);
        let problem = Problem::new(name.range.clone(), message);
        let fields = self.types.fields(object);
        let known: Vec<&str> = fields.iter().map(String::as_str).collect();
        self.report(suggest(problem, &name.text, &known, "its fields are"))
    }

    fn index(&mut self, of: &mut Expr, index: &mut Expr) -> Type {
        let ty = self.expr(of);
        let by = self.expr(index).plain();
        let wanted = match (&ty, &by) {
            (Type::Unknown, _) => return Type::Unknown,
            (Type::List(of), Type::Int | Type::Unknown)
            | (Type::Keyed(of), Type::Int | Type::Str | Type::Unknown)
            | (Type::Map(of), Type::Str | Type::Unknown) => return (**of).clone(),
            (Type::List(_), _) => "position, a whole number counted from 0",
            (Type::Keyed(_), _) => "name, a string, or by its position",
            (Type::Map(_), _) => "key, a string",
            _ => {
                let message = format!("{} is {} and has no elements", self.shown(of), ty.noun());
                return self.report(Problem::new(of.range.clone(), message));
            }
        };
        let message = format!(
            "an element of {} is found by its {wanted}; {} is {}",
            self.shown(of),
            self.shown(index),
            by.noun()
        );
        self.report(Problem::new(index.range.clone(), message))
    }

    fn list(&mut self, items: &mut [Expr]) -> Type {
        let mut types: Vec<Type> = items.iter_mut().map(|item| self.expr(item)).collect();
        if let Some(unit) = types.iter().find(|ty| matches!(ty, Type::Unit(_))).cloned() {
            for (item, ty) in items.iter_mut().zip(&mut types) {
                *ty = self.adapt(item, ty.clone(), &unit);
            }
        }
        let mut of = Type::Unknown;
        for (item, ty) in items.iter().zip(&types) {
            match of.joined(ty) {
                Some(joined) => of = joined,
                None => {
                    let message = format!(
                        "{} is {}, but the elements before it are of another type: {}",
                        self.shown(item),
                        ty.noun(),
                        of.noun()
                    );
                    return self.report(Problem::new(item.range.clone(), message));
                }
            }
        }
        of.list()
    }

    fn map(&mut self, entries: &mut [(Expr, Expr)]) -> Type {
        let mut of = Type::Unknown;
        for (key, value) in entries {
            self.operand(key, &Type::Str, "a key");
            let found = self.expr(value);
            let ty = self.adapt(value, found, &of);
            match of.joined(&ty) {
                Some(joined) => of = joined,
                None => {
                    let message = format!(
                        "{} is {}, but the values before it are of another type: {}",
                        self.shown(value),
                        ty.noun(),
                        of.noun()
                    );
                    self.report(Problem::new(value.range.clone(), message));
                }
            }
        }
        of.map()
    }

    fn each(
        &mut self,
        macro_: Macro,
        over: &mut Expr,
        var: &Word,
        only: Option<&mut Expr>,
        body: &mut Expr,
    ) -> Type {
        let list = self.expr(over);
        let element = match &list {
            Type::Unknown => Type::Unknown,
            Type::Map(_) => Type::Str,
            other => match other.element() {
                Some(of) => of.clone(),
                None => {
                    let message = format!(
                        "{} is {}; `{}` looks at the elements of a list",
                        self.shown(over),
                        list.noun(),
                        macro_.name()
                    );
                    self.report(Problem::new(over.range.clone(), message))
                }
            },
        };
        self.bound.push((var.text.clone(), element.clone()));
        if let Some(only) = only {
            self.truth(only, "the condition of `map`");
        }
        let ty = if macro_ == Macro::Map {
            self.expr(body).list()
        } else {
            self.truth(body, &format!("`{}`", macro_.name()));
            match macro_ {
                Macro::Filter => element.list(),
                _ => Type::Bool,
            }
        };
        self.bound.pop();
        ty
    }
}

/// The longest part of an expression that a message repeats, in characters.
const SHOWN: usize = 40;

/// How many names a message lists before it says that there are more.
const LISTED: usize = 12;

/// Names as a message lists them.
fn listed<T: AsRef<str>>(names: &[T]) -> String {
    match names.get(..LISTED) {
        Some(first) if names.len() > LISTED => {
            let first: Vec<String> = first
                .iter()
                .map(|name| format!("`{}`", name.as_ref()))
                .collect();
            format!("{} and {} more", first.join(", "), names.len() - LISTED)
        }
        _ => words::names(names),
    }
}

/// Adds to an unknown name the one it was meant to be, or what there is.
fn suggest(problem: Problem, name: &str, known: &[&str], all: &str) -> Problem {
    match nearest(name, known.iter().copied()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")).fix(near),
        None if known.is_empty() => problem,
        None => problem.help(format!("{all} {}", listed(known))),
    }
}
