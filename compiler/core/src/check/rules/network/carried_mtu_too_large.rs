//! A network with larger packets than the interface that carries it.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "carried-mtu-too-large", Network, Error, "a network whose packets are larger than its interface takes", include_str!("carried_mtu_too_large.md") }

/// Reports each network at each interface that is too small for it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for nic in estate.pools.values().flat_map(|pool| &pool.nics) {
        for carried in &nic.carries {
            let network = &estate.networks[carried.to].spec;
            let own = &nic.spec.mtu;
            let Some(mtu) = network.mtu.as_ref().filter(|mtu| mtu.value > own.value) else {
                continue;
            };
            let message = format!(
                "network `{}` has packets of {} bytes, and interface `{}` takes {}",
                network.name.value, mtu.value, nic.spec.name.value, own.value
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(carried.at), message)
                    .label("too large for it")
                    .also(estate.span(mtu.origin), "larger packets")
                    .why("a network is a part of its interface: a packet that is larger is dropped without a word")
                    .help(format!("write `mtu={}` at the interface, or a smaller one at the network", mtu.value)),
            );
        }
    }
}
