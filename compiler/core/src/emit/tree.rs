//! An output document: maps, lists and scalars in the order they were put in, each node with the
//! origin of its value.
//!
//! API structs cannot carry origins, so a backend builds its struct, turns it into a [`Tree`]
//! with [`Tree::from_serialize`], and [marks](Tree::mark) the paths that the spec decided. A node
//! without a mark answers with its nearest marked ancestor.
//!
//! The tree is a flat array: a node knows its next sibling and, if it holds others, its first and
//! last child. Keys are interned, scalars lie in one text. Replaced nodes stay in the array and
//! are no longer reached; a tree lives for one document.

use std::{borrow::Cow, collections::HashMap, ops::Range};

use foldhash::fast::FixedState;
use indexmap::IndexSet;

use super::text::LineOrigins;
use crate::origin::OriginId;

mod build;
mod number;
mod serialize;

pub use build::{NodeMut, Scalar};
pub use number::Number;
pub use serialize::TreeError;

/// A document.
#[derive(Debug, Clone)]
pub struct Tree {
    nodes: Vec<Node>,
    text: String,
    keys: Keys,
    /// Children of wide maps by the map's first child and their key, so that filling one is not
    /// quadratic. Only looked up. (The map's own id would do, were it not that a replaced map
    /// leaves its entries behind.)
    wide: HashMap<(NodeId, KeyId), NodeId>,
    /// Of texts of several lines, which of them is there for another reason than the whole.
    /// Only looked up.
    lines: HashMap<NodeId, LineOrigins>,
    root: NodeId,
}

