//! The vocabulary and what a spec's nodes are against it.
//!
//! First what the spec itself declares is read (`declare`), then each node is decoded once
//! against the vocabulary: names become kinds and slots, literals are checked where they stand,
//! and so are expressions, which then wait for the values of an environment.

pub mod bounds;
pub mod construct;
mod declare;
pub mod decode;
pub mod describe;
pub mod kind;
pub mod kinds;
mod lost;
mod memo;
pub mod node;
pub mod packages;
pub mod rules;
pub mod ty;
pub mod vocabulary;
pub mod words;

use std::{collections::BTreeMap, sync::Arc};

use decode::{Decoded, Profile, TestCase, UserRule};
use kind::KindId;
pub use memo::Memo;
use node::{Meant, TypedNode};
use tenantry_syntax::{FileId, Parse, Span, ast};
use words::{UnitId, Words};

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
    /// The kinds and what the spec itself declares.
    pub words: Arc<Words>,
    /// The kind of the top level.
    pub root: KindId,
    /// All top-level nodes, in the order of the files.
    pub nodes: Vec<Arc<TypedNode>>,
    /// What misspelt names beside them were probably meant to be.
    pub flawed: Vec<Meant>,
    /// All profiles.
    pub profiles: Vec<Arc<Profile>>,
    /// All rules of the spec's own.
    pub rules: Arc<[UserRule]>,
    /// All tests, those of packages that are used among them.
    pub tests: Vec<Arc<TestCase>>,
    /// What the library declares, whether it was loaded or not.
    pub library: Library,
    /// The bounds of this run.
    pub limits: Limits,
    /// The number of the first file of the library.
    pub library_from: FileId,
}

/// Decodes all files.
pub fn decode(sources: &Sources) -> Outcome<TypedEstate> {
    decode_again(sources, &mut Memo::default())
}

/// Takes back what was found on lines of which nobody knows what their words mean: that was told.
fn without_guesses(findings: &mut Findings, parse: &Parse) {
    let guessed: Vec<Span> = parse
        .errors()
        .iter()
        .filter_map(|error| error.guessed)
        .collect();
    if !guessed.is_empty() {
        let is_guess = |span: Span| {
            guessed
                .iter()
                .any(|line| line.range().contains(&(span.start as usize)))
        };
        findings.retain(|finding| !finding.span.is_some_and(is_guess));
    }
}

/// The same, where most of it may have been decoded before.
pub fn decode_again(sources: &Sources, memo: &mut Memo) -> Outcome<TypedEstate> {
    if let Some(finding) = too_many(sources) {
        return Outcome::nothing([finding].into_iter().collect());
    }
    let (_, root) = vocabulary::builtin();
    let (words, mut findings) = memo.words(sources);
    let files: Vec<(&crate::load::Source, UnitId)> = sources
        .files()
        .iter()
        .zip(words.files.iter().copied())
        .collect();
    let decoded = par::map(&files, |(source, unit)| {
        memo.known(&source.parse).unwrap_or_else(|| {
            let document = source.parse.document();
            let mut decoded = decode::decode_file(document, *unit, *root, &words);
            without_guesses(&mut decoded.findings, &source.parse);
            lost::mark(&mut decoded, &source.parse);
            Arc::new(decoded)
        })
    });
    let mut estate = TypedEstate {
        words,
        root: *root,
        nodes: Vec::new(),
        flawed: Vec::new(),
        profiles: Vec::new(),
        rules: Arc::new([]),
        tests: Vec::new(),
        library: sources.library,
        limits: sources.limits.clone(),
        library_from: sources.library_from(),
    };
    let mut own = Vec::new();
    for file in &decoded {
        let Decoded {
            nodes,
            flawed,
            profiles,
            rules,
            tests,
            findings: found,
        } = &**file;
        estate.nodes.extend_from_slice(nodes);
        estate.flawed.extend_from_slice(flawed);
        estate.profiles.extend_from_slice(profiles);
        own.extend_from_slice(rules);
        estate.tests.extend_from_slice(tests);
        findings.extend_from_slice(found);
    }
    let parses = sources.files().iter().map(|source| source.parse.clone());
    memo.keep(parses.zip(decoded));
    rules_once(&own, &mut findings);
    estate.rules = own.into();
    root_only(sources, &estate, &mut findings);
    packages::settle(sources, &mut estate, &mut findings);
    profiles_once(&estate, &mut findings);
    tests_once(&estate, &mut findings);
    Outcome::new(estate, findings)
}

