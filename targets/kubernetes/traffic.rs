//! The flows that follow from a workload's life on Kubernetes: it asks the resolver, and whoever
//! scrapes metrics asks it. What comes in through the gateway follows from `expose` everywhere,
//! and is not said again here.

use tenantry_core::{
    check::Checked,
    close::Platform,
    flows::{Derived, Peer, Port, Reason, Service, site},
    model::{Cluster, Estate, Id, Tenant, Workload},
    origin::OriginId,
};

use super::monitor;

/// The flows of a cluster. A part of the platform of which the spec does not say where it is has
/// none; that it must say so is a rule's business.
pub(super) fn of(checked: &Checked<'_>, on: Id<Cluster>, platform: &Platform) -> Vec<Derived> {
    let estate = checked.estate();
    let mut flows = Vec::new();
    if let Ok(resolver) = site::find(estate, platform, on, Service::Dns) {
        let tenants = estate.tenants.ids();
        let living = tenants.filter(|tenant| estate.lives_in(*tenant, on));
        flows.extend(living.map(|tenant| dns(estate, on, tenant, &resolver.ports)));
    }
    let scraped = site::find(estate, platform, on, Service::Monitoring).is_ok();
    for (id, workload) in estate.workloads_of(on).filter(|_| scraped) {
        let metrics = monitor::metrics_port(workload);
        flows.extend(metrics.map(|(port, origin)| scrape(id, port, origin)));
    }
    flows
}

/// Every pod may ask, whether it calls anybody by name or not and whoever made it: one policy of
/// the namespace lets all of them.
fn dns(estate: &Estate, on: Id<Cluster>, tenant: Id<Tenant>, ports: &[Port]) -> Derived {
    let fact = estate.clusters[on]
        .spec
        .facts
        .as_ref()
        .and_then(|facts| facts.dns.as_ref());
    Derived {
        from: Peer::Namespace(tenant),
        to: Peer::Platform(Service::Dns),
        ports: ports.to_vec(),
        reason: Reason::Derived("names are asked of the resolver".into()),
        origin: fact.map_or(OriginId::NONE, |fact| fact.meta.origin),
    }
}

fn scrape(id: Id<Workload>, port: Port, origin: OriginId) -> Derived {
    Derived {
        from: Peer::Platform(Service::Monitoring),
        to: Peer::Workload(id),
        ports: vec![port],
        reason: Reason::Derived("monitor".into()),
        origin,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::compile_tenant;

    #[test]
    fn metrics_are_read_by_the_scraper_and_by_nobody_else_of_its_namespace() {
        let made = compile_tenant(
            r#"
            tenant shop {
                workload web {
                    container image="registry.example.com/web:1"
                    on general
                    cpu 1
                    memory "1GiB"
                    port metrics 9102
                    monitor port=metrics
                }
            }
            "#,
        );
        let policy = made.spec("NetworkPolicy", "web");
        assert!(
            policy.contains("kubernetes.io/metadata.name: monitoring"),
            "{policy}"
        );
        assert!(
            policy.contains("app.kubernetes.io/name: prometheus"),
            "{policy}"
        );
        assert!(policy.contains("port: 9102"), "{policy}");
    }
}
