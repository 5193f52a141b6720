//! The ranges that a cluster's addresses come from.

use crate::{
    model::{Cluster, Estate, Id},
    origin::{OriginId, V},
    units::Cidr,
};

/// What a range is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    /// Pods and services: no router outside of the cluster knows them.
    Inside,
    /// Machines, gateways, networks: they are on the wire.
    Wire,
}

/// A range, and where it is said.
pub(super) struct PlanRange {
    /// For a message: "the range of pods".
    pub(super) what: String,
    pub(super) cidr: Cidr,
    pub(super) at: OriginId,
    pub(super) is_for: For,
}

/// All ranges of a cluster, its networks' among them.
pub(super) fn of_cluster(estate: &Estate, id: Id<Cluster>, cluster: &Cluster) -> Vec<PlanRange> {
    let mut ranges = Vec::new();
    let mut add = |what: &str, cidr: Option<&V<Cidr>>, is_for| {
        ranges.extend(cidr.map(|cidr| PlanRange {
            what: what.to_owned(),
            cidr: cidr.value,
            at: cidr.origin,
            is_for,
        }));
    };
    if let Some(plan) = &cluster.spec.network_plan {
        add("the range of pods", plan.pods.as_ref(), For::Inside);
        add("the range of services", plan.services.as_ref(), For::Inside);
        add("the range of nodes", plan.nodes.as_ref(), For::Wire);
        add("the IPv6 range of pods", plan.pods6.as_ref(), For::Inside);
        add(
            "the IPv6 range of services",
            plan.services6.as_ref(),
            For::Inside,
        );
        add("the IPv6 range of nodes", plan.nodes6.as_ref(), For::Wire);
        let gateways = plan.gateway_pool.as_ref().map(|pool| &pool.cidr);
        add("the gateways' range", gateways, For::Wire);
    }
    for network in estate
        .networks
        .values()
        .filter(|network| network.cluster == id)
    {
        let what = format!("network `{}`", network.spec.name.value);
        add(&what, network.spec.cidr.as_ref(), For::Wire);
        add(&what, network.spec.cidr6.as_ref(), For::Wire);
    }
    ranges
}
