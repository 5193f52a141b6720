//! A graph as a page, whole in one file, with nothing to fetch: a lane for each part of the spec,
//! a column for each wave, and a list. Without its script it is the list.

use serde::Serialize;
use tenantry_core::compile::{Graph, GraphNode};

use super::{
    Named,
    lanes::{Lane, Lanes},
};
use crate::render::{
    html::{self, Frame, Html},
    json, visible,
};

const STYLE: &str = concat!(
    include_str!("../../render/html/explore.css"),
    include_str!("page/page.css")
);
const SCRIPT: &str = include_str!("page/page.js");
/// What the ids of graphs begin with.
const ID: &str = "graph";
/// More objects than this are shown by their lanes first.
const MANY: usize = 160;
/// More waves than this stand closer together.
const CROWD: usize = 6;

/// The page of all graphs.
pub(super) fn render(graphs: &[Named<'_>]) -> String {
    let title = match graphs {
        [only] => format!("Graph of {}", only.title()),
        _ => "Graph".to_owned(),
    };
    let frame = Frame {
        heading: "What waits for what",
        parts: "Environments",
        id: ID,
        footer: "Made by tenantry graph. A line leads from what comes first to what needs it; all objects of one wave can be applied at the same time.",
    };
    html::page(&title, STYLE, SCRIPT, |html| {
        let link = |html: &mut Html, at: usize| html.text(graphs[at].title());
        let part = |html: &mut Html, at: usize| article(html, at, &graphs[at]);
        frame.around(html, graphs.len(), link, part);
    })
}

fn article(html: &mut Html, at: usize, named: &Named<'_>) {
    let id = format!("{ID}{at}");
    let heading = format!("{id}-title");
    let attributes = [("id", id.as_str()), ("aria-labelledby", &heading)];
    let graph = named.graph;
    let lanes = Lanes::of(graph);
    html.within("article", &attributes, |html| {
        html.within("h2", &[("id", &heading)], |html| html.text(named.title()));
        figures(html, graph, &lanes);
        if graph.nodes.is_empty() {
            html.within("p", &[], |html| html.text("Nothing is emitted."));
            return;
        }
        controls(html, &id);
        html.within("div", &[("class", "stage")], |html| {
            drawn(html, graph, &lanes);
            list(html, graph);
            let told = [("class", "told scripted"), ("aria-live", "polite")];
            html.within("aside", &told, |_| {});
        });
        html.data("data", &json::compact(&Data::of(graph, &lanes)));
    });
    html.raw("\n");
}

fn figures(html: &mut Html, graph: &Graph, lanes: &Lanes<'_>) {
    let files = graph.nodes.iter().filter(|node| node.wave.is_none());
    let waves = lanes.columns.iter().flatten();
    let all = [
        (graph.nodes.len(), "objects and files"),
        (files.count(), "in no wave"),
        (waves.count(), "waves"),
        (graph.edges.len(), "needs"),
    ];
    html.within("dl", &[("class", "figures")], |html| {
        for (figure, what) in all {
            html.within("div", &[], |html| {
                html.within("dt", &[], |html| html.text(what));
                html.within("dd", &[], |html| html.text(&figure.to_string()));
            });
        }
    });
}

fn controls(html: &mut Html, id: &str) {
    html.within("div", &[("class", "controls scripted")], |html| {
        html.within("fieldset", &[("class", "switch")], |html| {
            html.within("legend", &[], |html| html.text("Show"));
            let name = format!("{id}-view");
            for value in ["graph", "list"] {
                html.within("label", &[], |html| {
                    let mut attributes = vec![("type", "radio"), ("name", &name), ("value", value)];
                    if value == "graph" {
                        attributes.push(("checked", "checked"));
                    }
                    html.empty("input", &attributes);
                    html.within("span", &[], |html| html.text(value));
                });
            }
        });
        html.within("label", &[("class", "search")], |html| {
            html.within("span", &[], |html| html.text("Find"));
            let field = [
                ("type", "search"),
                ("placeholder", "kind, name or workload"),
                ("spellcheck", "false"),
            ];
            html.empty("input", &field);
        });
        for (class, words) in [("open", "Open all"), ("close", "Close all")] {
            html.within("button", &[("type", "button"), ("class", class)], |html| {
                html.text(words);
            });
        }
        html.within("span", &[("class", "note count")], |_| {});
    });
}

/// Boxes in lanes and columns; the script draws the lines.
fn drawn(html: &mut Html, graph: &Graph, lanes: &Lanes<'_>) {
    let crowded = lanes.columns.len() > CROWD;
    let class = if crowded {
        "view graph scripted crowded"
    } else {
        "view graph scripted"
    };
    let style = format!("--columns: {}", lanes.columns.len());
    html.within("div", &[("class", class), ("style", &style)], |html| {
        html.raw("<svg class=\"lines\" aria-hidden=\"true\"></svg>\n");
        html.within("div", &[("class", "cells heads")], |html| {
            for wave in &lanes.columns {
                html.within("h3", &[], |html| html.text(&wave_words(*wave)));
            }
        });
        for (at, own) in lanes.lanes.iter().enumerate() {
            let open = graph.nodes.len() <= MANY;
            lane(html, graph, (at, own), &lanes.columns, open);
        }
    });
}

fn lane(
    html: &mut Html,
    graph: &Graph,
    (at, lane): (usize, &Lane<'_>),
    columns: &[Option<u32>],
    open: bool,
) {
    let number = at.to_string();
    let mut attributes = vec![("class", "lane"), ("data-lane", number.as_str())];
    if open {
        attributes.push(("open", "open"));
    }
    html.within("details", &attributes, |html| {
        html.within("summary", &[], |html| {
            html.within("b", &[], |html| html.text(lane.part));
            html.within("span", &[("class", "note")], |html| {
                let on = lane.cluster.filter(|cluster| *cluster != lane.part);
                html.text(&on.map_or_else(String::new, |cluster| format!(" on {cluster}")));
                html.text(&format!(" {}", lane.len()));
            });
        });
        html.within("div", &[("class", "cells")], |html| {
            for (cell, wave) in lane.cells.iter().zip(columns) {
                let attributes = [("class", "cell"), ("aria-label", &wave_words(*wave))];
                html.within("div", &attributes, |html| {
                    for at in cell {
                        object(html, graph, *at, lane);
                    }
                });
            }
        });
    });
}

fn object(html: &mut Html, graph: &Graph, at: usize, lane: &Lane<'_>) {
    let Some(node) = graph.nodes.get(at) else {
        return;
    };
    let number = at.to_string();
    let attributes = [
        ("type", "button"),
        ("class", "node"),
        ("data-at", &number),
        ("title", &node.name),
    ];
    html.within("button", &attributes, |html| {
        let (kind, name) = called(node, lane.part);
        html.within("small", &[], |html| html.text(kind));
        html.text(name);
    });
    html.raw("\n");
}

/// The kind of a node, and its name without the namespace if that is the lane's; of a file its
/// folder and its name.
fn called<'a>(node: &'a GraphNode, lane: &str) -> (&'a str, &'a str) {
    if node.wave.is_none() {
        return node.name.rsplit_once('/').unwrap_or(("", &node.name));
    }
    let (kind, name) = node.name.split_once(' ').unwrap_or(("", &node.name));
    let own = name
        .strip_prefix(lane)
        .and_then(|name| name.strip_prefix('/'));
    (kind, own.unwrap_or(name))
}

fn wave_words(wave: Option<u32>) -> String {
    wave.map_or_else(|| "in no wave".to_owned(), |wave| format!("wave {wave}"))
}

/// Every object with what it needs, for who has no script, and to print.
fn list(html: &mut Html, graph: &Graph) {
    let mut needs = vec![Vec::new(); graph.nodes.len()];
    for (first, later) in &graph.edges {
        if let (Some(needs), Some(first)) = (needs.get_mut(*later), graph.nodes.get(*first)) {
            needs.push(first.name.as_str());
        }
    }
    html.within("div", &[("class", "view list")], |html| {
        html.within("table", &[], |html| {
            html.within("thead", &[], |html| {
                html.within("tr", &[], |html| {
                    for name in ["Object or file", "Wave", "Cluster", "Of", "Needs"] {
                        html.within("th", &[("scope", "col")], |html| html.text(name));
                    }
                });
            });
            html.within("tbody", &[], |html| {
                for (at, (node, needs)) in graph.nodes.iter().zip(&needs).enumerate() {
                    row(html, at, node, needs);
                }
            });
        });
    });
}

fn row(html: &mut Html, at: usize, node: &GraphNode, needs: &[&str]) {
    let wave = node
        .wave
        .map_or_else(|| "–".to_owned(), |wave| wave.to_string());
    html.within("tr", &[("data-at", &at.to_string())], |html| {
        let cells = [
            node.name.as_str(),
            &wave,
            node.cluster.as_deref().unwrap_or("–"),
            &node.spec_path,
            &needs.join(", "),
        ];
        for cell in cells {
            html.within("td", &[], |html| html.text(cell));
        }
    });
}

/// What the script knows.
#[derive(Serialize)]
struct Data {
    nodes: Vec<Drawn>,
    /// Places in `nodes`: what comes first, what needs it.
    edges: Vec<(usize, usize)>,
}

/// Name, lane, wave, cluster, part of the spec, target: as a list, for there may be thousands.
#[derive(Serialize)]
struct Drawn(
    String,
    usize,
    Option<u32>,
    Option<String>,
    String,
    &'static str,
);

impl Data {
    fn of(graph: &Graph, lanes: &Lanes<'_>) -> Self {
        let nodes = graph.nodes.iter().zip(&lanes.of).map(|(node, lane)| {
            Drawn(
                visible(&node.name),
                *lane,
                node.wave,
                node.cluster.as_deref().map(visible),
                visible(&node.spec_path),
                node.target,
            )
        });
        Self {
            nodes: nodes.collect(),
            edges: graph.edges.clone(),
        }
    }
}
