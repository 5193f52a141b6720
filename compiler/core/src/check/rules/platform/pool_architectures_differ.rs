//! A machine may run on pools of different architectures.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "pool-architectures-differ", Platform, Error, "a machine on pools of different architectures", include_str!("pool_architectures_differ.md") }

/// Reports each such machine.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Some(vm) = workload.vm() else { continue };
        let arch = |pool: &crate::model::Ref<crate::model::Pool>| {
            estate.cpu_models[estate.pools[pool.to].cpu_model.to]
                .arch
                .value
        };
        let Some((first, other)) = workload.pools.split_first().and_then(|(first, rest)| {
            Some((first, rest.iter().find(|pool| arch(pool) != arch(first))?))
        }) else {
            continue;
        };
        let name = |pool: &crate::model::Ref<crate::model::Pool>| {
            estate.pools[pool.to].name.value.to_string()
        };
        let message = format!(
            "`{}` may run on pool `{}` ({}) and on pool `{}` ({})",
            workload.path,
            name(first),
            arch(first).word(),
            name(other),
            arch(other).word()
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(other.at), message)
                .label("another architecture")
                .also(vm.meta.span, "a machine and its image are of one")
                .help("name pools of one architecture"),
        );
    }
}
