//! Address ranges of a cluster that overlap.

use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Cluster, Estate, Id},
    origin::V,
    units::Cidr,
};

declare_rule! { pub RULE = "overlapping-ranges", Network, Error, "two address ranges of a cluster that overlap", include_str!("overlapping_ranges.md") }

/// Reports each pair that overlaps and must not.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (id, cluster) in estate.clusters.iter() {
        let ranges = ranges(estate, id, cluster);
        for (at, range) in ranges.iter().enumerate() {
            let earlier = ranges[..at]
                .iter()
                .find(|other| collide(other.lies, range.lies) && other.cidr.overlaps(range.cidr));
            if let Some(other) = earlier {
                findings.push(overlap(other, range));
            }
        }
    }
}

fn overlap(first: &Range, second: &Range) -> Diagnostic {
    let message = format!(
        "{} ({}) overlaps {} ({})",
        second.what, second.cidr, first.what, first.cidr
    );
    Diagnostic::new(&RULE, second.span, message)
        .label(format!("up to {}", second.cidr.last()))
        .also(first.span, format!("{} to {}", first.cidr.first(), first.cidr.last()))
        .why("an address in both leads to one of them, and nothing says to which")
        .help("choose ranges that have no address in common")
}

/// Where the addresses of a range are reached.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lies {
    /// Inside the cluster only: pods and services.
    Inside,
    /// On the wire. Such ranges may be parts of each other: a gateway's addresses are often
    /// taken from the nodes' own network, which may be declared as a `network` as well.
    Outside,
}

fn collide(a: Lies, b: Lies) -> bool {
    a == Lies::Inside || b == Lies::Inside
}

struct Range {
    what: String,
    cidr: Cidr,
    span: Span,
    lies: Lies,
}

fn ranges(estate: &Estate, id: Id<Cluster>, cluster: &Cluster) -> Vec<Range> {
    let mut ranges = Vec::new();
    let mut add = |what: &str, cidr: Option<&V<Cidr>>, lies| {
        ranges.extend(cidr.map(|cidr| Range {
            what: what.to_owned(),
            cidr: cidr.value,
            span: estate.span(cidr.origin),
            lies,
        }));
    };
    if let Some(plan) = &cluster.spec.network_plan {
        add("the range of pods", plan.pods.as_ref(), Lies::Inside);
        add("the range of services", plan.services.as_ref(), Lies::Inside);
        add("the range of nodes", plan.nodes.as_ref(), Lies::Outside);
        add("the IPv6 range of pods", plan.pods6.as_ref(), Lies::Inside);
        add("the IPv6 range of services", plan.services6.as_ref(), Lies::Inside);
        add("the IPv6 range of nodes", plan.nodes6.as_ref(), Lies::Outside);
        let gateways = plan.gateway_pool.as_ref().map(|pool| &pool.cidr);
        add("the gateways' range", gateways, Lies::Outside);
    }
    for network in estate.networks.values().filter(|network| network.cluster == id) {
        let what = format!("network `{}`", network.spec.name.value);
        add(&what, network.spec.cidr.as_ref(), Lies::Outside);
        add(&what, network.spec.cidr6.as_ref(), Lies::Outside);
    }
    ranges
}
