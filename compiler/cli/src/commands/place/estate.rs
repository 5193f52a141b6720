//! The placement of an estate: each of its clusters a case, called as the estate calls things.

use std::collections::BTreeMap;

use tenantry_core::{
    compile::{self, PlacedRun},
    place::PlacedCluster,
};
use tenantry_placement::{
    Options, Problem, solve,
    whatif::{self, Change, Changed, Part, Unknown},
};

use super::{
    Args, ask,
    case::{Case, Hosted, Moved, Names, Renumbered, Wanted},
    words::{Units, listed},
};
use crate::{estate, exit::Failure};

/// A cluster of an environment.
pub(super) struct Ground<'r> {
    env: Option<&'r str>,
    cluster: &'r PlacedCluster,
}

/// Compiles the estate.
pub(super) fn compile(args: &Args) -> Result<PlacedRun, Failure> {
    let mut options = args.estate.options()?;
    if let Some(steps) = args.limits.steps {
        options.limits.placement_steps = steps;
    }
    Ok(compile::placed(
        &args.estate.world()?,
        estate::library(),
        &tenantry_targets::all(),
        &options,
    ))
}

/// The clusters that are asked for.
///
/// # Errors
/// There is no such cluster.
pub(super) fn grounds<'r>(
    run: &'r PlacedRun,
    wanted: Option<&str>,
) -> Result<Vec<Ground<'r>>, Failure> {
    let all: Vec<Ground<'r>> = run
        .environments
        .iter()
        .flat_map(|environment| {
            environment.clusters.iter().map(|cluster| Ground {
                env: environment.env.as_deref(),
                cluster,
            })
        })
        .collect();
    let Some(wanted) = wanted else {
        return Ok(all);
    };
    let mut names: Vec<String> = all
        .iter()
        .map(|ground| format!("`{}`", ground.cluster.name))
        .collect();
    let chosen: Vec<Ground<'r>> = all
        .into_iter()
        .filter(|ground| ground.cluster.name == wanted)
        .collect();
    if chosen.is_empty() && !names.is_empty() {
        names.sort();
        names.dedup();
        return Err(Failure::new(format!("there is no cluster `{wanted}`"))
            .help(format!("there is {}", listed(&names))));
    }
    Ok(chosen)
}

