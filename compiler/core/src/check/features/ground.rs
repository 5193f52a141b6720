//! What the ground itself asks of a backend: queues, copies of storage, and what the estate says
//! for all of its clusters.

use std::sync::Arc;

use super::Ask;
use crate::{
    model::{Backend, Cluster, Estate, Id},
    origin::OriginId,
    schema::kinds::{Compliance, DeliverBy},
};

/// Adds what a cluster's storage and queues ask for.
pub(super) fn of_cluster(estate: &Estate, cluster: Id<Cluster>, asks: &mut Vec<Ask>) {
    let mut ask = |by: Arc<str>, feature, what: &'static str, origin| {
        asks.push(Ask {
            feature,
            what,
            by,
            origin,
        });
    };
    let announced = &estate.clusters[cluster];
    let plan = announced.spec.network_plan.as_ref();
    let given = plan.and_then(|plan| plan.gateway_pool.as_ref());
    if let Some(pool) =
        given.filter(|_| announced.announces_addresses() && !announced.spec.managed.value)
    {
        let by: Arc<str> = format!("cluster `{}`", announced.name.value).into();
        let what = "addresses that the CNI announces";
        ask(by, "address-pool", what, pool.meta.origin);
    }
    let bare = matches!(estate.clusters[cluster].backend, Backend::Hosts);
    let storages = estate.storages.values();
    for storage in storages.filter(|storage| storage.cluster == cluster) {
        let by = || -> Arc<str> { format!("storage `{}`", storage.name.value).into() };
        if bare {
            let origin = storage.spec.meta.origin;
            ask(by(), "storage-class", "a class of storage", origin);
        }
        if let Some(replicate) = storage.spec.replicate.first() {
            let origin = replicate.meta.origin;
            ask(by(), "storage-replicate", "copies in another class", origin);
        }
    }
    let queues = estate.queues.values();
    for queue in queues.filter(|queue| queue.cluster == cluster) {
        let by: Arc<str> = format!("queue `{}`", queue.name.value).into();
        ask(by, "queue", "a queue of jobs", queue.spec.meta.origin);
    }
}

/// Adds what the estate asks for as a whole. One cluster is asked, so that one line is one
/// finding: the first of Kubernetes, or the first where there is none.
pub(super) fn of_estate(estate: &Estate, cluster: Id<Cluster>, asks: &mut Vec<Ask>) {
    let of_kubernetes = estate.clusters.iter().find(|(_, it)| it.is_kubernetes());
    let first = of_kubernetes.or_else(|| estate.clusters.iter().next());
    if first.is_none_or(|(id, _)| id != cluster) {
        return;
    }
    let mut ask = |feature, what: &'static str, origin| {
        asks.push(Ask {
            feature,
            what,
            by: format!("estate `{}`", estate.name.value).into(),
            origin,
        });
    };
    compliance(estate.spec.compliance.as_ref(), &mut ask);
    let Some(deliver) = &estate.spec.deliver else {
        return;
    };
    let (feature, what) = match deliver.by.value {
        // Files come out in any case.
        DeliverBy::Files => return,
        DeliverBy::Helmfile => ("deliver-helmfile", "delivery by Helmfile"),
        DeliverBy::ArgoCd => ("deliver-argo-cd", "delivery by Argo CD"),
        DeliverBy::Flux => ("deliver-flux", "delivery by Flux"),
    };
    ask(feature, what, deliver.by.origin);
}

/// Adds the first standard that is to be met.
pub(super) fn compliance(
    compliance: Option<&Compliance>,
    ask: &mut impl FnMut(&'static str, &'static str, OriginId),
) {
    let standards = compliance
        .iter()
        .flat_map(|compliance| &compliance.standards);
    for standard in standards.take(1) {
        let what = "a check against a standard";
        ask("compliance", what, standard.origin);
    }
}
