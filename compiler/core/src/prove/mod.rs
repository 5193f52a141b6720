//! The last look, at the bytes themselves: what was written reads back as what was meant.
//!
//! The reader shares no code with the writer: `serde_yaml`, which refuses a key that stands
//! twice, against the tree as JSON. A difference is a defect of ours, and nothing is written.

mod alike;
mod back;
pub mod flows;

use alike::Template;
use back::{Known, Wrong};
use flows::{Ground, Proof};
use foldhash::fast::FixedState;
use indexmap::IndexMap;
use tenantry_reach::{Document, Node};

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

/// What each object means that says who may talk to whom: what a reader of its file must get. None
/// of any other.
pub fn meant(objects: &Objects) -> Vec<Option<Node<'_>>> {
    let meant = objects.iter().map(|object| match &object.body {
        Body::Kube { tree, id, .. } => {
            let silent = tenantry_reach::is_silent(&id.api_version, &id.kind);
            (!silent).then(|| Node::kept(tree, tree.root().number()))
        }
        Body::File { .. } => None,
    });
    meant.collect()
}

/// What one cluster's proof said.
pub type Proved = Vec<(Id<Cluster>, Proof)>;

/// Holds the flows against what is meant to be emitted.
pub fn flows(ground: Ground<'_>, meant: &[Option<Node<'_>>]) -> (Proved, Findings) {
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
                value: *value,
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

/// Reads every file of Kubernetes objects back and holds it against the objects. Where nothing is
/// found the files say what was meant, and what is proved of the flows of that is proved of them.
pub fn prove(output: &Output, ground: Ground<'_>) -> Findings {
    let files = output.artifacts.iter();
    let files: Vec<&Artifact> = files.filter(|file| !file.objects.is_empty()).collect();
    let known = Known::of(ground);
    let mut findings = Findings::new();
    let (mut documents, mut met) = (0, vec![false; known.len()]);
    for (file, read) in files.iter().zip(read(&files, &known)) {
        match read {
            Ok(places) => {
                documents += places.len();
                places.into_iter().for_each(|place| met[place] = true);
            }
            Err(wrong) => findings.push(defect(file, &wrong)),
        }
    }
    let missing = met.iter().filter(|met| !**met).count();
    if findings.is_empty() && (missing > 0 || documents > known.len()) {
        let words = format!(
            "{} objects were meant, of which the files lack {missing}, and hold {documents}",
            known.len()
        );
        findings.push(Diagnostic::nowhere(&UNPROVEN_OUTPUT, words).why(REPORT));
    }
    findings
}

/// What each file holds. Of many that are alike the first is read, and a template of it reads the
/// others; what that does not take is read as it is.
fn read(files: &[&Artifact], known: &Known<'_>) -> Vec<Result<Vec<usize>, Wrong>> {
    let shapes = par::map(files, |file| alike::shape(&file.bytes));
    let mut groups: IndexMap<u64, Vec<usize>, FixedState> = IndexMap::default();
    for (at, shape) in shapes.into_iter().enumerate() {
        groups.entry(shape).or_default().push(at);
    }
    let many = groups.into_values();
    let many: Vec<Vec<usize>> = many.filter(|group| group.len() >= alike::WORTH).collect();
    let templates = par::map(&many, |group| Template::of(&files[group[0]].bytes));
    let mut by_template: Vec<Option<&Template<'_>>> = vec![None; files.len()];
    for (group, template) in many.iter().zip(&templates) {
        group[1..]
            .iter()
            .for_each(|at| by_template[*at] = template.as_ref());
    }
    let work: Vec<_> = files.iter().zip(by_template).collect();
    par::map(&work, |(file, template)| {
        let filled = template.and_then(|template| known.filled(template, file));
        filled.map_or_else(|| known.read(file), Ok)
    })
}

const REPORT: &str =
    "this is a defect of tenantry, not of the estate: please report it with the spec";

fn defect(file: &Artifact, words: &str) -> Diagnostic {
    Diagnostic::nowhere(&UNPROVEN_OUTPUT, format!("{}: {words}", file.path.as_str())).why(REPORT)
}
