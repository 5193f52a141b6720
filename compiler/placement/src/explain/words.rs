//! Words for names and numbers.

use crate::{
    answer::{Lost, Place},
    problem::Topology,
};

/// How many names are written out before the others are counted.
const NAMES: usize = 4;

/// `` `a` ``, `` `a` and `b` ``, `` `a`, `b`, `c` and 97 others ``.
pub(super) fn names<S: AsRef<str>>(names: &[S]) -> String {
    let shown = if names.len() > NAMES {
        NAMES - 1
    } else {
        names.len()
    };
    let mut all: Vec<String> = names[..shown]
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    match names.len() - shown {
        0 => {}
        left => all.push(format!("{left} others")),
    }
    list(&all)
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn list(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `1 node`, `2 nodes`.
pub(super) fn many(count: impl Into<u128>, what: &str) -> String {
    match count.into() {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

/// `node`, `rack`, `zone`.
pub(super) fn domain(topology: Topology) -> &'static str {
    match topology {
        Topology::Node => "node",
        Topology::Rack => "rack",
        Topology::Zone => "zone",
    }
}

/// ``the 4 nodes of `a` and the one of `b` ``.
pub(super) fn nodes(places: &[Place]) -> String {
    let mut by_pool: Vec<(&str, u64)> = Vec::new();
    for place in places.iter().filter(|place| place.nodes > 0) {
        match by_pool.iter_mut().find(|(pool, _)| *pool == place.pool) {
            Some((_, nodes)) => *nodes += place.nodes,
            None => by_pool.push((&place.pool, place.nodes)),
        }
    }
    if by_pool.len() > NAMES {
        let all: u64 = by_pool.iter().map(|(_, nodes)| nodes).sum();
        let pools: Vec<&str> = by_pool.iter().map(|(pool, _)| *pool).collect();
        return format!("the {all} nodes of {}", names(&pools));
    }
    let mut all = Vec::new();
    for (pool, nodes) in by_pool {
        all.push(match (nodes, all.is_empty()) {
            (1, true) => format!("the one node of `{pool}`"),
            (1, false) => format!("the one of `{pool}`"),
            (_, true) => format!("the {nodes} nodes of `{pool}`"),
            (_, false) => format!("the {nodes} of `{pool}`"),
        });
    }
    if all.is_empty() {
        return "no node".to_owned();
    }
    list(&all)
}

/// ``after losing 2 nodes of `a`, ``; empty where nothing is lost.
pub(super) fn after(topology: Topology, lost: &[Lost]) -> String {
    let mut domains: Vec<&str> = Vec::new();
    let mut single = Vec::new();
    for lost in lost {
        match &lost.domain {
            Some(name) if !domains.contains(&name.as_str()) => domains.push(name),
            Some(_) => {}
            None => single.push(match lost.nodes {
                1 => format!("one node of `{}`", lost.pool),
                nodes => format!("{nodes} nodes of `{}`", lost.pool),
            }),
        }
    }
    domains.sort_unstable();
    let mut all = Vec::new();
    if !domains.is_empty() {
        let s = if domains.len() == 1 { "" } else { "s" };
        all.push(format!("{}{s} {}", domain(topology), names(&domains)));
    }
    all.extend(single);
    if all.is_empty() {
        return String::new();
    }
    format!("after losing {}, ", list(&all))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(pool: &str, nodes: u64) -> Place {
        Place {
            pool: pool.to_owned(),
            domain: None,
            nodes,
            each: None,
        }
    }

    #[test]
    fn long_lists_are_counted() {
        assert_eq!(names(&["a"]), "`a`");
        assert_eq!(names(&["a", "b", "c", "d"]), "`a`, `b`, `c` and `d`");
        assert_eq!(
            names(&["a", "b", "c", "d", "e"]),
            "`a`, `b`, `c` and 2 others"
        );
    }

    #[test]
    fn nodes_are_told_by_pool() {
        let places = [place("a", 3), place("b", 1), place("a", 1), place("c", 0)];
        assert_eq!(nodes(&places), "the 4 nodes of `a` and the one of `b`");
        assert_eq!(nodes(&places[1..2]), "the one node of `b`");
        assert_eq!(nodes(&[]), "no node");
    }

    #[test]
    fn what_is_lost_comes_first() {
        let lost = |domain: Option<&str>, pool: &str, nodes| Lost {
            pool: pool.to_owned(),
            domain: domain.map(str::to_owned),
            nodes,
        };
        assert_eq!(
            after(
                Topology::Node,
                &[lost(None, "big", 1), lost(None, "small", 2)]
            ),
            "after losing one node of `big` and 2 nodes of `small`, "
        );
        let zone = [lost(Some("z1"), "a", 3), lost(Some("z1"), "b", 1)];
        assert_eq!(after(Topology::Zone, &zone), "after losing zone `z1`, ");
        assert_eq!(after(Topology::Zone, &[]), "");
    }
}
