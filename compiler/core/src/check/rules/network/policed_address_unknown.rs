//! An interface that policies hold, and cannot name.

use std::collections::BTreeMap;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    flows::cni,
    model::{Id, NetworkIn, Nic, Replicas, Workload},
};

declare_rule! { pub RULE = "policed-address-unknown", Network, Error, "an interface whose address nobody knows, on a network whose policies go by addresses", include_str!("policed_address_unknown.md") }

/// How many machines a message names, and how many of their places it shows.
const NAMED: usize = 3;

const WHY: &str = "the policies there go by addresses: an interface that they cannot name may call nobody, be called by nobody, and reach no DHCP server either";

/// An interface on a network on which policies hold.
#[derive(Clone, Copy)]
struct Joined<'e> {
    workload: &'e Workload,
    nic: &'e Nic,
    network: &'e NetworkIn,
}

/// Why the address of an interface is not known.
enum Unknown {
    /// Its replicas are alike.
    Alike,
    /// Addresses are said for so many of so many replicas, and the others' are leased.
    Leased(usize, u32),
    /// The same, and there is no range to choose the others' from.
    Rangeless(usize, u32),
}

/// Reports what keeps the addresses of interfaces on policed networks from being known: of a
/// workload whose replicas are alike once, and of a network that gives none once, however many
/// machines are on it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let mut leased: BTreeMap<Id<NetworkIn>, Vec<(Joined<'_>, String)>> = BTreeMap::new();
    let mut rangeless = leased.clone();
    for (workload, _) in subject.kubevirt_machines() {
        let mut alike = Vec::new();
        for nic in &workload.nics {
            let Some(id) = cni::policed(subject.estate, workload, nic) else {
                continue;
            };
            let network = &subject.estate.networks[id];
            let joined = Joined {
                workload,
                nic,
                network,
            };
            // Of a broken network the range may be what could not be read.
            match unknown(workload, nic, network).filter(|_| !network.spec.meta.broken) {
                Some(Unknown::Alike) => alike.push(joined),
                Some(Unknown::Leased(said, of)) => {
                    let label = format!("leased; {said} of {of} addresses are said");
                    leased.entry(id).or_default().push((joined, label));
                }
                Some(Unknown::Rangeless(said, of)) => {
                    let label = format!("{said} of {of} addresses are said");
                    rangeless.entry(id).or_default().push((joined, label));
                }
                None => {}
            }
        }
        findings.extend(without_own(&alike));
    }
    findings.extend(leased.values().filter_map(|all| of_leases(all)));
    findings.extend(rangeless.values().filter_map(|all| of_no_range(all)));
}

/// Why the address is not known before it runs; nothing where it is.
fn unknown(workload: &Workload, nic: &Nic, network: &NetworkIn) -> Option<Unknown> {
    let count = match &workload.replicas {
        Replicas::Fixed(count) if workload.has_identity() => count.value,
        _ => return Some(Unknown::Alike),
    };
    let said = nic.spec.ip.as_ref().map_or(0, |ip| ip.addresses.len());
    if said >= usize::try_from(count).unwrap_or(usize::MAX) {
        return None;
    }
    if network.spec.is_dhcp() {
        return Some(Unknown::Leased(said, count));
    }
    let range = network.spec.range();
    range.is_none().then_some(Unknown::Rangeless(said, count))
}

/// A workload whose replicas have no addresses of their own.
fn without_own(joined: &[Joined<'_>]) -> Option<Diagnostic> {
    let first = joined.first()?;
    let names: Vec<&str> = joined.iter().map(name).collect();
    let networks = match names.len() {
        1 => "network",
        _ => "networks",
    };
    let message = format!(
        "the addresses of `{}` on {networks} {} are not known before it runs",
        first.workload.path,
        words::names(&names)
    );
    let finding = Diagnostic::new(&RULE, first.nic.spec.meta.span, message)
        .label("none of its replicas has an address of its own");
    let others = joined.iter().skip(1).fold(finding, |finding, other| {
        finding.also(other.nic.spec.meta.span, "and none here")
    });
    let networks = joined.iter().fold(others, |finding, joined| {
        let network = joined.network.spec.meta.span;
        finding.also(network, "the network, on which policies hold")
    });
    Some(networks.why(WHY).help("give the workload a fixed number of `replicas` with `identity=stable`, or leave it to the pod network"))
}

/// A network that leases the addresses of these. Each interface is to say its own.
fn of_leases(all: &[(Joined<'_>, String)]) -> Option<Diagnostic> {
    let ((first, label), others) = all.split_first()?;
    let finding =
        Diagnostic::new(&RULE, first.nic.spec.meta.span, message(all)?).label(label.as_str());
    let others = places(finding, others, NAMED - 1);
    let network = first.network.spec.meta.span;
    Some(others.also(network, "the network, on which policies hold")
        .why(WHY)
        .help("write one address for each replica, outside of what is leased: `ip \"ADDRESS/LENGTH\"` in the `nic`"))
}

/// A network that has no range to choose the addresses of these from.
fn of_no_range(all: &[(Joined<'_>, String)]) -> Option<Diagnostic> {
    let (first, _) = all.first()?;
    let network = first.network.spec.meta.span;
    let finding = Diagnostic::new(&RULE, network, message(all)?).label("has no range");
    Some(places(finding, all, NAMED).why(WHY).help(
        "write the range of the network, `cidr=`: then one is chosen for each replica and remembered",
    ))
}

/// What is wrong on one network.
fn message(all: &[(Joined<'_>, String)]) -> Option<String> {
    let (first, _) = all.first()?;
    let network = name(first);
    let mut paths: Vec<&str> = all.iter().map(|(it, _)| &*it.workload.path).collect();
    paths.dedup();
    Some(match paths[..] {
        [only] => {
            format!("the address of `{only}` on network `{network}` is not known before it runs")
        }
        _ => format!(
            "the addresses of {} machines on network `{network}` ({}) are not known before they run",
            paths.len(),
            words::few(&paths, NAMED)
        ),
    })
}

/// Shows the interfaces, the first few of them.
fn places(finding: Diagnostic, all: &[(Joined<'_>, String)], most: usize) -> Diagnostic {
    let shown = all.iter().take(most);
    shown.fold(finding, |finding, (joined, label)| {
        finding.also(joined.nic.spec.meta.span, label.as_str())
    })
}

fn name<'e>(joined: &Joined<'e>) -> &'e str {
    joined.network.spec.name.value.as_str()
}
