//! Replicas by where they may stand. What a rule over domains forces into one counts there.

use std::collections::BTreeMap;

use super::scope::{Room, Scope};
use crate::{
    ground::{TOPOLOGIES, place},
    problem::Topology,
    steps::{Spent, Steps},
};

/// Replicas of a shape that may stand on the same classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) shape: usize,
    pub(super) replicas: u64,
    /// The classes, by place in [`Pieces::sets`].
    pub(super) set: usize,
}

/// All replicas by where they may stand.
pub(super) struct Pieces {
    pub(super) pieces: Vec<Piece>,
    /// Sets of classes.
    pub(super) sets: Vec<Vec<usize>>,
    /// Classes that are in the same sets.
    pub(super) columns: Vec<Vec<usize>>,
    /// The columns of each set.
    pub(super) to: Vec<Vec<usize>>,
}

impl Pieces {
    /// The pieces of a scope.
    ///
    /// # Errors
    /// The budget is spent.
    pub(super) fn of(scope: &Scope<'_, '_>, steps: &mut Steps<'_>) -> Result<Self, Spent> {
        let model = scope.ground.model;
        let work = (model.shapes.len() + model.even.len()) * model.classes.len();
        steps.take("bounds", work as u64 / 4 + 1)?;
        let mut forced: BTreeMap<usize, Vec<Forced>> = BTreeMap::new();
        for even in &model.even {
            let (rooms, elsewhere) = scope.spread_over(even);
            let asked = u64::from(model.shapes[even.of].replicas);
            let all = by_spread(&rooms, elsewhere, asked, u64::from(even.skew));
            forced.entry(even.of).or_insert(all);
        }
        for shape in 0..model.shapes.len() {
            let alone = scope.ground.rules.alone[shape];
            let wide = TOPOLOGIES
                .iter()
                .find(|topology| **topology != Topology::Node && alone[place(**topology)]);
            if let Some(topology) = wide {
                let rooms = scope.rooms(shape, *topology);
                let asked = u64::from(model.shapes[shape].replicas);
                let all = by_room(&rooms, 0, asked);
                forced.entry(shape).or_insert(all);
            }
        }
        Self::with(scope, forced, steps)
    }

    /// One piece for each shape.
    ///
    /// # Errors
    /// The budget is spent.
    pub(super) fn by_shape(scope: &Scope<'_, '_>, steps: &mut Steps<'_>) -> Result<Self, Spent> {
        Self::with(scope, BTreeMap::new(), steps)
    }

    /// All pieces, when it is known what stands where at least.
    fn with(
        scope: &Scope<'_, '_>,
        mut forced: BTreeMap<usize, Vec<Forced>>,
        steps: &mut Steps<'_>,
    ) -> Result<Self, Spent> {
        let model = scope.ground.model;
        let mut sets: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
        let mut number = |set: Vec<usize>| {
            let next = sets.len();
            *sets.entry(set).or_insert(next)
        };
        let mut pieces = Vec::new();
        for (shape, asks) in model.shapes.iter().enumerate() {
            let mut rest = u64::from(asks.replicas);
            for (classes, replicas) in forced.remove(&shape).unwrap_or_default() {
                rest = rest.saturating_sub(replicas);
                pieces.push(Piece {
                    shape,
                    replicas,
                    set: number(classes),
                });
            }
            if rest > 0 {
                let may = (0..model.classes.len()).filter(|class| scope.may[shape][*class]);
                pieces.push(Piece {
                    shape,
                    replicas: rest,
                    set: number(may.collect()),
                });
            }
        }
        let mut numbered: Vec<(usize, Vec<usize>)> =
            sets.into_iter().map(|(set, at)| (at, set)).collect();
        numbered.sort_unstable();
        let sets: Vec<Vec<usize>> = numbered.into_iter().map(|(_, set)| set).collect();
        let (columns, to) = columns(&sets, model.classes.len());
        steps.take(
            "bounds",
            sets.iter().map(Vec::len).sum::<usize>() as u64 / 4,
        )?;
        Ok(Self {
            pieces,
            sets,
            columns,
            to,
        })
    }
}

/// Classes, and how many replicas must stand there at least.
type Forced = (Vec<usize>, u64);

/// What a spread forces into its domains.
fn by_spread(rooms: &[Room], elsewhere: u64, asked: u64, skew: u64) -> Vec<Forced> {
    let domains: u64 = rooms.iter().map(|room| room.domains).sum();
    let Some(smallest) = rooms.iter().map(|room| room.most).min() else {
        return Vec::new();
    };
    let others = skew.saturating_mul(domains - 1);
    // If the fullest holds `most`, the others hold no less than `most - skew` each; and if the
    // emptiest holds `least`, the others hold no more than `least + skew`.
    let most = asked.saturating_add(others) / domains;
    let most = most.min(smallest.saturating_add(skew));
    let here = asked.saturating_sub(elsewhere);
    let mut least = here.saturating_sub(others).div_ceil(domains);
    let capped: Vec<Room> = rooms
        .iter()
        .map(|room| Room {
            most: room.most.min(most),
            ..room.clone()
        })
        .collect();
    let by_room = by_room(&capped, elsewhere, asked);
    for (classes, replicas) in &by_room {
        let room = capped.iter().find(|room| room.classes == *classes);
        let each = room.map_or(0, |room| replicas / room.domains.max(1));
        least = least.max(each.saturating_sub(skew));
    }
    let forced = capped.into_iter().map(|room| {
        let own = by_room.iter().find(|(classes, _)| *classes == room.classes);
        let own = own.map_or(0, |(_, replicas)| *replicas);
        (room.classes, own.max(least.saturating_mul(room.domains)))
    });
    forced.filter(|(_, replicas)| *replicas > 0).collect()
}

/// What must stand in domains because the others have no room for it.
fn by_room(rooms: &[Room], elsewhere: u64, asked: u64) -> Vec<Forced> {
    let each = rooms
        .iter()
        .map(|room| room.most.saturating_mul(room.domains));
    let all = each.fold(elsewhere, u64::saturating_add);
    let forced = rooms.iter().map(|room| {
        let least = asked.saturating_sub(all - room.most);
        (room.classes.clone(), least.saturating_mul(room.domains))
    });
    forced.filter(|(_, replicas)| *replicas > 0).collect()
}

/// Classes that are in the same sets, and of each set its columns.
fn columns(sets: &[Vec<usize>], classes: usize) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
    let mut of: Vec<Vec<usize>> = vec![Vec::new(); classes];
    for (at, set) in sets.iter().enumerate() {
        for class in set {
            of[*class].push(at);
        }
    }
    let mut known: BTreeMap<&[usize], usize> = BTreeMap::new();
    let mut columns: Vec<Vec<usize>> = Vec::new();
    let mut to = vec![Vec::new(); sets.len()];
    for (class, in_sets) in of.iter().enumerate().filter(|(_, sets)| !sets.is_empty()) {
        let column = *known.entry(in_sets).or_insert_with(|| {
            for set in in_sets {
                to[*set].push(columns.len());
            }
            columns.push(Vec::new());
            columns.len() - 1
        });
        columns[column].push(class);
    }
    (columns, to)
}
