//! An outside system of which nobody says where it is.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "external-without-address", Network, Error, "an outside system without an address and without a name", include_str!("external_without_address.md") }

/// Reports each of them, whether somebody connects to it or not.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for external in subject.estate.externals.values() {
        // What is wrong with its addresses was told.
        if external.meta.broken || !external.cidrs().is_empty() || !external.hosts().is_empty() {
            continue;
        }
        let name = &external.name.value;
        let message = format!("nobody knows where `{name}` is");
        findings.push(
            Diagnostic::new(&RULE, external.meta.name_span, message)
                .label("has no `cidr` and no `host`")
                .why("policies let out to addresses or to names; without either only a way to everywhere would do")
                .help("write `cidr \"203.0.113.0/24\"` with its addresses, or `host \"api.example.com\"` with its names"),
        );
    }
}
