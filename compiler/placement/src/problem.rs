//! The neutral problem, `placement/1`: pools of nodes, workloads that want to stand on them, and
//! what may fail. All amounts are integers in the writer's own units.

mod read;

use std::collections::BTreeMap;

use indexmap::IndexMap;
pub use read::{ReadError, Reading, read};
use serde::{Deserialize, Serialize};

/// A problem: does all of it fit?
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where things stand.
    pub pools: Vec<Pool>,
    /// What stands there.
    pub workloads: Vec<Workload>,
    /// What may fail with all still standing. Each is held for itself, not several at once.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "read::one_or_many"
    )]
    pub failures: Vec<Failures>,
}

/// Nodes that are alike. They are called `name-0` to `name-(count-1)`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// How many nodes.
    pub count: u32,
    /// How many nodes each zone has, in order: the first nodes stand in the first zone. Without
    /// any, all stand in the zone `z0`.
    #[serde(
        default,
        skip_serializing_if = "IndexMap::is_empty",
        deserialize_with = "read::or_default"
    )]
    pub zones: IndexMap<String, u32>,
    /// The same for racks. Without any, no node stands in a rack that another shares.
    #[serde(
        default,
        skip_serializing_if = "IndexMap::is_empty",
        deserialize_with = "read::or_default"
    )]
    pub racks: IndexMap<String, u32>,
    /// What one node has.
    pub capacity: BTreeMap<String, u64>,
    /// What of it nobody may have.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "read::or_default"
    )]
    pub reserved: BTreeMap<String, u64>,
    /// How often each unit of a resource may be promised, as numerator and denominator. A unit
    /// that is taken as dedicated is taken whole.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "read::or_default"
    )]
    pub overcommit: BTreeMap<String, (u64, u64)>,
    /// NUMA cells of one node.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub numa: u32,
    /// What is divided among the cells.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "read::or_default"
    )]
    pub numa_resources: Vec<String>,
    /// Labels of each node.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "read::or_default"
    )]
    pub labels: BTreeMap<String, String>,
    /// Taints of each node, by name; all keep away who does not tolerate them.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "read::or_default"
    )]
    pub taints: Vec<String>,
    /// How many replicas one node holds at most; without it any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_pods: Option<u32>,
}

/// Replicas that are alike.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workload {
    /// Its name.
    pub name: String,
    /// How many.
    pub replicas: u32,
    /// What one takes, overheads included.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "read::or_default"
    )]
    pub requests: BTreeMap<String, u64>,
    /// Resources of which it takes whole units for itself, where a pool overcommits them.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "read::or_default"
    )]
    pub dedicated: Vec<String>,
    /// For each label, the values that its node may have.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "read::or_default"
    )]
    pub selector: BTreeMap<String, Vec<String>>,
    /// The taints that it bears.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "read::or_default"
    )]
    pub tolerations: Vec<String>,
    /// Whether each replica must fit into one NUMA cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numa: Option<Numa>,
    /// Whose it is. What has none belongs to one nameless tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// With whom it shares nodes.
    #[serde(
        default,
        skip_serializing_if = "Isolation::is_shared",
        deserialize_with = "read::or_default"
    )]
    pub isolation: Isolation,
    /// Whom it must not share a domain with.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "read::or_default"
    )]
    pub anti_affinity: Vec<Affinity>,
    /// Whom it must share a domain with.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "read::or_default"
    )]
    pub affinity: Vec<Affinity>,
    /// How evenly its replicas stand.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "read::one_or_many"
    )]
    pub spread: Vec<Spread>,
}

/// How a replica lies in its node's NUMA cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Numa {
    /// In one of them.
    Single,
    /// In as many as it likes.
    Any,
}

/// With whom a workload shares nodes.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Isolation {
    /// With everybody.
    #[default]
    Shared,
    /// With its own tenant.
    Tenant,
    /// With nobody: each replica is alone on its node.
    Node,
}

