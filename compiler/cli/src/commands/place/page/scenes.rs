//! What stands where when something fails: the page's other scenes.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tenantry_placement::{
    answer::{Count, Failed, Placement},
    usage,
};

use super::{Html, amount, map};
use crate::commands::place::{
    case::{Case, Drawn},
    human, words,
};

/// Tiles that all scenes together may say something about: the page stays small.
const TOLD: usize = 20_000;

/// A scene: what is otherwise than with nothing failed.
#[derive(Serialize)]
struct Scene {
    /// In a line, what is lost and what follows.
    said: String,
    /// The tiles that are lost: pool and node.
    lost: BTreeSet<(usize, u32)>,
    /// The tiles that hold something else now.
    tiles: Vec<Changed>,
}

#[derive(Serialize)]
struct Changed {
    pool: usize,
    at: u32,
    /// By measure, in percent; -1 where there is none.
    v: Vec<i64>,
    /// What its card says, row by row.
    taken: Vec<(String, String)>,
    pods: String,
}

/// The choice of a scene, where there are any.
pub(super) fn choice(html: &mut Html, id: &str, case: &Case, drawn: &Drawn) {
    if drawn.scenarios.is_empty() {
        return;
    }
    let name = format!("{id}-scene");
    html.within("div", &[("class", "switch scripted")], |html| {
        html.within("label", &[("for", &name)], |html| html.text("What fails "));
        html.within("select", &[("id", &name), ("class", "scene")], |html| {
            html.within("option", &[("value", "")], |html| html.text("nothing"));
            for (at, failed) in drawn.scenarios.iter().enumerate() {
                html.within("option", &[("value", &at.to_string())], |html| {
                    let names = failed.failed.iter().map(|node| case.called(node));
                    html.text(&shortened(&names.collect::<Vec<_>>()));
                });
            }
        });
        html.within("output", &[("for", &name), ("class", "said")], |_| {});
    });
}

/// The first few names, and how many more.
fn shortened(names: &[String]) -> String {
    const SHOWN: usize = 6;
    if names.len() <= SHOWN {
        return words::listed(names);
    }
    format!(
        "{} and {} more",
        names[..SHOWN].join(", "),
        names.len() - SHOWN
    )
}

/// The scenes, for the script.
pub(super) fn data(
    html: &mut Html,
    case: &Case,
    drawn: &Drawn,
    measures: &BTreeMap<String, usize>,
) {
    if drawn.scenarios.is_empty() {
        return;
    }
    let base = drawn.halls.iter().flat_map(|hall| &hall.parts);
    let before = told(case, drawn, base, measures);
    let mut left = TOLD;
    let mut scenes = Vec::new();
    for failed in &drawn.scenarios {
        let scene = scene(case, drawn, failed, &before, measures, left);
        left = left.saturating_sub(scene.tiles.len());
        scenes.push(scene);
    }
    // The scenes and, to go back, everything as it is.
    let all: Vec<&Changed> = before.values().collect();
    let json = serde_json::to_string(&(scenes, all)).unwrap_or_default();
    html.data("scenes", &json);
}

fn scene(
    case: &Case,
    drawn: &Drawn,
    failed: &Failed,
    before: &BTreeMap<(usize, u32), Changed>,
    measures: &BTreeMap<String, usize>,
    left: usize,
) -> Scene {
    let pools = drawn.problem.pools.iter().enumerate();
    let nodes = pools.flat_map(|(at, pool)| (0..pool.count).map(move |node| (pool, at, node)));
    let gone: BTreeSet<&String> = failed.failed.iter().collect();
    let lost: BTreeSet<(usize, u32)> = nodes
        .filter(|(pool, _, node)| gone.contains(&pool.node(*node)))
        .map(|(_, at, node)| (at, node))
        .collect();
    let after = after(drawn, failed);
    let pools = usage::of_nodes(&drawn.problem, &after);
    let now = told(case, drawn, &pools, measures);
    let tiles: Vec<Changed> = now
        .into_iter()
        .filter(|(place, tile)| {
            !lost.contains(place) && before.get(place).is_none_or(|old| !old.is_same(tile))
        })
        .map(|(_, tile)| tile)
        .collect();
    let moves = if failed.placement.is_some() {
        "everything may move"
    } else {
        "what survives stays"
    };
    let fits = tiles.len() <= left;
    let hold = match tiles.len() {
        1 => "1 other node holds something else then".to_owned(),
        many => format!("{many} other nodes hold something else then"),
    };
    let but = if fits { "" } else { ", too many to show here" };
    let said = format!("{moves}; {hold}{but}");
    Scene {
        said,
        lost,
        tiles: if fits { tiles } else { Vec::new() },
    }
}

impl Changed {
    fn is_same(&self, other: &Self) -> bool {
        self.v == other.v && self.taken == other.taken && self.pods == other.pods
    }
}

/// Everything as it stands after a failure.
fn after(drawn: &Drawn, failed: &Failed) -> Placement {
    if let Some(placement) = &failed.placement {
        return placement.clone();
    }
    let mut after = drawn.base.clone();
    for nodes in after.values_mut() {
        nodes.retain(|node, _| !failed.failed.contains(node));
    }
    for (workload, nodes) in failed.moved.iter().flatten() {
        let here = after.entry(workload.clone()).or_default();
        for (node, count) in nodes {
            let all = here.entry(node.clone()).or_insert(Count::Node(0));
            *all = added(all, count);
        }
    }
    after
}

fn added(all: &Count, more: &Count) -> Count {
    match (all, more) {
        (Count::Cells(all), Count::Cells(more)) => {
            let len = all.len().max(more.len());
            let of = |cells: &[u32], at: usize| cells.get(at).copied().unwrap_or(0);
            Count::Cells((0..len).map(|at| of(all, at) + of(more, at)).collect())
        }
        (Count::Node(0), more) => more.clone(),
        (all, more) => Count::Node(u32::try_from(all.total() + more.total()).unwrap_or(u32::MAX)),
    }
}

/// What the page says of each node that has a tile of its own.
fn told<'u>(
    case: &Case,
    drawn: &'u Drawn,
    pools: impl IntoIterator<Item = &'u usage::PoolUsage>,
    measures: &BTreeMap<String, usize>,
) -> BTreeMap<(usize, u32), Changed> {
    let mut all = BTreeMap::new();
    for usage in pools {
        for tile in map::tiles(case, drawn, usage) {
            let Some(at) = tile.at else { continue };
            let rows = usage
                .measures
                .iter()
                .zip(&tile.group.taken)
                .map(|(measure, taken)| {
                    (amount(case, measure.name(), *taken), words::percent(*taken))
                });
            let changed = Changed {
                pool: usage.pool,
                at,
                v: map::values(usage, &tile.group.taken, measures),
                taken: rows.collect(),
                pods: human::pods(drawn, tile.group),
            };
            all.insert((usage.pool, at), changed);
        }
    }
    all
}
