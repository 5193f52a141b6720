//! A workload that goes first, of a tenant that does not.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Workload},
    schema::kinds::Tier,
};

declare_rule! { pub RULE = "priority-above-tier", Quotas, Warn, "a workload with the priority of a tier above its tenant's", include_str!("priority_above_tier.md") }

/// Compares each workload's own priority with that of the next tier above its tenant's. What lies
/// between two tiers may be bought, by a package for example.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let mut tiers: Vec<(i32, &Tier)> = estate
        .tiers
        .values()
        .filter_map(|tier| Some((value_of(estate, tier)?, tier)))
        .collect();
    tiers.sort_by_key(|(value, _)| *value);
    for (_, workload) in subject.whole_workloads() {
        findings.extend(judge(estate, &tiers, workload));
    }
}

fn judge(estate: &Estate, tiers: &[(i32, &Tier)], workload: &Workload) -> Option<Diagnostic> {
    // Only what the workload itself says: its tier's own is what it may have.
    let said = workload.spec.priority.as_ref()?;
    let own = &estate.priorities[workload.priority?.to];
    let tenant = &estate.tenants[workload.tenant];
    let tier = &estate.tiers[tenant.tier?.to];
    let granted = value_of(estate, tier)?;
    // The highest tier that has as much.
    let reached = |(value, _): &&(i32, &Tier)| *value > granted && *value <= own.value.value;
    let (_, above) = tiers.iter().rfind(reached)?;
    let message = format!(
        "`{}` has priority {}, and its tenant is of tier `{}`, which has {granted}",
        workload.path, own.value.value, tier.name.value
    );
    let mut finding = Diagnostic::new(&RULE, estate.span(said.origin), message)
        .label(format!("that of tier `{}`", above.name.value));
    if let Some(theirs) = &tenant.spec.tier {
        finding = finding.also(
            estate.span(theirs.origin),
            format!("of tier `{}`", tier.name.value),
        );
    }
    Some(
        finding
            .why("who pays for going first comes after who does not, whenever room is short")
            .help("leave `priority` out: the tier's own is taken; or give the tenant the tier that it has bought"),
    )
}

fn value_of(estate: &Estate, tier: &Tier) -> Option<i32> {
    let name = &tier.priority.as_ref()?.value.text;
    let priorities = estate.priorities.values();
    let mut named = priorities.filter(|priority| priority.name.value.as_str() == &**name);
    named.next().map(|priority| priority.value.value)
}
