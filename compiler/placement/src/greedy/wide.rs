//! Rules over domains, kept by deciding before nodes are filled how many replicas each domain takes.
//! What a domain has left is taken as one sum, so that it can be wrong: where it was, the domain
//! counts for less the next time.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::demand::{Demand, OnNode, Shares};
use crate::{
    ground::{Ground, place},
    model::{Even, Model, UNBOUNDED},
    problem::{Isolation, Topology},
    steps::{Spent, Steps},
};

/// Into how many shares the replicas of a shape that no rule counts are divided.
const CHUNKS: u32 = 8;

/// The kinds of domain beyond a node.
const WIDE: [Topology; 2] = [Topology::Rack, Topology::Zone];

/// In which order shapes are given their domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// What may stand on the fewest nodes first.
    Rigid,
    /// What rules over domains are about first.
    Ruled,
    /// What takes most in all first.
    Large,
}

/// Every order.
pub(super) const ORDERS: [Order; 3] = [Order::Rigid, Order::Ruled, Order::Large];

/// Nodes that are in the same domains.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    classes: Vec<usize>,
    /// The rack and the zone.
    domains: [Option<u32>; 2],
}

/// What is known about a model's domains.
pub(super) struct Domains<'g, 'm> {
    ground: &'g Ground<'m>,
    parts: Vec<Part>,
    /// The part of each class.
    part_of: Vec<usize>,
    /// Whether a rule over domains is about a shape.
    ruled: Vec<bool>,
    /// What each class has less than it seems, by row.
    less: Vec<Vec<u128>>,
}

impl<'g, 'm> Domains<'g, 'm> {
    pub(super) fn of(ground: &'g Ground<'m>) -> Self {
        let model = ground.model;
        let mut parts: Vec<Part> = Vec::new();
        let mut known = BTreeMap::new();
        let part_of = (0..model.classes.len()).map(|class| {
            let domains = WIDE.map(|topology| model.domain(class, topology));
            let part = *known.entry(domains).or_insert_with(|| {
                parts.push(Part {
                    classes: Vec::new(),
                    domains,
                });
                parts.len() - 1
            });
            parts[part].classes.push(class);
            part
        });
        let part_of = part_of.collect();
        let mut ruled = vec![false; model.shapes.len()];
        let pairs = model.apart.iter().chain(&model.together);
        for pair in pairs.chain(&model.united) {
            if pair.topology != Topology::Node {
                ruled[pair.of] = true;
                ruled[pair.with] = true;
            }
        }
        for even in &model.even {
            ruled[even.of] |= even.topology != Topology::Node;
        }
        Self {
            ground,
            parts,
            part_of,
            ruled,
            less: vec![vec![0; model.rows.len()]; model.classes.len()],
        }
    }

    /// A demand by domains; `None` where the rules leave none for somebody.
    ///
    /// # Errors
    /// The budget is spent.
    pub(super) fn demand(
        &self,
        order: Order,
        steps: &mut Steps<'_>,
    ) -> Result<Option<Demand>, Spent> {
        let model = self.ground.model;
        let mut demand = Demand::of(self.ground);
        for even in model
            .even
            .iter()
            .filter(|even| even.topology == Topology::Node)
        {
            demand.on_node(even.of, each_node(self.ground, even));
        }
        let mut giving = Giving {
            domains: self,
            free: self.free(),
            held: vec![[BTreeSet::new(), BTreeSet::new()]; model.shapes.len()],
            given: vec![false; model.shapes.len()],
        };
        for shape in self.ordered(order) {
            let work = self.parts.len() + model.classes.len() * (model.rows.len() + 1);
            steps.take("greedy", work as u64 / 4 + 1)?;
            if self.ruled[shape] {
                let Some(left) = giving.give(shape, steps)? else {
                    return Ok(None);
                };
                let part = self.part_of.clone();
                demand.share(shape, Shares { part, left });
            } else {
                giving.pour(shape);
            }
        }
        Ok(Some(demand))
    }

