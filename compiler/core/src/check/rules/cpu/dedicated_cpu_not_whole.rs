//! Cores that a workload shall have alone are not whole, or not the same everywhere.

use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Workload},
    origin::V,
    schema::kinds::Cpu,
    units::Cores,
};

declare_rule! { pub RULE = "dedicated-cpu-not-whole", Cpu, Error, "dedicated cores that are a fraction, or differ between request, limit and topology", include_str!("dedicated_cpu_not_whole.md"); fixable }

/// Reports the first such disagreement of each workload.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.estate.workloads.iter() {
        let Some(cpu) = workload.spec.cpu.as_ref().filter(|cpu| dedicated(cpu)) else {
            continue;
        };
        findings.extend(
            fraction(subject.estate, workload, cpu)
                .or_else(|| disagreement(subject.estate, workload, cpu)),
        );
    }
}

/// Whether the workload has its cores alone.
pub(super) fn dedicated(cpu: &Cpu) -> bool {
    cpu.dedicated.as_ref().is_some_and(|dedicated| dedicated.value)
}

fn fraction(estate: &Estate, workload: &Workload, cpu: &Cpu) -> Option<Diagnostic> {
    let amount = cpu
        .request
        .iter()
        .chain(&cpu.limit)
        .find(|amount| amount.value.as_whole().is_none())?;
    let up = amount.value.as_millis().div_ceil(1000);
    let span = estate.span(amount.origin);
    let message = format!("`{}` shall have {} of CPU for itself, which is not a whole number of cores", workload.path, amount.value);
    Some(
        Diagnostic::new(&RULE, span, message)
            .label("a fraction of a core")
            .why("a core is given away whole or shared; the kubelet shares what is a fraction, without a word")
            .help(format!("write {up}, or leave `dedicated` out"))
            .maybe_fix(format!("write {up}"), rounded_up(estate, cpu)),
    )
}

/// The amounts that are a fraction, each with the whole number above it, where all of them may be
/// written anew.
fn rounded_up(estate: &Estate, cpu: &Cpu) -> Option<Vec<(Span, String)>> {
    let amounts = cpu.request.iter().chain(&cpu.limit);
    let fractions = amounts.filter(|amount| amount.value.as_whole().is_none());
    let up = |amount: &V<Cores>| {
        let whole = amount.value.as_millis().div_ceil(1000);
        Some((estate.literal(amount.origin)?, whole.to_string()))
    };
    fractions.map(up).collect()
}

/// Request, limit and topology, of those that are given, must be the same number.
fn disagreement(estate: &Estate, workload: &Workload, cpu: &Cpu) -> Option<Diagnostic> {
    let topology = workload.vm().and_then(|_| cpu.vcpus());
    let (expected, what) = match (topology, &cpu.request) {
        (Some(vcpus), _) => (Cores::whole(vcpus.into()), "its sockets, cores and threads make"),
        (None, Some(request)) => (request.value, "it asks for"),
        (None, None) => return None,
    };
    let other = cpu
        .request
        .iter()
        .chain(&cpu.limit)
        .find(|amount| amount.value != expected)?;
    let message = format!(
        "`{}` shall have its cores for itself, but {what} {expected} and here are {}",
        workload.path, other.value
    );
    Some(
        Diagnostic::new(&RULE, estate.span(other.origin), message)
            .label(format!("not {expected}"))
            .why("cores are given away only where request and limit are the same whole number, and a machine's is that of its virtual CPUs")
            .help(format!("write {expected} here, or leave it out")),
    )
}
