//! Rules about domains: who must not share one, who must, and how evenly a workload stands.

use std::collections::BTreeMap;

use super::{Said, holds, kept_from};
use crate::{
    answer::{Figures, Form, Measure},
    explain::{view::View, words},
    model::Even,
    problem::Topology,
};

/// The domains that have nodes, each with its classes. Of single nodes, and of those that share a
/// rack with none, each is a domain: those come by class, with how many there are.
fn domains(view: &View<'_>, topology: Topology) -> Vec<(Vec<usize>, u64)> {
    let (mut named, mut single) = (BTreeMap::<u32, Vec<usize>>::new(), Vec::new());
    for (class, node) in view.model.classes.iter().enumerate() {
        match view.model.domain(class, topology) {
            _ if node.count == 0 => {}
            Some(domain) => named.entry(domain).or_default().push(class),
            None => single.push((vec![class], u64::from(node.count))),
        }
    }
    let mut domains: Vec<(Vec<usize>, u64)> =
        named.into_values().map(|classes| (classes, 1)).collect();
    domains.extend(single);
    domains
}

/// How many replicas of a shape one such domain holds, as far as each node can tell.
fn room(view: &mut View<'_>, topology: Topology, domain: &[usize], shape: usize) -> u64 {
    let mut room = 0_u64;
    for class in domain {
        let nodes = match view.model.domain(*class, topology) {
            Some(_) => u64::from(view.model.classes[*class].count),
            None => 1,
        };
        room = room.saturating_add(nodes.saturating_mul(view.most(*class, shape)));
    }
    room
}

fn measure(topology: Topology) -> Measure {
    match topology {
        Topology::Node => Measure::Nodes,
        Topology::Rack => Measure::Racks,
        Topology::Zone => Measure::Zones,
    }
}

/// Replicas that must not share a domain are more than there are domains.
pub(super) fn apart(view: &mut View<'_>) -> Option<Said> {
    [Topology::Zone, Topology::Rack, Topology::Node]
        .into_iter()
        .find_map(|topology| apart_by(view, topology))
}

fn apart_by(view: &mut View<'_>, topology: Topology) -> Option<Said> {
    let shapes = view.shapes();
    let pair = |of: usize, with: usize| {
        let (of, with) = (of.min(with), of.max(with));
        let mut pairs = view.model.apart.iter();
        pairs.any(|pair| pair.topology == topology && (pair.of, pair.with) == (of, with))
    };
    let all_apart = shapes
        .iter()
        .enumerate()
        .all(|(at, of)| shapes[at + 1..].iter().all(|with| pair(*of, *with)));
    if !all_apart || shapes.is_empty() || shapes.len() > 200 {
        return None;
    }
    // Replicas of one workload may share a domain, unless they keep from each other too.
    let needs = shapes.iter().map(|at| {
        let shape = &view.model.shapes[*at];
        if pair(*at, *at) {
            u64::from(shape.replicas)
        } else {
            1
        }
    });
    let asked: u64 = needs.sum();
    if asked < 2 {
        return None;
    }
    let mut has = 0;
    let mut classes = Vec::new();
    for (domain, count) in domains(view, topology) {
        let mut any = false;
        for shape in &shapes {
            any |= room(view, topology, &domain, *shape) > 0;
        }
        if any {
            has += count;
            classes.extend(domain);
        }
    }
    if asked <= has {
        return None;
    }
    let what = words::domain(topology);
    let names = view.names(&shapes);
    let who = match view.who(&shapes) {
        who if view.replicas(&shapes) == asked && !who.starts_with('`') => format!("the {who}"),
        _ => words::names(&names),
    };
    let places = view.places(&classes, Some(topology), &|_| None);
    let there = match (has, topology) {
        (0, _) => "none".to_owned(),
        (_, Topology::Node) => format!("{has}: {}", words::nodes(&places)),
        _ => {
            let mut named: Vec<&str> = Vec::new();
            for name in places.iter().filter_map(|place| place.domain.as_deref()) {
                if !named.contains(&name) {
                    named.push(name);
                }
            }
            named.sort_unstable();
            let named = words::names(&named);
            if named.is_empty() {
                has.to_string()
            } else {
                format!("{has}: {named}")
            }
        }
    };
    let are = if has == 1 { "is" } else { "are" };
    let words = format!(
        "{who} must stand in {asked} different {what}s, and of those with room for one there {are} {there}{}",
        kept_from(view)
    );
    let figures = Figures {
        form: Form::Apart,
        measure: measure(topology),
        asked: Some(asked),
        has: Some(has),
        workloads: view.asks(&shapes, &|_| None),
        places,
        ..Figures::default()
    };
    Some(Said { words, figures })
}

