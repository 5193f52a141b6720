//! What a tenant's baseline promises by itself.
//!
//! That it cuts no flow and opens nothing shows where both sides of every flow are compared. But a
//! baseline that does nothing would pass there too: it is for the day on which somebody adds a
//! policy that lets everything through. So it is asked what goes through on that day. Between the
//! tenant and pods with which none of its flows has to do nothing may, and nothing to an address of
//! the cloud's metadata that no flow goes to.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use tenantry_reach::{
    Addresses, Cluster, Complaint, Difference, Direction, Ends, Fault, Judge, PodId, Policy,
    PortSet, Terms, TooMuch, Wanted, compare_under, labels::Selector, policy::Rule,
};

use super::{Ground, expected::Expected, pods::Pods};
use crate::{
    flows::{blocks::METADATA, cni},
    model::{self, Id, Tenant},
    schema::kinds::CniAbility,
};

/// With whom the flows of a tenant have to do.
#[derive(Debug, Default)]
struct Known<'c> {
    callers: BTreeSet<&'c str>,
    called: BTreeSet<&'c str>,
    /// Outside ends that it calls.
    outside: Addresses,
}

/// What goes through and would break the promise; nothing where the spec asks for no baseline.
pub(super) fn breaches(
    ground: Ground<'_>,
    on: Id<model::Cluster>,
    cluster: &Cluster,
    pods: &Pods<'_>,
    expected: &Expected,
) -> Result<Vec<Difference>, TooMuch> {
    if !cni::can(&ground.estate.clusters[on], CniAbility::Tier) {
        return Ok(Vec::new());
    }
    let metadata = metadata(ground, on);
    let wanted = allowed(cluster, pods, expected, &metadata);
    let opened = opened(cluster, pods);
    let judge = Judge::new(&opened);
    let mut found = Vec::new();
    for side in Direction::BOTH {
        let of: Option<&[PodId]> = Some(&expected.of);
        let terms = Terms {
            wanted: &wanted,
            of,
            side: Some(side),
        };
        found.extend(compare_under(&judge, &terms)?);
    }
    // What the baseline shuts though it need not shows where flows are compared, if it matters.
    found.retain(|difference| difference.fault == Fault::Extra);
    Ok(found)
}

/// The cluster in which somebody has added to each tenant's namespace a policy that lets everything
/// through. Policies of a namespace add up, so that those that were there say nothing more.
fn opened(cluster: &Cluster, pods: &Pods<'_>) -> Cluster {
    let everything = || {
        Some(vec![Rule {
            peers: None,
            ports: None,
        }])
    };
    let first = pods.tenants.values().filter_map(|pods| pods.first());
    let policies = first.map(|pod| Policy {
        namespace: cluster.pod(*pod).namespace.clone(),
        name: "opened".to_owned(),
        pods: Selector::default(),
        ingress: everything(),
        egress: everything(),
    });
    Cluster {
        policies: policies.collect(),
        ..cluster.clone()
    }
}

/// What may go through on such a day.
fn allowed(
    cluster: &Cluster,
    pods: &Pods<'_>,
    expected: &Expected,
    metadata: &Addresses,
) -> Vec<Wanted> {
    let mut inside: BTreeMap<&str, Vec<PodId>> = BTreeMap::new();
    let mut on_hosts = Vec::new();
    for id in cluster.pod_ids() {
        let pod = cluster.pod(id);
        // Pods in their node's network are none that policies of the cluster see.
        match pod.host_network {
            true => on_hosts.push(id),
            false => inside.entry(&pod.namespace).or_default().push(id),
        }
    }
    let these = |namespaces: &BTreeSet<&str>| {
        let own = namespaces.iter().filter_map(|it| inside.get(it));
        let mut all: Vec<PodId> = own.flatten().chain(&on_hosts).copied().collect();
        all.sort_unstable();
        Ends::Pods(all)
    };
    let mut known = known(cluster, pods, expected);
    let mut wanted = Vec::new();
    for (tenant, own) in &pods.tenants {
        let Some(first) = own.first() else { continue };
        let mut known = known.remove(tenant).unwrap_or_default();
        let namespace = cluster.pod(*first).namespace.as_str();
        known.callers.insert(namespace);
        known.called.insert(namespace);
        let closed = metadata.without(&known.outside);
        let open = Ends::Addresses(Addresses::all().without(&closed));
        let outside = Ends::Addresses(Addresses::all());
        let own = || Ends::Pods(own.clone());
        let pairs = [
            (own(), these(&known.called)),
            (own(), open),
            (these(&known.callers), own()),
            (outside, own()),
        ];
        let pairs = pairs.into_iter();
        wanted.extend(pairs.map(|(from, to)| Wanted {
            from,
            to,
            ports: PortSet::all(),
        }));
    }
    wanted
}

