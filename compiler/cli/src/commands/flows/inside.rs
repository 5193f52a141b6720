//! A cluster that was read from manifests, as a sheet.

use std::collections::BTreeMap;

use tenantry_reach::{
    Addresses, Basis, Cluster, Direction, End, Ends, Judge, PodId, PortSet, Question,
    ask::{ask, because},
    cluster::{Effect, Pod},
    exposures::{self, Exposure},
    matrix::{self, TooMuch},
};

use super::{
    sheet::{Cell, Class, Flow, Node, Reason, Sheet},
    words,
};

/// All that goes through.
///
/// # Errors
/// That is more than anybody could read.
pub(super) fn sheet(judge: &Judge<'_>, title: String, files: usize) -> Result<Sheet, TooMuch> {
    let cluster = judge.cluster();
    let mut sheet = Sheet {
        title,
        figures: figures(judge, files),
        beyond: beyond(cluster),
        nodes: cluster.pods.iter().map(node).collect(),
        ..Sheet::default()
    };
    let mut outside: BTreeMap<Addresses, usize> = BTreeMap::new();
    for flow in joined(matrix::matrix(judge)?) {
        let why = why(judge, &flow);
        let [from, to] = [&flow.from, &flow.to].map(|ends| match ends {
            Ends::Pods(pods) => pods.iter().map(|pod| pod.0 as usize).collect(),
            Ends::Addresses(addresses) => {
                let node = outside.entry(addresses.clone()).or_insert_with(|| {
                    sheet.nodes.push(beside(addresses));
                    sheet.nodes.len() - 1
                });
                vec![*node]
            }
        });
        sheet.flows.push(Flow {
            from,
            to,
            ports: flow.ports,
            reason: Reason::Allowed,
            why,
            place: None,
        });
    }
    Ok(sheet)
}

/// Adds what pods would reach that somebody makes for the purpose: selectors of pods go by labels,
/// which are given by whoever makes a pod. Only what some policy protects is told.
///
/// # Errors
/// That is more than anybody could read.
pub(super) fn expose(sheet: &mut Sheet, cluster: &Cluster) -> Result<(), TooMuch> {
    let exposures = exposures::exposures(cluster)?;
    for Exposure {
        pod,
        calls,
        called_by,
        ..
    } in exposures
    {
        let own = vec![sheet.nodes.len()];
        sheet.nodes.push(Node {
            class: Class::Possible,
            name: pod.path(),
            group: pod.namespace,
            about: "a pod that somebody could make".to_owned(),
            addresses: Addresses::none(),
        });
        let places = |pods: Vec<PodId>| pods.into_iter().map(place).collect::<Vec<_>>();
        let calls = calls
            .into_iter()
            .map(|(pods, ports)| (own.clone(), places(pods), ports));
        let called = called_by
            .into_iter()
            .map(|(pods, ports)| (places(pods), own.clone(), ports));
        sheet
            .flows
            .extend(calls.chain(called).map(|(from, to, ports)| Flow {
                from,
                to,
                ports,
                reason: Reason::Allowed,
                why: "policies go by labels, which whoever makes a pod chooses".to_owned(),
                place: None,
            }));
    }
    Ok(())
}

/// Addresses that reach the same, or are reached by the same, in one flow.
fn joined(flows: Vec<matrix::Flow>) -> Vec<matrix::Flow> {
    let mut joined: Vec<matrix::Flow> = Vec::new();
    let mut into: BTreeMap<(bool, Ends, PortSet), usize> = BTreeMap::new();
    for flow in flows {
        let key = match (&flow.from, &flow.to) {
            (from, Ends::Addresses(_)) => (true, from.clone(), flow.ports.clone()),
            (Ends::Addresses(_), to) => (false, to.clone(), flow.ports.clone()),
            _ => {
                joined.push(flow);
                continue;
            }
        };
        let place = *into.entry(key).or_insert(joined.len());
        let Some(known) = joined.get_mut(place) else {
            joined.push(flow);
            continue;
        };
        let (ends, more) = match &flow.to {
            Ends::Addresses(_) => (&mut known.to, &flow.to),
            Ends::Pods(_) => (&mut known.from, &flow.from),
        };
        if let (Ends::Addresses(ends), Ends::Addresses(more)) = (ends, more) {
            ends.extend(more);
        }
    }
    joined
}

fn node(pod: &Pod) -> Node {
    Node {
        class: Class::Workload,
        name: pod.path(),
        group: pod.namespace.clone(),
        about: pod.kind.clone(),
        addresses: Addresses::none(),
    }
}

fn beside(addresses: &Addresses) -> Node {
    Node {
        class: Class::Outside,
        name: words::addresses(addresses),
        group: String::new(),
        about: "outside".to_owned(),
        addresses: addresses.clone(),
    }
}

