//! What each function takes, and gives.

use std::ops::RangeInclusive;

use regex::RegexBuilder;

use super::{Checker, operators::is_ordered, suggest};
use crate::{
    cel::{
        functions::{Form, Function},
        limits,
        problem::Problem,
        quantity::{Quantity, Unit},
        tree::{Expr, ExprKind, Macro, Word},
        types::Type,
    },
    schema::ty::Lit,
};

impl Checker<'_> {
    pub(super) fn call(
        &mut self,
        function: Option<Function>,
        name: &Word,
        receiver: Option<&mut Expr>,
        arguments: &mut Vec<Expr>,
    ) -> Type {
        let Some(function) = function else {
            return self.unknown_function(name, receiver, arguments);
        };
        if let Some(problem) = wrong_form(function, name, receiver.is_some(), arguments.len()) {
            return self.report(problem);
        }
        let mut zero = None;
        let mut operands: Vec<&mut Expr> = receiver.into_iter().chain(&mut *arguments).collect();
        let ty = match function {
            Function::Min | Function::Max => self.extreme(&mut operands, name),
            Function::Sum => self.sum(&mut operands, &mut zero),
            Function::Size => self.size(&mut operands),
            Function::Contains => self.contains(&mut operands),
            Function::Matches => self.matches(&mut operands),
            Function::Int => self.one_of(&mut operands, &[Type::Str, Type::Int], Type::Int, name),
            Function::String => self.printed(&mut operands),
            _ => self.plain(function, &mut operands, name),
        };
        arguments.extend(zero);
        ty
    }

    fn unknown_function(
        &mut self,
        name: &Word,
        receiver: Option<&mut Expr>,
        arguments: &mut [Expr],
    ) -> Type {
        if let Some(receiver) = receiver {
            self.expr(receiver);
        }
        // The names of elements may be unknown here; nothing said about them would help.
        let before = self.problems.len();
        for argument in arguments {
            self.expr(argument);
        }
        self.problems.truncate(before);
        let problem = Problem::new(
            name.range.clone(),
            format!("there is no function `{}`", name.text),
        );
        let why = match &*name.text {
            "now" | "timestamp" | "getFullYear" => {
                "an estate means the same at any time, so expressions have no clock"
            }
            "duration" | "quantity" => {
                "a quantity is written as a string next to another: `x.every > '1h'`"
            }
            "double" => "expressions compute with whole numbers and units alone",
            "dyn" | "type" => "every expression has one type, known before it is evaluated",
            "uint" => "there is one sort of whole number: write `int(…)`",
            _ => {
                let functions = Function::ALL.iter().map(|one| one.name());
                let macros = Macro::ALL.iter().map(|one| one.name());
                let known: Vec<&str> = functions.chain(macros).chain(["has"]).collect();
                return self.report(suggest(problem, &name.text, &known, "the functions are"));
            }
        };
        self.report(problem.help(why))
    }

    /// The functions of fixed argument types.
    fn plain(&mut self, function: Function, operands: &mut [&mut Expr], name: &Word) -> Type {
        let cidr = Type::Unit(Unit::Cidr);
        let (wanted, gives) = match function {
            Function::StartsWith | Function::EndsWith => (vec![Type::Str, Type::Str], Type::Bool),
            Function::LowerAscii | Function::UpperAscii => (vec![Type::Str], Type::Str),
            Function::Replace => (vec![Type::Str, Type::Str, Type::Str], Type::Str),
            Function::Split => (vec![Type::Str, Type::Str], Type::Str.list()),
            Function::Join => (vec![Type::Str.list(), Type::Str], Type::Str),
            Function::Subnet => (vec![cidr.clone(), Type::Int, Type::Int], cidr),
            Function::Address => (vec![cidr, Type::Int], Type::Unit(Unit::Ip)),
            Function::Range => (vec![Type::Int, Type::Int], Type::Int.list()),
            _ => return Type::Unknown,
        };
        for (operand, wanted) in operands.iter_mut().zip(&wanted) {
            self.operand(operand, wanted, &format!("`{}`", name.text));
        }
        gives
    }

    fn one_of(
        &mut self,
        operands: &mut [&mut Expr],
        wanted: &[Type],
        gives: Type,
        name: &Word,
    ) -> Type {
        let Some(operand) = operands.first_mut() else {
            return Type::Unknown;
        };
        let found = self.expr(operand).plain();
        if found == Type::Unknown || wanted.contains(&found) {
            return gives;
        }
        let nouns: Vec<String> = wanted.iter().map(Type::noun).collect();
        self.wrong_operand(
            operand,
            &found,
            &nouns.join(" or "),
            &format!("`{}`", name.text),
        );
        gives
    }

    fn size(&mut self, operands: &mut [&mut Expr]) -> Type {
        if let Some(operand) = operands.first_mut() {
            let found = self.expr(operand).plain();
            let sized = found.element().is_some()
                || matches!(found, Type::Str | Type::Map(_) | Type::Unknown);
            if !sized {
                self.wrong_operand(operand, &found, "a list, a map or a string", "`size`");
            }
        }
        Type::Int
    }

    fn printed(&mut self, operands: &mut [&mut Expr]) -> Type {
        if let Some(operand) = operands.first_mut() {
            let found = self.expr(operand).plain();
            if !found.is_scalar() && found != Type::Unknown {
                self.wrong_operand(operand, &found, "a single value", "`string`");
            }
        }
        Type::Str
    }

    fn contains(&mut self, operands: &mut [&mut Expr]) -> Type {
        let [whole, part] = operands else {
            return Type::Unknown;
        };
        match self.expr(whole).plain() {
            Type::Str => {
                self.operand(part, &Type::Str, "`contains`");
            }
            Type::Unit(Unit::Cidr) => {
                let found = self.expr(part);
                let is_net = matches!(&part.kind, ExprKind::Str(text) if text.contains('/'));
                let unit = if is_net { Unit::Cidr } else { Unit::Ip };
                let found = self.adapt(part, found, &Type::Unit(unit));
                let fits = matches!(found, Type::Unknown | Type::Unit(Unit::Cidr | Unit::Ip));
                if !fits {
                    let place = "`contains` of a network";
                    self.wrong_operand(part, &found, "an address or a network", place);
                }
            }
            Type::Unknown => {
                self.expr(part);
            }
            other => {
                if other.element().is_some() {
                    let message = format!("{} is {}", self.shown(whole), other.noun());
                    let help = format!("write `{} in {}`", self.bare(part), self.bare(whole));
                    self.report(Problem::new(whole.range.clone(), message).help(help));
                } else {
                    self.wrong_operand(whole, &other, "a string or a network", "`contains`");
                }
            }
        }
        Type::Bool
    }

    /// `matches`: a pattern that stands there is compiled here, once.
    fn matches(&mut self, operands: &mut [&mut Expr]) -> Type {
        let [text, pattern] = operands else {
            return Type::Unknown;
        };
        self.operand(text, &Type::Str, "`matches`");
        self.operand(pattern, &Type::Str, "`matches`");
        if let ExprKind::Str(written) = &pattern.kind {
            match compiled(written) {
                Ok(regex) => pattern.kind = ExprKind::Pattern(regex),
                Err(why) => {
                    let range = pattern.range.clone();
                    self.report(Problem::new(range, "this is not a regular expression").help(why));
                }
            }
        }
        Type::Bool
    }

    /// The least or greatest: of a list, or of the arguments.
    fn extreme(&mut self, operands: &mut [&mut Expr], name: &Word) -> Type {
        let place = format!("`{}`", name.text);
        if let [only] = operands {
            let found = self.expr(only);
            return match found.element() {
                Some(of) if is_ordered(of) => of.clone(),
                _ if found == Type::Unknown => Type::Unknown,
                _ => self.wrong_operand(only, &found, "a list of things with an order", &place),
            };
        }
        let mut types: Vec<Type> = operands
            .iter_mut()
            .map(|one| self.expr(one).plain())
            .collect();
        let unit = types.iter().find(|ty| matches!(ty, Type::Unit(_))).cloned();
        let mut of = Type::Unknown;
        for (operand, found) in operands.iter_mut().zip(&mut types) {
            if let Some(unit) = &unit {
                *found = self.adapt(operand, found.clone(), unit);
            }
            match of.joined(found).filter(is_ordered) {
                Some(joined) => of = joined,
                None if of == Type::Unknown => {
                    return self.wrong_operand(operand, found, "things with an order", &place);
                }
                None => return self.wrong_operand(operand, found, &of.noun(), &place),
            }
        }
        of
    }

    /// The sum of a list. What an empty one comes to depends on the type, so it is put behind
    /// the arguments.
    fn sum(&mut self, operands: &mut [&mut Expr], zero: &mut Option<Expr>) -> Type {
        let Some(list) = operands.first_mut() else {
            return Type::Unknown;
        };
        let found = self.expr(list);
        let range = list.range.clone();
        match found.element() {
            Some(Type::Unit(unit)) if unit.adds() => {
                *zero = nothing_of(*unit).map(|quantity| Expr {
                    kind: ExprKind::Quantity(quantity),
                    range,
                    levels: 1,
                });
                Type::Unit(*unit)
            }
            Some(ty @ (Type::Int | Type::Unknown)) => ty.clone(),
            _ if found == Type::Unknown => Type::Unknown,
            _ => self.wrong_operand(list, &found, "a list of numbers or quantities", "`sum`"),
        }
    }
}

