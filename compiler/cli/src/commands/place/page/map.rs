//! A pool on the page: what is taken of all of it, its nodes as tiles, and the same as a table.

use std::collections::BTreeMap;

use tenantry_placement::{
    problem::{Isolation, Pool},
    usage::{Group, Pods, PoolUsage, Taken},
};

use super::{Html, amount};
use crate::commands::place::{
    case::{Case, Drawn, Hall},
    human, words,
};

/// The step of the scale that is full.
pub(super) const FULL: u64 = 11;
/// Up to so many nodes each has its tile; of a larger pool those that are alike share one.
const TILES: u32 = 128;

/// Of more tiles than these only the percentage is written on each.
const DENSE: usize = 48;

/// What the page says about nodes that one tile stands for.
pub(super) struct Tile<'d> {
    /// What it is called.
    pub(super) name: String,
    /// The number of the only node, where it is one and known.
    pub(super) at: Option<u32>,
    /// How many nodes.
    pub(super) nodes: u32,
    /// Their zone and rack, where all are in one.
    pub(super) place: String,
    pub(super) group: &'d Group,
}

/// The tiles of a pool, in the order of its nodes.
pub(super) fn tiles<'d>(case: &Case, drawn: &'d Drawn, usage: &'d PoolUsage) -> Vec<Tile<'d>> {
    let Some(spec) = drawn.problem.pools.get(usage.pool) else {
        return Vec::new();
    };
    let named = usage.groups.iter().all(|group| !group.at.is_empty());
    if spec.count > TILES || !named {
        let each = usage
            .groups
            .iter()
            .flat_map(|group| by_place(case, spec, group));
        return each.collect();
    }
    let mut tiles: Vec<Tile<'_>> = usage
        .groups
        .iter()
        .flat_map(|group| {
            group.at.iter().map(move |at| Tile {
                name: case.node(spec, *at),
                at: Some(*at),
                nodes: 1,
                place: place(spec, *at),
                group,
            })
        })
        .collect();
    tiles.sort_by_key(|tile| tile.at);
    tiles
}

/// Alike nodes of a large pool, those of each zone for themselves.
fn by_place<'d>(case: &Case, spec: &Pool, group: &'d Group) -> Vec<Tile<'d>> {
    if group.at.is_empty() {
        return vec![Tile {
            name: human::called(case, spec, group),
            at: None,
            nodes: group.nodes,
            place: String::new(),
            group,
        }];
    }
    let mut zones: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for at in &group.at {
        zones.entry(spec.zone(*at)).or_default().push(*at);
    }
    let each = zones.into_iter().map(|(zone, at)| {
        let nodes = u32::try_from(at.len()).unwrap_or(u32::MAX);
        let here = Group {
            nodes,
            at,
            ..group.clone()
        };
        Tile {
            name: human::called(case, spec, &here),
            at: None,
            nodes,
            place: if spec.zones.is_empty() || zone.starts_with('?') {
                String::new()
            } else {
                format!("zone {zone}")
            },
            group,
        }
    });
    each.collect()
}

/// The zone and the rack of a node, as far as they are known: `?` begins the name of one that is
/// not, so that a rule can ask for it.
fn place(spec: &Pool, at: u32) -> String {
    let zone = (!spec.zones.is_empty()).then(|| spec.zone(at));
    let known = |place: &&str| !place.starts_with('?');
    let zone = zone.filter(known).map(|zone| format!("zone {zone}"));
    let rack = spec
        .rack(at)
        .filter(known)
        .map(|rack| format!("rack {rack}"));
    zone.into_iter().chain(rack).collect::<Vec<_>>().join(", ")
}

/// Whose nodes these are, where they are somebody's: of a pool's part, or by who stands there.
fn owner(case: &Case, drawn: &Drawn, part: &PoolUsage, pods: &Pods) -> Option<String> {
    let spec = drawn.problem.pools.get(part.pool);
    if let Some(tenant) = spec.and_then(|spec| case.names.owners.get(&spec.name)) {
        return Some(format!("only {tenant}"));
    }
    pods.keys().find_map(|at| {
        let workload = drawn.problem.workloads.get(*at)?;
        match workload.isolation {
            Isolation::Shared => None,
            Isolation::Tenant => Some(match &workload.tenant {
                Some(tenant) => format!("only {tenant}"),
                None => "only one tenant".to_owned(),
            }),
            Isolation::Node => Some("one replica alone".to_owned()),
        }
    })
}

