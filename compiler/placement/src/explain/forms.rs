//! The forms of a reason. Each is an argument of its own, from the figures of what is left of the
//! problem: it is only made where the figures hold it up, and the first that holds is told.

mod counting;
mod domains;
mod nowhere;
mod search;
mod tenants;

use std::collections::BTreeSet;

use super::{reduce::Reduced, view::View, words};
use crate::{
    answer::{Figures, Place},
    element::Element,
    fill::Proof,
    model::Row,
    problem::{Isolation, Problem, Topology},
};

/// An argument.
struct Said {
    /// What it says, without what is lost.
    words: String,
    /// Its figures, without what is lost.
    figures: Figures,
}

type Form = fn(&mut View<'_>) -> Option<Said>;

/// The forms, the plainest first.
const FORMS: [Form; 10] = [
    nowhere::not_admitted,
    nowhere::too_large,
    counting::alone,
    counting::sum,
    domains::apart,
    domains::united,
    domains::spread,
    counting::together,
    tenants::dedicated,
    counting::remainder,
];

/// A reason in words, and its figures.
pub(super) fn say(problem: &Problem, found: &Reduced) -> (String, Figures) {
    let mut view = View::of(problem, found);
    let said = if view.evacuates().is_some() {
        None
    } else {
        let said = FORMS.iter().find_map(|form| form(&mut view));
        said.or_else(|| match &view.reason.proof {
            Proof::Prices { worth, .. } => counting::prices(&mut view, worth),
            _ => None,
        })
    };
    let said = said.unwrap_or_else(|| search::search(&mut view));
    let figures = Figures {
        lost: view.lost,
        ..said.figures
    };
    (format!("{}{}", view.after, said.words), figures)
}

/// Why other nodes than those that are counted do not count: what the reason names of selectors
/// and taints.
fn kept_from(view: &View<'_>) -> String {
    let mut notes = Vec::new();
    for workload in &view.problem.workloads {
        if !view
            .kept
            .contains(&Element::Selector(workload.name.clone()))
        {
            continue;
        }
        let labels = workload.selector.iter().map(|(label, allowed)| {
            let values: BTreeSet<&str> = allowed.iter().map(String::as_str).collect();
            let values: Vec<&str> = values.into_iter().collect();
            format!("`{label}` is `{}`", values.join("` or `"))
        });
        let labels: Vec<String> = labels.collect();
        notes.push(format!(
            "`{}` stands only where {}",
            workload.name,
            words::list(&labels)
        ));
    }
    if notes.len() > 2 {
        let more = notes.len() - 1;
        notes.truncate(1);
        notes.push(format!("{more} others select their nodes too"));
    }
    if view.kept.contains(&Element::Taints) {
        let keeps = |pool: &&crate::problem::Pool| {
            let mut all = view.problem.workloads.iter();
            pool.count > 0
                && all.any(|workload| {
                    let there = Element::Workload(workload.name.clone());
                    view.kept.contains(&there) && !workload.tolerates(pool)
                })
        };
        let pools = view.problem.pools.iter().filter(keeps);
        let pools: Vec<&str> = pools.map(|pool| pool.name.as_str()).collect();
        if !pools.is_empty() {
            let of = words::names(&pools);
            notes.push(format!("the taints of {of} are not all tolerated"));
        }
    }
    let notes = notes.into_iter().map(|note| format!("; {note}"));
    notes.collect()
}

/// What keeps more replicas from a node than its resources do: what the reason names of rules
/// about single nodes.
fn node_rules(view: &View<'_>) -> String {
    let mut notes = Vec::new();
    let node_pair = |pair: &&crate::model::Pair| pair.topology == Topology::Node;
    let mut apart = view.model.apart.iter().filter(node_pair);
    if apart.next().is_some() {
        notes.push("some must not share a node".to_owned());
        if view.model.shapes.len() == 1 {
            notes[0] = "no two share a node".to_owned();
        }
    }
    let isolated = |isolation: Isolation| {
        let mut shapes = view.model.shapes.iter();
        shapes.any(|shape| shape.isolation == isolation)
    };
    if isolated(Isolation::Node) {
        notes.push("each wants its node for itself".to_owned());
    }
    if isolated(Isolation::Tenant) && view.model.shapes.len() > 1 {
        notes.push("tenants do not share nodes".to_owned());
    }
    if view.model.rows.contains(&Row::Pods) {
        let pools = view.problem.pools.iter().filter(|pool| pool.count > 0);
        let most: BTreeSet<Option<u32>> = pools.map(|pool| pool.max_pods).collect();
        notes.push(match most.into_iter().collect::<Vec<_>>()[..] {
            [Some(most)] => format!("a node holds at most {most} replicas"),
            _ => "nodes hold only so many replicas".to_owned(),
        });
    }
    if view.kept.contains(&Element::Numa) {
        notes.push("each lies in one NUMA cell".to_owned());
    }
    let notes = notes.into_iter().map(|note| format!(", {note}"));
    notes.collect()
}

/// ``each of the 4 nodes of `a` (4 `gpu`) holds 1, each of the 2 of `b` (8 `gpu`) 2``, from places
/// that say what each holds; `verb` is what they do.
fn holds(places: &[Place], verb: &str, has: &dyn Fn(&str) -> String) -> String {
    const SHOWN: usize = 4;
    let mut all = Vec::new();
    for (at, place) in places.iter().take(SHOWN).enumerate() {
        let has = match has(&place.pool) {
            has if has.is_empty() => has,
            has => format!(" ({has})"),
        };
        let (pool, nodes) = (&place.pool, place.nodes);
        let domain = place.domain.as_ref();
        let domain = domain.map_or(String::new(), |name| format!(" in `{name}`"));
        let whose = match (nodes, at) {
            (1, 0) => format!("the one node of `{pool}`{domain}{has} {verb}"),
            (1, _) => format!("the one of `{pool}`{domain}{has}"),
            (_, 0) => format!("each of the {nodes} nodes of `{pool}`{domain}{has} {verb}"),
            (_, _) => format!("each of the {nodes} of `{pool}`{domain}{has}"),
        };
        all.push(match place.each {
            Some(each) if each > 0 => format!("{whose} {each}"),
            _ => format!("{whose} none"),
        });
    }
    if places.len() > SHOWN {
        let nodes: u64 = places[SHOWN..].iter().map(|place| place.nodes).sum();
        let rest = places[SHOWN..]
            .iter()
            .map(|place| (place.nodes, place.each));
        let rest: u128 = rest
            .map(|(nodes, each)| u128::from(nodes) * u128::from(each.unwrap_or(0)))
            .sum();
        all.push(format!(
            "the other {} {rest} together",
            words::many(nodes, "node")
        ));
    }
    words::list(&all)
}
