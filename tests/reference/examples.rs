//! A real use of each kind: the best node of the examples, as it stands there.

use std::{cmp::Reverse, collections::BTreeMap};

use tenantry_core::schema::{
    kind::{KindId, Vocabulary},
    vocabulary::builtin,
};
use tenantry_syntax::{FileId, Limits, ast::Node, parse};
use tenantry_tests::{golden, validate::shared};

/// Lines that an example may have; longer ones are shown only where there is no other.
const LINES: usize = 16;
/// Lines beyond which none is shown: the examples themselves are better read then.
const MOST: usize = 40;

/// A node of an example.
#[derive(Debug, Clone)]
pub(crate) struct Example {
    /// The folder below `examples/`.
    pub(crate) estate: String,
    /// Its text, without the indentation of its first line.
    pub(crate) text: String,
    /// How much of its kind it shows: entries, and children of different names.
    shows: usize,
}

impl Example {
    /// Greater is better: short enough, then rich, then short.
    fn worth(&self) -> (bool, usize, Reverse<usize>) {
        let lines = self.text.lines().count();
        (lines <= LINES, self.shows, Reverse(lines))
    }
}

/// The best example of each kind that has any.
pub(crate) fn best() -> BTreeMap<KindId, Example> {
    let (vocabulary, root) = builtin();
    let mut best = BTreeMap::new();
    let folder = shared::repository().join("examples");
    let files = golden::read_dir(&folder).expect("the examples are read");
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".kdl")) {
        let text = String::from_utf8_lossy(bytes);
        let estate = path.split('/').next().unwrap_or_default();
        let parsed = parse(FileId(0), text.as_ref().into(), &Limits::default());
        let nodes = parsed.document().nodes().collect();
        collect(vocabulary, *root, nodes, (estate, &text), &mut best);
    }
    best
}

fn collect(
    vocabulary: &Vocabulary,
    parent: KindId,
    nodes: Vec<Node<'_>>,
    (estate, text): (&str, &str),
    best: &mut BTreeMap<KindId, Example>,
) {
    for node in nodes {
        let Some(child) = vocabulary.kind(parent).child(&node.name()) else {
            continue;
        };
        let mut names: Vec<_> = node.nodes().map(Node::name).collect();
        names.sort();
        names.dedup();
        let example = Example {
            estate: estate.to_owned(),
            text: source(text, node),
            shows: node.entries().count() + names.len(),
        };
        let better = best
            .get(&child.kind)
            .is_none_or(|known| known.worth() < example.worth());
        if better && example.text.lines().count() <= MOST {
            best.insert(child.kind, example);
        }
        let below = node.nodes().collect();
        collect(vocabulary, child.kind, below, (estate, text), best);
    }
}

/// A node's text as if it stood at the beginning of a line.
fn source(text: &str, node: Node<'_>) -> String {
    let (start, end) = (node.span().start as usize, node.span().end as usize);
    let before = &text[text[..start].rfind('\n').map_or(0, |at| at + 1)..start];
    let indent = before.len() - before.trim_start_matches(' ').len();
    let lines = text[start..end].lines().enumerate().map(|(index, line)| {
        let line = if index == 0 {
            line
        } else {
            line.get(indent..).unwrap_or_default()
        };
        format!("{}\n", line.trim_end())
    });
    lines.collect()
}
