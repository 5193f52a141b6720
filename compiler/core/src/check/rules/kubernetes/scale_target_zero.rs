//! An aim of scaling that is always passed, or never.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Workload,
    origin::V,
    schema::kinds::Scale,
    units::Percent,
};

declare_rule! { pub RULE = "scale-target-zero", Availability, Error, "a `scale` that aims at nothing, or at more than a replica can ever use", include_str!("scale_target_zero.md"); refused_by = ApiServer }

/// Reports aims of zero, bounds of zero, and shares that the limits keep out of reach.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let Some(scale) = &workload.spec.scale else {
            continue;
        };
        let mut zero = Vec::new();
        zero.extend(scale.cpu.iter().filter(|aim| aim.share.value == Percent::ZERO).map(|aim| ("cpu", aim.share.origin)));
        zero.extend(scale.memory.iter().filter(|aim| aim.share.value == Percent::ZERO).map(|aim| ("memory", aim.share.origin)));
        zero.extend(scale.metric.iter().filter(|aim| aim.value.value == 0).map(|aim| ("metric", aim.value.origin)));
        for (what, origin) in zero {
            findings.push(
                Diagnostic::new(&RULE, subject.estate.span(origin), format!("`{}` aims at no {what} at all", workload.path))
                    .label("zero")
                    .why("any use is more than that; the API server refuses it")
                    .help("write what a replica can bear, such as `cpu \"70%\"`"),
            );
        }
        if scale.min.value == 0 {
            findings.push(
                Diagnostic::new(&RULE, subject.estate.span(scale.min.origin), format!("`{}` scales down to nothing", workload.path))
                    .label("zero")
                    .why("an autoscaler without replicas has nothing to measure, so nothing would bring the first one back; the API server refuses it")
                    .help("write `min=1`"),
            );
        }
        findings.extend(out_of_reach(subject, workload, scale));
    }
}

/// A share of the request beyond what the limit allows.
fn out_of_reach(subject: &Subject<'_>, workload: &Workload, scale: &Scale) -> Vec<Diagnostic> {
    let cpu = workload.spec.cpu.as_ref();
    let cpu = cpu.and_then(|cpu| Some((cpu.request.as_ref()?.value.as_millis(), cpu.limit.as_ref()?)));
    let cpu = scale.cpu.as_ref().zip(cpu).and_then(|(aim, (request, limit))| {
        let most = share(limit.value.as_millis(), request)?;
        beyond(subject, workload, "CPU", &aim.share, most, limit.origin)
    });
    let memory = workload.spec.memory.as_ref().filter(|_| workload.vm().is_none());
    let memory = scale.memory.as_ref().zip(memory).and_then(|(aim, memory)| {
        let limit = memory.limit.as_ref().unwrap_or(&memory.size);
        let most = share(limit.value.get(), memory.size.value.get())?;
        beyond(subject, workload, "memory", &aim.share, most, limit.origin)
    });
    cpu.into_iter().chain(memory).collect()
}

/// A limit as thousandths of a percent of a request.
fn share(limit: u64, request: u64) -> Option<u128> {
    (u128::from(limit) * 100_000).checked_div(u128::from(request))
}

fn beyond(subject: &Subject<'_>, workload: &Workload, what: &str, aim: &V<Percent>, most: u128, limit: crate::origin::OriginId) -> Option<Diagnostic> {
    (u128::from(aim.value.as_thousandths()) >= most && aim.value != Percent::ZERO).then(|| {
        let message = format!("`{}` scales at {} of its {what}, and a replica can use at most {}% of what it asks for", workload.path, aim.value, most / 1000);
        Diagnostic::new(&RULE, subject.estate.span(aim.origin), message)
            .label("never passed")
            .also(subject.estate.span(limit), "its limit")
            .why("shares are of what is asked for, and the limit stops a replica before it gets there: it would never scale")
            .help("aim lower, such as \"70%\", or raise the limit")
    })
}
