//! Problems of middle size that are known to fit, for a placement was there first and what the
//! problem asks was read off it.

use std::collections::{BTreeMap, BTreeSet};

use tenantry_placement::{
    Verdict,
    answer::{Answer, Count, Placement, Witness},
    problem::{Affinity, Isolation, Numa, Pool, Problem, Spread, Topology, Workload},
};

use crate::random::Dice;

/// A problem and a placement that shows that it fits.
pub(crate) struct Planted {
    pub(crate) problem: Problem,
    pub(crate) answer: Answer,
}

/// What a planted workload's replicas keep to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Free,
    OnePerNode,
    OneZone,
    Even,
    Tenant,
    Alone,
}

/// A node while it is planted.
struct Site {
    pool: usize,
    number: u32,
    zone: String,
    /// By cell, what lies in it: workload and count. What lies in no one cell is in the first.
    cells: Vec<BTreeMap<usize, u32>>,
}

struct Garden {
    pools: Vec<Pool>,
    works: Vec<(Workload, Style)>,
    sites: Vec<Site>,
}

/// A problem that fits: the same for the same seed. `slack` is how many of a hundred replicas
/// are taken out again when nothing more fits in.
pub(crate) fn planted(seed: u64, slack: u64) -> Planted {
    let mut dice = Dice::new(seed ^ 0x91A7_7ED0);
    let pools = pools(&mut dice);
    let works = works(&mut dice, &pools);
    let sites = pools.iter().enumerate().flat_map(|(at, pool)| {
        (0..pool.count).map(move |number| Site {
            pool: at,
            number,
            zone: pool.zone(number).to_owned(),
            cells: vec![BTreeMap::new(); pool.numa as usize],
        })
    });
    let sites = sites.collect();
    let mut garden = Garden {
        pools,
        works,
        sites,
    };
    let target = dice.small(100, 200);
    garden.plant(&mut dice, target);
    garden.thin(&mut dice, slack);
    garden.shrink();
    garden.rules(&mut dice);
    garden.done()
}

fn pools(dice: &mut Dice) -> Vec<Pool> {
    let count = dice.of(2, 4);
    let nodes = dice.small(20, 60);
    let mut pools = Vec::new();
    for at in 0..count {
        let name = format!("pool{at}");
        let each = nodes / u32::try_from(count).unwrap();
        let mut pool = Pool {
            name,
            count: each,
            numa: if dice.chance(25) { 2 } else { 1 },
            ..Pool::default()
        };
        let cpu = *dice.pick(&[8, 12, 16, 24]);
        pool.capacity.insert("cpu".to_owned(), cpu);
        pool.capacity
            .insert("memory".to_owned(), cpu * dice.of(2, 5));
        if dice.chance(40) {
            pool.capacity
                .insert("gpu".to_owned(), *dice.pick(&[2, 4, 8]));
        }
        if pool.numa > 1 {
            pool.numa_resources = vec!["cpu".to_owned(), "gpu".to_owned()];
        }
        if dice.chance(20) {
            pool.overcommit.insert("cpu".to_owned(), (3, 2));
        }
        if dice.chance(20) {
            pool.max_pods = Some(dice.small(3, 8));
        }
        let third = each / 3;
        for (zone, here) in [("a", third), ("b", third), ("c", each - 2 * third)] {
            pool.zones.insert(zone.to_owned(), here);
        }
        pools.push(pool);
    }
    pools
}

fn works(dice: &mut Dice, pools: &[Pool]) -> Vec<(Workload, Style)> {
    let gpus = pools.iter().any(|pool| pool.capacity.contains_key("gpu"));
    let count = dice.of(5, 25);
    let works = (0..count).map(|at| {
        let cpu = *dice.pick(&[1, 1, 2, 2, 3, 4, 5, 7]);
        let mut workload = Workload {
            name: format!("w{at}"),
            requests: BTreeMap::from([
                ("cpu".to_owned(), cpu),
                ("memory".to_owned(), cpu * dice.of(1, 5)),
            ]),
            tenant: dice.chance(50).then(|| format!("t{}", dice.of(0, 3))),
            ..Workload::default()
        };
        if gpus && dice.chance(30) {
            workload.requests.insert("gpu".to_owned(), dice.of(1, 3));
        }
        if dice.chance(25) {
            workload.numa = Some(Numa::Single);
        }
        if dice.chance(25) {
            workload.dedicated.push("cpu".to_owned());
        }
        let style = match dice.of(0, 11) {
            0 | 1 => Style::OnePerNode,
            2 => Style::OneZone,
            3 | 4 => Style::Even,
            5 => Style::Tenant,
            6 if dice.chance(40) => Style::Alone,
            _ => Style::Free,
        };
        match style {
            Style::Tenant => workload.isolation = Isolation::Tenant,
            Style::Alone => workload.isolation = Isolation::Node,
            _ => {}
        }
        (workload, style)
    });
    works.collect()
}

