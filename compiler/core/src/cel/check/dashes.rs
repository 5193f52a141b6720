//! Names written with the `-` that they have everywhere but in expressions.

use super::Checker;
use crate::cel::{
    problem::Problem,
    tree::Word,
    types::{Type, spelling},
};

impl Checker<'_> {
    /// `gpu-nodes` is a subtraction to CEL. Where the part before the `-` is unknown, and the
    /// whole would be known with its `-` written `_`, that is what was meant. `start` is where
    /// the name, or the chain of fields that leads to it, begins.
    pub(super) fn dashed(&mut self, start: usize) -> Option<Problem> {
        let text = self.text.get(start..)?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
        let mut name = text.get(..end)?;
        while name.contains('-') {
            let fix = spelling(name);
            if self.known(&fix) {
                let range = start..start + name.len();
                self.dashed.push(range.clone());
                let message = format!("`{name}` is a subtraction in an expression");
                return Some(
                    Problem::new(range, message)
                        .help(format!("inside an expression its name is written `{fix}`"))
                        .fix(fix),
                );
            }
            name = name.get(..name.rfind('-')?)?;
        }
        None
    }

    /// The same of a field: `row.web-max` is a subtraction, unless the row has a field `web_max`
    /// and nothing is called `max`.
    pub(super) fn dashed_field(&mut self, object: &str, field: &Word) -> Option<Problem> {
        let text = self.text.get(field.range.start..)?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
        let mut name = text.get(..end)?;
        while let Some((first, rest)) = name.split_once('-') {
            // A number subtracted is one.
            let subtrahend = rest.split('-').next().unwrap_or(rest);
            let subtracts = self.types.field(object, first).is_some()
                && (self.known(subtrahend) || subtrahend.parse::<i64>().is_ok());
            let fix = spelling(name);
            if !subtracts && self.types.field(object, &fix).is_some() {
                let range = field.range.start..field.range.start + name.len();
                self.dashed.push(range.clone());
                return Some(
                    Problem::new(range, format!("`{name}` is a subtraction in an expression"))
                        .help(format!("inside an expression the field is written `{fix}`"))
                        .fix(fix),
                );
            }
            name = name.get(..name.rfind('-')?)?;
        }
        None
    }

    /// Whether a chain of variable and fields leads somewhere.
    fn known(&self, path: &str) -> bool {
        let mut names = path.split('.');
        let Some(first) = names.next() else {
            return false;
        };
        let bound = self.bound.iter().rev().find(|(name, _)| &**name == first);
        let found = bound.map(|(_, ty)| ty).or_else(|| self.scope.get(first));
        let Some(mut ty) = found.cloned() else {
            return false;
        };
        for name in names {
            let next = match &ty {
                Type::Object(object) => self.types.field(object, name),
                Type::Map(values) => Some((**values).clone()),
                _ => None,
            };
            match next {
                Some(next) => ty = next,
                None => return false,
            }
        }
        true
    }
}
