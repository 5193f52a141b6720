//! Cores are to be a machine's own and promised several times at once.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    units::Ratio,
};

declare_rule! { pub RULE = "pinned-and-overcommitted", Cpu, Error, "cores of its own that are promised more than once", include_str!("pinned_and_overcommitted.md") }

/// Reports each workload that says both.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Some(cpu) = workload.spec.cpu.as_ref().filter(|cpu| cpu.is_dedicated()) else {
            continue;
        };
        let over = cpu.overcommit.as_ref().filter(|ratio| ratio.value > Ratio::ONE);
        let (Some(over), Some(own)) = (over, &cpu.dedicated) else {
            continue;
        };
        let message = format!(
            "`{}` has its cores alone, and each is promised {}",
            workload.path, over.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(over.origin), message)
                .label("shared")
                .also(estate.span(own.origin), "alone")
                .why("a core that one machine has alone stands behind one virtual CPU and no second one")
                .help("leave `overcommit` out, or `dedicated`"),
        );
    }
}
