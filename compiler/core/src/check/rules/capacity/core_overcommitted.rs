//! What others depend on shares cores that were promised several times.

use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Pool, Workload},
    schema::kinds::Criticality,
    units::Ratio,
};

declare_rule! { pub RULE = "core-overcommitted", Capacity, Error, "a `criticality=core` workload where CPU or memory is promised more than once", include_str!("core_overcommitted.md") }

/// Reports a core workload's own ratio, else the first of its pools that overcommits.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in estate.workloads.iter() {
        let criticality = &workload.spec.criticality;
        if criticality.value != Criticality::Core {
            continue;
        }
        let on_pool = || {
            let pools = workload.pools.iter().map(|pool| &estate.pools[pool.to]);
            pools.flat_map(|pool| promised(estate, workload, pool)).next()
        };
        let Some((span, ratio, what, whose)) = own(estate, workload).or_else(on_pool) else {
            continue;
        };
        let message = format!(
            "`{}` is `criticality=core`, and {whose} promises each {what} {} times",
            workload.path,
            times(ratio)
        );
        findings.push(
            Diagnostic::new(&RULE, span, message)
                .label(format!("promised {ratio}"))
                .also(estate.span(criticality.origin), "others depend on it")
                .why("when all ask at once each gets a part, and what depends on this one waits with it")
                .help("run it on a pool without `overcommit`, or write `criticality=standard`"),
        );
    }
}

type Promise = (Span, Ratio, &'static str, String);

fn own(estate: &Estate, workload: &Workload) -> Option<Promise> {
    let ratio = workload.spec.cpu.as_ref()?.overcommit.as_ref()?;
    (ratio.value > Ratio::ONE).then(|| (estate.span(ratio.origin), ratio.value, "core", "it".to_owned()))
}

/// What the pool promises several times and the workload takes of it: cores of its own are not
/// shared, whatever the pool says.
fn promised(estate: &Estate, workload: &Workload, pool: &Pool) -> Vec<Promise> {
    let Some(overcommit) = &pool.spec.overcommit else {
        return Vec::new();
    };
    let dedicated = workload
        .spec
        .cpu
        .as_ref()
        .and_then(|cpu| cpu.dedicated.as_ref())
        .is_some_and(|dedicated| dedicated.value);
    [(&overcommit.cpu, "core", dedicated), (&overcommit.memory, "byte of memory", false)]
        .into_iter()
        .filter(|(ratio, _, spared)| ratio.value > Ratio::ONE && !spared)
        .map(|(ratio, what, _)| (estate.span(ratio.origin), ratio.value, what, format!("pool `{}`", pool.name.value)))
        .collect()
}

/// How often each unit is promised, to two decimals.
fn times(ratio: Ratio) -> String {
    let percent = ratio.percent();
    match percent % 100 {
        0 => (percent / 100).to_string(),
        part => format!("{}.{part:02}", percent / 100),
    }
}
