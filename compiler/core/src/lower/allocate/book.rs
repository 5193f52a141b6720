//! Who has which number or address.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    lower::changes::Cause,
    model::{Id, Workload},
    origin::OriginId,
};

/// Values `V`, each of which one thing has within a scope `S`. What is chosen anew is nobody's in
/// any scope, so that two networks on one wire never give one address twice.
pub(super) struct Book<S, V> {
    /// What the spec itself gives, to whom, and where it says so.
    said: BTreeMap<(S, V), (Id<Workload>, OriginId)>,
    /// What is given, by the path that has it.
    held: BTreeMap<(S, V), String>,
    /// What nobody new gets: given, said, or remembered for somebody who is still to come.
    avoided: BTreeSet<V>,
    /// What is remembered for nobody who is left: given to somebody new as the last resort, since
    /// the guest that had it may still run.
    left: BTreeSet<V>,
}

impl<S: Copy + Ord, V: Copy + Ord> Book<S, V> {
    pub(super) fn new() -> Self {
        Self {
            said: BTreeMap::new(),
            held: BTreeMap::new(),
            avoided: BTreeSet::new(),
            left: BTreeSet::new(),
        }
    }

    /// The spec gives it to a workload.
    pub(super) fn say(&mut self, scope: S, value: V, to: Id<Workload>, at: OriginId) {
        self.said.entry((scope, value)).or_insert((to, at));
        self.avoided.insert(value);
    }

    /// Nobody new gets it.
    pub(super) fn avoid(&mut self, value: V) {
        self.avoided.insert(value);
    }

    /// It was somebody's who is gone.
    pub(super) fn leave(&mut self, value: V) {
        self.left.insert(value);
    }

    /// Why a workload cannot have it, if it cannot.
    pub(super) fn refusal(&self, scope: S, value: V, to: Id<Workload>) -> Option<Cause> {
        if let Some((by, at)) = self.said.get(&(scope, value)).filter(|(by, _)| *by != to) {
            return Some(Cause::TakenBy { by: *by, at: *at });
        }
        let path = self.held.get(&(scope, value))?.clone();
        Some(Cause::Twice { path })
    }

    /// It is given to a path.
    pub(super) fn give(&mut self, scope: S, value: V, to: &str) {
        self.held
            .entry((scope, value))
            .or_insert_with(|| to.to_owned());
        self.avoided.insert(value);
    }

    /// The first of `all` that is nobody's.
    pub(super) fn free<I: Iterator<Item = V>>(&self, all: impl Fn() -> I) -> Option<V> {
        let open = |value: &V| !self.avoided.contains(value);
        all()
            .find(|value| open(value) && !self.left.contains(value))
            .or_else(|| all().find(open))
    }
}
