//! The order of things: a graph of what was emitted and what each needs, its waves, and the
//! proof that the order exists.

pub mod rules;
pub mod taken;

use std::collections::HashMap;

use foldhash::fast::FixedState;
use petgraph::{
    algo::tarjan_scc,
    graph::{DiGraph, NodeIndex},
};
pub use rules::RULES;

use crate::{
    close::Platform,
    diag::Findings,
    emit::objects::{Body, KubeId, Need, Objects},
    origin::Origins,
    outcome::Outcome,
};

/// When each object may be applied: all of wave 0 first, then wave 1, and so on. In the order of
/// [`Objects`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The wave of each object; files that nobody applies have none.
    pub waves: Vec<Option<u32>>,
    /// What must precede what, as pairs of indices (first, later).
    pub edges: Vec<(usize, usize)>,
}

/// Orders the objects. Two declarations may become one object, which is told of the spec. A need
/// that nothing meets, or a circle, is a defect of ours: `check` and `close` should have found it.
pub fn plan(objects: &Objects, platform: &Platform, origins: &Origins) -> Outcome<Plan> {
    let mut findings = Findings::new();
    let index = index(objects, &mut findings, origins);
    let edges = edges(objects, &index, platform, &mut findings, origins);
    let mut graph: DiGraph<usize, ()> = DiGraph::new();
    let nodes: Vec<NodeIndex> = (0..objects.len()).map(|at| graph.add_node(at)).collect();
    for (first, later) in &edges {
        graph.add_edge(nodes[*first], nodes[*later], ());
    }
    for circle in tarjan_scc(&graph) {
        if circle.len() > 1 {
            let members: Vec<usize> = circle.iter().map(|node| graph[*node]).collect();
            findings.push(rules::circle(objects, &members));
        }
    }
    if !findings.is_empty() {
        return Outcome::nothing(findings);
    }
    let waves = waves(objects, &graph);
    Outcome::new(Plan { waves, edges }, findings)
}

/// A cluster, and an identity in it: version, kind, namespace, name.
type Key<'o> = (Option<usize>, &'o str, &'o str, Option<&'o str>, &'o str);

/// The places of objects. Only looked up.
type Index<'o> = HashMap<Key<'o>, usize, FixedState>;

fn key(cluster: Option<usize>, id: &KubeId) -> Key<'_> {
    let KubeId {
        api_version,
        kind,
        namespace,
        name,
    } = id;
    (cluster, api_version, kind, namespace.as_deref(), name)
}

fn index<'o>(objects: &'o Objects, findings: &mut Findings, origins: &Origins) -> Index<'o> {
    let mut index = Index::with_capacity_and_hasher(objects.len(), FixedState::default());
    let mut told = taken::Told::default();
    for (at, object) in objects.iter().enumerate() {
        if let Body::Kube { id, .. } = &object.body {
            let key = key(object.cluster.map(|c| c.index()), id);
            if let Some(first) = index.insert(key, at)
                && let Some(first) = objects.iter().nth(first)
            {
                match taken::is_of_the_spec(object, first) {
                    true => told.tell(id, (object, first), findings, origins),
                    false => findings.push(rules::twice(id, object, first, origins)),
                }
            }
        }
    }
    index
}

fn edges(
    objects: &Objects,
    index: &Index<'_>,
    platform: &Platform,
    findings: &mut Findings,
    origins: &Origins,
) -> Vec<(usize, usize)> {
    let mut edges = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        let cluster = object.cluster.map(|c| c.index());
        if let Body::Kube {
            id:
                KubeId {
                    namespace: Some(namespace),
                    ..
                },
            ..
        } = &object.body
        {
            // A namespace that is not ours exists already; one of ours comes first.
            let home = (cluster, "v1", "Namespace", None, namespace.as_str());
            edges.extend(index.get(&home).map(|first| (*first, at)));
        }
        for need in &object.needs {
            match need {
                Need::Object(id) => match index.get(&key(cluster, id)) {
                    Some(first) => edges.push((*first, at)),
                    None => findings.push(rules::unmet(&id.to_string(), object, origins)),
                },
                Need::Component(name) => {
                    if !object
                        .cluster
                        .is_some_and(|cluster| platform.has(cluster, name))
                    {
                        findings.push(rules::unmet(
                            &format!("the component {name}"),
                            object,
                            origins,
                        ));
                    }
                }
            }
        }
    }
    edges.sort_unstable();
    edges.dedup();
    edges
}

/// The longest way from anything without needs.
fn waves(objects: &Objects, graph: &DiGraph<usize, ()>) -> Vec<Option<u32>> {
    let mut depth: Vec<u32> = objects.iter().map(|object| object.wave).collect();
    // The graph has no circle, so the order exists.
    for node in petgraph::algo::toposort(graph, None).unwrap_or_default() {
        let next = depth[graph[node]] + 1;
        for later in graph.neighbors(node) {
            let later = graph[later];
            depth[later] = depth[later].max(next);
        }
    }
    objects
        .iter()
        .zip(depth)
        .map(|(object, depth)| matches!(object.body, Body::Kube { .. }).then_some(depth))
        .collect()
}
