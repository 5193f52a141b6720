//! The controllers of containers that run until they are stopped.

use k8s_openapi::api::{
    apps::v1::{
        DaemonSet, DaemonSetSpec, Deployment, DeploymentSpec, StatefulSet,
        StatefulSetPersistentVolumeClaimRetentionPolicy, StatefulSetSpec,
        StatefulSetUpdateStrategy,
    },
    core::v1::PodTemplateSpec,
};
use tenantry_core::{
    emit::{Need, Objects},
    model::Replicas,
    origin::OriginId,
};

use super::{
    container::some,
    pod, policy, rollout,
    subject::{Controller, Subject},
    tenant_volume, volumes,
};
use crate::kube::{Draft, controller};

/// The pods' controller, if they have one that lives on.
pub(super) fn emit(subject: &Subject<'_>, out: &mut Objects) {
    let controller = subject.controller();
    if matches!(
        controller,
        Controller::Job | Controller::CronJob | Controller::Machine
    ) {
        return;
    }
    let Some(template) = pod::template(subject, "Always") else {
        return;
    };
    let draft = match controller {
        Controller::StatefulSet => stateful_set(subject, template),
        Controller::DaemonSet => daemon_set(subject, template),
        _ => deployment(subject, template),
    };
    let draft = match replicas(subject) {
        Some((_, origin)) => draft.mark_there("/spec/replicas", origin),
        None => draft,
    };
    let draft = rollout::mark(subject, draft);
    pod::mark(subject, draft, "/spec/template")
        .needs(needs(subject))
        .push(out);
}

fn deployment(subject: &Subject<'_>, template: PodTemplateSpec) -> Draft {
    let scope = &subject.scope;
    scope.object(&Deployment {
        metadata: scope.metadata(&subject.plan.name),
        spec: Some(DeploymentSpec {
            replicas: replicas(subject).map(|(count, _)| count),
            min_ready_seconds: rollout::pause(subject),
            progress_deadline_seconds: rollout::deadline(subject),
            selector: scope.selector(),
            strategy: Some(rollout::of_deployment(subject)),
            template,
            ..DeploymentSpec::default()
        }),
        status: None,
    })
}

fn stateful_set(subject: &Subject<'_>, template: PodTemplateSpec) -> Draft {
    let scope = &subject.scope;
    let disks = &subject.workload.disks;
    let keeps = disks
        .iter()
        .any(|disk| disk.spec.keep.value && !disk.spec.ephemeral.value);
    let templates = volumes::templates(subject);
    let retention = (!templates.is_empty()).then(|| {
        let when = if keeps { "Retain" } else { "Delete" };
        StatefulSetPersistentVolumeClaimRetentionPolicy {
            when_deleted: Some(when.to_owned()),
            when_scaled: Some(when.to_owned()),
        }
    });
    scope.object(&StatefulSet {
        metadata: scope.metadata(&subject.plan.name),
        spec: Some(StatefulSetSpec {
            persistent_volume_claim_retention_policy: retention,
            min_ready_seconds: rollout::pause(subject),
            // The first is ready before the next one starts: replicas follow a primary.
            pod_management_policy: Some("OrderedReady".to_owned()),
            replicas: replicas(subject).map(|(count, _)| count),
            selector: scope.selector(),
            service_name: Some(super::service::headless_name(subject)),
            template,
            update_strategy: Some(StatefulSetUpdateStrategy {
                type_: Some("RollingUpdate".to_owned()),
                ..StatefulSetUpdateStrategy::default()
            }),
            volume_claim_templates: some(templates),
            ..StatefulSetSpec::default()
        }),
        status: None,
    })
}

fn daemon_set(subject: &Subject<'_>, template: PodTemplateSpec) -> Draft {
    let scope = &subject.scope;
    scope.object(&DaemonSet {
        metadata: scope.metadata(&subject.plan.name),
        spec: Some(DaemonSetSpec {
            min_ready_seconds: rollout::pause(subject),
            selector: scope.selector(),
            template,
            update_strategy: Some(rollout::of_daemon_set(subject)),
            ..DaemonSetSpec::default()
        }),
        status: None,
    })
}

/// How many, and why. None where an autoscaler decides: a number here would undo its decision at
/// every apply.
pub(super) fn replicas(subject: &Subject<'_>) -> Option<(i32, OriginId)> {
    let count = |count: u64| i32::try_from(count).unwrap_or(i32::MAX);
    if !subject.is_on() {
        return Some((0, subject.workload.spec.run.origin));
    }
    match &subject.workload.replicas {
        Replicas::Fixed(fixed) => Some((count(u64::from(fixed.value)), fixed.origin)),
        Replicas::PerZone(each) => {
            let zones = subject.estate.clusters[subject.cluster.id]
                .zones
                .len()
                .max(1);
            Some((count(u64::from(each.value) * zones as u64), each.origin))
        }
        Replicas::PerNode(_) | Replicas::Scaled { .. } => None,
    }
}

