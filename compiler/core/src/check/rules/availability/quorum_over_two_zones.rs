//! A quorum over two zones, of which one holds the majority.

use std::collections::BTreeSet;

use crate::{
    check::{
        Subject,
        common::{least, pattern},
    },
    diag::{Diagnostic, Findings, declare_rule, words},
    schema::kinds::{Pattern_, SpreadBy},
    units::Name,
};

declare_rule! { pub RULE = "quorum-over-two-zones", Availability, Warn, "members that decide by majority, spread over two zones", include_str!("quorum_over_two_zones.md") }

/// Reports quorums with a spread over zones on pools that stand in two.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    for (_, workload) in subject.whole_workloads() {
        let mut spreads = workload.spec.on.iter().flat_map(|on| &on.spread);
        let Some(spread) = spreads.find(|spread| spread.by.value == SpreadBy::Zone) else {
            continue;
        };
        let Some(count) = least(workload).filter(|count| count.value > 2) else {
            continue;
        };
        if pattern(workload) != Pattern_::Quorum {
            continue;
        }
        let nodes = workload
            .pools
            .iter()
            .flat_map(|pool| &estate.pools[pool.to].nodes);
        let zones: BTreeSet<&Name> = nodes.filter_map(|node| node.zone.as_ref()).collect();
        let [first, second] = zones.into_iter().collect::<Vec<_>>()[..] else {
            continue;
        };
        let larger = count.value.div_ceil(2);
        let message = format!(
            "`{}` decides by majority in two zones, `{first}` and `{second}`: one of them has {larger} of {}",
            workload.path, count.value
        );
        findings.push(
            Diagnostic::new(&RULE, spread.meta.span, message)
                .label("over two zones")
                .also(estate.span(count.origin), words::count(count.value, "member"))
                .why("with the larger zone gone, or the line between the two cut, the rest is no majority and stops: two places bear the loss of the one that has fewer, and of no other")
                .help("add a machine in a third zone to its pools, for one member that breaks the tie"),
        );
    }
}
