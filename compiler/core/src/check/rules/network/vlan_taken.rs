//! VLANs that are none, and two networks in one.

use std::collections::BTreeMap;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, NetworkIn},
    schema::kinds::NetworkZone,
};

declare_rule! { pub RULE = "vlan-taken", Network, Error, "two networks under one VLAN tag, or a tag that is none", include_str!("vlan_taken.md") }

/// Tags that mean something: 0 is "no VLAN", 4095 is reserved (IEEE 802.1Q).
const TAGS: std::ops::RangeInclusive<u16> = 1..=4094;

/// Reports each tag out of bounds, and the second network of a cluster with the same tag on the
/// same bridge.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let mut taken: BTreeMap<_, &NetworkIn> = BTreeMap::new();
    for network in estate.networks.values() {
        let Some(vlan) = &network.spec.vlan else {
            continue;
        };
        let name = &network.spec.name.value;
        // In an overlay the number is not a tag, and may be larger.
        let zone = network.spec.zone.as_ref().map(|zone| zone.value);
        let tagged = matches!(zone, None | Some(NetworkZone::Vlan));
        if tagged && !TAGS.contains(&vlan.value) {
            let message = format!(
                "network `{name}` has the VLAN {}, and tags go from 1 to 4094",
                vlan.value
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(vlan.origin), message)
                    .label("no tag")
                    .why("a tag has twelve bits, of which 0 and 4095 are kept for other ends; switches drop such frames or take them for untagged")
                    .help("write the tag that the switches have for it; leave `vlan` out for frames without one"),
            );
            continue;
        }
        let bridge = network
            .spec
            .bridge
            .as_ref()
            .map(|bridge| bridge.value.as_str());
        let key = (network.cluster, bridge, tagged, vlan.value);
        // Two of one name have been told.
        let first = taken.insert(key, network);
        if let Some(first) = first.filter(|first| first.spec.name.value != *name) {
            findings.push(twice(estate, first, network, vlan.value));
        }
    }
}

fn twice(estate: &Estate, first: &NetworkIn, second: &NetworkIn, vlan: u16) -> Diagnostic {
    let owner = |network: &NetworkIn| network.tenant.map(|tenant| tenant.to);
    let between = match (owner(first), owner(second)) {
        (Some(a), Some(b)) if a != b => format!(
            "; tenants `{}` and `{}` see each other's frames there, past every policy",
            estate.tenants[a].name.value, estate.tenants[b].name.value
        ),
        _ => String::new(),
    };
    let message = format!(
        "networks `{}` and `{}` both have the VLAN {vlan}, and are one network{between}",
        first.spec.name.value, second.spec.name.value
    );
    let at = second
        .spec
        .vlan
        .as_ref()
        .map_or(second.spec.meta.origin, |vlan| vlan.origin);
    Diagnostic::new(&RULE, estate.span(at), message)
        .label("taken")
        .also(first.spec.meta.span, "the first one")
        .why("what has one tag on one bridge is one segment: its machines answer each other's questions for addresses, and DHCP of one serves both")
        .help("give one of them another tag, or declare them as one network")
}
