//! The last look, at the bytes themselves: what was written reads back as what was meant.
//!
//! The reader shares no code with the writer: `serde_yaml`, which refuses a key that stands
//! twice, against the tree as JSON. A difference is a defect of ours, and nothing is written.

pub mod flows;

use std::collections::BTreeMap;

use flows::{Ground, Proof};
use serde_json::Value;
use tenantry_reach::Document;

use crate::{
    diag::{Diagnostic, Findings, rule_set},
    emit::{Artifact, Body, Objects, Output},
    model::{Cluster, Id},
    par,
};

rule_set! {
    /// The rules of this phase.
    pub RULES;
    UNPROVEN_OUTPUT = "unproven-output", Output, Error, "bytes that do not read back as what was meant: a defect of the compiler", include_str!("pages/unproven-output.md");
}

/// An object's identity over all clusters: the cluster's name, then version, kind, namespace, name.
type Identity = (String, String, String, String, String);

/// What each object means: the value that a reader of its file must get. None of what is no object
/// of Kubernetes.
pub fn meant(objects: &Objects) -> Vec<Option<Value>> {
    let objects: Vec<_> = objects.iter().collect();
    par::map(&objects, |object| match &object.body {
        Body::Kube { tree, .. } => Some(flows::value(tree)),
        Body::File { .. } => None,
    })
}

/// What one cluster's proof said.
pub type Proved = Vec<(Id<Cluster>, Proof)>;

/// Holds the flows against what is meant to be emitted.
pub fn flows(ground: Ground<'_>, meant: &[Option<Value>]) -> (Proved, Findings) {
    let clusters = ground.estate.clusters.ids();
    let mut documents: Vec<(Id<Cluster>, Vec<Document<'_>>)> =
        clusters.map(|id| (id, Vec::new())).collect();
    let objects = ground.objects.iter().zip(meant).enumerate();
    for (at, (object, value)) in objects {
        let own = documents
            .iter_mut()
            .find(|(id, _)| Some(*id) == object.cluster);
        if let (Some(value), Some((_, own))) = (value, own) {
            own.push(Document {
                source: "",
                at,
                value,
            });
        }
    }
    let (mut proofs, mut findings) = (Proved::new(), Findings::new());
    for (on, proof, told) in ground.prove(&documents) {
        findings.extend(told);
        proofs.push((on, proof));
    }
    (proofs, findings)
}

/// One document as it was read back.
struct Back<'o> {
    file: &'o Artifact,
    /// Its place in the file.
    at: usize,
    identity: Identity,
    value: Value,
}

/// Reads every file of Kubernetes objects back and compares it with the objects; and proves the
/// flows once more, on what was read. `proofs` is what was proved of what was meant.
pub fn prove(
    output: &Output,
    ground: Ground<'_>,
    meant: &[Option<Value>],
    proofs: &Proved,
) -> (Proved, Findings) {
    let files: Vec<&Artifact> = output
        .artifacts
        .iter()
        .filter(|file| !file.objects.is_empty())
        .collect();
    let read: Vec<Result<Vec<Back<'_>>, String>> = par::map(&files, |file| read(file));
    let mut findings = Findings::new();
    let known = known(ground, meant);
    let mut back: Vec<(usize, Back<'_>)> = Vec::new();
    for (file, documents) in files.iter().zip(read) {
        let documents = match documents {
            Err(words) => {
                findings.push(defect(file, &words));
                continue;
            }
            Ok(documents) => documents,
        };
        for document in documents {
            match known.get(&document.identity) {
                Some(at) if meant[*at].as_ref() == Some(&document.value) => {
                    back.push((*at, document));
                }
                _ => {
                    let (_, _, kind, _, name) = &document.identity;
                    let words = format!("{kind} {name} reads back as something else");
                    findings.push(defect(file, &words));
                }
            }
        }
    }
    if findings.is_empty() && back.len() != known.len() {
        let words = format!(
            "{} objects were meant and {} can be read back",
            known.len(),
            back.len()
        );
        findings.push(Diagnostic::nowhere(&UNPROVEN_OUTPUT, words).why(REPORT));
    }
    if !findings.is_empty() {
        return (Proved::new(), findings);
    }
    back.sort_by_key(|(at, _)| *at);
    let (proved, told) = again(ground, &back, proofs);
    findings.extend(told);
    (proved, findings)
}

/// The proof of flows on what was read back: what was found was told already, so that anything
/// else is a defect.
fn again(ground: Ground<'_>, back: &[(usize, Back<'_>)], proofs: &Proved) -> (Proved, Findings) {
    let clusters = ground.estate.clusters.iter();
    let documents: Vec<(Id<Cluster>, Vec<Document<'_>>)> = clusters
        .map(|(id, cluster)| {
            let name = cluster.name.value.as_str();
            let own = back.iter().filter(|(_, back)| back.identity.0 == name);
            let documents = own.map(|(_, back)| Document {
                source: back.file.path.as_str(),
                at: back.at,
                value: &back.value,
            });
            (id, documents.collect())
        })
        .collect();
    let (mut proved, mut findings) = (Proved::new(), Findings::new());
    for (on, proof, _) in ground.prove(&documents) {
        let before = proofs.iter().find(|(id, _)| *id == on);
        if before.is_none_or(|(_, before)| !proof.agrees(before)) {
            let name = &ground.estate.clusters[on].name.value;
            let words =
                format!("the files of cluster `{name}` let through what the objects do not");
            findings.push(Diagnostic::nowhere(&UNPROVEN_OUTPUT, words).why(REPORT));
        }
        proved.push((on, proof));
    }
    (proved, findings)
}

const REPORT: &str =
    "this is a defect of tenantry, not of the estate: please report it with the spec";

fn defect(file: &Artifact, words: &str) -> Diagnostic {
    Diagnostic::nowhere(&UNPROVEN_OUTPUT, format!("{}: {words}", file.path.as_str())).why(REPORT)
}

/// The place of each object among all, by its identity.
fn known(ground: Ground<'_>, meant: &[Option<Value>]) -> BTreeMap<Identity, usize> {
    let mut known = BTreeMap::new();
    for (at, (object, value)) in ground.objects.iter().zip(meant).enumerate() {
        if let (Some(value), Some(cluster)) = (value, object.cluster) {
            let cluster = ground.estate.clusters[cluster].name.value.as_str();
            known.insert(identity(cluster, value), at);
        }
    }
    known
}

fn read(file: &Artifact) -> Result<Vec<Back<'_>>, String> {
    // `kubernetes/<cluster>/…`
    let cluster = file.path.as_str().split('/').nth(1).unwrap_or_default();
    let text = std::str::from_utf8(&file.bytes).map_err(|error| error.to_string())?;
    serde_yaml::Deserializer::from_str(text)
        .enumerate()
        .map(|(at, document)| {
            use serde::Deserialize;
            let value = Value::deserialize(document).map_err(|error| error.to_string())?;
            Ok(Back {
                file,
                at,
                identity: identity(cluster, &value),
                value,
            })
        })
        .collect()
}

fn identity(cluster: &str, value: &Value) -> Identity {
    let text = |pointer: &str| {
        value
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    (
        cluster.to_owned(),
        text("/apiVersion"),
        text("/kind"),
        text("/metadata/namespace"),
        text("/metadata/name"),
    )
}
