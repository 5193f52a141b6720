//! Those that share no nodes: each needs some for itself, and together these are more than there
//! are.

use std::collections::BTreeMap;

use super::{Said, kept_from};
use crate::{
    answer::{Figures, Form, Measure},
    explain::{view::View, words},
    problem::Isolation,
};

/// Who stands together, and apart from all others.
struct Party {
    /// What it is called.
    name: String,
    is_plural: bool,
    shapes: Vec<usize>,
    /// How many nodes it needs at least.
    needs: u64,
}

/// Tenants and lone replicas need more nodes together than there are.
pub(super) fn dedicated(view: &mut View<'_>) -> Option<Said> {
    let mut parties = parties(view);
    if parties.len() < 2 {
        return None;
    }
    for party in &mut parties {
        party.needs = needs(view, &party.shapes)?;
    }
    let all: Vec<usize> = view.shapes();
    let classes = view.offering(&all);
    let counts = classes
        .iter()
        .map(|class| u64::from(view.model.classes[*class].count));
    let has: u64 = counts.sum();
    let asked: u64 = parties.iter().map(|party| party.needs).sum();
    if asked <= has {
        return None;
    }
    let each = parties.iter().take(4).enumerate().map(|(at, party)| {
        let (need, own) = if party.is_plural {
            ("need", "themselves")
        } else {
            ("needs", "itself")
        };
        let nodes = words::many(party.needs, "node");
        match at {
            0 => format!("{} {need} at least {nodes} for {own}", party.name),
            _ => format!("{} {}", party.name, party.needs),
        }
    });
    let mut each: Vec<String> = each.collect();
    if parties.len() > 4 {
        let rest: u64 = parties[4..].iter().map(|party| party.needs).sum();
        each.push(format!("{} others {rest} together", parties.len() - 4));
    }
    let places = view.places(&classes, None, &|_| None);
    let words = format!(
        "{}: {asked} nodes together, more than {}{}",
        words::list(&each),
        words::nodes(&places),
        kept_from(view)
    );
    let figures = Figures {
        form: Form::Dedicated,
        measure: Measure::Nodes,
        asked: Some(asked),
        has: Some(has),
        workloads: view.asks(&all, &|_| None),
        places,
        ..Figures::default()
    };
    Some(Said { words, figures })
}

fn parties(view: &View<'_>) -> Vec<Party> {
    let shapes = &view.model.shapes;
    let mut tenants: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    let (mut lone, mut others) = (Vec::new(), Vec::new());
    for (at, shape) in shapes.iter().enumerate() {
        match shape.isolation {
            Isolation::Node => lone.push(at),
            Isolation::Tenant => tenants.entry(shape.tenant).or_default().push(at),
            Isolation::Shared => others.push(at),
        }
    }
    // Who shares may stand beside its own tenant's.
    others.retain(|at| !tenants.contains_key(&shapes[*at].tenant));
    let named = |shapes: Vec<usize>, whose: &str| {
        let all = view.names(&shapes);
        let names = words::names(&all);
        let (name, is_plural) = if whose.is_empty() {
            (names, all.len() > 1)
        } else {
            (format!("{whose} ({names})"), false)
        };
        Party {
            name,
            is_plural,
            shapes,
            needs: 0,
        }
    };
    let mut parties: Vec<Party> = tenants
        .into_values()
        .map(|shapes| {
            let first = shapes
                .first()
                .and_then(|at| view.model.shapes[*at].workloads.first());
            let tenant = first.and_then(|(at, _)| view.problem.workloads[*at].tenant.as_ref());
            let whose = tenant.map_or(String::new(), |tenant| format!("tenant `{tenant}`"));
            named(shapes, &whose)
        })
        .collect();
    if !lone.is_empty() {
        parties.push(named(lone, ""));
    }
    if !others.is_empty() {
        parties.push(named(others, ""));
    }
    parties
}

/// How many nodes these need at least, were all nodes as large as the largest.
fn needs(view: &mut View<'_>, shapes: &[usize]) -> Option<u64> {
    let mut counts = vec![vec![1; shapes.len()]];
    for row in view.resources(shapes) {
        let amounts = shapes.iter().map(|at| view.model.shapes[*at].request[row]);
        counts.push(amounts.collect());
    }
    let classes = view.offering(shapes);
    let mut needs = 0;
    for worth in counts {
        let all = shapes
            .iter()
            .zip(&worth)
            .map(|(at, worth)| u128::from(view.model.shapes[*at].replicas) * u128::from(*worth));
        let all: u128 = all.sum();
        let mut most = 0;
        for class in &classes {
            most = most.max(view.best_mix(*class, shapes, &worth));
        }
        if all > 0 {
            needs = needs.max(all.div_ceil(Some(most).filter(|most| *most > 0)?));
        }
    }
    u64::try_from(needs).ok()
}
