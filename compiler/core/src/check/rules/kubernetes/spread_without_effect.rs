//! Replicas that stand on each node anyway are told to keep apart.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Body, Replicas},
};

declare_rule! { pub RULE = "spread-without-effect", Availability, Warn, "a `spread` of what has one replica on each node, or one in all", include_str!("spread_without_effect.md") }

/// Reports each such spread, and more than one replica of a container on each node.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let (what, count) = match &workload.replicas {
            Replicas::PerNode(count) => ("has one replica on each node", count),
            Replicas::Fixed(count) if count.value == 1 && workload.spec.replicas.is_some() => ("has one replica", count),
            _ => continue,
        };
        if matches!(workload.body, Body::Job(_) | Body::Chart(_)) {
            continue;
        }
        for spread in workload.spec.on.iter().flat_map(|on| &on.spread) {
            let message = format!("`{}` {what}, and a `spread` that keeps replicas apart", workload.path);
            findings.push(
                Diagnostic::new(&RULE, spread.meta.span, message)
                    .label("has no effect")
                    .also(estate.span(count.origin), "how many there are")
                    .why("there are no two replicas that could stand together; whoever reads it will think that there are")
                    .help("take the `spread` away, or say how many replicas there shall be"),
            );
        }
    }
}
