//! What may fail, and whether each way to fail was shown.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Complaints,
    ground::{Domain, Ground, Lost},
    standing::{Pods, Standing},
};
use crate::problem::{Failures, Isolation, Mode, Numa, Pool, Topology};

/// Up to so many kinds of ways to fail, each must be shown; of more, those that are shown are
/// checked.
const KINDS: usize = 4_000;

/// Something that may fail, of those that cannot be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    /// A zone, or a rack.
    Domain(Domain),
    /// A node like others, by number.
    Node(usize),
}

/// What may fail at once, and what of it was shown.
pub(super) struct Failing<'p> {
    pub(super) failures: &'p Failures,
    /// By pool, whether its nodes may fail.
    pools: Vec<bool>,
    /// The domains that several nodes share, with how many nodes each loses.
    shared: BTreeMap<Domain, u64>,
    /// What a node is of that fails for itself: by pool and node.
    nodes: BTreeMap<(usize, u32), Unit>,
    /// How many units of a kind there are.
    kinds: BTreeMap<Unit, u64>,
    shown: BTreeSet<Vec<Unit>>,
}

impl<'p> Failing<'p> {
    pub(super) fn of(ground: &Ground<'p>, base: &Standing, failures: &'p Failures) -> Self {
        let listed = failures.pools.as_ref();
        let problem = ground.problem;
        let of = |pool: &Pool| listed.is_none_or(|listed| listed.contains(&pool.name));
        let mut failing = Self {
            failures,
            pools: problem.pools.iter().map(of).collect(),
            shared: BTreeMap::new(),
            nodes: BTreeMap::new(),
            kinds: BTreeMap::new(),
            shown: BTreeSet::new(),
        };
        failing.add_units(ground, base);
        failing
    }

    fn add_units(&mut self, ground: &Ground<'_>, base: &Standing) {
        let evacuate = self.failures.mode == Mode::Evacuate;
        let likes = Likes::of(ground);
        let holds: BTreeMap<(usize, u32), BTreeMap<usize, u64>> = base
            .stands
            .iter()
            .filter(|_| evacuate)
            .map(|stand| ((stand.pool, stand.first), likes.load(&stand.pods)))
            .collect();
        let mut known = BTreeMap::new();
        for pool in (0..self.pools.len()).filter(|pool| self.pools[*pool]) {
            for run in &ground.runs[pool] {
                if let Some(domain) = run.domain(self.failures.domain) {
                    *self.shared.entry(domain).or_default() += run.nodes();
                    continue;
                }
                let zone = run.domain(Topology::Zone).filter(|_| likes.zones);
                let rack = run.domain(Topology::Rack).filter(|_| likes.racks);
                for node in run.first..run.end {
                    let pods = holds.get(&(pool, node));
                    let next = known.len();
                    let key = (&likes.pools[pool], zone, rack, pods);
                    let unit = Unit::Node(*known.entry(key).or_insert(next));
                    self.nodes.insert((pool, node), unit);
                    *self.kinds.entry(unit).or_default() += 1;
                }
            }
        }
        let shared = self.shared.keys().map(|domain| (Unit::Domain(*domain), 1));
        self.kinds.extend(shared);
    }

    /// How many fail at once.
    fn many(&self) -> u64 {
        let all: u64 = self.kinds.values().sum();
        all.min(u64::from(self.failures.k))
    }

    /// Whether this is what may be lost: so many units, each whole.
    pub(super) fn may_lose(&self, ground: &Ground<'_>, lost: &Lost) -> bool {
        let mut shared: BTreeMap<Domain, u64> = BTreeMap::new();
        let mut alone = 0;
        for (pool, node) in &lost.nodes {
            if !self.pools[*pool] {
                return false;
            }
            match ground.domain(*pool, *node, self.failures.domain) {
                Domain::Node(..) => alone += 1,
                domain => *shared.entry(domain).or_default() += 1,
            }
        }
        shared.len() as u64 + alone == self.many()
            && shared
                .iter()
                .all(|(domain, nodes)| self.shared.get(domain) == Some(nodes))
    }

    /// Marks what is lost as shown, and all that is like it.
    pub(super) fn shown(&mut self, ground: &Ground<'_>, lost: &Lost) {
        let mut shared = BTreeSet::new();
        let mut kind = Vec::new();
        for at in &lost.nodes {
            match ground.domain(at.0, at.1, self.failures.domain) {
                Domain::Node(..) => kind.extend(self.nodes.get(at).copied()),
                domain => {
                    shared.insert(Unit::Domain(domain));
                }
            }
        }
        kind.extend(shared);
        kind.sort_unstable();
        self.shown.insert(kind);
    }

    /// Complains when a kind of ways to fail is not shown.
    pub(super) fn demand_all(&self, said: &mut Complaints) {
        let many = self.many();
        if many == 0 {
            return;
        }
        let kinds: Vec<(Unit, u64)> = self.kinds.iter().map(|(unit, n)| (*unit, *n)).collect();
        let mut ways = Vec::new();
        if choose(&kinds, many, &mut Vec::new(), &mut ways) {
            let missing = ways.iter().filter(|way| !self.shown.contains(*way)).count();
            if missing > 0 {
                said.say(format_args!(
                    "{missing} of {} unlike ways in which {many} may fail are not shown",
                    ways.len()
                ));
            }
        } else if self.shown.is_empty() {
            said.say("nothing shows what happens when something fails");
        }
    }
}

