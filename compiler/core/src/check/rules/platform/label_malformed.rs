//! A label or annotation that the API server refuses, or that is ours to write.

use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    lower::names::DOMAIN,
    schema::construct::Meta,
};

declare_rule! { pub RULE = "label-malformed", Platform, Error, "a label or annotation that Kubernetes does not take, or that the compiler writes itself", include_str!("label_malformed.md"); refused_by = ApiServer }

/// Reports each on pools, tenants and workloads.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let pools = estate.pools.values().map(|pool| &pool.spec.meta);
    let tenants = estate.tenants.values().map(|tenant| &tenant.spec.meta);
    let workloads = estate.workloads.values().map(|workload| &workload.spec.meta);
    for meta in pools.chain(tenants).chain(workloads) {
        tags(subject, meta, findings);
    }
}

fn tags(subject: &Subject<'_>, meta: &Meta, findings: &mut Findings) {
    for (key, value) in &meta.labels {
        let span = subject.estate.span(value.origin);
        let own = KUBEVIRT.contains(&&**key).then_some("KubeVirt writes it itself");
        let wrong = key_fault(key).or(own).or_else(|| (!is_name(&value.value, true)).then_some(VALUE));
        report("label", key, span, wrong, findings);
    }
    for (key, value) in &meta.annotations {
        report("annotation", key, subject.estate.span(value.origin), key_fault(key), findings);
    }
}

fn report(what: &str, key: &str, span: Span, wrong: Option<&str>, findings: &mut Findings) {
    if let Some(wrong) = wrong {
        findings.push(
            Diagnostic::new(&RULE, span, format!("the {what} `{key}` cannot be written: {wrong}"))
                .label("refused by Kubernetes")
                .help("names are letters, digits, `-`, `_` and `.`, with a letter or digit at both ends; a key may have a DNS name and `/` in front"),
        );
    }
}

/// What is wrong with a label's value.
pub(in crate::check) const VALUE: &str = "its value has more than 63 characters, or others than letters, digits, `-`, `_` and `.`";

/// The labels that a machine may not bring (1.9, `vmi-create-admitter.go`).
const KUBEVIRT: &[&str] = &[
    "kubevirt.io/created-by",
    "kubevirt.io/migrationJobUID",
    "kubevirt.io/nodeName",
    "kubevirt.io/migrationTargetNodeName",
    "kubevirt.io/schedulable",
    "kubevirt.io/install-strategy",
];

/// What is wrong with a key: `[PREFIX/]NAME`, after Kubernetes' label syntax.
pub(in crate::check) fn key_fault(key: &str) -> Option<&'static str> {
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    if prefix == Some(DOMAIN) {
        return Some("keys below `tenantry.dev/` are the compiler's own");
    }
    let dns = |prefix: &str| {
        prefix.len() <= 253
            && prefix.split('.').all(|label| <crate::units::Name as crate::units::Unit>::parse(label).is_ok())
    };
    if prefix.is_some_and(|prefix| !dns(prefix)) {
        return Some("what stands before the `/` is not a DNS name");
    }
    (!is_name(name, false)).then_some("its key has more than 63 characters, or others than letters, digits, `-`, `_` and `.`")
}

/// Whether a text is a label's name, or with `may_be_empty` its value.
pub(in crate::check) fn is_name(text: &str, may_be_empty: bool) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let sound = text.len() <= 63 && text.chars().all(inner) && end(text.chars().next()) && end(text.chars().last());
    sound || (may_be_empty && text.is_empty())
}
