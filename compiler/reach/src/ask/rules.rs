//! Rules in words.

use crate::{
    Addresses, PortSet,
    labels::{Condition, NAMESPACE_NAME, Selector},
    policy::{Direction, Peer, Port, Rule},
};

/// So many rules, peers, ports or blocks are told; of what is beyond, the number.
const TOLD: usize = 4;

/// What a rule lets through: `TCP 5432 from pods with app=web in namespace shop`.
pub fn rule_in_words(policy_namespace: &str, direction: Direction, rule: &Rule) -> String {
    let way = match direction {
        Direction::Ingress => "from",
        Direction::Egress => "to",
    };
    let peers = match &rule.peers {
        None => format!("{way} anybody"),
        Some(peers) => {
            let each = peers.iter().map(|peer| match peer {
                Peer::Pods { namespaces, pods } => {
                    let there = namespaces_in_words(policy_namespace, namespaces.as_ref());
                    match pods.is_everything() {
                        true => format!("{way} all pods {there}"),
                        false => format!("{way} pods with {pods} {there}"),
                    }
                }
                Peer::Addresses(block) => format!("{way} {}", addresses_in_words(block)),
            });
            few(each, " or ")
        }
    };
    format!("{} {peers}", ports_in_words(rule.ports.as_deref()))
}

fn namespaces_in_words(own: &str, selector: Option<&Selector>) -> String {
    let Some(selector) = selector else {
        return format!("in namespace {own}");
    };
    match &*selector.requirements {
        [] => "in any namespace".to_owned(),
        [one] if one.key == NAMESPACE_NAME => match &one.condition {
            Condition::In(names) if names.len() == 1 => format!("in namespace {}", names[0]),
            Condition::In(names) => format!("in namespaces {}", few(names.iter().cloned(), ", ")),
            _ => format!("in namespaces with {selector}"),
        },
        _ => format!("in namespaces with {selector}"),
    }
}

fn ports_in_words(ports: Option<&[Port]>) -> String {
    let Some(ports) = ports else {
        return "everything".to_owned();
    };
    let (mut numbers, mut told) = (PortSet::none(), Vec::new());
    for port in ports {
        match port {
            Port::Every(protocol) => numbers.extend(&PortSet::of(*protocol)),
            Port::Range(protocol, from, to) => numbers.add(*protocol, *from, *to),
            Port::Named(protocol, name) => told.push(format!("{protocol} port {name}")),
        }
    }
    if !numbers.is_empty() {
        told.insert(0, numbers.to_string());
    }
    few(told.into_iter(), ", ")
}

/// A set of addresses, as one block with exceptions where that is shorter.
fn addresses_in_words(addresses: &Addresses) -> String {
    let blocks = addresses.blocks();
    let cover = addresses.cover();
    let holes = cover.without(addresses).blocks();
    if holes.is_empty() || blocks.len() <= holes.len() + 1 {
        return few(blocks.iter().map(ToString::to_string), ", ");
    }
    let holes = few(holes.iter().map(ToString::to_string), ", ");
    format!("{cover} except {holes}")
}

/// The first few, and how many more there are.
pub(super) fn few(told: impl ExactSizeIterator<Item = String>, between: &str) -> String {
    let more = told.len().saturating_sub(TOLD);
    // To say that there is one more is no shorter than to tell it.
    let first = if more == 1 { TOLD + 1 } else { TOLD };
    let mut told: Vec<String> = told.take(first).collect();
    if more > 1 {
        told.push(format!("{more} more"));
    }
    told.join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str) -> Addresses {
        Addresses::block(text.parse().expect("a block"))
    }

    #[test]
    fn addresses_are_told_the_shorter_way() {
        let mut some = block("10.0.0.0/8");
        some.extend(&block("192.0.2.7/32"));
        assert_eq!(addresses_in_words(&some), "10.0.0.0/8, 192.0.2.7/32");
        let rest = Addresses::all().without(&some);
        let told = "0.0.0.0/0, ::/0 except 10.0.0.0/8, 192.0.2.7/32";
        assert_eq!(addresses_in_words(&rest), told);
        assert_eq!(addresses_in_words(&Addresses::all()), "0.0.0.0/0, ::/0");
    }

    #[test]
    fn of_many_the_first_few_are_told() {
        let told = |count: usize| few((0..count).map(|it| it.to_string()), ", ");
        assert_eq!(told(5), "0, 1, 2, 3, 4");
        assert_eq!(told(6), "0, 1, 2, 3, 2 more");
    }
}
