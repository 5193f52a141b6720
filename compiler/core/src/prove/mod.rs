//! The last look, at the bytes themselves: what was written reads back as what was meant.
//!
//! The reader shares no code with the writer: `serde_yaml`, which refuses a key that stands
//! twice, against the tree as JSON. A difference is a defect of ours, and nothing is written.

pub mod flows;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    diag::{Diagnostic, Findings, rule_set},
    emit::{Artifact, Body, Objects, Output, json},
    model::Estate,
    par,
};

rule_set! {
    /// The rules of this phase.
    pub RULES;
    UNPROVEN_OUTPUT = "unproven-output", Output, Error, "bytes that do not read back as what was meant: a defect of the compiler", include_str!("pages/unproven-output.md");
}

/// An object's identity over all clusters: the cluster's name, then version, kind, namespace, name.
type Identity = (String, String, String, String, String);

/// Reads every file of Kubernetes objects back and compares it with the objects.
pub fn prove(output: &Output, objects: &Objects, estate: &Estate) -> Findings {
    let meant = meant(objects, estate);
    let files: Vec<&Artifact> = output
        .artifacts
        .iter()
        .filter(|file| !file.objects.is_empty())
        .collect();
    let read: Vec<Result<Vec<(Identity, Value)>, String>> = par::map(&files, |file| read(file));
    let mut findings = Findings::new();
    let mut found = 0;
    for (file, documents) in files.iter().zip(read) {
        match documents {
            Err(words) => findings.push(defect(file, &words)),
            Ok(documents) => {
                for (identity, value) in documents {
                    found += 1;
                    if meant.get(&identity).is_none_or(|meant| *meant != value) {
                        findings.push(defect(
                            file,
                            &format!("{} {} reads back as something else", identity.2, identity.4),
                        ));
                    }
                }
            }
        }
    }
    if findings.is_empty() && found != meant.len() {
        let words = format!(
            "{} objects were meant and {found} can be read back",
            meant.len()
        );
        findings.push(Diagnostic::nowhere(&UNPROVEN_OUTPUT, words).why(REPORT));
    }
    findings
}

const REPORT: &str =
    "this is a defect of tenantry, not of the estate: please report it with the spec";

fn defect(file: &Artifact, words: &str) -> Diagnostic {
    Diagnostic::nowhere(&UNPROVEN_OUTPUT, format!("{}: {words}", file.path.as_str())).why(REPORT)
}

fn meant(objects: &Objects, estate: &Estate) -> BTreeMap<Identity, Value> {
    let mut meant = BTreeMap::new();
    for object in objects.iter() {
        if let (Body::Kube { tree, .. }, Some(cluster)) = (&object.body, object.cluster) {
            let text = json::document(tree);
            let value: Value = serde_json::from_str(text.as_str()).unwrap_or(Value::Null);
            let cluster = estate.clusters[cluster].name.value.to_string();
            meant.insert(identity(&cluster, &value), value);
        }
    }
    meant
}

fn read(file: &Artifact) -> Result<Vec<(Identity, Value)>, String> {
    // `kubernetes/<cluster>/…`
    let cluster = file.path.as_str().split('/').nth(1).unwrap_or_default();
    let text = std::str::from_utf8(&file.bytes).map_err(|error| error.to_string())?;
    serde_yaml::Deserializer::from_str(text)
        .map(|document| {
            use serde::Deserialize;
            let value = Value::deserialize(document).map_err(|error| error.to_string())?;
            Ok((identity(cluster, &value), value))
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
