//! A container is told of its processor or memory what only a machine has.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Body, Workload},
    origin::OriginId,
};

declare_rule! { pub RULE = "machine-setting-on-container", Platform, Error, "a setting of a machine's processor or memory on a container", include_str!("machine_setting_on_container.md") }

/// Reports each such setting that the container itself says. A profile may be for both.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        if !matches!(workload.body, Body::Container(_) | Body::Job(_)) {
            continue;
        }
        for (word, at, why) in settings(workload) {
            if !subject.is_own(at) {
                continue;
            }
            let message = format!("`{}` is a {} and has `{word}`", workload.path, workload.body.name());
            findings.push(
                Diagnostic::new(&RULE, subject.estate.span(at), message)
                    .label("of machines alone")
                    .why(why)
                    .help("leave it out, or make it a machine (`vm`)"),
            );
        }
    }
}

const OWN: &str = "a container sees the processor of its node as it is";
const LAYOUT: &str = "the kubelet lays a container's cores and memory out by itself, for all pods of a node alike";
const SHARED: &str = "how often a container's CPU is promised is what it asks for beside its `limit`, and its pool's `overcommit`";
const FIXED: &str = "a container takes memory as it needs it, up to its `limit`, and gives back what it frees";

fn settings(workload: &Workload) -> Vec<(&'static str, OriginId, &'static str)> {
    let mut all = Vec::new();
    if let Some(cpu) = &workload.spec.cpu {
        all.push(("model", Some(cpu.model.origin), OWN));
        all.extend(cpu.feature.first().map(|it| ("feature", Some(it.meta.origin), OWN)));
        let on = |switch: &Option<crate::origin::V<bool>>| {
            switch.as_ref().filter(|on| on.value).map(|on| on.origin)
        };
        all.push(("numa", on(&cpu.numa), LAYOUT));
        all.push(("isolate-emulator", on(&cpu.isolate_emulator), LAYOUT));
        all.push(("realtime", on(&cpu.realtime), LAYOUT));
        all.push(("overcommit", cpu.overcommit.as_ref().map(|it| it.origin), SHARED));
    }
    if let Some(memory) = &workload.spec.memory {
        all.push(("max", memory.max.as_ref().map(|max| max.origin), FIXED));
        let balloon = memory.balloon.as_ref().filter(|balloon| balloon.value);
        all.push(("balloon", balloon.map(|balloon| balloon.origin), FIXED));
    }
    let told = |(word, at, why): (&'static str, Option<OriginId>, _)| Some((word, at?, why));
    all.into_iter().filter_map(told).collect()
}
