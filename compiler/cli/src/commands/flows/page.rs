//! Flows as a page: a graph, a matrix and a list, whole in one file, with nothing to fetch.
//! Without its script it is the list.

use serde::Serialize;

use super::{
    sheet::{Class, Flow, Reason, Sheet},
    words::{self, Names},
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
/// What the ids of sheets begin with.
const ID: &str = "sheet";
/// More workloads than this are shown by their groups first.
const MANY: usize = 40;
/// More groups than this stand closer together.
const CROWD: usize = 12;

/// The page of all sheets.
pub(super) fn render(sheets: &[Sheet]) -> String {
    let frame = Frame {
        heading: "Who may talk to whom",
        parts: "Clusters",
        id: ID,
        footer: "Made by tenantry flows. A line leads from who opens a connection to who is called; answers go the same way back.",
    };
    html::page(&title(sheets), STYLE, SCRIPT, |html| {
        let link = |html: &mut Html, at: usize| html.text(&sheets[at].title);
        let part = |html: &mut Html, at: usize| article(html, at, &sheets[at]);
        frame.around(html, sheets.len(), link, part);
    })
}

fn title(sheets: &[Sheet]) -> String {
    match sheets {
        [only] => format!("Flows of {}", only.title),
        _ => "Flows".to_owned(),
    }
}

fn article(html: &mut Html, at: usize, sheet: &Sheet) {
    let id = format!("{ID}{at}");
    let heading = format!("{id}-title");
    let attributes = [("id", id.as_str()), ("aria-labelledby", &heading)];
    html.within("article", &attributes, |html| {
        html.within("h2", &[("id", &heading)], |html| html.text(&sheet.title));
        html.within("dl", &[("class", "figures")], |html| {
            for (figure, what) in &sheet.figures {
                html.within("div", &[], |html| {
                    html.within("dt", &[], |html| html.text(what));
                    html.within("dd", &[], |html| html.text(figure));
                });
            }
        });
        for verdict in &sheet.verdicts {
            html.within("p", &[("class", "verdict")], |html| html.words(verdict));
        }
        beyond(html, sheet);
        if sheet.flows.is_empty() {
            html.within("p", &[], |html| html.text("Nothing goes through."));
            return;
        }
        controls(html, &id, sheet);
        html.within("div", &[("class", "stage")], |html| {
            graph(html, sheet);
            html.within("div", &[("class", "view matrix scripted")], |_| {});
            list(html, sheet);
            html.within(
                "aside",
                &[("class", "told scripted"), ("aria-live", "polite")],
                |_| {},
            );
        });
        html.data("data", &json::compact(&Data::of(sheet)));
    });
    html.raw("\n");
}

/// What policies do not decide.
fn beyond(html: &mut Html, sheet: &Sheet) {
    if sheet.beyond.is_empty() {
        return;
    }
    html.within("details", &[("class", "beyond")], |html| {
        html.within("summary", &[], |html| {
            html.text(&format!(
                "What policies do not decide ({})",
                sheet.beyond.len()
            ));
        });
        html.within("ul", &[], |html| {
            for cell in &sheet.beyond {
                html.within("li", &[], |html| {
                    html.words(&format!("{}: {}. ", cell.what, cell.why));
                    if let Some(basis) = cell.basis {
                        html.within("code", &[], |html| html.text(basis.name()));
                    }
                });
            }
        });
    });
}

fn controls(html: &mut Html, id: &str, sheet: &Sheet) {
    html.within("div", &[("class", "controls scripted")], |html| {
        html.within("fieldset", &[("class", "switch")], |html| {
            html.within("legend", &[], |html| html.text("Show"));
            for (value, checked) in [("graph", true), ("matrix", false), ("list", false)] {
                choice(html, "radio", &format!("{id}-view"), value, checked);
            }
        });
        if sheet
            .flows
            .iter()
            .any(|flow| flow.reason != Reason::Allowed)
        {
            html.within("fieldset", &[("class", "switch")], |html| {
                html.within("legend", &[], |html| html.text("Flows"));
                for value in [Reason::Declared, Reason::Derived] {
                    choice(
                        html,
                        "checkbox",
                        &format!("{id}-reason"),
                        value.name(),
                        true,
                    );
                }
            });
        }
        html.within("label", &[("class", "search")], |html| {
            html.within("span", &[], |html| html.text("Find"));
            html.empty(
                "input",
                &[
                    ("type", "search"),
                    ("placeholder", "name or port"),
                    ("spellcheck", "false"),
                ],
            );
        });
        for (class, words) in [("open", "Open all"), ("close", "Close all")] {
            html.within("button", &[("type", "button"), ("class", class)], |html| {
                html.text(words);
            });
        }
        html.within("span", &[("class", "note count")], |_| {});
    });
}

fn choice(html: &mut Html, kind: &str, name: &str, value: &str, checked: bool) {
    html.within("label", &[], |html| {
        let mut attributes = vec![("type", kind), ("name", name), ("value", value)];
        if checked {
            attributes.push(("checked", "checked"));
        }
        html.empty("input", &attributes);
        html.within("span", &[], |html| html.text(value));
    });
}

/// Boxes with what is in them; the script draws the lines.
fn graph(html: &mut Html, sheet: &Sheet) {
    let mut calls = vec![[false; 2]; sheet.nodes.len()];
    for flow in &sheet.flows {
        for (side, ends) in [&flow.from, &flow.to].into_iter().enumerate() {
            for at in ends {
                if let Some(calls) = calls.get_mut(*at) {
                    calls[side] = true;
                }
            }
        }
    }
    let (mut callers, mut called) = (Vec::new(), Vec::new());
    for (at, (node, calls)) in sheet.nodes.iter().zip(calls).enumerate() {
        match calls {
            _ if matches!(node.class, Class::Workload | Class::Everybody) => {}
            [_, true] => called.push(at),
            [true, false] => callers.push(at),
            [false, false] => {}
        }
    }
    html.within("div", &[("class", "view graph scripted")], |html| {
        html.raw("<svg class=\"lines\" aria-hidden=\"true\"></svg>\n");
        edge(html, sheet, "Only calls", &callers);
        let many = sheet.groups().len() > CROWD;
        let class = if many { "groups many" } else { "groups" };
        html.within("div", &[("class", class)], |html| groups(html, sheet));
        edge(html, sheet, "Is called", &called);
    });
}

/// What stands at one side.
fn edge(html: &mut Html, sheet: &Sheet, title: &str, nodes: &[usize]) {
    html.within("div", &[("class", "edge")], |html| {
        if !nodes.is_empty() {
            html.within("h3", &[], |html| html.text(title));
            nodes.iter().for_each(|at| button(html, sheet, *at));
        }
    });
}

fn groups(html: &mut Html, sheet: &Sheet) {
    let mut groups: std::collections::BTreeMap<&str, Vec<usize>> = sheet.groups();
    let workloads: usize = groups.values().map(Vec::len).sum();
    // A tenant without workloads has flows too.
    for (at, node) in sheet.nodes.iter().enumerate() {
        if node.class == Class::Everybody {
            groups.entry(&node.group).or_default().insert(0, at);
        }
    }
    let is_workload = |at: &&usize| {
        let node = sheet.nodes.get(**at);
        node.is_some_and(|node| node.class == Class::Workload)
    };
    for (group, nodes) in groups {
        let size = nodes.iter().filter(is_workload).count();
        let mut attributes = vec![("class", "group"), ("data-group", group)];
        if workloads <= MANY {
            attributes.push(("open", "open"));
        }
        html.within("details", &attributes, |html| {
            html.within("summary", &[], |html| {
                html.text(group);
                html.within("span", &[("class", "note")], |html| {
                    html.text(&format!(" {size}"));
                });
            });
            nodes.iter().for_each(|at| button(html, sheet, *at));
        });
    }
}

fn button(html: &mut Html, sheet: &Sheet, at: usize) {
    let Some(node) = sheet.nodes.get(at) else {
        return;
    };
    let number = at.to_string();
    let attributes = [
        ("type", "button"),
        ("class", "node"),
        ("data-at", &number),
        ("title", &node.about),
    ];
    html.within("button", &attributes, |html| html.text(short(sheet, at)));
}

/// A name within its group.
fn short(sheet: &Sheet, at: usize) -> &str {
    let Some(node) = sheet.nodes.get(at) else {
        return "";
    };
    let rest = node.name.strip_prefix(&node.group).unwrap_or(&node.name);
    let rest = rest.strip_prefix(['.', '/']).unwrap_or(rest);
    match (node.class, rest) {
        (Class::Everybody, _) => "every pod",
        (_, "") => &node.name,
        (Class::Workload, rest) => rest,
        _ => &node.name,
    }
}

/// Every flow as a row.
fn list(html: &mut Html, sheet: &Sheet) {
    html.within("div", &[("class", "view list")], |html| {
        html.within("table", &[], |html| {
            html.within("thead", &[], |html| {
                html.within("tr", &[], |html| {
                    for name in ["From", "To", "Ports", "Why"] {
                        html.within("th", &[("scope", "col")], |html| html.text(name));
                    }
                });
            });
            html.within("tbody", &[], |html| {
                let names = Names::of(sheet);
                for (at, flow) in sheet.flows.iter().enumerate() {
                    row(html, &names, at, flow);
                }
            });
        });
    });
}

fn row(html: &mut Html, names: &Names<'_>, at: usize, flow: &Flow) {
    html.within("tr", &[("data-at", &at.to_string())], |html| {
        for ends in [&flow.from, &flow.to] {
            let names = names.ends(ends);
            html.within("td", &[], |html| html.text(&words::listed(&names)));
        }
        html.within("td", &[], |html| html.text(&flow.ports.to_string()));
        html.within("td", &[("class", "why")], |html| {
            html.words(&flow.why);
            if let Some(place) = &flow.place {
                html.text(" ");
                html.within("code", &[], |html| html.text(place));
            }
        });
    });
}

/// What the script draws: names are text in it, and numbers are places in `nodes`.
#[derive(Serialize)]
struct Data {
    nodes: Vec<(String, String)>,
    flows: Vec<Drawn>,
}

#[derive(Serialize)]
struct Drawn {
    from: Vec<usize>,
    to: Vec<usize>,
    ports: String,
    reason: &'static str,
    why: String,
}

impl Data {
    fn of(sheet: &Sheet) -> Self {
        let nodes = sheet.nodes.iter();
        let group = |class, group: &str| match class {
            Class::Workload | Class::Everybody => visible(group),
            Class::Platform | Class::Outside | Class::Possible => String::new(),
        };
        let flows = sheet.flows.iter().map(|flow| Drawn {
            from: flow.from.clone(),
            to: flow.to.clone(),
            ports: flow.ports.to_string(),
            reason: flow.reason.name(),
            why: visible(&match &flow.place {
                Some(place) => format!("{} ({place})", flow.why),
                None => flow.why.clone(),
            }),
        });
        Self {
            nodes: nodes
                .map(|node| (visible(&node.name), group(node.class, &node.group)))
                .collect(),
            flows: flows.collect(),
        }
    }
}
