//! The types of expressions, and the names that one may use.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use crate::{
    diag::nearest::nearest,
    schema::ty::{Class, Ty},
};

use super::quantity::Unit;

/// The type of an expression. Every field may be unset, which is null at run time, so there is
/// no type for that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Known at run time only, or wrong and reported before: fits everything.
    Unknown,
    /// Of the literal `null` alone.
    Null,
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// Text, and all values that are nothing but text to an expression.
    Str,
    /// Text that is one of these words; a literal compared with it must be one, too.
    Choice(Arc<[Arc<str>]>),
    /// A quantity.
    Unit(Unit),
    /// A list.
    List(Arc<Self>),
    /// The nodes of a repeatable kind: a list whose elements are also found by their key.
    Keyed(Arc<Self>),
    /// Values under names.
    Map(Arc<Self>),
    /// A node, by the name that [`Types`] knows it by, so that types may go in circles.
    Object(Arc<str>),
}

impl Type {
    /// One of some words.
    pub fn choice<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        Self::Choice(words.into_iter().map(Arc::from).collect())
    }

    /// The type that counts where it does not matter which words there are.
    pub(super) fn plain(self) -> Self {
        match self {
            Self::Choice(_) => Self::Str,
            other => other,
        }
    }

    /// A list of these.
    #[must_use]
    pub fn list(self) -> Self {
        Self::List(Arc::new(self))
    }

    /// A repeatable kind of these.
    #[must_use]
    pub fn keyed(self) -> Self {
        Self::Keyed(Arc::new(self))
    }

    /// A map to these.
    #[must_use]
    pub fn map(self) -> Self {
        Self::Map(Arc::new(self))
    }

    /// One of it, in a sentence.
    pub fn noun(&self) -> String {
        match self {
            Self::Unknown => "a value".into(),
            Self::Null => "null".into(),
            Self::Bool => "true or false".into(),
            Self::Int => "a whole number".into(),
            Self::Str | Self::Choice(_) => "a string".into(),
            Self::Unit(unit) => unit.noun().into(),
            Self::List(of) | Self::Keyed(of) => format!("a list of {}", of.plural()),
            Self::Map(of) => format!("a map of {}", of.plural()),
            Self::Object(name) => format!("a whole `{}` node", bare(name)),
        }
    }

    fn plural(&self) -> String {
        match self {
            Self::Unknown | Self::Null => "values".into(),
            Self::Bool => "truth values".into(),
            Self::Int => "whole numbers".into(),
            Self::Str | Self::Choice(_) => "strings".into(),
            Self::Unit(unit) => unit.plural().into(),
            Self::List(_) | Self::Keyed(_) => "lists".into(),
            Self::Map(_) => "maps".into(),
            Self::Object(name) => format!("`{}` nodes", bare(name)),
        }
    }

    /// What the elements of a list are.
    pub fn element(&self) -> Option<&Self> {
        match self {
            Self::List(of) | Self::Keyed(of) => Some(of),
            _ => None,
        }
    }

    /// Whether it is one value, that can be written as a literal.
    pub fn is_scalar(&self) -> bool {
        matches!(
            self,
            Self::Bool | Self::Int | Self::Str | Self::Choice(_) | Self::Unit(_)
        )
    }

    /// The type that both are of, if there is one: null is of every type.
    pub(super) fn joined(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Unknown | Self::Null, it) | (it, Self::Unknown | Self::Null) => Some(it.clone()),
            (Self::List(a), Self::List(b) | Self::Keyed(b)) | (Self::Keyed(a), Self::List(b)) => {
                a.joined(b).map(Self::list)
            }
            (Self::Map(a), Self::Map(b)) => a.joined(b).map(Self::map),
            (a, b) if a == b => Some(a.clone()),
            (Self::Str | Self::Choice(_), Self::Str | Self::Choice(_)) => Some(Self::Str),
            _ => None,
        }
    }
}

/// The name of a node's type as a message says it: without the unit before the colon, by which
/// tables of one name in several packages are told apart.
fn bare(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, name)| name)
}

