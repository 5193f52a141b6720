//! Objects that the language has no word for: read, and held to the node that they stand in.

use serde_yaml::Value;

use crate::{
    emit::{Tree, View, free},
    schema::kinds::Raw,
};

/// The kinds that proofs rest on: an object of ours answers for each, and one beside it would
/// open or bound what the spec says otherwise.
pub const PROVEN: &[&str] = &[
    "AdminNetworkPolicy",
    "BaselineAdminNetworkPolicy",
    "CiliumClusterwideNetworkPolicy",
    "CiliumNetworkPolicy",
    "ClusterNetworkPolicy",
    "GlobalNetworkPolicy",
    "GlobalNetworkSet",
    "LimitRange",
    "MultiNetworkPolicy",
    "Namespace",
    "NetworkPolicy",
    "NetworkSet",
    "ResourceQuota",
];

/// Kinds of the API that have no namespace, beside those whose name begins with `Cluster`.
const CLUSTER_WIDE: &[&str] = &[
    "APIService",
    "CSIDriver",
    "CSINode",
    "CertificateSigningRequest",
    "CustomResourceDefinition",
    "FlowSchema",
    "GatewayClass",
    "IngressClass",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "RuntimeClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
    "VolumeSnapshotClass",
];

/// Whether objects of a kind stand beside all namespaces.
pub fn is_cluster_wide(kind: &str) -> bool {
    CLUSTER_WIDE.contains(&kind) || kind.starts_with("Cluster")
}

/// An object, read.
#[derive(Debug, Clone)]
pub struct Object {
    /// The whole of it.
    pub tree: Tree,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The namespace that it names.
    pub namespace: Option<String>,
}

/// Whether a `raw` can be an object of a kind in whose name one of these words stands: who looks
/// for few kinds need not read all objects.
pub fn may_be(raw: &Raw, words: &[&str]) -> bool {
    let Some(object) = &raw.object else {
        return true;
    };
    words.iter().any(|word| object.text.value.0.contains(word))
}

/// Reads what a `raw` holds.
///
/// # Errors
/// Says why it is no object of the API.
pub fn read(raw: &Raw) -> Result<Object, String> {
    let tree = match (&raw.object, &raw.values) {
        (Some(object), _) => of_yaml(&object.text.value.0)?,
        (None, Some(values)) => {
            let mut tree = Tree::map();
            free::merge(&mut tree.root_mut(), &values.nodes, values.origin);
            tree
        }
        (None, None) => return Err("there is none".to_owned()),
    };
    if tree.root().view() != View::Map {
        return Err("it is no map of keys and values".to_owned());
    }
    let text = |pointer: &str| {
        let found = tree.at(pointer).and_then(|node| node.as_str());
        found.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let needed = |pointer: &str, key: &str| text(pointer).ok_or(format!("it has no `{key}`"));
    needed("/apiVersion", "apiVersion")?;
    let kind = needed("/kind", "kind")?;
    let name = needed("/metadata/name", "metadata.name")?;
    let namespace = text("/metadata/namespace");
    if kind.ends_with("List") && tree.at("/items").is_some() {
        return Err(format!("a {kind} is several objects"));
    }
    Ok(Object {
        kind,
        name,
        namespace,
        tree,
    })
}

/// One document of YAML. The reader refuses keys that stand twice, bounds how deep it goes and
/// how often an alias repeats.
fn of_yaml(text: &str) -> Result<Tree, String> {
    let value: Value = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    Tree::from_serialize(&value).map_err(|error| error.to_string())
}
