//! A resolver that is not where services are.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::DnsMode,
};

declare_rule! { pub RULE = "dns-address-outside", Network, Warn, "a resolver's address that is not one of the cluster's services", include_str!("dns_address_outside.md") }

/// Reports the addresses of a resolver behind a Service that lie outside of the services' range.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for cluster in estate.clusters.values() {
        let facts = cluster.spec.facts.as_ref();
        let (Some(dns), Some(plan)) = (
            facts.and_then(|facts| facts.dns.as_ref()),
            &cluster.spec.network_plan,
        ) else {
            continue;
        };
        if dns.mode.value != DnsMode::Service {
            continue;
        }
        for ip in dns.ip.iter().flat_map(|ip| &ip.addresses) {
            let v4 = ip.value.get().is_ipv4();
            let range = if v4 { &plan.services } else { &plan.services6 };
            let Some(range) = range
                .as_ref()
                .filter(|range| !range.value.contains(ip.value))
            else {
                continue;
            };
            let message = format!(
                "the resolver of cluster `{}` is said to answer at {}, and its services have addresses of {}",
                cluster.name.value, ip.value, range.value
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(ip.origin), message)
                    .label("no service's address")
                    .also(estate.span(range.origin), "the services' range")
                    .why("one of the two is of another cluster: a copied fact, or a range that the cluster was not installed with, and then more of what is emitted does not fit it")
                    .help("compare with `kubectl -n kube-system get service kube-dns`, and correct the fact or `network-plan`; a cache on each node is `mode=node-local`"),
            );
        }
    }
}