/// All ways to choose so many units, by kind; says whether there are at most [`KINDS`].
fn choose(
    kinds: &[(Unit, u64)],
    many: u64,
    chosen: &mut Vec<Unit>,
    ways: &mut Vec<Vec<Unit>>,
) -> bool {
    if many == 0 {
        ways.push(chosen.clone());
        return ways.len() <= KINDS;
    }
    let Some(((unit, there), rest)) = kinds.split_first() else {
        return true;
    };
    let before = chosen.len();
    let others: u64 = rest.iter().map(|(_, there)| *there).sum();
    for count in many.saturating_sub(others)..=many.min(*there) {
        chosen.truncate(before);
        chosen.extend((0..count).map(|_| *unit));
        if !choose(rest, many - count, chosen, ways) {
            return false;
        }
    }
    chosen.truncate(before);
    true
}

/// What makes the nodes of two pools alike: everything that a rule of this problem can see.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Like<'p> {
    /// By resource: shares, the ratio in lowest terms, and whether cells divide it.
    rows: Vec<(u128, (u64, u64), bool)>,
    numa: u32,
    labels: BTreeMap<&'p str, &'p str>,
    taints: BTreeSet<&'p str>,
    max_pods: Option<u32>,
    fails: Vec<bool>,
}

struct Likes<'p> {
    pools: Vec<Like<'p>>,
    /// By workload, the number of those whose replicas may change places.
    workloads: Vec<usize>,
    zones: bool,
    racks: bool,
}

impl<'p> Likes<'p> {
    fn of(ground: &Ground<'p>) -> Self {
        let problem = ground.problem;
        let standing = || problem.workloads.iter().filter(|w| w.replicas > 0);
        let labels: BTreeSet<&str> = standing()
            .flat_map(|workload| workload.selector.keys().map(String::as_str))
            .collect();
        let rules = standing().flat_map(|workload| {
            let pairs = workload.affinity.iter().chain(&workload.anti_affinity);
            let spreads = workload.spread.iter().map(|spread| spread.topology);
            pairs.map(|entry| entry.topology).chain(spreads)
        });
        let fails = problem.failures.iter().map(|failures| failures.domain);
        let asked: BTreeSet<Topology> = rules.chain(fails).collect();
        let pools = problem.pools.iter();
        Self {
            pools: pools.map(|pool| like(ground, pool, &labels)).collect(),
            workloads: alike(ground),
            zones: asked.contains(&Topology::Zone),
            racks: asked.contains(&Topology::Rack),
        }
    }

    /// How many replicas of which kind a node holds.
    fn load(&self, pods: &Pods) -> BTreeMap<usize, u64> {
        let mut load = BTreeMap::new();
        for (workload, held) in pods {
            *load.entry(self.workloads[*workload]).or_default() += held.count;
        }
        load
    }
}

/// Numbers the workloads, those alike whose replicas may change places: they ask for the same, on
/// the same nodes, and no rule names them.
fn alike(ground: &Ground<'_>) -> Vec<usize> {
    let problem = ground.problem;
    let mut named = BTreeSet::new();
    for workload in &problem.workloads {
        let mut pairs = workload
            .affinity
            .iter()
            .chain(&workload.anti_affinity)
            .peekable();
        if pairs.peek().is_some() || !workload.spread.is_empty() {
            named.insert(workload.name.as_str());
        }
        named.extend(pairs.flat_map(|entry| entry.with.iter().map(String::as_str)));
    }
    let tenants = problem
        .workloads
        .iter()
        .any(|w| w.isolation == Isolation::Tenant);
    let mut known = BTreeMap::new();
    let numbers = problem.workloads.iter().enumerate().map(|(at, workload)| {
        let asks: Vec<_> = ground.asks[at]
            .iter()
            .map(|ask| (ask.resource, ask.amount, ask.dedicated))
            .collect();
        let pools = problem.pools.iter().map(|pool| workload.admitted(pool));
        let key = (
            asks,
            pools.collect::<Vec<bool>>(),
            (workload.numa == Some(Numa::Single), workload.isolation),
            workload.tenant.as_ref().filter(|_| tenants),
            named.get(workload.name.as_str()),
        );
        let next = known.len();
        *known.entry(key).or_insert(next)
    });
    numbers.collect()
}

fn like<'p>(ground: &Ground<'p>, pool: &'p Pool, labels: &BTreeSet<&str>) -> Like<'p> {
    let row = |resource: usize| {
        let name = ground.resources[resource];
        let (num, den) = pool.ratio(name);
        let by = common(num, den).max(1);
        let has = u128::from(pool.allocatable(name)) * u128::from(num / by);
        let divided = pool.numa > 1 && ground.divided(pool, resource);
        (has, (num / by, den / by), divided)
    };
    let rows: Vec<_> = (0..ground.resources.len()).map(row).collect();
    let cells = rows.iter().any(|(_, _, divided)| *divided);
    let known = pool.labels.iter();
    let known = known.filter(|(label, _)| labels.contains(label.as_str()));
    let fails = ground.problem.failures.iter().map(|failures| {
        let listed = failures.pools.as_ref();
        listed.is_none_or(|listed| listed.contains(&pool.name))
    });
    Like {
        numa: if cells { pool.numa } else { 1 },
        rows,
        labels: known
            .map(|(label, value)| (label.as_str(), value.as_str()))
            .collect(),
        taints: pool.taints.iter().map(String::as_str).collect(),
        max_pods: pool.max_pods,
        fails: fails.collect(),
    }
}

fn common(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}
