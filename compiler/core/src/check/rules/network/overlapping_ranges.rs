//! Address ranges of a cluster that overlap.

use super::plan_ranges::{For, PlanRange, of_cluster};
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Estate,
};

declare_rule! { pub RULE = "overlapping-ranges", Network, Error, "two address ranges of a cluster that overlap", include_str!("overlapping_ranges.md") }

/// Reports each pair that overlaps and must not.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (id, cluster) in estate.clusters.iter() {
        let ranges = of_cluster(estate, id, cluster);
        for (at, range) in ranges.iter().enumerate() {
            let earlier = ranges[..at]
                .iter()
                .find(|other| collide(other.is_for, range.is_for) && other.cidr.overlaps(range.cidr));
            if let Some(other) = earlier {
                findings.push(overlap(estate, other, range));
            }
        }
    }
}

fn overlap(estate: &Estate, first: &PlanRange, second: &PlanRange) -> Diagnostic {
    let message = format!(
        "{} ({}) overlaps {} ({})",
        second.what, second.cidr, first.what, first.cidr
    );
    Diagnostic::new(&RULE, estate.span(second.at), message)
        .label(format!("up to {}", second.cidr.last()))
        .also(estate.span(first.at), format!("{} to {}", first.cidr.first(), first.cidr.last()))
        .why("an address in both leads to one of them, and nothing says to which")
        .help("choose ranges that have no address in common")
}

/// Ranges on the wire may be parts of each other: a gateway's addresses are often taken from the
/// nodes' own network, which may be declared as a `network` as well.
fn collide(a: For, b: For) -> bool {
    a == For::Inside || b == For::Inside
}
