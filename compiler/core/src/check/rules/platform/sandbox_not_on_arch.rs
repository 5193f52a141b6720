//! A sandbox that the pool's processors have no build of.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::{Arch, Sandbox},
};

declare_rule! { pub RULE = "sandbox-not-on-arch", Platform, Error, "a Kata sandbox that arm64 nodes do not have", include_str!("sandbox_not_on_arch.md") }

/// Reports each workload on arm64 in a sandbox that kata-deploy installs on amd64 alone (4.1.0,
/// its chart's `values.yaml`).
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Some(sandbox) = workload.sandbox() else {
            continue;
        };
        let everywhere = matches!(sandbox.value, Sandbox::None | Sandbox::Gvisor | Sandbox::Kata);
        let mut pools = workload.pools.iter().map(|pool| &estate.pools[pool.to]);
        let arm = pools.find(|pool| estate.arch(pool) == Arch::Arm64);
        let Some(pool) = arm.filter(|_| !everywhere) else {
            continue;
        };
        let word = sandbox.value.word();
        let message = format!(
            "`{}` runs in a sandbox `{word}`, and pool `{}` is arm64",
            workload.path, pool.name.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(sandbox.origin), message)
                .label("amd64 alone")
                .also(pool.spec.cpu.meta.span, "arm64")
                .why("kata-deploy installs this one on amd64 nodes only; elsewhere the node knows no such handler and tries to make the pod again and again")
                .help("write `sandbox=kata`, which arm64 has, or choose a pool of amd64"),
        );
    }
}
