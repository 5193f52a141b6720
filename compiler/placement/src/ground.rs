//! What a model says of each shape and each class alone, found once: rules by shape, and how many
//! replicas of a shape one node holds. Bounds and greedy constructions stand on it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    model::{Model, Pair, UNBOUNDED},
    problem::{Isolation, Topology},
    steps::{Spent, Steps},
};

/// The most shapes that one is followed to by who needs whose company. What is beyond is left to
/// the check of a whole placement.
const COMPANY: usize = 64;

/// Every kind of domain.
pub(crate) const TOPOLOGIES: [Topology; 3] = [Topology::Node, Topology::Rack, Topology::Zone];

/// The rules by shape.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    /// With whom a shape shares no node, by number; itself, where a node holds one replica.
    pub(crate) apart: Vec<Vec<usize>>,
    /// Who must be on each node that the shape is on, and who on theirs, without itself.
    pub(crate) company: Vec<Vec<usize>>,
    /// The kinds of domain, by place in [`TOPOLOGIES`], that hold one replica at most.
    pub(crate) alone: Vec<[bool; 3]>,
    /// The kinds of domain of which one holds all replicas.
    pub(crate) united: Vec<[bool; 3]>,
}

/// A model and what was found about it.
#[derive(Debug)]
pub(crate) struct Ground<'m> {
    /// The model.
    pub(crate) model: &'m Model,
    /// Its rules.
    pub(crate) rules: Rules,
    /// The kind of each class: classes of one kind have nodes of the same size.
    kinds: Vec<usize>,
    /// How many replicas of a shape one node holds, by shape, then by kind.
    most: Vec<Vec<u32>>,
}

impl Rules {
    /// The rules of a model.
    pub(crate) fn of(model: &Model) -> Self {
        let shapes = model.shapes.len();
        let mut rules = Self {
            apart: vec![Vec::new(); shapes],
            company: Vec::new(),
            alone: vec![[false; 3]; shapes],
            united: vec![[false; 3]; shapes],
        };
        for pair in &model.apart {
            if pair.of == pair.with {
                rules.alone[pair.of][place(pair.topology)] = true;
            }
            if pair.topology == Topology::Node {
                rules.apart[pair.of].push(pair.with);
                rules.apart[pair.with].push(pair.of);
            }
        }
        for list in &mut rules.apart {
            list.sort_unstable();
            list.dedup();
        }
        for pair in &model.united {
            rules.united[pair.of][place(pair.topology)] = true;
        }
        rules.company = company(shapes, &model.together);
        rules
    }
}

/// The place of a topology in [`TOPOLOGIES`].
pub(crate) fn place(topology: Topology) -> usize {
    match topology {
        Topology::Node => 0,
        Topology::Rack => 1,
        Topology::Zone => 2,
    }
}

/// Of each shape, whom it needs on its node, and whom those need.
fn company(shapes: usize, together: &[Pair]) -> Vec<Vec<usize>> {
    let mut needs = vec![Vec::new(); shapes];
    let on_node = |pair: &&Pair| pair.topology == Topology::Node;
    for pair in together.iter().filter(on_node) {
        needs[pair.of].push(pair.with);
    }
    let closure = |of: usize| {
        let mut all = BTreeSet::new();
        let mut next: Vec<usize> = needs[of].clone();
        while let Some(with) = next.pop() {
            if all.len() < COMPANY && with != of && all.insert(with) {
                next.extend(&needs[with]);
            }
        }
        all.into_iter().collect()
    };
    (0..shapes).map(closure).collect()
}

impl<'m> Ground<'m> {
    /// Finds it.
    ///
    /// # Errors
    /// The budget is spent.
    pub(crate) fn new(model: &'m Model, steps: &mut Steps<'_>) -> Result<Self, Spent> {
        let (kinds, firsts) = kinds(model);
        let work = model.shapes.len() * (firsts.len() + 1) * (model.rows.len() + 1);
        steps.take("ground", work as u64 / 8 + 1)?;
        let rules = Rules::of(model);
        let mut ground = Self {
            model,
            rules,
            kinds,
            most: Vec::new(),
        };
        ground.most = (0..model.shapes.len())
            .map(|shape| {
                let asked = firsts.iter().map(|class| ground.one_node(*class, shape));
                asked.collect()
            })
            .collect();
        Ok(ground)
    }