/// Why something goes through, by one packet of it.
fn why(judge: &Judge<'_>, flow: &matrix::Flow) -> String {
    let Some(question) = packet(flow) else {
        return String::new();
    };
    let answer = ask(judge, &question);
    let because = because(judge, &question, &answer);
    let because = because.strip_prefix("allowed: ").unwrap_or(&because);
    let one = |ends: &Ends| matches!(ends, Ends::Pods(pods) if pods.len() == 1);
    if one(&flow.from) && one(&flow.to) {
        return because.to_owned();
    }
    let [from, to] = [question.from, question.to].map(|end| words::end(judge, end));
    format!("for example {from} → {to}: {because}")
}

/// One packet of a flow, between two that are not the same if there are such.
fn packet(flow: &matrix::Flow) -> Option<Question> {
    let (protocol, port) = flow.ports.first()?;
    let pods = |ends: &Ends| -> Vec<End> {
        match ends {
            Ends::Pods(pods) => pods.iter().take(2).map(|pod| End::Pod(*pod)).collect(),
            Ends::Addresses(addresses) => addresses.first().map(End::Address).into_iter().collect(),
        }
    };
    let (from, to) = (pods(&flow.from), pods(&flow.to));
    let pairs = from
        .iter()
        .flat_map(|from| to.iter().map(move |to| (*from, *to)));
    let (from, to) = pairs
        .clone()
        .find(|(from, to)| from != to)
        .or_else(|| pairs.clone().next())?;
    Some(Question {
        from,
        to,
        protocol,
        port,
    })
}

fn figures(judge: &Judge<'_>, files: usize) -> Vec<(String, String)> {
    let cluster = judge.cluster();
    let held = |direction| {
        let pods = cluster.pod_ids().map(|pod| judge.isolating(pod, direction));
        pods.filter(|policies| !policies.is_empty()).count()
    };
    let (policies, ingress, egress) = (
        cluster.policies.len() + cluster.tiers.len(),
        held(Direction::Ingress),
        held(Direction::Egress),
    );
    let namespaces = namespaces(cluster);
    let figure = |count: usize, one: &str, many: &str| {
        let what = if count == 1 { one } else { many };
        (count.to_string(), what.to_owned())
    };
    vec![
        figure(files, "file", "files"),
        figure(namespaces, "namespace", "namespaces"),
        figure(cluster.pods.len(), "pod or workload", "pods and workloads"),
        figure(policies, "policy", "policies"),
        figure(
            ingress,
            "is isolated for ingress",
            "are isolated for ingress",
        ),
        figure(egress, "is isolated for egress", "are isolated for egress"),
    ]
}

/// The namespaces in which something is.
fn namespaces(cluster: &Cluster) -> usize {
    let pods = cluster.pods.iter().map(|pod| &pod.namespace);
    let policies = cluster.policies.iter().map(|policy| &policy.namespace);
    let names: std::collections::BTreeSet<&String> = pods.chain(policies).collect();
    names.len()
}

/// What policies do not decide, by ground.
fn beyond(cluster: &Cluster) -> Vec<Cell> {
    let pods = |wanted: &dyn Fn(&Pod) -> bool| -> Vec<String> {
        let found = cluster.pods.iter().filter(|pod| wanted(pod));
        found.map(|pod| format!("`{}`", pod.path())).collect()
    };
    let mut cells = Vec::new();
    let mut cell = |basis, what: Vec<String>, why: &str| {
        if !what.is_empty() {
            cells.push(Cell {
                basis: Some(basis),
                what: words::listed(&what),
                why: why.to_owned(),
            });
        }
    };
    cell(
        Basis::UndefinedHostNetwork,
        pods(&|pod| pod.host_network),
        "in its node's network: policies neither select such a pod nor see it as a peer in most pod networks",
    );
    cell(
        Basis::SecondaryNetwork,
        pods(&|pod| !pod.networks.is_empty()),
        "has networks beside the pod network, of which NetworkPolicies do not speak: what goes through there is told of each by itself, where it has policies",
    );
    let beside = |effect| -> Vec<String> {
        let found = cluster
            .beside
            .iter()
            .filter(|beside| beside.effect == effect);
        let named = found.map(|it| match &it.namespace {
            Some(namespace) => format!("{} `{namespace}/{}`", it.kind, it.name),
            None => format!("{} `{}`", it.kind, it.name),
        });
        named.collect()
    };
    cell(
        Basis::UndefinedSnat,
        beside(Effect::Translated),
        "lets clients from outside in, with the address of a node instead of their own in many clusters",
    );
    cell(
        Basis::L7OrFqdn,
        beside(Effect::OtherPolicies),
        "is a policy of the pod network's own, or speaks of more than pods and addresses, and is not read",
    );
    cells
}

/// The places of pods among the nodes: they come first, in order.
pub(super) fn place(pod: PodId) -> usize {
    pod.0 as usize
}
