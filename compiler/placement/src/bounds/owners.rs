//! Who shares no domain with the others, and needs domains of its own: shapes that are kept apart,
//! tenants that share nodes with nobody, replicas that want a node for themselves. What they need
//! adds up.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    hall,
    lots::{Lots, Takes},
    pieces::Pieces,
    scope::Scope,
};
use crate::{
    fill::{Proof, Reason},
    ground::TOPOLOGIES,
    problem::{Isolation, Topology},
    steps::{Spent, Steps},
};

/// From how many shapes sets that are kept apart are looked for.
const STARTS: usize = 32;

/// Shapes that share no domain with those of another owner.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Owner {
    shapes: Vec<usize>,
    /// How many domains they need at least.
    needs: u64,
}

/// Owners that need more domains than there are for them.
///
/// # Errors
/// The budget is spent.
pub(super) fn find(scope: &Scope<'_, '_>, steps: &mut Steps<'_>) -> Result<Option<Reason>, Spent> {
    let owners = tenants(scope, steps)?;
    if let Some(reason) = too_many(scope, Topology::Node, &owners, steps)? {
        return Ok(Some(reason));
    }
    for topology in TOPOLOGIES {
        for owners in kept_apart(scope, topology, steps)? {
            if let Some(reason) = too_many(scope, topology, &owners, steps)? {
                return Ok(Some(reason));
            }
        }
    }
    Ok(None)
}

/// Those who share nodes with nobody, and all others together.
fn tenants(scope: &Scope<'_, '_>, steps: &mut Steps<'_>) -> Result<Vec<Owner>, Spent> {
    let shapes = scope.ground.model.shapes.iter().enumerate();
    let mut isolated: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    let mut owners = Vec::new();
    for (at, shape) in shapes.clone() {
        match shape.isolation {
            Isolation::Shared => {}
            Isolation::Tenant => isolated.entry(shape.tenant).or_default().push(at),
            Isolation::Node => owners.push(Owner {
                shapes: vec![at],
                needs: u64::from(shape.replicas),
            }),
        }
    }
    if isolated.is_empty() && owners.is_empty() {
        return Ok(Vec::new());
    }
    let free = shapes.filter(|(_, shape)| {
        shape.isolation == Isolation::Shared && !isolated.contains_key(&shape.tenant)
    });
    let free: Vec<usize> = free.map(|(at, _)| at).collect();
    let needs = Needs::of(scope, steps)?;
    for shapes in isolated.into_values().chain([free]) {
        steps.take("bounds", needs.work(&shapes))?;
        owners.push(Owner {
            needs: needs.nodes(&shapes),
            shapes,
        });
    }
    Ok(owners)
}

/// Sets of shapes of which no two share a domain.
fn kept_apart(
    scope: &Scope<'_, '_>,
    topology: Topology,
    steps: &mut Steps<'_>,
) -> Result<Vec<Vec<Owner>>, Spent> {
    let mut apart: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for pair in &scope.ground.model.apart {
        if pair.topology == topology && pair.of != pair.with {
            apart.entry(pair.of).or_default().insert(pair.with);
            apart.entry(pair.with).or_default().insert(pair.of);
        }
    }
    if apart.is_empty() {
        return Ok(Vec::new());
    }
    steps.take(
        "bounds",
        (apart.len() * scope.ground.model.classes.len()) as u64,
    )?;
    let mut order: Vec<(std::cmp::Reverse<u64>, usize)> = apart
        .keys()
        .map(|shape| (std::cmp::Reverse(domains(scope, *shape, topology)), *shape))
        .collect();
    order.sort_unstable();
    let mut sets = BTreeSet::new();
    for (_, start) in order.iter().take(STARTS) {
        steps.take("bounds", apart[start].len() as u64 + 1)?;
        let mut set = vec![*start];
        for (_, shape) in &order {
            if apart[start].contains(shape) {
                steps.take("bounds", set.len() as u64)?;
                if set.iter().all(|other| apart[shape].contains(other)) {
                    set.push(*shape);
                }
            }
        }
        set.sort_unstable();
        sets.insert(set);
    }
    let needs: BTreeMap<usize, u64> = order
        .into_iter()
        .map(|(needs, shape)| (shape, needs.0))
        .collect();
    let owners = sets.into_iter().map(|set| {
        let each = set.into_iter().map(|shape| Owner {
            shapes: vec![shape],
            needs: needs[&shape],
        });
        each.collect()
    });
    Ok(owners.collect())
}

/// In how many domains a shape stands at least.
fn domains(scope: &Scope<'_, '_>, shape: usize, topology: Topology) -> u64 {
    let rooms = scope.rooms(shape, topology);
    let rooms = rooms.iter().map(|room| (room.most, room.domains));
    fewest(
        rooms.collect(),
        u64::from(scope.ground.model.shapes[shape].replicas).into(),
    )
}

/// How many of the largest parts make up a whole; one more than all where they do not.
fn fewest(mut parts: Vec<(impl Into<u128> + Copy + Ord, u64)>, whole: u128) -> u64 {
    parts.sort_unstable();
    let mut rest = whole;
    let mut taken = 0;
    for (size, many) in parts.into_iter().rev() {
        let size: u128 = size.into();
        if rest == 0 {
            return taken;
        }
        if size == 0 {
            break;
        }
        let wanted = u64::try_from(rest.div_ceil(size))
            .unwrap_or(u64::MAX)
            .min(many);
        rest = rest.saturating_sub(size * u128::from(wanted));
        taken += wanted;
    }
    taken + u64::from(rest > 0)
}

