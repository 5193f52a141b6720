//! Manifests, read as strictly as the API server would.
//!
//! Read are namespaces, nodes, pods and whatever makes pods out of a template, NetworkPolicies,
//! and what decides beside them. NetworkPolicies are held to everything that the API server
//! refuses; of the rest only what is looked at is judged. An object about which there is a
//! complaint is left out.

mod ahead;
mod at;
mod beside;
mod beyond;
mod calico;
mod names;
mod networkpolicy;
mod pods;
mod replicas;
mod selector;

use std::{collections::BTreeMap, net::IpAddr};

use serde_json::Value;

use self::{
    ahead::Ahead,
    at::{At, under},
    replicas::Replicated,
    selector::Selectors,
};
use crate::{Cluster, Namespace, labels::Labels};

/// One document of a file.
#[derive(Debug, Clone, Copy)]
pub struct Document<'d> {
    /// What the file is called.
    pub source: &'d str,
    /// The document's place in it, from 0.
    pub at: usize,
    /// What it says.
    pub value: &'d Value,
}

/// What is wrong with a manifest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Complaint {
    /// What the file is called.
    pub source: String,
    /// The document's place in it, from 0.
    pub at: usize,
    /// Whose: `NetworkPolicy shop/db`.
    pub object: String,
    /// Where in it: `spec.ingress[0].from[1].ipBlock.cidr`.
    pub path: String,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
}

/// Kinds that matter here and make no pods, of which somebody may have left the version out.
const NAMED: [&str; 3] = ["NetworkPolicy", "MultiNetworkPolicy", "Namespace"];

/// Lists hold objects, and nobody needs lists of lists of lists.
const MAX_LISTS: usize = 4;

/// Kinds, by group, that say nothing of pods, of what they listen on, or of who may call them.
const SILENT: &[(&str, &str)] = &[
    ("", "ConfigMap"),
    ("", "LimitRange"),
    ("", "PersistentVolume"),
    ("", "PersistentVolumeClaim"),
    ("", "ResourceQuota"),
    ("", "Secret"),
    ("", "ServiceAccount"),
    ("autoscaling", "HorizontalPodAutoscaler"),
    ("monitoring.coreos.com", "PrometheusRule"),
    ("monitoring.coreos.com", "ServiceMonitor"),
    ("policy", "PodDisruptionBudget"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    ("rbac.authorization.k8s.io", "Role"),
    ("rbac.authorization.k8s.io", "RoleBinding"),
    ("scheduling.k8s.io", "PriorityClass"),
    ("storage.k8s.io", "StorageClass"),
];

/// Whether objects of an API and kind are passed over whatever they say: who has many need not
/// bring those.
pub fn is_silent(api_version: &str, kind: &str) -> bool {
    let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
    SILENT.contains(&(group, kind))
}

/// Reads documents of any number of files: what they say there is, and everything that is wrong
/// with them, in their order. What is no Kubernetes object, or of a kind that does not matter
/// here, is passed over.
pub fn read<'d>(documents: impl IntoIterator<Item = Document<'d>>) -> (Cluster, Vec<Complaint>) {
    let documents: Vec<Document<'_>> = documents.into_iter().collect();
    let mut reader = Reader::default();
    let ahead = ahead::policies(&documents);
    for (document, ahead) in documents.iter().zip(ahead) {
        reader.ahead = ahead;
        reader.document(document);
    }
    reader.finish()
}

/// Takes complaints down, with the object that they are about.
#[derive(Debug, Default)]
struct Sink {
    source: String,
    at: usize,
    object: String,
    complaints: Vec<Complaint>,
    selectors: Selectors,
}

impl Sink {
    /// Something is wrong here.
    fn say(&mut self, here: &At<'_>, message: impl Into<String>) {
        self.complaints.push(Complaint {
            source: self.source.clone(),
            at: self.at,
            object: self.object.clone(),
            path: here.path(),
            message: message.into(),
        });
    }
}

/// What tells an object apart: its kind with the group, its namespace, its name.
type Key = (String, String, String);

#[derive(Debug, Default)]
struct Reader {
    cluster: Cluster,
    sink: Sink,
    /// The policy that the document is, where that was read before.
    ahead: Option<Ahead>,
    /// Where each object stood first.
    seen: BTreeMap<Key, (String, usize)>,
    /// Workloads of which each pod has labels of its own.
    replicated: Vec<Replicated>,
    /// The addresses of nodes, by name.
    nodes: BTreeMap<String, Vec<IpAddr>>,
}

