//! Volumes of a tenant: claims that outlive who mounts them.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{PersistentVolumeClaim, PersistentVolumeClaimSpec, VolumeResourceRequirements},
    apimachinery::pkg::api::resource::Quantity,
};
use tenantry_core::{
    emit::Objects,
    lower::LoweredTenant,
    model::Volume,
    origin::OriginId,
    schema::kinds::{Mount, mounts_of},
};

use super::{Ground, subject::Subject};

/// What keeps a volume where a controller takes away what is no longer in the spec: Argo CD and
/// Flux look for these.
const KEEP: [(&str, &str); 2] = [
    ("argocd.argoproj.io/sync-options", "Prune=false"),
    ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
];

/// The name of a volume's claim. With its dot it is none of a disk's, whose parts are labels.
pub(super) fn claim_name(volume: &str) -> String {
    format!("volume.{volume}")
}

/// The volumes of a tenant in this cluster.
pub(super) fn emit(ground: &Ground<'_>, tenant: &LoweredTenant, out: &mut Objects) {
    let volumes = &ground.estate.tenants[tenant.id].volumes;
    let here = |volume: &&Volume| volume.cluster == ground.cluster.id;
    for volume in volumes.iter().filter(here) {
        let spec = &volume.spec;
        let scope = ground.tenant(tenant).because(spec.meta.origin);
        let class = ground
            .estate
            .class_for(tenant.id, volume.cluster, volume.storage)
            .map(|class| ground.estate.storages[class].name.value.to_string());
        let mut metadata = scope.metadata(claim_name(spec.name.value.as_str()));
        if spec.keep.value {
            let keep = KEEP.map(|(key, value)| (key.to_owned(), value.to_owned()));
            metadata.annotations.get_or_insert_default().extend(keep);
        }
        let mode = if spec.shared.value {
            "ReadWriteMany"
        } else {
            "ReadWriteOnce"
        };
        let size = Quantity(spec.size.value.quantity());
        scope
            .object(&PersistentVolumeClaim {
                metadata,
                spec: Some(PersistentVolumeClaimSpec {
                    access_modes: Some(vec![mode.to_owned()]),
                    resources: Some(VolumeResourceRequirements {
                        limits: None,
                        requests: Some(BTreeMap::from([("storage".to_owned(), size)])),
                    }),
                    storage_class_name: class,
                    volume_mode: Some("Filesystem".to_owned()),
                    ..PersistentVolumeClaimSpec::default()
                }),
                status: None,
            })
            .mark("/spec/accessModes", spec.shared.origin)
            .mark("/spec/resources", spec.size.origin)
            .mark_if("/spec/storageClassName", spec.storage.as_ref())
            .push(out);
    }
}

/// Where a workload mounts a volume that one replica at a time can have, if it does.
pub(super) fn held_alone(subject: &Subject<'_>) -> Option<OriginId> {
    let volumes = &subject.estate.tenants[subject.workload.tenant].volumes;
    let alone = |mount: &&Mount| {
        let name = mount.volume.as_ref().map(|name| &*name.value.text);
        let mut volumes = volumes.iter();
        volumes.any(|volume| {
            Some(volume.spec.name.value.as_str()) == name && !volume.spec.shared.value
        })
    };
    mounts_of(&subject.workload.spec)
        .find(alone)
        .map(|mount| mount.meta.origin)
}

#[cfg(test)]
mod tests {
    use crate::testing::compile_tenant;

    /// A tenant with a volume, and a workload that mounts it.
    fn web(volume: &str, more: &str) -> crate::testing::Made {
        compile_tenant(&format!(
            r#"
            storage files access=rwx mode=file {{
                cephfs pool=files
                capacity "10TiB"
            }}
            tenant shop {{
                volume media "200GiB" {volume}
                workload web {{
                    container image="registry.example.com/shop/web:1.2.0"
                    on general
                    cpu 1
                    memory "1GiB"
                    mount "/media" volume=media
                    {more}
                }}
            }}"#
        ))
    }

    #[test]
    fn a_shared_volume_is_one_claim_that_every_replica_mounts() {
        let made = web("storage=files shared=#true", "replicas 3");
        let claim = made.object("PersistentVolumeClaim", "volume.media");
        assert_eq!(claim["spec"]["accessModes"][0], "ReadWriteMany");
        assert_eq!(claim["spec"]["storageClassName"], "files");
        assert_eq!(claim["spec"]["resources"]["requests"]["storage"], "200Gi");
        let pod = &made.object("Deployment", "web")["spec"]["template"]["spec"];
        let claim = &pod["volumes"][0]["persistentVolumeClaim"];
        assert_eq!(claim["claimName"], "volume.media");
        let mount = &pod["containers"][0]["volumeMounts"][0];
        assert_eq!(mount["mountPath"], "/media");
        assert_eq!(mount["name"], pod["volumes"][0]["name"]);
        assert!(
            made.wave("PersistentVolumeClaim shop/volume.media") < made.wave("Deployment shop/web")
        );
    }

    #[test]
    fn a_volume_is_kept_from_who_prunes_unless_it_says_otherwise() {
        let claim = |keep| {
            let made = web(&format!("storage=fast keep={keep}"), "");
            made.object("PersistentVolumeClaim", "volume.media")["metadata"]["annotations"].clone()
        };
        assert_eq!(
            claim("#true")["argocd.argoproj.io/sync-options"],
            "Prune=false"
        );
        assert!(claim("#false")["argocd.argoproj.io/sync-options"].is_null());
    }

    #[test]
    fn who_holds_a_volume_alone_goes_before_the_next_one_comes() {
        let made = web("storage=fast", "");
        let spec = &made.object("Deployment", "web")["spec"];
        assert_eq!(spec["strategy"]["type"], "Recreate");
        let claim = made.object("PersistentVolumeClaim", "volume.media");
        assert_eq!(claim["spec"]["accessModes"][0], "ReadWriteOnce");
    }

    #[test]
    fn what_a_volume_takes_counts_against_quota_and_capacity() {
        let over = |ground: &str, quota: &str| {
            compile_tenant(&format!(
                r#"
                {ground}
                tenant shop {{
                    {quota}
                    volume media "200GiB" storage=fast
                }}"#
            ))
            .findings()
        };
        let found = over("", r#"quota { storage fast "100GiB"; }"#);
        assert!(found[0].starts_with("quota-exceeded"), "{found:#?}");
        assert!(found[0].contains("200GiB"), "{found:#?}");
        let small = r#"storage small { longhorn; capacity "100GiB"; }"#;
        let found = over(small, "");
        assert!(found.is_empty(), "it lies elsewhere: {found:#?}");
    }

    #[test]
    fn a_volume_that_nobody_declares_is_told_with_those_that_are() {
        let made = compile_tenant(
            r#"tenant shop {
                volume media "200GiB" storage=fast
                workload web {
                    container image="registry.example.com/shop/web:1.2.0"
                    on general
                    cpu 1
                    memory "1GiB"
                    mount "/media" volume=medai
                }
            }"#,
        );
        let found = made.findings();
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0], "unknown-name: no volume is called `medai`");
    }
}
