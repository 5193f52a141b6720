//! Addresses of a network that are given to somebody and are not there to be given.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Network},
    origin::{OriginId, V},
    units::Ip,
};

declare_rule! { pub RULE = "lease-range-unfit", Network, Error, "a range of leased or reserved addresses that its network does not have, or that holds the router's", include_str!("lease_range_unfit.md") }

/// Reports ranges that end before they begin or leave the network, leases of the router's
/// address, and leases that overlap.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for network in subject.estate.networks.values() {
        of_network(subject.estate, &network.spec, findings);
    }
}

/// From, to, and what it is.
struct Part<'n> {
    from: &'n V<Ip>,
    to: &'n V<Ip>,
    leased: bool,
    at: OriginId,
}

fn of_network(estate: &Estate, network: &Network, findings: &mut Findings) {
    let leases = network.dhcp.iter().map(|range| Part {
        from: &range.from,
        to: &range.to,
        leased: true,
        at: range.meta.origin,
    });
    let reserved = network.reserved.iter().map(|range| Part {
        from: &range.from,
        to: &range.to,
        leased: false,
        at: range.meta.origin,
    });
    let mut sound: Vec<Part<'_>> = Vec::new();
    for part in leases.chain(reserved) {
        match fault(network, &part) {
            Some((at, what)) => findings.push(finding(estate, network, &part, at, what)),
            None => sound.push(part),
        }
    }
    overlaps(estate, network, &mut sound, findings);
}

/// What is wrong with a range by itself, and where.
fn fault(network: &Network, part: &Part<'_>) -> Option<(OriginId, String)> {
    let (from, to) = (part.from.value, part.to.value);
    if from.get().is_ipv4() != to.get().is_ipv4() {
        return None; // Told as a mix of families.
    }
    if from > to {
        return Some((
            part.to.origin,
            format!("ends at {to}, before it begins at {from}"),
        ));
    }
    let ranges = [&network.cidr, &network.cidr6].into_iter().flatten();
    let range = ranges
        .into_iter()
        .find(|range| range.value.is_ipv4() == from.get().is_ipv4())?;
    let outside = [part.from, part.to]
        .into_iter()
        .find(|end| !range.value.contains(end.value));
    if let Some(end) = outside {
        return Some((
            end.origin,
            format!("has {}, which is not in {}", end.value, range.value),
        ));
    }
    let router = network.gateway.as_ref().filter(|_| part.leased)?;
    (from..=to).contains(&router.value).then(|| {
        (
            part.at,
            format!("holds the router's own address, {}", router.value),
        )
    })
}

fn finding(
    estate: &Estate,
    network: &Network,
    part: &Part<'_>,
    at: OriginId,
    what: String,
) -> Diagnostic {
    let kind = if part.leased { "dhcp" } else { "reserved" };
    let message = format!(
        "the range `{kind}` of network `{}` {what}",
        network.name.value
    );
    Diagnostic::new(&RULE, estate.span(at), message)
        .label("not there to be given")
        .why("addresses are chosen around these ranges: one that is written wrong keeps nothing free, and sooner or later two machines have one address")
        .help(format!("write the first and the last address, both in the network: `{kind} \"FIRST\" \"LAST\"`"))
}

/// Leases that share addresses with each other or with what is somebody else's.
fn overlaps(estate: &Estate, network: &Network, parts: &mut [Part<'_>], findings: &mut Findings) {
    parts.sort_by_key(|part| (part.from.value, part.to.value, part.at));
    // The one that reaches furthest so far, and the one of leases.
    let (mut furthest, mut lease): (Option<usize>, Option<usize>) = (None, None);
    for at in 0..parts.len() {
        let part = &parts[at];
        let before = if part.leased { furthest } else { lease };
        if let Some(other) = before
            .map(|before| &parts[before])
            .filter(|other| other.to.value >= part.from.value)
        {
            let both = other.leased && part.leased;
            let message = format!(
                "network `{}` {} {} to {}, which are {}",
                network.name.value,
                if both { "leases twice" } else { "leases" },
                part.from.value,
                other.to.value.min(part.to.value),
                if both {
                    "in two ranges"
                } else {
                    "reserved for somebody else"
                }
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(part.at), message)
                    .label("also here")
                    .also(estate.span(other.at), "and here")
                    .why("a DHCP server gives an address to whoever asks, and the one whose it is has it too: both lose every other packet")
                    .help("let one range end before the other begins"),
            );
        }
        let reaches =
            |known: Option<usize>| known.is_none_or(|known| parts[known].to.value < part.to.value);
        if reaches(furthest) {
            furthest = Some(at);
        }
        if part.leased && reaches(lease) {
            lease = Some(at);
        }
    }
}
