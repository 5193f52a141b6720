//! An estate as problems for the engine: one for each cluster, since nothing stands in two.
//!
//! What a problem says is what is emitted. Amounts are exact: CPU in thousandths of a core, memory,
//! huge pages and disks in bytes, GPUs and slices by the piece. Labels, taints and rules are those
//! that the scheduler is given; what it merely prefers is no constraint. What stands on every node
//! is part of what a node keeps, and what need not stand (jobs, machines that are switched off) is
//! left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use indexmap::IndexMap;
use tenantry_placement::{
    Answer,
    problem::{Affinity, Failures, Mode, Pool, Problem, Spread, Topology, Workload},
};

use super::{
    Placement,
    cells::{Grid, Loose},
    demand::{Demand, on_every_node, stands},
    parts::{self, Part},
    resource::{Amounts, Resource},
};
use crate::{
    lower::names::TENANT_LABEL,
    model::{self, Backend, Cluster, Estate, Id, Ref, Replicas},
    schema::kinds::{self, SpareMode, SpareOf, SpreadBy, TaintEffect},
    target::Pinned,
};

/// The labels that the compiler itself puts on nodes, and those that Kubernetes puts there.
const POOL: &str = "tenantry.dev/pool";
const ZONE: &str = "topology.kubernetes.io/zone";
const HOST: &str = "kubernetes.io/hostname";
const ARCH: &str = "kubernetes.io/arch";
/// Which part of a pool a node is in: for what no label of a real node says alone.
const PART: &str = "part";
/// Whether a node's zone and rack are known: a rule over zones needs a node that is in one.
const ZONED: &str = "has-zone";
const RACKED: &str = "has-rack";

/// The largest figure that the engine takes, a ratio counted in: 64 PiB.
const LARGEST: u64 = 1 << 56;

/// A problem, and what its names stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posed {
    /// The cluster.
    pub cluster: Id<Cluster>,
    /// The problem.
    pub problem: Arc<Problem>,
    /// What each pool of the problem is, in its order.
    pub parts: Vec<Part>,
    /// What each workload of the problem is, in its order.
    pub workloads: Vec<Id<model::Workload>>,
    /// What each resource of the problem is.
    pub(super) resources: BTreeMap<String, Resource>,
    /// What it leaves open of NUMA cells.
    pub(super) loose: Loose,
}

impl Posed {
    /// Decides the problem, or the same with changes. Where it leaves something open, that it fits
    /// is said only of what does so in any case. `solve` asks the engine, and explains when told.
    pub fn decide(&self, problem: &Problem, solve: impl Fn(&Problem, bool) -> Answer) -> Answer {
        self.loose.decide(problem, &solve)
    }

    /// An amount of a resource of the problem, as a message says it: `16 cores`. A resource that
    /// is none of the problem's is said as it is.
    pub fn amount(&self, resource: &str, amount: u64) -> String {
        match self.resources.get(resource) {
            Some(resource) => resource.amount(amount.into()),
            None => format!("{amount} {resource}"),
        }
    }

    /// The workload of a name of the problem.
    pub fn workload(&self, name: &str) -> Option<Id<model::Workload>> {
        let at = self.problem.workloads.iter().position(|w| w.name == name)?;
        self.workloads.get(at).copied()
    }

    /// The part of a pool that a name of the problem stands for.
    pub fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name)
    }

    /// The host name of a node of the problem.
    pub fn host<'e>(&self, estate: &'e Estate, node: &str) -> Option<&'e str> {
        let (part, at) = node.rsplit_once('-')?;
        let part = self.part(part)?;
        let at = *part.nodes.get(at.parse::<usize>().ok()?)?;
        Some(estate.pools[part.pool].nodes.get(at)?.name.as_str())
    }
}