impl Site {
    fn count(&self, work: usize) -> u32 {
        self.cells.iter().filter_map(|cell| cell.get(&work)).sum()
    }

    fn here(&self) -> BTreeSet<usize> {
        self.cells
            .iter()
            .flat_map(|cell| cell.keys().copied())
            .collect()
    }

    fn pods(&self) -> u32 {
        self.cells.iter().flat_map(BTreeMap::values).sum()
    }
}

impl Garden {
    fn share(&self, pool: usize, work: usize, resource: &str) -> u64 {
        let (num, den) = self.pools[pool].ratio(resource);
        let work = &self.works[work].0;
        let whole = work.dedicated.iter().any(|dedicated| dedicated == resource);
        work.requests.get(resource).copied().unwrap_or(0) * if whole { num } else { den }
    }

    /// What is taken of a resource: of the node, and of the cell by what must lie in one.
    fn taken(&self, site: &Site, resource: &str) -> (u64, Vec<u64>) {
        let by_cell = site.cells.iter().map(|cell| {
            let all = cell.iter().map(|(work, count)| {
                let taken = self.share(site.pool, *work, resource) * u64::from(*count);
                let single = self.works[*work].0.numa == Some(Numa::Single);
                (taken, if single { taken } else { 0 })
            });
            all.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
        });
        let by_cell: Vec<(u64, u64)> = by_cell.collect();
        let all = by_cell.iter().map(|cell| cell.0).sum();
        (all, by_cell.into_iter().map(|cell| cell.1).collect())
    }

    fn bears(&self, site: &Site) -> bool {
        let pool = &self.pools[site.pool];
        let rows = ["cpu", "memory", "gpu"].iter().all(|resource| {
            let has = pool.allocatable(resource) * pool.ratio(resource).0;
            let (all, cells) = self.taken(site, resource);
            let divided = pool.numa_resources.iter().any(|numa| numa == resource);
            let in_cells = cells
                .iter()
                .all(|taken| *taken <= has / u64::from(pool.numa));
            all <= has && (!divided || in_cells)
        });
        let here = site.here();
        let isolated = here.iter().all(|work| match self.works[*work].0.isolation {
            Isolation::Shared => true,
            Isolation::Node => site.pods() == 1,
            Isolation::Tenant => {
                let tenant = |work: &usize| &self.works[*work].0.tenant;
                here.iter().all(|other| tenant(other) == tenant(work))
            }
        });
        rows && isolated && pool.max_pods.is_none_or(|most| site.pods() <= most)
    }

    /// Plants about so many replicas, until no more fit.
    fn plant(&mut self, dice: &mut Dice, most: u32) {
        let mut wanted: Vec<usize> = Vec::new();
        let count = u32::try_from(self.works.len()).unwrap();
        for work in 0..self.works.len() {
            let replicas = match self.works[work].1 {
                Style::Alone => dice.small(1, 2),
                _ => dice.small(1, (2 * most / count).max(2)),
            };
            wanted.extend((0..replicas).map(|_| work));
        }
        // Who asks for more is planted first, and then whatever still goes in.
        wanted.sort_by_key(|work| {
            let (work, style) = &self.works[*work];
            let first = matches!(style, Style::Free);
            (first, std::cmp::Reverse(work.requests["cpu"]))
        });
        for work in wanted {
            self.plant_one(dice, work);
        }
        let free: Vec<usize> = (0..self.works.len())
            .filter(|work| self.works[*work].1 == Style::Free)
            .collect();
        for _ in 0..most {
            if self.sites.iter().map(Site::pods).sum::<u32>() >= 200 || free.is_empty() {
                break;
            }
            let work = *dice.pick(&free);
            self.plant_one(dice, work);
        }
    }

