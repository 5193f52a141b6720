//! What if: a problem as it would be with nodes lost or bought, or with more or fewer replicas.

use std::{collections::BTreeMap, fmt, str::FromStr};

use indexmap::IndexMap;

use crate::{
    answer::{Answer, Placement},
    problem::{Pool, Problem},
    usage::place,
};

/// A change of a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Nodes that are not there.
    Without(Part),
    /// More nodes in a pool.
    Add {
        /// How many.
        nodes: u32,
        /// The pool.
        pool: String,
        /// Their zone; where it is not said, each goes to the zone with the fewest nodes of the
        /// pool.
        zone: Option<String>,
    },
    /// Another number of replicas.
    Scale {
        /// The workload.
        workload: String,
        /// How many.
        replicas: u32,
    },
}

/// Nodes of a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// One, by its name.
    Node(String),
    /// All of a rack.
    Rack(String),
    /// All of a zone.
    Zone(String),
    /// All of a pool.
    Pool(String),
}

impl FromStr for Part {
    type Err = String;

    /// Reads `gpu-3`, `node=gpu-3`, `rack=r1`, `zone=a`, `pool=gpu`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, name) = text.split_once('=').unwrap_or(("node", text));
        let name = name.to_owned();
        match kind {
            _ if name.is_empty() => {
                Err("write it as NODE, zone=ZONE, rack=RACK or pool=POOL".into())
            }
            "node" => Ok(Self::Node(name)),
            "rack" => Ok(Self::Rack(name)),
            "zone" => Ok(Self::Zone(name)),
            "pool" => Ok(Self::Pool(name)),
            other => Err(format!("`{other}` is none of node, rack, zone and pool")),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(name) => write!(f, "node `{name}`"),
            Self::Rack(name) => write!(f, "rack `{name}`"),
            Self::Zone(name) => write!(f, "zone `{name}`"),
            Self::Pool(name) => write!(f, "pool `{name}`"),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Without(part) => write!(f, "without {part}"),
            Self::Add { nodes, pool, zone } => {
                let s = if *nodes == 1 { "" } else { "s" };
                write!(f, "{nodes} more node{s} in `{pool}`")?;
                match zone {
                    Some(zone) => write!(f, ", zone `{zone}`"),
                    None => Ok(()),
                }
            }
            Self::Scale { workload, replicas } => {
                write!(f, "`{workload}` with {replicas} replicas")
            }
        }
    }
}

/// What a change names and the problem has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// What kind of thing: `node`.
    pub kind: &'static str,
    /// The name.
    pub name: String,
    /// The names that there are; of a node, of its pools.
    pub known: Vec<String>,
}

/// A problem that was changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// The problem. Its nodes are counted anew; [`Changed::rename`] gives them the names back.
    pub problem: Problem,
    /// Of each pool, what its nodes are called by number.
    names: BTreeMap<String, Vec<u32>>,
}

/// Changes a problem, one change after the other.
///
/// # Errors
/// A change names what is not there.
pub fn change(problem: &Problem, changes: &[Change]) -> Result<Changed, Unknown> {
    let mut changed = Changed {
        problem: problem.clone(),
        names: BTreeMap::new(),
    };
    for change in changes {
        match change {
            Change::Without(part) => changed.without(part)?,
            Change::Add { nodes, pool, zone } => changed.add(*nodes, pool, zone.as_deref())?,
            Change::Scale { workload, replicas } => changed.scale(workload, *replicas)?,
        }
    }
    Ok(changed)
}

impl Changed {
    /// What a node is called that a problem counts as `at` of a pool.
    pub fn name(&self, pool: &Pool, at: u32) -> String {
        pool.node(self.number(&pool.name, at))
    }

    /// Gives the nodes of an answer the names that they had before the change.
    pub fn rename(&self, answer: &mut Answer) {
        if self.names.is_empty() {
            return;
        }
        let Some(witness) = &mut answer.witness else {
            return;
        };
        self.rename_all(&mut witness.base);
        for failed in &mut witness.scenarios {
            for node in &mut failed.failed {
                *node = self.called(node);
            }
            for placement in [&mut failed.placement, &mut failed.moved] {
                placement
                    .iter_mut()
                    .for_each(|placement| self.rename_all(placement));
            }
        }
    }

