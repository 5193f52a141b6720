//! A node that is being filled.

use crate::{
    fill::Group,
    ground::Ground,
    model::UNBOUNDED,
    problem::{Isolation, Topology},
};

/// A node, what stands on it and what is left of it.
///
/// It never takes what breaks a rule that one node decides, but for company, which may come
/// later. It may refuse what fits: replicas stay in the NUMA cell that they were laid in.
#[derive(Debug, Clone)]
pub(super) struct Node<'g, 'm> {
    ground: &'g Ground<'m>,
    class: usize,
    /// What is left, by row.
    left: Vec<u64>,
    /// What is left of each cell, by row; empty where nothing is divided.
    cells: Vec<Vec<u64>>,
    /// What stands there, in the order in which it came.
    pods: Vec<(usize, u32)>,
    /// Whose the node is, where something asked for it.
    owner: Option<Owner>,
    /// The tenant of all that stands there; `None` where there are several, or nothing.
    tenant: Option<u32>,
}

/// Whose a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Tenant(u32),
    Replica,
}

impl<'g, 'm> Node<'g, 'm> {
    /// An empty node of a class.
    pub(super) fn new(ground: &'g Ground<'m>, class: usize) -> Self {
        let node = &ground.model.classes[class];
        let cells = if node.cells > 1 {
            let cell: Vec<u64> = node
                .cell
                .iter()
                .map(|has| has.unwrap_or(UNBOUNDED))
                .collect();
            vec![cell; usize::try_from(node.cells).unwrap_or(1)]
        } else {
            Vec::new()
        };
        Self {
            ground,
            class,
            left: node.has.clone(),
            cells,
            pods: Vec::new(),
            owner: None,
            tenant: None,
        }
    }

    /// What is left, by row.
    pub(super) fn left(&self) -> &[u64] {
        &self.left
    }

    /// What stands there.
    pub(super) fn pods(&self) -> &[(usize, u32)] {
        &self.pods
    }

    /// Nodes that hold the same as this one.
    pub(super) fn group(&self, nodes: u32) -> Group {
        let mut pods = self.pods.clone();
        pods.sort_unstable();
        Group {
            class: self.class,
            nodes,
            pods,
        }
    }

    /// How many replicas of a shape stand there.
    pub(super) fn count(&self, shape: usize) -> u32 {
        let found = self.pods.iter().find(|(at, _)| *at == shape);
        found.map_or(0, |(_, count)| *count)
    }

    /// How many more replicas of a shape it takes.
    pub(super) fn room(&self, shape: usize) -> u32 {
        let most = self.ground.most(self.class, shape);
        if most == 0 || !self.may_join(shape) {
            return 0;
        }
        let most = most - self.count(shape).min(most);
        let mut room = u64::from(most);
        let model = self.ground.model;
        for (row, left) in self.left.iter().enumerate() {
            if *left != UNBOUNDED
                && let Some(fit) = left.checked_div(model.weight(self.class, shape, row))
            {
                room = room.min(fit);
            }
        }
        if room > 0 && model.shapes[shape].single && !self.cells.is_empty() {
            let each = self.cells.iter().map(|cell| self.cell_room(cell, shape));
            room = room.min(each.fold(0, u64::saturating_add));
        }
        u32::try_from(room).unwrap_or(u32::MAX)
    }

    /// How many replicas one cell takes.
    fn cell_room(&self, cell: &[u64], shape: usize) -> u64 {
        let model = self.ground.model;
        let rows = cell.iter().enumerate().filter_map(|(row, left)| {
            let bounded = *left != UNBOUNDED;
            bounded.then(|| left.checked_div(model.weight(self.class, shape, row)))?
        });
        rows.min().unwrap_or(u64::MAX)
    }

    /// Whether a shape may stand beside what is there.
    fn may_join(&self, shape: usize) -> bool {
        if self.pods.is_empty() {
            return true;
        }
        let asks = &self.ground.model.shapes[shape];
        let owned = match self.owner {
            Some(Owner::Replica) => return false,
            Some(Owner::Tenant(tenant)) => tenant == asks.tenant,
            None => true,
        };
        let alike = match asks.isolation {
            Isolation::Shared => true,
            Isolation::Tenant => self.tenant == Some(asks.tenant),
            Isolation::Node => false,
        };
        let apart = &self.ground.rules.apart[shape];
        owned
            && alike
            && (apart.is_empty()
                || self
                    .pods
                    .iter()
                    .all(|(other, _)| *other == shape || apart.binary_search(other).is_err()))
    }

    /// Takes replicas for which there is room.
    pub(super) fn add(&mut self, shape: usize, count: u32) {
        if count == 0 {
            return;
        }
        let model = self.ground.model;
        let asks = &model.shapes[shape];
        self.tenant =
            (self.pods.is_empty() || self.tenant == Some(asks.tenant)).then_some(asks.tenant);
        match asks.isolation {
            Isolation::Shared => {}
            Isolation::Tenant => self.owner = Some(Owner::Tenant(asks.tenant)),
            Isolation::Node => self.owner = Some(Owner::Replica),
        }
        match self.pods.iter_mut().find(|(at, _)| *at == shape) {
            Some((_, there)) => *there += count,
            None => self.pods.push((shape, count)),
        }
        for (row, left) in self.left.iter_mut().enumerate() {
            take(left, model.weight(self.class, shape, row), u64::from(count));
        }
        if asks.single && !self.cells.is_empty() {
            self.add_to_cells(shape, u64::from(count));
        }
    }

    /// Lays replicas into the fullest cells that take them.
    fn add_to_cells(&mut self, shape: usize, mut count: u64) {
        let model = self.ground.model;
        let rooms = self.cells.iter().enumerate();
        let mut rooms: Vec<(u64, usize)> = rooms
            .map(|(at, cell)| (self.cell_room(cell, shape), at))
            .filter(|(room, _)| *room > 0)
            .collect();
        rooms.sort_unstable();
        for (room, at) in rooms {
            let here = room.min(count);
            for (row, left) in self.cells[at].iter_mut().enumerate() {
                take(left, model.weight(self.class, shape, row), here);
            }
            count -= here;
        }
    }

    /// Who is missing of those that a shape needs beside it.
    pub(super) fn missing(&self, shape: usize) -> Vec<usize> {
        let company = self.ground.rules.company[shape].iter().copied();
        company.filter(|with| self.count(*with) == 0).collect()
    }

    /// Whether all replicas of a shape stand on one node.
    pub(super) fn is_whole(&self, shape: usize) -> bool {
        self.ground.rules.united[shape][crate::ground::place(Topology::Node)]
    }
}

fn take(left: &mut u64, weight: u64, count: u64) {
    if *left != UNBOUNDED {
        *left = left.saturating_sub(weight.saturating_mul(count));
    }
}
