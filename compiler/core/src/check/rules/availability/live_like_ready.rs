//! A busy replica is killed by the question that should only spare it.

use crate::{
    check::{
        Subject,
        common::{patience, probe},
    },
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::{Probe, ProbeKind},
};

declare_rule! { pub RULE = "live-like-ready", Availability, Warn, "a `live` probe that asks the same as `ready` and is no more patient", include_str!("live_like_ready.md") }

/// Reports pairs of HTTP probes with one path and port where `live` gives up no later.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let (Some(live), Some(ready)) = (
            probe(workload, ProbeKind::Live),
            probe(workload, ProbeKind::Ready),
        ) else {
            continue;
        };
        if !asks_the_same(live, ready) || patience(live) > patience(ready) {
            continue;
        }
        let path = live.path.as_ref().map_or("", |path| &*path.value);
        let message = format!(
            "`{}` is started again by the same question, `{path}`, that should only take it out of service",
            workload.path
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(live.meta.origin), message)
                .label(format!("starts it again after {} without an answer", patience(live)))
                .also(estate.span(ready.meta.origin), format!("takes it out after {}", patience(ready)))
                .why("under load, or when what it calls is away, all replicas answer late: they are killed together, and whoever is left has their load as well")
                .help("let `live` ask something that needs nobody else, such as `path=\"/health\"`, or give it a multiple of the `failures`, or leave it out: a process that ends is started again anyway"),
        );
    }
}

fn asks_the_same(live: &Probe, ready: &Probe) -> bool {
    let path = |probe: &Probe| probe.path.as_ref().map(|path| path.value.clone());
    let port = |probe: &Probe| probe.port.as_ref().map(|port| port.value.clone());
    path(live).is_some() && path(live) == path(ready) && port(live) == port(ready)
}