/// More nodes in the text alone than an estate may have: refused before each is read.
fn too_many(sources: &Sources) -> Option<Diagnostic> {
    let sizes = || sources.files().iter().map(crate::load::Source::size);
    let limit = sources.limits.nodes;
    let nodes: usize = sizes().map(|size| size.nodes).sum();
    if nodes <= limit && sizes().all(|size| size.entries <= sources.limits.entries) {
        return None;
    }
    let mut left = limit;
    for source in sources.files() {
        let mut open: Vec<ast::Node<'_>> = Vec::new();
        for node in source.parse.document().nodes() {
            open.push(node);
            while let Some(node) = open.pop() {
                let Some(rest) = left.checked_sub(1) else {
                    let words = format!("the estate has more than {limit} nodes");
                    return Some(
                        Diagnostic::new(&crate::load::rules::LIMIT_PASSED, node.name_span(), words)
                            .label("one too many")
                            .help("split the estate, or allow more with `--limit nodes=…`"),
                    );
                };
                left = rest;
                let most = sources.limits.entries;
                if node.entries().nth(most).is_some() {
                    let words = format!("a node has more than {most} arguments and properties");
                    return Some(
                        Diagnostic::new(&crate::load::rules::LIMIT_PASSED, node.name_span(), words)
                            .label("this one")
                            .help("make several of it, or allow more with `--limit entries=…`"),
                    );
                }
                open.extend(node.nodes());
            }
        }
    }
    None
}

/// Two profiles of one name for one kind.
fn profiles_once(estate: &TypedEstate, findings: &mut Findings) {
    let mut seen: BTreeMap<(UnitId, KindId, &str), Span> = BTreeMap::new();
    for profile in &estate.profiles {
        let key = (profile.unit, profile.body.kind, &*profile.name);
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

/// Two rules of one name, or one that is called like one of ours.
fn rules_once(rules: &[UserRule], findings: &mut Findings) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for rule in rules {
        let (name, span) = (&rule.head.name, rule.head.declared);
        if crate::rules::find(name).is_some() {
            let message = format!("`{name}` is the name of a rule of the compiler");
            findings.push(
                Diagnostic::new(&rules::DUPLICATE_NODE, span, message)
                    .label("taken")
                    .help("give it another name, so that `allow` and `set` know which is meant"),
            );
        } else if let Some(first) = seen.insert(name, span) {
            findings.push(rules::stands_twice("rule", name, span, first));
        }
    }
}

/// Two tests of one name: whoever reads that one failed could not tell which.
fn tests_once(estate: &TypedEstate, findings: &mut Findings) {
    let mut seen: BTreeMap<(UnitId, &str), Span> = BTreeMap::new();
    for test in &estate.tests {
        if let Some(first) = seen.insert((test.unit, &*test.name), test.span) {
            findings.push(rules::stands_twice("test", &test.name, test.span, first));
        }
    }
}

/// `estate` stands once, in the file that makes the folder an estate.
fn root_only(sources: &Sources, estate: &TypedEstate, findings: &mut Findings) {
    for node in &estate.nodes {
        let path = sources.path(node.span.file);
        let own = sources.owner(node.span.file).is_none() && sources.alone.is_none();
        let name = &estate.words.vocabulary.kind(node.kind).name;
        if name == "estate" && own && path != ROOT_FILE {
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
