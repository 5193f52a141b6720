//! How a rule's test reads: a document it lets pass, a document it refuses, and where.

use serde_json::Value;

use super::{Findings, Node, Violation};

/// A rule over one object.
type Rule = fn(&Node<'_>, &mut Findings);

fn run(rule: Rule, document: &Value) -> Vec<Violation> {
    let mut findings = Findings::default();
    rule(&Node::root(document), &mut findings);
    findings.into_sorted()
}

/// `document` breaks nothing.
#[track_caller]
pub(crate) fn accepts(rule: Rule, document: Value) {
    let found = run(rule, &document);
    assert!(
        found.is_empty(),
        "refused, but should pass: {found:?}\n{document}"
    );
}

/// `document` is refused exactly once, at `pointer`, with `word` in the message.
#[track_caller]
pub(crate) fn refuses(rule: Rule, document: Value, pointer: &str, word: &str) {
    let found = run(rule, &document);
    assert_eq!(
        found.len(),
        1,
        "expected one finding at {pointer}: {found:?}\n{document}"
    );
    assert_eq!(found[0].pointer, pointer, "{found:?}");
    assert!(found[0].message.contains(word), "no `{word}` in: {found:?}");
}
