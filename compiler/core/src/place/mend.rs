//! What makes it fit, each tried by the engine, in words.

use tenantry_placement::{answer::Mend, element::Element};

use super::Posed;
use crate::{diag::words, model::Estate};

/// How many ways are offered.
const OFFERED: usize = 2;

/// The ways, the smallest first; nothing where none is known that can be said in the spec.
pub(super) fn words(estate: &Estate, posed: &Posed, mends: &[Mend]) -> Option<String> {
    let ways: Vec<String> = mends
        .iter()
        .filter_map(|mend| way(estate, posed, mend))
        .take(OFFERED)
        .collect();
    (!ways.is_empty()).then(|| ways.join("; or "))
}

fn way(estate: &Estate, posed: &Posed, mend: &Mend) -> Option<String> {
    match mend {
        Mend::AddNodes { pool, nodes } => {
            let part = posed.part(pool)?;
            let pool = &estate.pools[part.pool];
            let name = &pool.name.value;
            let count = words::count(*nodes, "node");
            let siblings = posed.parts.iter().filter(|other| other.pool == part.pool);
            let zones: std::collections::BTreeSet<_> = siblings.map(|other| &other.zone).collect();
            let zone = part.zone.as_ref().filter(|_| zones.len() > 1);
            let zone = zone.map_or(String::new(), |zone| format!(" in zone `{zone}`"));
            let given = part.owner.filter(|_| pool.tenant.is_none());
            Some(match given {
                Some(owner) => format!(
                    "add {count}{zone} to pool `{name}`, and give them to tenant `{}` with `dedicated {name}`",
                    estate.tenants[owner].name.value
                ),
                None => format!("add {count}{zone} to pool `{name}`"),
            })
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
        Element::Capacity(_) | Element::MaxPods | Element::Numa | Element::Isolation(_) => {
            return None;
        }
    })
}
