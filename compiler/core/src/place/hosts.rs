//! Machines for what needs an explicit one: guests on Proxmox.
//!
//! What the build before chose stays, and what is new goes where there is most room: that is tried
//! first, and read against the problem like any placement. Where some rule or amount is broken by
//! it, the engine finds a placement that holds, with as few moves as can be.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use tenantry_placement::{
    Answer, Stood, Verdict,
    answer::{Count, Placement as Places, Witness},
    keep,
    problem::{Mode, Problem, Workload as Standing},
    verify,
};

use super::{Host, Placement, Posed, account::least_replicas, parts};
use crate::{
    limits::Limits,
    lock::{self, Allocations},
    model::{Backend, Cluster, Estate, Id, Workload},
    target::Footprint,
    units::Bytes,
};

/// A replica that stands on another machine than it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The workload.
    pub workload: Id<Workload>,
    /// The replica.
    pub index: u32,
    /// Where it stood.
    pub from: String,
    /// Where it stands now.
    pub to: String,
}

/// Replicas on machines.
type Hosts = BTreeMap<(Id<Workload>, u32), Host>;

/// Finds a machine for each replica that needs one, and remembers it.
pub(super) fn assign(estate: &Estate, placement: &mut Placement, limits: &Limits) {
    let old = placement.allocations.clone();
    placement.allocations.retain(|what, _| what != "node");
    for (cluster, spec) in estate.clusters.iter() {
        if !matches!(spec.backend, Backend::Proxmox(_)) {
            continue;
        }
        let stood = stood(estate, cluster, &old);
        let posed = placement
            .posed
            .iter()
            .find(|posed| posed.cluster == cluster);
        let near = roomiest(estate, placement, cluster, &stood);
        let hosts = match posed {
            Some(posed) => settle(estate, posed, near, &stood, limits),
            None => near,
        };
        for ((id, index), host) in hosts {
            let workload = &estate.workloads[id];
            let node = &estate.pools[host.pool].nodes[host.node].name;
            let path = format!("{}.{index}", workload.path);
            placement.allocations.set("node", &path, node.clone());
            placement.hosts.insert((id, index), host);
            if let Some(from) = old_host(estate, &old, workload, index).filter(|from| from != node)
            {
                placement.moves.push(Moved {
                    workload: id,
                    index,
                    from: from.to_owned(),
                    to: node.clone(),
                });
            }
        }
    }
}

/// Where each replica stood, as far as the machine is still one of its own.
fn stood(estate: &Estate, cluster: Id<Cluster>, old: &Allocations) -> Hosts {
    let mut stood = Hosts::new();
    for (id, workload) in estate.workloads_of(cluster) {
        for index in 0..least_replicas(estate, workload) {
            let Some(node) = old_host(estate, old, workload, index) else {
                continue;
            };
            let name = |host: &Host| estate.pools[host.pool].nodes[host.node].name == node;
            stood.extend(
                candidates(estate, workload)
                    .find(name)
                    .map(|host| ((id, index), host)),
            );
        }
    }
    stood
}

/// The host that the build before chose, under a name that the workload had then.
fn old_host<'o>(
    estate: &Estate,
    old: &'o Allocations,
    workload: &Workload,
    index: u32,
) -> Option<&'o str> {
    let paths = lock::former_paths(estate, workload);
    let mut old = paths
        .iter()
        .map(|path| old.get("node", &format!("{path}.{index}")));
    old.find_map(|node| node)
}

/// The machines that a workload names.
fn candidates<'e>(estate: &'e Estate, workload: &'e Workload) -> impl Iterator<Item = Host> + 'e {
    let named = parts::named_node(workload);
    let pools = workload.pools.iter().map(|pool| pool.to);
    let all = pools.flat_map(|pool| {
        let nodes = 0..estate.pools[pool].nodes.len();
        nodes.map(move |node| Host { pool, node })
    });
    all.filter(move |host| {
        named.is_none_or(|named| estate.pools[host.pool].nodes[host.node].name == named)
    })
}

