//! What the functions compute.

use std::sync::Arc;

use super::{Evaluator, Problem, Value};
use crate::{
    cel::{
        check::calls::compiled,
        functions::Function,
        quantity::{Quantity, Unit},
        tree::{Expr, ExprKind},
    },
    schema::ty::Lit,
    units::Cidr,
};

impl<'e> Evaluator<'e> {
    /// A call with its operands: the value that it is called on, and the arguments.
    pub(super) fn call(
        &mut self,
        function: Function,
        operands: &[&'e Expr],
        whole: &'e Expr,
    ) -> Result<Value, Problem> {
        let range = &whole.range;
        match (function, operands) {
            (Function::Size, [of]) => self.size(of),
            (Function::Contains, [of, part]) => self.contains(of, part),
            (Function::StartsWith, [text, part]) => {
                let (text, part) = (self.text(text)?, self.text(part)?);
                Ok(Value::Bool(text.starts_with(&*part)))
            }
            (Function::EndsWith, [text, part]) => {
                let (text, part) = (self.text(text)?, self.text(part)?);
                Ok(Value::Bool(text.ends_with(&*part)))
            }
            (Function::Matches, [text, pattern]) => self.matches(text, pattern),
            (Function::Int, [of]) => self.whole_number(of),
            (Function::String, [of]) => self.printed(of),
            (Function::Min | Function::Max, _) => self.extreme(function, operands, whole),
            (Function::Sum, [list, zero @ ..]) => self.sum(list, zero.first().copied(), whole),
            (Function::Join, [list, rest @ ..]) => self.join(list, rest.first().copied(), whole),
            (Function::Split, [text, separator]) => self.split(text, separator),
            (Function::LowerAscii, [text]) => {
                let text = self.text(text)?.to_ascii_lowercase();
                self.string(text, range)
            }
            (Function::UpperAscii, [text]) => {
                let text = self.text(text)?.to_ascii_uppercase();
                self.string(text, range)
            }
            (Function::Replace, [text, old, new]) => self.replace([text, old, new], whole),
            (Function::Subnet, [net, len, n]) => self.subnet(net, len, n),
            (Function::Address, [net, n]) => self.address(net, n),
            (Function::Range, [first, end]) => self.range(first, end, whole),
            _ => {
                let message = format!("it is written `{}`", function.usage());
                Err(Problem::new(range.clone(), message))
            }
        }
    }

    fn size(&mut self, of: &'e Expr) -> Result<Value, Problem> {
        let len = match self.set(of)? {
            Value::Str(text) => {
                self.steps(text.len() / 16, &of.range)?;
                text.chars().count()
            }
            Value::Map(map) => map.len(),
            other => self.items(of, other)?.len(),
        };
        Ok(Value::Int(i64::try_from(len).unwrap_or(i64::MAX)))
    }

    fn contains(&mut self, of: &'e Expr, part: &'e Expr) -> Result<Value, Problem> {
        let (whole, inner) = (self.set(of)?, self.set(part)?);
        let held = match (&whole, &inner) {
            (Value::Str(text), Value::Str(part)) => {
                self.steps(text.len() / 16, &of.range)?;
                text.contains(&**part)
            }
            (Value::Quantity(Quantity::Cidr(net)), Value::Quantity(Quantity::Ip(ip))) => {
                net.contains(*ip)
            }
            (Value::Quantity(Quantity::Cidr(net)), Value::Quantity(Quantity::Cidr(part))) => {
                net.contains_net(*part)
            }
            (Value::Str(_), other) => return Err(self.wrong(part, other, "a string")),
            (Value::Quantity(Quantity::Cidr(_)), other) => {
                return Err(self.wrong(part, other, "an address or a network"));
            }
            (other, _) => return Err(self.wrong(of, other, "a string or a network")),
        };
        Ok(Value::Bool(held))
    }

    fn matches(&mut self, text: &'e Expr, pattern: &'e Expr) -> Result<Value, Problem> {
        let value = self.text(text)?;
        // The time is linear in the text, for each state that the pattern has.
        self.steps(1 + value.len() / 4, &text.range)?;
        if let ExprKind::Pattern(regex) = &pattern.kind {
            return Ok(Value::Bool(regex.is_match(&value)));
        }
        let written = self.text(pattern)?;
        self.steps(PATTERN_STEPS, &pattern.range)?;
        match compiled(&written) {
            Ok(regex) => Ok(Value::Bool(regex.is_match(&value))),
            Err(why) => {
                let message = format!("{written:?} is not a regular expression");
                Err(Problem::new(pattern.range.clone(), message).help(why))
            }
        }
    }

    fn whole_number(&mut self, of: &'e Expr) -> Result<Value, Problem> {
        match self.set(of)? {
            Value::Int(n) => Ok(Value::Int(n)),
            Value::Str(text) => text.parse().map(Value::Int).map_err(|_| {
                Problem::new(of.range.clone(), format!("{text:?} is not a whole number"))
            }),
            other => Err(self.wrong(of, &other, "a string")),
        }
    }

    fn printed(&mut self, of: &'e Expr) -> Result<Value, Problem> {
        let value = self.set(of)?;
        match value.to_lit() {
            Ok(lit) => Ok(Value::Str(lit.to_string().into())),
            Err(_) => Err(self.wrong(of, &value, "a single value")),
        }
    }

    /// The values that a function of a list, or of many arguments, looks at.
    fn operands(&mut self, operands: &[&'e Expr]) -> Result<Vec<Value>, Problem> {
        let [only] = operands else {
            return operands.iter().map(|operand| self.set(operand)).collect();
        };
        let list = self.set(only)?;
        let items = self.items(only, list)?;
        self.steps(items.len(), &only.range)?;
        let values: Vec<Value> = items.iter().collect();
        match values.iter().position(|value| matches!(value, Value::Null)) {
            Some(place) => Err(self.unset_element(only, place)),
            None => Ok(values),
        }
    }

    fn unset_element(&self, list: &Expr, place: usize) -> Problem {
        let message = format!(
            "the element of `{}` at place {place} is not set",
            self.shown(list)
        );
        Problem::new(list.range.clone(), message)
            .help("leave such elements out first: `list.filter(x, has(x.y)).map(x, x.y)`")
    }

    fn extreme(
        &mut self,
        function: Function,
        operands: &[&'e Expr],
        whole: &Expr,
    ) -> Result<Value, Problem> {
        let mut values = self.operands(operands)?.into_iter();
        let Some(mut best) = values.next() else {
            let message = format!("an empty list has no {}", function.name());
            return Err(Problem::new(whole.range.clone(), message));
        };
        for value in values {
            let order = self.order(&value, &best, whole)?;
            let better = if function == Function::Min {
                order.is_lt()
            } else {
                order.is_gt()
            };
            if better {
                best = value;
            }
        }
        Ok(best)
    }

    fn sum(
        &mut self,
        list: &'e Expr,
        zero: Option<&'e Expr>,
        whole: &Expr,
    ) -> Result<Value, Problem> {
        let values = self.operands(&[list])?;
        let mut values = values.into_iter();
        let Some(mut sum) = values.next() else {
            return zero.map_or(Ok(Value::Int(0)), |zero| self.value(zero));
        };
        for value in values {
            let next = match (&sum, &value) {
                (Value::Int(a), Value::Int(b)) => a.checked_add(*b).map(Value::Int),
                (Value::Quantity(a), Value::Quantity(b)) => a.plus(b).ok().map(Value::Quantity),
                _ => return Err(self.wrong(list, &value, "what can be added up")),
            };
            sum = next.ok_or_else(|| {
                let message = format!("{sum} and {value} cannot be added up, or do not fit");
                Problem::new(whole.range.clone(), message)
            })?;
        }
        Ok(sum)
    }

    fn join(
        &mut self,
        list: &'e Expr,
        separator: Option<&'e Expr>,
        whole: &Expr,
    ) -> Result<Value, Problem> {
        let values = self.operands(&[list])?;
        let separator = match separator {
            Some(separator) => self.text(separator)?,
            None => Arc::from(""),
        };
        let mut joined = String::new();
        for (place, value) in values.iter().enumerate() {
            let Value::Str(text) = value else {
                return Err(self.wrong(list, value, "a list of strings"));
            };
            if place > 0 {
                joined.push_str(&separator);
            }
            joined.push_str(text);
            // Asked for each: the elements may be many and long.
            self.bounded(joined.len(), whole)?;
        }
        self.string(joined, &whole.range)
    }

    fn split(&mut self, text: &'e Expr, separator: &'e Expr) -> Result<Value, Problem> {
        let (value, by) = (self.text(text)?, self.text(separator)?);
        self.steps(value.len() / 16, &text.range)?;
        if by.is_empty() {
            let message = "a text cannot be split where there is nothing";
            return Err(Problem::new(separator.range.clone(), message));
        }
        self.room(value.matches(&*by).count() + 1, &text.range)?;
        Ok(Value::List(value.split(&*by).map(Value::from).collect()))
    }

    fn replace(&mut self, operands: [&'e Expr; 3], whole: &Expr) -> Result<Value, Problem> {
        let [text, old, new] = operands;
        let (value, old, new) = (self.text(text)?, self.text(old)?, self.text(new)?);
        self.steps(value.len() / 16, &text.range)?;
        let count = value.matches(&*old).count();
        let len = value.len().saturating_add(count.saturating_mul(new.len()));
        self.bounded(len, whole)?;
        self.string(value.replace(&*old, &new), &whole.range)
    }

    /// Whether a string of that many bytes may be made.
    fn bounded(&self, len: usize, whole: &Expr) -> Result<(), Problem> {
        let limit = crate::cel::limits::STRING_BYTES;
        if len <= limit {
            return Ok(());
        }
        let message = format!("this string gets longer than {limit} bytes");
        Err(Problem::new(whole.range.clone(), message))
    }

    fn network(&mut self, expr: &'e Expr) -> Result<Cidr, Problem> {
        let value = match self.set(expr)? {
            Value::Str(text) => Unit::Cidr
                .read(&Lit::Str(text))
                .map(Value::Quantity)
                .map_err(|error| Self::unit_error(expr, error))?,
            other => other,
        };
        match value {
            Value::Quantity(Quantity::Cidr(net)) => Ok(net),
            other => Err(self.wrong(expr, &other, "a network")),
        }
    }

    /// A place counted from 0.
    fn place(&mut self, expr: &'e Expr) -> Result<u128, Problem> {
        let n = self.int(expr)?;
        u128::try_from(n).map_err(|_| {
            let message = format!("{n} is no place: they are counted from 0");
            Problem::new(expr.range.clone(), message)
        })
    }

    fn subnet(&mut self, net: &'e Expr, len: &'e Expr, n: &'e Expr) -> Result<Value, Problem> {
        let cidr = self.network(net)?;
        let length = self.int(len)?;
        let place = self.place(n)?;
        let bits = u8::try_from(length).ok();
        let Some(count) = bits.and_then(|bits| cidr.subnet_count(bits)) else {
            let most = if cidr.is_ipv4() { 32 } else { 128 };
            let message = format!("{cidr} has no networks of prefix length {length}");
            let help = format!("the length may be {} to {most}", cidr.prefix_len());
            return Err(Problem::new(len.range.clone(), message).help(help));
        };
        match bits.and_then(|bits| cidr.subnet(bits, place)) {
            Some(subnet) => Ok(Value::Quantity(Quantity::Cidr(subnet))),
            None => {
                let message = format!(
                    "{cidr} has {count} networks of prefix length {length}, numbered from 0: there is no {place}"
                );
                Err(Problem::new(n.range.clone(), message))
            }
        }
    }

    fn address(&mut self, net: &'e Expr, n: &'e Expr) -> Result<Value, Problem> {
        let cidr = self.network(net)?;
        let place = self.place(n)?;
        match cidr.nth(place) {
            Some(ip) => Ok(Value::Quantity(Quantity::Ip(ip))),
            None => {
                let size = cidr.size().map_or("2^128".into(), |size| size.to_string());
                let message =
                    format!("{cidr} has {size} addresses, numbered from 0: there is no {place}");
                Err(Problem::new(n.range.clone(), message))
            }
        }
    }

    fn range(&mut self, first: &'e Expr, end: &'e Expr, whole: &Expr) -> Result<Value, Problem> {
        let (first, end) = (self.int(first)?, self.int(end)?);
        let len = usize::try_from(end.abs_diff(first)).unwrap_or(usize::MAX);
        if end <= first {
            return Ok(Value::List(Arc::from([])));
        }
        self.room(len, &whole.range)?;
        Ok(Value::List((first..end).map(Value::Int).collect()))
    }
}

/// What compiling a pattern counts for: far more than any single step.
const PATTERN_STEPS: usize = 1000;