    /// How many replicas of a shape one node of a class holds at most, with whom they need
    /// beside them. None where nobody may stand, or where all that must stand on one node do not.
    pub(crate) fn most(&self, class: usize, shape: usize) -> u32 {
        if self.model.classes[class].count > 0 && self.model.shapes[shape].admits[class] {
            self.most[shape][self.kinds[class]]
        } else {
            0
        }
    }

    /// How many replicas of a shape all nodes of a class hold at most.
    pub(crate) fn room(&self, class: usize, shape: usize) -> u64 {
        let rules = &self.rules;
        let each = u64::from(self.most(class, shape));
        let room = each * u64::from(self.model.classes[class].count);
        let one = TOPOLOGIES.iter().any(|topology| {
            rules.alone[shape][place(*topology)] && self.model.domain(class, *topology).is_some()
        });
        if one { room.min(1) } else { room }
    }

    /// How many replicas a node of the size of a class's holds, who may stand there apart.
    fn one_node(&self, class: usize, shape: usize) -> u32 {
        let (model, rules) = (self.model, &self.rules);
        let asks = &model.shapes[shape];
        let company = &rules.company[shape];
        let forbidden = |with: &usize| {
            let other = &model.shapes[*with];
            let isolated = match asks.isolation.max(other.isolation) {
                Isolation::Shared => false,
                Isolation::Tenant => asks.tenant != other.tenant,
                Isolation::Node => true,
            };
            isolated || rules.apart[shape].binary_search(with).is_ok()
        };
        if company.iter().any(forbidden) {
            return 0;
        }
        let mut most = u64::from(asks.replicas);
        for row in 0..model.rows.len() {
            let has = model.classes[class].has[row];
            let weight = model.weight(class, shape, row);
            let beside: u128 = company
                .iter()
                .map(|with| u128::from(model.weight(class, *with, row)))
                .sum();
            if has == UNBOUNDED {
                continue;
            }
            if beside > u128::from(has) {
                return 0;
            }
            // What is beside is no more than what there is.
            let left = has - u64::try_from(beside).unwrap_or(has);
            most = most.min(left.checked_div(weight).unwrap_or(u64::MAX));
        }
        if asks.single {
            most = most.min(self.in_cells(class, shape));
        }
        if asks.isolation == Isolation::Node || rules.alone[shape].contains(&true) {
            most = most.min(1);
        }
        let whole = rules.united[shape][place(Topology::Node)];
        if whole && most < u64::from(asks.replicas) {
            return 0;
        }
        u32::try_from(most).unwrap_or(u32::MAX)
    }

    /// How many replicas the cells of a node hold.
    fn in_cells(&self, class: usize, shape: usize) -> u64 {
        let node = &self.model.classes[class];
        if node.cells <= 1 {
            return u64::MAX;
        }
        let rows = (0..self.model.rows.len()).filter_map(|row| {
            let has = node.cell[row]?;
            has.checked_div(self.model.weight(class, shape, row))
        });
        rows.min()
            .map_or(u64::MAX, |each| each.saturating_mul(u64::from(node.cells)))
    }
}

/// The kind of each class, and of each kind its first class.
fn kinds(model: &Model) -> (Vec<usize>, Vec<usize>) {
    let mut known = BTreeMap::new();
    let mut firsts = Vec::new();
    let kinds = model.classes.iter().enumerate().map(|(at, class)| {
        let key = (
            &class.has,
            &class.shared,
            &class.dedicated,
            class.cells,
            &class.cell,
        );
        *known.entry(key).or_insert_with(|| {
            firsts.push(at);
            firsts.len() - 1
        })
    });
    let kinds = kinds.collect();
    (kinds, firsts)
}
