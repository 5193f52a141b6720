//! Where each shape may stand, as far as it shows at a glance: admitted, large enough, in a domain
//! where whom it needs may stand too.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    fill::{Proof, Reason},
    ground::{Ground, TOPOLOGIES, place},
    model::Even,
    problem::Topology,
    steps::{Spent, Steps},
};

/// Where each shape may stand.
pub(super) struct Scope<'g, 'm> {
    /// What was found of each shape and class alone.
    pub(super) ground: &'g Ground<'m>,
    /// By shape: whether it may stand on a class.
    pub(super) may: Vec<Vec<bool>>,
    /// By shape: without whom it might stand on more.
    because: Vec<Vec<usize>>,
}

/// Domains that are alike for a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Room {
    /// The classes of their nodes.
    pub(super) classes: Vec<usize>,
    /// How many domains.
    pub(super) domains: u64,
    /// How many replicas one of them holds at most.
    pub(super) most: u64,
}

impl<'g, 'm> Scope<'g, 'm> {
    /// Finds where shapes may stand.
    ///
    /// # Errors
    /// The budget is spent.
    pub(super) fn of(ground: &'g Ground<'m>, steps: &mut Steps<'_>) -> Result<Self, Spent> {
        let model = ground.model;
        let classes = model.classes.len();
        let work = (model.shapes.len() + model.together.len() + model.united.len()) * classes;
        steps.take("bounds", work as u64 / 16 + 1)?;
        let may = (0..model.shapes.len()).map(|shape| {
            let may = (0..classes).map(|class| ground.most(class, shape) > 0);
            may.collect()
        });
        let mut scope = Self {
            ground,
            may: may.collect(),
            because: ground.rules.company.clone(),
        };
        scope.keep_with_company();
        scope.keep_where_all_stand();
        Ok(scope)
    }

    /// Domains where nobody stands whom a shape needs are none for it.
    fn keep_with_company(&mut self) {
        let model = self.ground.model;
        let wide = |topology| topology != Topology::Node;
        for pair in model.together.iter().filter(|pair| wide(pair.topology)) {
            let open: BTreeSet<u32> = (0..model.classes.len())
                .filter(|class| self.may[pair.with][*class])
                .filter_map(|class| model.domain(class, pair.topology))
                .collect();
            for class in 0..model.classes.len() {
                let has = match model.domain(class, pair.topology) {
                    Some(domain) => open.contains(&domain),
                    None => self.may[pair.with][class],
                };
                if self.may[pair.of][class] && !has {
                    self.may[pair.of][class] = false;
                    self.because[pair.of].push(pair.with);
                }
            }
        }
    }

    /// Domains that do not hold all of what must be in one are none for it.
    fn keep_where_all_stand(&mut self) {
        let model = self.ground.model;
        for pair in &model.united {
            let asked = u64::from(model.shapes[pair.of].replicas);
            for room in self.rooms(pair.of, pair.topology) {
                if room.most < asked {
                    for class in room.classes {
                        self.may[pair.of][class] = false;
                    }
                }
            }
        }
    }

    /// How many replicas of a shape the nodes of a class hold at most.
    pub(super) fn room(&self, class: usize, shape: usize) -> u64 {
        if self.may[shape][class] {
            self.ground.room(class, shape)
        } else {
            0
        }
    }

    /// The domains of a kind, and how many replicas of a shape each holds at most. Domains where
    /// it may not stand are left out.
    pub(super) fn rooms(&self, shape: usize, topology: Topology) -> Vec<Room> {
        let ground = self.ground;
        let mut rooms = Vec::new();
        let mut domains: BTreeMap<u32, Room> = BTreeMap::new();
        for class in 0..ground.model.classes.len() {
            let all = self.room(class, shape);
            if all == 0 {
                continue;
            }
            match ground.model.domain(class, topology) {
                None => rooms.push(Room {
                    classes: vec![class],
                    domains: u64::from(ground.model.classes[class].count),
                    most: u64::from(ground.most(class, shape)),
                }),
                Some(domain) => {
                    let room = domains.entry(domain).or_insert_with(|| Room {
                        classes: Vec::new(),
                        domains: 1,
                        most: 0,
                    });
                    room.classes.push(class);
                    room.most += all;
                }
            }
        }
        rooms.extend(domains.into_values());
        if ground.rules.alone[shape][place(topology)] {
            for room in &mut rooms {
                room.most = room.most.min(1);
            }
        }
        rooms
    }

    /// The kind of domain by which the fewest replicas of a shape stand, and how many.
    pub(super) fn least_room(&self, shape: usize) -> (Topology, u64) {
        let alone = self.ground.rules.alone[shape];
        let mut least = (Topology::Node, self.total(shape, Topology::Node));
        for topology in TOPOLOGIES {
            if alone[place(topology)] {
                let total = self.total(shape, topology);
                if total < least.1 {
                    least = (topology, total);
                }
            }
        }
        least
    }

    fn total(&self, shape: usize, topology: Topology) -> u64 {
        let rooms = self.rooms(shape, topology);
        rooms.iter().map(|room| room.domains * room.most).sum()
    }

    /// Of a spread: the domains that count, those without room among them, and how many replicas
    /// at most stand where it does not count.
    pub(super) fn spread_over(&self, even: &Even) -> (Vec<Room>, u64) {
        let model = self.ground.model;
        let mut counted: BTreeSet<u32> = BTreeSet::new();
        // Of classes whose nodes are domains, how many count and hold nothing.
        let mut empty = 0;
        let classes = model.classes.iter().enumerate();
        for (at, class) in classes.filter(|(at, class)| class.count > 0 && even.counts[*at]) {
            match model.domain(at, even.topology) {
                Some(domain) => {
                    counted.insert(domain);
                }
                None if self.room(at, even.of) == 0 => empty += u64::from(class.count),
                None => {}
            }
        }
        let mut domains = Vec::new();
        let mut elsewhere = 0;
        for room in self.rooms(even.of, even.topology) {
            let class = room.classes[0];
            let counts = match model.domain(class, even.topology) {
                Some(domain) => counted.remove(&domain),
                None => even.counts[class],
            };
            if counts {
                domains.push(room);
            } else {
                elsewhere += room.most * room.domains;
            }
        }
        empty += counted.len() as u64;
        if empty > 0 {
            domains.push(Room {
                classes: Vec::new(),
                domains: empty,
                most: 0,
            });
        }
        (domains, elsewhere)
    }

    /// A reason that names shapes, and whom they need.
    pub(super) fn reason(&self, shapes: &[usize], rows: &[usize], proof: Proof) -> Reason {
        let with = shapes.iter().flat_map(|shape| &self.because[*shape]);
        let shapes: BTreeSet<usize> = shapes.iter().chain(with).copied().collect();
        Reason {
            shapes: shapes.into_iter().collect(),
            rows: rows.to_vec(),
            proof,
        }
    }
}