    fn rename_all(&self, placement: &mut Placement) {
        for nodes in placement.values_mut() {
            let old = std::mem::take(nodes);
            nodes.extend(
                old.into_iter()
                    .map(|(node, count)| (self.called(&node), count)),
            );
        }
    }

    /// The name before the change of a node of the problem.
    pub fn called(&self, node: &str) -> String {
        match place(node) {
            Some((pool, at)) => format!("{pool}-{}", self.number(pool, at)),
            None => node.to_owned(),
        }
    }

    fn number(&self, pool: &str, at: u32) -> u32 {
        let names = self.names.get(pool);
        let name = names.and_then(|names| names.get(usize::try_from(at).ok()?));
        name.copied().unwrap_or(at)
    }

    fn without(&mut self, part: &Part) -> Result<(), Unknown> {
        let mut found = false;
        for at in 0..self.problem.pools.len() {
            let pool = &self.problem.pools[at];
            let lost: Vec<u32> = match part {
                Part::Pool(name) if *name == pool.name => (0..pool.count).collect(),
                Part::Node(name) => {
                    let called = |node: &u32| self.name(pool, *node) == *name;
                    let of_pool = place(name).is_some_and(|(of, _)| of == pool.name);
                    (0..pool.count)
                        .filter(|_| of_pool)
                        .find(called)
                        .into_iter()
                        .collect()
                }
                Part::Zone(name) => (0..pool.count)
                    .filter(|node| pool.zone(*node) == name)
                    .collect(),
                Part::Rack(name) => {
                    let in_rack = |node: &u32| pool.rack(*node) == Some(name);
                    (0..pool.count).filter(in_rack).collect()
                }
                Part::Pool(_) => Vec::new(),
            };
            found |= !lost.is_empty() || matches!(part, Part::Pool(name) if *name == pool.name);
            self.remove(at, &lost);
        }
        if found {
            Ok(())
        } else {
            Err(self.unknown(part))
        }
    }

    fn unknown(&self, part: &Part) -> Unknown {
        let pools = &self.problem.pools;
        let mut known: Vec<String> = match part {
            Part::Pool(_) => pools.iter().map(|pool| pool.name.clone()).collect(),
            Part::Rack(_) => pools
                .iter()
                .flat_map(|pool| pool.racks.keys().cloned())
                .collect(),
            Part::Zone(_) => {
                let named = pools.iter().filter(|pool| pool.count > 0);
                let zones = named.flat_map(|pool| match pool.zones.is_empty() {
                    true => vec!["z0".to_owned()],
                    false => pool.zones.keys().cloned().collect(),
                });
                zones.collect()
            }
            Part::Node(_) => {
                let ends = pools.iter().filter(|pool| pool.count > 0).map(|pool| {
                    let (first, last) = (self.name(pool, 0), self.name(pool, pool.count - 1));
                    if first == last {
                        first
                    } else {
                        format!("{first} to {last}")
                    }
                });
                ends.collect()
            }
        };
        let mut seen = std::collections::BTreeSet::new();
        known.retain(|name| seen.insert(name.clone()));
        let (kind, name) = match part {
            Part::Node(name) => ("node", name),
            Part::Rack(name) => ("rack", name),
            Part::Zone(name) => ("zone", name),
            Part::Pool(name) => ("pool", name),
        };
        Unknown {
            kind,
            name: name.clone(),
            known,
        }
    }

    /// Takes nodes out of a pool; they are in order.
    fn remove(&mut self, pool: usize, lost: &[u32]) {
        if lost.is_empty() {
            return;
        }
        let spec = &mut self.problem.pools[pool];
        let gone = |node: u32| lost.binary_search(&node).is_ok();
        let names = numbers(&mut self.names, spec);
        let mut node = 0;
        names.retain(|_| {
            node += 1;
            !gone(node - 1)
        });
        for places in [&mut spec.zones, &mut spec.racks] {
            let mut first = 0;
            for count in places.values_mut() {
                let end = first + *count;
                let here = lost.partition_point(|node| *node < end)
                    - lost.partition_point(|node| *node < first);
                first = end;
                *count -= u32::try_from(here).unwrap_or(*count).min(*count);
            }
            // A place without a node is none; but a pool without any place would get one.
            if places.values().any(|count| *count > 0) {
                places.retain(|_, count| *count > 0);
            }
        }
        spec.count -= u32::try_from(lost.len())
            .unwrap_or(spec.count)
            .min(spec.count);
    }

