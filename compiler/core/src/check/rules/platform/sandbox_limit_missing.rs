//! A sandbox whose machine would be given the wrong size.

use tenantry_syntax::change::Change;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "sandbox-limit-missing", Platform, Error, "a Kata sandbox without a CPU limit", include_str!("sandbox_limit_missing.md") }

/// Reports each such workload. Memory without a limit of its own is bounded by its size.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let Some(sandbox) = workload.sandbox().filter(|sandbox| sandbox.value.is_kata()) else {
            continue;
        };
        let Some(cpu) = workload.spec.cpu.as_ref().filter(|cpu| cpu.limit.is_none()) else {
            continue;
        };
        let asked = cpu.request.as_ref().map_or(String::new(), |request| {
            format!(" and asks for {}", request.value)
        });
        let message = format!(
            "`{}` runs in a sandbox{asked}, without a CPU limit",
            workload.path
        );
        let finding =
            Diagnostic::new(&RULE, cpu.meta.span, message)
                .label("no `limit`")
                .also(subject.estate.span(sandbox.origin), "a virtual machine of its own")
                .why("Kata makes the machine as large as the limits; without one it has 1 virtual CPU, whatever is asked for")
                .help("add `limit=`, whole cores");
        let whole = cpu.request.as_ref().map(|request| request.value.as_millis().div_ceil(1000));
        let place = subject.estate.own_node(&cpu.meta).zip(whole);
        findings.push(match place {
            Some((node, whole)) => finding.suggest(
                format!("write `limit={whole}`"),
                vec![Change::SetProperty(node, "limit".to_owned(), whole.to_string())],
            ),
            None => finding,
        });
    }
}
