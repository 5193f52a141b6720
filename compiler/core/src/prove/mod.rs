//! The last look, at the bytes themselves: what was written reads back as what was meant.
//!
//! The reader shares no code with the writer: `serde_yaml`, which refuses a key that stands
//! twice, against the tree as JSON. A difference is a defect of ours, and nothing is written.

pub mod flows;

use std::collections::BTreeMap;

use flows::{Ground, Proof};
use serde::Deserialize;
use serde_json::Value;
use tenantry_reach::Document;

use crate::{
    diag::{Diagnostic, Findings, rule_set},
    emit::{Artifact, Body, Object, Objects, Output},
    model::{Cluster, Id},
    par,
};

rule_set! {
    /// The rules of this phase.
    pub RULES;
    UNPROVEN_OUTPUT = "unproven-output", Output, Error, "bytes that do not read back as what was meant: a defect of the compiler", include_str!("pages/unproven-output.md");
}

/// An object's identity over all clusters: the cluster's name, then version, kind, namespace, name.
type Identity<'v> = [&'v str; 5];

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
    /// The place of the object that it is among all.
    object: usize,
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
    let known = known(ground, meant);
    let mut findings = Findings::new();
    let mut back: Vec<Back<'_>> = Vec::new();
    for read in par::map(&files, |file| read(file, &known, meant)) {
        back.extend(read.back);
        findings.extend(read.findings);
    }
    back.sort_by_key(|back| back.object);
    if findings.is_empty() {
        findings.extend(miscounted(&back, known.len()));
    }
    if !findings.is_empty() {
        return (Proved::new(), findings);
    }
    again(ground, &back, proofs)
}

/// Whether there is each object once, of so many that were meant; `back` is sorted by object. One
/// that stands twice would make up for one that is missing, if only their number were compared.
fn miscounted(back: &[Back<'_>], meant: usize) -> Option<Diagnostic> {
    let twice = back.windows(2).find_map(|pair| match pair {
        [first, second] if first.object == second.object => Some(second),
        _ => None,
    });
    if let Some(twice) = twice {
        let [_, _, kind, _, name] = identity("", &twice.value);
        let words = format!("{kind} {name} is there a second time");
        return Some(defect(twice.file, &words));
    }
    let words = format!(
        "{meant} objects were meant and {} can be read back",
        back.len()
    );
    (back.len() != meant).then(|| Diagnostic::nowhere(&UNPROVEN_OUTPUT, words).why(REPORT))
}

/// The proof of flows on what was read back: what was found was told already, so that anything
/// else is a defect.
fn again(ground: Ground<'_>, back: &[Back<'_>], proofs: &Proved) -> (Proved, Findings) {
    let objects: Vec<&Object> = ground.objects.iter().collect();
    let clusters = ground.estate.clusters.ids();
    let mut documents: Vec<(Id<Cluster>, Vec<Document<'_>>)> =
        clusters.map(|id| (id, Vec::new())).collect();
    for back in back {
        let on = objects[back.object].cluster;
        let own = documents.iter_mut().find(|(id, _)| Some(*id) == on);
        if let Some((_, own)) = own {
            own.push(Document {
                source: back.file.path.as_str(),
                at: back.at,
                value: &back.value,
            });
        }
    }
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
fn known<'v>(ground: Ground<'v>, meant: &'v [Option<Value>]) -> BTreeMap<Identity<'v>, usize> {
    let mut known = BTreeMap::new();
    for (at, (object, value)) in ground.objects.iter().zip(meant).enumerate() {
        if let (Some(value), Some(cluster)) = (value, object.cluster) {
            let cluster = ground.estate.clusters[cluster].name.value.as_str();
            known.insert(identity(cluster, value), at);
        }
    }
    known
}

/// What one file reads back as.
#[derive(Default)]
struct Read<'o> {
    back: Vec<Back<'o>>,
    findings: Findings,
}

fn read<'o>(
    file: &'o Artifact,
    known: &BTreeMap<Identity<'_>, usize>,
    meant: &[Option<Value>],
) -> Read<'o> {
    let mut read = Read::default();
    // `kubernetes/<cluster>/…`
    let cluster = file.path.as_str().split('/').nth(1).unwrap_or_default();
    let text = match std::str::from_utf8(&file.bytes) {
        Ok(text) => text,
        Err(error) => {
            read.findings.push(defect(file, &error.to_string()));
            return read;
        }
    };
    for (at, document) in serde_yaml::Deserializer::from_str(text).enumerate() {
        let value = match Value::deserialize(document) {
            Ok(value) => value,
            Err(error) => {
                read.findings.push(defect(file, &error.to_string()));
                return read;
            }
        };
        let identity = identity(cluster, &value);
        match known.get(&identity) {
            Some(&object) if meant[object].as_ref() == Some(&value) => read.back.push(Back {
                file,
                at,
                object,
                value,
            }),
            _ => {
                let [_, _, kind, _, name] = identity;
                let words = format!("{kind} {name} reads back as something else");
                read.findings.push(defect(file, &words));
            }
        }
    }
    read
}

fn identity<'v>(cluster: &'v str, value: &'v Value) -> Identity<'v> {
    let text = |pointer: &str| {
        let found = value.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_default()
    };
    [
        cluster,
        text("/apiVersion"),
        text("/kind"),
        text("/metadata/namespace"),
        text("/metadata/name"),
    ]
}