/// Maps with more children than this are found through `Tree::wide`.
const NARROW: u32 = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct NodeId(u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct KeyId(u32);

#[derive(Debug, Clone)]
struct Node {
    /// Its key, where the parent is a map.
    key: Option<KeyId>,
    origin: OriginId,
    next: Option<NodeId>,
    value: Value,
}

#[derive(Debug, Clone)]
enum Value {
    Null,
    Bool(bool),
    /// Digits as they will be written.
    Number(Range<usize>),
    Text(Range<usize>),
    List(Children),
    Map(Children),
}

#[derive(Debug, Clone, Copy, Default)]
struct Children {
    ends: Option<(NodeId, NodeId)>,
    count: u32,
}

/// The keys of one document. Most are the names of fields, which need no copy.
#[derive(Debug, Clone, Default)]
struct Keys(IndexSet<Cow<'static, str>, FixedState>);

impl Keys {
    fn intern(&mut self, name: &str) -> KeyId {
        let known = self.0.get_index_of(name);
        KeyId(index(known.unwrap_or_else(|| {
            self.0.insert_full(Cow::Owned(name.to_owned())).0
        })))
    }

    fn intern_field(&mut self, name: &'static str) -> KeyId {
        KeyId(index(self.0.insert_full(Cow::Borrowed(name)).0))
    }

    fn find(&self, name: &str) -> Option<KeyId> {
        self.0.get_index_of(name).map(|at| KeyId(index(at)))
    }

    fn name(&self, id: KeyId) -> Option<&str> {
        self.0.get_index(id.0 as usize).map(|name| &**name)
    }
}

/// A position in one of the tree's arrays. Four thousand million nodes would need more memory
/// than any input within the limits can ask for.
fn index(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// What a node is, to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View<'t> {
    /// Nothing, said aloud.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number, as it will be written: see [`Number`].
    Number(&'t str),
    /// Text.
    Text(&'t str),
    /// A list; its items are [`NodeRef::children`].
    List,
    /// A map; its values are [`NodeRef::children`], each with its [`NodeRef::key`].
    Map,
}

/// A node of a tree, to read.
#[derive(Clone, Copy)]
pub struct NodeRef<'t> {
    tree: &'t Tree,
    id: NodeId,
}

impl Tree {
    /// An empty map.
    pub fn map() -> Self {
        Self::of(Value::Map(Children::default()))
    }

    /// An empty list.
    pub fn list() -> Self {
        Self::of(Value::List(Children::default()))
    }

    fn of(value: Value) -> Self {
        let mut tree = Self {
            nodes: Vec::new(),
            text: String::new(),
            keys: Keys::default(),
            wide: HashMap::new(),
            lines: HashMap::new(),
            root: NodeId(0),
        };
        tree.root = tree.add(value);
        tree
    }

    /// The whole document.
    pub fn root(&self) -> NodeRef<'_> {
        self.view(self.root)
    }

    /// The whole document, to change.
    pub fn root_mut(&mut self) -> NodeMut<'_> {
        let id = self.root;
        NodeMut::new(self, id)
    }

    /// The node of a number; none where there is none of it.
    pub(crate) fn numbered(&self, number: u32) -> Option<NodeRef<'_>> {
        let there = self.nodes.len() > number as usize;
        there.then(|| self.view(NodeId(number)))
    }

    /// The node at a JSON pointer (RFC 6901): `""` is the root, `/spec/ports/0` an item, `~1` a
    /// slash within a key and `~0` a tilde.
    pub fn at(&self, pointer: &str) -> Option<NodeRef<'_>> {
        let mut at = self.root();
        for step in steps(pointer)? {
            at = at.child(&step)?;
        }
        Some(at)
    }

    /// Says that the value at a JSON pointer, and all below it that has no mark of its own, is so
    /// because of `origin`.
    ///
    /// A path that is not there is a mistake in the backend: it stops a debug build and is
    /// ignored in a release, where a coarser answer to "why" is better than none.
    pub fn mark(&mut self, pointer: &str, origin: OriginId) {
        let found = self.at(pointer).map(|node| node.id);
        debug_assert!(found.is_some(), "nothing to mark at `{pointer}`");
        if let Some(node) = found.and_then(|id| self.nodes.get_mut(id.0 as usize)) {
            node.origin = origin;
        }
    }

    /// Says of fields of the map at a JSON pointer, by their keys, why they are so. Those that are
    /// not there are passed over.
    pub fn mark_fields<'k>(
        &mut self,
        pointer: &str,
        marks: impl IntoIterator<Item = (&'k str, OriginId)>,
    ) {
        let Some(map) = self.at(pointer).map(|node| node.id) else {
            return;
        };
        for (key, origin) in marks {
            let field = self.keys.find(key).and_then(|key| self.find(map, key));
            if let Some(field) = field {
                self.node_mut(field).origin = origin;
            }
        }
    }

    /// Says of the lines of the text at a JSON pointer where they came from; one whose origin is
    /// [`OriginId::NONE`] is there because the text is. A path that is not there is ignored.
    pub fn mark_lines(&mut self, pointer: &str, lines: LineOrigins) {
        if let Some(id) = self.at(pointer).map(|node| node.id) {
            self.lines.insert(id, lines);
        }
    }

    /// Why the value at a JSON pointer is so: its own mark or that of its nearest marked
    /// ancestor; of the part of the path that exists, where the rest does not.
    pub fn origin_at(&self, pointer: &str) -> OriginId {
        let mut at = self.root();
        let mut origin = at.origin();
        for step in steps(pointer).into_iter().flatten() {
            let Some(child) = at.child(&step) else { break };
            at = child;
            if at.origin() != OriginId::NONE {
                origin = at.origin();
            }
        }
        origin
    }

    fn add(&mut self, value: Value) -> NodeId {
        let id = NodeId(index(self.nodes.len()));
        self.nodes.push(Node {
            key: None,
            origin: OriginId::NONE,
            next: None,
            value,
        });
        id
    }

    fn add_text(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.0 as usize]
    }

    fn view(&self, id: NodeId) -> NodeRef<'_> {
        NodeRef { tree: self, id }
    }

    fn children(&self, id: NodeId) -> Children {
        match self.node(id).value {
            Value::List(children) | Value::Map(children) => children,
            _ => Children::default(),
        }
    }

    /// Hangs `child` behind the last child of `parent`, which holds none of that key yet.
    fn append(&mut self, parent: NodeId, key: Option<KeyId>, child: NodeId) {
        self.node_mut(child).key = key;
        let mut children = self.children(parent);
        let first = match children.ends {
            None => child,
            Some((first, last)) => {
                self.node_mut(last).next = Some(child);
                first
            }
        };
        children.ends = Some((first, child));
        children.count += 1;
        if let Value::List(slot) | Value::Map(slot) = &mut self.node_mut(parent).value {
            *slot = children;
        }
        if let Some(key) = key {
            self.remember(first, key, child, children.count);
        }
    }

    fn remember(&mut self, first: NodeId, key: KeyId, child: NodeId, count: u32) {
        if count == NARROW + 1 {
            let mut at = Some(first);
            while let Some(id) = at {
                let &Node { key, next, .. } = self.node(id);
                if let Some(key) = key {
                    self.wide.insert((first, key), id);
                }
                at = next;
            }
        } else if count > NARROW {
            self.wide.insert((first, key), child);
        }
    }

    fn find(&self, parent: NodeId, key: KeyId) -> Option<NodeId> {
        let Children { ends, count } = self.children(parent);
        let (first, _) = ends?;
        if count > NARROW {
            return self.wide.get(&(first, key)).copied();
        }
        let mut at = Some(first);
        while let Some(id) = at {
            let node = self.node(id);
            if node.key == Some(key) {
                return Some(id);
            }
            at = node.next;
        }
        None
    }
}

