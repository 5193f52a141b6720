//! What an estate compiles to, cut into what each cluster would be given.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_yaml::Value;
use tenantry_core::Built;

/// Namespaces that are made by whoever installs an operator without a chart, or by what the
/// estate says is there already.
const INSTALLED: &[&str] = &["cdi", "kubevirt", "metallb-system", "monitoring", "velero"];

/// The objects of one cluster.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Case {
    /// The estate, the environment and the cluster.
    #[serde(rename = "case")]
    pub(crate) name: String,
    /// Namespaces that are there before.
    pub(crate) ground: BTreeSet<String>,
    /// In the order in which they were emitted.
    pub(crate) objects: Vec<Object>,
}

/// One document.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Object {
    /// When it is applied.
    pub(crate) wave: u32,
    /// Its bytes.
    pub(crate) yaml: String,
    /// What it is called in a failure: `Deployment acme/api`.
    #[serde(skip)]
    pub(crate) name: String,
    /// Whether the spec wrote it itself: then its kind may be one that nobody here serves.
    #[serde(skip)]
    pub(crate) raw: bool,
}

impl Case {
    /// The clusters of all environments.
    pub(crate) fn all_of(estate: &str, built: &Built) -> Vec<Self> {
        let mut cases: BTreeMap<String, Self> = BTreeMap::new();
        for output in &built.outputs {
            for file in output.artifacts.iter() {
                let mut path = file.path.as_str().split('/');
                let (Some(folder), Some(cluster)) = (path.next(), path.next()) else {
                    continue;
                };
                let env = output.env.as_deref().unwrap_or("all");
                let name = format!("{estate} {env} {cluster}");
                let text = || str::from_utf8(&file.bytes).expect("a manifest is text");
                if !file.objects.is_empty() {
                    let case = cases.entry(name.clone()).or_insert_with(|| Self::new(name));
                    let documents: Vec<&str> = documents(text()).collect();
                    assert_eq!(documents.len(), file.objects.len(), "{}", file.path);
                    for (entry, yaml) in file.objects.iter().zip(documents) {
                        let of = entry
                            .namespace
                            .as_ref()
                            .map_or(String::new(), |it| format!("{it}/"));
                        case.objects.push(Object {
                            wave: entry.wave,
                            yaml: yaml.to_owned(),
                            name: format!("{} {of}{}", entry.kind, entry.name),
                            raw: entry.unproven,
                        });
                    }
                } else if folder == "helm" && file.path.file_name() == "helmfile.yaml" {
                    let case = cases.entry(name.clone()).or_insert_with(|| Self::new(name));
                    case.ground.extend(namespaces_of_releases(text()));
                }
            }
        }
        cases.into_values().map(Self::settled).collect()
    }

    /// Adds two copies of each object that can be changed, applied after all others: one under
    /// another name only, and one changed as well. How many there are, and what the changed ones
    /// are called.
    pub(crate) fn repeat(
        &mut self,
        change: impl Fn(&Object) -> Option<String>,
    ) -> (usize, Vec<String>) {
        let last = self.objects.iter().map(|object| object.wave).max();
        let wave = last.unwrap_or_default() + 1;
        let copy = |object: &Object, yaml: &str, of: &str| Object {
            wave,
            // Nothing that stands before the object's own name is called `name`.
            yaml: yaml.replacen("\n  name: ", &format!("\n  name: {of}-"), 1),
            name: format!("{} {of}", object.name),
            raw: object.raw,
        };
        let changed = self.objects.iter().filter_map(|it| Some((it, change(it)?)));
        let copies = changed.map(|(object, yaml)| {
            (
                copy(object, &object.yaml, "kept"),
                copy(object, &yaml, "broken"),
            )
        });
        let (kept, broken): (Vec<_>, Vec<_>) = copies.unzip();
        let found = (
            kept.len(),
            broken.iter().map(|object| object.name.clone()).collect(),
        );
        self.objects.extend(kept.into_iter().chain(broken));
        found
    }

    fn new(name: String) -> Self {
        Self {
            name,
            ground: INSTALLED.iter().map(|it| (*it).to_owned()).collect(),
            objects: Vec::new(),
        }
    }

    /// What the objects bring themselves is not there before them.
    fn settled(mut self) -> Self {
        for object in &self.objects {
            if let Some(name) = object.name.strip_prefix("Namespace ") {
                self.ground.remove(name);
            }
        }
        self
    }
}

/// The documents of a file that we wrote: a line of three hyphens is between two.
fn documents(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_prefix("---\n").unwrap_or(text);
    text.split("\n---\n")
        .filter(|document| document.contains("kind:"))
}

/// Helmfile makes the namespaces of its releases.
fn namespaces_of_releases(helmfile: &str) -> Vec<String> {
    let read: Value = serde_yaml::from_str(helmfile).expect("a helmfile is YAML");
    let releases = read.get("releases").and_then(Value::as_sequence);
    let releases = releases.into_iter().flatten();
    releases
        .filter_map(|release| release.get("namespace")?.as_str().map(str::to_owned))
        .collect()
}
