//! What a shape cannot do even with all nodes for itself.

use super::scope::Scope;
use crate::{
    fill::{Proof, Reason},
    problem::Topology,
    steps::{Spent, Steps},
};

/// A shape that stands nowhere, or of which too few replicas stand.
///
/// # Errors
/// The budget is spent.
pub(super) fn find(scope: &Scope<'_, '_>, steps: &mut Steps<'_>) -> Result<Option<Reason>, Spent> {
    let model = scope.ground.model;
    steps.take(
        "bounds",
        (model.shapes.len() * model.classes.len()) as u64 / 8 + 1,
    )?;
    let shapes = || 0..model.shapes.len();
    let nowhere =
        shapes().find(|shape| (0..model.classes.len()).all(|c| scope.ground.most(c, *shape) == 0));
    if let Some(shape) = nowhere {
        return Ok(Some(scope.reason(
            &[shape],
            &all_rows(scope),
            Proof::Nowhere { shape },
        )));
    }
    let too_few = shapes().find_map(|shape| united(scope, shape).or_else(|| count(scope, shape)));
    Ok(too_few.or_else(|| model.even.iter().find_map(|even| spread(scope, even))))
}

fn all_rows(scope: &Scope<'_, '_>) -> Vec<usize> {
    (0..scope.ground.model.rows.len()).collect()
}

/// Replicas that must be in one domain, and no domain holds them.
fn united(scope: &Scope<'_, '_>, shape: usize) -> Option<Reason> {
    let model = scope.ground.model;
    if scope.may[shape].contains(&true) {
        return None;
    }
    let pair = model.united.iter().find(|pair| pair.of == shape);
    let proof = match pair {
        Some(pair) => Proof::United {
            topology: pair.topology,
            asked: u64::from(model.shapes[shape].replicas),
            fit: largest_domain(scope, shape, pair.topology),
        },
        None => Proof::Company { shape },
    };
    Some(scope.reason(&[shape], &all_rows(scope), proof))
}

/// How many replicas the largest domain holds.
fn largest_domain(scope: &Scope<'_, '_>, shape: usize, topology: Topology) -> u64 {
    let ground = scope.ground;
    let mut rooms = std::collections::BTreeMap::new();
    let mut largest = 0;
    for class in 0..ground.model.classes.len() {
        match ground.model.domain(class, topology) {
            Some(domain) => {
                *rooms.entry(domain).or_insert(0) += ground.room(class, shape);
            }
            None => largest = largest.max(u64::from(ground.most(class, shape))),
        }
    }
    rooms.into_values().max().unwrap_or(0).max(largest)
}

/// Of each class so many on each node, and that is too few.
fn count(scope: &Scope<'_, '_>, shape: usize) -> Option<Reason> {
    let ground = scope.ground;
    let asked = u64::from(ground.model.shapes[shape].replicas);
    let (topology, fit) = scope.least_room(shape);
    if fit >= asked {
        return None;
    }
    let proof = if topology == Topology::Node {
        let classes = (0..ground.model.classes.len()).filter(|class| scope.may[shape][*class]);
        Proof::Count {
            asked,
            fit,
            at: classes
                .map(|class| {
                    let nodes = u64::from(ground.model.classes[class].count);
                    (class, nodes, u64::from(ground.most(class, shape)))
                })
                .collect(),
        }
    } else {
        Proof::Domains {
            topology,
            asked,
            fit,
        }
    };
    Some(scope.reason(&[shape], &all_rows(scope), proof))
}

/// The fullest domain cannot hold much more than the emptiest, and that has no room.
fn spread(scope: &Scope<'_, '_>, even: &crate::model::Even) -> Option<Reason> {
    let asked = u64::from(scope.ground.model.shapes[even.of].replicas);
    let (domains, elsewhere) = scope.spread_over(even);
    let smallest = domains.iter().map(|room| room.most).min()?;
    let fullest = smallest.saturating_add(u64::from(even.skew));
    let each = domains
        .iter()
        .map(|room| room.most.min(fullest).saturating_mul(room.domains));
    let fit = each.fold(elsewhere, u64::saturating_add);
    if fit >= asked {
        return None;
    }
    let proof = Proof::Spread {
        topology: even.topology,
        domains: domains.iter().map(|room| room.domains).sum(),
        smallest,
        skew: even.skew,
        asked,
        fit,
    };
    Some(scope.reason(&[even.of], &all_rows(scope), proof))
}
