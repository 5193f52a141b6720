//! Manifests, read as strictly as the API server would.
//!
//! Read are namespaces, nodes, pods and whatever makes pods out of a template, NetworkPolicies,
//! policies of the whole cluster, and what decides beside them. Policies are held to everything
//! that the API server refuses; of the rest only what is looked at is judged. An object about which there is a
//! complaint is left out.

mod at;
mod beside;
mod beyond;
mod calico;
mod kinds;
mod merge;
mod names;
mod networkpolicy;
mod pods;
pub(crate) mod replicas;
mod selector;
mod tiers;

use std::net::IpAddr;

use self::{
    at::{At, under},
    merge::{Found, Key, Merged, Says},
    replicas::Replicated,
    selector::Selectors,
};
use crate::{Cluster, Namespace, labels::Labels, node::Node, par};

/// One document of a file.
#[derive(Debug, Clone, Copy)]
pub struct Document<'d> {
    /// What the file is called.
    pub source: &'d str,
    /// The document's place in it, from 0.
    pub at: usize,
    /// What it says.
    pub value: Node<'d>,
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

/// From how many documents on they are read in parts, all at once.
const MANY: usize = 256;

/// Into how many: each part shares what its selectors ask for.
const PARTS: usize = 16;

/// Reads documents of any number of files: what they say there is, and everything that is wrong
/// with them, in their order. What is of a kind that does not matter here is passed over; what is no
/// Kubernetes object is wrong, but for a document that holds nothing.
pub fn read<'d>(documents: impl IntoIterator<Item = Document<'d>>) -> (Cluster, Vec<Complaint>) {
    let documents: Vec<Document<'_>> = documents.into_iter().collect();
    let part = match documents.len() {
        ..MANY => MANY,
        many => many.div_ceil(PARTS),
    };
    let parts = documents.chunks(part).enumerate();
    let parts: Vec<(usize, &[Document<'_>])> = parts.map(|(at, own)| (at * part, own)).collect();
    let read = par::map(&parts, |(first, documents)| Part::of(*first, documents));
    let mut merged = Merged::of(&documents);
    for found in read.into_iter().flatten() {
        merged.take(found);
    }
    merged.finish()
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

/// What is read of some documents, each by itself.
#[derive(Debug, Default)]
struct Part {
    sink: Sink,
    /// The place of the document among all.
    document: usize,
    found: Vec<Found>,
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

    /// Its namespace; empty for what is in none.
    fn space(&self) -> &'o str {
        match self.kind {
            "Namespace" | "Node" => "",
            _ if tiers::decides(self) => "",
            _ => self.namespace,
        }
    }

    /// What tells it apart.
    fn key(&self) -> Key {
        let namespace = self.space();
        Key {
            group: self.group.to_owned(),
            kind: self.kind.to_owned(),
            namespace: namespace.to_owned(),
            name: self.name.to_owned(),
        }
    }
}

/// An object as complaints call it.
fn path_of(kind: &str, namespace: &str, name: &str) -> String {
    match kind {
        "Namespace" | "Node" => format!("{kind} {name}"),
        // What is in no namespace; CRDs of Calico share two of these names and are.
        _ if namespace.is_empty() => format!("{kind} {name}"),
        _ => format!("{kind} {namespace}/{name}"),
    }
}

impl Part {
    /// Reads documents, of which the first has this place among all.
    fn of(first: usize, documents: &[Document<'_>]) -> Vec<Found> {
        let mut part = Self::default();
        for (document, place) in documents.iter().zip(first..) {
            part.document = place;
            document.source.clone_into(&mut part.sink.source);
            part.sink.at = document.at;
            if !document.value.is_null() {
                part.value(&At::root(document.value), None, MAX_LISTS);
            }
        }
        part.found
    }

    /// An object, or a list of them. Items of a list of one kind need not say which.
    fn value(&mut self, value: &At<'_>, list: Option<(&str, &str)>, depth: usize) {
        let Some((version, kind)) = kinds::head(value, list, &mut self.sink) else {
            self.complained();
            return;
        };
        match (kind.strip_suffix("List"), value.child("items")) {
            (Some(item), Some(items)) => {
                let list = (!item.is_empty()).then_some((version, item));
                self.items(&items, list, depth);
            }
            _ => self.object(value, version, kind),
        }
    }

    fn items(&mut self, items: &At<'_>, list: Option<(&str, &str)>, depth: usize) {
        "List".clone_into(&mut self.sink.object);
        if depth == 0 {
            self.sink.say(items, "lists within lists end here");
            self.complained();
            return;
        }
        match items.value().items() {
            Some(rows) => {
                for (at, row) in rows.enumerate() {
                    self.value(&items.item(at, row), list, depth - 1);
                }
            }
            None => {
                items.wrong("a list", &mut self.sink);
                self.complained();
            }
        }
    }

    fn object(&mut self, body: &At<'_>, version: &str, kind: &str) {
        let object = Object::of(body, version, kind);
        // A misspelt kind is no other kind, whatever its template looks like.
        let unknown = kinds::unknown(object.group, kind);
        let read = match (object.group, kind) {
            ("", "Namespace") => namespace,
            ("", "Node") => node,
            ("", "Service") => service,
            ("networking.k8s.io" | "extensions" | "", "NetworkPolicy") => policy,
            (beyond::GROUP, "NetworkAttachmentDefinition") => attachment,
            (beyond::GROUP, "MultiNetworkPolicy") => policy_beyond,
            _ if tiers::decides(&object) => tier,
            _ if beside::decides(&object) => other_policy,
            _ if unknown.is_none() && pods::makes_pods(&object) => pods,
            _ => {
                if let Some((field, message)) = unknown {
                    self.sink.object = path_of(kind, object.space(), object.name);
                    self.sink.say(&body.field(field), message);
                    self.complained();
                }
                return;
            }
        };
        self.sink.object = path_of(kind, object.space(), object.name);
        let metadata = body.child("metadata");
        for field in ["name", "generateName", "namespace"] {
            if let Some(field) = under(metadata.as_ref(), field) {
                field.text(&mut self.sink);
            }
        }
        if !self.sink.complaints.is_empty() {
            self.complained();
        } else if object.name.is_empty() {
            kind.clone_into(&mut self.sink.object);
            let place = metadata.as_ref().unwrap_or(body);
            self.sink.say(place, "has no name");
            self.complained();
        } else {
            let says = read(&object, &mut self.sink);
            let right = self.sink.complaints.is_empty();
            self.found(Some(object.key()), body.path(), says.filter(|_| right));
        }
    }

    /// Nothing was read but complaints.
    fn complained(&mut self) {
        self.found(None, String::new(), None);
    }

    fn found(&mut self, key: Option<Key>, path: String, says: Option<Says>) {
        self.found.push(Found {
            document: self.document,
            key,
            path,
            complaints: std::mem::take(&mut self.sink.complaints),
            says,
        });
    }
}

fn namespace(object: &Object<'_>, sink: &mut Sink) -> Option<Says> {
    let metadata = object.body.child("metadata");
    let labels = under(metadata.as_ref(), "labels");
    let labels = labels.map_or_else(Labels::new, |labels| labels.labels(sink));
    Some(Says::Namespace(Namespace::new(object.name, labels)))
}

fn node(object: &Object<'_>, sink: &mut Sink) -> Option<Says> {
    let status = object.body.child("status");
    let addresses = under(status.as_ref(), "addresses")?;
    let mut found = Vec::new();
    addresses.items(sink, |_, item| {
        // Among them are names of hosts too.
        let text = item.value().get("address").and_then(Node::as_str);
        found.extend(text.and_then(|text| text.parse::<IpAddr>().ok()));
    });
    Some(Says::Node(found))
}

fn policy(object: &Object<'_>, sink: &mut Sink) -> Option<Says> {
    if (object.group, object.version) != ("networking.k8s.io", "v1") {
        let message = match object.group {
            "extensions" => {
                "extensions/v1beta1 is not served since Kubernetes 1.16: write \
                 networking.k8s.io/v1"
            }
            _ => "no such NetworkPolicy: its apiVersion is networking.k8s.io/v1",
        };
        sink.say(&object.body.field("apiVersion"), message);
        return None;
    }
    Some(Says::Policy(networkpolicy::policy(object, sink)))
}

fn attachment(object: &Object<'_>, _: &mut Sink) -> Option<Says> {
    let name = format!("{}/{}", object.namespace, object.name);
    Some(Says::Attachment(name, beyond::attachment(object)))
}

fn policy_beyond(object: &Object<'_>, sink: &mut Sink) -> Option<Says> {
    if !["v1beta1", "v1beta2"].contains(&object.version) {
        let message = "no such MultiNetworkPolicy: its apiVersion is k8s.cni.cncf.io/v1beta1 \
                       or /v1beta2";
        sink.say(&object.body.field("apiVersion"), message);
        return None;
    }
    Some(Says::Beyond(beyond::policy(object, sink)))
}

fn service(object: &Object<'_>, sink: &mut Sink) -> Option<Says> {
    let beside = beside::service(object, sink);
    Some(Says::Service(beside, beside::called(object)))
}

fn tier(object: &Object<'_>, sink: &mut Sink) -> Option<Says> {
    let policy = tiers::policy(object, sink);
    if !sink.complaints.is_empty() {
        return None;
    }
    Some(match policy {
        Some(policy) => Says::Tier(policy),
        // It speaks of somebody whom nothing here tells of.
        None => Says::Beside(beside::policies(object)),
    })
}

fn other_policy(object: &Object<'_>, _: &mut Sink) -> Option<Says> {
    Some(Says::Beside(beside::policies(object)))
}

fn pods(object: &Object<'_>, sink: &mut Sink) -> Option<Says> {
    let pod = pods::pod(object, sink);
    Some(Says::Pods(Box::new(pod), Replicated::of(object)))
}

#[cfg(test)]
mod tests;
