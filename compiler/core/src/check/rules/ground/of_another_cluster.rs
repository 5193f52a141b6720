//! A reference that leads into another cluster.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Cluster, Estate, Id},
    origin::OriginId,
};

declare_rule! { pub RULE = "of-another-cluster", References, Error, "a pool, storage class or network of another cluster", include_str!("of_another_cluster.md") }

/// Reports what interfaces carry, what queues run on and what workloads use that lies elsewhere.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for used in uses(estate) {
        if used.of == used.by_of {
            continue;
        }
        let name = |id: Id<Cluster>| &estate.clusters[id].name.value;
        let message = format!(
            "{} is in cluster `{}`, and {} in cluster `{}`",
            used.by,
            name(used.by_of),
            used.what,
            name(used.of)
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(used.at), message)
                .label(format!("of `{}`", name(used.of)))
                .why("machines reach the storage and networks of their own cluster, and a queue fills the machines of its own")
                .help(format!("name one of cluster `{}`, or declare one there", name(used.by_of))),
        );
    }
}

/// Something that is used, and by whom.
struct Use {
    by: String,
    by_of: Id<Cluster>,
    what: String,
    of: Id<Cluster>,
    at: OriginId,
}

fn uses(estate: &Estate) -> Vec<Use> {
    let mut uses = Vec::new();
    for pool in estate.pools.values() {
        for network in pool.nics.iter().flat_map(|nic| &nic.carries) {
            let used = &estate.networks[network.to];
            uses.push(Use {
                by: format!("pool `{}`", pool.name.value),
                by_of: pool.cluster,
                what: format!("network `{}`", used.spec.name.value),
                of: used.cluster,
                at: network.at,
            });
        }
    }
    for storage in estate.storages.values() {
        uses.extend(storage.network.map(|network| Use {
            by: format!("storage `{}`", storage.name.value),
            by_of: storage.cluster,
            what: format!("network `{}`", estate.networks[network.to].spec.name.value),
            of: estate.networks[network.to].cluster,
            at: network.at,
        }));
    }
    for queue in estate.queues.values() {
        uses.extend(queue.pools.iter().map(|pool| Use {
            by: format!("queue `{}`", queue.name.value),
            by_of: queue.cluster,
            what: format!("pool `{}`", estate.pools[pool.to].name.value),
            of: estate.pools[pool.to].cluster,
            at: pool.at,
        }));
    }
    for workload in estate.workloads.values() {
        let mut add = |what: String, of, at| {
            uses.push(Use {
                by: format!("workload `{}`", workload.path),
                by_of: workload.cluster,
                what,
                of,
                at,
            });
        };
        for storage in workload.disks.iter().filter_map(|disk| disk.storage) {
            let used = &estate.storages[storage.to];
            add(format!("storage `{}`", used.name.value), used.cluster, storage.at);
        }
        for network in workload.nics.iter().filter_map(|nic| nic.network) {
            let used = &estate.networks[network.to];
            add(format!("network `{}`", used.spec.name.value), used.cluster, network.at);
        }
    }
    uses
}
