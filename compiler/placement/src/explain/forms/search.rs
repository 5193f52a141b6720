//! No single figure says it: all ways were tried. What is said is what was tried, and which rules
//! bound it.

use std::collections::BTreeSet;

use super::Said;
use crate::{
    answer::{Figures, Form, Measure},
    element::Element,
    explain::{view::View, words},
    fill::Proof,
    problem::{Affinity, Isolation, Topology, Workload},
};

/// How many rules are written out.
const RULES: usize = 4;

/// What does not fit together, and under which rules.
pub(super) fn search(view: &mut View<'_>) -> Said {
    let shapes = view.shapes();
    let classes = view.offering(&shapes);
    let places = view.places(&classes, None, &|_| None);
    let names = view.names(&shapes);
    let who = words::names(&names);
    let verb = if names.len() == 1 { "does" } else { "do" };
    let together = if names.len() == 1 { "" } else { " together" };
    let there = words::nodes(&places);
    let mut words = match view.evacuates() {
        Some(failures) => {
            let (k, what) = (failures.k, words::domain(failures.domain));
            let lost = words::many(k, what);
            format!(
                "however {who} stand on {there}, after some loss of {lost} what stood there has no room as long as the others stay where they are"
            )
        }
        None => {
            let tried = if view.reason.proof == Proof::Search {
                ": all ways were tried"
            } else {
                ""
            };
            format!("{who} {verb} not fit{together} on {there}{tried}")
        }
    };
    let mut rules = amounts(view, &shapes, &classes);
    rules.extend(rules_of(view));
    if rules.len() > RULES {
        let more = rules.len() + 1 - RULES;
        rules.truncate(RULES - 1);
        rules.push(format!("{more} more rules hold"));
    }
    for rule in rules {
        words.push_str("; ");
        words.push_str(&rule);
    }
    let figures = Figures {
        form: Form::Search,
        measure: Measure::Replicas,
        resource: match view.resources(&shapes)[..] {
            [row] => view.resource(row).map(str::to_owned),
            _ => None,
        },
        workloads: view.asks(&shapes, &|_| None),
        places,
        ..Figures::default()
    };
    Said { words, figures }
}

/// What they ask for of what there is, where it is plain.
fn amounts(view: &View<'_>, shapes: &[usize], classes: &[usize]) -> Vec<String> {
    let rows = view.resources(shapes).into_iter();
    let plain = rows.filter(|row| !view.is_overcommitted(*row));
    let each = plain.filter_map(|row| {
        let asked = shapes.iter().map(|at| {
            let shape = &view.model.shapes[*at];
            u128::from(shape.request[row]) * u128::from(shape.replicas)
        });
        let has = classes.iter().map(|class| {
            let count = u128::from(view.model.classes[*class].count);
            view.has(*class, row).map(|has| u128::from(has) * count)
        });
        let has = has.sum::<Option<u128>>()?;
        let asked: u128 = asked.sum();
        Some(format!("{asked} of {has} `{}`", view.resource(row)?))
    });
    let each: Vec<String> = each.collect();
    if each.is_empty() {
        return Vec::new();
    }
    vec![format!("by the sum they take {}", words::list(&each))]
}

/// The rules that the reason names.
fn rules_of(view: &View<'_>) -> Vec<String> {
    let mut rules = Vec::new();
    for workload in &view.problem.workloads {
        let name = || workload.name.clone();
        let has = |part: Element| view.kept.contains(&part);
        if has(Element::AntiAffinity(name())) {
            rules.extend(shared(
                view,
                workload,
                &workload.anti_affinity,
                "must not share",
            ));
        }
        if has(Element::Affinity(name())) {
            rules.extend(shared(view, workload, &workload.affinity, "must share"));
        }
        if has(Element::Spread(name())) {
            rules.extend(workload.spread.iter().map(|spread| {
                let what = words::domain(spread.topology);
                format!(
                    "`{}` stands evenly over {what}s, with at most {} more in the fullest",
                    workload.name, spread.max_skew
                )
            }));
        }
        if has(Element::Isolation(name())) {
            rules.push(match (workload.isolation, &workload.tenant) {
                (Isolation::Node, _) => format!("`{}` wants each node for itself", workload.name),
                (_, Some(tenant)) => {
                    format!(
                        "`{}` shares nodes with tenant `{tenant}` alone",
                        workload.name
                    )
                }
                (_, None) => format!("`{}` shares nodes with no tenant", workload.name),
            });
        }
        if has(Element::Selector(name())) {
            let labels: Vec<String> = workload
                .selector
                .iter()
                .map(|(label, allowed)| {
                    let values: BTreeSet<&str> = allowed.iter().map(String::as_str).collect();
                    let values: Vec<&str> = values.into_iter().collect();
                    format!("`{label}` is `{}`", values.join("` or `"))
                })
                .collect();
            rules.push(format!(
                "`{}` stands only where {}",
                workload.name,
                words::list(&labels)
            ));
        }
    }
    if view.kept.contains(&Element::Taints) {
        rules.push("taints keep some from some nodes".to_owned());
    }
    if view.kept.contains(&Element::MaxPods) {
        rules.push("a node holds only so many replicas".to_owned());
    }
    if view.kept.contains(&Element::Numa) {
        rules.push("some lie in one NUMA cell each".to_owned());
    }
    rules
}

fn shared(view: &View<'_>, of: &Workload, list: &[Affinity], verb: &str) -> Vec<String> {
    let mut rules = Vec::new();
    for topology in [Topology::Node, Topology::Rack, Topology::Zone] {
        let entries = list.iter().filter(|entry| entry.topology == topology);
        let with = entries.flat_map(|entry| &entry.with);
        let there = |name: &&String| {
            **name == "self" || view.kept.contains(&Element::Workload((*name).clone()))
        };
        let with: Vec<&str> = with
            .filter(there)
            .map(|name| {
                if *name == of.name {
                    "self"
                } else {
                    name.as_str()
                }
            })
            .collect();
        let what = words::domain(topology);
        if with.contains(&"self") && of.replicas > 1 {
            rules.push(format!("replicas of `{}` {verb} a {what}", of.name));
        }
        let others: Vec<&str> = with.into_iter().filter(|name| *name != "self").collect();
        if !others.is_empty() {
            let others = words::names(&others);
            rules.push(format!("`{}` {verb} a {what} with {others}", of.name));
        }
    }
    rules
}
