//! One replica that stands nowhere.

use super::{Said, kept_from};
use crate::{
    answer::{Figures, Form, Measure},
    element::Element,
    explain::{view::View, words},
    problem::Topology,
};

/// No node admits a workload.
pub(super) fn not_admitted(view: &mut View<'_>) -> Option<Said> {
    let nowhere = |at: &usize| view.admitting(&[*at]).is_empty();
    let shape = view.shapes().into_iter().find(nowhere)?;
    let names = view.names(&[shape]);
    let name = words::names(&names);
    let all: Vec<&str> = view
        .problem
        .pools
        .iter()
        .map(|pool| pool.name.as_str())
        .collect();
    let company = company(view, &names);
    let words = if all.is_empty() || view.problem.nodes() == 0 {
        format!("{name} has no node to stand on: there is none")
    } else if let Some(other) = company {
        format!("{name} must stand with `{other}`, which has no replicas")
    } else {
        let why = kept_from(view);
        let why = why.strip_prefix("; ");
        let why = why.map_or(String::new(), |why| format!(": {why}"));
        format!("no node admits {name}{why}")
    };
    let figures = Figures {
        form: Form::NotAdmitted,
        measure: Measure::Nodes,
        asked: Some(1),
        has: Some(0),
        workloads: view.asks(&[shape], &|_| None),
        ..Figures::default()
    };
    Some(Said { words, figures })
}

/// With whom one of these must stand who has no replicas.
fn company<'p>(view: &View<'p>, names: &[&str]) -> Option<&'p str> {
    let problem = view.problem;
    let has_none = |name: &str| {
        let mut all = problem.workloads.iter();
        all.any(|other| other.name == name && other.replicas == 0)
    };
    let workloads = problem.workloads.iter();
    let mut workloads = workloads.filter(|workload| {
        names.contains(&workload.name.as_str())
            && view
                .kept
                .contains(&Element::Affinity(workload.name.clone()))
    });
    workloads.find_map(|workload| {
        let mut with = workload.affinity.iter().flat_map(|entry| &entry.with);
        with.find(|name| has_none(name)).map(String::as_str)
    })
}

/// One replica is larger than any node that admits it.
pub(super) fn too_large(view: &mut View<'_>) -> Option<Said> {
    let shapes = view.shapes();
    let shape = shapes.into_iter().find(|at| {
        let classes = view.admitting(&[*at]);
        !classes.is_empty() && classes.iter().all(|class| view.most(*class, *at) == 0)
    })?;
    let name = words::names(&view.names(&[shape]));
    let classes = view.admitting(&[shape]);
    let places = view.places(&classes, None::<Topology>, &|_| None);
    let rows = view.resources(&[shape]);
    let mut figures = Figures {
        form: Form::TooLarge,
        measure: Measure::Resource,
        ..Figures::default()
    };
    let tail = kept_from(view);
    let words = if let [row] = rows[..] {
        let dedicated = view.model.shapes[shape].dedicated[row];
        let single = view.model.shapes[shape].single;
        let room = |class: usize| {
            let node = &view.model.classes[class];
            let unit = if dedicated {
                node.dedicated[row]
            } else {
                node.shared[row]
            };
            let whole = node.cell[row].filter(|_| single).unwrap_or(node.has[row]);
            whole / unit.max(1)
        };
        let largest = classes.iter().map(|class| (room(*class), *class));
        let (has, class) = largest.max_by_key(|(has, class)| (*has, std::cmp::Reverse(*class)))?;
        let resource = view.resource(row)?.to_owned();
        let asked = view.model.shapes[shape].request[row];
        figures.asked = Some(asked);
        figures.has = Some(has);
        let pool = places_pool(view, class);
        let whole = if single && view.model.classes[class].cell[row].is_some() {
            "NUMA cell"
        } else {
            "node"
        };
        let of = if has == 0 {
            "no node that admits it".to_owned()
        } else if classes.len() == 1 {
            format!("a {whole} of `{pool}`")
        } else {
            format!("the largest {whole}, of `{pool}`,")
        };
        let words =
            format!("each replica of {name} takes {asked} `{resource}`, and {of} has {has}{tail}");
        figures.resource = Some(resource);
        words
    } else {
        let takes = view.takes(shape);
        let one = if view.kept.contains(&Element::Numa) {
            "NUMA cell of one"
        } else {
            "one"
        };
        let each = classes.iter().take(4).map(|class| {
            let has = view.has_words(*class, &[shape]);
            format!("`{}` has {has}", places_pool(view, *class))
        });
        let each: Vec<String> = each.collect();
        format!(
            "each replica of {name} takes {takes}, and none of {} has room for {one}: {}{tail}",
            words::nodes(&places),
            words::list(&each)
        )
    };
    figures.workloads = view.asks(&[shape], &|_| figures.asked);
    figures.places = places;
    Some(Said { words, figures })
}

fn places_pool<'p>(view: &View<'p>, class: usize) -> &'p str {
    let range = view.model.classes[class].nodes.first();
    range.map_or("", |range| view.problem.pools[range.pool].name.as_str())
}
