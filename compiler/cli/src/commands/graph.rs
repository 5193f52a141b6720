//! `tenantry graph`

mod lanes;
mod page;

use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;
use tenantry_core::compile::{self, Graph};

use super::Outcome;
use crate::{
    console::Console,
    estate,
    exit::Exit,
    files,
    render::{json, told::Told},
    report::Beside,
};

/// Show what is emitted and what must be there before it
///
/// An arrow leads from what comes first to what needs it; all objects of one wave can be applied
/// at the same time.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tenantry graph | dot -Tsvg > graph.svg
  tenantry graph --env prod --format mermaid
  tenantry graph --html graph.html               waves and what they wait for, to search in
  tenantry graph --format json | jq '.graphs[].nodes[] | select(.wave == 0)'")]
pub(crate) struct Args {
    #[command(flatten)]
    estate: estate::Args,
    /// The language of the graph
    #[arg(long, value_enum, default_value_t = Format::Dot)]
    format: Format,
    /// Write a page with the graph instead, whole in one file
    #[arg(long, value_name = "FILE", conflicts_with = "format")]
    html: Option<PathBuf>,
    #[command(flatten)]
    findings: Beside,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Graphviz
    Dot,
    /// Mermaid, for Markdown pages
    Mermaid,
    /// One JSON document, for tools
    Json,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Outcome {
    let plan = args.findings.plan()?;
    let world = args.estate.world()?;
    let built = compile::build(
        &world,
        estate::library(),
        &tenantry_targets::all(),
        &args.estate.options()?,
    );
    let reachable = estate::Reachable::new(args.estate.root()?, &built.run.sources);
    plan.tell(&Told::of(&built.run, &reachable), console)?;
    let wanted = args.estate.env.as_deref();
    let graphs = built.graphs.iter().map(|(env, graph)| Named {
        env: env.as_deref(),
        graph,
    });
    let graphs: Vec<Named<'_>> = graphs
        .filter(|named| wanted.is_none() || named.env == wanted)
        .collect();
    let exit = estate::exit(&built.run.findings);
    if let Some(path) = &args.html {
        // Nothing of an estate with errors is emitted: a page of its parts would say otherwise.
        if matches!(exit, Exit::Clean) {
            files::put(path, &page::render(&graphs))?;
        }
        return Ok(exit);
    }
    let text = match args.format {
        Format::Dot => graphs.iter().map(dot).collect(),
        Format::Mermaid => graphs.iter().map(mermaid).collect(),
        Format::Json => json::pretty(&document(&graphs)),
    };
    console.out.print(&text)?;
    Ok(exit)
}

/// The graph of an environment.
struct Named<'a> {
    env: Option<&'a str>,
    graph: &'a Graph,
}

impl Named<'_> {
    /// What the graph is called.
    fn title(&self) -> &str {
        self.env.unwrap_or("estate")
    }
}

fn dot(named: &Named<'_>) -> String {
    named.graph.dot(named.title())
}

fn mermaid(named: &Named<'_>) -> String {
    let mut out = named
        .env
        .map_or_else(String::new, |env| format!("---\ntitle: {env}\n---\n"));
    out += "flowchart LR\n";
    for (at, node) in named.graph.nodes.iter().enumerate() {
        out += &format!(
            "    n{at}[\"{}\"]\n",
            node.name
                .replace('&', "&amp;")
                .replace('"', "&quot;")
                .replace('<', "&lt;")
        );
    }
    for (first, later) in &named.graph.edges {
        out += &format!("    n{first} --> n{later}\n");
    }
    out
}

/// The document's shape is a promise: a change that a reader could notice raises the version.
#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    graphs: Vec<GraphDocument<'a>>,
}

#[derive(Serialize)]
struct GraphDocument<'a> {
    env: Option<&'a str>,
    nodes: Vec<NodeDocument<'a>>,
    /// Places in `nodes`: what comes first, what needs it.
    edges: &'a [(usize, usize)],
}

#[derive(Serialize)]
struct NodeDocument<'a> {
    name: &'a str,
    target: &'a str,
    cluster: Option<&'a str>,
    wave: Option<u32>,
    spec: &'a str,
}

fn document<'a>(graphs: &[Named<'a>]) -> Document<'a> {
    Document {
        version: 1,
        graphs: graphs.iter().map(graph_document).collect(),
    }
}

fn graph_document<'a>(named: &Named<'a>) -> GraphDocument<'a> {
    let nodes = named.graph.nodes.iter().map(|node| NodeDocument {
        name: &node.name,
        target: node.target,
        cluster: node.cluster.as_deref(),
        wave: node.wave,
        spec: &node.spec_path,
    });
    GraphDocument {
        env: named.env,
        nodes: nodes.collect(),
        edges: &named.graph.edges,
    }
}