    fn add(&mut self, nodes: u32, pool: &str, zone: Option<&str>) -> Result<(), Unknown> {
        let Some(at) = self
            .problem
            .pools
            .iter()
            .position(|known| known.name == pool)
        else {
            return Err(self.unknown(&Part::Pool(pool.to_owned())));
        };
        let spec = &mut self.problem.pools[at];
        if let Some(zone) = zone {
            let known: Vec<String> = match spec.zones.is_empty() {
                true => vec!["z0".to_owned()],
                false => spec.zones.keys().cloned().collect(),
            };
            if !known.iter().any(|known| known == zone) {
                return Err(Unknown {
                    kind: "zone",
                    name: zone.to_owned(),
                    known,
                });
            }
        }
        let old = numbers(&mut self.names, spec);
        let first = old.iter().max().map_or(0, |last| last.saturating_add(1));
        let mut fresh = first..first.saturating_add(nodes);
        if spec.zones.is_empty() {
            grow(&mut spec.racks, spec.count, nodes);
            old.extend(fresh);
        } else {
            let more = shares(&spec.zones, nodes, zone);
            let mut names = Vec::new();
            let (mut end, mut rest) = (0, old.as_slice());
            for (count, more) in spec.zones.values_mut().zip(more) {
                let (here, after) = rest.split_at(size(*count).min(rest.len()));
                rest = after;
                names.extend(here);
                names.extend(fresh.by_ref().take(size(more)));
                grow(&mut spec.racks, end + *count, more);
                *count = count.saturating_add(more);
                end += *count;
            }
            *old = names;
        }
        spec.count = spec.count.saturating_add(nodes);
        Ok(())
    }

    fn scale(&mut self, workload: &str, replicas: u32) -> Result<(), Unknown> {
        let workloads = &mut self.problem.workloads;
        match workloads.iter_mut().find(|known| known.name == workload) {
            Some(found) => {
                found.replicas = replicas;
                Ok(())
            }
            None => Err(Unknown {
                kind: "workload",
                name: workload.to_owned(),
                known: workloads.iter().map(|known| known.name.clone()).collect(),
            }),
        }
    }
}

/// What the nodes of a pool are called, by number.
fn numbers<'n>(names: &'n mut BTreeMap<String, Vec<u32>>, pool: &Pool) -> &'n mut Vec<u32> {
    let names = names.entry(pool.name.clone());
    names.or_insert_with(|| (0..pool.count).collect())
}

/// How many of so many more nodes each place gets: all of them the one that is wanted, else each
/// the one that has the fewest by then.
fn shares(places: &IndexMap<String, u32>, nodes: u32, wanted: Option<&str>) -> Vec<u32> {
    let mut has: Vec<u32> = places.values().copied().collect();
    let old = has.clone();
    if let Some(at) = wanted.and_then(|wanted| places.get_index_of(wanted)) {
        has[at] = has[at].saturating_add(nodes);
    } else {
        for _ in 0..nodes {
            if let Some(fewest) = has.iter_mut().min() {
                *fewest = fewest.saturating_add(1);
            }
        }
    }
    has.iter().zip(old).map(|(has, old)| has - old).collect()
}

/// More nodes in the place that the node before these stands in. A rack stands in one zone, so
/// that what comes last in a zone comes last in its last rack.
fn grow(places: &mut IndexMap<String, u32>, node: u32, more: u32) {
    let mut end = 0_u32;
    let last = places.len().saturating_sub(1);
    for (at, count) in places.values_mut().enumerate() {
        end = end.saturating_add(*count);
        if node <= end || at == last {
            *count = count.saturating_add(more);
            return;
        }
    }
}