/// By tenant with whom its flows have to do.
fn known<'c>(
    cluster: &'c Cluster,
    pods: &Pods<'_>,
    expected: &Expected,
) -> BTreeMap<Id<Tenant>, Known<'c>> {
    let mut living: BTreeMap<&str, Id<Tenant>> = BTreeMap::new();
    for (tenant, own) in &pods.tenants {
        if let Some(first) = own.first() {
            living.insert(&cluster.pod(*first).namespace, *tenant);
        }
    }
    let namespaces = |ends: &Ends| -> BTreeSet<&'c str> {
        match ends {
            Ends::Pods(pods) => {
                let pods = pods.iter().map(|pod| cluster.pod(*pod));
                let seen = pods.filter(|pod| !pod.host_network);
                seen.map(|pod| pod.namespace.as_str()).collect()
            }
            Ends::Addresses(_) => BTreeSet::new(),
        }
    };
    let mut all: BTreeMap<Id<Tenant>, Known<'c>> = BTreeMap::new();
    for flow in &expected.wanted {
        let (from, to) = (namespaces(&flow.from), namespaces(&flow.to));
        for tenant in from.iter().filter_map(|it| living.get(it)) {
            let known = all.entry(*tenant).or_default();
            known.called.extend(&to);
            if let Ends::Addresses(addresses) = &flow.to {
                known.outside.extend(addresses);
            }
        }
        for tenant in to.iter().filter_map(|it| living.get(it)) {
            let known = all.entry(*tenant).or_default();
            known.callers.extend(&from);
        }
    }
    all
}

/// Where clouds answer with credentials: the usual addresses, and those that the spec tells.
fn metadata(ground: Ground<'_>, on: Id<model::Cluster>) -> Addresses {
    let facts = ground.estate.clusters[on].spec.facts.as_ref();
    let said = facts.and_then(|facts| facts.metadata_ip.as_ref());
    let said = said.into_iter().flat_map(|fact| &fact.addresses);
    let usual = METADATA.iter().filter_map(|ip| ip.parse::<IpAddr>().ok());
    let mut all = Addresses::none();
    for ip in usual.chain(said.map(|ip| ip.value.get())) {
        all.extend(&Addresses::one(ip));
    }
    all
}

/// Policies of the cluster that have the same number and speak of the same pod: which of them goes
/// first is not specified, so that nothing can be proved of it.
pub(super) fn clashes(cluster: &Cluster) -> Vec<Complaint> {
    if cluster.tiers.is_empty() {
        return Vec::new();
    }
    let judge = Judge::new(cluster);
    let mut clashing = BTreeSet::new();
    for pod in cluster.pod_ids() {
        for direction in Direction::BOTH {
            for pair in judge.tiers(pod, direction).windows(2) {
                let both = [pair[0], pair[1]].map(|id| cluster.tier(id));
                let [one, other] = both.map(|it| (it.tier, it.priority));
                if one == other {
                    clashing.insert((pair[0], pair[1]));
                }
            }
        }
    }
    let told = clashing.into_iter().map(|(one, other)| {
        let (one, other) = (cluster.tier(one), cluster.tier(other));
        Complaint {
            source: String::new(),
            at: 0,
            object: one.path(),
            path: "spec.priority".to_owned(),
            message: format!(
                "{} has the same and speaks of the same pods: which goes first is not specified",
                other.path()
            ),
        }
    });
    told.collect()
}
