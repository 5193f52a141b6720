//! What `why` answers. The document's shape is a promise: a change that a reader could notice
//! raises the version.

use std::path::Path;

use serde::Serialize;
use tenantry_core::{Scene, load::Sources, schema::describe::summary, why};

use super::{chain, typed};

/// All answers to a question.
#[derive(Debug, Serialize)]
pub(super) struct Document {
    version: u32,
    pub(super) answers: Vec<Answer>,
}

impl Document {
    /// Environments that have the same answer share it.
    pub(super) fn of(answers: Vec<Answer>) -> Self {
        let mut merged: Vec<Answer> = Vec::new();
        for answer in answers {
            let alike = |other: &&mut Answer| {
                let envs = other.envs.clone();
                **other
                    == Answer {
                        envs,
                        ..answer.clone()
                    }
            };
            match merged.iter_mut().find(alike) {
                Some(other) => other.envs.extend(answer.envs),
                None => merged.push(answer),
            }
        }
        Self {
            version: 1,
            answers: merged,
        }
    }
}

/// The answer for some environments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Answer {
    /// The environments; empty where the estate declares none.
    pub(super) envs: Vec<String>,
    /// The line of an emitted file that was asked about.
    pub(super) line: Option<Emitted>,
    /// The model path.
    pub(super) path: Option<String>,
    /// Its value; null where it is not one value.
    pub(super) value: Option<String>,
    /// What the language says of it.
    pub(super) doc: Option<String>,
    /// Why it is so, the nearest reason first.
    pub(super) chain: Vec<Step>,
    /// Of a node, what it says.
    pub(super) says: Vec<Said>,
    /// Of a node, what stands in its block.
    pub(super) holds: Vec<String>,
}

/// A line of an emitted file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Emitted {
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) text: String,
    /// Whether the file on the disk is another than the spec yields now. Null where there is
    /// none.
    pub(super) stale: Option<bool>,
}

/// A link of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Step {
    pub(super) role: &'static str,
    pub(super) words: String,
    pub(super) place: Option<Spot>,
}

/// A place in the spec.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Spot {
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) text: String,
    pub(super) within: Vec<String>,
}

/// An argument or property of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Said {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) default: bool,
    pub(super) place: Option<Spot>,
}

impl Step {
    pub(super) fn of(link: &why::Link, root: &Path) -> Self {
        Self {
            role: link.role.name(),
            words: link.words.clone(),
            place: link.place.as_ref().map(|place| Spot::of(place, root)),
        }
    }
}

impl Spot {
    pub(super) fn of(place: &why::Place, root: &Path) -> Self {
        Self {
            file: typed(root, place),
            line: place.line,
            column: place.column,
            text: place.text.clone(),
            within: place.within.clone(),
        }
    }
}

impl Answer {
    /// Of what a model path leads to.
    pub(super) fn of_value(
        found: &why::Found,
        scene: &Scene,
        sources: &Sources,
        root: &Path,
    ) -> Self {
        let said = found.parts.iter().map(|part| {
            let first = chain(scene, sources, root, part.origin);
            Said {
                name: part.name.clone(),
                value: part.value.clone(),
                default: part.is_default,
                place: first.into_iter().next().and_then(|step| step.place),
            }
        });
        Self {
            envs: scene.env.iter().map(ToString::to_string).collect(),
            line: None,
            path: Some(found.path.clone()),
            value: found.value.clone(),
            doc: Some(summary(&found.doc)).filter(|doc| !doc.is_empty()),
            chain: chain(scene, sources, root, found.origin),
            says: said.collect(),
            holds: found.inner.clone(),
        }
    }
}
