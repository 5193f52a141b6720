//! Every new version stops all replicas of something that shall not stop.

use crate::{
    check::{
        Subject,
        common::{is_core, least},
    },
    diag::{Diagnostic, Findings, declare_rule, words},
    model::Workload,
    origin::OriginId,
    schema::kinds::Strategy,
};

declare_rule! { pub RULE = "recreate-with-promise", Rollout, Warn, "a rollout that ends all replicas first, of what shall stay available", include_str!("recreate_with_promise.md") }

/// Reports `strategy=recreate` with several replicas beside an `slo`, an `rto`, a budget or
/// `criticality=core`.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let strategy = workload
            .spec
            .rollout
            .as_ref()
            .map(|rollout| &rollout.strategy);
        let Some(strategy) = strategy.filter(|strategy| strategy.value == Strategy::Recreate)
        else {
            continue;
        };
        let (Some(count), Some((promise, origin))) = (least(workload), promise(workload)) else {
            continue;
        };
        if count.value < 2 {
            continue;
        }
        let message = format!(
            "each new version of `{}` ends all {} before one comes",
            workload.path,
            words::count(count.value, "replica")
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(strategy.origin), message)
                .label("all at once")
                .also(estate.span(origin), promise)
                .why("from the end of the last old replica to the readiness of the first new one nobody answers, and if the new version does not start, nobody does until it is mended")
                .help("write `strategy=rolling`, or leave it out; where two versions cannot run beside each other, say with `rto` and `slo` what an update costs"),
        );
    }
}

fn promise(workload: &Workload) -> Option<(String, OriginId)> {
    let availability = workload.spec.availability.as_ref();
    let slo = availability.and_then(|it| it.slo.as_ref());
    let most = availability.and_then(|it| it.max_unavailable.as_ref());
    let core = || {
        let origin = workload.spec.criticality.origin;
        is_core(workload).then(|| ("others depend on it".to_owned(), origin))
    };
    slo.map(|slo| {
        (
            format!("shall answer {} of the time", slo.value),
            slo.origin,
        )
    })
    .or_else(|| {
        most.map(|most| {
            (
                format!("{} may be away on purpose", most.value),
                most.origin,
            )
        })
    })
    .or_else(core)
}
