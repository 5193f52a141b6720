//! Memory shall be encrypted on hosts that are not set up for it.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Pool, Workload},
    origin::OriginId,
    schema::kinds::{Arch, Confidential, Sandbox},
};

declare_rule! { pub RULE = "confidential-unprepared", Platform, Error, "encrypted memory on hosts that are not prepared for it", include_str!("confidential_unprepared.md") }

/// A way to encrypt a guest's memory.
#[derive(Clone, Copy)]
enum Way {
    Sev,
    Tdx,
}

/// Reports the first such pool of each machine and sandbox.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Some((way, at)) = way(workload) else {
            continue;
        };
        let pools = workload.pools.iter().map(|pool| &estate.pools[pool.to]);
        // What arm64 lacks is told by its own rule.
        let unprepared = pools
            .filter(|pool| estate.arch(pool) == Arch::Amd64)
            .find(|pool| !is_prepared(pool, way));
        let Some(pool) = unprepared else { continue };
        let (word, name) = match way {
            Way::Sev => ("sev", "SEV-SNP"),
            Way::Tdx => ("tdx", "TDX"),
        };
        let message = format!(
            "`{}` is encrypted by {name}, and the hosts of pool `{}` are not prepared for it",
            workload.path, pool.name.value
        );
        let place = match &pool.spec.prepare {
            Some(prepare) => prepare.meta.span,
            None => pool.spec.meta.name_span,
        };
        findings.push(
            Diagnostic::new(&RULE, estate.span(at), message)
                .label("finds no node")
                .also(place, format!("no `prepare {word}=#true`"))
                .why(format!("{name} is switched on in the firmware and the kernel of each host; only nodes that offer it are considered"))
                .help(format!("add `prepare {word}=#true` to the pool, if its processors have it")),
        );
    }
}

fn way(workload: &Workload) -> Option<(Way, OriginId)> {
    if let Some(vm) = workload.vm() {
        let at = vm.confidential.origin;
        return match vm.confidential.value {
            Confidential::None => None,
            Confidential::SevSnp => Some((Way::Sev, at)),
            Confidential::Tdx => Some((Way::Tdx, at)),
        };
    }
    let sandbox = workload.sandbox()?;
    match sandbox.value {
        Sandbox::KataSnp => Some((Way::Sev, sandbox.origin)),
        Sandbox::KataTdx => Some((Way::Tdx, sandbox.origin)),
        _ => None,
    }
}

fn is_prepared(pool: &Pool, way: Way) -> bool {
    let said = pool.spec.prepare.as_ref().and_then(|prepare| match way {
        Way::Sev => prepare.sev.as_ref(),
        Way::Tdx => prepare.tdx.as_ref(),
    });
    said.is_some_and(|said| said.value)
}
