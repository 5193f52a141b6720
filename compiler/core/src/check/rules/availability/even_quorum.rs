//! An even number of members decides by majority.

use tenantry_syntax::Span;

use crate::{
    check::{Subject, common::etcd_pools},
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Cluster, Estate, Id, Replicas},
    schema::kinds::Pattern_,
};

declare_rule! { pub RULE = "even-quorum", Availability, Error, "an even number of members that decide by majority", include_str!("even_quorum.md") }

/// Reports control planes, etcd clusters and workloads with an even number of voters.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    // A pool that could not be built may hold the odd one out.
    if !estate.broken_ground {
        for (id, cluster) in estate.clusters.iter() {
            if cluster.is_kubernetes() {
                findings.extend(voters(estate, id));
            }
        }
    }
    for (_, workload) in estate.workloads.iter() {
        let quorum = workload
            .spec
            .availability
            .as_ref()
            .is_some_and(|availability| availability.pattern.value == Pattern_::Quorum);
        if let (true, Replicas::Fixed(count)) = (quorum, &workload.replicas)
            && is_even(count.value)
        {
            let who = format!("`{}` decides by majority with", workload.path);
            findings.push(even(
                &who,
                "replica",
                count.value,
                estate.span(count.origin),
            ));
        }
    }
}

fn voters(estate: &Estate, cluster: Id<Cluster>) -> Option<Diagnostic> {
    let pools = etcd_pools(estate, cluster);
    let count: usize = pools.iter().map(|pool| pool.nodes.len()).sum();
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    let pool = pools.first().filter(|_| is_even(count))?;
    let span = pool
        .spec
        .nodes
        .as_ref()
        .map_or(pool.spec.meta.span, |nodes| nodes.meta.span);
    let who = format!(
        "the etcd of cluster `{}` has",
        estate.clusters[cluster].name.value
    );
    let finding = even(&who, "member", count, span);
    Some(pools.iter().skip(1).fold(finding, |finding, pool| {
        finding.also(pool.spec.meta.span, "and these")
    }))
}

fn is_even(count: u32) -> bool {
    count > 0 && count.is_multiple_of(2)
}

fn even(who: &str, thing: &str, count: u32, span: Span) -> Diagnostic {
    let majority = count / 2 + 1;
    Diagnostic::new(&RULE, span, format!("{who} {}, an even number", words::count(count, thing)))
        .label(format!("{majority} of {count} must agree"))
        .why(format!(
            "{count} bear the loss of {}, no more than {} would; one more {thing} is one more that can fail",
            words::count(count - majority, thing),
            count - 1
        ))
        .help(format!("make it {} or {}", count - 1, count + 1))
}
