//! A machine's processors are a fraction, or said twice and differently.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Workload},
    units::Cores,
};

declare_rule! { pub RULE = "machine-cpu-unclear", Platform, Error, "a machine whose CPUs are a fraction, or differ between amount and topology", include_str!("machine_cpu_unclear.md"); fixable }

/// Reports each such machine. One with cores of its own is looked at by `dedicated-cpu-not-whole`.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        if workload.vm().is_some() {
            findings.extend(of(subject.estate, workload));
        }
    }
}

fn of(estate: &Estate, workload: &Workload) -> Option<Diagnostic> {
    let cpu = workload.spec.cpu.as_ref()?;
    if cpu
        .dedicated
        .as_ref()
        .is_some_and(|dedicated| dedicated.value)
    {
        return None;
    }
    let request = cpu.request.as_ref()?;
    let span = estate.span(request.origin);
    if let Some(vcpus) = cpu.vcpus() {
        let topology = Cores::whole(vcpus.into());
        let message = format!(
            "`{}` has {} CPUs by its amount and {topology} by its sockets, cores and threads",
            workload.path, request.value
        );
        return (request.value != topology).then(|| {
            Diagnostic::new(&RULE, span, message)
                .label(format!("not {topology}"))
                .why("a machine has one number of virtual CPUs")
                .help(format!("write {topology} here, or leave it out"))
        });
    }
    let unit = u64::from(cpu.sockets.value) * u64::from(cpu.threads.value);
    let whole = request.value.as_whole();
    if whole.is_some_and(|whole| whole > 0 && unit > 0 && whole.is_multiple_of(unit)) {
        return None;
    }
    let up = request
        .value
        .as_millis()
        .div_ceil(1000)
        .max(1)
        .next_multiple_of(unit.max(1));
    let message = match whole {
        Some(_) => format!(
            "{} virtual CPUs cannot be laid on {} sockets with {} threads a core",
            request.value, cpu.sockets.value, cpu.threads.value
        ),
        None => format!(
            "`{}` is a machine with {} virtual CPUs",
            workload.path, request.value
        ),
    };
    // How a whole number is to be laid is for its author to say.
    let fraction = estate.literal(request.origin).filter(|_| whole.is_none());
    let written = fraction.map(|span| vec![(span, up.to_string())]);
    Some(
        Diagnostic::new(&RULE, span, message)
            .label("not a number of virtual CPUs")
            .why("a guest sees whole CPUs; how many of them share a real one is `overcommit`")
            .help(format!("write {up}"))
            .maybe_fix(format!("write {up}"), written),
    )
}
