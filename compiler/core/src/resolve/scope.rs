//! What expressions may name where they are worked out, and why each value is so.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use crate::{
    cel::{Value, Vars},
    origin::OriginId,
};

/// A name with its value.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    /// Its value; none where it is wrong, which was reported.
    pub(super) value: Option<Value>,
    /// Why it is so.
    pub(super) origin: OriginId,
    /// Why its fields are so, for the row of a table; none for a cell that is wrong, which was
    /// reported.
    pub(super) fields: Rc<BTreeMap<Arc<str>, Option<OriginId>>>,
}

impl Bound {
    pub(super) fn new(value: Option<Value>, origin: OriginId) -> Self {
        Self {
            value,
            origin,
            fields: Rc::default(),
        }
    }
}

/// The names of the estate, a package, or the library in one environment.
pub(super) type Globals = BTreeMap<Arc<str>, Bound>;

/// The names with their values alone.
pub(super) fn values(globals: Globals) -> BTreeMap<Arc<str>, Value> {
    let known = globals.into_iter();
    known
        .filter_map(|(name, bound)| Some((name, bound.value?)))
        .collect()
}

/// The names in scope: those of definitions and loops, the inner ones last, before the global
/// ones.
pub(super) struct InScope<'s> {
    pub(super) locals: &'s [(Arc<str>, Bound)],
    pub(super) globals: &'s Globals,
}

impl InScope<'_> {
    pub(super) fn bound(&self, name: &str) -> Option<&Bound> {
        let locals = self.locals.iter().rev();
        locals
            .filter(|(known, _)| **known == *name)
            .map(|(_, bound)| bound)
            .next()
            .or_else(|| self.globals.get(name))
    }
}

impl Vars for InScope<'_> {
    fn get(&self, name: &str) -> Option<Value> {
        self.bound(name)?.value.clone()
    }
}
