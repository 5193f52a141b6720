//! The machines of a pool: their names, and where each stands.

use super::Builder;
use crate::{
    model::{Cluster, Node, rules},
    origin::{OriginId, V},
    schema::kinds,
    units::{Ip, Name},
};

impl Builder<'_> {
    /// The machines of a pool, unless there are more than anybody has.
    pub(super) fn machines(&mut self, spec: &kinds::Pool, cluster: &Cluster) -> Vec<Node> {
        if let Some(counted) = &spec.nodes {
            let zones = if counted.per.is_some() {
                cluster.zones.len().max(1)
            } else {
                1
            };
            let all = u64::from(counted.count.value)
                .saturating_mul(u64::try_from(zones).unwrap_or(u64::MAX));
            if all > u64::from(self.limits.machines) {
                let span = self.lookup.span(&counted.count);
                self.lookup.findings.push(rules::too_many(
                    "machines",
                    all,
                    self.limits.machines,
                    span,
                ));
                self.complete = false;
                return Vec::new();
            }
        }
        nodes(spec, cluster)
    }
}

/// The machines of a pool. Named ones stand as they are; counted ones are called by the prefix,
/// the zone where the count is per zone, and a number from 1.
fn nodes(spec: &kinds::Pool, cluster: &Cluster) -> Vec<Node> {
    let mut nodes: Vec<Node> = spec
        .node
        .iter()
        .map(|node| Node {
            name: node.name.value.to_string(),
            zone: node.zone.as_ref().map(|zone| zone.value.clone()),
            rack: node.rack.clone(),
            ip: node.ip.as_ref().map(|ip| ip.value),
            origin: node.meta.origin,
        })
        .collect();
    nodes.sort_by(|a, b| a.name.cmp(&b.name));
    if let Some(counted) = &spec.nodes {
        let mut row = Row {
            racks: Turns::of(spec),
            first: counted.first_ip.as_ref().map(|ip| ip.value),
            origin: counted.meta.origin,
            nodes,
        };
        count(spec, counted, cluster, &mut row);
        return row.nodes;
    }
    nodes
}

/// Adds the machines that are only counted.
fn count(spec: &kinds::Pool, counted: &kinds::PoolNodes, cluster: &Cluster, row: &mut Row<'_>) {
    let prefix = counted.prefix.as_ref().map_or_else(
        || format!("{}-", spec.name.value),
        |prefix| prefix.value.to_string(),
    );
    let zones: Vec<Option<&Name>> = match &counted.zone {
        Some(zone) => vec![Some(&zone.value)],
        None if cluster.zones.is_empty() => vec![None],
        None => cluster.zones.iter().map(|zone| Some(&zone.value)).collect(),
    };
    let all = counted.count.value;
    if counted.per.is_some() {
        for zone in zones {
            let part = zone.map_or(String::new(), |zone| format!("{zone}-"));
            for number in 1..=all {
                row.add(format!("{prefix}{part}{number}"), zone);
            }
        }
    } else {
        for (number, zone) in (1..=all).zip(zones.into_iter().cycle()) {
            row.add(format!("{prefix}{number}"), zone);
        }
    }
}

/// Machines that stand in a row: each has the next address, and the next rack of its zone.
struct Row<'s> {
    racks: Turns<'s>,
    first: Option<Ip>,
    origin: OriginId,
    nodes: Vec<Node>,
}

impl Row<'_> {
    fn add(&mut self, name: String, zone: Option<&Name>) {
        let at = u128::try_from(self.nodes.len()).unwrap_or(0);
        let node = Node {
            name,
            zone: zone.cloned(),
            rack: self.racks.next(zone),
            ip: self.first.and_then(|first| first.checked_add(at)),
            origin: self.origin,
        };
        self.nodes.push(node);
    }
}

/// The racks of a pool, and how many machines were put into those of each entry.
struct Turns<'s>(Vec<(&'s kinds::Racks, usize)>);

impl<'s> Turns<'s> {
    fn of(spec: &'s kinds::Pool) -> Self {
        Self(spec.rack.iter().map(|racks| (racks, 0)).collect())
    }

    /// The rack of the next machine in a zone: of the entry for that zone, else of the one for
    /// zones without racks of their own.
    fn next(&mut self, zone: Option<&Name>) -> Option<V<Name>> {
        let of = |racks: &kinds::Racks| racks.zone.as_ref().map(|zone| zone.value.clone());
        let own = self
            .0
            .iter()
            .position(|(racks, _)| of(racks).as_ref() == zone);
        let any = || self.0.iter().position(|(racks, _)| racks.zone.is_none());
        let at = own.or_else(any)?;
        let (racks, taken) = self.0.get_mut(at)?;
        let rack = racks
            .names
            .iter()
            .cycle()
            .nth(*taken % racks.names.len().max(1));
        *taken += 1;
        rack.cloned()
    }
}
