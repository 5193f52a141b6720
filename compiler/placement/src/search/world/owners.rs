//! Who has nodes for himself: a replica that is isolated on its node, a tenant whose nodes hold
//! nobody else's.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    World,
    kinds::{PARTS, rounded, sum_of},
};
use crate::{
    model::UNBOUNDED,
    problem::Isolation,
    search::solver::{Int, Solver, TooWide},
};

/// One who has nodes for himself.
struct Owner {
    /// Which shapes may be on his nodes.
    friends: Vec<bool>,
    /// Which shapes are on no other nodes.
    own: Vec<usize>,
    /// By node, 1 where it is his; `None` where it cannot be.
    has: Vec<Option<Int>>,
}

/// A bound on what nodes hold: what a replica of each shape weighs, what a node that an owner
/// has weighs, and the most of both.
type Bound = (Vec<u64>, Vec<u64>, u64);

impl World<'_> {
    /// Nobody is on a node that another has for himself; and what follows from that for a class.
    pub(super) fn owned(&self, solver: &mut Solver) -> Result<(), TooWide> {
        let owners = self.owners(solver);
        for owner in &owners {
            self.keeps_out(solver, owner);
        }
        if owners.is_empty() {
            return Ok(());
        }
        for (class, nodes) in self.by_class() {
            let bounds = self.bounds_of(class, &owners);
            for node in &nodes {
                let counts: Vec<Option<Int>> =
                    self.counts.iter().map(|counts| counts[*node]).collect();
                let has: Vec<Option<Int>> = owners.iter().map(|owner| owner.has[*node]).collect();
                bind(solver, &bounds, &counts, &has, 1)?;
                for owner in &owners {
                    self.own_fits(solver, (class, owner), &counts, owner.has[*node])?;
                }
            }
            let totals: Vec<Option<Int>> = self.totals.iter().map(|total| total[class]).collect();
            let mut has = Vec::new();
            for owner in &owners {
                let of: Vec<Int> = nodes.iter().filter_map(|node| owner.has[*node]).collect();
                let most = i64::try_from(nodes.len()).unwrap_or(i64::MAX);
                let total = sum_of(solver, &of, most)?;
                self.own_fits(solver, (class, owner), &totals, total)?;
                has.push(total);
            }
            bind(solver, &bounds, &totals, &has, nodes.len() as u64)?;
        }
        Ok(())
    }

    fn owners(&self, solver: &mut Solver) -> Vec<Owner> {
        let model = self.model;
        let mut owners = Vec::new();
        let mut tenants: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (at, shape) in model.shapes.iter().enumerate() {
            match shape.isolation {
                Isolation::Shared => {}
                Isolation::Tenant => tenants.entry(shape.tenant).or_default().push(at),
                Isolation::Node => owners.push(Owner {
                    friends: (0..model.shapes.len()).map(|other| other == at).collect(),
                    own: vec![at],
                    has: self.counts[at].clone(),
                }),
            }
        }
        for (tenant, own) in tenants {
            let has = (0..self.nodes.len()).map(|node| {
                let mut on = own.iter().filter_map(|shape| self.counts[*shape][node]);
                on.next().map(|_| solver.number(0, 1))
            });
            owners.push(Owner {
                has: has.collect(),
                friends: model
                    .shapes
                    .iter()
                    .map(|shape| shape.tenant == tenant)
                    .collect(),
                own,
            });
        }
        owners
    }

    fn keeps_out(&self, solver: &mut Solver, owner: &Owner) {
        for (node, has) in owner.has.iter().enumerate() {
            let Some(has) = has else { continue };
            let his = solver.at_least(*has, 1);
            for (shape, friend) in owner.friends.iter().enumerate() {
                let on = self.is_on(solver, shape, node);
                if !friend {
                    solver.clause(&[!his, !on]);
                } else if owner.own.contains(&shape) {
                    solver.clause(&[his, !on]);
                }
            }
        }
    }

    /// What the nodes of a class hold at most, each: a node that is somebody's is full for all
    /// others.
    fn bounds_of(&self, class: usize, owners: &[Owner]) -> BTreeSet<Bound> {
        let model = self.model;
        let shapes: Vec<usize> = (0..model.shapes.len()).collect();
        let mut bounds = BTreeSet::new();
        bounds.insert((vec![0; shapes.len()], vec![1; owners.len()], 1));
        for row in 0..model.rows.len() {
            if model.classes[class].has[row] == UNBOUNDED {
                continue;
            }
            let has = self.fullest(row, &shapes)[class];
            // Everybody's nodes at once, and each one's alone.
            let each = (0..owners.len()).map(|owner| vec![owner]);
            for chosen in std::iter::once((0..owners.len()).collect()).chain(each) {
                let is_friend = |shape: usize| {
                    let mut chosen = chosen.iter();
                    chosen.any(|owner: &usize| owners[*owner].friends[shape])
                };
                let weigh = |shape: &usize| match self.model.weight(class, *shape, row) {
                    _ if is_friend(*shape) => 0,
                    weight => weight,
                };
                let weights: Vec<u64> = shapes.iter().map(weigh).collect();
                let of = |whole: u64| {
                    let of = 0..owners.len();
                    of.map(|owner| if chosen.contains(&owner) { whole } else { 0 })
                        .collect()
                };
                bounds.insert((weights.clone(), of(has), has));
                for parts in 1..=PARTS {
                    bounds.insert((rounded(&weights, has, parts), of(parts), parts));
                }
            }
        }
        bounds
    }

    /// What only stands on an owner's nodes fits onto them.
    fn own_fits(
        &self,
        solver: &mut Solver,
        (class, owner): (usize, &Owner),
        counts: &[Option<Int>],
        has: Option<Int>,
    ) -> Result<(), TooWide> {
        let Some(nodes) = has.filter(|_| owner.own.iter().all(|own| counts[*own] != has)) else {
            return Ok(());
        };
        for row in 0..self.model.rows.len() {
            if self.model.classes[class].has[row] == UNBOUNDED {
                continue;
            }
            let full = self.fullest(row, &owner.own)[class];
            let mut terms = vec![(-i128::from(full), nodes)];
            terms.extend(owner.own.iter().filter_map(|shape| {
                let weight = self.model.weight(class, *shape, row);
                Some((i128::from(weight), counts[*shape]?))
            }));
            solver.at_most(&terms, 0)?;
        }
        Ok(())
    }
}

/// So many nodes keep to the bounds together.
fn bind(
    solver: &mut Solver,
    bounds: &BTreeSet<Bound>,
    counts: &[Option<Int>],
    has: &[Option<Int>],
    nodes: u64,
) -> Result<(), TooWide> {
    for (weights, owned, most) in bounds {
        let all = weights.iter().zip(counts).chain(owned.iter().zip(has));
        let terms = all.filter_map(|(weight, number)| Some((i128::from(*weight), (*number)?)));
        let terms: Vec<(i128, Int)> = terms.filter(|(weight, _)| *weight > 0).collect();
        solver.at_most(&terms, i128::from(*most) * i128::from(nodes))?;
    }
    Ok(())
}
