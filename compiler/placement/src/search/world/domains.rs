//! The rules that reach over domains: nodes, racks and zones.

use std::collections::BTreeMap;

use super::{World, kinds::sum_of};
use crate::{
    model::{Even, Pair},
    problem::Topology,
    search::solver::{Int, Lit, Solver, TooWide},
};

/// The domains of one kind, each with its nodes.
type Domains = Vec<Vec<usize>>;

/// How many replicas of a shape are in a domain; `None` where none can be.
struct Sums<'w, 'm> {
    world: &'w World<'m>,
    domains: BTreeMap<Topology, Domains>,
    known: BTreeMap<(Topology, usize), Vec<Option<Int>>>,
}

impl World<'_> {
    /// All rules about who shares a domain and how even the domains are. Who must not share a
    /// single node is said elsewhere.
    pub(super) fn domains_hold(&self, solver: &mut Solver) -> Result<(), TooWide> {
        let mut sums = Sums {
            world: self,
            domains: BTreeMap::new(),
            known: BTreeMap::new(),
        };
        for pair in &self.model.apart {
            if pair.topology != Topology::Node {
                sums.apart(solver, *pair)?;
            }
        }
        for pair in &self.model.together {
            let of = sums.by_domain(solver, pair.topology, pair.of)?;
            let with = sums.by_domain(solver, pair.topology, pair.with)?;
            for (of, with) in of.into_iter().zip(with) {
                solver.clause(&[!any(solver, of), any(solver, with)]);
            }
        }
        for pair in &self.model.united {
            let all = i64::from(self.model.shapes[pair.of].replicas);
            for count in sums.by_domain(solver, pair.topology, pair.of)? {
                let every = count.map_or(Lit::FALSE, |count| solver.at_least(count, all));
                solver.clause(&[!any(solver, count), every]);
            }
        }
        for even in &self.model.even {
            sums.even(solver, even)?;
        }
        Ok(())
    }

    /// The numbers that add up to a shape's replicas on some nodes: of a class that is there as a
    /// whole its total.
    fn in_all(&self, shape: usize, nodes: &[usize]) -> Vec<Int> {
        let class_of = |node: &usize| self.nodes[*node].class;
        let parts = nodes.chunk_by(|one, next| class_of(one) == class_of(next));
        let parts = parts.flat_map(|part| {
            let class = class_of(&part[0]);
            let all = self.nodes.iter().filter(|node| node.class == class);
            let total = self.totals[shape][class].filter(|_| all.count() == part.len());
            match total {
                Some(total) => vec![total],
                None => part
                    .iter()
                    .filter_map(|node| self.counts[shape][*node])
                    .collect(),
            }
        });
        parts.collect()
    }

    /// The nodes of each domain.
    pub(super) fn domains(&self, topology: Topology) -> Domains {
        let mut known: BTreeMap<u32, usize> = BTreeMap::new();
        let mut domains: Domains = Vec::new();
        for (at, node) in self.nodes.iter().enumerate() {
            let own = domains.len();
            let place = match self.model.domain(node.class, topology) {
                Some(domain) => *known.entry(domain).or_insert(own),
                None => own,
            };
            if place == own {
                domains.push(Vec::new());
            }
            domains[place].push(at);
        }
        domains
    }
}

impl Sums<'_, '_> {
    fn nodes_of(&mut self, topology: Topology) -> &Domains {
        let world = self.world;
        self.domains
            .entry(topology)
            .or_insert_with(|| world.domains(topology))
    }

    /// How many of a shape are in each domain.
    fn by_domain(
        &mut self,
        solver: &mut Solver,
        topology: Topology,
        shape: usize,
    ) -> Result<Vec<Option<Int>>, TooWide> {
        if let Some(known) = self.known.get(&(topology, shape)) {
            return Ok(known.clone());
        }
        let world = self.world;
        let replicas = i64::from(world.model.shapes[shape].replicas);
        let mut sums = Vec::new();
        for nodes in self.nodes_of(topology) {
            let counts = world.in_all(shape, nodes);
            sums.push(sum_of(solver, &counts, replicas)?);
        }
        let all: Vec<(i128, Int)> = sums.iter().flatten().map(|sum| (1, *sum)).collect();
        solver.exactly(&all, i128::from(replicas))?;
        self.known.insert((topology, shape), sums.clone());
        Ok(sums)
    }

    fn apart(&mut self, solver: &mut Solver, pair: Pair) -> Result<(), TooWide> {
        let of = self.by_domain(solver, pair.topology, pair.of)?;
        if pair.of == pair.with {
            for count in of.into_iter().flatten() {
                solver.clause(&[!solver.at_least(count, 2)]);
            }
            return Ok(());
        }
        let with = self.by_domain(solver, pair.topology, pair.with)?;
        for (of, with) in of.into_iter().zip(with) {
            solver.clause(&[!any(solver, of), !any(solver, with)]);
        }
        Ok(())
    }

    /// No eligible domain has more than the emptiest one and the skew.
    fn even(&mut self, solver: &mut Solver, even: &Even) -> Result<(), TooWide> {
        let sums = self.by_domain(solver, even.topology, even.of)?;
        let world = self.world;
        let counts = |node: &usize| even.counts[world.nodes[*node].class];
        let eligible: Vec<bool> = self
            .nodes_of(even.topology)
            .iter()
            .map(|nodes| nodes.iter().any(counts))
            .collect();
        let sums: Vec<Option<Int>> = sums
            .into_iter()
            .zip(eligible)
            .filter_map(|(sum, eligible)| eligible.then_some(sum))
            .collect();
        if sums.len() < 2 {
            return Ok(());
        }
        let replicas = i64::from(world.model.shapes[even.of].replicas);
        let emptiest = solver.number(0, replicas / i64::try_from(sums.len()).unwrap_or(i64::MAX));
        for sum in sums {
            let mut over = vec![(-1, emptiest)];
            let mut under = vec![(1, emptiest)];
            if let Some(sum) = sum {
                over.push((1, sum));
                under.push((-1, sum));
            }
            solver.at_most(&over, i128::from(even.skew))?;
            solver.at_most(&under, 0)?;
        }
        Ok(())
    }
}

/// Whether there are any.
fn any(solver: &Solver, count: Option<Int>) -> Lit {
    count.map_or(Lit::FALSE, |count| solver.at_least(count, 1))
}
