//! What decides beside NetworkPolicies: Services that replace the client's address, and the
//! policies of pod networks.

use std::net::IpAddr;

use serde_json::Value;

use super::{
    Object, Sink,
    at::{At, under},
    calico,
    networkpolicy::protocol,
    selector,
};
use crate::{
    Protocol,
    cluster::{Beside, Effect, Service, ServicePort},
    labels::Selector,
    node::Node,
    policy::Port,
};

/// A Service by which clients come in with the address of a node.
pub(super) fn service(object: &Object<'_>, sink: &mut Sink) -> Option<Beside> {
    let spec = object.body.child("spec")?;
    let said = |name: &str| spec.value().get(name).and_then(|it| it.as_str());
    let outside = matches!(said("type"), Some("NodePort" | "LoadBalancer"));
    let addresses = spec.value().get("externalIPs").and_then(Node::items);
    let outside = outside || addresses.is_some_and(|mut all| all.next().is_some());
    let mut ports = Vec::new();
    if let Some(list) = spec.child("ports") {
        list.items(sink, |sink, item| ports.extend(target(&item, sink)));
    }
    // Services without a selector lead to no pods that manifests tell of.
    let labels = spec.child("selector").map(|it| it.texts(sink))?;
    let translated = said("externalTrafficPolicy") != Some("Local");
    (outside && translated && !labels.is_empty()).then(|| Beside {
        kind: object.kind.to_owned(),
        namespace: Some(object.namespace.to_owned()),
        name: object.name.to_owned(),
        effect: Effect::Translated,
        namespaces: selector::namespace(object.namespace),
        pods: selector::of_labels(labels),
        // Without any it is not whole, and could be of each.
        ports: (!ports.is_empty()).then_some(ports),
    })
}

/// A Service that has addresses of its own, and pods behind it.
pub(super) fn called(object: &Object<'_>) -> Option<Service> {
    let spec = object.body.child("spec")?;
    let addresses = addresses(spec.value());
    // What is wrong with it was told already.
    let mut sink = Sink::default();
    let labels = spec.child("selector")?.texts(&mut sink);
    if addresses.is_empty() || labels.is_empty() {
        return None;
    }
    let mut ports = Vec::new();
    if let Some(list) = spec.child("ports") {
        list.items(&mut sink, |sink, item| {
            if let (Some(target), Some(port)) = (target(&item, sink), item.field("port").port(sink))
            {
                let (Port::Every(protocol) | Port::Range(protocol, ..) | Port::Named(protocol, _)) =
                    target;
                ports.push(ServicePort {
                    protocol,
                    port,
                    target,
                });
            }
        });
    }
    Some(Service {
        namespace: object.namespace.to_owned(),
        name: object.name.to_owned(),
        addresses,
        pods: selector::of_labels(labels),
        ports,
    })
}

/// The own addresses of a Service. One without any says `None`.
fn addresses(spec: Node<'_>) -> Vec<IpAddr> {
    let one = spec.get("clusterIP").into_iter();
    let all = spec.get("clusterIPs").and_then(Node::items);
    let texts = one
        .chain(all.into_iter().flatten())
        .filter_map(Node::as_str);
    let mut found: Vec<IpAddr> = texts.filter_map(|text| text.parse().ok()).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The port of the pods to which a port of a Service leads: the same, unless it says another.
fn target(port: &At<'_>, sink: &mut Sink) -> Option<Port> {
    let protocol = match port.child("protocol") {
        Some(said) => protocol(&said, sink)?,
        None => Protocol::Tcp,
    };
    let number = port.child("port");
    let target = port.child("targetPort").or(number)?;
    if let Some(name) = target.value().as_str() {
        return Some(Port::Named(protocol, name.to_owned()));
    }
    // Zero stands for the same port, too.
    let target = match (
        target.value().as_number().and_then(|it| it.as_u64()),
        number,
    ) {
        (Some(0), Some(number)) => number,
        _ => target,
    };
    let number = target.port(sink)?;
    Some(Port::Range(protocol, number, number))
}

/// The policies of pod networks, and those that stand above NetworkPolicies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Cilium's, for a namespace or for all.
    Cilium,
    /// With a `subject` (AdminNetworkPolicy and what became of it).
    Subject,
    /// Calico's, with selectors in a language of its own.
    Calico,
    /// Antrea's, with a list of what it is `appliedTo`.
    Antrea,
}

fn kind(object: &Object<'_>) -> Option<Kind> {
    match (object.group, object.kind) {
        ("cilium.io", "CiliumNetworkPolicy" | "CiliumClusterwideNetworkPolicy") => {
            Some(Kind::Cilium)
        }
        (
            "policy.networking.k8s.io",
            "AdminNetworkPolicy" | "BaselineAdminNetworkPolicy" | "ClusterNetworkPolicy",
        ) => Some(Kind::Subject),
        (
            "crd.projectcalico.org" | "projectcalico.org",
            "NetworkPolicy" | "GlobalNetworkPolicy",
        ) => Some(Kind::Calico),
        ("crd.antrea.io", "NetworkPolicy" | "ClusterNetworkPolicy") => Some(Kind::Antrea),
        _ => None,
    }
}

/// Whether an object is such a policy.
pub(super) fn decides(object: &Object<'_>) -> bool {
    kind(object).is_some()
}

