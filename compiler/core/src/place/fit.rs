//! Whether one replica fits a node at all.

use std::collections::BTreeSet;

use super::{
    Placement,
    cells::of_one,
    demand::{Cell, Demand, nodes},
    resource::{Amounts, Resource},
    rules::REPLICA_TOO_LARGE,
};
use crate::{
    diag::{Diagnostic, Findings, words},
    model::{Disk, Estate, Id, Pool},
};

/// What there is to stand on.
struct Ground {
    /// What a node of each pool has.
    nodes: Vec<Amounts>,
    /// The cells that have nodes at all.
    cells: BTreeSet<Cell>,
}

impl Ground {
    fn cells_of<'d>(&self, demand: &'d Demand) -> impl Iterator<Item = &'d Cell> {
        demand.cells.iter().filter(|cell| self.cells.contains(cell))
    }
}

/// Reports each workload of which a replica fits none of its pools' nodes; returns whether it
/// found one, for each demand.
pub(super) fn check(
    estate: &Estate,
    placement: &Placement,
    demands: &[Demand],
    findings: &mut Findings,
) -> Vec<bool> {
    let pools = estate.pools.iter();
    let nodes: Vec<Amounts> = pools
        .map(|(_, pool)| Amounts::of_node(estate, pool))
        .collect();
    // Demands are many, and their cells are few.
    let cells: BTreeSet<Cell> = demands.iter().flat_map(|it| &it.cells).copied().collect();
    let cells = cells
        .into_iter()
        .filter(|cell| self::nodes(estate, *cell) > 0);
    let ground = Ground {
        nodes,
        cells: cells.collect(),
    };
    demands
        .iter()
        .map(|demand| match nearest(&ground, demand) {
            Some((pool, lacks)) => {
                findings.push(too_large(estate, placement, demand, pool, &lacks));
                true
            }
            None => match nearest_cell(estate, placement, &ground, demand) {
                Some((pool, lacks)) => {
                    findings.push(beyond_cell(estate, demand, pool, &lacks));
                    true
                }
                None => false,
            },
        })
        .collect()
}

/// The pool that comes nearest of those whose nodes it fits, and what a NUMA cell of it lacks;
/// `None` where a kubelet takes it.
fn nearest_cell(
    estate: &Estate,
    placement: &Placement,
    ground: &Ground,
    demand: &Demand,
) -> Option<(Id<Pool>, Vec<Lack>)> {
    let footprint = placement.footprints.get(&demand.workload)?;
    footprint.pinned?;
    let mut nearest: Option<(Id<Pool>, Vec<Lack>)> = None;
    for cell in ground.cells_of(demand) {
        if demand
            .each
            .beyond(ground.nodes.get(cell.pool.index())?)
            .count()
            > 0
        {
            continue;
        }
        let (has, asks) = of_one(estate, &estate.pools[cell.pool], footprint)?;
        let lacks = asks.beyond(&has);
        let lacks: Vec<Lack> = lacks
            .map(|(resource, asked, has)| (resource.clone(), asked, has))
            .collect();
        if lacks.is_empty() {
            return None;
        }
        if nearest
            .as_ref()
            .is_none_or(|(_, least)| lacks.len() < least.len())
        {
            nearest = Some((cell.pool, lacks));
        }
    }
    nearest
}

/// A replica that a node has enough for, and no NUMA cell of it.
fn beyond_cell(estate: &Estate, demand: &Demand, pool: Id<Pool>, lacks: &[Lack]) -> Diagnostic {
    let workload = &estate.workloads[demand.workload];
    let pool = &estate.pools[pool];
    let all = |of: &dyn Fn(&Lack) -> String| words::and(&lacks.iter().map(of).collect::<Vec<_>>());
    let nearest = if workload.pools.len() > 1 {
        "nearest "
    } else {
        ""
    };
    let name = &pool.name.value;
    let message = format!(
        "one replica of `{}` takes {} in one NUMA cell, and a cell of its {nearest}pool `{name}` has {}",
        workload.path,
        all(&|(what, asked, _)| what.amount(*asked)),
        all(&|(what, _, has)| what.amount(*has)),
    );
    let count = words::count(estate.numa_nodes(pool), "NUMA cell");
    let finding = Diagnostic::new(&REPLICA_TOO_LARGE, place(estate, demand, lacks), message)
        .label("fits no NUMA cell")
        .also(pool.spec.cpu.meta.span, format!("{count} on each node"));
    let topology = pool.spec.topology_manager.as_ref();
    let finding = match topology {
        Some(topology) => finding.also(topology.meta.span, "refuses what lies in two of them"),
        None => finding,
    };
    finding
        .why("the scheduler knows nothing of cells: it picks a node by the sum, and the kubelet there refuses the pod, again and again (`TopologyAffinityError`)")
        .help(format!("make it small enough for one cell, or write `topology-manager best-effort` in pool `{name}`, which refuses nothing"))
}

type Lack = (Resource, u128, u128);

