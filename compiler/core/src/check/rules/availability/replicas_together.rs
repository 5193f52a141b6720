//! Replicas that stand in for each other may share a node.

use crate::{
    check::{
        Subject,
        common::{is_core, least, pattern},
    },
    diag::{Diagnostic, Findings, declare_rule, words},
    model::Workload,
    origin::OriginId,
    schema::kinds::Pattern_,
};

declare_rule! { pub RULE = "replicas-together", Availability, Warn, "replicas that stand in for each other and may all be on one node", include_str!("replicas_together.md") }

/// Reports pairs and quorums without a hard spread, and `criticality=core` without any.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Some(count) = least(workload).filter(|count| count.value > 1) else {
            continue;
        };
        let nodes: usize = workload
            .pools
            .iter()
            .map(|pool| estate.pools[pool.to].nodes.len())
            .sum();
        let mut spreads = workload.spec.on.iter().flat_map(|on| &on.spread);
        let Some((promise, origin, hard)) = promise(workload) else {
            continue;
        };
        // On one node there is nothing to keep apart.
        if nodes < 2 || spreads.any(|spread| !hard || spread.hard.value) {
            continue;
        }
        let word = if hard { " hard=#true" } else { "" };
        let message = format!(
            "`{}` is {promise}, and its {} may all be on one node",
            workload.path,
            words::count(count.value, "replica")
        );
        let on = workload
            .spec
            .on
            .as_ref()
            .map_or(workload.spec.meta.name_span, |on| on.meta.span);
        findings.push(
            Diagnostic::new(&RULE, on, message)
                .label("nothing keeps them apart")
                .also(estate.span(origin), format!("`{promise}`"))
                .why("the scheduler puts replicas where there is room, which after a drain is often one node; its loss is then the loss of all")
                .help(format!("write `on … {{ spread by=node{word}; }}`")),
        );
    }
}

/// What the spec says that wants its replicas apart, where, and whether only a hard spread keeps
/// that.
fn promise(workload: &Workload) -> Option<(String, OriginId, bool)> {
    let availability = workload.spec.availability.as_ref();
    match (pattern(workload), availability) {
        (Pattern_::None, _) | (_, None) => is_core(workload).then(|| {
            let origin = workload.spec.criticality.origin;
            ("criticality=core".to_owned(), origin, false)
        }),
        (pattern, Some(availability)) => {
            let origin = availability.pattern.origin;
            Some((format!("pattern={pattern}"), origin, true))
        }
    }
}
