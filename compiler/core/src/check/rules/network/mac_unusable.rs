//! A hardware address that no interface can have, or that is another's.

use std::collections::BTreeMap;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Id, NetworkIn, Nic, Replicas, Workload},
    origin::V,
    units::Mac,
};

declare_rule! { pub RULE = "mac-unusable", Network, Error, "a MAC address that is a group's, reserved, or another interface's", include_str!("mac_unusable.md") }

/// The address of KubeVirt's own end of a masqueraded interface.
const KUBEVIRT: Mac = Mac::new([2, 0, 0, 0, 0, 0]);

/// Who has an address, and where that is said.
type Holder<'e> = (&'e Workload, &'e V<Mac>);

/// Reports each, the second of two equal ones on one network.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let mut seen: BTreeMap<(Id<NetworkIn>, Mac), Holder<'_>> = BTreeMap::new();
    for (_, workload) in subject.whole_workloads() {
        for nic in &workload.nics {
            let Some(mac) = &nic.spec.mac else { continue };
            if let Some((what, why)) = alone(workload, nic, mac.value) {
                findings.push(report(subject, workload, nic, mac, &what, why));
                continue;
            }
            let Some(network) = nic.network else { continue };
            let (other, at) = *seen.entry((network.to, mac.value)).or_insert((workload, mac));
            if at.origin != mac.origin {
                let what = format!("which `{}` has on the same network", other.path);
                let why = "a switch sends to the one from which it heard last, and each of the two loses what the other gets";
                let finding = report(subject, workload, nic, mac, &what, why);
                findings.push(finding.also(subject.estate.span(at.origin), "the same address"));
            }
        }
    }
}

/// What is wrong with an address by itself.
fn alone(workload: &Workload, nic: &Nic, mac: Mac) -> Option<(String, &'static str)> {
    if !mac.is_unicast() {
        let what = match mac.octets()[0] & 1 {
            1 => "which is a group's: its first octet is odd",
            _ => "which is nobody's",
        };
        return Some((what.to_owned(), "an interface sends from an address of its own; hosts and switches drop what comes from another kind"));
    }
    if mac == KUBEVIRT && workload.vm().is_some() && nic.network.is_none() {
        return Some(("which is KubeVirt's own".to_owned(), "KubeVirt's end of the interface has that address, and refuses a machine with it"));
    }
    let count = match &workload.replicas {
        Replicas::Fixed(count) => count.value,
        Replicas::Scaled { max, .. } => max.value,
        Replicas::PerNode(_) | Replicas::PerZone(_) => 2,
    };
    (count > 1 && nic.network.is_some()).then(|| {
        let what = format!("and has up to {count} replicas");
        (what, "all of them would have the same address on one network, and a switch sends to one of them only")
    })
}

fn report(
    subject: &Subject<'_>,
    workload: &Workload,
    nic: &Nic,
    mac: &V<Mac>,
    what: &str,
    why: &str,
) -> Diagnostic {
    let message = format!(
        "the interface `{}` of `{}` has the address {}, {what}",
        nic.spec.name.value, workload.path, mac.value
    );
    Diagnostic::new(&RULE, subject.estate.span(mac.origin), message)
        .label("cannot be its own")
        .why(why)
        .help("leave `mac` out: one is worked out that nobody else has")
}