/// Replicas that must share a domain are more than any domain holds.
pub(super) fn united(view: &mut View<'_>) -> Option<Said> {
    let pairs = view.model.united.clone();
    let alone = pairs
        .iter()
        .find_map(|pair| all_in_one(view, pair.topology, pair.of));
    if alone.is_some() {
        return alone;
    }
    let pairs = view.model.together.clone();
    pairs
        .iter()
        .find_map(|pair| in_company(view, pair.topology, pair.of, pair.with))
}

fn all_in_one(view: &mut View<'_>, topology: Topology, shape: usize) -> Option<Said> {
    let replicas = view.replicas(&[shape]);
    let (mut has, mut best) = (0, Vec::new());
    for (domain, _) in domains(view, topology) {
        let room = room(view, topology, &domain, shape);
        if room > has || best.is_empty() {
            (has, best) = (room, domain);
        }
    }
    if replicas <= has {
        return None;
    }
    let what = words::domain(topology);
    let places = view.places(&best, Some(topology), &|_| None);
    let first = places.first()?;
    let named = first.domain.as_ref().map_or_else(
        || format!("of `{}`", first.pool),
        |name| format!("`{name}`"),
    );
    let names = words::names(&view.names(&[shape]));
    let takes = match view.takes(shape) {
        takes if takes.is_empty() => takes,
        takes => format!(", each with {takes},"),
    };
    let words = format!(
        "the {replicas} replicas of {names}{takes} must share a {what}, and the roomiest, {named}, holds {has}{}",
        kept_from(view)
    );
    let figures = Figures {
        form: Form::United,
        measure: Measure::Replicas,
        asked: Some(replicas),
        has: Some(has),
        workloads: view.asks(&[shape], &|_| Some(1)),
        places,
        ..Figures::default()
    };
    Some(Said { words, figures })
}

/// Replicas that need company stand in no more domains than there is company for.
fn in_company(view: &mut View<'_>, topology: Topology, of: usize, with: usize) -> Option<Said> {
    let mut rooms = Vec::new();
    for (domain, count) in domains(view, topology) {
        let room = match topology {
            Topology::Node => beside(view, &domain, of, with),
            _ if room(view, topology, &domain, with) == 0 => 0,
            _ => room(view, topology, &domain, of),
        };
        rooms.push((room, count));
    }
    rooms.sort_by_key(|(room, _)| std::cmp::Reverse(*room));
    let (asked, company) = (view.replicas(&[of]), view.replicas(&[with]));
    let (mut left, mut fit) = (company, 0_u64);
    for (room, count) in rooms {
        let taken = count.min(left);
        left -= taken;
        fit = fit.saturating_add(taken.saturating_mul(room));
    }
    if asked <= fit {
        return None;
    }
    let what = words::domain(topology);
    let other = words::names(&view.names(&[with]));
    let tail = kept_from(view);
    let words = if fit == 0 {
        let one = words::names(&view.names(&[of]));
        format!(
            "each replica of {one} needs one of {other} in its {what}, and no {what} has room for \
             one of each{tail}"
        )
    } else {
        let who = view.who(&[of]);
        let fit = if fit == 1 {
            "one fits".to_owned()
        } else {
            format!("{fit} fit")
        };
        let at_most = words::many(company, what);
        format!(
            "{who} are asked for and {fit}: each needs one of {other} in its {what}, which stands \
             in {at_most} at most{tail}"
        )
    };
    let figures = Figures {
        form: Form::United,
        measure: Measure::Replicas,
        asked: Some(asked),
        has: Some(fit),
        workloads: view.asks(&[of, with], &|at| (at == of).then_some(1)),
        ..Figures::default()
    };
    Some(Said { words, figures })
}

