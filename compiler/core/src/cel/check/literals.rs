//! Where a value goes decides how its literals are read: as quantities next to one, as one of
//! the words that a setting takes.

use super::{Checker, listed};
use crate::{
    cel::{
        problem::Problem,
        quantity::Unit,
        tree::{Expr, ExprKind},
        types::Type,
    },
    diag::nearest::nearest,
    schema::ty::Lit,
};

impl Checker<'_> {
    /// An operand that must be of one type; strings that write one are read as it.
    pub(super) fn operand(&mut self, expr: &mut Expr, wanted: &Type, place: &str) -> Type {
        let found = self.expr(expr);
        let ty = self.adapt(expr, found, wanted);
        if ty.joined(wanted).is_some() {
            return wanted.clone();
        }
        self.wrong_operand(expr, &ty, &wanted.noun(), place);
        // What is written out would have been read as one; a name keeps the type that it was
        // given, and a `let` gives text none but its own.
        if let (Type::Str, Type::Unit(unit), Some(problem)) =
            (&ty, wanted, self.problems.last_mut())
            && !matches!(expr.kind, ExprKind::Str(_))
        {
            let words = format!("give it its type where it is declared: {}", typed(*unit));
            problem.help.get_or_insert(words);
        }
        Type::Unknown
    }

    pub(super) fn wrong_operand(
        &mut self,
        expr: &Expr,
        found: &Type,
        wanted: &str,
        place: &str,
    ) -> Type {
        let message = format!(
            "{} is {}; {place} needs {wanted}",
            self.shown(expr),
            found.noun()
        );
        let mut problem = Problem::new(expr.range.clone(), message);
        problem.help = self.way_in(expr, found);
        self.report(problem)
    }

    /// How to get from a whole node, or many, to something that can be computed with.
    pub(super) fn way_in(&self, expr: &Expr, found: &Type) -> Option<String> {
        let bare = self.bare(expr);
        let object = match found {
            Type::Object(object) => object,
            Type::Keyed(_) => {
                return Some(format!(
                    "count them, `size({bare})`, or look at each, `{bare}.all(x, …)`"
                ));
            }
            _ => return None,
        };
        let fields = self.types.fields(object);
        match fields.as_slice() {
            [] => None,
            [only] => Some(format!("its field is `{bare}.{only}`")),
            _ => Some(format!("its fields are {}", listed(&fields))),
        }
    }

    /// Reads the literals of a part as quantities, where it stands next to one.
    pub(super) fn adapt(&mut self, expr: &mut Expr, found: Type, wanted: &Type) -> Type {
        match (&found, wanted) {
            (Type::Str | Type::Int, Type::Unit(unit)) if is_literal(expr, *unit) => {
                self.read(expr, *unit)
            }
            (Type::List(_), Type::List(of) | Type::Keyed(of)) => {
                let (ExprKind::List(items), Type::Unit(unit)) = (&mut expr.kind, &**of) else {
                    return found;
                };
                if !items.iter().all(|item| is_literal(item, *unit)) {
                    return found;
                }
                let mut read = Type::Unit(*unit);
                for item in items {
                    if self.read(item, *unit) == Type::Unknown {
                        read = Type::Unknown;
                    }
                }
                read.list()
            }
            _ => found,
        }
    }

    /// Reads the literals that a part may come to as quantities of a unit.
    pub(super) fn read(&mut self, expr: &mut Expr, unit: Unit) -> Type {
        let lit = match &mut expr.kind {
            ExprKind::Str(text) => Lit::Str(text.clone()),
            ExprKind::Int(n) => Lit::Int((*n).into()),
            ExprKind::Choice { yes, no, .. } => {
                let both = [self.read(yes, unit), self.read(no, unit)];
                return match both.contains(&Type::Unknown) {
                    true => Type::Unknown,
                    false => Type::Unit(unit),
                };
            }
            _ => return Type::Unit(unit),
        };
        match unit.read(&lit) {
            Ok(quantity) => {
                expr.kind = ExprKind::Quantity(quantity);
                Type::Unit(unit)
            }
            Err(error) => {
                let problem = Problem::of_unit(expr.range.clone(), error);
                self.report(problem.label(format!("read as {}", unit.noun())))
            }
        }
    }

    /// Whether the literals that a part may come to, or has as its elements, are among the words
    /// of the other side: one that is not would never be equal.
    pub(super) fn one_of_words(&mut self, expr: &Expr, wanted: &Type) {
        let Type::Choice(choices) = wanted else {
            return;
        };
        match &expr.kind {
            ExprKind::Str(text) if !choices.contains(text) => {
                let known: Vec<&str> = choices.iter().map(AsRef::as_ref).collect();
                let message = format!("`{text}` is none of {}", listed(&known));
                let mut problem = Problem::new(expr.range.clone(), message);
                if let Some(near) = nearest(text, known) {
                    problem = problem
                        .help(format!("did you mean '{near}'?"))
                        .fix(format!("'{near}'"));
                }
                self.report(problem);
            }
            ExprKind::Choice { yes, no, .. } => {
                self.one_of_words(yes, wanted);
                self.one_of_words(no, wanted);
            }
            ExprKind::List(items) => {
                for item in items {
                    self.one_of_words(item, wanted);
                }
            }
            _ => {}
        }
    }

    /// Whether a value of this type can go to a place of the expected one.
    pub(super) fn place(&mut self, expr: &mut Expr, found: Type, expected: &Type) -> Type {
        let found = self.adapt(expr, found, expected);
        self.one_of_words(expr, expected);
        if fits(&found, expected) {
            return found;
        }
        let message = format!(
            "{} is {}; {} is due here",
            self.shown(expr),
            found.noun(),
            expected.noun()
        );
        let mut problem = Problem::new(expr.range.clone(), message);
        problem.help = match (&found, expected) {
            (Type::Str | Type::Choice(_), Type::Int) => {
                Some("`int(…)` makes a whole number of a string".into())
            }
            _ => self.way_in(expr, &found),
        };
        self.report(problem)
    }
}

/// Whether all that a part may come to are literals that a unit may be written with.
fn is_literal(expr: &Expr, unit: Unit) -> bool {
    match &expr.kind {
        ExprKind::Str(_) | ExprKind::Quantity(_) => true,
        ExprKind::Int(_) => unit.takes_int(),
        ExprKind::Choice { yes, no, .. } => is_literal(yes, unit) && is_literal(no, unit),
        _ => false,
    }
}

/// Whether a value can be put where another type is due: there, what is written as a string is
/// read once more by the type of the place.
fn fits(found: &Type, expected: &Type) -> bool {
    match (found, expected) {
        (Type::Unknown, _) | (_, Type::Unknown) => true,
        (Type::Null, _) => false,
        (_, Type::Str) => found.is_scalar(),
        (Type::Str | Type::Choice(_), Type::Unit(_) | Type::Choice(_)) => true,
        (Type::Int, Type::Unit(unit)) => unit.takes_int(),
        (Type::List(a) | Type::Keyed(a), Type::List(b) | Type::Keyed(b)) => fits(a, b),
        (Type::Map(a), Type::Map(b)) => fits(a, b),
        (a, b) => a == b,
    }
}

/// How a value is declared that has a unit.
fn typed(unit: Unit) -> String {
    format!(
        "`param NAME type={} default=\"{}\"`",
        unit.name(),
        unit.example()
    )
}