fn size(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        answer::{Count, Verdict, Witness},
        problem::read,
    };

    fn problem() -> Problem {
        let text = r#"{
            "pools": [{"name": "a", "count": 5, "zones": {"x": 2, "y": 3}, "capacity": {}},
                      {"name": "b", "count": 2, "capacity": {}}],
            "workloads": [{"name": "w", "replicas": 3}]}"#;
        read(text).unwrap().problem
    }

    fn without(text: &str) -> Changed {
        change(&problem(), &[Change::Without(text.parse().unwrap())]).unwrap()
    }

    fn zones(changed: &Changed) -> Vec<(&str, u32)> {
        let zones = changed.problem.pools[0].zones.iter();
        zones.map(|(name, count)| (name.as_str(), *count)).collect()
    }

    #[test]
    fn a_node_that_is_lost_leaves_the_others_their_names() {
        let changed = without("a-1");
        let pool = &changed.problem.pools[0];
        assert_eq!(pool.count, 4);
        assert_eq!(zones(&changed), [("x", 1), ("y", 3)]);
        let names: Vec<String> = (0..4).map(|at| changed.name(pool, at)).collect();
        assert_eq!(names, ["a-0", "a-2", "a-3", "a-4"]);
        assert_eq!(pool.zone(1), "y");
    }

    #[test]
    fn nodes_are_lost_one_after_the_other_by_their_first_names() {
        let lost = ["a-1", "a-3"].map(|node| Change::Without(Part::Node(node.to_owned())));
        let changed = change(&problem(), &lost).unwrap();
        assert_eq!(zones(&changed), [("x", 1), ("y", 2)]);
        let pool = &changed.problem.pools[0];
        assert_eq!(changed.name(pool, 2), "a-4");
        let again = change(&problem(), &[lost[0].clone(), lost[0].clone()]);
        assert_eq!(again.unwrap_err().kind, "node");
    }

    #[test]
    fn a_zone_that_is_lost_is_no_zone_any_more() {
        let changed = without("zone=x");
        assert_eq!(zones(&changed), [("y", 3)]);
        assert_eq!(changed.problem.pools[1].count, 2);
        // What has no zones stands in one called so.
        assert_eq!(without("zone=z0").problem.pools[1].count, 0);
        assert_eq!(without("pool=a").problem.pools[0].count, 0);
        let nowhere = change(&problem(), &[Change::Without(Part::Zone("q".to_owned()))]);
        assert_eq!(nowhere.unwrap_err().known, ["x", "y", "z0"]);
    }

    #[test]
    fn what_is_bought_goes_where_least_is() {
        let add = |zone: Option<&str>| Change::Add {
            nodes: 2,
            pool: "a".to_owned(),
            zone: zone.map(str::to_owned),
        };
        let changed = change(&problem(), &[add(None)]).unwrap();
        assert_eq!(zones(&changed), [("x", 4), ("y", 3)]);
        let pool = &changed.problem.pools[0];
        let names: Vec<String> = (0..7).map(|at| changed.name(pool, at)).collect();
        assert_eq!(names, ["a-0", "a-1", "a-5", "a-6", "a-2", "a-3", "a-4"]);
        let changed = change(&problem(), &[add(Some("y"))]).unwrap();
        assert_eq!(zones(&changed), [("x", 2), ("y", 5)]);
        assert_eq!(
            change(&problem(), &[add(Some("q"))]).unwrap_err().kind,
            "zone"
        );
    }

    #[test]
    fn an_answer_has_the_names_of_before() {
        let changed = without("a-0");
        let mut answer = Answer {
            verdict: Verdict::Feasible,
            witness: Some(Witness::default()),
            ..Answer::undecided()
        };
        let on = BTreeMap::from([
            ("a-0".to_owned(), Count::Node(1)),
            ("b-1".to_owned(), Count::Node(2)),
        ]);
        answer
            .witness
            .as_mut()
            .unwrap()
            .base
            .insert("w".to_owned(), on);
        changed.rename(&mut answer);
        let base = &answer.witness.unwrap().base["w"];
        assert_eq!(base.keys().collect::<Vec<_>>(), ["a-1", "b-1"]);
    }

    #[test]
    fn replicas_are_scaled() {
        let scale = |workload: &str| Change::Scale {
            workload: workload.to_owned(),
            replicas: 9,
        };
        assert_eq!(
            change(&problem(), &[scale("w")])
                .unwrap()
                .problem
                .replicas(),
            9
        );
        assert_eq!(change(&problem(), &[scale("v")]).unwrap_err().known, ["w"]);
        assert!("zone=".parse::<Part>().is_err());
        assert!("shelf=x".parse::<Part>().is_err());
    }
}