/// A call that is not written as the function is called.
fn wrong_form(
    function: Function,
    name: &Word,
    on_value: bool,
    arguments: usize,
) -> Option<Problem> {
    let usage = format!("it is written `{}`", function.usage());
    let form_fits = match function.form() {
        Form::Plain => !on_value,
        Form::OnValue => on_value,
        Form::Both => true,
    };
    if !form_fits {
        let message = if on_value {
            format!("`{}` is not called on a value", name.text)
        } else {
            format!("`{}` is called on a value", name.text)
        };
        return Some(Problem::new(name.range.clone(), message).help(usage));
    }
    let operands = arguments + usize::from(on_value);
    if operand_count(function).contains(&operands) {
        return None;
    }
    let message = match arguments {
        0 => format!("`{}` is given nothing", name.text),
        _ => format!("`{}` does not take {arguments} arguments", name.text),
    };
    Some(Problem::new(name.range.clone(), message).help(usage))
}

/// How many operands a function takes, the value that it is called on counted.
fn operand_count(function: Function) -> RangeInclusive<usize> {
    match function {
        Function::Size
        | Function::Int
        | Function::String
        | Function::Sum
        | Function::LowerAscii
        | Function::UpperAscii => 1..=1,
        Function::Contains
        | Function::StartsWith
        | Function::EndsWith
        | Function::Matches
        | Function::Split
        | Function::Address
        | Function::Range => 2..=2,
        Function::Join => 1..=2,
        Function::Replace | Function::Subnet => 3..=3,
        Function::Min | Function::Max => 1..=usize::MAX,
    }
}

/// A regular expression within bounds.
pub(in crate::cel) fn compiled(pattern: &str) -> Result<regex::Regex, String> {
    RegexBuilder::new(pattern)
        .size_limit(limits::PATTERN_BYTES)
        .dfa_size_limit(limits::PATTERN_BYTES)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "it is too large; repeat less".into(),
            // The last line says what is wrong; those before it draw the pattern.
            other => {
                let text = other.to_string();
                let last = text.lines().last().unwrap_or_default();
                last.trim_start_matches("error: ").to_owned()
            }
        })
}

/// None of a unit, for those that have such a value by themselves: a price needs a currency.
fn nothing_of(unit: Unit) -> Option<Quantity> {
    let text = match unit {
        Unit::Bytes => "0B",
        Unit::Cores => "0",
        Unit::Duration => "0s",
        Unit::Percent => "0%",
        Unit::Rate => "0bit",
        _ => return None,
    };
    unit.read(&Lit::Str(text.into())).ok()
}
