//! A rule's expression in the words of the cluster: fields of the workload become fields of its
//! object, and what is the same for the whole environment becomes a literal.
//!
//! Null is ours: a field that is not set is null, equal to nothing but null. The cluster has
//! errors instead, so each optional field brings a guard along, which the condition around it
//! takes in: what is missing is neither more nor less than anything, and equal to nothing.

use std::ops::Range;

use tenantry_core::{
    cel::{Expr, ExprKind, Function, Macro, Operator, Value},
    enforce::{Enforced, free_names},
    schema::node::Formula,
};

use super::{
    code::{Code, Strength, Term, amount, literal},
    fields::{self, Sort},
};

/// Why there is no translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stop {
    /// The compiler would call it a mistake to ask this of such an object: a field of what it
    /// does not have.
    NoValue,
    /// It cannot be asked of any object.
    Refused {
        /// The part of the expression.
        range: Range<usize>,
        /// What stands in the way: "`workload.pool`, which is not in the object".
        what: String,
    },
}

type Result<T> = std::result::Result<T, Stop>;

/// Translates the expressions of one rule for one sort of objects.
pub(super) struct Translator<'a> {
    pub(super) rule: &'a Enforced<'a>,
    pub(super) formula: &'a Formula,
    pub(super) sort: Sort,
    /// What the container is called.
    pub(super) container: &'a str,
    /// The elements of the macros around, as they are called there.
    pub(super) bound: Vec<(String, String)>,
}

/// Names that mean something in a policy.
const TAKEN: [&str; 8] = [
    "object",
    "oldObject",
    "request",
    "params",
    "namespaceObject",
    "variables",
    "authorizer",
    "container",
];

