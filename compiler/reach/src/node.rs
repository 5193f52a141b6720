//! What a manifest says, in whatever form it is kept.

use std::{fmt, slice};

use serde_json::{Number, Value, map};

/// Documents that are kept in another form than JSON, and read without being turned into it. Each
/// part of one has a number.
pub trait Kept: fmt::Debug + Sync {
    /// What a part is.
    fn look(&self, part: u32) -> Look<'_>;

    /// The field of this name; none where it has no fields.
    fn get(&self, part: u32, name: &str) -> Option<u32>;

    /// The first of its fields or items.
    fn first(&self, part: u32) -> Option<u32>;

    /// The field or item behind it.
    fn next(&self, part: u32) -> Option<u32>;

    /// The name of a field; empty for an item.
    fn name(&self, part: u32) -> &str;
}

/// What a part of a [`Kept`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look<'d> {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number, as JSON writes it.
    Number(&'d str),
    /// A text.
    Text(&'d str),
    /// A list.
    List,
    /// A map of fields, each name once.
    Map,
}

/// A value of a manifest: a document, or a part of one.
#[derive(Clone, Copy)]
pub struct Node<'d>(Form<'d>);

#[derive(Clone, Copy)]
enum Form<'d> {
    Json(&'d Value),
    Kept(&'d dyn Kept, u32),
}

/// What a [`Node`] is.
#[derive(Debug, Clone)]
pub enum View<'d> {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(&'d str),
    /// A list.
    List(Items<'d>),
    /// A map.
    Map(Fields<'d>),
}

impl<'d> Node<'d> {
    /// The value of nothing.
    pub const NULL: Self = Self(Form::Json(&Value::Null));

    /// A part of something that is kept in another form.
    pub fn kept(document: &'d dyn Kept, part: u32) -> Self {
        Self(Form::Kept(document, part))
    }

    /// What it is. A number that JSON could not write is nothing.
    pub fn view(self) -> View<'d> {
        match self.0 {
            Form::Json(value) => match value {
                Value::Null => View::Null,
                Value::Bool(truth) => View::Bool(*truth),
                Value::Number(number) => View::Number(number.clone()),
                Value::String(text) => View::Text(text),
                Value::Array(items) => View::List(Items(Row::Json(items.iter()))),
                Value::Object(fields) => View::Map(Fields(Pairs::Json(fields.iter()))),
            },
            Form::Kept(document, part) => match document.look(part) {
                Look::Null => View::Null,
                Look::Bool(truth) => View::Bool(truth),
                Look::Number(digits) => {
                    let number = serde_json::from_str(digits);
                    number.map_or(View::Null, View::Number)
                }
                Look::Text(text) => View::Text(text),
                Look::List => View::List(Items(Row::Kept(document, document.first(part)))),
                Look::Map => View::Map(Fields(Pairs::Kept(document, document.first(part)))),
            },
        }
    }

    /// The field of a name, if it has one.
    pub fn get(self, name: &str) -> Option<Self> {
        match self.0 {
            Form::Json(value) => Some(Self(Form::Json(value.get(name)?))),
            Form::Kept(document, part) => Some(Self::kept(document, document.get(part, name)?)),
        }
    }

    /// The field at the end of a path of names, if it is there.
    pub fn at(self, path: &[&str]) -> Option<Self> {
        path.iter().try_fold(self, |at, name| at.get(name))
    }

    /// Its text, if that is what it is.
    pub fn as_str(self) -> Option<&'d str> {
        match self.0 {
            Form::Json(value) => value.as_str(),
            Form::Kept(document, part) => match document.look(part) {
                Look::Text(text) => Some(text),
                _ => None,
            },
        }
    }

    /// Whether it is true, if it is a truth value.
    pub fn as_bool(self) -> Option<bool> {
        match self.view() {
            View::Bool(truth) => Some(truth),
            _ => None,
        }
    }

    /// Its number, if that is what it is.
    pub fn as_number(self) -> Option<Number> {
        match self.view() {
            View::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Its items, if it is a list.
    pub fn items(self) -> Option<Items<'d>> {
        match self.view() {
            View::List(items) => Some(items),
            _ => None,
        }
    }

    /// Its fields with their names, if it has such.
    pub fn fields(self) -> Option<Fields<'d>> {
        match self.view() {
            View::Map(fields) => Some(fields),
            _ => None,
        }
    }

    /// Whether it is nothing.
    pub fn is_null(self) -> bool {
        matches!(self.view(), View::Null)
    }

    /// The same as JSON; what lies deeper than `depth` is nothing.
    pub fn to_json(self, depth: usize) -> Value {
        let Some(depth) = depth.checked_sub(1) else {
            return Value::Null;
        };
        match self.view() {
            View::Null => Value::Null,
            View::Bool(truth) => Value::Bool(truth),
            View::Number(number) => Value::Number(number),
            View::Text(text) => Value::String(text.to_owned()),
            View::List(items) => Value::Array(items.map(|item| item.to_json(depth)).collect()),
            View::Map(fields) => {
                let fields = fields.map(|(name, field)| (name.to_owned(), field.to_json(depth)));
                Value::Object(fields.collect())
            }
        }
    }
}

impl<'d> From<&'d Value> for Node<'d> {
    fn from(value: &'d Value) -> Self {
        Self(Form::Json(value))
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Form::Json(value) => value.fmt(f),
            Form::Kept(document, part) => {
                f.debug_tuple("Kept").field(&document.look(part)).finish()
            }
        }
    }
}

/// The items of a list.
#[derive(Debug, Clone)]
pub struct Items<'d>(Row<'d>);

#[derive(Debug, Clone)]
enum Row<'d> {
    Json(slice::Iter<'d, Value>),
    Kept(&'d dyn Kept, Option<u32>),
}

impl<'d> Iterator for Items<'d> {
    type Item = Node<'d>;

    fn next(&mut self) -> Option<Node<'d>> {
        match &mut self.0 {
            Row::Json(items) => items.next().map(Node::from),
            Row::Kept(document, part) => {
                let here = (*part)?;
                *part = document.next(here);
                Some(Node::kept(*document, here))
            }
        }
    }
}

/// The fields of a map, with their names.
#[derive(Debug, Clone)]
pub struct Fields<'d>(Pairs<'d>);

#[derive(Clone)]
enum Pairs<'d> {
    Json(map::Iter<'d>),
    Kept(&'d dyn Kept, Option<u32>),
}

impl fmt::Debug for Pairs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(Fields(self.clone())).finish()
    }
}

impl<'d> Iterator for Fields<'d> {
    type Item = (&'d str, Node<'d>);

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Pairs::Json(fields) => {
                let (name, value) = fields.next()?;
                Some((name.as_str(), Node::from(value)))
            }
            Pairs::Kept(document, part) => {
                let here = (*part)?;
                *part = document.next(here);
                Some((document.name(here), Node::kept(*document, here)))
            }
        }
    }
}
