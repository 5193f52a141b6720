//! Profiles.

use std::sync::Arc;

use tenantry_syntax::{Span, ast};

use super::{
    Decoder,
    rule::{UserRule, Within},
    unknown::shape,
};
use crate::{
    diag::Diagnostic,
    schema::{
        kind::{Field, KindId},
        node::TypedNode,
        rules,
        words::UnitId,
    },
};

/// A profile: defaults for a kind, not yet merged into anything.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its name.
    pub name: Arc<str>,
    /// Where the name stands.
    pub span: Span,
    /// Whose it is.
    pub unit: UnitId,
    /// What it is for, in its own words.
    pub doc: Option<Arc<str>>,
    /// What it holds: a node of the kind it is for, without that kind's name argument.
    pub body: TypedNode,
}

/// The kinds that a profile can be for.
const PROFILE_KINDS: &[&str] = &["workload", "pool", "tenant", "cluster"];

impl Decoder<'_, '_> {
    /// `profile NAME for=KIND { … }`: the body is a node of that kind with its name left out.
    pub(super) fn profile(
        &mut self,
        node: ast::Node<'_>,
        root: KindId,
        rules: &mut Vec<UserRule>,
    ) -> Option<Profile> {
        self.refuse_annotation(node.annotation());
        let Some((name, span)) = self.words_of(node).into_iter().next() else {
            self.findings.push(shape(node, "NAME { … }"));
            return None;
        };
        let wanted = node.entries().find_map(|entry| match entry {
            ast::Entry::Prop(prop) if prop.name() == "for" => Some(prop),
            _ => None,
        });
        let target = match wanted.map(|prop| (prop, prop.value())) {
            None => "workload".to_owned(),
            Some((_, ast::Scalar::Str(text))) if PROFILE_KINDS.contains(&&*text) => {
                text.into_owned()
            }
            Some((prop, _)) => {
                self.findings.push(
                    Diagnostic::new(
                        &rules::WRONG_VALUE,
                        prop.value_span(),
                        format!("a profile is for one of {}", PROFILE_KINDS.join(", ")),
                    )
                    .label("not one of them"),
                );
                return None;
            }
        };
        let kind = self.find(&target, root)?;
        let mut body = TypedNode::empty(kind, node.head_span(), node.name_span());
        self.entries(node, &mut body, 1, &["for"]);
        // The one argument was the profile's own name.
        body.fields
            .retain(|field| matches!(field.field, Field::Prop(_)));
        body.whole = node.span();
        let (own, rest): (Vec<_>, Vec<_>) = node.nodes().partition(|n| n.name() == "rule");
        self.children(rest.into_iter(), &mut body);
        let within = Within {
            profile: &name,
            on: kind,
        };
        for rule in own {
            rules.extend(self.rule(rule, root, Some(&within)));
        }
        let doc = body.doc.take();
        Some(Profile {
            name,
            span,
            unit: self.unit,
            doc,
            body,
        })
    }
}
