//! What makes it fit, each tried by the engine, in words.

use std::collections::BTreeSet;

use tenantry_placement::{answer::Mend, element::Element};

use super::{Part, Posed};
use crate::{diag::words, model::Estate};

/// How many ways are offered.
const OFFERED: usize = 2;

/// The ways, the smallest first. Nodes of one pool that would help in several zones are one way.
/// Where none is known that can be said in the spec, what would help in any case; `fails` says
/// whether it fits until something fails.
pub(super) fn words(estate: &Estate, posed: &Posed, mends: &[Mend], fails: bool) -> String {
    let mut ways: Vec<String> = Vec::new();
    for mend in mends {
        let way = match mend {
            Mend::AddNodes { pool, nodes } => {
                let alike = mends.iter().filter_map(|other| match other {
                    Mend::AddNodes {
                        pool,
                        nodes: as_many,
                    } if as_many == nodes => posed.part(pool),
                    _ => None,
                });
                posed
                    .part(pool)
                    .map(|part| nodes_more(estate, posed, part, *nodes, alike))
            }
            other => way(estate, posed, other),
        };
        ways.extend(way.filter(|way| !ways.contains(way)));
    }
    ways.truncate(OFFERED);
    match (ways.is_empty(), fails) {
        (false, _) => ways.join("; or "),
        (true, true) => "add nodes, ask for less, or promise less with `spare`".to_owned(),
        (true, false) => "add nodes, or ask for less".to_owned(),
    }
}

/// So many more nodes in one of the parts that are `alike`, of the pool of `part`.
fn nodes_more<'p>(
    estate: &Estate,
    posed: &Posed,
    part: &Part,
    nodes: u32,
    alike: impl Iterator<Item = &'p Part>,
) -> String {
    let pool = &estate.pools[part.pool];
    let name = &pool.name.value;
    let count = words::count(nodes, "node");
    let siblings = posed.parts.iter().filter(|other| other.pool == part.pool);
    let zones: BTreeSet<&Option<String>> = siblings.map(|other| &other.zone).collect();
    let same = alike.filter(|other| other.pool == part.pool && other.owner == part.owner);
    let helps: BTreeSet<&Option<String>> = same.map(|other| &other.zone).collect();
    let named = helps.iter().filter_map(|zone| zone.as_ref());
    let named: Vec<String> = named.map(|zone| format!("`{zone}`")).collect();
    let zone = match helps == zones || named.is_empty() {
        true => String::new(),
        false => format!(" in zone {}", named.join(" or ")),
    };
    match part.owner.filter(|_| pool.tenant.is_none()) {
        Some(owner) => format!(
            "add {count}{zone} to pool `{name}`, and give them to tenant `{}` with `dedicated {name}`",
            estate.tenants[owner].name.value
        ),
        None => format!("add {count}{zone} to pool `{name}`"),
    }
}

fn way(estate: &Estate, posed: &Posed, mend: &Mend) -> Option<String> {
    match mend {
        Mend::AddNodes { pool, nodes } => {
            let part = posed.part(pool)?;
            Some(nodes_more(
                estate,
                posed,
                part,
                *nodes,
                std::iter::once(part),
            ))
        }
        Mend::Replicas { workload, fit: 0 } => Some(format!("leave `{workload}` out")),
        Mend::Replicas { workload, fit } => Some(format!(
            "run {} of `{workload}`",
            words::count(*fit, "replica")
        )),
        Mend::Drop { element } => dropped(element),
        Mend::All(all) => {
            let each: Option<Vec<String>> =
                all.iter().map(|mend| way(estate, posed, mend)).collect();
            each.map(|each| words::and(&each))
        }
    }
}

/// Without a part of the spec. Some parts are none that anybody would take away.
fn dropped(element: &Element) -> Option<String> {
    Some(match element {
        Element::Workload(name) => format!("leave `{name}` out"),
        Element::AntiAffinity(name) => format!("take `apart` of `{name}` away"),
        Element::Affinity(name) => format!("take `together` of `{name}` away"),
        Element::Spread(name) => format!("leave `hard=#true` of `{name}`'s `spread` out"),
        Element::Selector(name) => format!("let `{name}` run on more pools"),
        Element::Failures => "take the pool's `spare` away".to_owned(),
        Element::Taints => "tolerate the nodes' taints".to_owned(),
        Element::Numa => {
            "let the kubelet lay a pod over several NUMA cells (`topology-manager best-effort`)"
                .to_owned()
        }
        Element::Capacity(_) | Element::MaxPods | Element::Isolation(_) => return None,
    })
}
