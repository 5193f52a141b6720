//! Objects of the spec's own: as they stand, with our labels, and listed as unproven.

use tenantry_core::{
    emit::{Objects, View},
    lower::LoweredTenant,
    raw,
    schema::kinds::Raw,
};

use super::{Ground, subject::Subject};
use crate::kube::Scope;

/// Those of the cluster.
pub(super) fn of_cluster(ground: &Ground<'_>, out: &mut Objects) {
    for spec in &ground.spec().spec.raw {
        let path = format!("raw.{}", spec.name.value);
        let scope = ground.platform(&path, spec.meta.origin);
        emit(&scope, spec, out);
    }
}

/// Those of a tenant, in the cluster that each names, or its only one.
pub(super) fn of_tenant(ground: &Ground<'_>, tenant: &LoweredTenant, out: &mut Objects) {
    let here = ground.spec().name.value.as_str();
    for spec in &ground.estate.tenants[tenant.id].spec.raw {
        let elsewhere = |name: &str| name != here;
        if spec
            .cluster
            .as_ref()
            .is_some_and(|name| elsewhere(&name.value.text))
        {
            continue;
        }
        emit(&ground.tenant(tenant).because(spec.meta.origin), spec, out);
    }
}

/// Those of a workload.
pub(super) fn of_workload(subject: &Subject<'_>, out: &mut Objects) {
    for spec in &subject.workload.spec.raw {
        emit(&subject.scope.clone().because(spec.meta.origin), spec, out);
    }
}

fn emit(scope: &Scope<'_>, spec: &Raw, out: &mut Objects) {
    // What cannot be read was told, and nothing is built then.
    let Ok(object) = raw::read(spec) else { return };
    let mut tree = object.tree;
    let mut root = tree.root_mut();
    root.mark(spec.meta.origin);
    let mut metadata = root.map("metadata");
    if let Some(namespace) = scope
        .namespace
        .as_ref()
        .filter(|_| object.namespace.is_none())
    {
        metadata.set("namespace", namespace);
    }
    let ours = scope.foreign_metadata();
    for (field, rows) in [("labels", ours.labels), ("annotations", ours.annotations)] {
        let mut map = metadata.map(field);
        for (key, value) in rows.unwrap_or_default() {
            map.set(&key, &value);
        }
        debug_assert!(map.get().view() == View::Map, "made a map");
    }
    let wave = spec.wave.as_ref().map_or(0, |wave| u32::from(wave.value));
    scope.foreign(tree).unproven(wave).push(out);
}

#[cfg(test)]
mod tests {
    use crate::testing::compile_tenant;

    const LIMITS: &str = r#"
        raw limits because="the broker's operator reads it" wave=9 {
            values {
                apiVersion "messaging.example.com/v1"
                kind BrokerLimits
                metadata { name limits; }
                spec { rates { - 10; - 20; }; }
            }
        }"#;

    #[test]
    fn an_object_of_its_own_is_its_tenant_s_and_listed_as_unproven() {
        let made = compile_tenant(&format!("tenant shop {{ {LIMITS} }}"));
        let object = made.object("BrokerLimits", "limits");
        assert_eq!(object["metadata"]["namespace"], "shop");
        assert_eq!(object["metadata"]["labels"]["tenantry.dev/tenant"], "shop");
        assert_eq!(object["spec"]["rates"][1], 20);
        assert_eq!(made.wave("BrokerLimits shop/limits"), 9);
        assert!(made.unproven().contains(&"BrokerLimits limits".to_owned()));
        assert_eq!(made.unproven().len(), 1, "nothing else is");
    }

    #[test]
    fn one_of_a_workload_lies_in_its_file_and_is_not_one_of_its_pods() {
        let made = compile_tenant(&format!(
            r#"tenant shop {{
                workload web {{
                    container image="registry.example.com/shop/web:1.2.0"
                    on general
                    cpu 1
                    memory "1GiB"
                    {LIMITS}
                }}
            }}"#
        ));
        let labels = made.object("BrokerLimits", "limits")["metadata"]["labels"].clone();
        assert!(labels["tenantry.dev/workload"].is_null(), "{labels:?}");
        let files = made.files();
        assert!(files["kubernetes/one/shop/web.yaml"].contains("BrokerLimits"));
    }

    #[test]
    fn what_is_emitted_anyway_is_not_written_beside_it() {
        let made = compile_tenant(
            r#"tenant shop {
                config settings { entry MODE fast; }
                raw mine because="a test" {
                    object "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}"
                }
            }"#,
        );
        let found = made.findings();
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].starts_with("raw-taken"), "{found:?}");
    }
}
