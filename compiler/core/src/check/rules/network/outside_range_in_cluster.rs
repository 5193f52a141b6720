//! A range that is called outside, and lies within the cluster.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    flows::site,
    model::{Target, Workload},
    origin::{OriginId, V},
    schema::kinds::{ClientRange, External},
    units::Cidr,
};

declare_rule! { pub RULE = "outside-range-in-cluster", Network, Error, "a range of an outside system that lies within the cluster", include_str!("outside_range_in_cluster.md") }

/// Reports ranges of outside systems and of clients that are part of the cluster's own.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let mut seen: Vec<OriginId> = Vec::new();
    for (_, workload) in subject.whole_workloads() {
        let cluster = &estate.clusters[workload.cluster];
        if !cluster.is_kubernetes() {
            continue;
        }
        let own = site::ranges(cluster);
        for (range, used) in ranges(subject, workload) {
            let inside = own
                .iter()
                .find(|(_, own)| own.value.contains_net(range.value));
            let Some((what, own)) = inside.filter(|_| !seen.contains(&range.origin)) else {
                continue;
            };
            seen.push(range.origin);
            findings.push(
                Diagnostic::new(
                    &RULE,
                    estate.span(range.origin),
                    format!(
                        "{} lies within the {what} of cluster `{}` ({}), where `{}` runs",
                        range.value, cluster.name.value, own.value, workload.path
                    ),
                )
                .label("not outside")
                .also(estate.span(own.origin), format!("the cluster's {what}"))
                .also(estate.span(used), "used here")
                .why("whether an address block in a policy matches pods, services or nodes depends on the pod network")
                .help("name the workload that answers there in `connect`, or give the outside system its own addresses"),
            );
        }
    }
}

/// The ranges that a workload's flows name, and the line that uses each.
fn ranges(subject: &Subject<'_>, workload: &Workload) -> Vec<(V<Cidr>, OriginId)> {
    let estate = subject.estate;
    let mut ranges = Vec::new();
    for connect in &workload.connects {
        let used = connect.spec.meta.origin;
        match (&connect.cidr, &connect.to) {
            (Some(cidr), _) => ranges.push((*cidr, used)),
            (None, Target::External(system)) if connect.host.is_none() => {
                ranges.extend(of(&estate.externals[system.to]).map(|cidr| (cidr, used)));
            }
            _ => {}
        }
    }
    for expose in &workload.exposes {
        let used = expose.spec.meta.origin;
        for client in expose.spec.from.iter().flat_map(|from| &from.clients) {
            match &client.value {
                ClientRange::Cidr(cidr) => ranges.push((V::new(*cidr, client.origin), used)),
                ClientRange::External(name) => {
                    let systems = estate
                        .externals
                        .values()
                        .filter(|system| system.name.value.as_str() == &*name.text);
                    ranges.extend(systems.flat_map(of).map(|cidr| (cidr, used)));
                }
            }
        }
    }
    ranges
}

fn of(system: &External) -> impl Iterator<Item = V<Cidr>> {
    system.cidr.iter().flat_map(|cidr| &cidr.cidrs).copied()
}