/// How many of one shape an empty node of these classes holds beside one of another.
fn beside(view: &mut View<'_>, classes: &[usize], of: usize, with: usize) -> u64 {
    let mut best = 0;
    for class in classes {
        let (mut some, mut none) = (0, view.most(*class, of) + 1);
        while none - some > 1 {
            let middle = some + (none - some) / 2;
            let count = u32::try_from(middle).unwrap_or(u32::MAX);
            let pods = [(of, count), (with, 1)];
            if view.model.rows_hold(*class, &pods) && view.model.may_share(*class, &pods) {
                some = middle;
            } else {
                none = middle;
            }
        }
        best = best.max(some);
    }
    best
}

/// How evenly a workload stands: the emptiest domain says how much any other may hold.
pub(super) fn spread(view: &mut View<'_>) -> Option<Said> {
    let rules = view.model.even.clone();
    rules.iter().find_map(|rule| spread_by(view, rule))
}

fn spread_by(view: &mut View<'_>, rule: &Even) -> Option<Said> {
    let asked = view.replicas(&[rule.of]);
    let mut rooms: Vec<(u64, Vec<usize>, u64)> = Vec::new();
    for (domain, count) in domains(view, rule.topology) {
        // A domain counts with any node that is admitted, and offers only those.
        if domain.iter().any(|class| rule.counts[*class]) {
            let room = room(view, rule.topology, &domain, rule.of);
            rooms.push((room, domain, count));
        }
    }
    let least = rooms.iter().map(|(room, ..)| *room).min()?;
    let cap = least.saturating_add(u64::from(rule.skew));
    let fit = rooms
        .iter()
        .map(|(room, _, count)| count.saturating_mul((*room).min(cap)));
    let fit = fit.fold(0, u64::saturating_add);
    if asked <= fit {
        return None;
    }
    let what = words::domain(rule.topology);
    let name = words::names(&view.names(&[rule.of]));
    let all: u64 = rooms.iter().map(|(_, _, count)| *count).sum();
    let (_, tightest, _) = rooms.iter().find(|(room, ..)| *room == least)?;
    let tightest = view.places(tightest, Some(rule.topology), &|_| None);
    let first = tightest.first()?;
    let which = match (&first.domain, rule.topology) {
        (Some(domain), _) => format!("{what} `{domain}`"),
        (None, _) => format!("a {what} of `{}`", first.pool),
    };
    let per_node = rule.topology == Topology::Node;
    let mut places = Vec::new();
    for (room, domain, _) in &rooms {
        let each = Some((*room).min(cap)).filter(|_| per_node);
        places.extend(view.places(domain, Some(rule.topology), &|_| each));
    }
    let takes = match view.takes(rule.of) {
        takes if takes.is_empty() => takes,
        takes => format!(", each with {takes},"),
    };
    let words = format!(
        "{asked} replicas of {name}{takes} are asked for and {fit} fit: they must stand evenly over {}, with at most {} more in the fullest than in the emptiest, and {which} holds {least}{}{}",
        words::many(all, what),
        rule.skew,
        if per_node {
            format!(" ({})", holds(&places, "may hold", &|_| String::new()))
        } else {
            String::new()
        },
        kept_from(view)
    );
    let figures = Figures {
        form: Form::Spread,
        measure: Measure::Replicas,
        asked: Some(asked),
        has: Some(fit),
        workloads: view.asks(&[rule.of], &|_| Some(1)),
        places,
        ..Figures::default()
    };
    Some(Said { words, figures })
}
