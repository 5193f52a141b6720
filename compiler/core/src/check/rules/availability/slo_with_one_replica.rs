//! A promise of uptime that one replica cannot keep.

use crate::{
    check::{
        Subject,
        common::{is_alone, least},
    },
    diag::{Diagnostic, Findings, declare_rule},
    units::Percent,
};

declare_rule! { pub RULE = "slo-with-one-replica", Availability, Warn, "99.9 % of the time or more, asked of a single replica", include_str!("slo_with_one_replica.md") }

/// 8 hours and 46 minutes in a year: what the drains of monthly node updates and the restarts of
/// weekly releases leave of it is for failures.
const THREE_NINES: Percent = Percent::thousandths(99_900);
/// Minutes of a year of 365 days.
const YEAR: u64 = 365 * 24 * 60;

/// Reports each lone replica with such an `slo`.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let availability = workload.spec.availability.as_ref();
        let Some(slo) = availability.and_then(|it| it.slo.as_ref()) else {
            continue;
        };
        let covered = !workload.standbys.is_empty() || !is_alone(workload);
        if covered || slo.value < THREE_NINES {
            continue;
        }
        let rest = slo.value.rest().and_then(|rest| rest.of_floor(YEAR));
        let minutes = rest.unwrap_or(0);
        let message = format!(
            "`{}` may be away for {minutes} minutes in a year, and has one replica",
            workload.path
        );
        let mut finding = Diagnostic::new(&RULE, estate.span(slo.origin), message)
            .label(format!("{minutes} minutes in a year"));
        if let Some(count) = least(workload) {
            finding = finding.also(estate.span(count.origin), "one replica");
        }
        findings.push(
            finding
                .why("each new version and each drained node takes the only replica away, and a lost node takes it for 6 minutes and more")
                .help("write `replicas 2` or more, or an `slo` of what one replica can do, such as \"99.5%\""),
        );
    }
}
