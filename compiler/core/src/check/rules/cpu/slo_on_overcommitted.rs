//! A workload promises to answer almost always, on CPU that is promised several times.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Workload,
    origin::OriginId,
    schema::kinds::Criticality,
    units::{Percent, Ratio},
};

declare_rule! { pub RULE = "slo-on-overcommitted", Cpu, Warn, "a promised share of answers on CPU that is promised more than 1.5 times", include_str!("slo_on_overcommitted.md") }

/// The least promise that is looked at: three nines are nine hours a year.
const THREE_NINES: Percent = Percent::thousandths(99_900);

/// How often CPU may be promised to what others wait for, by common practice.
const MOST: u64 = 150;

/// Reports each such workload. Of `criticality=core` nothing may be promised twice, which is told
/// by a rule of its own.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let availability = workload.spec.availability.as_ref();
        let slo = availability.and_then(|availability| availability.slo.as_ref());
        let Some(slo) = slo.filter(|slo| slo.value >= THREE_NINES) else {
            continue;
        };
        let core = workload.spec.criticality.value == Criticality::Core;
        let Some((ratio, at)) = promised(subject, workload).filter(|_| !core) else {
            continue;
        };
        let message = format!(
            "`{}` promises {} of answers, on CPU that is promised {ratio}",
            workload.path, slo.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(at), message)
                .label("more than 1.5 times")
                .also(estate.span(slo.origin), "promised")
                .why("when all that share a core work at once each gets less than half of it, and answers come late before anything is down")
                .help("write `overcommit cpu=\"2:3\"` at most for the pool that it runs on, or give it a pool that shares less"),
        );
    }
}

/// The first ratio beyond the bound that holds for the workload, and where it is said.
fn promised(subject: &Subject<'_>, workload: &Workload) -> Option<(Ratio, OriginId)> {
    let cpu = workload.spec.cpu.as_ref()?;
    if cpu.is_dedicated() {
        return None;
    }
    let own = cpu.overcommit.as_ref().filter(|_| workload.vm().is_some());
    if let Some(own) = own {
        return (own.value.percent() > MOST).then_some((own.value, own.origin));
    }
    let pools = workload.pools.iter().map(|pool| &subject.estate.pools[pool.to]);
    pools
        .filter_map(|pool| pool.spec.overcommit.as_ref())
        .map(|overcommit| (overcommit.cpu.value, overcommit.cpu.origin))
        .find(|(ratio, _)| ratio.percent() > MOST)
}
