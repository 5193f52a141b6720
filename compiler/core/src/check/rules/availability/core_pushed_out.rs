//! What others depend on may be pushed out by what nobody depends on.

use crate::{
    check::{
        Subject,
        common::{is_core, pushing},
    },
    diag::{Diagnostic, Findings, declare_rule},
    model::Body,
};

declare_rule! { pub RULE = "core-pushed-out", Availability, Warn, "a `criticality=core` workload that others of less weight push out", include_str!("core_pushed_out.md") }

/// Compares each core workload with the highest priority on its cluster that pushes others out and
/// is had by something that is not core.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let pushing = pushing(estate, |it| !is_core(it));
    for (_, workload) in subject.whole_workloads() {
        let own = workload
            .priority
            .map_or(0, |own| estate.priorities[own.to].value.value);
        let Some(Some((above, by))) = pushing.get(workload.cluster.index()) else {
            continue;
        };
        let runs = matches!(workload.body, Body::Container(_) | Body::Vm(..));
        let meet = by
            .pools
            .iter()
            .any(|theirs| workload.pools.iter().any(|ours| ours.to == theirs.to));
        if !runs || !meet || !is_core(workload) || above.value.value <= own {
            continue;
        }
        let at = workload
            .spec
            .priority
            .as_ref()
            .map_or(workload.spec.criticality.origin, |it| it.origin);
        let message = format!(
            "`{}` is `criticality=core`, and `{}` may push it out",
            workload.path, by.path
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(at), message)
                .label(format!("of priority {own}"))
                .also(above.meta.span, format!("priority {} pushes others out", above.value.value))
                .why("when a node is full the scheduler ends pods of lower priority to make room for higher ones, whatever depends on them")
                .help(format!("give it a priority of {} or more, or let that one not push others out: `preempts=#false`", above.value.value)),
        );
    }
}
