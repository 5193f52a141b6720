//! Where the objects of a graph stand on its page: a lane for each part of the spec, with a column
//! for each wave, so that arrows lead to the right and most of them stay within their lane.

use std::collections::{BTreeMap, BTreeSet};

use tenantry_core::compile::{Graph, GraphNode};

/// How often the cells are put in order by their neighbours. More rarely changes anything: waves
/// are few.
const SWEEPS: usize = 2;

/// A graph in lanes and columns.
pub(super) struct Lanes<'a> {
    /// The waves that there are, in order. Last, if there are any, files that are in none.
    pub(super) columns: Vec<Option<u32>>,
    /// By cluster and part; what is of no cluster comes last.
    pub(super) lanes: Vec<Lane<'a>>,
    /// The lane of each node.
    pub(super) of: Vec<usize>,
}

/// What comes of one part of the spec on one cluster.
pub(super) struct Lane<'a> {
    pub(super) cluster: Option<&'a str>,
    /// A tenant, a cluster, or whatever else stands at the top of the spec.
    pub(super) part: &'a str,
    /// The places of its nodes in the graph, for each column from top to bottom.
    pub(super) cells: Vec<Vec<usize>>,
}

impl Lane<'_> {
    /// How many objects it holds.
    pub(super) fn len(&self) -> usize {
        self.cells.iter().map(Vec::len).sum()
    }
}

impl<'a> Lanes<'a> {
    /// Puts each node in its place.
    pub(super) fn of(graph: &'a Graph) -> Self {
        let columns = columns(graph);
        let mut order: Vec<usize> = (0..graph.nodes.len()).collect();
        // What comes of one workload stands together.
        order.sort_by_key(|at| {
            let node = graph.nodes.get(*at);
            node.map(|node| (node.spec_path.clone(), node.name.as_str(), *at))
        });
        let mut lanes: BTreeMap<_, Lane<'a>> = BTreeMap::new();
        for at in order {
            let Some(node) = graph.nodes.get(at) else {
                continue;
            };
            let lane = lanes.entry(key(node)).or_insert_with(|| Lane {
                cluster: node.cluster.as_deref(),
                part: part(node),
                cells: vec![Vec::new(); columns.len()],
            });
            let column = columns.iter().position(|wave| *wave == node.wave);
            if let Some(cell) = column.and_then(|column| lane.cells.get_mut(column)) {
                cell.push(at);
            }
        }
        let mut lanes: Vec<Lane<'a>> = lanes.into_values().collect();
        let mut of = vec![0; graph.nodes.len()];
        for (at, lane) in lanes.iter().enumerate() {
            for node in lane.cells.iter().flatten() {
                if let Some(of) = of.get_mut(*node) {
                    *of = at;
                }
            }
        }
        Untangling::of(graph, &of).all(&mut lanes);
        Self { columns, lanes, of }
    }
}

/// A cluster's own lane before those of its tenants; what is of no cluster last.
fn key(node: &GraphNode) -> (bool, Option<&str>, bool, &str) {
    let cluster = node.cluster.as_deref();
    let part = part(node);
    (cluster.is_none(), cluster, cluster != Some(part), part)
}

/// The first word of the path of the spec.
fn part(node: &GraphNode) -> &str {
    let path = &*node.spec_path;
    path.split_once('.').map_or(path, |(part, _)| part)
}

fn columns(graph: &Graph) -> Vec<Option<u32>> {
    let waves: BTreeSet<Option<u32>> = graph.nodes.iter().map(|node| node.wave).collect();
    let (applied, files): (Vec<_>, Vec<_>) = waves.into_iter().partition(Option::is_some);
    applied.into_iter().chain(files).collect()
}

/// Puts cells in an order in which arrows cross more rarely: each node beside the middle of those
/// that it needs, and then of those that need it.
struct Untangling {
    /// Who is needed by each node, within its lane, and who needs it.
    neighbours: [Vec<Vec<usize>>; 2],
    /// Where each node stands in its cell.
    rows: Vec<usize>,
}

