//! The API server is said to answer at an address that no packet has when a policy sees it.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "api-in-service-range", Network, Error, "an address of the API server within the range of services", include_str!("api_in_service_range.md") }

/// Reports each address of `facts { api }` that is a service's.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for cluster in estate.clusters.values() {
        let facts = cluster.spec.facts.as_ref();
        let api = facts.and_then(|facts| facts.api.as_ref()?.ip.as_ref());
        let (Some(api), Some(plan)) = (api, &cluster.spec.network_plan) else {
            continue;
        };
        let ranges = plan.services.iter().chain(&plan.services6);
        for range in ranges {
            let inside = |ip: &&crate::origin::V<crate::units::Ip>| range.value.contains(ip.value);
            for ip in api.addresses.iter().filter(inside) {
                let message = format!(
                    "the API server of `{}` is said to answer at {}, which is an address of the services {}",
                    cluster.name.value, ip.value, range.value
                );
                findings.push(
                    Diagnostic::new(&RULE, estate.span(ip.origin), message)
                        .label("a service's address")
                        .also(estate.span(range.origin), "the services")
                        .why("policies see a packet after the service's address was replaced by that of a control plane's machine, so that a policy with this one lets nothing through")
                        .help("write the addresses of the control plane's machines, as `kubectl get endpointslices -n default` shows them"),
                );
            }
        }
    }
}