/// The type that the values of a slot have in expressions.
pub fn type_of(slot: &Ty) -> Type {
    match (slot.name, slot.class) {
        (_, Class::Choice(choices)) => Type::choice(choices.iter().map(|(word, _)| *word)),
        (_, Class::Reference(_) | Class::Text) => Type::Str,
        ("bool", _) => Type::Bool,
        ("int", _) => Type::Int,
        ("value", _) => Type::Unknown,
        (name, _) => Unit::of_type(name).map_or(Type::Str, Type::Unit),
    }
}

/// The fields of objects. Names are in the spelling of expressions: `_` for `-`.
pub trait Types {
    /// The type of a field; `None` where the object has none of that name.
    fn field(&self, object: &str, field: &str) -> Option<Type>;

    /// All fields of an object, in the order to list them.
    fn fields(&self, object: &str) -> Vec<String>;

    /// A line about a field, for completion.
    fn doc(&self, _object: &str, _field: &str) -> Option<String> {
        None
    }
}

/// No objects at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoTypes;

impl Types for NoTypes {
    fn field(&self, _object: &str, _field: &str) -> Option<Type> {
        None
    }

    fn fields(&self, _object: &str) -> Vec<String> {
        Vec::new()
    }
}

/// A name of the language as an expression spells it: a `-` would be a minus there.
pub fn spelling(name: &str) -> Cow<'_, str> {
    if name.contains('-') {
        Cow::Owned(name.replace('-', "_"))
    } else {
        Cow::Borrowed(name)
    }
}

/// Names by their spelling in expressions: as they were declared, and of which type.
type Declared = BTreeMap<Arc<str>, (Arc<str>, Type)>;

/// The names that an expression may use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// By their spelling in expressions: the name as it was declared, and the type.
    /// Shared until one of the scopes is added to: most are copies that nobody changes.
    names: Arc<Declared>,
}

impl Scope {
    /// No names.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same scope with one more name, which hides an outer one of that spelling.
    #[must_use]
    pub fn with(mut self, name: &str, ty: Type) -> Self {
        Arc::make_mut(&mut self.names).insert(spelling(name).into(), (name.into(), ty));
        self
    }

    /// Adds a name as it was declared.
    ///
    /// # Errors
    /// The name that is already there and is spelt the same in expressions.
    pub fn declare(&mut self, name: &str, ty: Type) -> Result<(), Arc<str>> {
        let spelt: Arc<str> = spelling(name).into();
        if let Some((declared, _)) = self.names.get(&spelt) {
            return Err(declared.clone());
        }
        Arc::make_mut(&mut self.names).insert(spelt, (name.into(), ty));
        Ok(())
    }

    /// The type of a name in the spelling of expressions.
    pub fn get(&self, name: &str) -> Option<&Type> {
        self.names.get(name).map(|(_, ty)| ty)
    }

    /// All names with their types, by spelling.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Type)> {
        self.names.iter().map(|(name, (_, ty))| (&**name, ty))
    }

    /// The name that a misspelt one was likely meant to be.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.names.keys().map(AsRef::as_ref))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        schema::ty::{Lit, Text, Typed},
        units::{Bytes, Cores, Name},
    };

    #[test]
    fn a_slot_has_the_type_of_its_values() {
        for (slot, ty) in [
            (Bytes::ty(), Type::Unit(Unit::Bytes)),
            (Cores::ty(), Type::Unit(Unit::Cores)),
            (u32::ty(), Type::Int),
            (bool::ty(), Type::Bool),
            (Name::ty(), Type::Str),
            (Text::ty(), Type::Str),
            (Lit::ty(), Type::Unknown),
        ] {
            assert_eq!(type_of(&slot), ty, "{slot:?}");
        }
    }

    #[test]
    fn two_names_of_one_spelling_collide() {
        let mut scope = Scope::new();
        assert_eq!(scope.declare("gpu-nodes", Type::Int), Ok(()));
        assert_eq!(
            scope.declare("gpu_nodes", Type::Int),
            Err("gpu-nodes".into())
        );
        assert_eq!(scope.get("gpu_nodes"), Some(&Type::Int));
        assert_eq!(scope.nearest("gpu_node"), Some("gpu_nodes"));
    }
}
