//! Expressions of the cluster, put together from parts.

use tenantry_core::cel::{Quantity, Value};

/// How strongly the outermost operator of an expression binds, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    Choice,
    Or,
    And,
    Relation,
    Sum,
    Product,
    Unary,
    Whole,
}

/// An expression of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) text: String,
    pub(super) strength: Strength,
    /// What must be true for it to have a value: optional fields are there.
    pub(super) guards: Vec<String>,
    /// Whether it is the text of an amount: `512Mi`.
    pub(super) amount: bool,
}

impl Code {
    pub(super) fn new(text: impl Into<String>, strength: Strength) -> Self {
        Self {
            text: text.into(),
            strength,
            guards: Vec::new(),
            amount: false,
        }
    }

    pub(super) fn whole(text: impl Into<String>) -> Self {
        Self::new(text, Strength::Whole)
    }

    /// Its text where only something of this strength may stand.
    pub(super) fn at(&self, least: Strength) -> String {
        if self.strength < least {
            format!("({})", self.text)
        } else {
            self.text.clone()
        }
    }

    /// The same, where another must be there, too.
    #[must_use]
    pub(super) fn guarded(mut self, by: impl IntoIterator<Item = String>) -> Self {
        for guard in by {
            if !self.guards.contains(&guard) {
                self.guards.push(guard);
            }
        }
        self
    }

    /// As a condition, which is false where something of it is missing.
    #[must_use]
    pub(super) fn settled(mut self) -> Self {
        if self.guards.is_empty() {
            return self;
        }
        let mut parts = std::mem::take(&mut self.guards);
        parts.push(self.at(Strength::Relation));
        Self::new(parts.join(" && "), Strength::And)
    }
}

/// What a part of a rule comes to in the cluster.
#[derive(Debug, Clone)]
pub(super) enum Term {
    /// Known now.
    Known(Value),
    /// Something that the object has: what it is in is known, but no value of it.
    There,
    /// A map of the object.
    Map(Code),
    /// To be computed there.
    Code(Code),
}

impl Term {
    pub(super) const NULL: Self = Self::Known(Value::Null);

    pub(super) fn truth(truth: bool) -> Self {
        Self::Known(Value::Bool(truth))
    }
}

/// A value as a literal; none of what has no literal there.
pub(super) fn literal(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Str(text) => quoted(text),
        Value::List(items) => {
            let items: Option<Vec<String>> = items.iter().map(literal).collect();
            format!("[{}]", items?.join(", "))
        }
        Value::Quantity(_) | Value::Keyed(_) | Value::Map(_) | Value::Object(_) => return None,
    })
}

/// An amount as the cluster writes it; none of other quantities.
pub(super) fn amount(quantity: &Quantity) -> Option<String> {
    let text = match quantity {
        Quantity::Bytes(bytes) => bytes.quantity(),
        Quantity::Cores(cores) => cores.quantity(),
        _ => return None,
    };
    Some(format!("quantity({})", quoted(&text)))
}

/// A string literal.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '\'' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}
