//! NUMA cells in a problem: which pools have some that no pod reaches beyond, and what their
//! kubelets count by them.
//!
//! What a cell holds is counted apart from what a node holds: threads that a pod has alone, and
//! memory of the class Guaranteed. Everybody else takes of the node alone.
//!
//! Cells are alike in a problem, and on a machine one of them may have less: the kubelet takes
//! the threads that the system keeps of the first, and a list of them (`reserve cores=`) may have
//! any. So each cell is posed with all of its threads, which refuses nothing that a kubelet takes,
//! and [`Loose::strictly`] makes the problem of which whatever fits does so wherever they are.
//! Between the two is what is open.

use std::collections::BTreeMap;

use tenantry_placement::{
    Answer, Verdict,
    problem::{Numa, Pool, Problem, Workload},
};

use super::resource::{Amounts, Resource};
use crate::{
    model::{self, Cells, Cluster, Estate, Id, Ref},
    target::{Footprint, Pinned},
    units::Bytes,
};

/// What is said of a problem that only what is open decides.
pub(super) const OPEN: &str = "it fits if the threads that the system keeps are of the right NUMA cells, and does not if each cell lacks them";

/// Threads that pods have alone, of all cells of a node together.
const TOGETHER: &str = "dedicated-cpu-together";

/// The cells of a cluster's pools; none where no kubelet keeps to them.
pub(super) struct Grid(BTreeMap<Id<model::Pool>, Cells>);

impl Grid {
    /// Those of a cluster.
    pub(super) fn of(estate: &Estate, cluster: Id<Cluster>) -> Self {
        let pools = estate.pools_of(cluster);
        let cells = pools.filter_map(|(id, pool)| Some((id, estate.cells(pool)?)));
        Self(cells.collect())
    }

    /// Divides what a node of a pool has. Whoever is counted by cell in one pool may stand in
    /// another too, so that all of them have what is counted.
    pub(super) fn divide(&self, estate: &Estate, id: Id<model::Pool>, pool: &mut Pool) {
        if self.0.is_empty() {
            return;
        }
        let spec = &estate.pools[id];
        let cells = self.0.get(&id);
        let count = cells.map_or(1, |cells| cells.count);
        let threads = u64::from(spec.threads.div_ceil(count)) * u64::from(count);
        let mut divided = Vec::new();
        let mut add = |resource: Resource, has: u64, by_cell: bool| {
            if let Some(key) = resource.key() {
                divided.extend(by_cell.then(|| key.clone()));
                pool.capacity.insert(key, has);
            }
        };
        add(
            Resource::DedicatedCpu,
            threads,
            cells.is_some_and(|cells| cells.threads),
        );
        let by_cell = cells.is_some_and(|cells| cells.memory);
        add(
            Resource::CellMemory,
            spec.allocatable_memory().get(),
            by_cell,
        );
        for (page, total) in spec.hugepages() {
            add(Resource::Hugepages(page.value), total.value.get(), by_cell);
        }
        divided.sort();
        pool.numa = count;
        pool.numa_resources = divided;
    }

    /// Lets a workload take of cells what its pods have there, where one of its pools has some
    /// that bind it; returns the memory beside it that may lie in another cell.
    pub(super) fn bind(
        &self,
        pools: &[Ref<model::Pool>],
        pinned: Option<Pinned>,
        workload: &mut Workload,
    ) -> Option<u64> {
        let pinned = pinned?;
        let binds = |cells: &&Cells| cells.memory || cells.threads && pinned.threads > 0;
        let cells: Vec<&Cells> = pools
            .iter()
            .filter_map(|pool| self.0.get(&pool.to))
            .filter(binds)
            .collect();
        if cells.is_empty() {
            return None;
        }
        let beside = pinned.beside.get();
        let whole = cells.iter().all(|cells| cells.pods_whole);
        let memory = pinned.memory.get() + if whole { beside } else { 0 };
        let mut take = |resource: Resource, amount: u64| {
            if let Some(key) = resource.key().filter(|_| amount > 0) {
                workload.requests.insert(key, amount);
            }
        };
        take(Resource::DedicatedCpu, pinned.threads.into());
        take(Resource::CellMemory, memory);
        workload.numa = Some(Numa::Single);
        Some(if whole { 0 } else { beside })
    }

    /// What of a pool's nodes is not surely there. `everywhere` is what stands on each of them, in
    /// one cell or another.
    pub(super) fn open(&self, estate: &Estate, id: Id<model::Pool>, everywhere: &[Pinned]) -> Open {
        let mut open = Open::default();
        let Some(cells) = self.0.get(&id) else {
            return open;
        };
        let count = u64::from(cells.count);
        let pool = &estate.pools[id];
        if cells.threads {
            let all = u64::from(pool.threads);
            // The static manager rounds what is kept up to whole threads.
            let kept = all.saturating_sub(pool.allocatable_cpu().as_millis() / 1000);
            let beside: u64 = everywhere.iter().map(|pod| u64::from(pod.threads)).sum();
            let sure = (all / count).saturating_sub(kept.saturating_add(beside));
            let reserve = pool.spec.reserve.as_ref();
            let listed = reserve.is_some_and(|reserve| reserve.cores.is_some());
            if listed || beside > 0 || all % count > 0 {
                open.take(Resource::DedicatedCpu, (all.div_ceil(count) - sure) * count);
            } else if kept > 0 {
                open.threads = Some(sure * count);
            }
        }
        if cells.memory {
            let sum = |sum: u64, pod: &Pinned| {
                sum.saturating_add(pod.memory.get())
                    .saturating_add(pod.beside.get())
            };
            let taken = everywhere.iter().fold(0, sum).saturating_mul(count);
            open.take(
                Resource::CellMemory,
                taken.min(pool.allocatable_memory().get()),
            );
        }
        open
    }
}

