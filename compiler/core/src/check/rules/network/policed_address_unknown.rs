//! An interface that policies hold, and cannot name.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    flows::cni,
    model::{NetworkIn, Nic, Replicas, Workload},
};

declare_rule! { pub RULE = "policed-address-unknown", Network, Error, "an interface whose address nobody knows, on a network whose policies go by addresses", include_str!("policed_address_unknown.md") }

/// Reports each interface on a policed network whose address is not known before it runs.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (workload, _) in subject.kubevirt_machines() {
        for nic in &workload.nics {
            let Some(network) = cni::policed(estate, workload, nic) else {
                continue;
            };
            let network = &estate.networks[network];
            let Some((label, help)) = unknown(workload, nic, network) else {
                continue;
            };
            let message = format!(
                "the address of `{}` on network `{}` is not known before it runs",
                workload.path, network.spec.name.value
            );
            findings.push(
                Diagnostic::new(&RULE, nic.spec.meta.span, message)
                    .label(label)
                    .also(network.spec.meta.span, "the network, on which policies hold")
                    .why("the policies there go by addresses: an interface that they cannot name may call nobody, be called by nobody, and reach no DHCP server either")
                    .help(help),
            );
        }
    }
}

/// Why the address is not known, and what to write.
fn unknown(
    workload: &Workload,
    nic: &Nic,
    network: &NetworkIn,
) -> Option<(String, &'static str)> {
    let count = match &workload.replicas {
        Replicas::Fixed(count) if workload.has_identity() => count.value,
        _ => {
            return Some((
                "none of its replicas has an address of its own".to_owned(),
                "give the workload a fixed number of `replicas` with `identity=stable`, or leave it to the pod network",
            ));
        }
    };
    let said = nic.spec.ip.as_ref().map_or(0, |ip| ip.addresses.len());
    if said >= usize::try_from(count).unwrap_or(usize::MAX) {
        return None;
    }
    if network.spec.is_dhcp() {
        return Some((
            format!("leased; {said} of {count} addresses are said"),
            "write one address for each replica, outside of what is leased: `ip \"ADDRESS/LENGTH\"` in the `nic`",
        ));
    }
    network.spec.cidr.is_none().then(|| {
        (
            format!("the network has no range; {said} of {count} addresses are said"),
            "write the range of the network, `cidr=`: then one is chosen for each replica and remembered",
        )
    })
}
