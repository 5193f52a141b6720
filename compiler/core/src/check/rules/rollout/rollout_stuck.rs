//! A rollout that may neither add a replica nor take one away.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Body, Workload},
    origin::OriginId,
    schema::kinds::{CountOrShare, Strategy},
    units::Percent,
};

declare_rule! { pub RULE = "rollout-stuck", Rollout, Error, "a rollout that may neither add a replica nor take one away", include_str!("rollout_stuck.md"); refused_by = ApiServer }

/// Reports containers that are told apart by nothing, whose `max-surge` and `max-unavailable` are
/// both nothing. With GPUs no replica is added unless the spec says so.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Some((most, surge)) = stuck(workload) else {
            continue;
        };
        let message = format!(
            "no new version of `{}` can come: none may be added, and none may be away",
            workload.path
        );
        let mut finding =
            Diagnostic::new(&RULE, estate.span(most), message).label("none may be away");
        finding = match surge {
            Some(surge) => finding.also(estate.span(surge), "none may be added").help("write `max-surge=1`, or `max-unavailable=1`"),
            None => finding
                .also(workload.spec.gpu.first().map_or(workload.spec.meta.name_span, |gpu| gpu.meta.span), "none is added: GPUs are too few for a spare one")
                .help("write `rollout max-surge=1` if there is a GPU to spare, or `max-unavailable=1`"),
        };
        findings.push(finding.why("the first step of a rollout is one replica more or one less; the API server refuses what allows neither"));
    }
}

/// Where it says that none may be away, and where that none may be added.
pub(crate) fn stuck(workload: &Workload) -> Option<(OriginId, Option<OriginId>)> {
    let most = workload
        .spec
        .availability
        .as_ref()?
        .max_unavailable
        .as_ref()?;
    let rollout = workload.spec.rollout.as_ref();
    let rolling = rollout.is_none_or(|rollout| rollout.strategy.value == Strategy::Rolling);
    let plain = matches!(workload.body, Body::Container(_))
        && !workload.has_identity()
        && workload.disks.iter().all(|disk| disk.spec.ephemeral.value);
    if !is_none(&most.value) || !rolling || !plain {
        return None;
    }
    match rollout.and_then(|rollout| rollout.max_surge.as_ref()) {
        Some(surge) => is_none(&surge.value).then_some((most.origin, Some(surge.origin))),
        None => (!workload.gpus.is_empty()).then_some((most.origin, None)),
    }
}

fn is_none(amount: &CountOrShare) -> bool {
    match amount {
        CountOrShare::Count(count) => *count == 0,
        CountOrShare::Share(share) => *share == Percent::ZERO,
    }
}