    /// Takes it that the domains of what is left have less than it seemed.
    pub(super) fn learn(&mut self, left: &Demand) {
        let model = self.ground.model;
        for shape in (0..model.shapes.len()).filter(|shape| self.ruled[*shape]) {
            for part in &self.parts {
                let may = |class: &&usize| self.ground.most(**class, shape) > 0;
                let Some(class) = part.classes.iter().find(may) else {
                    continue;
                };
                let over = u128::from(left.available(*class, shape));
                for row in 0..model.rows.len() {
                    let weight = u128::from(model.weight(*class, shape, row));
                    self.less[*class][row] += over * weight;
                }
            }
        }
    }

    /// What all nodes of each class have, by row.
    fn free(&self) -> Vec<Vec<u128>> {
        let classes = self.ground.model.classes.iter().zip(&self.less);
        let free = classes.map(|(class, less)| {
            let rows = class.has.iter().zip(less);
            let rows = rows.map(|(has, less)| match *has {
                UNBOUNDED => u128::MAX,
                has => (u128::from(has) * u128::from(class.count)).saturating_sub(*less),
            });
            rows.collect()
        });
        free.collect()
    }

    /// Shapes in an order; whom others need near them before those.
    fn ordered(&self, order: Order) -> Vec<usize> {
        let model = self.ground.model;
        let figures = super::order::Figures::of(self.ground);
        let mut needed = vec![false; model.shapes.len()];
        let mut bound = vec![0_u8; model.shapes.len()];
        for pair in model
            .together
            .iter()
            .filter(|pair| pair.topology != Topology::Node)
        {
            needed[pair.with] = true;
        }
        for pair in &model.united {
            bound[pair.of] = 2;
        }
        for pair in &model.together {
            bound[pair.of] = bound[pair.of].max(1);
        }
        let mut all: Vec<usize> = (0..model.shapes.len()).collect();
        let size = |shape: usize| figures.size(self.ground, shape);
        all.sort_by_key(|shape| {
            let ruled = u8::from(!self.ruled[*shape]);
            let first = u8::from(!needed[*shape]);
            let united = u8::from(bound[*shape] < 2);
            let nodes = figures.nodes(*shape);
            let key = match order {
                Order::Rigid => (first, 0, united, nodes),
                Order::Ruled => (first, ruled, united, nodes),
                Order::Large => (first, 0, united, 0),
            };
            (key, Reverse(size(*shape)), *shape)
        });
        all
    }
}

/// How many replicas each node holds of a shape that is spread over nodes.
fn each_node(ground: &Ground<'_>, even: &Even) -> OnNode {
    let classes = ground.model.classes.iter().enumerate();
    let counted = classes.filter(|(at, class)| class.count > 0 && even.counts[*at]);
    let mut nodes = 0_u32;
    let mut smallest = u32::MAX;
    for (at, class) in counted {
        nodes = nodes.saturating_add(class.count);
        smallest = smallest.min(ground.most(at, even.of));
    }
    let replicas = ground.model.shapes[even.of].replicas;
    OnNode {
        least: replicas.checked_div(nodes).unwrap_or(0).min(smallest),
        nodes,
        skew: even.skew,
        counts: even.counts.clone(),
    }
}

/// Replicas being given their domains.
struct Giving<'d, 'g, 'm> {
    domains: &'d Domains<'g, 'm>,
    /// What all nodes of a class have left, by row.
    free: Vec<Vec<u128>>,
    /// The racks and zones that hold a shape.
    held: Vec<[BTreeSet<u32>; 2]>,
    /// Which shapes have their domains.
    given: Vec<bool>,
}