/// The problem of a cluster: what of `demands` stands in it; nothing where the ground is broken or
/// a figure is beyond what can be computed with.
pub(super) fn pose(
    estate: &Estate,
    placement: &Placement,
    cluster: Id<Cluster>,
    demands: &[Demand],
) -> Option<Posed> {
    if estate.broken_ground {
        return None;
    }
    let parts = parts::of(estate, placement, cluster);
    // A name that stands twice was told; of what bears it, the first is what is meant.
    let mut names = BTreeSet::new();
    let standing: Vec<&Demand> = demands
        .iter()
        .filter(|demand| names.insert(&estate.workloads[demand.workload].path))
        .filter(|demand| estate.workloads[demand.workload].cluster == cluster)
        .filter(|demand| stands(&estate.workloads[demand.workload]) && demand.replicas > 0)
        .collect();
    let (everywhere, placed): (Vec<&Demand>, Vec<&Demand>) = standing
        .into_iter()
        .partition(|demand| on_every_node(&estate.workloads[demand.workload]));
    let ground = Ground::of(estate, cluster, &parts);
    let known: BTreeSet<Id<model::Workload>> = placed.iter().map(|d| d.workload).collect();
    let write = |demand: &&Demand| ground.workload(demand, &known);
    let workloads = crate::par::map(&placed, write);
    let mut problem = Problem {
        pools: parts
            .iter()
            .map(|part| ground.pool(part))
            .collect::<Option<_>>()?,
        workloads: workloads.into_iter().collect::<Option<_>>()?,
        failures: failures(estate, &parts),
    };
    let mut pools = BTreeSet::new();
    if !problem.pools.iter().all(|pool| pools.insert(&pool.name)) {
        return None;
    }
    let grid = Grid::of(estate, cluster);
    for (part, pool) in parts.iter().zip(&mut problem.pools) {
        grid.divide(estate, part.pool, pool);
    }
    let mut loose = Loose::default();
    for (demand, workload) in placed.iter().zip(&mut problem.workloads) {
        let pools = &estate.workloads[demand.workload].pools;
        let beside = grid.bind(pools, pinned(placement, demand), workload);
        let beside = beside.filter(|beside| *beside > 0);
        loose
            .memory
            .extend(beside.map(|beside| (workload.name.clone(), beside)));
    }
    let mut on_each: BTreeMap<String, Vec<Pinned>> = BTreeMap::new();
    for demand in everywhere {
        let workload = ground.workload(demand, &known)?;
        for pool in problem
            .pools
            .iter_mut()
            .filter(|pool| workload.admitted(pool))
        {
            take(pool, &workload, demand);
            let here = on_each.entry(pool.name.clone()).or_default();
            here.extend(pinned(placement, demand));
        }
    }
    for part in &parts {
        let here = on_each.get(&part.name).map_or(&[][..], Vec::as_slice);
        let open = grid.open(estate, part.pool, here);
        if !open.is_nothing() {
            loose.nodes.insert(part.name.clone(), open);
        }
    }
    let mut resources = BTreeMap::new();
    let asked = placed.iter().flat_map(|demand| demand.each.iter());
    for (resource, _) in asked {
        if let Some(key) = resource.key()
            && !resources.contains_key(&key)
        {
            resources.insert(key, resource.clone());
        }
    }
    for resource in [Resource::DedicatedCpu, Resource::CellMemory] {
        resources.extend(resource.key().map(|key| (key, resource)));
    }
    Some(Posed {
        cluster,
        problem: Arc::new(problem),
        loose,
        workloads: placed.iter().map(|demand| demand.workload).collect(),
        parts,
        resources,
    })
}

/// What the kubelet's managers give a replica.
fn pinned(placement: &Placement, demand: &Demand) -> Option<Pinned> {
    placement.footprints.get(&demand.workload)?.pinned
}

/// A node keeps what stands on each. Of which cell that is, is open: what it takes of huge pages
/// is not counted by cell.
fn take(pool: &mut Pool, workload: &Workload, demand: &Demand) {
    for (resource, amount) in &workload.requests {
        let kept = pool.reserved.entry(resource.clone()).or_default();
        *kept = kept.saturating_add(*amount);
    }
    pool.numa_resources
        .retain(|divided| !workload.requests.contains_key(divided));
    let pods = demand.each.get(&Resource::Pods).unwrap_or(0);
    let pods = u32::try_from(pods).unwrap_or(u32::MAX);
    pool.max_pods = pool.max_pods.map(|most| most.saturating_sub(pods));
}

/// What may fail: of each pool for itself, as its `spare` says.
fn failures(estate: &Estate, parts: &[Part]) -> Vec<Failures> {
    let mut names: BTreeMap<Id<model::Pool>, Vec<String>> = BTreeMap::new();
    for part in parts {
        names.entry(part.pool).or_default().push(part.name.clone());
    }
    let mut failures = Vec::new();
    for (pool, names) in names {
        let spares = estate.pools[pool].spec.spare.iter();
        failures.extend(
            spares
                .filter(|spare| spare.count.value > 0)
                .map(|spare| Failures {
                    k: spare.count.value,
                    domain: match spare.of.value {
                        SpareOf::Node => Topology::Node,
                        SpareOf::Rack => Topology::Rack,
                        SpareOf::Zone => Topology::Zone,
                    },
                    pools: Some(names.clone()),
                    mode: match spare.mode.value {
                        SpareMode::Replan => Mode::Replan,
                        SpareMode::Evacuate => Mode::Evacuate,
                    },
                    relax: Vec::new(),
                }),
        );
    }
    failures
}