/// Whoever stood somewhere stays; who is new goes where most memory is left, of the machines that
/// the problem lets it stand on.
fn roomiest(estate: &Estate, placement: &Placement, cluster: Id<Cluster>, stood: &Hosts) -> Hosts {
    let posed = placement
        .posed
        .iter()
        .find(|posed| posed.cluster == cluster);
    let standing: BTreeMap<Id<Workload>, &Standing> = posed
        .map(|posed| {
            posed
                .workloads
                .iter()
                .copied()
                .zip(&posed.problem.workloads)
                .collect()
        })
        .unwrap_or_default();
    let mut free: BTreeMap<Host, u64> = BTreeMap::new();
    for (pool, spec) in estate.pools_of(cluster) {
        let memory = spec.allocatable_memory().get();
        free.extend((0..spec.nodes.len()).map(|node| (Host { pool, node }, memory)));
    }
    let need = |id: Id<Workload>| {
        let asked = || {
            estate.workloads[id]
                .spec
                .memory
                .as_ref()
                .map(|memory| memory.size.value)
        };
        let footprint = placement.footprints.get(&id).map(whole_memory);
        footprint.or_else(asked).unwrap_or(Bytes::ZERO).get()
    };
    let mut hosts = Hosts::new();
    for ((id, index), host) in stood {
        if let Some(left) = free.get_mut(host) {
            *left = left.saturating_sub(need(*id));
        }
        hosts.insert((*id, *index), *host);
    }
    for (id, workload) in estate.workloads_of(cluster) {
        let standing = standing.get(&id).copied();
        let admitted = posed
            .zip(standing)
            .map(|(posed, standing)| admitted(posed, standing));
        let open = |host: &Host| admitted.as_ref().is_none_or(|hosts| hosts.contains(host));
        let mut open: Vec<Host> = candidates(estate, workload).filter(open).collect();
        if open.is_empty() {
            open = candidates(estate, workload).collect();
        }
        for index in 0..least_replicas(estate, workload) {
            if hosts.contains_key(&(id, index)) {
                continue;
            }
            let room = |host: &&Host| (free.get(*host).copied().unwrap_or(0), Reverse(**host));
            let Some(host) = open.iter().max_by_key(room).copied() else {
                continue;
            };
            if let Some(left) = free.get_mut(&host) {
                *left = left.saturating_sub(need(id));
            }
            hosts.insert((id, index), host);
        }
    }
    hosts
}

/// The machines that the problem lets a workload stand on.
fn admitted(posed: &Posed, workload: &Standing) -> BTreeSet<Host> {
    let parts = posed.parts.iter().zip(&posed.problem.pools);
    let open = parts.filter(|(_, pool)| workload.admitted(pool));
    let hosts = open.flat_map(|(part, _)| {
        let nodes = part.nodes.iter();
        nodes.map(|node| Host {
            pool: part.pool,
            node: *node,
        })
    });
    hosts.collect()
}

fn whole_memory(footprint: &Footprint) -> Bytes {
    let pages: u64 = footprint.hugepages.values().map(|pages| pages.get()).sum();
    Bytes::new(footprint.memory.get().saturating_add(pages))
}

/// The same hosts where they hold; else those that the engine finds, with the fewest moves from
/// where they stood. Where nothing fits they stay as they are: that is told already.
fn settle(estate: &Estate, posed: &Posed, near: Hosts, stood: &Hosts, limits: &Limits) -> Hosts {
    // What may move after a failure asks nothing of where it stands before.
    let mut problem = Problem::clone(&posed.problem);
    problem
        .failures
        .retain(|failures| failures.mode == Mode::Evacuate);
    let names = Names::of(posed);
    if problem.failures.is_empty() && holds(&problem, &names.placement(posed, &near)) {
        return near;
    }
    let old: Vec<Stood> = names.stood(estate, posed, stood);
    let Some(kept) = keep(&problem, &old, limits.placement_steps / 10) else {
        return near;
    };
    names.dealt(estate, posed, &kept, near, stood)
}