/// Whether somebody has nodes here that others do not share.
pub(super) fn owned(case: &Case, drawn: &Drawn, hall: &Hall) -> bool {
    let of_part = |part: &PoolUsage| {
        let mut groups = part.groups.iter();
        groups.any(|group| owner(case, drawn, part, &group.pods).is_some())
    };
    hall.parts.iter().any(of_part)
}

/// The step of the scale: 0 is empty.
fn step(percent: Option<u64>) -> u64 {
    match percent {
        None | Some(0) => 0,
        Some(percent) => (1 + percent / 10).min(FULL),
    }
}

/// A pool.
pub(super) fn pool(
    html: &mut Html,
    id: &str,
    case: &Case,
    drawn: &Drawn,
    at: usize,
    measures: &BTreeMap<String, usize>,
) {
    let Some(hall) = drawn.halls.get(at) else {
        return;
    };
    let heading = format!("{id}-pool{at}");
    html.within(
        "section",
        &[("class", "pool"), ("aria-labelledby", &heading)],
        |html| {
            html.within("h3", &[("id", &heading)], |html| html.text(&hall.name));
            html.within("p", &[("class", "about")], |html| {
                html.text(&about(drawn, hall))
            });
            html.raw("<div class=\"look\">\n");
            html.within("div", &[("class", "wide")], |html| totals(html, case, hall));
            let mut tiles: Vec<(&PoolUsage, Tile<'_>)> = hall
                .parts
                .iter()
                .flat_map(|part| {
                    tiles(case, drawn, part)
                        .into_iter()
                        .map(move |tile| (part, tile))
                })
                .collect();
            // The parts of a pool stand side by side; of names that end in numbers the longer one is
            // the larger.
            tiles.sort_by(|(_, a), (_, b)| {
                let key =
                    |tile: &Tile<'_>| (tile.place.clone(), tile.name.len(), tile.name.clone());
                key(a).cmp(&key(b))
            });
            let class = if tiles.len() > DENSE {
                "map dense"
            } else {
                "map"
            };
            html.within("ul", &[("class", class), ("aria-label", "Nodes")], |html| {
                let mut last = "";
                for (part, tile) in &tiles {
                    if tile.place != last {
                        html.within("li", &[("class", "place")], |html| html.text(&tile.place));
                        last = &tile.place;
                    }
                    self::tile(html, case, drawn, part, tile, measures);
                }
            });
            html.raw("</div>\n");
            table(html, case, drawn, hall, &tiles);
        },
    );
}

/// What there is to say of a pool in a line.
fn about(drawn: &Drawn, hall: &Hall) -> String {
    let s = if hall.nodes == 1 { "" } else { "s" };
    let mut parts = vec![
        format!("{} node{s}", hall.nodes),
        words::replicas(hall.replicas),
    ];
    let specs = hall
        .parts
        .iter()
        .filter_map(|part| drawn.problem.pools.get(part.pool));
    for spec in specs {
        let mut say = |part: String| {
            if !parts.contains(&part) {
                parts.push(part);
            }
        };
        if spec.numa > 1 {
            say(format!("{} NUMA cells each", spec.numa));
        }
        for (resource, (num, den)) in spec.overcommit.iter().filter(|(_, (num, den))| num != den) {
            say(format!("{resource} promised {num}:{den}"));
        }
        // Whose nodes are whose is said of each.
        let owned = |taint: &&String| taint.starts_with("tenantry.dev/tenant=");
        for taint in spec.taints.iter().filter(|taint| !owned(taint)) {
            say(format!("tainted {taint}"));
        }
    }
    parts.join(" · ")
}

/// What is taken of the whole pool.
fn totals(html: &mut Html, case: &Case, hall: &Hall) {
    html.within("table", &[("class", "totals")], |html| {
        html.within("thead", &[], |html| {
            html.within("tr", &[], |html| {
                for (name, class) in [
                    ("Resource", ""),
                    ("Taken", "number"),
                    ("Percent", ""),
                    ("Fullest node", "number"),
                ] {
                    let column = [("scope", "col"), ("class", class)];
                    html.within("th", &column, |html| html.text(name));
                }
            });
        });
        html.within("tbody", &[], |html| {
            for (measure, all, fullest) in &hall.totals {
                html.within("tr", &[], |html| {
                    html.within("th", &[("scope", "row")], |html| html.text(measure.name()));
                    let taken = amount(case, measure.name(), *all);
                    html.within("td", &[("class", "number")], |html| html.text(&taken));
                    bar(html, *all);
                    let fullest = percent(*fullest);
                    html.within("td", &[("class", "number")], |html| html.text(&fullest));
                });
            }
        });
    });
}

fn bar(html: &mut Html, of: Taken) {
    let percent = of.percent();
    html.within("td", &[("class", "bar")], |html| {
        let width = format!("width:{}%", percent.unwrap_or(0).min(100));
        let class = format!("h{}", step(percent));
        html.within(
            "span",
            &[("class", "track"), ("aria-hidden", "true")],
            |html| {
                html.within("i", &[("class", &class), ("style", &width)], |_| {});
            },
        );
        html.text(&words::percent(of));
    });
}

pub(super) fn percent(of: Option<u64>) -> String {
    of.map_or("–".to_owned(), |percent| format!("{percent} %"))
}

/// The percents by the page's measures; -1 of what the node has none.
pub(super) fn values(
    usage: &PoolUsage,
    taken: &[Taken],
    measures: &BTreeMap<String, usize>,
) -> Vec<i64> {
    let mut values = vec![-1; measures.len()];
    for (measure, taken) in usage.measures.iter().zip(taken) {
        let value = measures
            .get(measure.name())
            .and_then(|at| values.get_mut(*at));
        if let (Some(value), Some(percent)) = (value, taken.percent()) {
            *value = i64::try_from(percent).unwrap_or(i64::MAX);
        }
    }
    values
}

fn tile(
    html: &mut Html,
    case: &Case,
    drawn: &Drawn,
    usage: &PoolUsage,
    tile: &Tile<'_>,
    measures: &BTreeMap<String, usize>,
) {
    let group = tile.group;
    let fullest = group.fullest();
    let owner = owner(case, drawn, usage, &group.pods);
    let class = match owner {
        Some(_) => "node owned",
        None => "node",
    };
    let values = values(usage, &group.taken, measures);
    let values: Vec<String> = values.iter().map(ToString::to_string).collect();
    let pool = usage.pool.to_string();
    let at = tile.at.map_or(String::new(), |at| at.to_string());
    let own = [
        ("class", class),
        ("data-pool", &pool),
        ("data-at", &at),
        ("data-v", &values.join(",")),
    ];
    html.within("li", &own, |html| {
        let heat = format!("heat h{}", step(fullest.map(|(_, percent)| percent)));
        html.within("button", &[("type", "button"), ("class", &heat)], |html| {
            html.within("span", &[("class", "name")], |html| html.text(&short(tile)));
            let value = percent(fullest.map(|(_, percent)| percent));
            html.within("span", &[("class", "value")], |html| html.text(&value));
            let what = fullest.filter(|(_, percent)| *percent > 0);
            let what = what.and_then(|(at, _)| usage.measures.get(at));
            let what = what.map_or("", |measure| measure.name());
            html.within("span", &[("class", "what")], |html| html.text(what));
            cells(html, usage, group, measures);
        });
        card(html, case, drawn, usage, tile, owner.as_deref());
    });
}

/// What stands on a tile.
fn short(tile: &Tile<'_>) -> String {
    match tile.at {
        Some(_) => tile.name.clone(),
        None => format!("{} ×", tile.nodes),
    }
}

/// A strip for each NUMA cell, in the colour of what is fullest in it.
fn cells(html: &mut Html, usage: &PoolUsage, group: &Group, measures: &BTreeMap<String, usize>) {
    if group.cell_taken.is_empty() {
        return;
    }
    html.within(
        "span",
        &[("class", "cells"), ("aria-hidden", "true")],
        |html| {
            for cell in &group.cell_taken {
                let fullest = cell
                    .iter()
                    .flatten()
                    .filter_map(|taken| taken.percent())
                    .max();
                // Of what is not divided among cells there is nothing to say of one.
                let known: Vec<Taken> =
                    cell.iter().map(|taken| taken.unwrap_or_default()).collect();
                let values = values(usage, &known, measures);
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                let class = format!("h{}", step(fullest));
                html.within(
                    "i",
                    &[("class", &class), ("data-v", &values.join(","))],
                    |_| {},
                );
            }
        },
    );
}

/// All about a node; shown where the pointer or the keyboard is.
fn card(
    html: &mut Html,
    case: &Case,
    drawn: &Drawn,
    usage: &PoolUsage,
    tile: &Tile<'_>,
    owner: Option<&str>,
) {
    let group = tile.group;
    html.within("div", &[("class", "card"), ("role", "tooltip")], |html| {
        html.within("strong", &[], |html| html.text(&tile.name));
        let facts: Vec<&str> = [Some(tile.place.as_str()), owner]
            .into_iter()
            .flatten()
            .collect();
        let facts: Vec<&str> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
        html.within("span", &[("class", "facts")], |html| {
            html.text(&facts.join(" · "))
        });
        html.within("table", &[], |html| {
            for (measure, taken) in usage.measures.iter().zip(&group.taken) {
                html.within("tr", &[], |html| {
                    html.within("th", &[("scope", "row")], |html| html.text(measure.name()));
                    let taken_words = amount(case, measure.name(), *taken);
                    html.within("td", &[("class", "number")], |html| html.text(&taken_words));
                    let percent = words::percent(*taken);
                    html.within("td", &[("class", "number")], |html| html.text(&percent));
                });
            }
        });
        for (at, (cell, taken)) in group.cells.iter().zip(&group.cell_taken).enumerate() {
            let fullest = taken
                .iter()
                .flatten()
                .filter_map(|taken| taken.percent())
                .max();
            let line = format!("cell {at}: {}, {}", percent(fullest), named(drawn, cell));
            html.within("div", &[("class", "cell")], |html| html.text(&line));
        }
        html.within("div", &[("class", "pods")], |html| {
            html.text(&nothing(human::pods(drawn, group)));
        });
    });
}

fn nothing(text: String) -> String {
    if text.is_empty() {
        "nothing stands here".to_owned()
    } else {
        text
    }
}

fn named(drawn: &Drawn, pods: &Pods) -> String {
    let each = pods.iter().filter_map(|(at, count)| {
        let workload = drawn.problem.workloads.get(*at)?;
        Some(format!("{count} × {}", workload.name))
    });
    let all: Vec<String> = each.collect();
    if all.is_empty() {
        "nothing".to_owned()
    } else {
        all.join(", ")
    }
}

/// The same as a table, for who cannot see colours, and for paper.
fn table(
    html: &mut Html,
    case: &Case,
    drawn: &Drawn,
    hall: &Hall,
    tiles: &[(&PoolUsage, Tile<'_>)],
) {
    let placed = tiles.iter().any(|(_, tile)| !tile.place.is_empty());
    let head = |html: &mut Html, name: &str| {
        html.within("th", &[("scope", "col")], |html| html.text(name));
    };
    html.within("details", &[], |html| {
        html.within("summary", &[], |html| html.text("Nodes as a table"));
        html.within("div", &[("class", "scroll"), ("tabindex", "0")], |html| {
            html.within("table", &[], |html| {
                html.within("thead", &[], |html| {
                    html.within("tr", &[], |html| {
                        head(html, "Node");
                        if placed {
                            head(html, "Place");
                        }
                        for (measure, ..) in &hall.totals {
                            head(html, measure.name());
                        }
                        head(html, "Replicas");
                    });
                });
                html.within("tbody", &[], |html| {
                    for (part, tile) in tiles {
                        row(html, case, drawn, hall, part, tile, placed);
                    }
                });
            });
        });
    });
}

fn row(
    html: &mut Html,
    case: &Case,
    drawn: &Drawn,
    hall: &Hall,
    part: &PoolUsage,
    tile: &Tile<'_>,
    placed: bool,
) {
    html.within("tr", &[], |html| {
        html.within("th", &[("scope", "row")], |html| html.text(&tile.name));
        if placed {
            html.within("td", &[], |html| html.text(&tile.place));
        }
        for (measure, ..) in &hall.totals {
            let at = part.measures.iter().position(|known| known == measure);
            let taken = at
                .and_then(|at| tile.group.taken.get(at))
                .copied()
                .unwrap_or_default();
            let heat = format!("number h{}", step(taken.percent()));
            html.within("td", &[("class", &heat)], |html| {
                html.text(&format!(
                    "{} ({})",
                    amount(case, measure.name(), taken),
                    words::percent(taken)
                ));
            });
        }
        html.within("td", &[], |html| {
            html.text(&nothing(human::pods(drawn, tile.group)))
        });
    });
}
