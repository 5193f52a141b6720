//! The containerized data importer's API as far as we write it (`cdi.kubevirt.io/v1beta1`).

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;

use super::kubevirt::Empty;

/// The group and version.
pub(crate) const API: &str = "cdi.kubevirt.io/v1beta1";

/// A disk that lives and dies with its machine.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DataVolumeTemplate {
    /// Name and labels.
    pub(crate) metadata: ObjectMeta,
    /// What it is.
    pub(crate) spec: DataVolumeSpec,
}

/// What a disk is.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct DataVolumeSpec {
    /// What it is filled from.
    pub(crate) source: Source,
    /// What it lies on.
    pub(crate) storage: Storage,
}

/// What a disk is filled from; one of them.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Source {
    /// Nothing.
    pub(crate) blank: Option<Empty>,
    /// A web address.
    pub(crate) http: Option<Http>,
    /// Another claim.
    pub(crate) pvc: Option<Pvc>,
    /// A container disk.
    pub(crate) registry: Option<Registry>,
    /// An object store.
    pub s3: Option<S3>,
}

/// A web address.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Http {
    /// `sha256:` and the digits.
    pub(crate) checksum: Option<String>,
    /// A Secret with user and password.
    pub(crate) secret_ref: Option<String>,
    /// The address.
    pub(crate) url: String,
}

/// An object store.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct S3 {
    /// A Secret with the access key.
    pub(crate) secret_ref: Option<String>,
    /// The address.
    pub(crate) url: String,
}

/// Another claim.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Pvc {
    /// Its name.
    pub(crate) name: String,
    /// Its namespace.
    pub(crate) namespace: String,
}

/// A container disk.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Registry {
    /// Who pulls: `node`, or a `pod` of the importer.
    pub(crate) pull_method: &'static str,
    /// A Secret with user and password; only for `pod`.
    pub(crate) secret_ref: Option<String>,
    /// `docker://` and the reference.
    pub(crate) url: String,
}

/// What a disk lies on.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Storage {
    /// Who may mount it.
    pub(crate) access_modes: Vec<&'static str>,
    /// Its size.
    pub(crate) resources: Requests,
    /// The storage class; the cluster's default when left out.
    pub(crate) storage_class_name: Option<String>,
    /// `Block` or `Filesystem`.
    pub(crate) volume_mode: &'static str,
}

/// What is asked for.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Requests {
    /// `storage` and the size.
    pub(crate) requests: BTreeMap<&'static str, String>,
}
