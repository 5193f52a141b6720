//! A share of something that one container of the pod does not ask for.

use super::companions::companions;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Body, Estate, Workload},
};

declare_rule! { pub RULE = "scale-without-request", Availability, Error, "a `scale` by a share of CPU that a sidecar does not ask for", include_str!("scale_without_request.md") }

/// Reports each sidecar that leaves an autoscaler without a number.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Some(scale) = &workload.spec.scale else {
            continue;
        };
        let by_cpu = scale.cpu.is_some() || (scale.memory.is_none() && scale.metric.is_empty());
        if !by_cpu || !matches!(workload.body, Body::Container(_)) || has_defaults(estate, workload) {
            continue;
        }
        let at = scale.cpu.as_ref().map_or(scale.meta.span, |cpu| cpu.meta.span);
        for beside in companions(workload).iter().filter(|one| one.stays() && one.cpu.is_none()) {
            let message = format!("`{}` scales by a share of its CPU, and its sidecar `{}` asks for none", workload.path, beside.name.value);
            findings.push(
                Diagnostic::new(&RULE, estate.span(beside.name.origin), message)
                    .label("no `cpu=`")
                    .also(at, "a share of what all its containers ask for")
                    .why("where one container asks for nothing the autoscaler cannot work out a share, and leaves the number of replicas as it is")
                    .help("say what the sidecar takes, such as `cpu=\"50m\"`"),
            );
        }
    }
}

/// Whether the namespace gives a container that asks for nothing a default: it has one beside a
/// quota on CPU or memory.
fn has_defaults(estate: &Estate, workload: &Workload) -> bool {
    let mut quotas = estate.tenants[workload.tenant].quotas.iter();
    quotas.any(|quota| quota.cluster == workload.cluster && (quota.spec.cpu.is_some() || quota.spec.memory.is_some()))
}
