//! Two interfaces on one network.

use std::collections::BTreeMap;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "network-joined-twice", Network, Warn, "a workload with two interfaces on one network", include_str!("network_joined_twice.md") }

/// Reports the second interface on each network.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let mut seen = BTreeMap::new();
        for nic in &workload.nics {
            // The pod network is another rule's, and bridges that nobody names may differ.
            let Some(network) = nic.network else { continue };
            let Some(first) = seen.insert(network.to, nic) else {
                continue;
            };
            let name = &estate.networks[network.to].spec.name.value;
            let message = format!(
                "`{}` has two interfaces on network `{name}`, `{}` and `{}`",
                workload.path, first.spec.name.value, nic.spec.name.value
            );
            findings.push(
                Diagnostic::new(&RULE, nic.spec.meta.span, message)
                    .label("the second one")
                    .also(first.spec.meta.span, "the first one")
                    .why("both answer for both addresses, and answers leave by whichever route comes first: connections to the second interface hang, or only from some machines")
                    .help("keep one of them; several addresses can be had by one interface"),
            );
        }
    }
}
