//! A machine shall move while it runs, and something holds it to its node.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::Eviction,
};

declare_rule! { pub RULE = "live-migration-impossible", Platform, Error, "a machine that shall move while it runs, and cannot", include_str!("live_migration_impossible.md") }

/// Reports each such machine once, with all that holds it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let on_kubernetes = estate.clusters[workload.cluster].is_kubernetes();
        let (eviction, asked) = estate.eviction(workload);
        if !on_kubernetes || workload.vm().is_none() || eviction != Eviction::LiveMigrate {
            continue;
        }
        let obstacles = estate.migration_obstacles(workload);
        let Some(first) = obstacles.first() else {
            continue;
        };
        let message = format!(
            "`{}` cannot move while it runs: {} holds it",
            workload.path, first.what
        );
        let finding = Diagnostic::new(&RULE, estate.span(asked), message)
            .label("asked for here")
            .why(format!(
                "{}; a drain of its node would wait for ever",
                first.why
            ))
            .help("write `migrate=restart`, or leave `migrate` out: it then moves if it can");
        findings.push(obstacles.iter().fold(finding, |finding, obstacle| {
            finding.also(
                estate.span(obstacle.origin),
                format!("{} stays", obstacle.what),
            )
        }));
    }
}