/// Of which pods it speaks. Where that cannot be read, of all that it could speak of.
pub(super) fn policies(object: &Object<'_>) -> Vec<Beside> {
    let everywhere = object.kind.contains("Cluster")
        || object.kind.contains("Global")
        || object.kind.contains("Admin");
    let own = match everywhere {
        true => Selector::default(),
        false => selector::namespace(object.namespace),
    };
    let beside = |(namespaces, pods): (Selector, Selector)| Beside {
        kind: object.kind.to_owned(),
        namespace: (!everywhere).then(|| object.namespace.to_owned()),
        name: object.name.to_owned(),
        effect: Effect::OtherPolicies,
        namespaces,
        pods,
        ports: None,
    };
    let spec = object.body.child("spec");
    let spec = spec.as_ref();
    let all = || (own.clone(), Selector::default());
    let found = match kind(object) {
        Some(Kind::Cilium) => {
            let mut found: Vec<_> = spec.and_then(|it| cilium(it, &own)).into_iter().collect();
            if let Some(specs) = object.body.child("specs") {
                specs.items(&mut Sink::default(), |_, it| {
                    found.extend(cilium(&it, &own))
                });
            }
            found
        }
        Some(Kind::Subject) => vec![subject(under(spec, "subject").as_ref()).unwrap_or_else(all)],
        Some(Kind::Calico) => vec![spec.map_or_else(all, |spec| of_calico(spec, &own))],
        Some(Kind::Antrea) => spec
            .and_then(|spec| antrea(spec, &own))
            .unwrap_or_else(|| vec![all()]),
        None => Vec::new(),
    };
    found.into_iter().map(beside).collect()
}

/// One of Cilium's rules; none where it speaks of nodes.
fn cilium(spec: &At<'_>, own: &Selector) -> Option<(Selector, Selector)> {
    let Some(endpoints) = spec.child("endpointSelector") else {
        let nodes = spec.child("nodeSelector").is_some();
        return (!nodes).then(|| (own.clone(), Selector::default()));
    };
    let plain = kubernetes_labels(endpoints.value());
    let pods = strict(&At::root(Node::from(&plain))).unwrap_or_default();
    // What Cilium itself puts on endpoints is no label of a pod.
    let of_pods = pods.requirements.iter().filter(|it| {
        let own = ["io.kubernetes.pod.", "io.cilium."];
        !own.iter().any(|prefix| it.key.starts_with(prefix))
    });
    Some((own.clone(), Selector::new(of_pods.cloned().collect())))
}

/// How deep a selector can go before all of it is wrong.
const SELECTOR: usize = 8;

/// A selector of Cilium's, of which the labels' sources are left out.
fn kubernetes_labels(selector: Node<'_>) -> Value {
    let plain = |key: &str| {
        let source = ["k8s:", "any:"].into_iter();
        let mut rest = source.filter_map(|source| key.strip_prefix(source));
        rest.next().unwrap_or(key).to_owned()
    };
    let mut selector = selector.to_json(SELECTOR);
    if let Some(labels) = selector
        .get_mut("matchLabels")
        .and_then(Value::as_object_mut)
    {
        *labels = std::mem::take(labels)
            .into_iter()
            .map(|(key, value)| (plain(&key), value))
            .collect();
    }
    let expressions = selector.get_mut("matchExpressions");
    for expression in expressions
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if let Some(key) = expression.get_mut("key")
            && let Some(text) = key.as_str().map(plain)
        {
            *key = Value::String(text);
        }
    }
    selector
}

/// One of Calico's. In one of a namespace there is no selector of namespaces.
fn of_calico(spec: &At<'_>, own: &Selector) -> (Selector, Selector) {
    let read = |name: &str| spec.value().get(name)?.as_str().and_then(calico::selector);
    let namespaces = match own.is_everything() {
        true => read("namespaceSelector").unwrap_or_default(),
        false => own.clone(),
    };
    (namespaces, read("selector").unwrap_or_default())
}

/// One of Antrea's; none where a part of what it is applied to cannot be read.
fn antrea(spec: &At<'_>, own: &Selector) -> Option<Vec<(Selector, Selector)>> {
    let list = spec.child("appliedTo")?;
    let places = list.value().items()?.enumerate();
    let found = places.map(|(at, value)| {
        let item = list.item(at, value);
        let known = ["podSelector", "namespaceSelector"];
        let mut fields = item.value().fields()?;
        let readable = fields.all(|(name, _)| known.contains(&name));
        let selector = |name, otherwise: &Selector| match item.child(name) {
            Some(selector) => strict(&selector),
            None => Some(otherwise.clone()),
        };
        let pods = selector("podSelector", &Selector::default())?;
        let namespaces = selector("namespaceSelector", own)?;
        readable.then_some((namespaces, pods))
    });
    let found: Vec<_> = found.collect::<Option<_>>()?;
    (!found.is_empty()).then_some(found)
}

/// `subject.namespaces` is a selector of namespaces, `subject.pods` has two.
fn subject(subject: Option<&At<'_>>) -> Option<(Selector, Selector)> {
    if let Some(namespaces) = under(subject, "namespaces") {
        return Some((strict(&namespaces)?, Selector::default()));
    }
    let pods = under(subject, "pods")?;
    let selector = |name| match pods.child(name) {
        Some(selector) => strict(&selector),
        None => Some(Selector::default()),
    };
    Some((selector("namespaceSelector")?, selector("podSelector")?))
}

/// A selector that is right; none if not.
fn strict(here: &At<'_>) -> Option<Selector> {
    let mut sink = Sink::default();
    let selector = selector::selector(here, &mut sink);
    sink.complaints.is_empty().then_some(selector)
}
