//! Two containers of one pod have one name.

use std::collections::BTreeMap;

use tenantry_syntax::Span;

use super::companions::companions;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "container-name-taken", Platform, Error, "an `init` or `sidecar` with the name of another container of its pod", include_str!("container_name_taken.md"); refused_by = ApiServer }

/// Reports each. The main container bears the workload's name.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let mut taken: BTreeMap<&str, (Span, &str)> = BTreeMap::new();
        let own = estate.span(workload.name.origin);
        taken.insert(workload.name.value.as_str(), (own, "the main container is called like its workload"));
        for beside in companions(workload) {
            let name = beside.name.value.as_str();
            let span = estate.span(beside.name.origin);
            let Some((first, what)) = taken.get(name) else {
                taken.insert(name, (span, "the first"));
                continue;
            };
            findings.push(
                Diagnostic::new(&RULE, span, format!("the {} `{name}` of `{}` has the name of another of its containers", beside.word, workload.path))
                    .label("taken")
                    .also(*first, *what)
                    .why("containers of a pod are told apart by their names, and the API server refuses two alike")
                    .help("call it by what it does"),
            );
        }
    }
}
