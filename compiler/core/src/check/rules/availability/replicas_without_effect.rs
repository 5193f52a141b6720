//! A number of replicas that nothing would follow.

use tenantry_syntax::change::Change;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Body,
};

declare_rule! { pub RULE = "replicas-without-effect", Availability, Error, "a number of replicas beside what decides it already", include_str!("replicas_without_effect.md"); fixable }

/// Reports `replicas` beside `scale`, and either of them on a job.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let spec = &workload.spec;
        let own = spec.replicas.as_ref().and_then(|node| subject.estate.own_node(&node.meta));
        let replicas = spec.replicas.as_ref().map(|node| ("replicas", node.meta.span));
        let scale = spec.scale.as_ref().map(|node| ("scale", node.meta.span));
        if matches!(workload.body, Body::Job(_)) {
            for (name, span) in replicas.into_iter().chain(scale) {
                findings.push(
                    Diagnostic::new(&RULE, span, format!("`{}` is a job, and `{name}` says nothing about one", workload.path))
                        .label("has no effect")
                        .help("how many of its pods run at once is the job's `parallel=`"),
                );
            }
        } else if let (Some((_, replicas)), Some((_, scale))) = (replicas, scale) {
            findings.push(
                Diagnostic::new(&RULE, replicas, format!("`{}` has a number of replicas and a `scale` that changes it", workload.path))
                    .label("overruled at once")
                    .also(scale, "by this")
                    .help("take `replicas` away, or take the `scale` away: `omit scale` where a profile brings it")
                    .maybe_fix("take `replicas` away", own.map(|span| vec![Change::RemoveNode(span)])),
            );
        }
    }
}
