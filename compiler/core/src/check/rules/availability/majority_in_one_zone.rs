//! Most of the voters stand in one zone, whose loss is the loss of the majority.

use std::collections::{BTreeMap, BTreeSet};

use tenantry_syntax::Span;

use crate::{
    check::{Subject, common::etcd_pools},
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Cluster, Estate, Id, Node, Pool},
    units::Name,
};

declare_rule! { pub RULE = "majority-in-one-zone", Availability, Warn, "a control plane of which one zone or rack holds the majority", include_str!("majority_in_one_zone.md") }

/// Reports each control plane of several members that the loss of one declared place stops.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    for (id, cluster) in estate.clusters.iter() {
        if cluster.is_kubernetes() && !cluster.spec.managed.value {
            findings.extend(judge(estate, id, cluster));
        }
    }
}

fn judge(estate: &Estate, id: Id<Cluster>, cluster: &Cluster) -> Option<Diagnostic> {
    let pools = etcd_pools(estate, id);
    let total = pools.iter().map(|pool| pool.nodes.len()).sum::<usize>();
    let first = *pools.first()?;
    // One member has no majority to spread; an even number is told by its own rule.
    if total < 3 || total.is_multiple_of(2) {
        return None;
    }
    let several = cluster.zones.len() > 1;
    let (place, held, what) = if several {
        let (zone, held) = fullest(&pools, |node| node.zone.as_ref())?;
        (zone, held, "zone")
    } else {
        // Racks are judged where the estate knows of more than one for all of these machines.
        let known = racks(estate, id);
        let (rack, held) = fullest(&pools, |node| node.rack.as_ref().map(|rack| &rack.value))?;
        let told = pools
            .iter()
            .flat_map(|pool| &pool.nodes)
            .all(|node| node.rack.is_some());
        if known < 2 || !told {
            return None;
        }
        (rack, held, "rack")
    };
    let majority = total / 2 + 1;
    if held < majority {
        return None;
    }
    Some(finding(cluster, first, &place, what, held, total))
}

fn racks(estate: &Estate, id: Id<Cluster>) -> usize {
    let nodes = estate.pools_of(id).flat_map(|(_, pool)| &pool.nodes);
    let racks = nodes
        .filter_map(|node| node.rack.as_ref())
        .map(|rack| &rack.value);
    racks.collect::<BTreeSet<_>>().len()
}

/// The place with the most machines, the first by name among equals.
fn fullest<'a>(
    pools: &[&'a Pool],
    place: impl Fn(&'a Node) -> Option<&'a Name>,
) -> Option<(Name, usize)> {
    let mut counts: BTreeMap<&Name, usize> = BTreeMap::new();
    for node in pools.iter().flat_map(|pool| &pool.nodes) {
        *counts.entry(place(node)?).or_default() += 1;
    }
    let most = counts.values().copied().max()?;
    let (name, _) = counts.into_iter().find(|(_, count)| *count == most)?;
    Some((name.clone(), most))
}

fn finding(
    cluster: &Cluster,
    pool: &Pool,
    place: &Name,
    what: &str,
    held: usize,
    total: usize,
) -> Diagnostic {
    let span: Span = pool
        .spec
        .nodes
        .as_ref()
        .map_or(pool.spec.meta.span, |it| it.meta.span);
    let message = format!(
        "{held} of the {total} members of etcd in cluster `{}` stand in {what} `{place}`",
        cluster.name.value
    );
    let zones = cluster.zones.len();
    let help = match (what, zones) {
        ("zone", 0..=2) => "two zones hold no majority between them: add a third, if only for one small machine of the control plane".to_owned(),
        ("zone", _) => format!("write `nodes {} per=zone`", total.div_ceil(zones)),
        _ => "put the machines into different racks: `rack NAME…` in the pool, or `rack=` at each `node`".to_owned(),
    };
    let left = words::count(u32::try_from(total - held).unwrap_or(u32::MAX), "member");
    Diagnostic::new(&RULE, span, message)
        .label(format!("with `{place}` the majority is lost"))
        .why(format!(
            "{} of {total} must agree, and the loss of that {what} leaves {left}: the cluster stands still although most of its machines run",
            total / 2 + 1
        ))
        .help(help)
}
