//! What is shown of a mistake: one packet, and who is concerned.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{
    Difference, Fault, Parties,
    held::{Held, Item},
};
use crate::{
    PodId, PortSet, Protocol,
    ask::{End, Question},
    cluster::Pod,
    matrix::{Class, Classes, Element},
    policy::Direction,
};

/// A caller outside that nobody is: of the block for documentation (RFC 5737).
const CALLER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 10));

/// Whom it hurts most to let somebody call: where clouds answer with credentials (the link-local
/// address that all large ones use); and somebody else.
const CALLED: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)), CALLER];

/// The same for IPv6 (RFC 3849).
const CALLER_V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 10));

/// Ports that read well, where nothing better is known.
const KNOWN: [u16; 3] = [443, 80, 22];

/// A mistake as it is told; `items` are all that it explains, and not none.
pub(super) fn told(held: &Held<'_, '_>, items: &[&Item]) -> Option<Difference> {
    let rows = &held.rows;
    let shown = *items
        .iter()
        .min_by_key(|item| (rank(held, item), item.from, item.to))?;
    let packet = of(held, shown.from, shown.to, &shown.ports)?;
    let mut ports = PortSet::none();
    let (mut from, mut to, mut wanted) = (Vec::new(), Vec::new(), Vec::new());
    for item in items {
        ports.extend(&item.ports);
        from.push(item.from);
        to.push(item.to);
        wanted.extend(item.wanted);
    }
    for all in [&mut from, &mut to] {
        all.sort_unstable();
        all.dedup();
    }
    wanted.sort_unstable();
    wanted.dedup();
    let mut refused = Vec::new();
    if shown.fault == Fault::Missing {
        let sides = [
            (Direction::Egress, rows.out(shown.from, shown.to)),
            (Direction::Ingress, rows.inward(shown.from, shown.to)),
        ];
        let refusing = sides
            .iter()
            .filter(|(_, ports)| !ports.contains(packet.protocol, packet.port));
        refused.extend(refusing.map(|(direction, _)| *direction));
    }
    let [from, to] = Parties::both(held, &from, &to);
    Some(Difference {
        fault: shown.fault,
        packet,
        through: shown.through,
        refused,
        from,
        to,
        ports,
        wanted,
    })
}

/// What is shown first: somebody outside, then pods that there are.
fn rank(held: &Held<'_, '_>, item: &Item) -> u8 {
    let rows = &held.rows;
    if item.fault == Fault::Extra && !(rows.from.is_pods(item.from) && rows.to.is_pods(item.to)) {
        return 0;
    }
    let ends = [rows.from.members(item.from), rows.to.members(item.to)];
    let real = |members: &[Element]| members.iter().any(|end| is_real(rows.ground.pod(*end)));
    if ends.into_iter().all(real) { 1 } else { 2 }
}

/// One packet between two classes, on one of these ports.
pub(super) fn of(held: &Held<'_, '_>, from: Class, to: Class, ports: &PortSet) -> Option<Question> {
    let ground = &held.rows.ground;
    let caller = shown(held, &held.rows.from, from, &[CALLER, CALLER_V6], None)?;
    let but = match caller {
        End::Pod(pod) if ground.pod(pod.0).is_some_and(|pod| pod.alone) => Some(pod),
        _ => None,
    };
    let (caller, called) = match shown(held, &held.rows.to, to, &CALLED, but) {
        Some(called) => (caller, called),
        // The only one who is called is who was to call: another calls.
        None => (
            shown(held, &held.rows.from, from, &[], but)?,
            End::Pod(but?),
        ),
    };
    let (protocol, port) = match called {
        End::Pod(pod) => readable(ports, ground.pod(pod.0)),
        End::Address(_) => readable(ports, None),
    }?;
    Some(Question {
        from: caller,
        to: called,
        protocol,
        port,
    })
}

/// One of a class, but not this pod: a pod that there is, or an address that reads well.
fn shown(
    held: &Held<'_, '_>,
    classes: &Classes,
    class: Class,
    addresses: &[IpAddr],
    but: Option<PodId>,
) -> Option<End> {
    let ground = &held.rows.ground;
    let members = classes.members(class);
    if classes.is_pods(class) {
        let others = || {
            members
                .iter()
                .filter(|end| but.is_none_or(|but| but.0 != **end))
        };
        let real = others().find(|end| is_real(ground.pod(**end)));
        return real
            .or_else(|| others().next())
            .map(|end| End::Pod(PodId(*end)));
    }
    let known = addresses.iter().find(|address| {
        let range = ground.range_of(**address);
        members.binary_search(&range).is_ok() && ground.own.binary_search(address).is_err()
    });
    let first = || members.iter().find_map(|range| ground.end(*range));
    known.map(|address| End::Address(*address)).or_else(first)
}

/// A port that means something: one that the pod declares, a known one, the first.
fn readable(ports: &PortSet, pod: Option<&Pod>) -> Option<(Protocol, u16)> {
    let declared = pod.into_iter().flat_map(|pod| &pod.ports);
    let declared = declared.map(|port| (port.protocol, port.number));
    let known = KNOWN.into_iter().map(|port| (Protocol::Tcp, port));
    let mut candidates = declared.chain(known);
    candidates
        .find(|(protocol, port)| ports.contains(*protocol, *port))
        .or_else(|| ports.first())
}

fn is_real(pod: Option<&Pod>) -> bool {
    pod.is_some_and(|pod| pod.kind != crate::strangers::HYPOTHETICAL)
}

impl Parties {
    /// Both: without a single pod that would be among one of them only for itself.
    pub(super) fn both(held: &Held<'_, '_>, from: &[Class], to: &[Class]) -> [Self; 2] {
        let rows = &held.rows;
        let mut from = Self::of(held, &rows.from, from);
        let mut to = Self::of(held, &rows.to, to);
        let alone = |party: &Self| match party.pods.as_slice() {
            [sole] if party.addresses.is_empty() => {
                let pod = rows.ground.pod(sole.0);
                pod.is_some_and(|pod| pod.alone).then_some(*sole)
            }
            _ => None,
        };
        let (caller, called) = (alone(&from), alone(&to));
        to.pods.retain(|pod| Some(*pod) != caller);
        from.pods.retain(|pod| Some(*pod) != called);
        [from, to]
    }

    /// All of these classes.
    fn of(held: &Held<'_, '_>, classes: &Classes, of: &[Class]) -> Self {
        let ground = &held.rows.ground;
        let (mut pods, mut ranges) = (Vec::new(), Vec::new());
        for class in of {
            let members = classes.members(*class);
            match classes.is_pods(*class) {
                true => pods.extend(members.iter().map(|pod| PodId(*pod))),
                false => ranges.extend(members.iter().map(|range| ground.atom(*range))),
            }
        }
        pods.sort_unstable();
        Self {
            pods,
            addresses: ground.atoms.sets(ranges),
        }
    }
}