fn holds(problem: &Problem, base: &Places) -> bool {
    let answer = Answer {
        verdict: Verdict::Feasible,
        witness: Some(Witness {
            base: base.clone(),
            scenarios: Vec::new(),
        }),
        ..Answer::undecided()
    };
    verify(problem, &answer).is_ok()
}

/// The nodes of a problem and the machines that they are.
struct Names {
    nodes: BTreeMap<Host, String>,
    hosts: BTreeMap<String, Host>,
}

impl Names {
    fn of(posed: &Posed) -> Self {
        let mut nodes = BTreeMap::new();
        for part in &posed.parts {
            for (at, node) in part.nodes.iter().enumerate() {
                let host = Host {
                    pool: part.pool,
                    node: *node,
                };
                nodes.insert(host, format!("{}-{at}", part.name));
            }
        }
        let hosts = nodes
            .iter()
            .map(|(host, name)| (name.clone(), *host))
            .collect();
        Self { nodes, hosts }
    }

    /// Where the workloads of the problem stand, in its names.
    fn placement(&self, posed: &Posed, hosts: &Hosts) -> Places {
        let mut placement = Places::new();
        for (id, workload) in posed.workloads.iter().zip(&posed.problem.workloads) {
            let mut counts: BTreeMap<String, u32> = BTreeMap::new();
            for (_, host) in hosts.range((*id, 0)..=(*id, u32::MAX)) {
                if let Some(node) = self.nodes.get(host) {
                    *counts.entry(node.clone()).or_default() += 1;
                }
            }
            let counts = counts
                .into_iter()
                .map(|(node, count)| (node, Count::Node(count)));
            placement.insert(workload.name.clone(), counts.collect());
        }
        placement
    }

    fn stood(&self, estate: &Estate, posed: &Posed, stood: &Hosts) -> Vec<Stood> {
        let known: BTreeSet<Id<Workload>> = posed.workloads.iter().copied().collect();
        let ours = stood.iter().filter(|((id, _), _)| known.contains(id));
        let each = ours.filter_map(|((id, _), host)| {
            Some(Stood {
                workload: estate.workloads[*id].path.to_string(),
                node: self.nodes.get(host)?.clone(),
                count: 1,
            })
        });
        each.collect()
    }

    /// A placement's counts given to replicas: each that stood on one of its machines stays there,
    /// the others take what is left in order.
    fn dealt(
        &self,
        estate: &Estate,
        posed: &Posed,
        placement: &Places,
        near: Hosts,
        stood: &Hosts,
    ) -> Hosts {
        let mut dealt = near;
        for id in &posed.workloads {
            let Some(nodes) = placement.get(&*estate.workloads[*id].path) else {
                continue;
            };
            let mut left: Vec<(Host, u64)> = nodes
                .iter()
                .filter_map(|(node, count)| Some((*self.hosts.get(node)?, count.total())))
                .collect();
            let mut take = |wanted: Option<Host>| {
                let fits = |(host, count): &&mut (Host, u64)| {
                    *count > 0 && wanted.is_none_or(|wanted| wanted == *host)
                };
                let (host, count) = left.iter_mut().find(fits)?;
                *count -= 1;
                Some(*host)
            };
            let all: Vec<u32> = dealt
                .range((*id, 0)..=(*id, u32::MAX))
                .map(|((_, index), _)| *index)
                .collect();
            let stayed = |index: &u32| stood.get(&(*id, *index)).copied();
            let (staying, others): (Vec<u32>, Vec<u32>) = all
                .into_iter()
                .partition(|index| stayed(index).and_then(|host| take(Some(host))).is_some());
            // Who stays is where `near` has it, since that keeps everybody who stood somewhere.
            debug_assert!(
                staying
                    .iter()
                    .all(|index| dealt.get(&(*id, *index)) == stayed(index).as_ref())
            );
            for index in others {
                if let Some(host) = take(None) {
                    dealt.insert((*id, index), host);
                }
            }
        }
        dealt
    }
}
