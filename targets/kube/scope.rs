//! Whose an object is: the labels, the annotation and the namespace follow from that.

use std::{collections::BTreeMap, sync::Arc};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use serde::Serialize;
use tenantry_core::{
    emit::{Owner, Tree},
    lower::{
        LoweredTenant, LoweredWorkload,
        names::{DISK_LABEL, ESTATE_LABEL, PATH_ANNOTATION, TENANT_LABEL, WORKLOAD_LABEL},
    },
    model::{Cluster, Disk, Estate, Id},
    origin::{OriginId, V},
    schema::construct::Meta,
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
    /// The nodes of the spec whose `label` and `annotation` it bears, the nearer later.
    tagged: Vec<&'a Meta>,
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
            tagged: Vec::new(),
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
            tagged: vec![&spec.spec.meta],
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
        let mut scope = Self::tenant(target, estate, cluster, tenant);
        scope.tagged.push(&spec.spec.meta);
        Self {
            workload: Some(workload.name.clone()),
            path: spec.path.clone(),
            origin: spec.spec.meta.origin,
            ..scope
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
        let mut labels = texts(self.tagged.iter().flat_map(|meta| &meta.labels));
        // Ours come last: policies select by them.
        labels.extend([
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

    /// The annotations that every object bears.
    fn annotations(&self) -> BTreeMap<String, String> {
        let mut annotations = texts(self.tagged.iter().flat_map(|meta| &meta.annotations));
        annotations.insert(PATH_ANNOTATION.to_owned(), self.path.to_string());
        annotations
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
            annotations: Some(self.annotations()),
            ..ObjectMeta::default()
        }
    }

    /// The labels and annotations of an object that is not ours: no label by which a workload's
    /// pods are selected, or a pod of it would be taken for one of them.
    pub(crate) fn foreign_metadata(&self) -> ObjectMeta {
        let mut metadata = self.cluster_wide("");
        if let Some(labels) = &mut metadata.labels {
            labels.retain(|key, _| key != WORKLOAD_LABEL && key != "app.kubernetes.io/name");
        }
        metadata
    }

    /// An object that is a tree already.
    pub(crate) fn foreign(&self, tree: Tree) -> Draft {
        Draft::of_tree(self.target, self.cluster, self.owner, tree)
            .made_from(self.path.clone(), self.origin)
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
        let draft = Draft::new(self.target, self.cluster, self.owner, object)
            .made_from(self.path.clone(), self.origin);
        self.mark_metadata(draft, "/metadata")
    }

    /// Says why the metadata of an object, or of a template in it, is so: what others put there
    /// is theirs, whatever the object itself is there for.
    pub(crate) fn mark_metadata(&self, mut draft: Draft, at: &str) -> Draft {
        let mut labels = vec![(ESTATE_LABEL, self.estate.name.origin)];
        if let Owner::Tenant(tenant) = self.owner {
            let tenant = &self.estate.tenants[tenant];
            labels.push((TENANT_LABEL, tenant.name.origin));
            // What stands in another namespace has its own reason for that.
            let namespace = format!("{at}/namespace");
            if draft.text(&namespace) == self.namespace.as_deref() {
                draft = draft.mark_there(&namespace, tenant.namespace.origin);
            }
        }
        if let (Some(_), Some(workload)) = (&self.workload, self.tagged.last()) {
            let own = ["app.kubernetes.io/name", WORKLOAD_LABEL];
            labels.extend(own.map(|label| (label, workload.origin)));
        }
        let tags = self.tagged.iter().flat_map(|meta| &meta.labels);
        labels.extend(tags.map(|(key, tag)| (&**key, tag.origin)));
        let tags = self.tagged.iter().flat_map(|meta| &meta.annotations);
        let annotations = tags.map(|(key, tag)| (&**key, tag.origin));
        draft
            .mark_fields(&format!("{at}/labels"), labels)
            .mark_fields(&format!("{at}/annotations"), annotations)
    }
}

/// Labels or annotations of the spec; of two with one key the later stays.
fn texts<'t>(
    tags: impl Iterator<Item = (&'t Arc<str>, &'t V<Arc<str>>)>,
) -> BTreeMap<String, String> {
    tags.map(|(key, value)| (key.to_string(), value.value.to_string()))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::compile_tenant;

    #[test]
    fn what_the_spec_tags_is_on_every_object_and_ours_stays() {
        let made = compile_tenant(
            r#"
            tenant shop {
            label team payments
            workload web {
                label tier front
                annotation "example.com/contact" "ops@example.com"
                container image="registry.example.com/shop/web:1.0.0"
                cpu 1
                memory "1GiB"
            }
            }
            "#,
        );
        let web = made.object("Deployment", "web");
        assert_eq!(web["metadata"]["labels"]["team"], "payments");
        assert_eq!(web["metadata"]["labels"]["tier"], "front");
        assert_eq!(web["metadata"]["labels"]["tenantry.dev/workload"], "web");
        assert_eq!(
            web["metadata"]["annotations"]["example.com/contact"],
            "ops@example.com"
        );
        assert_eq!(
            web["spec"]["template"]["metadata"]["labels"]["tier"],
            "front"
        );
    }
}
