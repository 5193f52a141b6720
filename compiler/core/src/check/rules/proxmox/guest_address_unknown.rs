//! The firewall knows addresses only, and a guest has one that nobody knows beforehand.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Backend, Estate, Target, Workload},
};

declare_rule! { pub RULE = "guest-address-unknown", Network, Error, "a flow between guests of which one has no known address", include_str!("guest_address_unknown.md") }

/// Looks at both ends of each `connect` between guests of Proxmox.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        if !matches!(
            estate.clusters[workload.cluster].backend,
            Backend::Proxmox(_)
        ) {
            continue;
        }
        for connect in &workload.connects {
            let Target::Workload(other) = connect.to else {
                continue;
            };
            let other_end = &estate.workloads[other.to];
            if other_end.cluster != workload.cluster {
                continue;
            }
            let unknown = [workload, other_end]
                .into_iter()
                .find(|end| !is_known(estate, end));
            if let Some(end) = unknown {
                let message = format!(
                    "`{}` connects to `{}`, and the address of `{}` is not known",
                    workload.path, other_end.path, end.path
                );
                findings.push(
                    Diagnostic::new(&RULE, connect.spec.meta.span, message)
                        .label("cannot be let through")
                        .also(end.spec.meta.span, "has no fixed address")
                        .why("the firewall of Proxmox VE knows addresses only, and drops what no rule names")
                        .help("put its interface on a `network` with a `cidr` and without `dhcp`, or give it an `ip`"),
                );
            }
        }
    }
}

/// Whether some interface has an address that is declared or chosen.
fn is_known(estate: &Estate, workload: &Workload) -> bool {
    workload.nics.iter().any(|nic| {
        let network = nic.network.map(|network| &estate.networks[network.to].spec);
        nic.spec.ip.is_some()
            || network.is_some_and(|network| network.cidr.is_some() && !network.is_dhcp())
    })
}