/// What all workloads of a cluster look at.
struct Ground<'e> {
    estate: &'e Estate,
    parts: &'e [Part],
    /// The taint of each tenant that has nodes alone.
    alone: BTreeMap<Id<model::Tenant>, String>,
    /// The labels that pools of the cluster bear.
    labels: BTreeSet<&'e str>,
    /// Whether a node's zone, and its rack, is not known.
    unzoned: bool,
    unracked: bool,
}

impl<'e> Ground<'e> {
    fn of(estate: &'e Estate, cluster: Id<Cluster>, parts: &'e [Part]) -> Self {
        let pools = estate.pools_of(cluster);
        let labels = pools.flat_map(|(_, pool)| pool.spec.meta.labels.keys());
        let owners = parts.iter().filter_map(|part| part.owner);
        Self {
            estate,
            parts,
            alone: owners
                .map(|owner| (owner, taint_of(estate, owner)))
                .collect(),
            labels: labels.map(|label| &**label).collect(),
            unzoned: parts.iter().any(|part| part.zone.is_none()),
            unracked: parts.iter().any(|part| !part.racked),
        }
    }

    fn pool(&self, part: &Part) -> Option<Pool> {
        let pool = &self.estate.pools[part.pool];
        let cluster = &self.estate.clusters[pool.cluster];
        let node = Amounts::of_node(self.estate, pool);
        let mut capacity = BTreeMap::new();
        for (resource, amount) in node.iter() {
            if let Some(key) = resource.key() {
                capacity.insert(key, u64::try_from(amount).ok()?);
            }
        }
        let mut overcommit = BTreeMap::new();
        if let (Backend::Proxmox(_), Some(ratios)) = (&cluster.backend, &pool.spec.overcommit) {
            for (resource, ratio) in [("cpu", ratios.cpu.value), ("memory", ratios.memory.value)] {
                let ratio = (u64::from(ratio.promised()), u64::from(ratio.real()));
                overcommit.insert(resource.to_owned(), ratio);
            }
            overcommit.retain(|_, (promised, real)| promised != real);
        }
        let mut reserved = BTreeMap::new();
        for (key, all, left) in [
            (
                "cpu",
                u64::from(pool.threads) * 1000,
                pool.allocatable_cpu().as_millis(),
            ),
            (
                "memory",
                pool.spec.memory.size.value.get(),
                pool.allocatable_memory().get(),
            ),
        ] {
            capacity.insert(key.to_owned(), all);
            reserved.insert(key.to_owned(), all.saturating_sub(left));
        }
        let count = u32::try_from(part.nodes.len()).ok()?;
        let fits = capacity.iter().all(|(key, amount)| {
            let most = overcommit.get(key).map_or(1, |(promised, _)| *promised);
            amount
                .checked_mul(most)
                .is_some_and(|amount| amount <= LARGEST)
        });
        fits.then(|| Pool {
            name: part.name.clone(),
            count,
            zones: IndexMap::from([(part.zone.clone().unwrap_or_else(|| nowhere(pool)), count)]),
            racks: racks(pool, part),
            capacity,
            reserved,
            overcommit,
            numa: 1,
            numa_resources: Vec::new(),
            labels: self.node_labels(part),
            taints: self.taints(part),
            max_pods: node
                .get(&Resource::Pods)
                .filter(|_| cluster.is_kubernetes())
                .and_then(|pods| u32::try_from(pods).ok()),
        })
    }

    fn node_labels(&self, part: &Part) -> BTreeMap<String, String> {
        let pool = &self.estate.pools[part.pool];
        let mut labels: BTreeMap<String, String> = BTreeMap::new();
        for (key, value) in &pool.spec.meta.labels {
            labels.insert(key.to_string(), value.value.to_string());
        }
        let mut add = |key: &str, value: &str| {
            labels.insert(key.to_owned(), value.to_owned());
        };
        add(POOL, pool.name.value.as_str());
        add(ARCH, self.estate.arch(pool).word());
        add(PART, &part.name);
        if let Some(owner) = part.owner {
            add(TENANT_LABEL, self.estate.tenants[owner].name.value.as_str());
        }
        if let Some(zone) = &part.zone {
            add(ZONE, zone);
            add(ZONED, "yes");
        }
        if part.racked {
            add(RACKED, "yes");
        }
        if let Some(named) = &part.named {
            add(HOST, named);
        }
        labels
    }