/// What is counted to find how many nodes some shapes need.
struct Needs<'s, 'g, 'm> {
    scope: &'s Scope<'g, 'm>,
    lots: Vec<Lots>,
    /// The set of classes of each shape, by place in the pieces.
    set_of: BTreeMap<usize, usize>,
}

impl<'s, 'g, 'm> Needs<'s, 'g, 'm> {
    fn of(scope: &'s Scope<'g, 'm>, steps: &mut Steps<'_>) -> Result<Self, Spent> {
        let pieces = Pieces::by_shape(scope, steps)?;
        let mut lots = Vec::new();
        for row in 0..scope.ground.model.rows.len() {
            steps.take("bounds", pieces.pieces.len() as u64 + 1)?;
            lots.extend(Lots::of(scope, &pieces, row, false));
        }
        let set_of = pieces.pieces.iter().map(|piece| (piece.shape, piece.set));
        Ok(Self {
            scope,
            lots,
            set_of: set_of.collect(),
        })
    }

    fn work(&self, shapes: &[usize]) -> u64 {
        let classes = self.scope.ground.model.classes.len() + 1;
        ((shapes.len() + self.lots.len()) * classes) as u64 / 4
    }

    /// How many nodes shapes need at least that share them with nobody.
    fn nodes(&self, shapes: &[usize]) -> u64 {
        let alone = shapes
            .iter()
            .map(|shape| domains(self.scope, *shape, Topology::Node));
        let model = self.scope.ground.model;
        let may: Vec<usize> = (0..model.classes.len())
            .filter(|class| shapes.iter().any(|shape| self.scope.may[*shape][*class]))
            .collect();
        let by_row = self.lots.iter().map(|lots| {
            let asked = shapes.iter().map(|shape| self.asked(lots, *shape)).sum();
            let sizes: Option<Vec<(u128, u64)>> = may
                .iter()
                .map(|class| {
                    Some((
                        lots.node(lots.size_of[*class]?),
                        model.classes[*class].count.into(),
                    ))
                })
                .collect();
            sizes.map_or(0, |sizes| fewest(sizes, asked))
        });
        alone.chain(by_row).max().unwrap_or(0)
    }

    /// What a shape asks for of a row at least.
    fn asked(&self, lots: &Lots, shape: usize) -> u128 {
        let set = self
            .set_of
            .get(&shape)
            .and_then(|set| lots.sizes_in[*set].as_ref());
        let each =
            set.into_iter()
                .flatten()
                .map(|size| match lots.takes(self.scope, *size, shape) {
                    Takes::Node => lots.node(*size),
                    Takes::Part(part) => part,
                });
        each.min().unwrap_or(0) * u128::from(self.scope.ground.model.shapes[shape].replicas)
    }
}

/// Whether owners need more domains than there are for them.
fn too_many(
    scope: &Scope<'_, '_>,
    topology: Topology,
    owners: &[Owner],
    steps: &mut Steps<'_>,
) -> Result<Option<Reason>, Spent> {
    if owners.len() < 2 {
        return Ok(None);
    }
    let model = scope.ground.model;
    let shapes: usize = owners.iter().map(|owner| owner.shapes.len()).sum();
    steps.take("bounds", (shapes * model.classes.len()) as u64 / 4 + 1)?;
    // The place of each class among the domains, and how many domains are there.
    let mut has: Vec<u128> = Vec::new();
    let mut known = BTreeMap::new();
    let places = model.classes.iter().enumerate().map(|(class, nodes)| {
        let mut add = |domains: u128| {
            has.push(domains);
            has.len() - 1
        };
        match model.domain(class, topology) {
            Some(domain) => *known.entry(domain).or_insert_with(|| add(1)),
            None => add(nodes.count.into()),
        }
    });
    let places: Vec<usize> = places.collect();
    let to = owners.iter().map(|owner| {
        let may = |class: &usize| owner.shapes.iter().any(|shape| scope.may[*shape][*class]);
        let all: BTreeSet<usize> = (0..places.len())
            .filter(may)
            .map(|class| places[class])
            .collect();
        all.into_iter().collect()
    });
    let to: Vec<Vec<usize>> = to.collect();
    let asked: Vec<u128> = owners.iter().map(|owner| owner.needs.into()).collect();
    let Some(cut) = hall::cut(&to, &asked, &has, steps)? else {
        return Ok(None);
    };
    let inside = cut.demands.iter().map(|at| &owners[*at]);
    let inside: Vec<&Owner> = inside.filter(|owner| owner.needs > 0).collect();
    let shapes: Vec<usize> = inside
        .iter()
        .flat_map(|owner| owner.shapes.clone())
        .collect();
    let proof = Proof::Owners {
        topology,
        owners: inside
            .iter()
            .map(|owner| (owner.shapes.clone(), owner.needs))
            .collect(),
        has: u64::try_from(cut.has).unwrap_or(u64::MAX),
    };
    let rows: Vec<usize> = (0..model.rows.len()).collect();
    Ok(Some(scope.reason(&shapes, &rows, proof)))
}
