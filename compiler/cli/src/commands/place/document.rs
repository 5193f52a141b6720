//! Placements as JSON. The documents' shapes are promises: a change that a reader could notice
//! raises the version.

use std::collections::BTreeMap;

use serde::Serialize;
use tenantry_placement::{Answer, Verdict, element::Element, headroom::Headroom};

use super::case::{Case, Drawing, Drawn, Hall, Hosted, Moved, Renumbered};

/// The answer to a problem, as `placement/1` has it.
#[derive(Serialize)]
pub(super) struct Answered<'c> {
    #[serde(flatten)]
    answer: &'c Answer,
    /// Where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    headroom: Option<Vec<Room<'c>>>,
}

/// How many more replicas of a workload fit.
#[derive(Serialize)]
pub(super) struct Room<'c> {
    workload: &'c str,
    /// So many were shown to fit; null where nothing bounds them.
    more: Option<u32>,
    /// Whether one more was shown not to.
    exact: bool,
    /// What alone is in the way of the next one.
    limits: &'c [Element],
}

/// The answer of a case that is not of an estate.
pub(super) fn answer(case: &Case, headroom: bool) -> Answered<'_> {
    Answered {
        answer: &case.answer,
        headroom: headroom.then(|| rooms(case)),
    }
}

fn rooms(case: &Case) -> Vec<Room<'_>> {
    let each = case.headroom.iter().filter_map(|headroom| {
        let workload = case.problem().workloads.get(headroom.workload)?;
        Some(room(&workload.name, headroom))
    });
    each.collect()
}

fn room<'c>(workload: &'c str, headroom: &'c Headroom) -> Room<'c> {
    Room {
        workload,
        more: (!headroom.unbounded).then_some(headroom.more),
        exact: headroom.is_exact(),
        limits: &headroom.limits,
    }
}

/// The placement of an estate.
#[derive(Serialize)]
pub(super) struct Document<'c> {
    version: u32,
    clusters: Vec<Cluster<'c>>,
}

/// A cluster of an environment.
#[derive(Serialize)]
struct Cluster<'c> {
    env: Option<&'c str>,
    cluster: &'c str,
    /// What was changed of it, in words.
    what_if: Vec<String>,
    verdict: Verdict,
    /// The answer to its problem, in the problem's own names.
    answer: &'c Answer,
    /// What `pools` shows: `whole`, `until_failure`, `fewer`; null where nothing can be shown.
    shown: Option<&'static str>,
    pools: Vec<Pool<'c>>,
    headroom: Vec<Room<'c>>,
    /// The machine of each replica, where it is chosen when built.
    hosts: &'c [Hosted],
    /// Replicas that stand elsewhere than the build before had chosen.
    moves: &'c [Moved],
    /// Numbers and addresses that are others than the build before had chosen.
    renumbered: &'c [Renumbered],
}

/// A pool and what stands there.
#[derive(Serialize)]
struct Pool<'c> {
    name: &'c str,
    nodes: u64,
    replicas: u64,
    resources: Vec<Resource<'c>>,
    /// Nodes that hold the same are one entry.
    holds: Vec<Holds<'c>>,
}

#[derive(Serialize)]
struct Resource<'c> {
    name: &'c str,
    taken: u64,
    of: u64,
    /// Rounded down; null of nothing.
    percent: Option<u64>,
    /// The same of the fullest node.
    fullest: Option<u64>,
}

#[derive(Serialize)]
struct Holds<'c> {
    /// Which nodes; empty where a large placement does not name them.
    nodes: Vec<String>,
    count: u32,
    replicas: BTreeMap<&'c str, u32>,
}

impl<'c> Document<'c> {
    /// The placement of these clusters.
    pub(super) fn of(cases: &'c [Case]) -> Self {
        Self {
            version: 1,
            clusters: cases.iter().map(cluster).collect(),
        }
    }
}

fn cluster(case: &Case) -> Cluster<'_> {
    let drawn = case.drawn.as_ref();
    Cluster {
        env: case.env.as_deref(),
        cluster: &case.name,
        what_if: case.changes.iter().map(ToString::to_string).collect(),
        verdict: case.answer.verdict,
        answer: &case.answer,
        shown: drawn.map(|drawn| match drawn.of {
            Drawing::Whole => "whole",
            Drawing::UntilFailure => "until_failure",
            Drawing::Fewer(_) => "fewer",
        }),
        pools: drawn.map_or_else(Vec::new, |drawn| {
            drawn
                .halls
                .iter()
                .map(|hall| pool(case, drawn, hall))
                .collect()
        }),
        headroom: rooms(case),
        hosts: &case.hosts,
        moves: &case.moves,
        renumbered: &case.renumbered,
    }
}

fn pool<'c>(case: &'c Case, drawn: &'c Drawn, hall: &'c Hall) -> Pool<'c> {
    let resources = hall.totals.iter().map(|(measure, all, fullest)| Resource {
        name: measure.name(),
        taken: u64::try_from(all.units()).unwrap_or(u64::MAX),
        of: u64::try_from(all.units_of()).unwrap_or(u64::MAX),
        percent: all.percent(),
        fullest: *fullest,
    });
    let groups = hall.parts.iter().flat_map(|part| {
        let spec = drawn.problem.pools.get(part.pool);
        part.groups
            .iter()
            .filter_map(move |group| Some((spec?, group)))
    });
    let holds = groups.map(|(spec, group)| Holds {
        nodes: group.at.iter().map(|at| case.node(spec, *at)).collect(),
        count: group.nodes,
        replicas: group
            .pods
            .iter()
            .filter_map(|(at, count)| {
                Some((drawn.problem.workloads.get(*at)?.name.as_str(), *count))
            })
            .collect(),
    });
    Pool {
        name: &hall.name,
        nodes: hall.nodes,
        replicas: hall.replicas,
        resources: resources.collect(),
        holds: holds.collect(),
    }
}
