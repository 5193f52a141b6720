//! The vocabulary and what a spec's nodes are against it.
//!
//! First the vocabulary is known, then each node is decoded once against it: names become kinds
//! and slots, literals are checked where they stand, `$name` stays an expression that knows the
//! type it must have.

pub mod construct;
pub mod decode;
mod expr;
pub mod kind;
pub mod kinds;
pub mod node;
pub mod rules;
pub mod ty;
pub mod vocabulary;

use decode::{Decoded, Profile};
use kind::{KindId, Vocabulary};
use node::TypedNode;

use crate::{
    diag::{Diagnostic, Findings},
    load::{ROOT_FILE, Sources},
    outcome::Outcome,
    par,
};

/// The typed text of an estate: the same for all environments.
#[derive(Debug)]
pub struct TypedEstate {
    /// The kinds.
    pub vocabulary: &'static Vocabulary,
    /// The kind of the top level.
    pub root: KindId,
    /// All top-level nodes, in the order of the files.
    pub nodes: Vec<TypedNode>,
    /// All profiles.
    pub profiles: Vec<Profile>,
}

/// Decodes all files.
pub fn decode(sources: &Sources) -> Outcome<TypedEstate> {
    let (vocabulary, root) = vocabulary::builtin();
    let decoded = par::map(sources.files(), |source| {
        decode::decode_file(source.parse.document(), *root, vocabulary)
    });
    let mut estate = TypedEstate {
        vocabulary,
        root: *root,
        nodes: Vec::new(),
        profiles: Vec::new(),
    };
    let mut findings = Findings::new();
    for Decoded {
        nodes,
        profiles,
        findings: found,
    } in decoded
    {
        estate.nodes.extend(nodes);
        estate.profiles.extend(profiles);
        findings.extend(found);
    }
    root_only(sources, &estate, &mut findings);
    Outcome::new(estate, findings)
}

/// `estate` stands once, in the file that makes the folder an estate.
fn root_only(sources: &Sources, estate: &TypedEstate, findings: &mut Findings) {
    for node in &estate.nodes {
        let path = sources.path(node.span.file);
        if estate.vocabulary.kind(node.kind).name == "estate" && path != ROOT_FILE {
            findings.push(
                Diagnostic::new(
                    &rules::MISPLACED_KIND,
                    node.name_span,
                    format!("`estate` stands in {path}"),
                )
                .label("not here")
                .help(format!("it belongs in {ROOT_FILE}, once")),
            );
        }
    }
}