/// What the largest cell of a pool's nodes has, and what a replica takes of one; `None` where the
/// kubelet lays it anywhere.
pub(super) fn of_one(
    estate: &Estate,
    pool: &model::Pool,
    footprint: &Footprint,
) -> Option<(Amounts, Amounts)> {
    let (cells, pinned) = (estate.cells(pool)?, footprint.pinned?);
    let count = u64::from(cells.count);
    let (mut has, mut asks) = (Amounts::default(), Amounts::default());
    if cells.threads {
        let threads = pool.threads.div_ceil(cells.count);
        has.add(Resource::DedicatedCpu, threads.into());
        asks.add(Resource::DedicatedCpu, pinned.threads.into());
    }
    if cells.memory {
        let beside = if cells.pods_whole {
            pinned.beside
        } else {
            Bytes::ZERO
        };
        let memory = u128::from(pinned.memory.get()) + u128::from(beside.get());
        has.add(
            Resource::CellMemory,
            (pool.allocatable_memory().get() / count).into(),
        );
        asks.add(Resource::CellMemory, memory);
        for (page, total) in pool.hugepages() {
            let page = Resource::Hugepages(page.value);
            has.add(page, (total.value.get() / count).into());
        }
        for (page, total) in &footprint.hugepages {
            asks.add(Resource::Hugepages(*page), total.get().into());
        }
    }
    Some((has, asks))
}

/// What of each node of a pool may not be there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Open {
    /// By resource, an amount that each cell may lack an equal share of.
    amounts: BTreeMap<String, u64>,
    /// The most threads that pods may have together, so that the emptiest of the cells bears what
    /// the system keeps of the first.
    threads: Option<u64>,
}

impl Open {
    fn take(&mut self, resource: Resource, amount: u64) {
        if let Some(key) = resource.key().filter(|_| amount > 0) {
            self.amounts.insert(key, amount);
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        self.amounts.is_empty() && self.threads.is_none()
    }
}

/// What a problem leaves open in favour of what is asked: where not even that suffices, nothing
/// fits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Loose {
    /// What of each node may not be there, by the problem's pool.
    pub(super) nodes: BTreeMap<String, Open>,
    /// Memory that may lie in the same cell as the rest, by workload.
    pub(super) memory: BTreeMap<String, u64>,
}

impl Loose {
    /// A problem, this one's or with changes, of which a placement holds however it is that what
    /// is open turns out; `None` where nothing is.
    fn strictly(&self, problem: &Problem) -> Option<Problem> {
        if self.nodes.is_empty() && self.memory.is_empty() {
            return None;
        }
        let (memory, threads) = (Resource::CellMemory.key()?, Resource::DedicatedCpu.key()?);
        let bound = |workload: &Workload| workload.numa == Some(Numa::Single);
        if !problem.workloads.iter().any(bound) {
            return None;
        }
        let mut problem = problem.clone();
        for pool in &mut problem.pools {
            let open = self.nodes.get(&pool.name);
            for (resource, amount) in open.into_iter().flat_map(|open| &open.amounts) {
                *pool.reserved.entry(resource.clone()).or_default() += amount;
            }
            let all = pool.capacity.get(&threads).copied().unwrap_or_default();
            let most = open.and_then(|open| open.threads).unwrap_or(all);
            pool.capacity.insert(TOGETHER.to_owned(), most);
        }
        for workload in &mut problem.workloads {
            if let Some(beside) = self.memory.get(&workload.name) {
                *workload.requests.entry(memory.clone()).or_default() += beside;
            }
            let own = workload.requests.get(&threads).copied();
            let own = own.map(|own| (TOGETHER.to_owned(), own));
            workload.requests.extend(own);
        }
        Some(problem)
    }

    /// The answer to a problem: that it fits only where it does so however what is open turns out,
    /// that it does not only where it never does.
    pub(super) fn decide(
        &self,
        problem: &Problem,
        solve: &dyn Fn(&Problem, bool) -> Answer,
    ) -> Answer {
        let Some(strict) = self.strictly(problem) else {
            return solve(problem, true);
        };
        let sure = solve(&strict, false);
        if sure.verdict == Verdict::Feasible {
            return sure;
        }
        let answer = solve(problem, true);
        if answer.verdict != Verdict::Feasible {
            return answer;
        }
        Answer {
            tried: vec![OPEN.to_owned()],
            steps: answer.steps,
            ..Answer::undecided()
        }
    }
}
