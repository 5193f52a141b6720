//! A folder of the output that not every system can hold.

use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "folder-name-reserved", Platform, Note, "a tenant or cluster whose folder Windows cannot hold", include_str!("folder_name_reserved.md") }

/// Reports each that is called like a device of Windows.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let tenants = estate.tenants.values().map(|tenant| ("tenant", tenant.name.value.as_str(), tenant.spec.meta.name_span));
    let clusters = estate.clusters.values().map(|cluster| ("cluster", cluster.name.value.as_str(), cluster.spec.meta.name_span));
    let workloads = estate.workloads.values().map(|workload| ("workload", workload.name.value.as_str(), workload.spec.meta.name_span));
    for (what, name, span) in tenants.chain(clusters).chain(workloads) {
        findings.extend(device(what, name, span));
    }
}

fn device(what: &str, name: &str, span: Span) -> Option<Diagnostic> {
    let numbered = |prefix: &str| name.strip_prefix(prefix).is_some_and(|rest| matches!(rest.as_bytes(), [b'1'..=b'9']));
    let taken = matches!(name, "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt");
    taken.then(|| {
        Diagnostic::new(&RULE, span, format!("the {what} `{name}` is called like a device of Windows"))
            .label("no file can be called so there")
            .why("folders and files of the output bear its name: on Windows the repository cannot be checked out")
            .help("choose another name where anybody works on Windows")
    })
}
