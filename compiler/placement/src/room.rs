//! What one node can hold: every rule that can be decided by looking at a single node.

use std::collections::BTreeMap;

use crate::{
    model::{Model, UNBOUNDED},
    problem::{Isolation, Topology},
    steps::{Spent, Steps},
};

/// The most steps that finding cells for the replicas of one node may take.
const CELL_STEPS: u64 = 20_000;

/// How many of each shape lie in each NUMA cell: by cell, by entry of the pods that were asked
/// about. Replicas that need not lie in one cell are left out.
pub(crate) type Cells = Vec<Vec<u32>>;

impl Model {
    /// Whether one node of a class holds these: shape and count, each shape once. All rules that
    /// one node decides, but that company must be there ([`Model::in_company`]).
    ///
    /// # Errors
    /// Whether they fit into its NUMA cells is open.
    pub fn holds(
        &self,
        class: usize,
        pods: &[(usize, u32)],
        steps: &mut Steps<'_>,
    ) -> Result<bool, Spent> {
        if !self.rows_hold(class, pods) || !self.may_share(class, pods) {
            return Ok(false);
        }
        Ok(self.cells(class, pods, steps)?.is_some())
    }

    /// Whether a node has enough of each row, its cells apart.
    pub fn rows_hold(&self, class: usize, pods: &[(usize, u32)]) -> bool {
        (0..self.rows.len()).all(|row| {
            let has = self.classes[class].has[row];
            has == UNBOUNDED || self.load(class, pods, row) <= u128::from(has)
        })
    }

    /// What these weigh together.
    pub fn load(&self, class: usize, pods: &[(usize, u32)], row: usize) -> u128 {
        let each = pods
            .iter()
            .map(|(shape, count)| u128::from(self.weight(class, *shape, row)) * u128::from(*count));
        each.sum()
    }

    /// Whether these may stand on the same node of a class: admitted, not kept apart by rules
    /// about nodes, isolated as they ask.
    pub fn may_share(&self, class: usize, pods: &[(usize, u32)]) -> bool {
        let there: BTreeMap<usize, u32> = pods
            .iter()
            .copied()
            .filter(|(_, count)| *count > 0)
            .collect();
        let of = |shape: usize| there.get(&shape).copied().unwrap_or(0);
        if !there.keys().all(|shape| self.shapes[*shape].admits[class]) {
            return false;
        }
        let broken = self
            .apart
            .iter()
            .filter(|pair| pair.topology == Topology::Node)
            .any(|pair| {
                if pair.of == pair.with {
                    of(pair.of) > 1
                } else {
                    of(pair.of) > 0 && of(pair.with) > 0
                }
            });
        if broken {
            return false;
        }
        let all: u64 = there.values().map(|count| u64::from(*count)).sum();
        there.keys().all(|shape| {
            let shape = &self.shapes[*shape];
            match shape.isolation {
                Isolation::Shared => true,
                Isolation::Node => all == 1,
                Isolation::Tenant => there
                    .keys()
                    .all(|other| self.shapes[*other].tenant == shape.tenant),
            }
        })
    }

    /// Whether everybody has the company on this node that it asks for.
    pub fn in_company(&self, pods: &[(usize, u32)]) -> bool {
        let of = |shape: usize| {
            let found = pods.iter().find(|(at, _)| *at == shape);
            found.map_or(0, |(_, count)| *count)
        };
        let together = self
            .together
            .iter()
            .filter(|pair| pair.topology == Topology::Node);
        let united = self
            .united
            .iter()
            .filter(|pair| pair.topology == Topology::Node);
        together
            .into_iter()
            .all(|pair| of(pair.of) == 0 || of(pair.with) > 0)
            && united.into_iter().all(|pair| {
                let here = of(pair.of);
                here == 0 || here == self.shapes[pair.of].replicas
            })
    }

    /// Finds NUMA cells for what must lie in one; `None` where there are none. A class without
    /// cells has one that holds everything.
    ///
    /// # Errors
    /// It was not found out within the steps of one node.
    pub fn cells(
        &self,
        class: usize,
        pods: &[(usize, u32)],
        steps: &mut Steps<'_>,
    ) -> Result<Option<Cells>, Spent> {
        let node = &self.classes[class];
        let count = usize::try_from(node.cells).unwrap_or(1);
        let singles: Vec<usize> = (0..pods.len())
            .filter(|at| self.shapes[pods[*at].0].single && pods[*at].1 > 0)
            .collect();
        if count <= 1 || singles.is_empty() {
            let all = pods.iter().map(|(shape, count)| {
                if self.shapes[*shape].single {
                    *count
                } else {
                    0
                }
            });
            let mut cells = vec![vec![0; pods.len()]; count.max(1)];
            cells[0] = all.collect();
            return Ok(Some(cells));
        }
        let rows: Vec<usize> = (0..self.rows.len())
            .filter(|row| node.cell[*row].is_some())
            .collect();
        let has: Vec<u64> = rows.iter().filter_map(|row| node.cell[*row]).collect();
        let weights: Vec<Vec<u64>> = singles
            .iter()
            .map(|at| {
                rows.iter()
                    .map(|row| self.weight(class, pods[*at].0, *row))
                    .collect()
            })
            .collect();
        let wanted: Vec<u32> = singles.iter().map(|at| pods[*at].1).collect();
        let found = steps.within(CELL_STEPS, |steps| {
            Packing {
                has: &has,
                weights: &weights,
                steps,
            }
            .find(count, wanted)
        })?;
        Ok(found.map(|found| {
            let mut cells = vec![vec![0; pods.len()]; count];
            for (cell, in_cell) in found.into_iter().enumerate() {
                for (at, number) in singles.iter().zip(in_cell) {
                    cells[cell][*at] = number;
                }
            }
            cells
        }))
    }
}

