//! `networking.k8s.io/v1` NetworkPolicies: everything that the API server refuses is refused, and
//! what it fills in is filled in.

use std::net::IpAddr;

use ipnet::IpNet;

use super::{Object, Sink, at::At, names, selector::selector};
use crate::{
    Addresses, Protocol,
    labels::Selector,
    policy::{Direction, Peer, Policy, Port, Rule},
};

/// Which directions a policy speaks of: ingress, egress.
type Types = (bool, bool);

/// A policy. What is wrong with it is told to the sink; the value then means nothing.
pub(super) fn policy(object: &Object<'_>, sink: &mut Sink) -> Policy {
    let body = &object.body;
    // A status is no longer part of it, but what was read out of a cluster may still have one.
    body.only(&["apiVersion", "kind", "metadata", "spec", "status"], sink);
    metadata(object, sink);
    let mut policy = Policy {
        namespace: object.namespace.to_owned(),
        name: object.name.to_owned(),
        pods: Selector::default(),
        ingress: Some(Vec::new()),
        egress: None,
    };
    let Some(spec) = body.child("spec") else {
        return policy;
    };
    let known = ["podSelector", "ingress", "egress", "policyTypes"];
    spec.only(&known, sink);
    if let Some(pods) = spec.child("podSelector") {
        policy.pods = selector(&pods, sink);
    }
    let ingress = rules(&spec, Direction::Ingress, sink);
    let egress = rules(&spec, Direction::Egress, sink);
    let (speaks_in, speaks_out) = types(&spec, !egress.is_empty(), sink);
    policy.ingress = speaks_in.then_some(ingress);
    policy.egress = speaks_out.then_some(egress);
    policy
}

/// The metadata of a policy.
pub(super) fn metadata(object: &Object<'_>, sink: &mut Sink) {
    const KNOWN: [&str; 15] = [
        "name",
        "generateName",
        "namespace",
        "labels",
        "annotations",
        "ownerReferences",
        "finalizers",
        "managedFields",
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "selfLink",
    ];
    let Some(metadata) = object.body.child("metadata") else {
        return;
    };
    metadata.only(&KNOWN, sink);
    if metadata.child("name").is_some()
        && let Some(wrong) = names::subdomain(object.name)
    {
        sink.say(&metadata.field("name"), wrong);
    }
    if let Some(namespace) = metadata.child("namespace")
        && let Some(wrong) = names::subdomain(object.namespace)
    {
        sink.say(&namespace, wrong);
    }
    for texts in ["labels", "annotations"] {
        if let Some(here) = metadata.child(texts) {
            match texts {
                "labels" => here.labels(sink),
                _ => here.texts(sink),
            };
        }
    }
}

/// Of which directions it speaks. What is not said follows from the sections: always of what comes
/// in, and of what goes out only if there is a rule for it.
fn types(spec: &At<'_>, has_egress: bool, sink: &mut Sink) -> Types {
    let Some(types) = spec.child("policyTypes") else {
        return (true, has_egress);
    };
    let (mut said, mut count) = ((false, false), 0usize);
    types.items(sink, |sink, item| {
        count += 1;
        match item.text(sink) {
            Some("Ingress") => said.0 = true,
            Some("Egress") => said.1 = true,
            Some(other) => {
                let known = "Ingress and Egress, written so";
                sink.say(
                    &item,
                    format!("no policy type {other:?}: there are {known}"),
                );
            }
            None => {}
        }
    });
    match count {
        0 => (true, has_egress),
        1 | 2 => said,
        _ => {
            sink.say(&types, format!("takes two types at most, and has {count}"));
            said
        }
    }
}

fn rules(spec: &At<'_>, direction: Direction, sink: &mut Sink) -> Vec<Rule> {
    let mut rules = Vec::new();
    if let Some(section) = spec.child(direction.section()) {
        section.items(sink, |sink, item| rules.push(rule(&item, direction, sink)));
    }
    rules
}

fn rule(here: &At<'_>, direction: Direction, sink: &mut Sink) -> Rule {
    let (ends, other) = match direction {
        Direction::Ingress => ("from", "to"),
        Direction::Egress => ("to", "from"),
    };
    match here.child(other) {
        Some(wrong) => {
            let section = direction.section();
            let message = format!("rules of {section} have no {other}: they say {ends}");
            sink.say(&wrong, message);
            here.only(&[ends, other, "ports"], sink);
        }
        None => here.only(&[ends, "ports"], sink),
    }
    let (mut peers, mut ports) = (Vec::new(), Vec::new());
    if let Some(list) = here.child(ends) {
        list.items(sink, |sink, item| peers.extend(peer(&item, sink)));
    }
    if let Some(list) = here.child("ports") {
        list.items(sink, |sink, item| ports.extend(port(&item, sink)));
    }
    Rule {
        peers: (!peers.is_empty()).then_some(peers),
        ports: (!ports.is_empty()).then_some(ports),
    }
}