    fn plant_one(&mut self, dice: &mut Dice, work: usize) {
        let style = self.works[work].1;
        let zones: BTreeMap<String, u32> =
            self.sites.iter().fold(BTreeMap::new(), |mut by, site| {
                *by.entry(site.zone.clone()).or_default() += site.count(work);
                by
            });
        let least = zones.values().min().copied().unwrap_or(0);
        let home = zones
            .iter()
            .find(|(_, count)| **count > 0)
            .map(|(zone, _)| zone.clone());
        let start = usize::try_from(dice.of(0, self.sites.len() as u64 - 1)).unwrap();
        let spread_out = dice.chance(15);
        let mut best: Option<(u32, usize, usize)> = None;
        for step in 0..self.sites.len() {
            let at = (start + step) % self.sites.len();
            let fine = match style {
                Style::OnePerNode => self.sites[at].count(work) == 0,
                Style::OneZone => home
                    .as_ref()
                    .is_none_or(|home| *home == self.sites[at].zone),
                Style::Even => zones[&self.sites[at].zone] == least,
                _ => true,
            };
            if !fine {
                continue;
            }
            for cell in 0..self.sites[at].cells.len() {
                *self.sites[at].cells[cell].entry(work).or_default() += 1;
                let bears = self.bears(&self.sites[at]);
                let pods = self.sites[at].pods();
                self.take(at, cell, work);
                let score = if spread_out {
                    100 - pods.min(100)
                } else {
                    pods
                };
                if bears && best.is_none_or(|(most, ..)| score > most) {
                    best = Some((score, at, cell));
                }
            }
        }
        if let Some((_, at, cell)) = best {
            *self.sites[at].cells[cell].entry(work).or_default() += 1;
        }
    }

    fn take(&mut self, at: usize, cell: usize, work: usize) {
        let cell = &mut self.sites[at].cells[cell];
        if let Some(count) = cell.get_mut(&work) {
            *count -= 1;
            if *count == 0 {
                cell.remove(&work);
            }
        }
    }

    /// Takes so many of a hundred replicas out again.
    fn thin(&mut self, dice: &mut Dice, slack: u64) {
        for at in 0..self.sites.len() {
            for cell in 0..self.sites[at].cells.len() {
                let here: Vec<(usize, u32)> = self.sites[at].cells[cell]
                    .iter()
                    .map(|(work, n)| (*work, *n))
                    .collect();
                for (work, count) in here {
                    for _ in 0..count {
                        if dice.chance(slack) && self.works[work].1 == Style::Free {
                            self.take(at, cell, work);
                        }
                    }
                }
            }
        }
    }

    /// Takes away what no node of a pool uses.
    fn shrink(&mut self) {
        for pool in 0..self.pools.len() {
            for resource in ["cpu", "memory", "gpu"] {
                let sites = self.sites.iter().filter(|site| site.pool == pool);
                let num = self.pools[pool].ratio(resource).0;
                let cells = u64::from(self.pools[pool].numa);
                let used = sites.map(|site| {
                    let (all, cells_taken) = self.taken(site, resource);
                    all.max(cells_taken.into_iter().max().unwrap_or(0) * cells)
                });
                let used = used.max().unwrap_or(0).div_ceil(num);
                if let Some(has) = self.pools[pool].capacity.get_mut(resource) {
                    *has = used.next_multiple_of(cells).min(*has);
                }
            }
        }
    }

    /// How many replicas of a workload each domain has.
    fn by_domain(&self, work: usize, topology: Topology) -> BTreeMap<String, u32> {
        let mut by = BTreeMap::new();
        for site in &self.sites {
            let domain = match topology {
                Topology::Zone => site.zone.clone(),
                _ => format!("{}-{}", site.pool, site.number),
            };
            *by.entry(domain).or_default() += site.count(work);
        }
        by
    }

