//! A wildcard that takes what another tenant forgot to name.

use std::ops::Bound;

use super::hosts::{Named, by_label};
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "wildcard-over-neighbour", Network, Warn, "a wildcard host above another tenant's", include_str!("wildcard_over_neighbour.md") }

/// Reports each wildcard with the first name of another tenant below it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let hosts = estate
        .workloads
        .values()
        .flat_map(|workload| &workload.exposes);
    let mut hosts = hosts.filter_map(|expose| expose.spec.host.as_ref());
    if !hosts.any(|host| host.value.is_wildcard()) {
        return;
    }
    let names = by_label(subject);
    for ((key, cluster), all) in &names {
        // A second one under the same name is another rule's, or serves other paths.
        if let Some(wildcard) = all.iter().find(|named| named.host.is_wildcard()) {
            let from = Bound::Included((key.clone(), *cluster));
            // Names below come right behind their base; those of the same tenant are passed over.
            let below = names
                .range((from, Bound::Unbounded))
                .take_while(|((name, _), _)| name.starts_with(key.as_str()));
            let theirs = |named: &&Named<'_>| {
                named.workload.tenant != wildcard.workload.tenant
                    && wildcard.host.covers(named.host)
            };
            let here = below.filter(|((_, on), _)| on == cluster).take(MOST);
            let Some(other) = here.flat_map(|(_, named)| named).find(theirs) else {
                continue;
            };
            let message = format!(
                "`{}` answers under {}, and {} below it is `{}`'s, of tenant `{}`",
                wildcard.workload.path,
                wildcard.host,
                other.host,
                other.workload.path,
                estate.tenants[other.workload.tenant].name.value
            );
            let at = wildcard
                .expose
                .spec
                .host
                .as_ref()
                .map_or(wildcard.expose.spec.meta.origin, |host| host.origin);
            findings.push(
                Diagnostic::new(&RULE, estate.span(at), message)
                    .label("every name below")
                    .also(other.expose.spec.meta.span, "another tenant's")
                    .why("a gateway gives a name to whoever has it exactly, and all else to the wildcard: while the neighbour's route is away, or for a path or name that it does not serve, its clients and their cookies come here")
                    .help("name the hosts that are served, or move the wildcard below a name of the tenant's own: \"*.apps.NAME.example.com\""),
            );
        }
    }
}

/// Names below a wildcard that are looked at: a tenant with thousands of its own below its own
/// wildcard is the ordinary case, and not to be walked for each.
const MOST: usize = 1_000;
