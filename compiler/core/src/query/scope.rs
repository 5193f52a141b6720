//! The names that an expression over an estate may use, and their values.

use std::{collections::BTreeMap, sync::Arc};

use super::{Place, View, chains, kinds};
use crate::{
    cel::{Scope, Type, Value, Vars, spelling},
    model::Estate,
    schema::{kind::KindId, vocabulary::builtin, words::UnitId},
};

/// The names for an expression about the estate as a whole: those of the unit that says it, and
/// `estate`.
pub fn of_estate(unit: &Scope) -> Scope {
    let (vocabulary, root) = builtin();
    let estate = vocabulary.kind(*root).child("estate");
    let ty = estate.and_then(|child| kinds().object(child.kind));
    unit.clone().with("estate", ty.unwrap_or(Type::Unknown))
}

/// The names for an expression about the nodes of a kind: those of the unit that says it,
/// `estate`, the node under the name of its kind, the nodes that are around it wherever it may
/// stand, and `cluster` where the node or one around it is in one.
pub fn of_node(unit: &Scope, kind: KindId) -> Scope {
    let (vocabulary, root) = builtin();
    let mut around: Option<Vec<KindId>> = None;
    for chain in chains(vocabulary, *root, kind) {
        around = Some(match around {
            None => chain,
            Some(known) => known.into_iter().filter(|k| chain.contains(k)).collect(),
        });
    }
    let mut scope = of_estate(unit);
    for kind in around.unwrap_or_default() {
        let Some(ty) = kinds().object(kind) else {
            continue;
        };
        if let Some(cluster) = kinds().cluster(kind) {
            scope = scope.with("cluster", cluster);
        }
        scope = scope.with(&vocabulary.kind(kind).name, ty);
    }
    scope
}

/// The values of these names.
#[derive(Debug)]
pub struct Names<'e> {
    unit: Option<&'e BTreeMap<Arc<str>, Value>>,
    nodes: BTreeMap<Arc<str>, Value>,
}

impl<'e> Names<'e> {
    /// Those of an expression about the estate as a whole, as a unit says it.
    pub fn of_estate(estate: &'e Estate, view: &Arc<View>, unit: UnitId) -> Self {
        Self {
            unit: estate.text.values.get(unit.0 as usize),
            nodes: BTreeMap::from([("estate".into(), view.estate())]),
        }
    }

    /// Those of an expression about a node; `chain` leads to it from the top level, itself last.
    pub fn of_node(estate: &'e Estate, view: &Arc<View>, unit: UnitId, chain: &[Place]) -> Self {
        let mut names = Self::of_estate(estate, view, unit);
        for place in chain {
            let Some(node) = view.node(place) else {
                continue;
            };
            if kinds().cluster(node.kind).is_some() {
                names.nodes.insert("cluster".into(), view.cluster(place));
            }
            let name = spelling(&estate.text.words.vocabulary.kind(node.kind).name).into();
            names.nodes.insert(name, view.value(place.clone()));
        }
        names
    }
}

impl Vars for Names<'_> {
    fn get(&self, name: &str) -> Option<Value> {
        let node = self.nodes.get(name);
        node.or_else(|| self.unit?.get(name)).cloned()
    }
}
