//! The nodes of a pool by what tells them apart: whose they are, where they stand, and whether
//! somebody asks for one by name.

use std::collections::{BTreeMap, BTreeSet};

use super::{Host, Placement};
use crate::model::{Cluster, Estate, Id, Pool, Tenant, Workload};

/// Nodes of a pool that no rule tells apart but by their rack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is called: its pool's name, with what tells it from the pool's other parts.
    pub name: String,
    /// The pool.
    pub pool: Id<Pool>,
    /// The nodes, by their place in [`Pool::nodes`]: those of a rack follow each other.
    pub nodes: Vec<usize>,
    /// The tenant that has them alone.
    pub owner: Option<Id<Tenant>>,
    /// Their zone, where it is known.
    pub zone: Option<String>,
    /// Whether it is known in which racks they stand.
    pub racked: bool,
    /// The host name of the only one, where a workload asks for it.
    pub named: Option<String>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'e> {
    zone: Option<&'e str>,
    owner: Option<Id<Tenant>>,
    racked: bool,
    named: Option<&'e str>,
}

/// The parts of all pools of a cluster, in their order.
pub(super) fn of(estate: &Estate, placement: &Placement, cluster: Id<Cluster>) -> Vec<Part> {
    let named: BTreeSet<&str> = estate
        .workloads_of(cluster)
        .filter_map(|(_, workload)| named_node(workload))
        .collect();
    let tenants: BTreeMap<&str, Id<Tenant>> = estate
        .tenants
        .iter()
        .map(|(id, tenant)| (tenant.name.value.as_str(), id))
        .collect();
    let owner = |host: Host| {
        let pool = estate.pools[host.pool].tenant.map(|tenant| tenant.to);
        let given = || placement.dedicated.get(&host);
        pool.or_else(|| tenants.get(&**given()?).copied())
    };
    let mut parts = Vec::new();
    for (id, pool) in estate.pools_of(cluster) {
        let mut groups: BTreeMap<Key<'_>, Vec<usize>> = BTreeMap::new();
        for (at, node) in pool.nodes.iter().enumerate() {
            let key = Key {
                zone: node.zone.as_ref().map(crate::units::Name::as_str),
                owner: owner(Host { pool: id, node: at }),
                racked: node.rack.is_some(),
                named: named.get(node.name.as_str()).copied(),
            };
            groups.entry(key).or_default().push(at);
        }
        let keys: Vec<&Key<'_>> = groups.keys().collect();
        let names = names(estate, pool, &keys);
        for ((key, mut nodes), name) in groups.into_iter().zip(names) {
            nodes.sort_by_key(|at| (rack(pool, *at), *at));
            parts.push(Part {
                name,
                pool: id,
                nodes,
                owner: key.owner,
                zone: key.zone.map(str::to_owned),
                racked: key.racked,
                named: key.named.map(str::to_owned),
            });
        }
    }
    parts
}

/// The node that a workload asks for by name.
pub(super) fn named_node(workload: &Workload) -> Option<&str> {
    let on = workload.spec.on.as_ref()?;
    Some(on.node.as_ref()?.value.as_str())
}

/// The rack of a node, where it is known.
pub(super) fn rack(pool: &Pool, node: usize) -> Option<&str> {
    let rack = pool.nodes.get(node)?.rack.as_ref()?;
    Some(rack.value.as_str())
}

/// A name for each part, of what differs among them: `gpu`, `gpu/b`, `gpu/b/acme`; `*` is what is
/// nobody's alone, `?` is not known. No name of a pool, zone, tenant or host has such a character,
/// so that no two parts of a cluster share a name.
fn names(estate: &Estate, pool: &Pool, keys: &[&Key<'_>]) -> Vec<String> {
    let differs = |of: &dyn Fn(&Key<'_>) -> String| {
        let all: BTreeSet<String> = keys.iter().map(|key| of(key)).collect();
        all.len() > 1
    };
    let zone = |key: &Key<'_>| key.zone.unwrap_or("?").to_owned();
    let owner = |key: &Key<'_>| {
        key.owner.map_or("*".to_owned(), |owner| {
            estate.tenants[owner].name.value.to_string()
        })
    };
    let racked = |key: &Key<'_>| if key.racked { "racks" } else { "?" }.to_owned();
    let named = |key: &Key<'_>| key.named.unwrap_or("*").to_owned();
    let tells: Vec<&dyn Fn(&Key<'_>) -> String> = vec![&zone, &owner, &racked, &named];
    let tells: Vec<_> = tells.into_iter().filter(|of| differs(*of)).collect();
    keys.iter()
        .map(|key| {
            let mut name = pool.name.value.to_string();
            for of in &tells {
                name.push('/');
                name.push_str(&of(key));
            }
            name
        })
        .collect()
}
