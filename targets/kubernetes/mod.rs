//! Kubernetes: what a tenant is there, and the containers that it runs.

mod access;
mod admission;
mod autoscaler;
mod backup;
mod baseline;
mod budget;
mod cilium;
mod config;
mod container;
mod controller;
mod footprint;
mod importer_policy;
mod job;
mod monitor;
mod namespace;
mod networks;
mod pod;
mod policy;
mod priority;
mod probe;
mod quota;
mod raw;
mod resources;
mod rollout;
mod route;
mod runtime;
mod service;
mod storage;
mod subject;
mod tenant_volume;
mod traffic;
mod volumes;

use std::sync::LazyLock;

use tenantry_core::{
    check::Checked,
    close::Platform,
    diag::Findings,
    emit::Objects,
    flows::Derived,
    lower::{Lowered, LoweredCluster, LoweredTenant},
    model::{Cluster, Estate, Id, Workload},
    target::{Capabilities, Footprint, Target},
};

use self::subject::Subject;
use crate::kube::Scope;

/// Its name.
const NAME: &str = "kubernetes";

static CAPABILITIES: LazyLock<Capabilities> =
    LazyLock::new(|| crate::table(include_str!("capabilities.kdl")));

/// The target.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Kubernetes;

impl Target for Kubernetes {
    fn name(&self) -> &'static str {
        NAME
    }

    fn serves(&self, on: &Cluster) -> bool {
        on.is_kubernetes()
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn footprint(&self, estate: &Checked<'_>, workload: Id<Workload>) -> Option<Footprint> {
        footprint::of(estate, workload)
    }

    fn traffic(&self, estate: &Checked<'_>, on: Id<Cluster>, platform: &Platform) -> Vec<Derived> {
        traffic::of(estate, on, platform)
    }

    fn objects(&self, lowered: &Lowered<'_>, out: &mut Objects) -> Findings {
        let mut findings = Findings::new();
        for cluster in &lowered.clusters {
            if !self.serves(&lowered.estate.clusters[cluster.id]) {
                continue;
            }
            let ground = Ground {
                estate: lowered.estate,
                cluster,
            };
            admission::emit(&ground, out, &mut findings);
            priority::emit(&ground, out);
            runtime::emit(&ground, out);
            storage::emit(&ground, out);
            raw::of_cluster(&ground, out);
            policy::emit(lowered, cluster, out);
            networks::emit(lowered, cluster, out);
            baseline::emit(lowered, cluster, out);
            for tenant in &cluster.tenants {
                of_tenant(&ground, tenant, out);
            }
            let workloads: Vec<_> = lowered.workloads(cluster).collect();
            out.each(&workloads, |(tenant, plan), out| {
                let subject = Subject::new(lowered, cluster, tenant, plan);
                of_workload(&subject, out);
                cilium::emit(&subject, lowered.platform, out);
                route::emit(&subject, out);
                monitor::emit(&subject, out);
                backup::emit(&subject, lowered.platform, out);
            });
        }
        findings
    }
}

/// A cluster, and the estate around it.
struct Ground<'a> {
    estate: &'a Estate,
    cluster: &'a LoweredCluster,
}

impl<'a> Ground<'a> {
    /// The cluster's own node of the spec.
    fn spec(&self) -> &'a Cluster {
        &self.estate.clusters[self.cluster.id]
    }

    /// What is a tenant's.
    fn tenant(&self, tenant: &LoweredTenant) -> Scope<'a> {
        Scope::tenant(NAME, self.estate, self.cluster.id, tenant)
    }

    /// What is the cluster's own: `path` follows the cluster's name.
    fn platform(&self, path: &str, origin: tenantry_core::origin::OriginId) -> Scope<'a> {
        let path = format!("{}.{path}", self.spec().name.value);
        Scope::platform(NAME, self.estate, self.cluster.id, path, origin)
    }
}

/// What makes a tenant one, before anything of it runs.
fn of_tenant(ground: &Ground<'_>, tenant: &LoweredTenant, out: &mut Objects) {
    namespace::emit(ground, tenant, out);
    quota::emit(ground, tenant, out);
    access::members(ground, tenant, out);
    config::emit(ground, tenant, out);
    tenant_volume::emit(ground, tenant, out);
    raw::of_tenant(ground, tenant, out);
}

/// A workload. Of a virtual machine only what is not the machine itself.
fn of_workload(subject: &Subject<'_>, out: &mut Objects) {
    access::account(subject, out);
    volumes::claims(subject, out);
    service::emit(subject, out);
    controller::emit(subject, out);
    job::emit(subject, out);
    autoscaler::emit(subject, out);
    budget::emit(subject, out);
    service::exposed(subject, out);
    raw::of_workload(subject, out);
}

#[cfg(test)]
mod patch_tests;
#[cfg(test)]
mod tests;
