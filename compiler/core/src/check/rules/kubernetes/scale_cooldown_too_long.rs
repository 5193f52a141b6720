//! An autoscaler that is to wait for longer than one can.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    units::Duration,
};

declare_rule! { pub RULE = "scale-cooldown-too-long", Availability, Error, "a `scale` whose cooldown is longer than an hour", include_str!("scale_cooldown_too_long.md"); refused_by = ApiServer }

/// The longest that an autoscaler looks back, in seconds (`stabilizationWindowSeconds`).
const LONGEST: u64 = 3_600;

/// Reports each on Kubernetes.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let cooldown = workload.spec.scale.as_ref().and_then(|scale| scale.cooldown.as_ref());
        let on_kubernetes = estate.clusters[workload.cluster].is_kubernetes();
        let Some(cooldown) = cooldown.filter(|wait| on_kubernetes && wait.value > Duration::secs(LONGEST)) else {
            continue;
        };
        let message = format!("`{}` waits {} before there are fewer of it, and an autoscaler can wait an hour", workload.path, cooldown.value);
        findings.push(
            Diagnostic::new(&RULE, estate.span(cooldown.origin), message)
                .label("longer than 1h")
                .why("an autoscaler keeps what it measured in its memory for that long; the API server refuses more")
                .help("write `cooldown=\"1h\"`, or raise `min` for the hours that it is meant for"),
        );
    }
}
