//! The credentials with which Velero writes to a store: fetched from where the spec says they
//! lie, and put into the form that its plugin reads.

use serde_json::json;
use tenantry_core::{
    emit::{Need, Objects},
    model::BackupStore,
    schema::kinds::S3Store,
    units::SecretStore,
};

use super::{
    NAME,
    values::{
        Context,
        velero::{self, CREDENTIALS_KEY},
    },
};
use crate::kube::{Custom, Scope};

/// The properties that the secret must have where it lies.
const PROPERTIES: [(&str, &str); 2] = [("accessKey", "access-key"), ("secretKey", "secret-key")];

/// The file, a template of External Secrets.
const FILE: &str =
    "[default]\naws_access_key_id={{ .accessKey }}\naws_secret_access_key={{ .secretKey }}\n";

/// Adds one secret per store that names where its credentials lie.
pub(crate) fn write(cx: &Context<'_>, out: &mut Objects) {
    if cx
        .component("velero")
        .is_some_and(|velero| velero.is_ours())
    {
        for (store, s3) in velero::stores(cx) {
            of_store(cx, store, s3, out);
        }
    }
}

fn of_store(cx: &Context<'_>, store: &BackupStore, s3: &S3Store, out: &mut Objects) {
    let Some(secret) = s3
        .secret
        .as_ref()
        .filter(|secret| secret.value.store() == SecretStore::Vault)
    else {
        return;
    };
    let path = format!("backup-store.{}", store.name.value);
    let mut scope = Scope::platform(NAME, cx.estate, cx.id, path, store.meta.origin);
    scope.namespace = cx.platform.namespace(cx.id, "velero");
    let name = velero::secret_name(store);
    let data: Vec<_> = PROPERTIES
        .iter()
        .map(|(here, there)| {
            json!({
                "remoteRef": {
                    "conversionStrategy": "Default",
                    "decodingStrategy": "None",
                    "key": secret.value.path(),
                    "metadataPolicy": "None",
                    "property": there,
                },
                "secretKey": here,
            })
        })
        .collect();
    let spec = json!({
        "data": data,
        "refreshInterval": "1h",
        "secretStoreRef": { "kind": "ClusterSecretStore", "name": secret.value.store().name() },
        "target": {
            "creationPolicy": "Owner",
            "deletionPolicy": "Retain",
            "name": name,
            "template": {
                "data": { CREDENTIALS_KEY: FILE },
                "engineVersion": "v2",
                "mergePolicy": "Replace",
            },
        },
    });
    let object = Custom {
        api_version: "external-secrets.io/v1",
        kind: "ExternalSecret",
        metadata: scope.metadata(&name),
        spec,
    };
    scope
        .object(&object)
        .mark("/spec/data", secret.origin)
        .need(Need::Component("external-secrets"))
        .push(out);
}