/// An object's head, and what it says.
#[derive(Debug, Clone, Copy)]
struct Object<'o> {
    /// The group of its API; empty for the core.
    group: &'o str,
    version: &'o str,
    kind: &'o str,
    namespace: &'o str,
    name: &'o str,
    body: At<'o>,
}

impl<'o> Object<'o> {
    fn of(body: &'o At<'o>, version: &'o str, kind: &'o str) -> Self {
        let (group, version) = version.rsplit_once('/').unwrap_or(("", version));
        let metadata = body.value().get("metadata");
        let text = |name: &str| {
            let text = metadata?.get(name)?.as_str();
            text.filter(|text| !text.is_empty())
        };
        let name = text("name").or_else(|| text("generateName"));
        Self {
            group,
            version,
            kind,
            namespace: text("namespace").unwrap_or("default"),
            name: name.unwrap_or_default(),
            body: *body,
        }
    }

    /// As complaints call it.
    fn path(&self) -> String {
        match self.kind {
            "Namespace" | "Node" => format!("{} {}", self.kind, self.name),
            kind => format!("{kind} {}/{}", self.namespace, self.name),
        }
    }
}

impl Reader {
    fn document(&mut self, document: &Document<'_>) {
        document.source.clone_into(&mut self.sink.source);
        self.sink.at = document.at;
        self.value(&At::root(document.value), None, MAX_LISTS);
    }

    /// An object, or a list of them. Items of a list of one kind need not say which.
    fn value(&mut self, value: &At<'_>, list: Option<(&str, &str)>, depth: usize) {
        let text = |name: &str| value.value().get(name).and_then(Value::as_str);
        let Some(kind) = text("kind").or(list.map(|(_, kind)| kind)) else {
            return;
        };
        let version = text("apiVersion").or(list.map(|(version, _)| version));
        if let (Some(item), Some(items)) = (kind.strip_suffix("List"), value.child("items")) {
            let list = version.filter(|_| !item.is_empty());
            self.items(&items, list.map(|version| (version, item)), depth);
        } else if let Some(version) = version {
            self.object(value, version, kind);
        } else if pods::is_known(kind) || NAMED.contains(&kind) {
            kind.clone_into(&mut self.sink.object);
            self.sink.say(value, "has no apiVersion");
        }
    }

    fn items(&mut self, items: &At<'_>, list: Option<(&str, &str)>, depth: usize) {
        "List".clone_into(&mut self.sink.object);
        if depth == 0 {
            self.sink.say(items, "lists within lists end here");
            return;
        }
        match items.value() {
            Value::Array(rows) => {
                for (at, row) in rows.iter().enumerate() {
                    self.value(&items.item(at, row), list, depth - 1);
                }
            }
            _ => items.wrong("a list", &mut self.sink),
        }
    }

    fn object(&mut self, body: &At<'_>, version: &str, kind: &str) {
        let object = Object::of(body, version, kind);
        let (group, name) = (object.group, object.name);
        let read = match (group, kind) {
            ("", "Namespace") => Self::namespace,
            ("", "Node") => Self::node,
            ("", "Service") => Self::service,
            ("networking.k8s.io" | "extensions" | "", "NetworkPolicy") => Self::policy,
            (beyond::GROUP, "NetworkAttachmentDefinition") => Self::attachment,
            (beyond::GROUP, "MultiNetworkPolicy") => Self::policy_beyond,
            _ if beside::decides(&object) => Self::other_policy,
            _ if pods::makes_pods(&object) => Self::pods,
            _ => return,
        };
        self.sink.object = object.path();
        let metadata = body.child("metadata");
        let before = self.sink.complaints.len();
        for field in ["name", "generateName", "namespace"] {
            if let Some(field) = under(metadata.as_ref(), field) {
                field.text(&mut self.sink);
            }
        }
        if self.sink.complaints.len() > before {
            return;
        }
        if name.is_empty() {
            kind.clone_into(&mut self.sink.object);
            let place = metadata.as_ref().unwrap_or(body);
            self.sink.say(place, "has no name");
        } else if self.is_first(&object) {
            read(self, &object, before);
        }
    }

