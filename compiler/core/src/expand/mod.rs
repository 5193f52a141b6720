//! An estate with everything written out: the nodes of one environment, as a spec of one file
//! that means the same without a profile, a parameter, an expression or an environment's
//! differences.
//!
//! It is printed from the tree that `model` builds from, so what can be read here is what is
//! compiled. What the standard library declares is left out: its names lead there again.

mod printer;
mod rules;
mod spelling;

use std::sync::Arc;

use printer::Printer;
use tenantry_syntax::{FileId, Limits, format, parse};

use crate::{
    load::Sources,
    resolve::Resolved,
    schema::{TypedEstate, kind::Vocabulary, node::Node},
};

/// Nodes of the top level that have done their work once an environment is resolved. Of a package
/// there is left what the whole estate shares, and that is printed as the estate's own.
pub(crate) const SPENT: &[&str] = &[
    "param", "let", "table", "define", "each", "use", "package", "test",
];

/// The text of one environment's estate, formatted as `fmt` does; of its environments it
/// declares only this one, so that what is built from it lands where it would have.
pub fn expand(typed: &TypedEstate, sources: &Sources, resolved: &Resolved) -> String {
    let root = &resolved.root;
    let vocabulary: &Vocabulary = &typed.words.vocabulary;
    let name = |node: &Node| vocabulary.kind(node.kind).name.as_str();
    // What a definition of the library stands for belongs to whoever called it.
    let file = |node: &Node| resolved.origins.instances.place(node.span).span.file;
    let own = |node: &&Node| !of_library(sources, file(node)) && !SPENT.contains(&name(node));
    let (estates, others): (Vec<&Node>, Vec<&Node>) = root
        .children
        .iter()
        .map(|node| &**node)
        .filter(own)
        .partition(|node| name(node) == "estate");
    let mut printer = Printer::new(vocabulary, resolved.env.as_deref());
    printer.top(root, estates.into_iter().chain(others));
    let mut text = printer.finish();
    for rule in rules::texts(resolved) {
        text.push('\n');
        text.push_str(&rule);
    }
    formatted(text)
}

/// Whether a file is one of the standard library, which is found by its names again.
pub(crate) fn of_library(sources: &Sources, file: FileId) -> bool {
    sources.path(file).starts_with("std:/")
}

/// The text as `fmt` would leave it.
fn formatted(text: String) -> String {
    let limits = Limits {
        max_bytes: u32::MAX,
        ..Limits::default()
    };
    let parsed = parse(FileId(0), Arc::from(text.as_str()), &limits);
    debug_assert_eq!(parsed.errors(), [], "what is printed can be read");
    format::format(&parsed).unwrap_or(text)
}
