//! A whole output folder: every file that the manifest lists, by the referee of its target.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::{Skip, Violation, ansible, helm, kubernetes, proxmox, shell};
use crate::golden;

/// The manifest's file, at the top of an output folder.
const MANIFEST: &str = "manifest.json";
/// Beside the manifest, made anew where absent, listed by nobody.
const UNLISTED: &[&str] = &[MANIFEST, "sourcemap.json"];
const KUSTOMIZATION: &str = "kustomization.yaml";

/// What we read of the manifest. The rest is the compiler's own concern.
#[derive(Deserialize)]
struct Manifest {
    files: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    path: String,
    target: String,
}

/// What the referees say about a folder.
#[derive(Debug, Default)]
pub struct Report {
    /// By file, relative to the folder.
    pub violations: Vec<(String, Violation)>,
    /// Files that nobody here could judge, and why.
    pub skipped: Vec<(String, Skip)>,
    /// How many documents were judged: objects, plans, values files, inventories.
    pub judged: usize,
}

impl Report {
    fn refuse(&mut self, file: &str, message: impl Into<String>) {
        let violation = Violation {
            pointer: String::new(),
            message: message.into(),
        };
        self.violations.push((file.to_owned(), violation));
    }

    fn take(&mut self, file: &str, judged: Result<Vec<Violation>, Skip>) {
        match judged {
            Ok(found) => {
                self.judged += 1;
                self.violations.extend(
                    found
                        .into_iter()
                        .map(|violation| (file.to_owned(), violation)),
                );
            }
            Err(skip) => self.skipped.push((file.to_owned(), skip)),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (file, violation) in &self.violations {
            writeln!(f, "{file}: {violation}")?;
        }
        for (file, Skip(reason)) in &self.skipped {
            writeln!(f, "{file}: skipped: {reason}")?;
        }
        let (bad, skipped) = (self.violations.len(), self.skipped.len());
        write!(
            f,
            "{} judged, {bad} violations, {skipped} skipped",
            self.judged
        )
    }
}

/// Judges the output in `folder`: the one beside its manifest, or one per environment below it.
///
/// # Errors
/// A text where the folder cannot be read, or holds no manifest at all.
pub fn validate(folder: &Path) -> Result<Report, String> {
    let files = golden::read_dir(folder)
        .map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    validate_files(folder, &files)
}

fn validate_files(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<Report, String> {
    let roots: Vec<&str> = files
        .keys()
        .filter_map(|path| root_of_manifest(path))
        .collect();
    if roots.is_empty() {
        return Err(format!(
            "no {MANIFEST} in {} or in a folder of it",
            folder.display()
        ));
    }
    let mut report = Report::default();
    for root in roots {
        let below: BTreeMap<&str, &[u8]> = files
            .iter()
            .filter_map(|(path, bytes)| Some((path.strip_prefix(root)?, bytes.as_slice())))
            .collect();
        output(&folder.join(root), root, &below, &mut report);
    }
    Ok(report)
}

/// `""` or `"prod/"`: an environment's folder is one deep.
fn root_of_manifest(path: &str) -> Option<&str> {
    let root = path.strip_suffix(MANIFEST)?;
    (root.is_empty() || root.ends_with('/') && root.matches('/').count() == 1).then_some(root)
}

fn output(folder: &Path, root: &str, files: &BTreeMap<&str, &[u8]>, report: &mut Report) {
    let manifest_file = format!("{root}{MANIFEST}");
    let manifest = files
        .get(MANIFEST)
        .map(|bytes| serde_json::from_slice::<Manifest>(bytes));
    let manifest = match manifest {
        Some(Ok(manifest)) => manifest,
        Some(Err(error)) => {
            return report.refuse(&manifest_file, format!("not a manifest: {error}"));
        }
        None => return,
    };
    let listed: BTreeSet<&str> = manifest
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    for path in files.keys().filter(|path| !listed.contains(**path)) {
        if !UNLISTED.contains(path) && !path.starts_with('.') {
            report.refuse(&format!("{root}{path}"), "not in the manifest");
        }
    }
    let mut clusters = Clusters::new();
    for Listed { path, target } in &manifest.files {
        let name = format!("{root}{path}");
        let Some(bytes) = files.get(path.as_str()) else {
            report.refuse(&name, "in the manifest, and not in the folder");
            continue;
        };
        let Ok(text) = str::from_utf8(bytes) else {
            report.refuse(&name, "not UTF-8");
            continue;
        };
        if path.ends_with(".sh") {
            report.take(&name, shell::validate(&folder.join(path)));
            continue;
        }
        match target.as_str() {
            "kubernetes" | "kubevirt" | "kata" => {
                objects(&name, path, text, files, &mut clusters, report)
            }
            "helm" => values(&name, path, text, files, report),
            "proxmox" if path.ends_with(".json") => plan(&name, text, report),
            "ansible" if is_inventory(path) => {
                report.take(&name, ansible::validate(&folder.join(path)))
            }
            _ => {}
        }
    }
    clusters
        .values()
        .for_each(|objects| cluster(objects, report));
}

/// The objects of each cluster, with their files.
type Clusters = BTreeMap<String, Vec<(String, Value)>>;

/// Every document of a YAML file.
fn documents(text: &str) -> Result<Vec<Value>, String> {
    serde_yaml::Deserializer::from_str(text)
        .map(|document| Value::deserialize(document).map_err(|error| format!("not YAML: {error}")))
        .collect()
}

/// The objects of one file, into the cluster they are for.
fn objects(
    name: &str,
    path: &str,
    text: &str,
    files: &BTreeMap<&str, &[u8]>,
    clusters: &mut Clusters,
    report: &mut Report,
) {
    let documents = match documents(text) {
        Ok(documents) => documents,
        Err(error) => return report.refuse(name, error),
    };
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    if file == KUSTOMIZATION {
        return documents
            .iter()
            .for_each(|document| kustomization(name, folder, document, files, report));
    }
    for object in &documents {
        report.take(name, kubernetes::validate(object));
    }
    // `kubernetes/<cluster>/…`
    let cluster = path.split('/').nth(1).unwrap_or_default();
    let objects = clusters.entry(cluster.to_owned()).or_default();
    objects.extend(
        documents
            .into_iter()
            .map(|object| (name.to_owned(), object)),
    );
}

/// Each object is once in its cluster, and all go together.
fn cluster(objects: &[(String, Value)], report: &mut Report) {
    let mut identities = BTreeMap::new();
    for (name, object) in objects {
        let identity = identity(object);
        if let Some(first) = identities.insert(identity.clone(), name) {
            report.refuse(name, format!("{identity} is in {first} already"));
        }
    }
    let objects: Vec<_> = objects
        .iter()
        .map(|(file, object)| kubernetes::InFile { file, object })
        .collect();
    report.violations.extend(kubernetes::together(&objects));
}

/// What the API server tells objects apart by: the version is not among it.
fn identity(object: &Value) -> String {
    let text = |pointer: &str| {
        object
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let group = text("/apiVersion")
        .split_once('/')
        .map_or("", |(group, _)| group);
    format!(
        "{}.{group} {}/{}",
        text("/kind"),
        text("/metadata/namespace"),
        text("/metadata/name")
    )
}

/// Everything a kustomization applies is in the folder.
fn kustomization(
    name: &str,
    folder: &str,
    document: &Value,
    files: &BTreeMap<&str, &[u8]>,
    report: &mut Report,
) {
    report.judged += 1;
    let resources = document.get("resources").and_then(Value::as_array);
    for resource in resources.into_iter().flatten().filter_map(Value::as_str) {
        let path = if folder.is_empty() {
            resource.to_owned()
        } else {
            format!("{folder}/{resource}")
        };
        let below = format!("{path}/{KUSTOMIZATION}");
        if !files.contains_key(path.as_str()) && !files.contains_key(below.as_str()) {
            report.refuse(name, format!("`{resource}` is not in the folder"));
        }
    }
}

fn plan(name: &str, text: &str, report: &mut Report) {
    match serde_json::from_str(text) {
        Ok(plan) => report.take(name, proxmox::validate(&plan)),
        Err(error) => report.refuse(name, format!("not JSON: {error}")),
    }
}

fn is_inventory(path: &str) -> bool {
    ["inventory/hosts.yaml", "inventory/hosts.yml"]
        .iter()
        .any(|file| path.ends_with(file))
}

/// `<release>.values.yaml`, of the chart that the helmfile beside it names for the release.
fn values(name: &str, path: &str, text: &str, files: &BTreeMap<&str, &[u8]>, report: &mut Report) {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let Some(release) = file.strip_suffix(".values.yaml") else {
        return;
    };
    let charts = charts(
        files
            .get(format!("{folder}/helmfile.yaml").as_str())
            .copied(),
    );
    let chart = charts.get(release).map_or(release, String::as_str);
    match documents(text) {
        Ok(documents) => {
            for document in &documents {
                report.take(name, helm::validate(chart, document));
            }
        }
        Err(error) => report.refuse(name, error),
    }
}

/// The chart of each release of a helmfile, without its repository.
fn charts(helmfile: Option<&[u8]>) -> BTreeMap<String, String> {
    let text = helmfile
        .and_then(|bytes| str::from_utf8(bytes).ok())
        .unwrap_or_default();
    let documents = documents(text).unwrap_or_default();
    let releases = documents
        .iter()
        .filter_map(|document| document.get("releases")?.as_array());
    releases
        .flatten()
        .filter_map(|release| {
            let chart = release.get("chart")?.as_str()?;
            let chart = chart.rsplit_once('/').map_or(chart, |(_, name)| name);
            Some((release.get("name")?.as_str()?.to_owned(), chart.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NAMESPACE: &str = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: acme\n";

    /// The report on a folder with these files and a manifest that lists them.
    fn report(files: &[(&str, &str, &str)]) -> Report {
        let listed: Vec<_> = files
            .iter()
            .map(|(path, target, _)| json!({ "path": path, "target": target }))
            .collect();
        let mut all: BTreeMap<String, Vec<u8>> = files
            .iter()
            .map(|(path, _, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
            .collect();
        all.insert(
            MANIFEST.to_owned(),
            json!({ "files": listed }).to_string().into_bytes(),
        );
        validate_files(Path::new("out"), &all).unwrap()
    }

    fn messages(report: &Report) -> String {
        report
            .violations
            .iter()
            .map(|(file, violation)| format!("{file}: {violation}\n"))
            .collect()
    }

    #[test]
    fn a_sound_folder_has_no_violation() {
        let report = report(&[
            (
                "kubernetes/one/acme/namespace.yaml",
                "kubernetes",
                NAMESPACE,
            ),
            (
                "kubernetes/one/acme/kustomization.yaml",
                "kubernetes",
                "resources:\n  - namespace.yaml\n",
            ),
            ("README.md", "docs", "# Output\n"),
        ]);
        assert_eq!(messages(&report), "");
    }

    #[test]
    fn an_object_is_once_in_a_cluster() {
        let twice = report(&[
            ("kubernetes/one/a/namespace.yaml", "kubernetes", NAMESPACE),
            ("kubernetes/one/b/namespace.yaml", "kubernetes", NAMESPACE),
            ("kubernetes/two/b/namespace.yaml", "kubernetes", NAMESPACE),
        ]);
        assert_eq!(twice.violations.len(), 1, "{twice}");
        assert!(messages(&twice).contains("kubernetes/one/b/namespace.yaml"));
    }

    #[test]
    fn a_kustomization_applies_what_is_there() {
        let dangling = report(&[(
            "kubernetes/one/kustomization.yaml",
            "kubernetes",
            "resources: [acme]\n",
        )]);
        assert!(messages(&dangling).contains("`acme` is not in the folder"));
    }

    #[test]
    fn manifest_and_folder_agree() {
        let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let manifest = json!({ "files": [{ "path": "gone.yaml", "target": "kubernetes" }] });
        files.insert(
            "prod/manifest.json".to_owned(),
            manifest.to_string().into_bytes(),
        );
        files.insert("prod/stray.yaml".to_owned(), Vec::new());
        let report = validate_files(Path::new("out"), &files).unwrap();
        assert!(
            messages(&report).contains("prod/gone.yaml: /: in the manifest"),
            "{report}"
        );
        assert!(
            messages(&report).contains("prod/stray.yaml: /: not in the manifest"),
            "{report}"
        );
    }

    #[test]
    fn a_folder_without_a_manifest_is_no_output() {
        let error = validate_files(Path::new("out"), &BTreeMap::new()).unwrap_err();
        assert!(error.contains("manifest.json"), "{error}");
    }

    #[test]
    fn a_release_is_judged_as_its_chart() {
        let helmfile = "releases:\n  - name: cni\n    chart: mirror/cilium\n";
        let report = report(&[
            ("helm/one/helmfile.yaml", "helm", helmfile),
            (
                "helm/one/cni.values.yaml",
                "helm",
                "kubeProxyReplacment: \"true\"\n",
            ),
        ]);
        match &report.skipped[..] {
            [] => assert!(
                messages(&report).contains("kubeProxyReplacment"),
                "{report}"
            ),
            [(_, skip), ..] => println!("{skip}"),
        }
    }
}
