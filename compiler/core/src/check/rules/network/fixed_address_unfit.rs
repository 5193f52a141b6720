//! A fixed address that its network would not give.

use std::collections::BTreeMap;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Id, NetworkIn, Nic, Replicas, Workload},
    origin::V,
    units::{Ip, IpLen},
};

declare_rule! { pub RULE = "fixed-address-unfit", Network, Error, "an interface's own address that its network does not have to give, or that is taken", include_str!("fixed_address_unfit.md") }

/// Who has an address, and where that is said.
type Holder<'e> = (&'e Workload, V<IpLen>);

/// Reports each address of an interface that is outside of its network, somebody else's, or
/// another interface's.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let mut taken: BTreeMap<(Id<NetworkIn>, Ip), Holder<'_>> = BTreeMap::new();
    for (_, workload) in subject.whole_workloads() {
        for nic in &workload.nics {
            let Some(network) = nic.network else { continue };
            let addresses = nic.spec.ip.iter().flat_map(|ips| &ips.addresses);
            findings.extend(surplus(estate, workload, nic));
            for address in addresses {
                let fault = fault(&estate.networks[network.to], address.value);
                if let Some((what, help)) = fault {
                    findings.push(unfit(
                        estate,
                        workload,
                        &estate.networks[network.to],
                        address,
                        what,
                        help,
                    ));
                    continue;
                }
                let first = taken.insert((network.to, address.value.ip()), (workload, *address));
                if let Some((other, at)) = first {
                    let message = format!(
                        "`{}` and `{}` both have {}",
                        other.path,
                        workload.path,
                        address.value.ip()
                    );
                    findings.push(
                        Diagnostic::new(&RULE, estate.span(address.origin), message)
                            .label("taken")
                            .also(estate.span(at.origin), "by this one")
                            .why("packets go to whichever of the two answered last")
                            .help("give one of them another address, or leave `ip` out: one is chosen and remembered"),
                    );
                }
            }
        }
    }
}

/// A second address for one machine, of the other family: each has one, in the order of the
/// replicas. Of one family there may be more than there are replicas in this environment.
fn surplus(estate: &Estate, workload: &Workload, nic: &Nic) -> Option<Diagnostic> {
    let addresses = &nic.spec.ip.as_ref()?.addresses;
    let most = match &workload.replicas {
        Replicas::Fixed(count) => usize::try_from(count.value).ok()?,
        _ => return None,
    };
    let family = |address: &V<IpLen>| address.value.ip().get().is_ipv4();
    let surplus = addresses.get(most)?;
    let is_other = |address: &V<IpLen>| family(address) != family(surplus);
    addresses.iter().take(most).any(is_other).then(|| {
        let message = format!("`{}` has a second address for `{}`", workload.path, nic.spec.name.value);
        Diagnostic::new(&RULE, estate.span(surplus.origin), message)
            .label("nobody would have it")
            .why("an interface has one address, and several are those of the replicas, in their order")
            .help("take it away, or write another `nic` for it")
    })
}

fn unfit(
    estate: &Estate,
    workload: &Workload,
    network: &NetworkIn,
    address: &V<IpLen>,
    what: String,
    help: &str,
) -> Diagnostic {
    let message = format!(
        "`{}` has the address {}, which {what}",
        workload.path, address.value
    );
    Diagnostic::new(&RULE, estate.span(address.origin), message)
        .label("not one to have")
        .also(network.spec.meta.span, format!("network `{}`", network.spec.name.value))
        .why("nobody on the wire would find the machine there, or somebody else would be found in its place")
        .help(help)
}

/// Why an interface of a network cannot have an address, and what to write.
fn fault(network: &NetworkIn, address: IpLen) -> Option<(String, &'static str)> {
    let (spec, ip) = (&network.spec, address.ip());
    let ranges = [&spec.cidr, &spec.cidr6].into_iter().flatten();
    let mut ranges = ranges.map(|range| range.value);
    let known = ranges.clone().next()?;
    let Some(range) = ranges.find(|range| range.is_ipv4() == ip.get().is_ipv4()) else {
        return Some((
            format!("is of another family than the network's, {known}"),
            "choose one of the network's, or leave `ip` out: one is chosen and remembered",
        ));
    };
    if !range.contains(ip) {
        return Some((
            format!("is not in {range}"),
            "choose one of the network's, or leave `ip` out: one is chosen and remembered",
        ));
    }
    if address.prefix_len() != range.prefix_len() {
        return Some((
            format!(
                "says a /{} of a network that is a /{}",
                address.prefix_len(),
                range.prefix_len()
            ),
            "write the network's own length behind the address",
        ));
    }
    let edge =
        range.is_ipv4() && range.prefix_len() < 31 && (ip == range.first() || ip == range.last());
    let router = spec
        .gateway
        .as_ref()
        .is_some_and(|gateway| gateway.value == ip);
    let what = if edge {
        "names the network itself or all of its machines"
    } else if router {
        "is the router's"
    } else if spec.is_reserved(ip) {
        "is leased by DHCP or reserved for somebody else"
    } else {
        return None;
    };
    Some((
        what.to_owned(),
        "choose another one, or leave `ip` out: one is chosen and remembered",
    ))
}