impl Untangling {
    fn of(graph: &Graph, lanes: &[usize]) -> Self {
        let none = vec![Vec::new(); graph.nodes.len()];
        let mut neighbours = [none.clone(), none];
        let within = |(first, later): &&(usize, usize)| lanes.get(*first) == lanes.get(*later);
        for (first, later) in graph.edges.iter().filter(within) {
            let [needed, needing] = &mut neighbours;
            if let Some(needed) = needed.get_mut(*later) {
                needed.push(*first);
            }
            if let Some(needing) = needing.get_mut(*first) {
                needing.push(*later);
            }
        }
        Self {
            neighbours,
            rows: vec![0; graph.nodes.len()],
        }
    }

    fn all(mut self, lanes: &mut [Lane<'_>]) {
        for lane in lanes {
            lane.cells.iter().for_each(|cell| self.note(cell));
            for _ in 0..SWEEPS {
                lane.cells.iter_mut().for_each(|cell| self.sort(cell, 0));
                let back = lane.cells.iter_mut().rev();
                back.for_each(|cell| self.sort(cell, 1));
            }
        }
    }

    fn sort(&mut self, cell: &mut [usize], side: usize) {
        // Nodes of the same middle keep their order. Doubled, so that a middle between two rows
        // is a whole number too.
        cell.sort_by_cached_key(|at| (self.middle(*at, side), self.row(*at)));
        self.note(cell);
    }

    fn note(&mut self, cell: &[usize]) {
        for (row, at) in cell.iter().enumerate() {
            if let Some(kept) = self.rows.get_mut(*at) {
                *kept = row;
            }
        }
    }

    fn row(&self, at: usize) -> usize {
        self.rows.get(at).copied().unwrap_or_default()
    }

    /// Twice the mean row of a node's neighbours on one side; who has none stays about where it is.
    fn middle(&self, at: usize, side: usize) -> usize {
        let neighbours = self.neighbours.get(side).and_then(|all| all.get(at));
        let rows: Vec<usize> = neighbours
            .into_iter()
            .flatten()
            .map(|neighbour| self.row(*neighbour))
            .collect();
        let sum: usize = rows.iter().sum();
        (2 * sum)
            .checked_div(rows.len())
            .unwrap_or(2 * self.row(at))
    }
}

#[cfg(test)]
mod tests {
    use tenantry_core::compile::{Graph, GraphNode};

    use super::Lanes;

    fn node(name: &str, cluster: Option<&str>, wave: Option<u32>, spec: &str) -> GraphNode {
        GraphNode {
            name: name.to_owned(),
            target: "test",
            wave,
            spec_path: spec.into(),
            cluster: cluster.map(ToOwned::to_owned),
        }
    }

    #[test]
    fn lanes_are_parts_of_the_spec_and_columns_are_waves() {
        let graph = Graph {
            nodes: vec![
                node("hosts.yaml", None, None, "shop"),
                node("Deployment acme/api", Some("one"), Some(1), "acme.api"),
                node("Namespace acme", Some("one"), Some(0), "acme"),
                node(
                    "StorageClass fast",
                    Some("one"),
                    Some(0),
                    "one.storage.fast",
                ),
            ],
            edges: vec![(2, 1)],
        };
        let lanes = Lanes::of(&graph);
        assert_eq!(lanes.columns, [Some(0), Some(1), None]);
        let told: Vec<_> = lanes
            .lanes
            .iter()
            .map(|lane| (lane.cluster, lane.part, lane.cells.clone()))
            .collect();
        assert_eq!(
            told,
            [
                (Some("one"), "one", vec![vec![3], vec![], vec![]]),
                (Some("one"), "acme", vec![vec![2], vec![1], vec![]]),
                (None, "shop", vec![vec![], vec![], vec![0]]),
            ]
        );
        assert_eq!(lanes.of, [2, 1, 1, 0]);
    }

    #[test]
    fn what_is_needed_stands_beside_who_needs_it() {
        let graph = Graph {
            nodes: vec![
                node("a", None, Some(0), "t"),
                node("b", None, Some(0), "t"),
                node("c", None, Some(0), "t"),
                node("x", None, Some(1), "t"),
                node("y", None, Some(1), "t"),
                node("z", None, Some(1), "t"),
            ],
            edges: vec![(0, 5), (1, 4), (2, 3)],
        };
        let lanes = Lanes::of(&graph);
        let [first, second] = lanes.lanes[0].cells.as_slice() else {
            panic!("two columns");
        };
        let crossed: Vec<usize> = second.iter().map(|at| 5 - at).collect();
        assert_eq!(*first, crossed);
    }
}
