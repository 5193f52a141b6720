//! Names that mean nothing where they stand, and what was probably meant.

use tenantry_syntax::{Span, ast};

use super::Decoder;
use crate::{
    diag::{Diagnostic, nearest::nearest},
    schema::{
        kind::{Kind, KindId},
        node::Meant,
        rules,
        vocabulary::Special,
    },
};

impl Decoder<'_, '_> {
    pub(super) fn unknown(&self, parent: KindId, node: ast::Node<'_>) -> Diagnostic {
        let callable = self.words.callable(self.unit, parent);
        let parent = self.words.vocabulary.kind(parent);
        let name = node.name();
        let span = node.name_span();
        let place = place(parent);
        let mut homes: Vec<&str> = self
            .words
            .vocabulary
            .parents_of(&name)
            .map(|kind| kind.name.as_str())
            .collect();
        homes.sort_unstable();
        homes.dedup();
        let known = parent.children.iter().map(|child| child.name.as_str());
        let known = known.chain(callable.iter().map(String::as_str));
        if let Some(near) = nearest(&name, known.clone().chain(Special::WORDS.iter().copied())) {
            return Diagnostic::new(
                &rules::UNKNOWN_KIND,
                span,
                format!("`{name}` is not a kind that {place} can hold"),
            )
            .label("unknown")
            .help(format!("did you mean `{near}`?"))
            .suggest(format!("write `{near}`"), vec![(span, near.to_owned())]);
        }
        if !homes.is_empty() {
            let homes: Vec<String> = homes
                .into_iter()
                .map(|home| {
                    if home.is_empty() {
                        "the top level of a file".to_owned()
                    } else {
                        format!("`{home}`")
                    }
                })
                .collect();
            return Diagnostic::new(
                &rules::MISPLACED_KIND,
                span,
                format!("`{name}` cannot stand in {place}"),
            )
            .label("not here")
            .help(format!("it belongs in {}", homes.join(" or ")));
        }
        let mut known: Vec<&str> = known.collect();
        known.sort_unstable();
        let mut finding = Diagnostic::new(
            &rules::UNKNOWN_KIND,
            span,
            format!("`{name}` is not a kind that {place} can hold"),
        )
        .label("unknown");
        finding = match known.as_slice() {
            [] => finding.help(format!("{place} has no block")),
            known => finding.help(format!("{place} holds {}", known.join(", "))),
        };
        finding
    }
}

/// What the writer of an unknown name probably meant: what the mend would write.
pub(super) fn meant(finding: &Diagnostic) -> Meant {
    match finding.fixes.first().and_then(|fix| fix.edits.first()) {
        Some((_, name)) => Meant::Name(name.clone()),
        None => Meant::Anything,
    }
}

pub(super) fn place(kind: &Kind) -> String {
    if kind.name.is_empty() {
        "the top level of a file".to_owned()
    } else {
        format!("`{}`", kind.name)
    }
}

/// What says something of the node that it stands in, where it stands in none.
pub(super) fn of_no_node(node: ast::Node<'_>, special: Special) -> Diagnostic {
    let name = node.name();
    let help = match special {
        Special::In => {
            "write it within the node that is different there; what is in some environments only has `if=\"env == 'prod'\"`"
        }
        Special::Allow => "write it within the node that the finding is of, or within `estate`",
        _ => "write it within the node that is meant",
    };
    Diagnostic::new(
        &rules::MISPLACED_KIND,
        node.head_span(),
        format!("`{name}` stands in no node"),
    )
    .label("at the top level of a file")
    .why("it says something of the node that it stands in")
    .help(help)
}

pub(super) fn surplus_argument(kind: &Kind, span: Span, count: usize) -> Diagnostic {
    let takes: Vec<&str> = kind.args.iter().map(|slot| slot.name.as_str()).collect();
    let what = if count == 1 {
        "an argument".to_owned()
    } else {
        format!("{count} arguments")
    };
    let finding = Diagnostic::new(
        &rules::SURPLUS_ARGUMENT,
        span,
        format!("`{}` has {what} too many", kind.name),
    )
    .label("not taken");
    match takes.as_slice() {
        [] => finding.help(format!(
            "`{}` takes no arguments; settings are written `name=value`",
            kind.name
        )),
        takes if kind.props.is_empty() => {
            finding.help(format!("`{}` takes: {}", kind.name, takes.join(", ")))
        }
        takes => finding.help(format!(
            "`{}` takes: {}; settings are written `name=value`",
            kind.name,
            takes.join(", ")
        )),
    }
}

pub(super) fn unknown_property(kind: &Kind, name: &str, span: Span) -> Diagnostic {
    let mut known: Vec<&str> = kind.props.iter().map(|slot| slot.name.as_str()).collect();
    let finding = Diagnostic::new(
        &rules::UNKNOWN_PROPERTY,
        span,
        format!("`{}` has no property `{name}`", kind.name),
    )
    .label("unknown");
    if let Some(near) = nearest(name, known.iter().copied()) {
        return finding
            .help(format!("did you mean `{near}`?"))
            .suggest(format!("write `{near}`"), vec![(span, near.to_owned())]);
    }
    if kind.child(name).is_some() {
        return finding.help(format!(
            "`{name}` is a node of its own: write it in the block, `{} {{ {name} … }}`",
            kind.name
        ));
    }
    known.sort_unstable();
    match known.as_slice() {
        [] => finding.help(format!("`{}` has no properties", kind.name)),
        known => finding.help(format!("`{}` has {}", kind.name, known.join(", "))),
    }
}

pub(super) fn shape(node: ast::Node<'_>, shape: &str) -> Diagnostic {
    Diagnostic::new(
        &rules::MISSING_VALUE,
        node.head_span(),
        format!("`{}` is not complete", node.name()),
    )
    .help(format!("write `{} {shape}`", node.name()))
}

/// A declaration in a block of the top level, like that of an `each`.
pub(super) fn nested_declaration(node: ast::Node<'_>) -> Diagnostic {
    let name = node.name();
    Diagnostic::new(
        &rules::MISPLACED_KIND,
        node.name_span(),
        format!("`{name}` stands inside another node"),
    )
    .label("not here")
    .help("write it at the top level of a file, in no block: it declares something for all")
}
