//! The way out for CDI's importer: it runs in the tenant's namespace, which is closed, and fetches
//! what a machine's disks are filled from. CDI's controller asks it how far it is.
//!
//! The policy names addresses, never hosts: those of the source where the spec says them, else
//! the public ones, on the source's port. A registry without credentials needs no way at all,
//! because the node pulls from it.

use tenantry_core::{emit::Objects, flows::site, lower::LoweredTenant};

use super::{
    NAME,
    policy::{Policies, labels, push},
};
use crate::kube::Scope;

/// The policy's name: with a dot, so that no workload has it.
const IMPORTER: &str = "cdi.importer";

impl Policies<'_> {
    /// One policy for all of a tenant's imports: CDI's pods do not say for whom they fetch.
    pub(super) fn importer(&self, tenant: &LoweredTenant, out: &mut Objects) {
        let rules = self.sides(&tenant.importer);
        if rules.iter().all(|(rules, _)| rules.is_empty()) {
            return;
        }
        let scope = Scope::tenant(NAME, self.lowered.estate, self.on, tenant);
        push(&scope, IMPORTER, labels([site::IMPORTER]), rules, out);
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
    fn how_far_it_is_only_the_controller_asks() {
        let made = compile_tenant(&machine(r#"http="https://192.0.2.7:8080/debian.qcow2""#));
        let policy = made.object("NetworkPolicy", "cdi.importer")["spec"].clone();
        let ingress = policy["ingress"].as_sequence().unwrap();
        assert_eq!(ingress.len(), 1);
        assert_eq!(ingress[0]["ports"][0]["port"], 8443);
        let from = ingress[0]["from"].as_sequence().unwrap();
        assert_eq!(from.len(), 1);
        assert_eq!(
            from[0]["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"],
            "cdi"
        );
        assert_eq!(
            from[0]["podSelector"]["matchLabels"]["app"],
            "containerized-data-importer"
        );
    }

    #[test]
    fn what_the_node_pulls_opens_nothing() {
        let made = compile_tenant(&machine(r#""registry.example.com/vm/debian:13""#));
        assert!(!made.has("NetworkPolicy", "cdi.importer"));
    }
}
