//! What the values are worked out from.

use tenantry_core::{
    close::{Component, Platform},
    emit::tree::NodeMut,
    lower::names::TENANT_LABEL,
    model::{Cluster, Estate, Id, Pool, Storage, Workload},
    origin::OriginId,
    schema::kinds::{Role, TaintEffect},
};

/// A cluster and what runs on it.
pub(crate) struct Context<'a> {
    /// The model.
    pub estate: &'a Estate,
    /// What each cluster runs.
    pub platform: &'a Platform,
    /// The cluster.
    pub id: Id<Cluster>,
}

impl<'a> Context<'a> {
    /// The cluster.
    pub(crate) fn cluster(&self) -> &'a Cluster {
        &self.estate.clusters[self.id]
    }

    /// A component that runs there.
    pub(crate) fn component(&self, name: &str) -> Option<&'a Component> {
        self.platform.get(self.id, name)
    }

    /// Why there is a Prometheus operator that reads ServiceMonitors; none where there is none.
    pub(crate) fn monitored(&self) -> Option<OriginId> {
        self.component("kube-prometheus-stack")
            .map(Component::origin)
    }

    /// The cluster's workloads.
    pub(crate) fn workloads(&self) -> impl Iterator<Item = &'a Workload> {
        self.estate
            .workloads_of(self.id)
            .map(|(_, workload)| workload)
    }

    /// The cluster's pools.
    pub(crate) fn pools(&self) -> impl Iterator<Item = &'a Pool> {
        self.estate.pools_of(self.id).map(|(_, pool)| pool)
    }

    /// The cluster's storage classes.
    pub(crate) fn storages(&self) -> impl Iterator<Item = &'a Storage> {
        let here = self.id;
        let classes = self.estate.storages.iter().map(|(_, class)| class);
        classes.filter(move |class| class.cluster == here)
    }

    /// How many machines a controller without tolerations may run on: workers whose pool keeps
    /// nobody away.
    pub(crate) fn open_workers(&self) -> usize {
        self.pools()
            .filter(|pool| pool.spec.role.value == Role::Worker)
            .filter(|pool| pool.tenant.is_none() && !pool.spec.taint.iter().any(keeps_away))
            .map(|pool| pool.nodes.len())
            .sum()
    }

    /// How many copies of a controller are worth their place: `wanted` where there are that many
    /// machines to spread them over, else one.
    pub(crate) fn copies(&self, wanted: u32) -> u32 {
        let machines = u32::try_from(self.open_workers()).unwrap_or(u32::MAX);
        if machines >= wanted { wanted } else { 1 }
    }

    /// All machines of the cluster.
    pub(crate) fn nodes(&self) -> usize {
        self.pools().map(|pool| pool.nodes.len()).sum()
    }
}

fn keeps_away(taint: &tenantry_core::schema::kinds::Taint) -> bool {
    taint.effect.value != TaintEffect::PreferNoSchedule
}

/// Adds to a list of tolerations what lets a daemon run on all machines of these pools: their
/// taints, and that of machines which one tenant has alone.
pub(crate) fn tolerate<'p>(
    list: &mut NodeMut<'_>,
    pools: impl IntoIterator<Item = &'p Pool>,
    estate: &Estate,
) {
    let mut known = Vec::new();
    let mut dedicated = None;
    for pool in pools {
        dedicated = dedicated.or_else(|| dedicated_of(estate, pool));
        for taint in &pool.spec.taint {
            let key = (
                &*taint.key.value,
                &*taint.value.value,
                taint.effect.value.word(),
            );
            if known.contains(&key) {
                continue;
            }
            known.push(key);
            let mut entry = list.push_map();
            entry.mark(taint.meta.origin);
            entry.set("key", key.0);
            entry.set("operator", "Equal");
            entry.set("value", key.1);
            entry.set("effect", key.2);
        }
    }
    if let Some(origin) = dedicated {
        let mut entry = list.push_map();
        entry.mark(origin);
        entry.set("key", TENANT_LABEL);
        entry.set("operator", "Exists");
        entry.set("effect", "NoSchedule");
    }
}

/// Why machines of a pool are one tenant's alone; none where they are not.
fn dedicated_of(estate: &Estate, pool: &Pool) -> Option<OriginId> {
    let same = |id: Id<Pool>| {
        let other = &estate.pools[id];
        other.cluster == pool.cluster && other.name.value == pool.name.value
    };
    let mut given = estate
        .tenants
        .iter()
        .flat_map(|(_, tenant)| &tenant.dedicated);
    given
        .find(|(of, _)| same(of.to))
        .map(|(_, spec)| spec.meta.origin)
}

/// Whether some machine of these pools keeps away who does not say that it bears it.
pub(crate) fn keep_away<'p>(pools: impl IntoIterator<Item = &'p Pool>, estate: &Estate) -> bool {
    let mut pools = pools.into_iter();
    pools.any(|pool| !pool.spec.taint.is_empty() || dedicated_of(estate, pool).is_some())
}
