//! The values of expressions.

use std::{collections::BTreeMap, fmt, sync::Arc};

use crate::schema::ty::Lit;

use super::{quantity::Quantity, types::Type};

/// A value.
#[derive(Debug, Clone)]
pub enum Value {
    /// A setting that is not set.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Text.
    Str(Arc<str>),
    /// A value with a unit.
    Quantity(Quantity),
    /// A list.
    List(Arc<[Self]>),
    /// The nodes of a repeatable kind.
    Keyed(Arc<dyn Keyed>),
    /// Values under names.
    Map(Arc<BTreeMap<Arc<str>, Self>>),
    /// A node.
    Object(Arc<dyn Object>),
}

/// A node as expressions see it. Fields are asked for one by one, so that nothing is built that
/// no expression looks at.
pub trait Object: fmt::Debug + Send + Sync {
    /// The value of a field, in the spelling of expressions; null where it is not set.
    fn field(&self, name: &str) -> Value;

    /// Its key among its like: the name, mostly.
    fn key(&self) -> Option<Arc<str>>;
}

/// The nodes of a repeatable kind below one node, asked for one by one.
pub trait Keyed: fmt::Debug + Send + Sync {
    /// How many there are.
    fn len(&self) -> usize;

    /// The one at a place, counted from 0; null where there is none.
    fn at(&self, place: usize) -> Value;

    /// The one of a key; null where there is none. Looks at one after the other where nothing
    /// better is known.
    fn find(&self, key: &str) -> Value {
        (0..self.len())
            .map(|place| self.at(place))
            .find(|value| match value {
                Value::Object(object) => object.key().as_deref() == Some(key),
                _ => false,
            })
            .unwrap_or(Value::Null)
    }

    /// The steps of a budget that [`find`](Self::find) takes: fewer than one for each element
    /// where it knows better.
    fn find_steps(&self) -> usize {
        self.len()
    }

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Keyed for Vec<Value> {
    fn len(&self) -> usize {
        self.len()
    }

    fn at(&self, place: usize) -> Value {
        self.get(place).cloned().unwrap_or(Value::Null)
    }
}

/// The values of the names in scope, asked for as they are needed.
pub trait Vars {
    /// The value of a name in the spelling of expressions; `None` where there is none, which a
    /// checked expression never asks for.
    fn get(&self, name: &str) -> Option<Value>;
}

impl Vars for BTreeMap<Arc<str>, Value> {
    fn get(&self, name: &str) -> Option<Value> {
        Self::get(self, name).cloned()
    }
}

/// One name more than another set of values has.
#[derive(Clone, Copy)]
pub struct With<'v> {
    /// The name, in the spelling of expressions.
    pub name: &'v str,
    /// Its value.
    pub value: &'v Value,
    /// Where all others are.
    pub rest: &'v dyn Vars,
}

impl Vars for With<'_> {
    fn get(&self, name: &str) -> Option<Value> {
        if name == self.name {
            return Some(self.value.clone());
        }
        self.rest.get(name)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.into())
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<Quantity> for Value {
    fn from(quantity: Quantity) -> Self {
        Self::Quantity(quantity)
    }
}

impl Value {
    /// The value of a literal in a slot of a type. The literal was checked against the slot; one
    /// that the type does not know keeps the sort that it has as a literal.
    pub fn from_lit(ty: &Type, lit: &Lit) -> Self {
        if let Type::Unit(unit) = ty
            && let Ok(quantity) = unit.read(lit)
        {
            return Self::Quantity(quantity);
        }
        match lit {
            Lit::Str(text) => Self::Str(text.clone()),
            Lit::Bool(b) => Self::Bool(*b),
            Lit::Int(n) if *ty == Type::Str => Self::Str(n.to_string().into()),
            Lit::Int(n) => match i64::try_from(*n) {
                Ok(n) => Self::Int(n),
                Err(_) => Self::Str(n.to_string().into()),
            },
        }
    }

    /// The literal that writes it, quantities in their canonical form; a node is written as its
    /// key.
    ///
    /// # Errors
    /// What it is instead of a single value, in the words of a sentence: "a list".
    pub fn to_lit(&self) -> Result<Lit, &'static str> {
        Ok(match self {
            Self::Bool(b) => Lit::Bool(*b),
            Self::Int(n) => Lit::Int((*n).into()),
            Self::Str(text) => Lit::Str(text.clone()),
            Self::Quantity(quantity) => quantity.to_lit(),
            Self::Object(object) => Lit::Str(object.key().ok_or("a whole node")?),
            Self::Null => return Err("not set"),
            Self::List(_) => return Err("a list"),
            Self::Keyed(_) => return Err("a list of nodes"),
            Self::Map(_) => return Err("a map"),
        })
    }

    /// What it is, in a sentence.
    pub fn noun(&self) -> String {
        match self {
            Self::Null => "not set".into(),
            Self::Bool(_) => "true or false".into(),
            Self::Int(_) => "a whole number".into(),
            Self::Str(_) => "a string".into(),
            Self::Quantity(quantity) => quantity.unit().noun().into(),
            Self::List(_) => "a list".into(),
            Self::Keyed(_) => "a list of nodes".into(),
            Self::Map(_) => "a map".into(),
            Self::Object(_) => "a whole node".into(),
        }
    }
}

impl fmt::Display for Value {
    /// Single values as the language writes them; lists and maps for `why` and messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(b) => b.fmt(f),
            Self::Int(n) => n.fmt(f),
            Self::Str(text) => f.write_str(text),
            Self::Quantity(quantity) => quantity.fmt(f),
            Self::List(items) => {
                let shown: Vec<String> = items.iter().map(Self::to_string).collect();
                write!(f, "[{}]", shown.join(", "))
            }
            Self::Keyed(items) => write!(f, "{} nodes", items.len()),
            Self::Map(map) => {
                let shown: Vec<String> = map.iter().map(|(k, v)| format!("{k}: {v}")).collect();
                write!(f, "{{{}}}", shown.join(", "))
            }
            Self::Object(object) => f.write_str(object.key().as_deref().unwrap_or("a node")),
        }
    }
}
