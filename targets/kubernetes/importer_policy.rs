//! The way out for CDI's importer: it runs in the tenant's namespace, which is closed, and fetches
//! what a machine's disks are filled from.
//!
//! The policy names addresses, never hosts: those of the source where the spec says them, else
//! the public ones, on the source's port. A registry without credentials needs no way at all,
//! because the node pulls from it.

use std::collections::BTreeMap;

use tenantry_core::{emit::Objects, flows::Peer, lower::LoweredTenant};

use super::{
    NAME,
    policy::{Policies, Rules, add, labels, push},
};
use crate::kube::{Scope, importer};

/// The policy's name: with a dot, so that no workload has it.
const IMPORTER: &str = "cdi.importer";

impl Policies<'_> {
    /// One policy for all of a tenant's imports: CDI's pods do not say for whom they fetch.
    pub(super) fn importer(&self, tenant: &LoweredTenant, out: &mut Objects) {
        let estate = self.lowered.estate;
        let mut wanted = BTreeMap::new();
        for plan in &tenant.workloads {
            for fetch in importer::fetches(estate, &estate.workloads[plan.id]) {
                wanted
                    .entry((fetch.port, fetch.cidrs))
                    .or_insert(fetch.origin);
            }
        }
        let mut rules = Rules::new();
        for ((port, cidrs), origin) in wanted {
            let peer = Peer::External {
                system: None,
                cidrs,
                hosts: Vec::new(),
            };
            add(&mut rules, &[port], self.peers(&peer), origin);
        }
        if rules.is_empty() {
            return;
        }
        let scope = Scope::tenant(NAME, estate, self.on, tenant);
        push(
            &scope,
            IMPORTER,
            labels([importer::LABEL]),
            [(Rules::new(), Vec::new()), (rules, Vec::new())],
            out,
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::compile_tenant;

    /// A tenant with one machine whose root disk is filled from this.
    fn machine(source: &str) -> String {
        format!(
            r#"
            image debian {{
                source {source}
            }}
            tenant shop {{
                workload legacy {{
                    vm image=debian
                    on general
                    cpu 2
                    memory "2GiB"
                    disk root "20GiB"
                }}
            }}
            "#
        )
    }

    #[test]
    fn a_disk_from_the_web_opens_its_port_to_public_addresses_for_the_importer_alone() {
        let made = compile_tenant(&machine(r#"http="https://cloud.example.com/debian.qcow2""#));
        let policy = made.spec("NetworkPolicy", "cdi.importer");
        assert!(
            policy.contains("app: containerized-data-importer"),
            "{policy}"
        );
        assert!(policy.contains("port: 443"), "{policy}");
        assert!(policy.contains("cidr: 0.0.0.0/0"), "{policy}");
        assert!(
            policy.contains("10.0.0.0/8"),
            "private ranges stay shut: {policy}"
        );
        assert!(
            !made.has("NetworkPolicy", "legacy"),
            "the machine itself calls nobody"
        );
    }

    #[test]
    fn an_address_in_the_source_is_all_that_is_opened() {
        let made = compile_tenant(&machine(r#"http="https://192.0.2.7:8080/debian.qcow2""#));
        let policy = made.spec("NetworkPolicy", "cdi.importer");
        assert!(policy.contains("cidr: 192.0.2.7/32"), "{policy}");
        assert!(policy.contains("port: 8080"), "{policy}");
        assert!(!policy.contains("0.0.0.0/0"), "{policy}");
    }

    #[test]
    fn what_the_node_pulls_opens_nothing() {
        let made = compile_tenant(&machine(r#""registry.example.com/vm/debian:13""#));
        assert!(!made.has("NetworkPolicy", "cdi.importer"));
    }
}