/// The pool that comes nearest, and what a node of it lacks; `None` where one fits.
fn nearest(ground: &Ground, demand: &Demand) -> Option<(Id<Pool>, Vec<Lack>)> {
    let pools: Vec<(Id<Pool>, Vec<Lack>)> = ground
        .cells_of(demand)
        .filter_map(|cell| {
            let lacks = demand
                .each
                .beyond(ground.nodes.get(cell.pool.index())?)
                .map(|(resource, asked, has)| (resource.clone(), asked, has))
                .collect();
            Some((cell.pool, lacks))
        })
        .collect();
    if pools.iter().any(|(_, lacks)| lacks.is_empty()) {
        return None;
    }
    pools.into_iter().min_by(|(a, of_a), (b, of_b)| {
        (of_a.len(), a)
            .cmp(&(of_b.len(), b))
            .then_with(|| of_a.cmp(of_b))
    })
}

fn too_large(
    estate: &Estate,
    placement: &Placement,
    demand: &Demand,
    pool: Id<Pool>,
    lacks: &[Lack],
) -> Diagnostic {
    let workload = &estate.workloads[demand.workload];
    let pool = &estate.pools[pool];
    let asked: Vec<String> = lacks
        .iter()
        .map(|(what, asked, _)| what.amount(*asked))
        .collect();
    let has: Vec<String> = lacks
        .iter()
        .map(|(what, _, has)| what.amount(*has))
        .collect();
    let nearest = if workload.pools.len() > 1 {
        "nearest "
    } else {
        ""
    };
    let message = format!(
        "one replica of `{}` takes {}, and a node of its {nearest}pool `{}` has {}",
        workload.path,
        words::and(&asked),
        pool.name.value,
        words::and(&has)
    );
    let mut finding = Diagnostic::new(&REPLICA_TOO_LARGE, place(estate, demand, lacks), message)
        .label("fits no node")
        .also(
            pool.spec.meta.span,
            "what is left for workloads on a node of this pool",
        );
    if let Some(why) = why(placement, demand, pool, lacks) {
        finding = finding.why(why);
    }
    finding.help("ask for less, split it into more replicas, or give it a pool with larger nodes")
}

/// The line that asks for what is lacking first.
fn place(estate: &Estate, demand: &Demand, lacks: &[Lack]) -> tenantry_syntax::Span {
    let workload = &estate.workloads[demand.workload];
    let spec = &workload.spec;
    let origin = match lacks.first() {
        Some((Resource::Cpu | Resource::DedicatedCpu, ..)) => {
            spec.cpu.as_ref().map(|cpu| cpu.meta.origin)
        }
        Some((Resource::Memory | Resource::Hugepages(_) | Resource::CellMemory, ..)) => {
            spec.memory.as_ref().map(|memory| memory.meta.origin)
        }
        Some((Resource::Gpu(_) | Resource::Slice(..), ..)) => {
            workload.gpus.first().map(|gpu| gpu.spec.meta.origin)
        }
        Some((Resource::Disk(class), ..)) => {
            let on_class = |disk: &&Disk| {
                let found = estate.storage_of(workload, disk);
                found.is_some_and(|at| *estate.storages[at].name.value.as_str() == **class)
            };
            let disk = workload.disks.iter().find(on_class);
            disk.map(|disk| disk.spec.meta.origin)
        }
        Some((Resource::Pods, ..)) | None => None,
    };
    origin.map_or(spec.meta.span, |origin| estate.span(origin))
}

/// How the figures come about, for the resources where that is no matter of one line.
fn why(placement: &Placement, demand: &Demand, pool: &Pool, lacks: &[Lack]) -> Option<String> {
    let (memory, cpu) = (
        lacks.iter().any(|(what, ..)| *what == Resource::Memory),
        lacks.iter().any(|(what, ..)| *what == Resource::Cpu),
    );
    let mut parts = Vec::new();
    if memory {
        parts.push(memory_of(pool));
        let overhead = &placement.footprints.get(&demand.workload)?.overhead;
        if !overhead.is_empty() {
            let beside: Vec<String> = overhead
                .iter()
                .map(|(what, size)| format!("{size} for {what}"))
                .collect();
            parts.push(format!(
                "beside what it asks for itself a replica takes {}",
                words::and(&beside)
            ));
        }
    } else if cpu {
        let reserved = pool
            .spec
            .reserve
            .as_ref()
            .and_then(|reserve| reserve.cpu.as_ref());
        let kept = reserved.map_or(String::new(), |cpu| {
            format!(", {} of them kept for the system", cpu.value)
        });
        parts.push(format!(
            "a node has {}{kept}",
            words::count(pool.threads, "thread")
        ));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn memory_of(pool: &Pool) -> String {
    let mut less: Vec<String> = pool
        .hugepages()
        .map(|(page, total)| format!("{} in {page} pages", total.value))
        .collect();
    let reserved = pool
        .spec
        .reserve
        .as_ref()
        .and_then(|reserve| reserve.memory.as_ref());
    less.extend(reserved.map(|memory| format!("{} kept for the system", memory.value)));
    less.push("100MiB below which the kubelet evicts".to_owned());
    format!(
        "of a node's {} go {}",
        pool.spec.memory.size.value,
        words::and(&less)
    )
}
