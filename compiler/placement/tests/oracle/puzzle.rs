//! A problem as the definitions read, node by node and rule by rule: the ground on which the
//! exhaustive search stands. It knows the problem's types and nothing else of the engine.

use std::collections::{BTreeMap, BTreeSet};

use tenantry_placement::problem::{
    Failures, Isolation, Mode, Numa, Pool, Problem, Relax, Topology, Workload,
};

/// Parts taken away, as an explanation names them.
pub(crate) type Dropped = BTreeSet<String>;

pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) pool: usize,
    /// By resource, what it has in shares; nothing where it has as much as anybody asks for.
    has: Vec<Option<u128>>,
    /// The same for one cell.
    cell: Vec<Option<u128>>,
    pub(crate) cells: usize,
    max_pods: Option<u32>,
    /// The domain's number, by topology.
    domain: [usize; 3],
    /// Nodes of the same number cannot be told apart.
    pub(crate) alike: usize,
}

pub(crate) struct Work {
    pub(crate) name: String,
    pub(crate) replicas: u32,
    /// By node and resource.
    weight: Vec<Vec<u128>>,
    admits: Vec<bool>,
    /// Whether the node makes its domain count for spreads.
    counts: Vec<bool>,
    pub(crate) single: bool,
    tenant: Option<String>,
    isolation: Isolation,
    apart: Vec<(Topology, usize)>,
    together: Vec<(Topology, usize)>,
    spread: Vec<(Topology, u32)>,
}

pub(crate) struct Fail {
    pub(crate) evacuate: bool,
    spread: bool,
    apart: bool,
    /// Each set of nodes that may fail at once.
    pub(crate) sets: Vec<Vec<usize>>,
}

pub(crate) struct Puzzle {
    pub(crate) nodes: Vec<Node>,
    pub(crate) works: Vec<Work>,
    pub(crate) fails: Vec<Fail>,
    /// The most cells of any node.
    pub(crate) stride: usize,
}

/// What stands where: by node, by workload times [`Puzzle::stride`] plus the cell.
pub(crate) type State = Vec<Vec<u8>>;

/// What must hold, and on which nodes.
#[derive(Clone)]
pub(crate) struct Hard {
    pub(crate) alive: Vec<bool>,
    spread: bool,
    apart: bool,
}

fn place(topology: Topology) -> usize {
    match topology {
        Topology::Node => 0,
        Topology::Rack => 1,
        Topology::Zone => 2,
    }
}

impl Puzzle {
    pub(crate) fn new(problem: &Problem, dropped: &Dropped) -> Self {
        let stands = |w: &&Workload| !dropped.contains(&format!("workload:{}", w.name));
        let works: Vec<&Workload> = problem.workloads.iter().filter(stands).collect();
        let names: BTreeMap<&str, usize> = works
            .iter()
            .enumerate()
            .map(|(at, w)| (w.name.as_str(), at))
            .collect();
        let resources: BTreeSet<&str> = works
            .iter()
            .flat_map(|w| w.requests.keys().map(String::as_str))
            .collect();
        let resources: Vec<&str> = resources.into_iter().collect();
        let at: Vec<(usize, u32)> = problem
            .pools
            .iter()
            .enumerate()
            .flat_map(|(pool, p)| (0..p.count).map(move |node| (pool, node)))
            .collect();
        let mut domains: BTreeMap<String, usize> = BTreeMap::new();
        let mut alike: BTreeMap<(usize, usize, Option<String>), usize> = BTreeMap::new();
        let nodes: Vec<Node> = at
            .iter()
            .map(|(pool, node)| {
                let p = &problem.pools[*pool];
                let name = format!("{}-{node}", p.name);
                let zone = standing_in(&p.zones, *node).unwrap_or_else(|| "z0".to_owned());
                let rack = standing_in(&p.racks, *node);
                let mut number = |label: String| {
                    let next = domains.len();
                    *domains.entry(label).or_insert(next)
                };
                let own = number(format!("node {name}"));
                let in_rack = rack
                    .clone()
                    .map_or(own, |rack| number(format!("rack {rack}")));
                let in_zone = number(format!("zone {zone}"));
                let next = alike.len();
                let has = |r: &&str| has(p, r, dropped);
                let divided = |r: &&str| {
                    let numa = p.numa_resources.iter().any(|divided| divided == r);
                    has(r).filter(|_| numa).map(|has| has / u128::from(p.numa))
                };
                Node {
                    name,
                    pool: *pool,
                    has: resources.iter().map(has).collect(),
                    cell: resources.iter().map(divided).collect(),
                    cells: p.numa as usize,
                    max_pods: p.max_pods.filter(|_| !dropped.contains("max_pods")),
                    domain: [own, in_rack, in_zone],
                    alike: *alike.entry((*pool, in_zone, rack)).or_insert(next),
                }
            })
            .collect();
        let works: Vec<Work> = works
            .iter()
            .enumerate()
            .map(|(own, w)| work(problem, w, own, &names, &resources, &at, dropped))
            .collect();
        let fails = if dropped.contains("failures") {
            Vec::new()
        } else {
            let all = problem.failures.iter();
            all.map(|f| fail(problem, f, &nodes)).collect()
        };
        Self {
            stride: nodes.iter().map(|node| node.cells).max().unwrap_or(1),
            nodes,
            works,
            fails,
        }
    }

