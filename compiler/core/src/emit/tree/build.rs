//! Building and changing a tree by hand.

use super::{Children, KeyId, NodeId, NodeRef, Number, Tree, Value, View};
use crate::origin::OriginId;

/// A leaf to be put into a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar<'s> {
    /// Nothing, said aloud.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    Text(&'s str),
}

impl From<bool> for Scalar<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl<'s> From<&'s str> for Scalar<'s> {
    fn from(value: &'s str) -> Self {
        Self::Text(value)
    }
}

impl<'s> From<&'s String> for Scalar<'s> {
    fn from(value: &'s String) -> Self {
        Self::Text(value)
    }
}

impl From<Number> for Scalar<'_> {
    fn from(value: Number) -> Self {
        Self::Number(value)
    }
}

macro_rules! from_integers {
    ($($int:ty)*) => { $(
        impl From<$int> for Scalar<'_> {
            fn from(value: $int) -> Self {
                Self::Number(value.into())
            }
        }
    )* };
}

from_integers!(i8 i16 i32 i64 i128 u8 u16 u32 u64 u128);

/// A node of a tree, to fill. Every method that makes a node returns that node, so that it can be
/// filled or [marked](NodeMut::mark) in turn.
///
/// Putting something into a node that is of another kind replaces what was there: a key set on a
/// list, or an item pushed onto a text, makes it a map or a list that holds just that.
pub struct NodeMut<'t> {
    tree: &'t mut Tree,
    id: NodeId,
}

impl<'t> NodeMut<'t> {
    pub(super) fn new(tree: &'t mut Tree, id: NodeId) -> Self {
        Self { tree, id }
    }

    /// To read it.
    pub fn get(&self) -> NodeRef<'_> {
        self.tree.view(self.id)
    }

    /// Says why it is so.
    pub fn mark(&mut self, origin: OriginId) {
        self.tree.node_mut(self.id).origin = origin;
    }

    /// Gives `key` of a map a leaf, in its old place if it had one.
    pub fn set<'s>(&mut self, key: &str, leaf: impl Into<Scalar<'s>>) -> NodeMut<'_> {
        let value = self.tree.leaf(leaf.into());
        let id = self.tree.put(self.id, key, value);
        NodeMut::new(self.tree, id)
    }

    /// The map at `key`, made if there is none.
    pub fn map(&mut self, key: &str) -> NodeMut<'_> {
        self.open(key, View::Map)
    }

    /// The list at `key`, made if there is none.
    pub fn list(&mut self, key: &str) -> NodeMut<'_> {
        self.open(key, View::List)
    }

    /// Gives `key` of a map a copy of another tree, marks and all.
    pub fn set_tree(&mut self, key: &str, other: &Tree) -> NodeMut<'_> {
        let id = self.tree.put(self.id, key, Value::Null);
        self.tree.copy(other, id);
        NodeMut::new(self.tree, id)
    }

    /// The item of a list at a position.
    pub fn item(&mut self, at: usize) -> Option<NodeMut<'_>> {
        let id = self.get().children().nth(at)?.id;
        Some(NodeMut::new(self.tree, id))
    }

    /// Adds a leaf to a list.
    pub fn push<'s>(&mut self, leaf: impl Into<Scalar<'s>>) -> NodeMut<'_> {
        let value = self.tree.leaf(leaf.into());
        self.push_value(value)
    }

    /// Adds an empty map to a list.
    pub fn push_map(&mut self) -> NodeMut<'_> {
        self.push_value(Value::Map(Children::default()))
    }

    /// Adds an empty list to a list.
    pub fn push_list(&mut self) -> NodeMut<'_> {
        self.push_value(Value::List(Children::default()))
    }

    /// Adds a copy of another tree, marks and all, to a list.
    pub fn push_tree(&mut self, other: &Tree) -> NodeMut<'_> {
        let id = self.tree.push(self.id, Value::Null);
        self.tree.copy(other, id);
        NodeMut::new(self.tree, id)
    }

    fn push_value(&mut self, value: Value) -> NodeMut<'_> {
        let id = self.tree.push(self.id, value);
        NodeMut::new(self.tree, id)
    }

    fn open(&mut self, key: &str, kind: View<'static>) -> NodeMut<'_> {
        let there = self.get().get(key);
        if let Some(id) = there.filter(|node| node.view() == kind).map(|node| node.id) {
            return NodeMut::new(self.tree, id);
        }
        let value = match kind {
            View::List => Value::List(Children::default()),
            _ => Value::Map(Children::default()),
        };
        let id = self.tree.put(self.id, key, value);
        NodeMut::new(self.tree, id)
    }
}

