//! What was emitted and what waits for what, for `graph`.

use std::sync::Arc;

use crate::{
    emit::{self, Objects},
    model, plan,
};

/// What was emitted and what waits for what.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// The objects: a name, the target, the wave.
    pub nodes: Vec<GraphNode>,
    /// First, then later.
    pub edges: Vec<(usize, usize)>,
}

/// An object of the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphNode {
    /// What it is: `Deployment acme/api`, or a path.
    pub name: String,
    /// Who made it.
    pub target: &'static str,
    /// When it is applied.
    pub wave: Option<u32>,
    /// The model path.
    pub spec_path: Arc<str>,
    /// The cluster's name.
    pub cluster: Option<String>,
}

impl Graph {
    /// The graph of an environment's objects.
    pub(super) fn of(objects: &Objects, plan: &plan::Plan, estate: &model::Estate) -> Self {
        let nodes = objects
            .iter()
            .zip(&plan.waves)
            .map(|(object, wave)| GraphNode {
                name: match &object.body {
                    emit::Body::Kube { id, .. } => id.to_string(),
                    emit::Body::File { path, .. } => path.as_str().to_owned(),
                },
                target: object.target,
                wave: *wave,
                spec_path: object.spec_path.clone(),
                cluster: object
                    .cluster
                    .map(|id| estate.clusters[id].name.value.to_string()),
            })
            .collect();
        Self {
            nodes,
            edges: plan.edges.clone(),
        }
    }

    /// The graph in the language of Graphviz, under a title.
    pub fn dot(&self, title: &str) -> String {
        let mut out = format!(
            "digraph {} {{\n    rankdir=LR;\n    node [shape=box, fontname=\"sans-serif\"];\n",
            quoted(title)
        );
        for (at, node) in self.nodes.iter().enumerate() {
            out += &format!(
                "    n{at} [label={}, tooltip={}];\n",
                quoted(&node.name),
                quoted(&node.spec_path)
            );
        }
        for (first, later) in &self.edges {
            out += &format!("    n{first} -> n{later};\n");
        }
        out + "}\n"
    }
}

/// A quoted id of Graphviz: within quotes only the quote is special, and a backslash.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