/// Replicas into cells that are alike: by kind, exactly.
struct Packing<'a, 's, 'g> {
    has: &'a [u64],
    weights: &'a [Vec<u64>],
    steps: &'s mut Steps<'g>,
}

impl Packing<'_, '_, '_> {
    fn find(&mut self, cells: usize, wanted: Vec<u32>) -> Result<Option<Cells>, Spent> {
        if !self.sums_hold(cells, &wanted) {
            return Ok(None);
        }
        let mut done = Vec::new();
        let mut dead = std::collections::BTreeSet::new();
        let found = self.fill_cells(cells, &wanted, &mut done, &mut dead)?;
        done.resize(cells, vec![0; wanted.len()]);
        Ok(found.then_some(done))
    }

    /// Whether the cells have enough together, and enough room for each kind alone.
    fn sums_hold(&self, cells: usize, wanted: &[u32]) -> bool {
        let together = (0..self.has.len()).all(|row| {
            let asked = wanted.iter().zip(self.weights);
            let asked: u128 = asked
                .map(|(count, weight)| u128::from(*count) * u128::from(weight[row]))
                .sum();
            asked <= u128::from(self.has[row]) * cells as u128
        });
        together
            && wanted.iter().zip(self.weights).all(|(count, weight)| {
                u64::from(*count) <= self.most(weight, self.has).saturating_mul(cells as u64)
            })
    }

    /// How many of one kind fit into what is left of a cell.
    fn most(&self, weight: &[u64], left: &[u64]) -> u64 {
        let each = weight.iter().zip(left).filter(|(weight, _)| **weight > 0);
        each.map(|(weight, left)| left / weight)
            .min()
            .unwrap_or(u64::MAX)
    }

    /// Fills the cells one after the other, each as full as can be: what fits into fewer
    /// replicas of a cell fits beside more of them too.
    fn fill_cells(
        &mut self,
        cells: usize,
        wanted: &[u32],
        done: &mut Cells,
        dead: &mut std::collections::BTreeSet<(usize, Vec<u32>)>,
    ) -> Result<bool, Spent> {
        if wanted.iter().all(|count| *count == 0) {
            return Ok(true);
        }
        if cells == 0 || dead.contains(&(cells, wanted.to_vec())) || !self.sums_hold(cells, wanted)
        {
            return Ok(false);
        }
        let mut ways = Vec::new();
        let mut cell = vec![0; wanted.len()];
        self.ways(0, wanted, &mut cell, self.has.to_vec(), &mut ways)?;
        for way in ways {
            self.steps.take("cells", 1)?;
            let rest: Vec<u32> = wanted
                .iter()
                .zip(&way)
                .map(|(wanted, here)| wanted - here)
                .collect();
            done.push(way);
            if self.fill_cells(cells - 1, &rest, done, dead)? {
                return Ok(true);
            }
            done.pop();
        }
        dead.insert((cells, wanted.to_vec()));
        Ok(false)
    }

    /// All ways to fill one cell that leave no room for another replica, the fullest of the
    /// first kinds first.
    fn ways(
        &mut self,
        kind: usize,
        wanted: &[u32],
        cell: &mut Vec<u32>,
        left: Vec<u64>,
        ways: &mut Vec<Vec<u32>>,
    ) -> Result<(), Spent> {
        self.steps.take("cells", 1)?;
        if kind == wanted.len() {
            let full = (0..kind)
                .all(|at| cell[at] == wanted[at] || self.most(&self.weights[at], &left) == 0);
            if full {
                ways.push(cell.clone());
            }
            return Ok(());
        }
        let most = self
            .most(&self.weights[kind], &left)
            .min(u64::from(wanted[kind]));
        for count in (0..=u32::try_from(most).unwrap_or(u32::MAX)).rev() {
            cell[kind] = count;
            let rest = left
                .iter()
                .zip(&self.weights[kind])
                .map(|(left, weight)| left - weight * u64::from(count));
            let rest = rest.collect();
            self.ways(kind + 1, wanted, cell, rest, ways)?;
        }
        cell[kind] = 0;
        Ok(())
    }
}