impl Tree {
    pub(super) fn leaf(&mut self, leaf: Scalar<'_>) -> Value {
        match leaf {
            Scalar::Null => Value::Null,
            Scalar::Bool(truth) => Value::Bool(truth),
            Scalar::Number(number) => Value::Number(self.add_text(number.as_str())),
            Scalar::Text(text) => Value::Text(self.add_text(text)),
        }
    }

    /// Takes away what a JSON pointer leads to; whether there was something. The whole document
    /// stays.
    pub fn remove(&mut self, pointer: &str) -> bool {
        let found = self.at(pointer).map(|node| node.id);
        let above = pointer
            .rsplit_once('/')
            .and_then(|(above, _)| self.at(above));
        let (Some(gone), Some(parent)) = (found, above.map(|node| node.id)) else {
            return false;
        };
        let kept: Vec<NodeId> = self
            .view(parent)
            .children()
            .map(|node| node.id)
            .filter(|id| *id != gone)
            .collect();
        if let (Some((first, _)), Some(key)) = (self.children(parent).ends, self.node(gone).key) {
            self.wide.remove(&(first, key));
        }
        if let Value::List(slot) | Value::Map(slot) = &mut self.node_mut(parent).value {
            *slot = Children::default();
        }
        for id in kept {
            let key = self.node(id).key;
            self.node_mut(id).next = None;
            self.append(parent, key, id);
        }
        true
    }

    fn put(&mut self, map: NodeId, key: &str, value: Value) -> NodeId {
        if !matches!(self.node(map).value, Value::Map(_)) {
            self.node_mut(map).value = Value::Map(Children::default());
        }
        let key = self.keys.intern(key);
        self.put_key(map, key, value)
    }

    fn put_key(&mut self, map: NodeId, key: KeyId, value: Value) -> NodeId {
        if let Some(id) = self.find(map, key) {
            let node = self.node_mut(id);
            node.value = value;
            node.origin = OriginId::NONE;
            return id;
        }
        let id = self.add(value);
        self.append(map, Some(key), id);
        id
    }

    fn push(&mut self, list: NodeId, value: Value) -> NodeId {
        if !matches!(self.node(list).value, Value::List(_)) {
            self.node_mut(list).value = Value::List(Children::default());
        }
        let id = self.add(value);
        self.append(list, None, id);
        id
    }

    /// Makes the node `into` a copy of the whole of `other`.
    fn copy(&mut self, other: &Tree, into: NodeId) {
        let mut work = vec![(other.root(), into)];
        while let Some((from, to)) = work.pop() {
            let value = match from.view() {
                View::Null => Value::Null,
                View::Bool(truth) => Value::Bool(truth),
                View::Number(digits) => Value::Number(self.add_text(digits)),
                View::Text(text) => Value::Text(self.add_text(text)),
                View::List => Value::List(Children::default()),
                View::Map => Value::Map(Children::default()),
            };
            let node = self.node_mut(to);
            node.value = value;
            node.origin = from.origin();
            if let Some(lines) = from.lines() {
                self.lines.insert(to, lines.clone());
            }
            for child in from.children() {
                let id = self.add(Value::Null);
                let key = child.key().map(|key| self.keys.intern(key));
                self.append(to, key, id);
                work.push((child, id));
            }
        }
    }
}