    /// Everything must hold.
    pub(crate) fn whole(&self) -> Hard {
        Hard {
            alive: vec![true; self.nodes.len()],
            spread: true,
            apart: true,
        }
    }

    /// What must hold after these nodes have failed.
    pub(crate) fn after(&self, fail: &Fail, lost: &[usize]) -> Hard {
        Hard {
            alive: (0..self.nodes.len()).map(|n| !lost.contains(&n)).collect(),
            spread: fail.spread,
            apart: fail.apart,
        }
    }

    pub(crate) fn empty(&self) -> State {
        vec![vec![0; self.works.len() * self.stride]; self.nodes.len()]
    }

    /// Replicas of a workload on a node.
    pub(crate) fn count(&self, state: &State, node: usize, work: usize) -> u32 {
        let from = work * self.stride;
        let cells = &state[node][from..from + self.stride];
        cells.iter().map(|count| u32::from(*count)).sum()
    }

    /// The cells of a node in which a workload's replicas may be put.
    pub(crate) fn cells(&self, node: usize, work: usize) -> usize {
        if self.works[work].single {
            self.nodes[node].cells
        } else {
            1
        }
    }

    /// Whether the node can bear what stands on it, and perhaps more.
    pub(crate) fn node_holds(&self, state: &State, at: usize) -> bool {
        let node = &self.nodes[at];
        let here: Vec<(usize, u32)> = (0..self.works.len())
            .map(|work| (work, self.count(state, at, work)))
            .filter(|(_, count)| *count > 0)
            .collect();
        let all: u32 = here.iter().map(|(_, count)| count).sum();
        let admitted = here.iter().all(|(work, _)| self.works[*work].admits[at]);
        let isolated = here.iter().all(|(work, _)| {
            let work = &self.works[*work];
            match work.isolation {
                Isolation::Shared => true,
                Isolation::Tenant => here
                    .iter()
                    .all(|(o, _)| self.works[*o].tenant == work.tenant),
                Isolation::Node => all == 1,
            }
        });
        let rows = (0..node.has.len()).all(|r| {
            let weigh =
                |(work, count): &(usize, u32)| self.works[*work].weight[at][r] * u128::from(*count);
            let total: u128 = here.iter().map(weigh).sum();
            let in_cell = |cell: usize| -> u128 {
                let singles = here.iter().filter(|(work, _)| self.works[*work].single);
                singles
                    .map(|(work, _)| {
                        let count = state[at][work * self.stride + cell];
                        self.works[*work].weight[at][r] * u128::from(count)
                    })
                    .sum()
            };
            node.has[r].is_none_or(|has| total <= has)
                && node.cell[r].is_none_or(|has| (0..node.cells).all(|c| in_cell(c) <= has))
        });
        admitted && isolated && rows && node.max_pods.is_none_or(|most| all <= most)
    }

