//! A finding that is meant: `allow RULE because="…"`, in the node that it is about.

use tenantry_core::{diag::RuleRef, rules, schema::words::UnitId};
use tenantry_syntax::{Span, around::nodes_at, ast::Node, change::Change, format::word};

use super::{Action, Ask};
use crate::{
    meaning::Role,
    outline::{LOCAL, PORT},
};

/// What stands for the reason, which only a person knows.
pub(crate) const REASON: &str = "TODO: why this is meant";

pub(super) fn action(ask: &Ask<'_>) -> Option<Action> {
    let rule = match &ask.finding.rule {
        RuleRef::BuiltIn(rule) if !rules::adjustable(rule) => return None,
        // A package's own files say its rules without a prefix.
        RuleRef::Own(_) if ask.file.unit != UnitId::ESTATE => return None,
        rule => rule.name(),
    };
    let node = about(ask, ask.finding.span?)?;
    let line = format!("allow {} because=\"{REASON}\"", word(rule));
    let title = format!("allow `{rule}` in `{}`, with a reason", head(node));
    let edits = ask.change(&Change::AddChild(node.name_span(), line))?;
    Some(Action {
        blank: Some(REASON),
        ..ask.action(title, edits)
    })
}

/// The innermost node with a name of its own around a place: a workload rather than its port, a
/// pool rather than its memory. An `allow` holds for all that stands in its node.
fn about<'s>(ask: &Ask<'s>, span: Span) -> Option<Node<'s>> {
    let way = nodes_at(ask.file.parse, span.start);
    let speaker = ask.snapshot.speaker(ask.file);
    let meanings = speaker.along(way.iter().copied());
    let outline = ask.snapshot.outline(ask.file);
    let named = |node: &Node<'_>| {
        let whole = node.span();
        let mut declared = outline.declared.iter();
        declared.any(|one| one.span == whole && ![LOCAL, PORT].contains(&one.sort))
    };
    let may = |role: Role| matches!(role, Role::Plain | Role::Profile);
    let mut around = way.iter().zip(meanings).rev();
    let found = around.find(|(node, meaning)| may(meaning.role) && named(node));
    found
        .map(|(node, _)| *node)
        .or_else(|| way.first().copied())
}

/// `workload web`
fn head(node: Node<'_>) -> String {
    match crate::cursor::first_argument(node) {
        Some(name) => format!("{} {name}", node.name()),
        None => node.name().into_owned(),
    }
}
