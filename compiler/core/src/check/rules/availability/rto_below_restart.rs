//! A time to recover that a start on another node does not keep.

use crate::{
    check::{
        Subject,
        common::{is_alone, least},
    },
    diag::{Diagnostic, Findings, declare_rule},
    units::Duration,
};

declare_rule! { pub RULE = "rto-below-restart", Availability, Error, "a single replica that must be back sooner than a failed node is noticed", include_str!("rto_below_restart.md") }

/// 40 to 50 seconds until a silent node counts as lost, 5 minutes until its pods are evicted (the
/// toleration that Kubernetes gives each pod), and the start itself.
const RESTART: Duration = Duration::secs(6 * 60);

/// Reports each lone replica on Kubernetes with an `rto` below that.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let availability = workload.spec.availability.as_ref();
        let Some(rto) = availability.and_then(|it| it.rto.as_ref()) else {
            continue;
        };
        let on_kubernetes = estate.clusters[workload.cluster].is_kubernetes();
        let covered = !workload.standbys.is_empty() || !is_alone(workload);
        if !on_kubernetes || covered || rto.value >= RESTART {
            continue;
        }
        let message = format!(
            "`{}` must be back within {}, and its one replica is not sooner elsewhere than in {RESTART}",
            workload.path, rto.value
        );
        let mut finding = Diagnostic::new(&RULE, estate.span(rto.origin), message)
            .label(format!("less than {RESTART}"));
        if let Some(count) = least(workload) {
            finding = finding.also(estate.span(count.origin), "one replica");
        }
        findings.push(
            finding
                .why("a node that went silent is given up after 50 s, its pods after 5 min more, and only then another is started; a machine's disk may have to be fenced first")
                .help("write `replicas 2` or more, so that another already runs when one is lost, or `rto=\"10m\"`"),
        );
    }
}
