//! A tenant or outside system by a name that means something else.

use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    units::Name,
};

declare_rule! { pub RULE = "reserved-name", References, Error, "a tenant or outside system called `internet` or `platform`", include_str!("reserved_name.md") }

/// What `connect` understands by itself, and where that leads.
const TAKEN: &[(&str, &str)] = &[
    ("internet", "everything outside"),
    ("platform", "the parts of the cluster that all tenants use"),
];

/// Reports each such name.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for tenant in estate.tenants.values() {
        findings.extend(taken("tenant", &tenant.name.value, estate.span(tenant.name.origin)));
    }
    for external in estate.externals.values() {
        findings.extend(taken("external", &external.name.value, estate.span(external.name.origin)));
    }
}

fn taken(kind: &str, name: &Name, span: Span) -> Option<Diagnostic> {
    let (word, meaning) = TAKEN.iter().find(|(word, _)| *word == name.as_str())?;
    Some(
        Diagnostic::new(&RULE, span, format!("no {kind} can be called `{word}`"))
            .label("taken")
            .why(format!("in `connect`, `{word}` means {meaning}"))
            .help("choose another name"),
    )
}
