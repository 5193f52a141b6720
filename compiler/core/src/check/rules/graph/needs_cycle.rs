//! Workloads that wait for each other.

use petgraph::{algo::tarjan_scc, graph::DiGraph, graph::NodeIndex};
use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Id, Workload},
};

declare_rule! { pub RULE = "needs-cycle", Graph, Error, "workloads that need each other before they start", include_str!("needs_cycle.md") }

/// Reports one loop of each knot, the shortest through its first workload.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let mut graph: DiGraph<Id<Workload>, Span> = DiGraph::new();
    let nodes: Vec<NodeIndex> = estate.workloads.ids().map(|id| graph.add_node(id)).collect();
    for (id, workload) in estate.workloads.iter() {
        for (target, needs) in &workload.needs {
            if let (Some(from), Some(to)) = (nodes.get(id.index()), nodes.get(target.to.index())) {
                graph.add_edge(*from, *to, needs.meta.span);
            }
        }
    }
    let mut loops: Vec<Vec<(Id<Workload>, Span)>> = tarjan_scc(&graph)
        .iter()
        // Nearly all knots are a workload by itself.
        .filter(|knot| knot.len() > 1 || graph.contains_edge(knot[0], knot[0]))
        .filter_map(|knot| knot.iter().min())
        .filter_map(|first| shortest_loop(&graph, *first))
        .collect();
    loops.sort();
    findings.extend(loops.iter().filter_map(|steps| finding(estate, steps)));
}

/// The shortest way from a workload back to itself: each step's workload, and the line that
/// makes it wait for the next.
fn shortest_loop(graph: &DiGraph<Id<Workload>, Span>, first: NodeIndex) -> Option<Vec<(Id<Workload>, Span)>> {
    let mut reached: Vec<Option<(NodeIndex, Span)>> = vec![None; graph.node_count()];
    let mut front = std::collections::VecDeque::from([first]);
    while let Some(at) = front.pop_front() {
        let mut next: Vec<(NodeIndex, Span)> = graph
            .edges(at)
            .map(|edge| (petgraph::visit::EdgeRef::target(&edge), *edge.weight()))
            .collect();
        next.sort();
        for (to, span) in next {
            if to == first {
                return Some(way_back(graph, &reached, first, (at, span)));
            }
            let seen = &mut reached[to.index()];
            if seen.is_none() {
                *seen = Some((at, span));
                front.push_back(to);
            }
        }
    }
    None
}

fn way_back(
    graph: &DiGraph<Id<Workload>, Span>,
    reached: &[Option<(NodeIndex, Span)>],
    first: NodeIndex,
    last: (NodeIndex, Span),
) -> Vec<(Id<Workload>, Span)> {
    let (mut at, mut span) = last;
    let mut steps = vec![(graph[at], span)];
    while at != first {
        let Some(before) = reached[at.index()] else {
            break;
        };
        (at, span) = before;
        steps.push((graph[at], span));
    }
    steps.reverse();
    steps
}

fn finding(estate: &Estate, steps: &[(Id<Workload>, Span)]) -> Option<Diagnostic> {
    let name = |id: Id<Workload>| &*estate.workloads[id].path;
    let ((first, span), others) = steps.split_first()?;
    let path: Vec<String> = steps
        .iter()
        .chain([&(*first, *span)])
        .map(|(id, _)| format!("`{}`", name(*id)))
        .collect();
    let message = match others {
        [] => format!("`{}` needs itself before it starts", name(*first)),
        _ => format!("these wait for each other: {}", path.join(" → ")),
    };
    let to = others.first().map_or(*first, |(id, _)| *id);
    let mut finding = Diagnostic::new(&RULE, *span, message).label(format!("waits for `{}`", name(to)));
    for (at, (id, span)) in others.iter().enumerate() {
        let to = others.get(at + 1).map_or(*first, |(id, _)| *id);
        finding = finding.also(*span, format!("`{}` waits for `{}`", name(*id), name(to)));
    }
    Some(
        finding
            .why("each would start only after another of them has")
            .help("take one of these `needs` away; `connect` opens a flow and waits for nothing"),
    )
}