    /// How many replicas of a workload each domain has, of all that have a living node.
    fn by_domain(
        &self,
        state: &State,
        hard: &Hard,
        topology: Topology,
        work: usize,
    ) -> BTreeMap<usize, u32> {
        let mut by = BTreeMap::new();
        for node in (0..self.nodes.len()).filter(|node| hard.alive[*node]) {
            let domain = self.nodes[node].domain[place(topology)];
            *by.entry(domain).or_default() += self.count(state, node, work);
        }
        by
    }

    /// Whether nobody shares a domain whom a rule keeps apart.
    pub(crate) fn kept_apart(&self, state: &State, hard: &Hard, work: usize) -> bool {
        if !hard.apart {
            return true;
        }
        let apart = |topology: Topology, a: usize, b: usize| {
            let (of, with) = (
                self.by_domain(state, hard, topology, a),
                self.by_domain(state, hard, topology, b),
            );
            if a == b {
                of.values().all(|count| *count <= 1)
            } else {
                of.iter()
                    .all(|(domain, count)| *count == 0 || with[domain] == 0)
            }
        };
        (0..self.works.len()).all(|of| {
            let rules = self.works[of].apart.iter();
            let mut rules = rules.filter(|(_, with)| of == work || *with == work);
            rules.all(|(topology, with)| apart(*topology, of, *with))
        })
    }

    /// Whether what is said about a workload alone holds, once all of it stands.
    fn own_rules_hold(&self, state: &State, hard: &Hard, work: usize) -> bool {
        let w = &self.works[work];
        let united = w
            .together
            .iter()
            .filter(|(_, with)| *with == work)
            .all(|(topology, _)| {
                let by = self.by_domain(state, hard, *topology, work);
                by.values().filter(|count| **count > 0).count() <= 1
            });
        let even = !hard.spread
            || w.spread.iter().all(|(topology, skew)| {
                let by = self.by_domain(state, hard, *topology, work);
                let eligible: BTreeSet<usize> = (0..self.nodes.len())
                    .filter(|node| hard.alive[*node] && w.counts[*node])
                    .map(|node| self.nodes[node].domain[place(*topology)])
                    .collect();
                let counts: Vec<u32> = eligible.iter().map(|domain| by[domain]).collect();
                let (most, least) = (counts.iter().max(), counts.iter().min());
                most.zip(least)
                    .is_none_or(|(most, least)| most - least <= *skew)
            });
        united && even
    }

    /// Whether the company holds that is complete once all workloads up to this one stand.
    fn company_holds(&self, state: &State, hard: &Hard, last: usize) -> bool {
        (0..=last).all(|of| {
            let others = self.works[of].together.iter();
            let mut others = others.filter(|(_, with)| *with != of && of.max(*with) == last);
            others.all(|(topology, with)| {
                let mine = self.by_domain(state, hard, *topology, of);
                let theirs = self.by_domain(state, hard, *topology, *with);
                mine.iter()
                    .all(|(domain, count)| *count == 0 || theirs[domain] > 0)
            })
        })
    }

    /// Whether the rules hold that can be told once all workloads up to this one stand.
    pub(crate) fn rules_hold(&self, state: &State, hard: &Hard, last: usize) -> bool {
        self.kept_apart(state, hard, last)
            && self.own_rules_hold(state, hard, last)
            && self.company_holds(state, hard, last)
    }

    /// Whether a whole placement holds: everything stands, and nothing on nodes that failed.
    pub(crate) fn holds(&self, state: &State, hard: &Hard) -> bool {
        let nodes = 0..self.nodes.len();
        let works = 0..self.works.len();
        let stands = |work: usize| -> u32 {
            nodes
                .clone()
                .map(|node| self.count(state, node, work))
                .sum()
        };
        works
            .clone()
            .all(|work| stands(work) == self.works[work].replicas)
            && nodes.clone().all(|node| {
                self.node_holds(state, node)
                    && (hard.alive[node] || state[node].iter().all(|count| *count == 0))
            })
            && works
                .into_iter()
                .all(|work| self.rules_hold(state, hard, work))
    }
}

fn standing_in(places: &indexmap::IndexMap<String, u32>, node: u32) -> Option<String> {
    let mut each = places
        .iter()
        .flat_map(|(name, count)| (0..*count).map(move |_| name));
    each.nth(node as usize).cloned()
}

