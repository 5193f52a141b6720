//! Bounds of a value that a spec declares: of a `param`, of a definition's parameter, of a
//! table's column.

use regex::Regex;

use super::{
    kind::Kind,
    kinds::ParamType,
    node::{Expr, TypedField, TypedNode},
    ty::{Lit, Ty, Typed},
};
use crate::units::{Bytes, Cidr, Cores, Duration, Host, Ip, Name, Percent, Ports, Rate, Version};

/// What a value must be beyond its type.
#[derive(Debug, Clone, Default)]
pub struct Bounds {
    /// The least that a number may be.
    pub min: Option<i128>,
    /// The most that a number may be.
    pub max: Option<i128>,
    /// What a string must match.
    pub pattern: Option<Regex>,
    /// The only values that it may have.
    pub one_of: Option<Vec<Lit>>,
}

impl Bounds {
    /// The bounds that a declaration gives with `min=`, `max=`, `pattern=` and `one-of`; `None`
    /// where it gives none.
    pub fn of(kind: &Kind, node: &TypedNode, one_of: Option<&TypedNode>) -> Option<Self> {
        let literal = |name: &str| Some(node.literal(kind.field(name)?)?.0.clone());
        let number = |name: &str| match literal(name)? {
            Lit::Int(n) => Some(n),
            _ => None,
        };
        let bounds = Self {
            min: number("min"),
            max: number("max"),
            pattern: literal("pattern").and_then(|lit| Regex::new(&lit.to_string()).ok()),
            one_of: one_of.map(|node| node.fields.iter().filter_map(of_field).collect()),
        };
        let any = bounds.min.is_some()
            || bounds.max.is_some()
            || bounds.pattern.is_some()
            || bounds.one_of.is_some();
        any.then_some(bounds)
    }

    /// What it must be, in words that follow "write".
    pub fn words(&self) -> String {
        match (self.min, self.max, &self.pattern, &self.one_of) {
            (_, _, _, Some(allowed)) => {
                let allowed: Vec<String> = allowed.iter().map(Lit::to_string).collect();
                format!("one of {}", allowed.join(", "))
            }
            (_, _, Some(pattern), _) => format!("one that matches {pattern}"),
            (Some(min), Some(max), ..) => format!("one from {min} to {max}"),
            (Some(min), ..) => format!("{min} or more"),
            (_, Some(max), ..) => format!("{max} or less"),
            _ => "another".to_owned(),
        }
    }

    /// What a value breaks, in words that follow "x is 3, ".
    pub fn broken_by(&self, lit: &Lit) -> Option<String> {
        if let (Lit::Int(value), Some(min)) = (lit, self.min)
            && *value < min
        {
            return Some(format!("less than its min={min}"));
        }
        if let (Lit::Int(value), Some(max)) = (lit, self.max)
            && *value > max
        {
            return Some(format!("more than its max={max}"));
        }
        if let (Lit::Str(text), Some(pattern)) = (lit, &self.pattern)
            && !pattern.is_match(text)
        {
            return Some(format!("not like its pattern {pattern}"));
        }
        let allowed: Vec<String> = self.one_of.as_ref()?.iter().map(Lit::to_string).collect();
        (!allowed.contains(&lit.to_string())).then(|| format!("none of {}", allowed.join(", ")))
    }
}

fn of_field(field: &TypedField) -> Option<Lit> {
    match &field.expr {
        Expr::Lit(lit) => Some(lit.clone()),
        _ => None,
    }
}

impl ParamType {
    /// The type of the values.
    pub fn ty(self) -> Ty {
        match self {
            Self::Int => i64::ty(),
            Self::Bool => bool::ty(),
            Self::String => <std::sync::Arc<str>>::ty(),
            Self::Name => Name::ty(),
            Self::Bytes => Bytes::ty(),
            Self::Cpu => Cores::ty(),
            Self::Duration => Duration::ty(),
            Self::Percent => Percent::ty(),
            Self::Rate => Rate::ty(),
            Self::Cidr => Cidr::ty(),
            Self::Ip => Ip::ty(),
            Self::Portno => Ports::ty(),
            Self::Host => Host::ty(),
            Self::Version => Version::ty(),
        }
    }

    /// The type of the values that a declaration names; of anything, where the declaration must
    /// name one and does not, which is reported elsewhere.
    pub fn ty_of(kind: &Kind, node: &TypedNode) -> Ty {
        let field = kind.field("type");
        let named = field.and_then(|field| node.literal(field)).is_some();
        let required = field
            .and_then(|field| kind.slot(field))
            .is_some_and(|slot| slot.required);
        if required && !named {
            return Lit::ty();
        }
        Self::of(kind, node).ty()
    }

    /// The type that a declaration names with `type=`; a string where it names none.
    pub fn of(kind: &Kind, node: &TypedNode) -> Self {
        kind.field("type")
            .and_then(|field| node.literal(field))
            .and_then(|(lit, _)| Self::parse(lit).ok())
            .unwrap_or(Self::String)
    }
}