    fn taints(&self, part: &Part) -> Vec<String> {
        let pool = &self.estate.pools[part.pool];
        let keeps_away =
            |taint: &&kinds::Taint| taint.effect.value != TaintEffect::PreferNoSchedule;
        let mut taints: Vec<String> = pool
            .spec
            .taint
            .iter()
            .filter(keeps_away)
            .map(taint)
            .collect();
        taints.extend(part.owner.map(|owner| taint_of(self.estate, owner)));
        taints
    }

    fn workload(&self, demand: &Demand, known: &BTreeSet<Id<model::Workload>>) -> Option<Workload> {
        let workload = &self.estate.workloads[demand.workload];
        let mut requests = BTreeMap::new();
        for (resource, amount) in demand.each.iter() {
            if let Some(key) = resource.key() {
                let amount = u64::try_from(amount)
                    .ok()
                    .filter(|amount| *amount <= LARGEST)?;
                requests.insert(key, amount);
            }
        }
        let others = |named: &[Ref<model::Workload>]| -> Vec<String> {
            let standing = named.iter().filter(|other| known.contains(&other.to));
            let name = |other: &Ref<model::Workload>| match other.to == demand.workload {
                true => "self".to_owned(),
                false => self.estate.workloads[other.to].path.to_string(),
            };
            standing.map(name).collect()
        };
        let rule = |topology, with: Vec<String>| {
            let some = !with.is_empty();
            some.then_some(Affinity { topology, with })
                .into_iter()
                .collect()
        };
        let near = workload
            .spec
            .on
            .as_ref()
            .and_then(|on| on.together.as_ref());
        let near = near.map_or(Topology::Node, |together| topology(together.by.value));
        Some(Workload {
            name: workload.path.to_string(),
            replicas: demand.replicas,
            requests,
            selector: self.selector(workload),
            tolerations: self.tolerations(workload),
            tenant: Some(self.estate.tenants[workload.tenant].name.value.to_string()),
            anti_affinity: rule(Topology::Node, others(&workload.apart)),
            affinity: rule(near, others(&workload.together)),
            spread: spreads(workload),
            ..Workload::default()
        })
    }

    /// What of the nodes' labels a workload asks for.
    fn selector(&self, workload: &model::Workload) -> BTreeMap<String, Vec<String>> {
        let on = workload.spec.on.as_ref();
        let mut selector = BTreeMap::new();
        let mut want = |key: &str, values: Vec<String>| {
            let all = selector
                .entry(key.to_owned())
                .or_insert_with(|| values.clone());
            all.retain(|value| values.contains(value));
        };
        let pools = workload.pools.iter();
        let name = |pool: &Ref<model::Pool>| self.estate.pools[pool.to].name.value.to_string();
        let own = pools
            .clone()
            .filter(|pool| self.has_alone(workload, pool.to))
            .count();
        match (own, workload.pools.len()) {
            (0, _) => want(POOL, pools.map(name).collect()),
            (own, all) if own == all => {
                let tenant = self.estate.tenants[workload.tenant].name.value.to_string();
                want(POOL, pools.map(name).collect());
                want(TENANT_LABEL, vec![tenant]);
            }
            _ => want(PART, self.own_parts(workload)),
        }
        if let Some(zones) = on.and_then(|on| on.zone.as_ref()) {
            want(
                ZONE,
                zones
                    .names
                    .iter()
                    .map(|zone| zone.value.to_string())
                    .collect(),
            );
        }
        if let Some(node) = parts::named_node(workload) {
            want(HOST, vec![node.to_owned()]);
        }
        for asked in on.iter().flat_map(|on| &on.r#where) {
            // A label that no pool bears may be put on by others.
            let key = &*asked.key.value;
            if key == ZONE || key == ARCH || self.labels.contains(key) {
                let values = asked.values.iter().map(|value| value.value.to_string());
                want(key, values.collect());
            }
        }
        for by in placed_by(workload) {
            match by {
                Topology::Zone if self.unzoned => want(ZONED, vec!["yes".to_owned()]),
                Topology::Rack if self.unracked => want(RACKED, vec!["yes".to_owned()]),
                Topology::Zone | Topology::Rack | Topology::Node => {}
            }
        }
        selector
    }

