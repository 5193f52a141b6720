//! More copies on Longhorn than there are machines to keep them on.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    schema::kinds::Role,
};

declare_rule! { pub RULE = "longhorn-copies-beyond-machines", Storage, Warn, "more copies on Longhorn than machines that could hold them", include_str!("longhorn_copies_beyond_machines.md") }

/// Counts the machines that carry workloads or storage; of a cluster whose control plane does, no
/// pool has another role.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    for class in estate.storages.values() {
        let Some(longhorn) = &class.spec.longhorn else {
            continue;
        };
        let pools = estate.pools_of(class.cluster).map(|(_, pool)| pool);
        let holds = |role: Role| matches!(role, Role::Worker | Role::Storage);
        let machines: usize = pools
            .filter(|pool| holds(pool.spec.role.value))
            .map(|pool| pool.nodes.len())
            .sum();
        let machines = u32::try_from(machines).unwrap_or(u32::MAX);
        let copies = &longhorn.replicas;
        if machines == 0 || copies.value <= machines {
            continue;
        }
        let message = format!(
            "storage `{}` keeps {} copies of each volume, and there are {} to keep them on",
            class.name.value,
            copies.value,
            words::count(machines, "machine")
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(copies.origin), message)
                .label(format!("{} too many", copies.value - machines))
                .why("Longhorn puts each copy on a machine of its own and waits for more: every volume is degraded from its first day, and the alert that would tell of a lost copy is on already")
                .help(format!("write `longhorn replicas={machines}`, or add machines")),
        );
    }
}
