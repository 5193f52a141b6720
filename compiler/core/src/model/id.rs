//! Arenas and typed ids: mixing two is a type error.

use std::{
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    ops::{Index, Range},
    sync::Arc,
};

use crate::origin::OriginId;

/// The place of a `K` in its [`Arena`]. Ids are assigned after sorting by name, so that they do
/// not depend on the order of the text.
pub struct Id<K> {
    at: u32,
    kind: PhantomData<fn() -> K>,
}

impl<K> Id<K> {
    /// The position in the arena.
    pub fn index(self) -> usize {
        self.at as usize
    }

    pub(crate) fn new(at: usize) -> Self {
        // An arena never passes the bound on nodes, which is far below 2^32.
        Self {
            at: u32::try_from(at).unwrap_or(u32::MAX),
            kind: PhantomData,
        }
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.at.cmp(&other.at)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.at.hash(state);
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.at)
    }
}

/// A reference that was looked up: what it leads to, and where it was written.
pub struct Ref<K> {
    /// What it leads to.
    pub to: Id<K>,
    /// Where it was written.
    pub at: OriginId,
}

impl<K> Clone for Ref<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Ref<K> {}
impl<K> PartialEq for Ref<K> {
    fn eq(&self, other: &Self) -> bool {
        self.to == other.to
    }
}
impl<K> Eq for Ref<K> {}
impl<K> fmt::Debug for Ref<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to.fmt(f)
    }
}

/// All things of one kind. What did not change from one analysis to the next is the same thing in
/// both.
#[derive(Debug)]
pub struct Arena<K>(Vec<Arc<K>>);

// Derived, it would ask for `K: Clone`.
impl<K> Clone for Arena<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K> Default for Arena<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K> Arena<K> {
    /// An arena of these, in this order.
    pub fn new(items: Vec<K>) -> Self {
        Self(items.into_iter().map(Arc::new).collect())
    }

    /// Adds one.
    pub fn push(&mut self, item: K) -> Id<K> {
        self.share(Arc::new(item))
    }

    /// Adds one that another arena has, too.
    pub(super) fn share(&mut self, item: Arc<K>) -> Id<K> {
        self.0.push(item);
        Id::new(self.0.len() - 1)
    }

    /// One of them that no other arena has, to complete while the model is built.
    pub(super) fn own(&mut self, id: Id<K>) -> Option<&mut K> {
        Arc::get_mut(self.0.get_mut(id.index())?)
    }

    /// One of them, for another arena.
    pub(super) fn shared(&self, id: Id<K>) -> Option<&Arc<K>> {
        self.0.get(id.index())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Id<K>, &K)> + ExactSizeIterator {
        self.0
            .iter()
            .enumerate()
            .map(|(at, item)| (Id::new(at), &**item))
    }

    /// Some that stand side by side, in order.
    pub(super) fn range(&self, places: Range<usize>) -> impl Iterator<Item = (Id<K>, &K)> {
        let first = places.start;
        let items = self.0.get(places).unwrap_or_default().iter().enumerate();
        items.map(move |(at, item)| (Id::new(first + at), &**item))
    }

    /// How many stand before the first of which something does not hold that holds of all before.
    pub(super) fn partition_point(&self, mut holds: impl FnMut(&K) -> bool) -> usize {
        self.0.partition_point(|item| holds(item))
    }

    /// All of them, in order, without their ids.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator {
        self.0.iter().map(|item| &**item)
    }

    /// All ids.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = Id<K>> + use<K> {
        (0..self.0.len()).map(Id::new)
    }
}

impl<K> Index<Id<K>> for Arena<K> {
    type Output = K;
    fn index(&self, id: Id<K>) -> &K {
        &self.0[id.index()]
    }
}
