//! Files and values of a tenant, and its secrets from outside.

use k8s_openapi::api::core::v1::ConfigMap;
use serde::Serialize;
use tenantry_core::{
    emit::{Need, Objects},
    lower::LoweredTenant,
    model::Tenant,
    schema::kinds::{Config, Secret},
    units::SecretStore,
};

use super::Ground;
use crate::kube::{Custom, Scope, pointer};

/// The tenant's `config`s and `secret`s.
pub(super) fn emit(ground: &Ground<'_>, tenant: &LoweredTenant, out: &mut Objects) {
    let spec = &ground.estate.tenants[tenant.id];
    let scope = ground.tenant(tenant);
    for config in &spec.spec.config {
        config_map(&scope.clone().because(config.meta.origin), config, out);
    }
    for secret in &spec.spec.secret {
        let pulls = pulls(ground, spec, secret);
        external_secret(
            &scope.clone().because(secret.meta.origin),
            secret,
            pulls,
            out,
        );
    }
}

fn config_map(scope: &Scope<'_>, config: &Config, out: &mut Objects) {
    let files = config.file.iter().map(|file| {
        (
            file.name.value.to_string(),
            file.text.value.0.to_string(),
            file.text.origin,
        )
    });
    let entries = config.entry.iter().map(|entry| {
        (
            entry.name.value.to_string(),
            entry.value.value.to_string(),
            entry.value.origin,
        )
    });
    let rows: Vec<_> = files.chain(entries).collect();
    let mut draft = scope.object(&ConfigMap {
        data: Some(
            rows.iter()
                .map(|(key, text, _)| (key.clone(), text.clone()))
                .collect(),
        ),
        metadata: scope.metadata(config.name.value.as_str()),
        ..ConfigMap::default()
    });
    for (key, _, origin) in &rows {
        draft = draft.mark(&pointer("/data", key), *origin);
    }
    draft.push(out);
}

/// Whether a workload of the tenant pulls its image with this secret.
fn pulls(ground: &Ground<'_>, tenant: &Tenant, secret: &Secret) -> bool {
    let named = |name: Option<&str>| name == Some(secret.name.value.as_str());
    ground
        .estate
        .workloads
        .values()
        .filter(|workload| ground.estate.tenants[workload.tenant].name.value == tenant.name.value)
        .any(|workload| {
            let container = workload.spec.container.as_ref();
            let job = workload.spec.job.as_ref();
            let of_container = container.and_then(|spec| spec.pull_secret.as_ref());
            let of_job = job.and_then(|spec| spec.pull_secret.as_ref());
            named(of_container.or(of_job).map(|name| &*name.value.text))
        })
}

/// An `ExternalSecret` of the External Secrets Operator, with what we write of it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct ExternalSecret {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data: Vec<Data>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data_from: Vec<DataFrom>,
    refresh_interval: String,
    secret_store_ref: StoreRef,
    target: SecretTarget,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    remote_ref: RemoteRef,
    secret_key: String,
}

#[derive(Debug, Clone, Serialize)]
struct DataFrom {
    extract: RemoteRef,
}

/// Where it lies. The operator writes its defaults back, so they are said.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct RemoteRef {
    conversion_strategy: &'static str,
    decoding_strategy: &'static str,
    key: String,
    metadata_policy: &'static str,
    property: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct StoreRef {
    kind: &'static str,
    name: &'static str,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct SecretTarget {
    creation_policy: &'static str,
    deletion_policy: &'static str,
    name: String,
    template: Option<Template>,
}

#[derive(Debug, Clone, Serialize)]
struct Template {
    #[serde(rename = "type")]
    kind: &'static str,
}

/// The key that a secret for image registries must have.
const DOCKER_KEY: &str = ".dockerconfigjson";

fn external_secret(scope: &Scope<'_>, secret: &Secret, pulls: bool, out: &mut Objects) {
    // Files beside the estate never leave the machine that holds them: `check` has refused them.
    if secret.from.value.store() != SecretStore::Vault {
        return;
    }
    let remote = |property: Option<String>| RemoteRef {
        conversion_strategy: "Default",
        decoding_strategy: "None",
        key: secret.from.value.path().to_owned(),
        metadata_policy: "None",
        property,
    };
    let data: Vec<Data> = secret
        .key
        .iter()
        .map(|key| {
            let there = key.from.as_ref().map(|from| from.value.to_string());
            let here = key.name.value.to_string();
            Data {
                remote_ref: remote(Some(there.unwrap_or_else(|| here.clone()))),
                secret_key: if pulls { DOCKER_KEY.to_owned() } else { here },
            }
        })
        .collect();
    let whole = data.is_empty().then(|| DataFrom {
        extract: remote(None),
    });
    let name = secret.name.value.to_string();
    let draft = scope.object(&Custom {
        api_version: "external-secrets.io/v1",
        kind: "ExternalSecret",
        metadata: scope.metadata(&name),
        spec: ExternalSecret {
            data,
            data_from: whole.into_iter().collect(),
            refresh_interval: secret.refresh.value.go(),
            secret_store_ref: StoreRef {
                kind: "ClusterSecretStore",
                name: secret.from.value.store().name(),
            },
            target: SecretTarget {
                creation_policy: "Owner",
                deletion_policy: "Retain",
                name,
                template: pulls.then_some(Template {
                    kind: "kubernetes.io/dockerconfigjson",
                }),
            },
        },
    });
    let keys = secret.key.iter().enumerate();
    let draft = keys.fold(draft, |draft, (at, key)| {
        let at = format!("/spec/data/{at}");
        draft
            .mark(&at, key.meta.origin)
            .mark(&format!("{at}/remoteRef/key"), secret.from.origin)
    });
    draft
        .mark("/spec/refreshInterval", secret.refresh.origin)
        .mark("/spec/secretStoreRef", secret.from.origin)
        .need(Need::Component("external-secrets"))
        .push(out);
}

#[cfg(test)]
mod tests {
    use crate::testing::compile_tenant;

    #[test]
    fn a_secret_is_a_pointer_to_the_store_named_for_its_kind() {
        let made = compile_tenant(
            r#"tenant acme {
                quota pods=5
                secret s3 from="vault:secret/data/acme/s3" refresh="15m" {
                    key access-key
                    key secret-key from=secret
                }
                secret all from="vault:secret/data/acme/all"
            }"#,
        );
        let secret = made.object("ExternalSecret", "s3");
        let spec = &secret["spec"];
        assert_eq!(spec["secretStoreRef"]["name"], "vault");
        assert_eq!(spec["data"][0]["remoteRef"]["property"], "access-key");
        assert_eq!(spec["data"][1]["remoteRef"]["property"], "secret");
        assert_eq!(spec["data"][1]["secretKey"], "secret-key");
        let all = made.object("ExternalSecret", "all");
        assert_eq!(
            all["spec"]["dataFrom"][0]["extract"]["key"],
            "secret/data/acme/all"
        );
    }

    #[test]
    fn a_config_is_a_config_map_of_its_files_and_entries() {
        let made = compile_tenant(
            r#"tenant acme {
                quota pods=5
                config web {
                    file "nginx.conf" "worker_processes 2;"
                    entry level debug
                }
            }"#,
        );
        let config = made.object("ConfigMap", "web");
        assert_eq!(config["data"]["nginx.conf"], "worker_processes 2;");
        assert_eq!(config["data"]["level"], "debug");
    }
}
