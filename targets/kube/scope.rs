//! Whose an object is: the labels, the annotation and the namespace follow from that.

use std::{collections::BTreeMap, sync::Arc};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use serde::Serialize;
use tenantry_core::{
    emit::Owner,
    lower::{
        LoweredTenant, LoweredWorkload,
        names::{DISK_LABEL, ESTATE_LABEL, PATH_ANNOTATION, TENANT_LABEL, WORKLOAD_LABEL},
    },
    model::{Cluster, Disk, Estate, Id},
    origin::OriginId,
};

use super::draft::Draft;

/// Whose an object is, and which target makes it for which cluster.
#[derive(Debug, Clone)]
pub(crate) struct Scope<'a> {
    /// The target that makes it.
    pub(crate) target: &'static str,
    /// The model.
    pub(crate) estate: &'a Estate,
    /// The cluster that it is applied to.
    pub(crate) cluster: Id<Cluster>,
    /// The folder that it lies in.
    pub(crate) owner: Owner,
    /// The namespace of what has one.
    pub(crate) namespace: Option<String>,
    /// The workload's name, where it is a workload's.
    workload: Option<String>,
    /// The model path.
    path: Arc<str>,
    /// What an unmarked field answers with.
    origin: OriginId,
}

impl<'a> Scope<'a> {
    /// What is the cluster's own. `path` is the model path behind it, such as `sz1.ceph-ssd`.
    pub(crate) fn platform(
        target: &'static str,
        estate: &'a Estate,
        cluster: Id<Cluster>,
        path: impl Into<Arc<str>>,
        origin: OriginId,
    ) -> Self {
        Self {
            target,
            estate,
            cluster,
            owner: Owner::Platform,
            namespace: None,
            workload: None,
            path: path.into(),
            origin,
        }
    }

    /// What is a tenant's, in its namespace.
    pub(crate) fn tenant(
        target: &'static str,
        estate: &'a Estate,
        cluster: Id<Cluster>,
        tenant: &LoweredTenant,
    ) -> Self {
        let spec = &estate.tenants[tenant.id];
        Self {
            target,
            estate,
            cluster,
            owner: Owner::Tenant(tenant.id),
            namespace: Some(tenant.namespace.clone()),
            workload: None,
            path: spec.name.value.as_str().into(),
            origin: spec.spec.meta.origin,
        }
    }

    /// What is a workload's, in its tenant's namespace.
    pub(crate) fn workload(
        target: &'static str,
        estate: &'a Estate,
        cluster: Id<Cluster>,
        tenant: &LoweredTenant,
        workload: &LoweredWorkload,
    ) -> Self {
        let spec = &estate.workloads[workload.id];
        Self {
            workload: Some(workload.name.clone()),
            path: spec.path.clone(),
            origin: spec.spec.meta.origin,
            ..Self::tenant(target, estate, cluster, tenant)
        }
    }

    /// The same for a narrower reason: a `backup` of a workload, a `secret` of a tenant.
    #[must_use]
    pub(crate) fn because(mut self, origin: OriginId) -> Self {
        self.origin = origin;
        self
    }

    /// The labels that every object bears, and that the pods of a workload bear too.
    pub(crate) fn labels(&self) -> BTreeMap<String, String> {
        let mut labels = BTreeMap::from([
            (
                "app.kubernetes.io/managed-by".to_owned(),
                "tenantry".to_owned(),
            ),
            (ESTATE_LABEL.to_owned(), self.estate.name.value.to_string()),
        ]);
        if let Owner::Tenant(tenant) = self.owner {
            labels.insert(
                TENANT_LABEL.to_owned(),
                self.estate.tenants[tenant].name.value.to_string(),
            );
        }
        if let Some(workload) = &self.workload {
            labels.insert("app.kubernetes.io/name".to_owned(), workload.clone());
            labels.insert(WORKLOAD_LABEL.to_owned(), workload.clone());
        }
        labels
    }

    /// The labels of the claim behind one of the workload's disks.
    pub(crate) fn disk_labels(&self, disk: &Disk) -> BTreeMap<String, String> {
        let mut labels = self.labels();
        labels.insert(DISK_LABEL.to_owned(), disk.spec.name.value.to_string());
        labels
    }

    /// What selects the workload's pods within their namespace: one label that only the compiler
    /// writes, so that a selector never has to change.
    pub(crate) fn selector(&self) -> LabelSelector {
        LabelSelector {
            match_labels: self
                .workload
                .as_ref()
                .map(|name| [(WORKLOAD_LABEL.to_owned(), name.clone())].into()),
            ..LabelSelector::default()
        }
    }

    /// The metadata of an object in the scope's namespace.
    pub(crate) fn metadata(&self, name: impl Into<String>) -> ObjectMeta {
        ObjectMeta {
            namespace: self.namespace.clone(),
            ..self.cluster_wide(name)
        }
    }

    /// The metadata of an object without a namespace.
    pub(crate) fn cluster_wide(&self, name: impl Into<String>) -> ObjectMeta {
        ObjectMeta {
            name: Some(name.into()),
            labels: Some(self.labels()),
            annotations: Some([(PATH_ANNOTATION.to_owned(), self.path.to_string())].into()),
            ..ObjectMeta::default()
        }
    }

    /// The metadata of a pod template: labels alone, because pods are not looked for by path.
    pub(crate) fn pod_metadata(&self) -> ObjectMeta {
        ObjectMeta {
            labels: Some(self.labels()),
            ..ObjectMeta::default()
        }
    }

    /// An object of the scope, to be marked and pushed.
    pub(crate) fn object<T: Serialize>(&self, object: &T) -> Draft {
        Draft::new(self.target, self.cluster, self.owner, object)
            .made_from(self.path.clone(), self.origin)
    }
}
