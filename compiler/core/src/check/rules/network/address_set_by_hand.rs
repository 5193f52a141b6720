//! A machine has an address that its image does not take.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Nic},
};

declare_rule! { pub RULE = "address-set-by-hand", Network, Warn, "a fixed address of a machine whose image has no cloud-init", include_str!("address_set_by_hand.md") }

/// Reports the first such interface of each machine.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Some(image) = estate.image_of(workload).filter(|image| !image.cloud_init.value) else {
            continue;
        };
        let Some(nic) = workload.nics.iter().find(|nic| is_fixed(estate, nic)) else {
            continue;
        };
        let declared = nic.spec.ip.as_ref();
        let at = declared.map_or(nic.spec.meta.span, |ip| ip.meta.span);
        let message = format!(
            "nothing gives `{}` the address of its interface `{}`: image `{}` has no cloud-init",
            workload.path, nic.spec.name.value, image.name.value
        );
        findings.push(
            Diagnostic::new(&RULE, at, message)
                .label("to be set in the guest")
                .also(estate.span(image.cloud_init.origin), "takes no settings")
                .why("policies and the firewall are written for this address; what the guest sends from another one is dropped")
                .help("set it in the guest, or in the DHCP server for this MAC address, and say so: `allow address-set-by-hand because=\"…\"`"),
        );
    }
}

/// Whether an interface has an address of its own: declared, or chosen from its network.
fn is_fixed(estate: &Estate, nic: &Nic) -> bool {
    let network = nic.network.map(|network| &estate.networks[network.to].spec);
    network.is_some_and(|network| {
        nic.spec.ip.is_some() || (network.range().is_some() && !network.is_dhcp())
    })
}