impl Giving<'_, '_, '_> {
    fn model(&self) -> &Model {
        self.domains.ground.model
    }

    /// How many replicas a class has room for, as it seems.
    fn room(&self, class: usize, shape: usize) -> u64 {
        let ground = self.domains.ground;
        let most =
            u64::from(ground.most(class, shape)) * u64::from(ground.model.classes[class].count);
        if most == 0 {
            return 0;
        }
        let rows = self.free[class]
            .iter()
            .enumerate()
            .filter_map(|(row, free)| free.checked_div(self.weight(class, shape, row)));
        let room = rows.min().unwrap_or(u128::MAX);
        u64::try_from(room).unwrap_or(u64::MAX).min(most)
    }

    /// What a replica takes of a class: the whole node where it wants one for itself.
    fn weight(&self, class: usize, shape: usize, row: usize) -> u128 {
        let model = self.model();
        let has = model.classes[class].has[row];
        if model.shapes[shape].isolation == Isolation::Node && has != UNBOUNDED {
            has.into()
        } else {
            model.weight(class, shape, row).into()
        }
    }

    /// Takes room for replicas from classes, the roomiest first.
    fn occupy(&mut self, classes: &[usize], shape: usize, mut count: u64) {
        let mut rooms: Vec<(u64, usize)> = classes
            .iter()
            .map(|class| (self.room(*class, shape), *class))
            .collect();
        rooms.sort_unstable_by_key(|(room, class)| (Reverse(*room), *class));
        for (room, class) in rooms {
            let here = room.min(count);
            for row in 0..self.free[class].len() {
                let takes = self.weight(class, shape, row) * u128::from(here);
                self.free[class][row] = self.free[class][row].saturating_sub(takes);
            }
            count -= here;
        }
    }

    /// Takes room for a shape that no rule over domains counts, where there is most.
    fn pour(&mut self, shape: usize) {
        let replicas = self.model().shapes[shape].replicas;
        let classes: Vec<usize> = (0..self.model().classes.len())
            .filter(|class| self.domains.ground.most(*class, shape) > 0)
            .collect();
        let mut left = replicas;
        while left > 0 {
            let chunk = replicas.div_ceil(CHUNKS).min(left);
            let roomiest = classes.iter().max_by_key(|class| self.room(**class, shape));
            let Some(class) = roomiest else { return };
            self.occupy(&[*class], shape, chunk.into());
            left -= chunk;
        }
    }

    /// Gives a shape its domains: how many replicas each part takes.
    fn give(&mut self, shape: usize, steps: &mut Steps<'_>) -> Result<Option<Vec<u32>>, Spent> {
        let domains = self.domains;
        let mut given = vec![0_u32; domains.parts.len()];
        let mut rooms: Vec<u64> = (0..domains.parts.len())
            .map(|part| self.part_room(part, shape))
            .collect();
        let mut counts = Counts::of(domains, shape);
        let mut left = self.model().shapes[shape].replicas;
        counts.unite(&rooms, left);
        let chunk = if counts.one_by_one {
            1
        } else {
            (left / (16 * u32::try_from(rooms.len()).unwrap_or(1).max(1))).max(1)
        };
        while left > 0 {
            steps.take("greedy", rooms.len() as u64 / 2 + 1)?;
            let open = (0..rooms.len()).filter(|part| rooms[*part] > 0 && counts.allow(*part));
            let best = open.max_by_key(|part| (counts.prefer(*part), rooms[*part], Reverse(*part)));
            let Some(part) = best else {
                return Ok(None);
            };
            let here = chunk.min(left);
            let here = here.min(u32::try_from(rooms[part]).unwrap_or(u32::MAX));
            given[part] += here;
            left -= here;
            counts.add(part, here);
            self.occupy(&domains.parts[part].classes, shape, here.into());
            rooms[part] = self.part_room(part, shape);
            for (at, domain) in domains.parts[part].domains.iter().enumerate() {
                self.held[shape][at].extend(*domain);
            }
        }
        self.given[shape] = true;
        Ok(Some(given))
    }

    /// How many replicas a part has room for, where who is there already lets them in.
    fn part_room(&self, part: usize, shape: usize) -> u64 {
        let there = &self.domains.parts[part];
        let holds = |other: usize, topology: Topology| {
            let at = place(topology) - 1;
            there.domains[at].is_some_and(|domain| self.held[other][at].contains(&domain))
        };
        let model = self.model();
        let wide = |topology: Topology| topology != Topology::Node;
        let kept_out = model.apart.iter().any(|pair| {
            wide(pair.topology)
                && pair.of != pair.with
                && (pair.of == shape && holds(pair.with, pair.topology)
                    || pair.with == shape && holds(pair.of, pair.topology))
        });
        let alone = model.together.iter().any(|pair| {
            wide(pair.topology)
                && pair.of == shape
                && self.given[pair.with]
                && !holds(pair.with, pair.topology)
        });
        if kept_out || alone {
            return 0;
        }
        let rooms = there.classes.iter().map(|class| self.room(*class, shape));
        rooms.fold(0, u64::saturating_add)
    }
}