impl<'t> NodeRef<'t> {
    /// What it is.
    pub fn view(self) -> View<'t> {
        match &self.tree.node(self.id).value {
            Value::Null => View::Null,
            Value::Bool(truth) => View::Bool(*truth),
            Value::Number(range) => View::Number(&self.tree.text[range.clone()]),
            Value::Text(range) => View::Text(&self.tree.text[range.clone()]),
            Value::List(_) => View::List,
            Value::Map(_) => View::Map,
        }
    }

    /// Its text, if that is what it is.
    pub fn as_str(self) -> Option<&'t str> {
        match self.view() {
            View::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A number by which the tree finds it again.
    pub(crate) fn number(self) -> u32 {
        self.id.0
    }

    /// The value or item behind it, in the same map or list.
    pub(crate) fn next(self) -> Option<Self> {
        let next = self.tree.node(self.id).next?;
        Some(self.tree.view(next))
    }

    /// Its own mark, [`OriginId::NONE`] where it has none.
    pub fn origin(self) -> OriginId {
        self.tree.node(self.id).origin
    }

    /// Where the lines of its text came from, where that is known.
    pub fn lines(self) -> Option<&'t LineOrigins> {
        self.tree.lines.get(&self.id)
    }

    /// Whether it is the whole document.
    pub fn is_root(self) -> bool {
        self.id == self.tree.root
    }

    /// Its key, where it is the value of a map.
    pub fn key(self) -> Option<&'t str> {
        let key = self.tree.node(self.id).key?;
        self.tree.keys.name(key)
    }

    /// The values of a map or the items of a list, in order; none of a scalar.
    pub fn children(self) -> impl Iterator<Item = NodeRef<'t>> {
        let tree = self.tree;
        let first = tree.children(self.id).ends.map(|(first, _)| first);
        std::iter::successors(first, |id| tree.node(*id).next).map(|id| tree.view(id))
    }

    /// How many values or items it has.
    pub fn len(self) -> usize {
        self.tree.children(self.id).count as usize
    }

    /// Whether it holds nothing; true of a scalar.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The value of a key of a map.
    pub fn get(self, key: &str) -> Option<NodeRef<'t>> {
        let key = self.tree.keys.find(key)?;
        self.tree.find(self.id, key).map(|id| self.tree.view(id))
    }

    /// One step of a JSON pointer: a key of a map, or the number of an item.
    fn child(self, step: &str) -> Option<NodeRef<'t>> {
        match self.view() {
            View::Map => self.get(step),
            View::List => self.children().nth(step.parse().ok()?),
            _ => None,
        }
    }
}

/// The unescaped steps of a JSON pointer; none if it is not one.
fn steps(pointer: &str) -> Option<impl Iterator<Item = Cow<'_, str>>> {
    let rest = match pointer.strip_prefix('/') {
        Some(rest) => Some(rest),
        None if pointer.is_empty() => None,
        None => return None,
    };
    let unescape = |step| match str::contains(step, '~') {
        true => Cow::Owned(step.replace("~1", "/").replace("~0", "~")),
        false => Cow::Borrowed(step),
    };
    Some(
        rest.into_iter()
            .flat_map(|rest| rest.split('/'))
            .map(unescape),
    )
}

#[cfg(test)]
mod tests;