impl Isolation {
    fn is_shared(&self) -> bool {
        *self == Self::Shared
    }
}

/// What nodes are counted by.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Topology {
    /// Each node for itself.
    #[default]
    Node,
    /// The nodes of a rack.
    Rack,
    /// The nodes of a zone.
    Zone,
}

/// Who shares a domain, or must not.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Affinity {
    /// The domain.
    pub topology: Topology,
    /// With whom: `self`, or the names of workloads.
    #[serde(deserialize_with = "read::one_or_many")]
    pub with: Vec<String>,
}

/// How evenly replicas stand.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spread {
    /// Over what.
    pub topology: Topology,
    /// By how many replicas the fullest and the emptiest domain may differ, of those with a node
    /// that selector and taints admit.
    #[serde(default = "one")]
    pub max_skew: u32,
}

/// What may fail at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failures {
    /// How many.
    pub k: u32,
    /// Of what. Of a zone, the nodes of `pools` fail.
    #[serde(default)]
    pub domain: Topology,
    /// In which pools; in all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pools: Option<Vec<String>>,
    /// What happens to what stood there.
    #[serde(default)]
    pub mode: Mode,
    /// What need not hold after a failure.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "read::or_default"
    )]
    pub relax: Vec<Relax>,
}

/// What happens after a failure.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Everything may move to make room.
    #[default]
    Replan,
    /// What survives stays where it is.
    Evacuate,
}

/// A rule that may be broken after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relax {
    /// How evenly replicas stand.
    Spread,
    /// Who must not share a domain.
    AntiAffinity,
}

impl Problem {
    /// Replicas of all workloads.
    pub fn replicas(&self) -> u64 {
        self.workloads.iter().map(|w| u64::from(w.replicas)).sum()
    }

    /// Nodes of all pools.
    pub fn nodes(&self) -> u64 {
        self.pools.iter().map(|pool| u64::from(pool.count)).sum()
    }
}

impl Pool {
    /// The name of a node.
    pub fn node(&self, at: u32) -> String {
        format!("{}-{at}", self.name)
    }

    /// What one node has for workloads.
    pub fn allocatable(&self, resource: &str) -> u64 {
        let has = self.capacity.get(resource).copied().unwrap_or(0);
        has.saturating_sub(self.reserved.get(resource).copied().unwrap_or(0))
    }

    /// How often a resource may be promised: numerator and denominator.
    pub fn ratio(&self, resource: &str) -> (u64, u64) {
        self.overcommit.get(resource).copied().unwrap_or((1, 1))
    }

    /// The zone of a node.
    pub fn zone(&self, node: u32) -> &str {
        place_of(&self.zones, node).unwrap_or("z0")
    }

    /// The rack of a node, where it stands in one.
    pub fn rack(&self, node: u32) -> Option<&str> {
        place_of(&self.racks, node)
    }
}

impl Workload {
    /// Whether selector and tolerations admit the nodes of a pool.
    pub fn admitted(&self, pool: &Pool) -> bool {
        self.selected(pool) && self.tolerates(pool)
    }

    /// Whether the selector admits the nodes of a pool.
    pub fn selected(&self, pool: &Pool) -> bool {
        self.selector.iter().all(|(label, allowed)| {
            pool.labels
                .get(label)
                .is_some_and(|has| allowed.contains(has))
        })
    }

    /// Whether it bears every taint of a pool.
    pub fn tolerates(&self, pool: &Pool) -> bool {
        pool.taints
            .iter()
            .all(|taint| self.tolerations.contains(taint))
    }
}

fn place_of(places: &IndexMap<String, u32>, node: u32) -> Option<&str> {
    let mut end = 0_u32;
    places.iter().find_map(|(name, count)| {
        end = end.saturating_add(*count);
        (node < end).then_some(name.as_str())
    })
}

fn one() -> u32 {
    1
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out a reference"
)]
fn is_one(value: &u32) -> bool {
    *value == 1
}