/// What the pods cannot start without.
pub(super) fn needs(subject: &Subject<'_>) -> Vec<Need> {
    let Some(pod) = subject.pod() else {
        return Vec::new();
    };
    let spec = &subject.workload.spec;
    let mut needs = vec![
        subject.needs("v1", "ServiceAccount", &subject.plan.name),
        // A pod that is there before the policy may be open until the policy takes hold.
        subject.needs(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            policy::DEFAULT_DENY,
        ),
    ];
    let companions = pod.init.iter().flat_map(|init| &init.mount);
    let companions = companions.chain(pod.sidecar.iter().flat_map(|sidecar| &sidecar.mount));
    let mounts = spec.mount.iter().chain(companions);
    let vars = spec.var.iter();
    let vars = vars.chain(pod.init.iter().flat_map(|init| &init.var));
    let vars: Vec<_> = vars
        .chain(pod.sidecar.iter().flat_map(|one| &one.var))
        .collect();
    let mounts: Vec<_> = mounts.collect();
    let configs = mounts.iter().filter_map(|mount| mount.config.as_ref());
    let configs = configs.chain(vars.iter().filter_map(|var| var.config.as_ref()));
    needs.extend(configs.map(|name| subject.needs("v1", "ConfigMap", &name.value.text)));
    let claims = mounts.iter().filter_map(|mount| mount.volume.as_ref());
    needs.extend(claims.map(|name| {
        let claim = tenant_volume::claim_name(&name.value.text);
        subject.needs("v1", "PersistentVolumeClaim", &claim)
    }));
    let secrets = mounts.iter().filter_map(|mount| mount.secret.as_ref());
    let secrets = secrets.chain(vars.iter().filter_map(|var| var.secret.as_ref()));
    let secrets = secrets.map(|name| &*name.value.text).chain(pod.pull_secret);
    needs.extend(
        secrets.map(|name| subject.needs("external-secrets.io/v1", "ExternalSecret", name)),
    );
    needs.extend(controller::before(
        subject.estate,
        subject.cluster,
        subject.workload,
    ));
    needs
}

#[cfg(test)]
mod tests {
    use crate::testing::compile_tenant;

    #[test]
    fn equal_replicas_are_a_deployment_with_little_rights() {
        let made = compile_tenant(
            r#"tenant shop {
                workload web {
                    container image="registry.example.com/shop/web:1.2.0" { writable "/tmp"; }
                    on general
                    replicas 3
                    cpu "250m" limit=1
                    memory "256MiB"
                    var LEVEL info
                    port http 8080
                    probe ready port=http path="/ready"
                }
            }"#,
        );
        let spec = &made.object("Deployment", "web")["spec"];
        assert_eq!(spec["replicas"], 3);
        assert_eq!(
            spec["selector"]["matchLabels"]["tenantry.dev/workload"],
            "web"
        );
        let pod = &spec["template"]["spec"];
        assert_eq!(pod["nodeSelector"]["tenantry.dev/pool"], "general");
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
        let container = &pod["containers"][0];
        assert_eq!(container["resources"]["requests"]["cpu"], "250m");
        assert_eq!(container["resources"]["limits"]["cpu"], "1");
        assert_eq!(container["resources"]["limits"]["memory"], "256Mi");
        assert_eq!(container["readinessProbe"]["httpGet"]["port"], 8080);
        assert_eq!(
            container["securityContext"]["capabilities"]["drop"][0],
            "ALL"
        );
        assert_eq!(container["volumeMounts"][0]["mountPath"], "/tmp");
        assert_eq!(pod["volumes"][0]["emptyDir"]["sizeLimit"], "1Gi");
    }

    #[test]
    fn disks_of_their_own_make_replicas_stateful() {
        let made = compile_tenant(
            r#"tenant shop {
                workload db {
                    container image="registry.example.com/shop/db:16.4.0"
                    on general
                    replicas 2
                    cpu 1
                    memory "1GiB"
                    disk data "20GiB" storage=fast mount="/var/lib/db"
                    port sql 5432
                }
            }"#,
        );
        let spec = &made.object("StatefulSet", "db")["spec"];
        let claim = &spec["volumeClaimTemplates"][0];
        assert_eq!(claim["metadata"]["name"], "data");
        assert_eq!(claim["spec"]["accessModes"][0], "ReadWriteOnce");
        assert_eq!(claim["spec"]["storageClassName"], "fast");
        assert_eq!(
            spec["persistentVolumeClaimRetentionPolicy"]["whenDeleted"],
            "Retain"
        );
        let service = spec["serviceName"].as_str().unwrap();
        assert_eq!(made.object("Service", service)["spec"]["clusterIP"], "None");
    }

    #[test]
    fn a_disk_that_names_no_class_says_the_only_one() {
        let made = compile_tenant(
            r#"tenant shop {
                workload db {
                    container image="registry.example.com/shop/db:16.4.0"
                    on general
                    cpu 1
                    memory "1GiB"
                    disk data "20GiB" mount="/var/lib/db"
                }
            }"#,
        );
        let claim = &made.object("StatefulSet", "db")["spec"]["volumeClaimTemplates"][0];
        // No class of ours is the cluster's default: a claim without a name would wait for ever.
        assert_eq!(claim["spec"]["storageClassName"], "fast");
    }

    #[test]
    fn one_on_each_node_is_a_daemon_set_and_a_halted_workload_is_none() {
        let made = compile_tenant(
            r#"tenant ops {
                workload agent {
                    container image="registry.example.com/ops/agent:1.2.0"
                    on general
                    replicas 1 per=node
                    cpu "100m"
                    memory "128MiB"
                }
                workload off run=halted {
                    container image="registry.example.com/ops/off:1.2.0"
                    on general
                    replicas 4
                    cpu "100m"
                    memory "128MiB"
                }
            }"#,
        );
        assert!(made.has("DaemonSet", "agent"));
        assert_eq!(made.object("Deployment", "off")["spec"]["replicas"], 0);
        assert!(!made.has("PodDisruptionBudget", "off"));
    }
}
