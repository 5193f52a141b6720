//! Addresses of load balancers: from whose range, and for how many.

use std::collections::BTreeMap;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Cluster, Estate, Expose, Id, Workload},
    origin::{OriginId, V},
    schema::kinds::Via,
    units::{Cidr, Ip},
};

declare_rule! { pub RULE = "balancer-address-unfit", Network, Error, "an address for a load balancer that the cluster does not have to give", include_str!("balancer_address_unfit.md") }

/// Reports addresses outside of the gateways' range, addresses that two ask for, and ranges with
/// fewer addresses than there are load balancers.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let mut balanced: BTreeMap<Id<Cluster>, Vec<(&Workload, &Expose)>> = BTreeMap::new();
    for (_, workload) in subject.whole_workloads() {
        let on_kubernetes = estate.clusters[workload.cluster].is_kubernetes();
        for expose in &workload.exposes {
            if on_kubernetes && expose.spec.via.value == Via::LoadBalancer {
                balanced
                    .entry(workload.cluster)
                    .or_default()
                    .push((workload, expose));
            }
        }
    }
    for (id, exposes) in balanced {
        twice(estate, &exposes, findings);
        let plan = estate.clusters[id].spec.network_plan.as_ref();
        let pool = plan.and_then(|plan| plan.gateway_pool.as_ref());
        let Some(range) = pool.map(|pool| &pool.cidr) else {
            continue;
        };
        for (workload, expose) in &exposes {
            if let Some(ip) = expose
                .spec
                .ip
                .as_ref()
                .filter(|ip| !range.value.contains(ip.value))
            {
                findings.push(outside(estate, workload, ip, range));
            }
        }
        findings.extend(too_many(estate, id, &exposes, range));
    }
}

fn finding(estate: &Estate, at: OriginId, message: String) -> Diagnostic {
    Diagnostic::new(&RULE, estate.span(at), message).why(
        "a Service whose address is not given waits as `<pending>`, and nobody outside reaches it",
    )
}

fn outside(estate: &Estate, workload: &Workload, ip: &V<Ip>, range: &V<Cidr>) -> Diagnostic {
    let message = format!(
        "`{}` asks for the address {}, and the cluster gives addresses of {}",
        workload.path, ip.value, range.value
    );
    finding(estate, ip.origin, message)
        .label("nobody gives it")
        .also(
            estate.span(range.origin),
            format!("{} to {}", range.value.first(), range.value.last()),
        )
        .help("choose an address of `gateway-pool`, or leave `ip` out")
}

fn twice(estate: &Estate, exposes: &[(&Workload, &Expose)], findings: &mut Findings) {
    let mut taken: BTreeMap<Ip, (&Workload, OriginId)> = BTreeMap::new();
    for (workload, expose) in exposes {
        let Some(ip) = &expose.spec.ip else { continue };
        let Some((first, at)) = taken.insert(ip.value, (workload, ip.origin)) else {
            continue;
        };
        let who = match first.path == workload.path {
            true => format!(
                "`{}` asks twice for the address {}",
                workload.path, ip.value
            ),
            false => format!(
                "`{}` and `{}` both ask for the address {}",
                first.path, workload.path, ip.value
            ),
        };
        findings.push(
            finding(estate, ip.origin, format!("{who}, and each exposed port is a Service of its own"))
                .label("taken")
                .also(estate.span(at), "by this one")
                .help("give each its own address, or expose both through the gateway, which tells them apart by `host`"),
        );
    }
}

fn too_many(
    estate: &Estate,
    id: Id<Cluster>,
    exposes: &[(&Workload, &Expose)],
    range: &V<Cidr>,
) -> Option<Diagnostic> {
    let wanted = exposes.len() as u128;
    // Cilium and MetalLB give out all addresses of a range, its first and last among them.
    let there = range.value.size().unwrap_or(u128::MAX);
    if wanted <= there {
        return None;
    }
    let message = format!(
        "cluster `{}` has {} with an address of its own, and {} has {there}",
        estate.clusters[id].name.value,
        words::count(u64::try_from(wanted).unwrap_or(u64::MAX), "exposed port"),
        range.value
    );
    Some(
        finding(estate, range.origin, message)
            .label("too small")
            .help("widen `gateway-pool`, or expose HTTP through the gateway, where one address serves all"),
    )
}
