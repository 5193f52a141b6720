//! The flows that the spec declares, and what a target adds for a workload's life on it.

use super::{Flow, FlowSet, Peer, Reason, Service, rules};
use crate::{
    check::Checked,
    diag::Findings,
    model::{Connect, Estate, Id, OfferTo, Target as Connected, Workload},
    outcome::Outcome,
    target::Target,
};

/// Collects the flows of every cluster.
pub fn collect(checked: &Checked<'_>, targets: &[&dyn Target]) -> Outcome<FlowSet> {
    let estate = checked.estate();
    let mut findings = Findings::new();
    let mut set = FlowSet::default();
    for (cluster, spec) in estate.clusters.iter() {
        let mut flows = Vec::new();
        for (id, _) in estate.workloads_of(cluster) {
            connects(estate, id, &mut flows, &mut findings);
            exposes(estate, id, &mut flows);
        }
        for target in targets.iter().filter(|target| target.serves(spec)) {
            flows.extend(target.traffic(checked, cluster, checked.platform()));
        }
        flows.sort_by(|a, b| {
            (&a.from, &a.to, &a.ports, &a.reason).cmp(&(&b.from, &b.to, &b.ports, &b.reason))
        });
        flows.dedup();
        set.clusters.push((cluster, flows));
    }
    Outcome::new(set, findings)
}

fn connects(estate: &Estate, id: Id<Workload>, flows: &mut Vec<Flow>, findings: &mut Findings) {
    let workload = &estate.workloads[id];
    for connect in &workload.connects {
        let to = match connect.to {
            Connected::Workload(other) => {
                if !permitted(estate, id, connect, findings) {
                    continue;
                }
                Peer::Workload(other.to)
            }
            Connected::External(system) => {
                let spec = &estate.externals[system.to];
                let narrowed = connect.cidr.is_some() || connect.host.is_some();
                let cidrs = if narrowed {
                    connect.cidr.iter().map(|c| c.value).collect()
                } else {
                    spec.cidrs()
                };
                let hosts = if narrowed {
                    connect.host.iter().map(|h| h.value.clone()).collect()
                } else {
                    spec.hosts()
                };
                Peer::External {
                    system: Some(system.to),
                    cidrs,
                    hosts,
                }
            }
            Connected::Internet => Peer::External {
                system: None,
                cidrs: connect.cidr.iter().map(|cidr| cidr.value).collect(),
                hosts: connect.host.iter().map(|host| host.value.clone()).collect(),
            },
            Connected::Platform(service) => Peer::Platform(service),
        };
        flows.push(Flow {
            from: Peer::Workload(id),
            to,
            ports: connect.ports.clone(),
            reason: Reason::Declared,
            origin: connect.spec.meta.origin,
        });
    }
}

/// Whether a connection to another workload may be: inside a tenant always, between tenants
/// when the other side offers the port; between clusters only through what is exposed.
fn permitted(
    estate: &Estate,
    id: Id<Workload>,
    connect: &Connect,
    findings: &mut Findings,
) -> bool {
    let workload = &estate.workloads[id];
    let Connected::Workload(other) = connect.to else {
        return true;
    };
    let target = &estate.workloads[other.to];
    if target.cluster != workload.cluster {
        if !connect
            .ports
            .iter()
            .all(|port| target.exposes.iter().any(|expose| expose.port == *port))
        {
            findings.push(rules::not_exposed(estate, workload, target, connect));
        }
        // What reaches an exposed port comes from outside its cluster, and leaves ours.
        return false;
    }
    if target.tenant == workload.tenant {
        return true;
    }
    let offered = |port| {
        target.offers.iter().any(|offer| {
            offer.port == port
                && match offer.to {
                    OfferTo::Tenant(tenant) => tenant.to == workload.tenant,
                    OfferTo::Workload(other) => other.to == id,
                }
        })
    };
    let missing: Vec<_> = connect
        .ports
        .iter()
        .filter(|port| !offered(**port))
        .copied()
        .collect();
    if !missing.is_empty() {
        findings.push(rules::not_offered(
            estate, workload, target, connect, &missing,
        ));
        return false;
    }
    true
}

/// What outside clients reach comes in through the gateway, or from their own addresses where
/// nothing stands in between.
fn exposes(estate: &Estate, id: Id<Workload>, flows: &mut Vec<Flow>) {
    for expose in &estate.workloads[id].exposes {
        let from = if expose.through_gateway() {
            Peer::Platform(Service::Ingress)
        } else {
            Peer::Clients(expose.clients(estate))
        };
        flows.push(Flow {
            from,
            to: Peer::Workload(id),
            ports: vec![expose.port],
            reason: Reason::Derived("expose".into()),
            origin: expose.spec.meta.origin,
        });
    }
}