    /// The parts that a tenant stands on which has nodes alone in some of a workload's pools: its
    /// own in those, everybody's in the others.
    fn own_parts(&self, workload: &model::Workload) -> Vec<String> {
        let admits = |part: &&Part| {
            let named = workload.pools.iter().any(|pool| pool.to == part.pool);
            let own = part.owner == Some(workload.tenant);
            named && (own || !self.has_alone(workload, part.pool))
        };
        let parts = self.parts.iter().filter(admits);
        parts.map(|part| part.name.clone()).collect()
    }

    fn has_alone(&self, workload: &model::Workload, pool: Id<model::Pool>) -> bool {
        let owner = self.estate.pools[pool].tenant;
        let mut given = self.estate.tenants[workload.tenant].dedicated.iter();
        owner.is_some_and(|owner| owner.to == workload.tenant)
            || given.any(|(own, _)| own.to == pool)
    }

    /// The taints that a workload bears, of those of its pools.
    fn tolerations(&self, workload: &model::Workload) -> Vec<String> {
        let mut all = BTreeSet::new();
        for pool in &workload.pools {
            all.extend(self.estate.pools[pool.to].spec.taint.iter().map(taint));
        }
        all.extend(self.alone.get(&workload.tenant).cloned());
        let said = workload.spec.on.iter().flat_map(|on| &on.tolerate);
        for said in said.filter(|said| &*said.key.value == TENANT_LABEL) {
            let bears = |owner: &Id<model::Tenant>| {
                let name = &self.estate.tenants[*owner].name.value;
                let value = said.value.as_ref();
                value.is_none_or(|value| *value.value == *name.as_str())
            };
            let others = self.alone.iter().filter(|(owner, _)| bears(owner));
            all.extend(others.map(|(_, taint)| taint.clone()));
        }
        all.into_iter().collect()
    }
}

/// The taint of nodes that a tenant has alone.
fn taint_of(estate: &Estate, owner: Id<model::Tenant>) -> String {
    format!(
        "{TENANT_LABEL}={}:NoSchedule",
        estate.tenants[owner].name.value
    )
}

fn taint(taint: &kinds::Taint) -> String {
    format!(
        "{}={}:{}",
        taint.key.value,
        taint.value.value,
        taint.effect.value.word()
    )
}

/// Nodes of which nobody says where they stand count as one place of their pool.
fn nowhere(pool: &model::Pool) -> String {
    format!("?{}", pool.name.value)
}

/// How many nodes of a part each rack has, in their order.
fn racks(pool: &model::Pool, part: &Part) -> IndexMap<String, u32> {
    let mut racks = IndexMap::new();
    for node in &part.nodes {
        let rack = parts::rack(pool, *node).map_or_else(|| nowhere(pool), str::to_owned);
        *racks.entry(rack).or_insert(0) += 1;
    }
    racks
}

fn topology(by: SpreadBy) -> Topology {
    match by {
        SpreadBy::Node => Topology::Node,
        SpreadBy::Rack => Topology::Rack,
        SpreadBy::Zone => Topology::Zone,
    }
}

/// How evenly replicas must stand. So many in each zone is so many in all, and no zone has more
/// than one above another, unless the workload says otherwise itself.
fn spreads(workload: &model::Workload) -> Vec<Spread> {
    let said = || workload.spec.on.iter().flat_map(|on| &on.spread);
    let hard = said()
        .filter(|spread| spread.hard.value)
        .map(|spread| Spread {
            topology: topology(spread.by.value),
            max_skew: spread.max_skew.value.max(1),
        });
    let mut spreads: Vec<Spread> = hard.collect();
    let by_zone = said().any(|spread| spread.by.value == SpreadBy::Zone);
    if matches!(workload.replicas, Replicas::PerZone(_)) && !by_zone {
        spreads.push(Spread {
            topology: Topology::Zone,
            max_skew: 1,
        });
    }
    spreads
}

/// What its rules count places by.
fn placed_by(workload: &model::Workload) -> BTreeSet<Topology> {
    let near = workload
        .spec
        .on
        .iter()
        .filter_map(|on| on.together.as_ref());
    let near = near.map(|together| topology(together.by.value));
    let spreads = spreads(workload).into_iter().map(|spread| spread.topology);
    spreads.chain(near).collect()
}
