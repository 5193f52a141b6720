//! A priority that is Kubernetes' own to give.

use std::collections::BTreeSet;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "priority-out-of-range", Platform, Error, "a priority with a value above 1,000,000,000, or a name that begins with `system-`", include_str!("priority_out_of_range.md"); refused_by = ApiServer }

/// The highest value of a class that is not Kubernetes' own.
const HIGHEST: i32 = 1_000_000_000;

/// Reports each in use on Kubernetes: others are not emitted.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let on_kubernetes = estate.workloads.values().filter(|workload| estate.clusters[workload.cluster].is_kubernetes());
    let used: BTreeSet<_> = on_kubernetes.filter_map(|workload| Some(workload.priority?.to)).collect();
    for (id, priority) in estate.priorities.iter().filter(|(id, _)| used.contains(id)) {
        let name = &priority.name.value;
        let value = &estate.priorities[id].value;
        if value.value > HIGHEST {
            findings.push(
                Diagnostic::new(&RULE, estate.span(value.origin), format!("priority `{name}` has the value {}, and at most {HIGHEST} can be given", value.value))
                    .label("too high")
                    .why("what is above belongs to `system-cluster-critical` and `system-node-critical`, which nothing of a tenant's may push out")
                    .help(format!("write at most {HIGHEST}")),
            );
        }
        if name.as_str().starts_with("system-") {
            findings.push(
                Diagnostic::new(&RULE, estate.span(priority.name.origin), format!("no priority of ours can be called `{name}`"))
                    .label("begins with `system-`")
                    .why("classes of that prefix are Kubernetes' own, and the API server refuses others")
                    .help("choose a name without `system-`"),
            );
        }
    }
}