fn has(pool: &Pool, resource: &str, dropped: &Dropped) -> Option<u128> {
    if dropped.contains(&format!("capacity:{resource}")) {
        return None;
    }
    let of = |amounts: &BTreeMap<String, u64>| amounts.get(resource).copied().unwrap_or(0);
    let allocatable = of(&pool.capacity).saturating_sub(of(&pool.reserved));
    let (num, _) = pool.overcommit.get(resource).copied().unwrap_or((1, 1));
    Some(u128::from(allocatable) * u128::from(num))
}

fn work(
    problem: &Problem,
    w: &Workload,
    own: usize,
    names: &BTreeMap<&str, usize>,
    resources: &[&str],
    at: &[(usize, u32)],
    dropped: &Dropped,
) -> Work {
    let without = |what: &str| dropped.contains(&format!("{what}:{}", w.name));
    let labels_fit = |pool: &Pool| {
        w.selector.iter().all(|(label, allowed)| {
            pool.labels
                .get(label)
                .is_some_and(|has| allowed.contains(has))
        })
    };
    let taints_fit = |pool: &Pool| pool.taints.iter().all(|t| w.tolerations.contains(t));
    let pools = || at.iter().map(|(pool, _)| &problem.pools[*pool]);
    let weight = |pool: &Pool| -> Vec<u128> {
        let each = resources.iter().map(|resource| {
            let (num, den) = pool.overcommit.get(*resource).copied().unwrap_or((1, 1));
            let whole = w.dedicated.iter().any(|dedicated| dedicated == resource);
            let asks = w.requests.get(*resource).copied().unwrap_or(0);
            u128::from(asks) * u128::from(if whole { num } else { den })
        });
        each.collect()
    };
    let pairs = |list: &[tenantry_placement::problem::Affinity]| -> Vec<(Topology, usize)> {
        let each = list.iter().flat_map(|entry| {
            let with = entry.with.iter().filter_map(|with| {
                if with == "self" {
                    Some(own)
                } else {
                    names.get(with.as_str()).copied()
                }
            });
            with.map(|with| (entry.topology, with))
        });
        each.collect()
    };
    Work {
        name: w.name.clone(),
        replicas: w.replicas,
        weight: pools().map(weight).collect(),
        admits: pools()
            .map(|pool| {
                (dropped.contains("taints") || taints_fit(pool))
                    && (without("selector") || labels_fit(pool))
            })
            .collect(),
        counts: pools()
            .map(|pool| taints_fit(pool) && labels_fit(pool))
            .collect(),
        single: w.numa == Some(Numa::Single) && !dropped.contains("numa"),
        tenant: w.tenant.clone(),
        isolation: if without("isolation") {
            Isolation::Shared
        } else {
            w.isolation
        },
        apart: if without("anti_affinity") {
            Vec::new()
        } else {
            pairs(&w.anti_affinity)
        },
        together: if without("affinity") {
            Vec::new()
        } else {
            pairs(&w.affinity)
        },
        spread: if without("spread") {
            Vec::new()
        } else {
            w.spread.iter().map(|s| (s.topology, s.max_skew)).collect()
        },
    }
}

fn fail(problem: &Problem, failures: &Failures, nodes: &[Node]) -> Fail {
    let mut domains: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, node) in nodes.iter().enumerate() {
        let pool = &problem.pools[node.pool].name;
        if failures
            .pools
            .as_ref()
            .is_none_or(|pools| pools.contains(pool))
        {
            domains
                .entry(node.domain[place(failures.domain)])
                .or_default()
                .push(at);
        }
    }
    let domains: Vec<Vec<usize>> = domains.into_values().collect();
    let many = domains.len().min(failures.k as usize);
    let sets = (0_u32..1 << domains.len())
        .filter(|set| set.count_ones() as usize == many)
        .map(|set| {
            let chosen = (0..domains.len()).filter(|at| set >> at & 1 == 1);
            chosen.flat_map(|at| domains[at].clone()).collect()
        });
    Fail {
        evacuate: failures.mode == Mode::Evacuate,
        spread: !failures.relax.contains(&Relax::Spread),
        apart: !failures.relax.contains(&Relax::AntiAffinity),
        sets: sets.collect(),
    }
}