    /// Whether an object stands here for the first time. A second of the same name would replace
    /// the first, and which is which depends on the order of files.
    fn is_first(&mut self, object: &Object<'_>) -> bool {
        let space = match object.kind {
            "Namespace" | "Node" => "",
            _ => object.namespace,
        };
        let kind = format!("{}/{}", object.group, object.kind);
        let key = (kind, space.to_owned(), object.name.to_owned());
        let here = (self.sink.source.clone(), self.sink.at);
        let Some((source, at)) = self.seen.get(&key) else {
            self.seen.insert(key, here);
            return true;
        };
        let message = format!(
            "stands twice: the first is in {source}, document {}",
            at + 1
        );
        self.sink.say(&object.body, message);
        false
    }

    fn namespace(&mut self, object: &Object<'_>, before: usize) {
        let metadata = object.body.child("metadata");
        let labels = under(metadata.as_ref(), "labels");
        let labels = labels.map_or_else(Labels::new, |labels| labels.labels(&mut self.sink));
        if self.sink.complaints.len() == before {
            let namespace = Namespace::new(object.name, labels);
            let namespaces = &mut self.cluster.namespaces;
            namespaces.insert(object.name.to_owned(), namespace);
        }
    }

    fn node(&mut self, object: &Object<'_>, _: usize) {
        let status = object.body.child("status");
        let Some(addresses) = under(status.as_ref(), "addresses") else {
            return;
        };
        let mut found = Vec::new();
        addresses.items(&mut self.sink, |_, item| {
            // Among them are names of hosts too.
            let text = item.value().get("address").and_then(Value::as_str);
            found.extend(text.and_then(|text| text.parse::<IpAddr>().ok()));
        });
        self.nodes.insert(object.name.to_owned(), found);
    }

    fn policy(&mut self, object: &Object<'_>, before: usize) {
        if (object.group, object.version) != ("networking.k8s.io", "v1") {
            let message = match object.group {
                "extensions" => {
                    "extensions/v1beta1 is not served since Kubernetes 1.16: write \
                     networking.k8s.io/v1"
                }
                _ => "no such NetworkPolicy: its apiVersion is networking.k8s.io/v1",
            };
            self.sink.say(&object.body.field("apiVersion"), message);
            return;
        }
        let policy = match self.ahead.take() {
            Some(ahead) => {
                self.sink.complaints.extend(ahead.complaints);
                ahead.policy
            }
            None => networkpolicy::policy(object, &mut self.sink),
        };
        if self.sink.complaints.len() == before {
            self.cluster.add_policy(policy);
        }
    }

    fn attachment(&mut self, object: &Object<'_>, _: usize) {
        let name = format!("{}/{}", object.namespace, object.name);
        let attachment = beyond::attachment(object);
        self.cluster.attachments.insert(name, attachment);
    }

    fn policy_beyond(&mut self, object: &Object<'_>, before: usize) {
        if !["v1beta1", "v1beta2"].contains(&object.version) {
            let message = "no such MultiNetworkPolicy: its apiVersion is k8s.cni.cncf.io/v1beta1 \
                           or /v1beta2";
            self.sink.say(&object.body.field("apiVersion"), message);
            return;
        }
        let policy = beyond::policy(object, &mut self.sink);
        if self.sink.complaints.len() == before {
            self.cluster.mention(&policy.policy.namespace);
            self.cluster.beyond.push(policy);
        }
    }

    fn service(&mut self, object: &Object<'_>, before: usize) {
        let service = beside::service(object, &mut self.sink);
        if self.sink.complaints.len() == before {
            self.cluster.beside.extend(service);
        }
    }

    fn other_policy(&mut self, object: &Object<'_>, _: usize) {
        self.cluster.beside.extend(beside::policies(object));
    }

    fn pods(&mut self, object: &Object<'_>, before: usize) {
        let pod = pods::pod(object, &mut self.sink);
        if self.sink.complaints.len() == before {
            let id = self.cluster.add_pod(pod);
            self.replicated.extend(Replicated::of(object, id));
        }
    }

    fn finish(mut self) -> (Cluster, Vec<Complaint>) {
        replicas::tell_apart(&mut self.cluster, &self.replicated);
        for pod in &mut self.cluster.pods {
            let node = pod.node.as_ref().and_then(|node| self.nodes.get(node));
            pod.host_addresses.extend(node.into_iter().flatten());
            if pod.host_network {
                pod.host_addresses.extend(&pod.addresses);
            }
            pod.host_addresses.sort_unstable();
            pod.host_addresses.dedup();
            if pod.host_network {
                pod.addresses.extend(&pod.host_addresses);
            }
            pod.addresses.sort_unstable();
            pod.addresses.dedup();
        }
        (self.cluster, self.sink.complaints)
    }
}