impl Translator<'_> {
    /// The whole expression as a condition.
    pub(super) fn condition(&mut self) -> Result<Term> {
        let formula = self.formula;
        self.truth(formula.program.tree())
    }

    fn refuse<T>(&self, part: &Expr, why: &str) -> Result<T> {
        let text = &self.formula.program.text()[part.range.clone()];
        Err(Stop::Refused {
            range: part.range.clone(),
            what: format!("`{text}`, {why}"),
        })
    }

    /// Whether a part is the same for all objects.
    fn is_constant(&self, part: &Expr) -> bool {
        let bound = |name: &str| self.bound.iter().any(|(known, _)| known == name);
        let names = free_names(part);
        let mut names = names.keys();
        names.all(|name| !bound(name) && self.rule.is_constant(name))
    }

    /// A part that is true or false.
    fn truth(&mut self, part: &Expr) -> Result<Term> {
        match self.term(part)? {
            Term::Code(code) => Ok(Term::Code(code.settled())),
            Term::Known(Value::Null) => Err(Stop::NoValue),
            other => Ok(other),
        }
    }

    /// A part.
    pub(super) fn term(&mut self, part: &Expr) -> Result<Term> {
        if let ExprKind::Pattern(pattern) = &part.kind {
            return Ok(Term::Known(pattern.as_str().into()));
        }
        if !matches!(part.kind, ExprKind::List(_)) && self.is_constant(part) {
            return self.rule.constant(self.formula, part).map_or_else(
                |problem| self.refuse(part, &format!("which has no value: {}", problem.message)),
                |value| Ok(Term::Known(value)),
            );
        }
        match &part.kind {
            ExprKind::Name(_) | ExprKind::Field { .. } => self.field(part),
            ExprKind::Has { .. } => Ok(is_there(self.field(part)?)),
            ExprKind::Index { of, index } => self.index(part, of, index),
            ExprKind::Not(operand) => Ok(match self.truth(operand)? {
                Term::Known(Value::Bool(truth)) => Term::truth(!truth),
                Term::Code(code) => Term::Code(not(&code)),
                _ => return self.refuse(operand, "which is neither true nor false"),
            }),
            ExprKind::Negate(operand) => {
                let code = self.code(operand)?;
                let text = format!("-{}", code.at(Strength::Whole));
                Ok(Term::Code(
                    Code::new(text, Strength::Unary).guarded(code.guards),
                ))
            }
            ExprKind::And(parts) => self.joined(parts, " && ", Strength::And, false),
            ExprKind::Or(parts) => self.joined(parts, " || ", Strength::Or, true),
            ExprKind::Binary {
                operator,
                left,
                right,
                ..
            } => self.binary(part, *operator, left, right),
            ExprKind::Choice { condition, yes, no } => self.choice(condition, yes, no),
            ExprKind::List(items) => self.list(items),
            ExprKind::Call {
                function,
                receiver,
                arguments,
                ..
            } => self.call(part, *function, receiver.as_deref(), arguments),
            ExprKind::Each {
                macro_,
                over,
                var,
                only,
                body,
            } => self.each(*macro_, over, &var.text, only.as_deref(), body),
            _ => self.refuse(part, "which no policy can hold"),
        }
    }

    /// A part that has a value there.
    fn code(&mut self, part: &Expr) -> Result<Code> {
        match self.term(part)? {
            Term::Code(code) => Ok(code),
            Term::Known(Value::Null) => Err(Stop::NoValue),
            Term::Known(value) => match literal(&value) {
                Some(text) => Ok(Code::whole(text)),
                None => self.refuse(part, "which has no counterpart in the cluster"),
            },
            Term::There | Term::Map(_) => self.refuse(part, "which is not in the object as such"),
        }
    }

    /// The same, where an amount with its unit will not do.
    fn plain(&mut self, part: &Expr) -> Result<Code> {
        match self.code(part)? {
            code if code.amount => self.refuse(part, "an amount, which can only be compared there"),
            code => Ok(code),
        }
    }

    fn field(&mut self, part: &Expr) -> Result<Term> {
        let names = part.path().unwrap_or_default();
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        if let [name] = names.as_slice()
            && let Some((_, there)) = self.bound.iter().rev().find(|(known, _)| known == name)
        {
            return Ok(Term::Code(Code::whole(there)));
        }
        if names == ["workload", "replicas", "count"] && self.rule.counts_per_zone() {
            let why = "which counts the replicas of a zone, where the object counts all";
            return self.refuse(part, why);
        }
        if let Some(found) = fields::find(self.sort, self.container, &names) {
            return Ok(found);
        }
        // `labels.team` is `labels['team']`.
        if let [map @ .., key] = names.as_slice()
            && let Some(Term::Map(map)) = fields::find(self.sort, self.container, map)
            && let Some(entry) = fields::entry(&map, &Term::Known((*key).into()))
        {
            return Ok(Term::Code(entry));
        }
        self.refuse(part, "which is not in the object")
    }

    fn index(&mut self, part: &Expr, of: &Expr, index: &Expr) -> Result<Term> {
        let key = self.term(index)?;
        match self.term(of) {
            Ok(Term::Map(map)) => match fields::entry(&map, &key) {
                Some(entry) => Ok(Term::Code(entry)),
                None => self.refuse(index, "which is no key"),
            },
            Err(Stop::NoValue) => Err(Stop::NoValue),
            _ => self.refuse(part, "which is not in the object"),
        }
    }

    /// `&&` and `||`: `ends` is the value that decides.
    fn joined(
        &mut self,
        parts: &[Expr],
        sign: &str,
        strength: Strength,
        ends: bool,
    ) -> Result<Term> {
        let mut texts = Vec::new();
        for part in parts {
            match self.truth(part)? {
                Term::Known(Value::Bool(truth)) if truth == ends => {
                    // What stands before it makes no difference any more.
                    return Ok(Term::truth(ends));
                }
                Term::Known(Value::Bool(_)) => {}
                Term::Code(code) => texts.push(code),
                _ => return self.refuse(part, "which is neither true nor false"),
            }
        }
        Ok(match texts.as_slice() {
            [] => Term::truth(!ends),
            [only] => Term::Code(only.clone()),
            several => {
                let texts: Vec<String> = several.iter().map(|code| code.at(strength)).collect();
                Term::Code(Code::new(texts.join(sign), strength))
            }
        })
    }

    fn binary(
        &mut self,
        part: &Expr,
        operator: Operator,
        left: &Expr,
        right: &Expr,
    ) -> Result<Term> {
        use Operator::{Add, Divide, Equal, In, Multiply, NotEqual, Remainder, Subtract};
        let (one, other) = (self.term(left)?, self.term(right)?);
        if operator == In
            && let Term::Map(map) = &other
        {
            let key = self.plain(left)?;
            let text = format!("{} in {}", key.at(Strength::Sum), map.text);
            let code = Code::new(text, Strength::Relation);
            let guards = key.guards.into_iter().chain(map.guards.iter().cloned());
            return Ok(Term::Code(code.guarded(guards).settled()));
        }
        if let Equal | NotEqual = operator {
            let equal = self.equal(part, (left, one), (right, other))?;
            return Ok(match (operator, equal) {
                (NotEqual, Term::Known(Value::Bool(truth))) => Term::truth(!truth),
                (NotEqual, Term::Code(code)) => Term::Code(not(&code)),
                (_, equal) => equal,
            });
        }
        let amounts = is_amount(&one) || is_amount(&other);
        match operator {
            Add | Subtract | Multiply | Divide | Remainder => {
                let strength = match operator {
                    Add | Subtract => Strength::Sum,
                    _ => Strength::Product,
                };
                let (one, other) = (self.plain(left)?, self.plain(right)?);
                let above = match strength {
                    Strength::Sum => Strength::Product,
                    _ => Strength::Unary,
                };
                let (a, b) = (one.at(strength), other.at(above));
                let code = Code::new(format!("{a} {} {b}", operator.sign()), strength);
                let guards = one.guards.into_iter().chain(other.guards);
                Ok(Term::Code(code.guarded(guards)))
            }
            _ if amounts => self.compared(part, operator, (left, &one), (right, &other)),
            _ => {
                let (one, other) = (self.code(left)?, self.code(right)?);
                Ok(Term::Code(relation(operator.sign(), &one, &other)))
            }
        }
    }

    /// Whether two values are the same; null is the same as null.
    fn equal(&mut self, part: &Expr, one: (&Expr, Term), other: (&Expr, Term)) -> Result<Term> {
        match (one, other) {
            ((_, Term::Known(Value::Null)), (_, term))
            | ((_, term), (_, Term::Known(Value::Null))) => Ok(match is_there(term) {
                Term::Known(Value::Bool(there)) => Term::truth(!there),
                Term::Code(there) => Term::Code(not(&there)),
                other => other,
            }),
            (one, other) if is_amount(&one.1) || is_amount(&other.1) => {
                self.compared(part, Operator::Equal, (one.0, &one.1), (other.0, &other.1))
            }
            ((left, _), (right, _)) => {
                let (one, other) = (self.code(left)?, self.code(right)?);
                if !one.guards.is_empty() && !other.guards.is_empty() {
                    return self.refuse(part, "both sides of which may be missing");
                }
                Ok(Term::Code(relation("==", &one, &other)))
            }
        }
    }

    /// Amounts are compared by what they are worth.
    fn compared(
        &self,
        part: &Expr,
        operator: Operator,
        one: (&Expr, &Term),
        other: (&Expr, &Term),
    ) -> Result<Term> {
        let read = |(at, term): (&Expr, &Term)| match term {
            Term::Code(code) if code.amount => {
                Ok((format!("quantity({})", code.text), code.guards.clone()))
            }
            Term::Known(Value::Quantity(quantity)) => match amount(quantity) {
                Some(text) => Ok((text, Vec::new())),
                None => self.refuse(at, "which has no counterpart in the cluster"),
            },
            Term::Known(Value::Null) => Err(Stop::NoValue),
            _ => self.refuse(at, "which is no amount"),
        };
        if operator == Operator::In {
            return self.refuse(part, "which compares amounts with several at once");
        }
        let ((one, guards), (other, more)) = (read(one)?, read(other)?);
        let text = format!("{one}.compareTo({other}) {} 0", operator.sign());
        let code = Code::new(text, Strength::Relation);
        Ok(Term::Code(
            code.guarded(guards.into_iter().chain(more)).settled(),
        ))
    }

    fn choice(&mut self, condition: &Expr, yes: &Expr, no: &Expr) -> Result<Term> {
        match self.truth(condition)? {
            Term::Known(Value::Bool(true)) => self.term(yes),
            Term::Known(_) => self.term(no),
            Term::Code(condition) => {
                let (yes, no) = (self.plain(yes)?, self.plain(no)?);
                let text = format!(
                    "{} ? {} : {}",
                    condition.at(Strength::Or),
                    yes.at(Strength::Or),
                    no.at(Strength::Or)
                );
                let code = Code::new(text, Strength::Choice);
                Ok(Term::Code(code.guarded(yes.guards).guarded(no.guards)))
            }
            _ => self.refuse(condition, "which is neither true nor false"),
        }
    }

    fn list(&mut self, items: &[Expr]) -> Result<Term> {
        let mut texts = Vec::new();
        let mut guards = Vec::new();
        for item in items {
            let code = self.plain(item)?;
            texts.push(code.text);
            guards.extend(code.guards);
        }
        let code = Code::whole(format!("[{}]", texts.join(", ")));
        Ok(Term::Code(code.guarded(guards)))
    }

    fn call(
        &mut self,
        part: &Expr,
        function: Option<Function>,
        receiver: Option<&Expr>,
        arguments: &[Expr],
    ) -> Result<Term> {
        use Function::{
            Contains, EndsWith, Join, LowerAscii, Matches, Replace, Size, Split, StartsWith,
            UpperAscii,
        };
        let known = [
            Size, Contains, StartsWith, EndsWith, Matches, Join, Split, LowerAscii, UpperAscii,
            Replace,
        ];
        let Some(function) = function.filter(|function| known.contains(function)) else {
            return self.refuse(
                part,
                "a function that the cluster's expressions do not have",
            );
        };
        let mut guards = Vec::new();
        let mut texts = Vec::new();
        for argument in arguments {
            let code = self.plain(argument)?;
            texts.push(code.text);
            guards.extend(code.guards);
        }
        let mut text = format!("{}({})", function.name(), texts.join(", "));
        if let Some(receiver) = receiver {
            let code = self.plain(receiver)?;
            text = format!("{}.{text}", code.at(Strength::Whole));
            guards.extend(code.guards);
        }
        Ok(Term::Code(Code::whole(text).guarded(guards)))
    }

    fn each(
        &mut self,
        macro_: Macro,
        over: &Expr,
        var: &str,
        only: Option<&Expr>,
        body: &Expr,
    ) -> Result<Term> {
        let list = self.plain(over)?;
        let there = if TAKEN.contains(&var) {
            format!("{var}_")
        } else {
            var.to_owned()
        };
        self.bound.push((var.to_owned(), there.clone()));
        let inner = self.elements(macro_, only, body);
        self.bound.pop();
        let (parts, guards) = inner?;
        let text = format!(
            "{}.{}({there}, {})",
            list.at(Strength::Whole),
            macro_.name(),
            parts.join(", ")
        );
        Ok(Term::Code(
            Code::whole(text).guarded(list.guards).guarded(guards),
        ))
    }

    /// What a macro asks of an element.
    fn elements(
        &mut self,
        macro_: Macro,
        only: Option<&Expr>,
        body: &Expr,
    ) -> Result<(Vec<String>, Vec<String>)> {
        let mut parts = Vec::new();
        if let Some(only) = only {
            parts.push(self.condition_text(only)?);
        }
        if macro_ != Macro::Map {
            parts.push(self.condition_text(body)?);
            return Ok((parts, Vec::new()));
        }
        let body = self.plain(body)?;
        parts.push(body.text);
        Ok((parts, body.guards))
    }

    fn condition_text(&mut self, part: &Expr) -> Result<String> {
        match self.truth(part)? {
            Term::Code(code) => Ok(code.text),
            Term::Known(Value::Bool(truth)) => Ok(truth.to_string()),
            _ => self.refuse(part, "which is neither true nor false"),
        }
    }
}