/// The one problem of these clusters.
///
/// # Errors
/// There are several, or none.
pub(super) fn only(grounds: &[Ground<'_>], changes: &[Change]) -> Result<Problem, Failure> {
    match grounds {
        [] => Err(Failure::new(
            "there is no problem to export: no cluster could be placed",
        )),
        [ground] => {
            let names = ground.names();
            let changed = ground.changed(&names, changes).map_err(ask::unknown)?;
            Ok(changed.problem)
        }
        several => {
            let names: Vec<String> = several.iter().map(Ground::title).collect();
            Err(Failure::new(format!(
                "one problem is exported at a time, and there are {}",
                listed(&names)
            ))
            .help("choose one with --cluster, and with --env where there are several environments"))
        }
    }
}

/// The cases: with changes, of the clusters that these speak of.
///
/// # Errors
/// A change names what no cluster has.
pub(super) fn cases(
    grounds: &[Ground<'_>],
    changes: &[Change],
    options: &Options<'_>,
    guarded: bool,
    wanted: Wanted,
) -> Result<Vec<Case>, Failure> {
    let names: Vec<Names> = grounds.iter().map(Ground::names).collect();
    // A name that only one of several clusters has is no mistake.
    let mut of_each = vec![Vec::new(); grounds.len()];
    for change in changes {
        let mut unknown = None;
        let mut known = false;
        for (at, ground) in grounds.iter().enumerate() {
            match ground.changed(&names[at], std::slice::from_ref(change)) {
                Ok(_) => {
                    known = true;
                    of_each[at].push(change.clone());
                }
                Err(error) => unknown = unknown.or(Some(error)),
            }
        }
        match unknown {
            Some(unknown) if !known => return Err(ask::unknown(unknown)),
            _ => {}
        }
    }
    let mut cases = Vec::new();
    for ((ground, names), own) in grounds.iter().zip(names).zip(of_each) {
        if own.is_empty() && !changes.is_empty() {
            continue;
        }
        let changed = ground.changed(&names, &own).map_err(ask::unknown)?;
        let answer = if own.is_empty() && !guarded {
            ground.cluster.answer.clone()
        } else {
            ground.cluster.decide(&changed.problem, |problem, explain| {
                let explain = explain && options.explain;
                solve(
                    problem,
                    &Options {
                        explain,
                        ..*options
                    },
                )
            })
        };
        let mut case = Case::of(changed, own, names, Some(answer), options, wanted);
        case.env = ground.env.map(str::to_owned);
        case.name.clone_from(&ground.cluster.name);
        case.units = Units::Estate;
        if case.changes.is_empty() && ground.cluster.chooses_hosts {
            case.stand_on(ground.hosts());
            case.moves = ground.moves();
        }
        if case.changes.is_empty() {
            case.renumbered = ground.renumbered();
        }
        cases.push(case);
    }
    Ok(cases)
}

impl Ground<'_> {
    fn title(&self) -> String {
        match self.env {
            Some(env) => format!("`{}` in {env}", self.cluster.name),
            None => format!("`{}`", self.cluster.name),
        }
    }

    fn hosts(&self) -> Vec<Hosted> {
        let hosts = self.cluster.hosts.iter().map(|(replica, host)| Hosted {
            replica: replica.clone(),
            host: host.clone(),
        });
        hosts.collect()
    }

    fn moves(&self) -> Vec<Moved> {
        let moves = self.cluster.moves.iter().map(|(replica, from, to)| Moved {
            replica: replica.clone(),
            from: from.clone(),
            to: to.clone(),
        });
        moves.collect()
    }

    fn renumbered(&self) -> Vec<Renumbered> {
        let changes = self.cluster.changes.iter().map(|change| Renumbered {
            replica: change.replica.clone(),
            interface: change.interface.as_deref().map(str::to_owned),
            from: change.from.clone(),
            to: change.to.clone(),
            because: change.because.clone(),
        });
        changes.collect()
    }

    /// What the estate calls the problem's pools and nodes.
    fn names(&self) -> Names {
        let mut names = Names::default();
        for (spec, part) in self.cluster.problem().pools.iter().zip(&self.cluster.parts) {
            names.halls.insert(spec.name.clone(), part.pool.clone());
            names.fill.insert(part.pool.clone(), part.fill);
            if let Some(tenant) = &part.tenant {
                names.owners.insert(spec.name.clone(), tenant.clone());
            }
            for (at, host) in (0..spec.count).zip(&part.hosts) {
                names.nodes.insert(spec.node(at), host.clone());
            }
        }
        names
    }

    fn changed(&self, names: &Names, changes: &[Change]) -> Result<Changed, Unknown> {
        let mut own = Vec::new();
        for change in changes {
            match change {
                Change::Without(Part::Node(host)) => own.push(Self::without(names, host)?),
                Change::Without(Part::Pool(pool)) => {
                    let parts = self.parts(names, pool)?.into_iter();
                    own.extend(parts.map(|part| Change::Without(Part::Pool(part))));
                }
                Change::Add { nodes, pool, zone } => {
                    own.extend(self.add(names, *nodes, pool, zone.as_deref())?);
                }
                other => own.push(other.clone()),
            }
        }
        whatif::change(self.cluster.problem(), &own)
    }

    fn without(names: &Names, host: &str) -> Result<Change, Unknown> {
        let node = names
            .nodes
            .iter()
            .find(|(node, name)| *name == host || *node == host);
        match node {
            Some((node, _)) => Ok(Change::Without(Part::Node(node.clone()))),
            None => Err(Unknown {
                kind: "node",
                name: host.to_owned(),
                known: names.nodes.values().cloned().collect(),
            }),
        }
    }

    /// The problem's pools that are parts of a pool.
    fn parts(&self, names: &Names, pool: &str) -> Result<Vec<String>, Unknown> {
        let all = names.halls.iter();
        let parts: Vec<String> = all
            .filter(|(part, hall)| *hall == pool || *part == pool)
            .map(|(part, _)| part.clone())
            .collect();
        if parts.is_empty() {
            let mut known: Vec<String> = names.halls.values().cloned().collect();
            known.sort();
            known.dedup();
            return Err(Unknown {
                kind: "pool",
                name: pool.to_owned(),
                known,
            });
        }
        Ok(parts)
    }

    /// More nodes of a pool go to those of its parts that are nobody's, each to the smallest by
    /// then.
    fn add(
        &self,
        names: &Names,
        nodes: u32,
        pool: &str,
        zone: Option<&str>,
    ) -> Result<Vec<Change>, Unknown> {
        let parts = self.parts(names, pool)?;
        let all = self.cluster.problem().pools.iter().zip(&self.cluster.parts);
        let of_pool = all.filter(|(spec, _)| parts.contains(&spec.name));
        let (owned, free): (Vec<_>, Vec<_>) = of_pool.partition(|(_, part)| part.tenant.is_some());
        let mut open = if free.is_empty() { owned } else { free };
        let zones: Vec<String> = open
            .iter()
            .flat_map(|(spec, _)| spec.zones.keys().cloned())
            .collect();
        open.retain(|(spec, _)| zone.is_none_or(|zone| spec.zones.contains_key(zone)));
        let mut more: BTreeMap<&str, (u32, u32)> = open
            .iter()
            .map(|(spec, _)| (spec.name.as_str(), (spec.count, 0)))
            .collect();
        for _ in 0..nodes {
            if let Some((count, added)) = more.values_mut().min() {
                *count += 1;
                *added += 1;
            }
        }
        match zone {
            Some(zone) if more.is_empty() => Err(Unknown {
                kind: "zone",
                name: zone.to_owned(),
                known: zones,
            }),
            _ => Ok(more
                .into_iter()
                .filter(|(_, (_, added))| *added > 0)
                .map(|(pool, (_, nodes))| Change::Add {
                    nodes,
                    pool: pool.to_owned(),
                    zone: zone.map(str::to_owned),
                })
                .collect()),
        }
    }
}
