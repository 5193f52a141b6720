//! A connection between sites that says nothing, or says it twice.

use std::collections::BTreeMap;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "link-ends", Network, Error, "a link from a site to itself, or a second one between two sites", include_str!("link_ends.md") }

/// Reports each such link.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let mut seen = BTreeMap::new();
    for link in &estate.links {
        let [first, second] = link.ends;
        let name = |at: crate::model::Id<_>| &estate.sites[at].name.value;
        let finding = if first.to == second.to {
            let message = format!("this link joins site `{}` to itself", name(first.to));
            Diagnostic::new(&RULE, estate.span(second.at), message)
                .label("the same site")
                .why("within a site everything is near: a link says how far two sites are apart")
                .help("name the other site, or leave the link out")
        } else {
            let ends = (first.to.min(second.to), first.to.max(second.to));
            let Some(other) = seen.insert(ends, link.spec.meta.span) else {
                continue;
            };
            let message = format!("sites `{}` and `{}` are linked twice", name(first.to), name(second.to));
            Diagnostic::new(&RULE, link.spec.meta.span, message)
                .label("the second")
                .also(other, "the first")
                .why("a link holds in both directions, and nothing says which of two figures counts")
                .help("keep one of them")
        };
        findings.push(finding);
    }
}
