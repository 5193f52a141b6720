//! The vocabulary and what a spec's nodes are against it.
//!
//! First the vocabulary is known, then each node is decoded once against it: names become kinds
//! and slots, literals are checked where they stand, `$name` stays an expression that knows the
//! type it must have.

pub mod construct;
pub mod decode;
pub mod describe;
mod expr;
pub mod kind;
pub mod kinds;
pub mod node;
pub mod packages;
pub mod rules;
pub mod ty;
pub mod vocabulary;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use decode::{Decoded, Profile};
use kind::{KindId, Vocabulary};
use node::{Meant, TypedNode};
use tenantry_syntax::{FileId, Span};

use crate::{
    diag::{Diagnostic, Findings},
    limits::Limits,
    load::{Library, ROOT_FILE, Sources},
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
    /// What misspelt names beside them were probably meant to be.
    pub flawed: Vec<Meant>,
    /// All profiles.
    pub profiles: Vec<Profile>,
    /// What the library declares, whether it was loaded or not.
    pub library: Library,
    /// The bounds of this run.
    pub limits: Limits,
    /// The number of the first file of the library.
    pub library_from: FileId,
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
        flawed: Vec::new(),
        profiles: Vec::new(),
        library: sources.library,
        limits: sources.limits.clone(),
        library_from: sources.library_from(),
    };
    let mut findings = Findings::new();
    for Decoded {
        nodes,
        flawed,
        profiles,
        findings: found,
    } in decoded
    {
        estate.nodes.extend(nodes);
        estate.flawed.extend(flawed);
        estate.profiles.extend(profiles);
        findings.extend(found);
    }
    root_only(sources, &estate, &mut findings);
    packages::settle(sources, &mut estate, &mut findings);
    name_profiles(sources, &mut estate);
    profiles_once(&estate, &mut findings);
    Outcome::new(estate, findings)
}

/// Profiles of a package are called by its prefix; what the estate declares takes the place of
/// what the library declares under the same name, so that a name which a later library adds
/// cannot break an estate that had it first.
fn name_profiles(sources: &Sources, estate: &mut TypedEstate) {
    for profile in &mut estate.profiles {
        let owner = sources.owner(profile.span.file);
        if let Some(package) = owner.and_then(|id| sources.package(id)) {
            profile.name = format!("{}{}", package.prefix, profile.name).into();
        }
    }
    let library = |span: Span| span.file >= sources.library_from();
    let own: BTreeSet<(KindId, Arc<str>)> = estate
        .profiles
        .iter()
        .filter(|profile| !library(profile.span))
        .map(|profile| (profile.body.kind, profile.name.clone()))
        .collect();
    estate.profiles.retain(|profile| {
        !library(profile.span) || !own.contains(&(profile.body.kind, profile.name.clone()))
    });
}

/// Two profiles of one name for one kind.
fn profiles_once(estate: &TypedEstate, findings: &mut Findings) {
    let mut seen: BTreeMap<(KindId, &str), Span> = BTreeMap::new();
    for profile in &estate.profiles {
        let key = (profile.body.kind, &*profile.name);
        if let Some(first) = seen.insert(key, profile.span) {
            findings.push(
                Diagnostic::new(
                    &rules::DUPLICATE_NODE,
                    profile.span,
                    format!("profile `{}` stands twice", profile.name),
                )
                .label("the second one")
                .also(first, "the first one")
                .help("give one of them another name, or join what they say"),
            );
        }
    }
}

/// `estate` stands once, in the file that makes the folder an estate.
fn root_only(sources: &Sources, estate: &TypedEstate, findings: &mut Findings) {
    for node in &estate.nodes {
        let path = sources.path(node.span.file);
        let own = sources.owner(node.span.file).is_none() && sources.alone.is_none();
        if estate.vocabulary.kind(node.kind).name == "estate" && own && path != ROOT_FILE {
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
