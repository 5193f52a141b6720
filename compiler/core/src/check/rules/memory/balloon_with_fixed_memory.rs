//! A machine shall give memory back that it cannot give back.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Workload,
    schema::kinds::Criticality,
};

declare_rule! { pub RULE = "balloon-with-fixed-memory", Memory, Error, "a balloon in memory that cannot be given back", include_str!("balloon_with_fixed_memory.md"); fixable }

/// Reports each machine with a balloon and memory that is fixed for another reason.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.estate.workloads.iter() {
        let Some(balloon) = workload
            .spec
            .memory
            .as_ref()
            .and_then(|memory| memory.balloon.as_ref())
            .filter(|balloon| balloon.value)
        else {
            continue;
        };
        let Some((what, why)) = fixed_by(workload) else {
            continue;
        };
        let message = format!("`{}` has a balloon, and {what}", workload.path);
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(balloon.origin), message)
                .label("nothing to give back")
                .why(why)
                .help("write `balloon=#false`")
                .maybe_fix(
                    "write `balloon=#false`",
                    subject
                        .estate
                        .literal(balloon.origin)
                        .map(|span| vec![(span, "#false".to_owned())]),
                ),
        );
    }
}

fn fixed_by(workload: &Workload) -> Option<(&'static str, &'static str)> {
    let spec = &workload.spec;
    let paged = spec.memory.as_ref()?.hugepages.is_some();
    let pinned = spec
        .cpu
        .as_ref()
        .and_then(|cpu| cpu.dedicated.as_ref())
        .is_some_and(|dedicated| dedicated.value);
    if paged {
        Some(("its memory is huge pages", "huge pages are taken whole and for good when it starts"))
    } else if !workload.gpus.is_empty() {
        Some(("a passed-through GPU", "a device writes into the guest's memory by itself, so all of it stays where it is"))
    } else if pinned {
        Some(("cores of its own", "such a machine is guaranteed what it has: the host may not ask for any of it back"))
    } else if spec.criticality.value == Criticality::Core {
        Some(("is `criticality=core`", "what others depend on is guaranteed what it has"))
    } else {
        None
    }
}