    /// Reads off what happens to hold, and asks for some of it.
    fn rules(&mut self, dice: &mut Dice) {
        self.keep_away(dice);
        for work in 0..self.works.len() {
            let mut rules = self.works[work].0.clone();
            for topology in [Topology::Node, Topology::Zone] {
                let mine = self.by_domain(work, topology);
                let styled = self.works[work].1 != Style::Free;
                let counts = || mine.values().copied();
                let entry = |with: &str| Affinity {
                    topology,
                    with: vec![with.to_owned()],
                };
                if counts().all(|count| count <= 1) && dice.chance(if styled { 90 } else { 30 }) {
                    rules.anti_affinity.push(entry("self"));
                }
                if counts().filter(|count| *count > 0).count() == 1 && dice.chance(50) {
                    rules.affinity.push(entry("self"));
                }
                for other in (0..self.works.len()).filter(|other| *other != work) {
                    let theirs = self.by_domain(other, topology);
                    let both = || mine.values().zip(theirs.values());
                    let name = &self.works[other].0.name;
                    if both().all(|(a, b)| *a == 0 || *b == 0) && dice.chance(4) {
                        rules.anti_affinity.push(entry(name));
                    }
                    if both().all(|(a, b)| *a == 0 || *b > 0) && dice.chance(15) {
                        rules.affinity.push(entry(name));
                    }
                }
                let eligible: BTreeSet<String> = self
                    .sites
                    .iter()
                    .filter(|site| rules.admitted(&self.pools[site.pool]))
                    .map(|site| match topology {
                        Topology::Zone => site.zone.clone(),
                        _ => format!("{}-{}", site.pool, site.number),
                    })
                    .collect();
                let counted: Vec<u32> = eligible.iter().map(|domain| mine[domain]).collect();
                let most = counted.iter().max().copied().unwrap_or(0);
                let skew = most - counted.iter().min().copied().unwrap_or(0);
                if (1..=2).contains(&skew) && most > 1 && dice.chance(60) {
                    rules.spread.push(Spread {
                        topology,
                        max_skew: skew,
                    });
                }
            }
            self.works[work].0 = rules;
        }
    }

    /// Taints and labels that keep nobody away from where it stands.
    fn keep_away(&mut self, dice: &mut Dice) {
        let on: Vec<BTreeSet<usize>> = (0..self.works.len())
            .map(|work| {
                let sites = self.sites.iter().filter(|site| site.count(work) > 0);
                sites.map(|site| site.pool).collect()
            })
            .collect();
        for (at, pool) in self.pools.iter_mut().enumerate() {
            pool.labels
                .insert("kind".to_owned(), format!("k{}", at % 3));
            let tainted = dice.chance(30);
            if tainted {
                pool.taints.push("kept".to_owned());
            }
        }
        for (work, pools) in on.iter().enumerate() {
            let workload = &mut self.works[work].0;
            let kept = pools
                .iter()
                .any(|pool| !self.pools[*pool].taints.is_empty());
            if kept || dice.chance(30) {
                workload.tolerations.push("kept".to_owned());
            }
            if dice.chance(40) {
                let kinds = pools
                    .iter()
                    .map(|pool| self.pools[*pool].labels["kind"].clone());
                let kinds: BTreeSet<String> = kinds.collect();
                if !kinds.is_empty() {
                    workload
                        .selector
                        .insert("kind".to_owned(), kinds.into_iter().collect());
                }
            }
        }
    }

    fn done(self) -> Planted {
        let mut base = Placement::new();
        let mut workloads = Vec::new();
        for (at, (work, _)) in self.works.iter().enumerate() {
            let mut work = work.clone();
            let on = base.entry(work.name.clone()).or_default();
            for site in self.sites.iter().filter(|site| site.count(at) > 0) {
                let node = self.pools[site.pool].node(site.number);
                let single = work.numa == Some(Numa::Single) && site.cells.len() > 1;
                let count = if single {
                    let cells = site.cells.iter();
                    Count::Cells(
                        cells
                            .map(|cell| cell.get(&at).copied().unwrap_or(0))
                            .collect(),
                    )
                } else {
                    Count::Node(site.count(at))
                };
                work.replicas += site.count(at);
                on.insert(node, count);
            }
            workloads.push(work);
        }
        let witness = Witness {
            base,
            scenarios: Vec::new(),
        };
        Planted {
            problem: Problem {
                pools: self.pools,
                workloads,
                failures: Vec::new(),
            },
            answer: crate::brute::answer(Verdict::Feasible, Some(witness)),
        }
    }
}