/// How many replicas of one shape each domain holds so far, and how many it may.
struct Counts<'d> {
    parts: &'d [Part],
    /// By kind: how many in each domain; every domain that counts for a spread is there.
    held: [BTreeMap<u32, u32>; 2],
    /// By kind: by how many domains that count may differ.
    skew: [Option<u32>; 2],
    /// By kind: which domains count.
    counted: [BTreeSet<u32>; 2],
    /// By kind: whether each domain holds one at most.
    alone: [bool; 2],
    /// By kind: the only domain, where there may be one.
    only: [Option<u32>; 2],
    /// By kind: whether there may be one domain only.
    united: [bool; 2],
    /// Whether others need its company, so that it had better be everywhere.
    needed: bool,
    /// Whether replicas are given one after the other.
    one_by_one: bool,
}

impl<'d> Counts<'d> {
    fn of(domains: &'d Domains<'_, '_>, shape: usize) -> Self {
        let ground = domains.ground;
        let (alone, united) = (ground.rules.alone[shape], ground.rules.united[shape]);
        let together = ground.model.together.iter();
        let needed = together
            .filter(|pair| pair.topology != Topology::Node)
            .any(|pair| pair.with == shape);
        let mut counts = Self {
            parts: &domains.parts,
            held: [BTreeMap::new(), BTreeMap::new()],
            skew: [None; 2],
            counted: [BTreeSet::new(), BTreeSet::new()],
            alone: [alone[1], alone[2]],
            only: [None; 2],
            united: [united[1], united[2]],
            needed,
            one_by_one: needed || alone[1] || alone[2],
        };
        for even in ground.model.even.iter().filter(|even| even.of == shape) {
            let Some(at) = place(even.topology).checked_sub(1) else {
                continue;
            };
            counts.one_by_one = true;
            counts.skew[at] = Some(even.skew);
            for (class, node) in ground.model.classes.iter().enumerate() {
                if node.count > 0 && even.counts[class] {
                    let domain = ground.model.domain(class, even.topology);
                    counts.counted[at].extend(domain);
                    counts.held[at].extend(domain.map(|domain| (domain, 0)));
                }
            }
        }
        counts
    }

    /// Chooses the one domain where all must be in one: the roomiest.
    fn unite(&mut self, rooms: &[u64], replicas: u32) {
        for at in (0..2).filter(|at| self.united[*at]) {
            let mut sums: BTreeMap<u32, u64> = BTreeMap::new();
            for (part, room) in self.parts.iter().zip(rooms) {
                if let Some(domain) = part.domains[at] {
                    let sum = sums.entry(domain).or_default();
                    *sum = sum.saturating_add(*room);
                }
            }
            let fits = sums.iter().filter(|(_, sum)| **sum >= u64::from(replicas));
            let best = fits.max_by_key(|(domain, sum)| (**sum, Reverse(**domain)));
            self.only[at] = best.map(|(domain, _)| *domain);
        }
    }

    /// Whether a part may take one more.
    fn allow(&self, part: usize) -> bool {
        (0..2).all(|at| {
            let Some(domain) = self.parts[part].domains[at] else {
                return !self.united[at];
            };
            let held = self.held[at].get(&domain).copied().unwrap_or(0);
            let uneven = self.counted[at].contains(&domain)
                && self.skew[at].is_some_and(|skew| {
                    let counted = self.counted[at].iter();
                    let least = counted.map(|domain| self.held[at][domain]).min();
                    held >= least.unwrap_or(0).saturating_add(skew)
                });
            !(uneven
                || self.alone[at] && held > 0
                || self.united[at] && self.only[at] != Some(domain))
        })
    }

    /// How much a part is to be preferred, before room counts.
    fn prefer(&self, part: usize) -> Reverse<u32> {
        let held = (0..2).filter_map(|at| {
            let domain = self.parts[part].domains[at]?;
            self.held[at].get(&domain).copied()
        });
        Reverse(if self.needed {
            held.max().unwrap_or(0).min(1)
        } else {
            0
        })
    }

    fn add(&mut self, part: usize, count: u32) {
        for at in 0..2 {
            if let Some(domain) = self.parts[part].domains[at] {
                *self.held[at].entry(domain).or_default() += count;
            }
        }
    }
}