fn is_amount(term: &Term) -> bool {
    matches!(term, Term::Code(code) if code.amount)
}

/// A comparison, false where a side is missing.
fn relation(sign: &str, one: &Code, other: &Code) -> Code {
    let text = format!(
        "{} {sign} {}",
        one.at(Strength::Sum),
        other.at(Strength::Sum)
    );
    let guards = one.guards.iter().chain(&other.guards).cloned();
    Code::new(text, Strength::Relation)
        .guarded(guards)
        .settled()
}

/// Whether something has a value.
fn is_there(term: Term) -> Term {
    match term {
        Term::Known(value) => Term::truth(!matches!(value, Value::Null)),
        Term::There | Term::Map(_) => Term::truth(true),
        Term::Code(code) => match code.guards.as_slice() {
            [] => Term::truth(true),
            [only] if only.starts_with("has(") => Term::Code(Code::whole(only)),
            [only] => Term::Code(Code::new(only, Strength::Relation)),
            several => Term::Code(Code::new(several.join(" && "), Strength::And)),
        },
    }
}

/// The opposite of a condition.
pub(super) fn not(code: &Code) -> Code {
    let text = match code.text.strip_prefix('!') {
        // Its only operator: `!(a) && b` is no such one.
        Some(rest) if code.strength == Strength::Unary => rest.to_owned(),
        _ => return Code::new(format!("!{}", code.at(Strength::Whole)), Strength::Unary),
    };
    Code::new(text, Strength::Whole)
}