fn peer(here: &At<'_>, sink: &mut Sink) -> Option<Peer> {
    let [pods, namespaces, block] =
        here.fields(["podSelector", "namespaceSelector", "ipBlock"], sink);
    match (block, pods.is_some() || namespaces.is_some()) {
        (Some(block), false) => self::block(&block, sink).map(Peer::Addresses),
        (Some(block), true) => {
            let message = "an ipBlock stands alone: addresses and selectors are two peers, with \
                           a dash each";
            sink.say(&block, message);
            None
        }
        (None, false) => {
            let message = "a peer needs a podSelector, a namespaceSelector or an ipBlock";
            sink.say(here, message);
            None
        }
        (None, true) => Some(Peer::Pods {
            namespaces: namespaces.map(|it| selector(&it, sink)),
            pods: pods.map(|it| selector(&it, sink)).unwrap_or_default(),
        }),
    }
}

fn block(here: &At<'_>, sink: &mut Sink) -> Option<Addresses> {
    here.only(&["cidr", "except"], sink);
    let Some(cidr) = here.child("cidr") else {
        sink.say(here, "an ipBlock needs a cidr");
        return None;
    };
    let whole = net(&cidr, sink);
    let mut addresses = whole.map(Addresses::block);
    if let Some(except) = here.child("except") {
        except.items(sink, |sink, item| {
            let (Some(hole), Some(whole)) = (net(&item, sink), whole) else {
                return;
            };
            if hole == whole || !whole.contains(&hole) {
                let message =
                    format!("{hole} is no proper part of {whole}, of which it is left out");
                sink.say(&item, message);
            } else if let Some(addresses) = &mut addresses {
                *addresses = addresses.without(&Addresses::block(hole));
            }
        });
    }
    addresses
}

/// A block of addresses, as loosely as the API server takes it in this place: bits of the host
/// are masked, zeros may lead, and IPv4 may be written in the way of IPv6.
fn net(here: &At<'_>, sink: &mut Sink) -> Option<IpNet> {
    let text = here.text(sink)?;
    let found = parse_net(text);
    if found.is_none() {
        let address = parse_address(text);
        let hint = match address {
            Some(IpAddr::V4(_)) => format!(": a single address is {text}/32"),
            Some(IpAddr::V6(_)) => format!(": a single address is {text}/128"),
            None => ", such as 192.0.2.0/24".to_owned(),
        };
        sink.say(here, format!("{text:?} is no block of addresses{hint}"));
    }
    found
}

fn parse_net(text: &str) -> Option<IpNet> {
    let (address, length) = text.split_once('/')?;
    if length.is_empty() || length.len() > 9 || !length.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let length = u8::try_from(length.parse::<u32>().ok()?).ok()?;
    let net = IpNet::new(parse_address(address)?, length).ok()?.trunc();
    match (net.network(), net.prefix_len().checked_sub(96)) {
        (IpAddr::V6(six), Some(length)) => match six.to_ipv4_mapped() {
            Some(four) => IpNet::new(four.into(), length).ok(),
            None => Some(net),
        },
        _ => Some(net),
    }
}

fn parse_address(text: &str) -> Option<IpAddr> {
    if text.contains(':') {
        return text.parse().ok();
    }
    let part = |part: &str| match part.trim_start_matches('0') {
        "" if !part.is_empty() => "0".to_owned(),
        rest => rest.to_owned(),
    };
    let parts: Vec<String> = text.split('.').map(part).collect();
    parts.join(".").parse().ok()
}

fn port(here: &At<'_>, sink: &mut Sink) -> Option<Port> {
    let [protocol, port, end] = here.fields(["protocol", "port", "endPort"], sink);
    let protocol = match protocol {
        Some(protocol) => self::protocol(&protocol, sink),
        None => Some(Protocol::Tcp),
    };
    let Some(port) = port else {
        if let Some(end) = end {
            sink.say(
                &end,
                "endPort is the end of a range that begins at port: write both",
            );
        }
        return protocol.map(Port::Every);
    };
    if let Some(name) = port.value().as_str() {
        if let Some(wrong) = names::port(name) {
            sink.say(&port, wrong);
        }
        if let Some(end) = end {
            let message = format!("a range goes from a number: {name:?} is a port's name");
            sink.say(&end, message);
        }
        return Some(Port::Named(protocol?, name.to_owned()));
    }
    if port.value().as_number().is_none() {
        port.wrong("a number or the name of a port", sink);
        return None;
    }
    let from = port.port(sink);
    let to = match end {
        Some(end) => {
            let to = end.port(sink);
            if let (Some(from), Some(to)) = (from, to)
                && to < from
            {
                let message = format!("the range ends at {to} before it begins, at {from}");
                sink.say(&end, message);
            }
            to
        }
        None => from,
    };
    Some(Port::Range(protocol?, from?, to?))
}

/// A protocol, by the name that Kubernetes gives it.
pub(super) fn protocol(here: &At<'_>, sink: &mut Sink) -> Option<Protocol> {
    let name = here.text(sink)?;
    let found = Protocol::parse(name);
    if found.is_none() {
        let hint = match Protocol::parse(&name.to_ascii_uppercase()) {
            Some(meant) => format!("did you mean {meant}?"),
            None => "there are TCP, UDP and SCTP".to_owned(),
        };
        sink.say(here, format!("no protocol {name:?}: {hint}"));
    }
    found
}
