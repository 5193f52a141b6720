//! Pinned virtual CPUs claim to share cores in a way that the host's do not.

use super::dedicated_cpu_not_whole::dedicated;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Pool},
    schema::kinds::{Arch, Cpu},
};

declare_rule! { pub RULE = "threads-beyond-host", Cpu, Error, "a pinned machine with more threads per core than its host has", include_str!("threads_beyond_host.md"); fixable; refused_by = KubeVirt }

/// Reports the first pool of each machine that has fewer threads per core.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in estate.workloads.iter() {
        let Some(cpu) = workload.spec.cpu.as_ref().filter(|cpu| dedicated(cpu)) else {
            continue;
        };
        let asked = cpu.threads.value;
        let short = workload
            .pools
            .iter()
            .map(|pool| &estate.pools[pool.to])
            .find(|pool| threads_per_core(estate, pool) < asked);
        let (Some(pool), Some(_)) = (short, workload.vm()) else {
            continue;
        };
        let has = threads_per_core(estate, pool);
        let message = format!(
            "`{}` has {asked} threads on each of its own cores, pool `{}` has {has}",
            workload.path, pool.name.value
        );
        let why = if pool.spec.cpu.smt.value {
            format!("a core of `{}` has {has}", pool.spec.cpu.model.value.text)
        } else {
            "`smt=#false` leaves one thread on each core".to_owned()
        };
        let finding = Diagnostic::new(&RULE, estate.span(cpu.threads.origin), message)
            .label("more than the host's")
            .also(pool.spec.cpu.meta.span, why)
            .why("pinned virtual CPUs are laid on real threads; siblings that are none mislead the guest's scheduler")
            .help(format!("write `threads={has}` and more `cores`"));
        findings.push(match same_cpus(subject, cpu, has) {
            Some((title, edits)) => finding.fix(title, edits),
            None => finding,
        });
    }
}

type Edits = Vec<(tenantry_syntax::Span, String)>;

/// The same number of virtual CPUs with this many threads on each core.
fn same_cpus(subject: &Subject<'_>, cpu: &Cpu, threads: u32) -> Option<(String, Edits)> {
    let cores = cpu.cores.as_ref()?;
    let each_socket = cores.value.checked_mul(cpu.threads.value)?;
    let more = each_socket.checked_div(threads)?;
    let edits = vec![
        (subject.rewritable(cores.origin)?, more.to_string()),
        (subject.rewritable(cpu.threads.origin)?, threads.to_string()),
    ];
    let exact = more * threads == each_socket;
    exact.then(|| (format!("write `cores={more} threads={threads}`"), edits))
}

/// Threads of each core that a machine with cores of its own can see: the host's, and of those two
/// at most, on arm64 one (KubeVirt 1.9, `vmi-create-admitter.go`).
fn threads_per_core(estate: &Estate, pool: &Pool) -> u32 {
    let on_host = match pool.spec.cpu.smt.value {
        true => estate.cpu_models[pool.cpu_model.to].threads.value,
        false => 1,
    };
    let most = match estate.arch(pool) {
        Arch::Amd64 => 2,
        Arch::Arm64 => 1,
    };
    match estate.clusters[pool.cluster].is_kubernetes() {
        true => on_host.min(most),
        false => on_host,
    }
}
