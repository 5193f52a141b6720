//! More than `restricted` needs a reason that a reviewer can read.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::PodLevel,
};

declare_rule! { pub RULE = "privilege-without-reason", Secrets, Error, "a level of pod security above `restricted` without a reason", include_str!("privilege_without_reason.md") }

/// Reports each level that is raised and does not say why.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let Some(security) = &workload.spec.security else {
            continue;
        };
        let level = security.pod_level;
        let said = security
            .because
            .as_ref()
            .is_some_and(|why| !why.value.trim().is_empty());
        let may = match level.value {
            PodLevel::Restricted => continue,
            PodLevel::Baseline => "run as root",
            PodLevel::Privileged => "do all that root on the node may",
        };
        if said {
            continue;
        }
        let message = format!(
            "`{}` asks for `pod-level={}` and does not say why",
            workload.path,
            level.value.word()
        );
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(level.origin), message)
                .label("why?")
                .why(format!("pods of that level may {may}, and the level holds for the whole namespace; who reads the spec in a year must be able to tell whether it is still needed"))
                .help("add `because=\"…\"`, or leave the level at `restricted`"),
        );
    }
}
