//! Tenants have more nodes of a pool alone than it has.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
};

declare_rule! { pub RULE = "dedicated-beyond-pool", Isolation, Error, "more dedicated nodes than the pool has", include_str!("dedicated_beyond_pool.md") }

/// Reports each pool that is given away more than once, at the entry that passes the mark.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (id, pool) in estate.pools.iter() {
        let shares: Vec<_> = estate
            .tenants
            .values()
            .flat_map(|tenant| tenant.dedicated.iter().map(move |share| (tenant, share)))
            .filter(|(_, (asked, _))| asked.to == id)
            .map(|(tenant, (_, spec))| (tenant, spec))
            .collect();
        let asked: u64 = shares.iter().map(|(_, spec)| u64::from(spec.count.value)).sum();
        let has = u64::try_from(pool.nodes.len()).unwrap_or(u64::MAX);
        let Some((_, last)) = shares.last().filter(|_| asked > has) else {
            continue;
        };
        let by: Vec<String> = shares
            .iter()
            .map(|(tenant, spec)| format!("`{}` {}", tenant.name.value, spec.count.value))
            .collect();
        let message = format!(
            "pool `{}` has {}, of which tenants have {asked} alone: {}",
            pool.name.value,
            words::count(has, "node"),
            words::and(&by)
        );
        let mut finding = Diagnostic::new(&RULE, last.meta.span, message)
            .label(format!("{} too many", asked - has))
            .also(pool.spec.meta.span, words::count(has, "node"));
        for (_, spec) in shares.iter().rev().skip(1) {
            finding = finding.also(spec.meta.span, words::count(spec.count.value, "node"));
        }
        findings.push(finding.help(format!("give away {has} at most, or add {} to the pool", words::count(asked - has, "node"))));
    }
}
