//! Choices that must not jump: Proxmox numbers and static addresses. Each is a function of the
//! model path, moved on only when another path has taken it, and kept from build to build as long
//! as it is possible.

mod addresses;
mod book;
mod numbers;

use std::collections::{BTreeMap, BTreeSet};

use book::Book;
use sha2::{Digest, Sha256};

use super::changes::{Cause, Changed, Changes, Left, What};
use crate::{
    diag::Findings,
    lock::{self, Allocations},
    model::{Cluster, Estate, Id, NetworkIn, Replicas, Workload},
    units::Ip,
};

/// One of a workload's replicas that have an identity.
pub(super) struct Replica<'e> {
    pub(super) id: Id<Workload>,
    pub(super) workload: &'e Workload,
    /// Its number, from 0.
    pub(super) index: u32,
    /// Its own name.
    pub(super) name: String,
    /// Under which it is remembered.
    pub(super) path: String,
    /// Under which it was, perhaps: its path and then those of its former names.
    former: Vec<String>,
}

/// The replicas that have an identity. They are numbered when the spec says how many there are; a
/// single one without `replicas` bears the workload's own name.
pub(super) fn replicas<'e>(
    estate: &'e Estate,
    id: Id<Workload>,
) -> impl Iterator<Item = Replica<'e>> {
    let workload = &estate.workloads[id];
    let count = match &workload.replicas {
        Replicas::Fixed(count) if workload.has_identity() => count.value,
        _ => 0,
    };
    let numbered = workload.spec.replicas.is_some();
    let paths = if count > 0 {
        lock::former_paths(estate, workload)
    } else {
        Vec::new()
    };
    (0..count).map(move |index| {
        let (own, other) = match numbered {
            true => (format!("{index}"), ""),
            false => (String::new(), "0"),
        };
        let ends = [Some(&*own), Some(other).filter(|_| index == 0)];
        let former = ends
            .into_iter()
            .flatten()
            .flat_map(|end| paths.iter().map(move |path| joined(path, ".", end)))
            .collect();
        Replica {
            id,
            workload,
            index,
            name: joined(workload.name.value.as_str(), "-", &own),
            path: joined(&workload.path, ".", &own),
            former,
        }
    })
}

/// What belongs together; the one alone where there is no other.
fn joined(one: &str, between: &str, other: &str) -> String {
    if other.is_empty() {
        one.to_owned()
    } else {
        format!("{one}{between}{other}")
    }
}

/// Hands out numbers and addresses.
pub(super) struct Allocator<'e> {
    estate: &'e Estate,
    old: Allocations,
    new: Allocations,
    ground: addresses::Ground,
    numbers: Book<Id<Cluster>, u32>,
    addresses: Book<Id<NetworkIn>, Ip>,
    /// Interfaces that found no address free, by network.
    full: BTreeMap<Id<NetworkIn>, Vec<addresses::Lacking>>,
    /// Paths that are a replica's now, or were the one of a replica that has another name now.
    owned: BTreeSet<String>,
    changes: Changes,
}

impl<'e> Allocator<'e> {
    pub(super) fn new(estate: &'e Estate, old: Allocations) -> Self {
        let mut new = Allocations::default();
        for what in ["node", "dedicated"] {
            for (path, value) in old.all(what) {
                new.set(what, path, value);
            }
        }
        let mut this = Self {
            estate,
            old,
            new,
            ground: addresses::Ground::of(estate),
            numbers: Book::new(),
            addresses: Book::new(),
            full: BTreeMap::new(),
            owned: BTreeSet::new(),
            changes: Changes::default(),
        };
        let mut spoken = BTreeSet::new();
        for id in estate.workloads.ids() {
            this.say(id);
            for replica in replicas(estate, id) {
                this.owned.insert(replica.path);
                spoken.extend(replica.former);
            }
        }
        this.recall(&spoken);
        this
    }

    /// What the spec itself gives a workload.
    fn say(&mut self, id: Id<Workload>) {
        let workload = &self.estate.workloads[id];
        if let Some(number) =
            numbers::said(workload).filter(|_| numbers::has(self.estate, workload))
        {
            self.numbers
                .say(workload.cluster, number.value, id, number.origin);
        }
        for nic in &workload.nics {
            let Some(network) = nic.network else { continue };
            for address in nic.spec.ip.iter().flat_map(|ip| &ip.addresses) {
                let ip = address.value.ip();
                self.addresses.say(network.to, ip, id, address.origin);
            }
        }
    }

    /// What is remembered; `spoken` are the paths that somebody may have been remembered under.
    fn recall(&mut self, spoken: &BTreeSet<String>) {
        for (path, text) in self.old.all("vmid") {
            match numbers::read(text) {
                Some(number) if spoken.contains(path) => self.numbers.avoid(number),
                Some(number) => self.numbers.leave(number),
                None => {}
            }
        }
        for (path, text) in self.old.all("address") {
            let replica = path.rsplit_once('.').map_or(path, |(replica, _)| replica);
            match addresses::read(text) {
                Some(address) if spoken.contains(replica) => self.addresses.avoid(address.ip()),
                Some(address) => self.addresses.leave(address.ip()),
                None => {}
            }
        }
        for ip in self.ground.avoided(self.estate) {
            self.addresses.avoid(ip);
        }
    }

    /// What is remembered of a replica, under its own path or the nearest former one that is
    /// nobody else's; `ends` are put behind the path, the first that leads to something counts.
    fn remembered(&mut self, what: &str, replica: &Replica<'_>, ends: &[&str]) -> Option<String> {
        for path in &replica.former {
            if *path != replica.path && self.owned.contains(path) && !self.took(replica, path) {
                continue;
            }
            for end in ends {
                if let Some(value) = self.old.get(what, &format!("{path}{end}")) {
                    let value = value.to_owned();
                    if *path != replica.path {
                        self.owned.insert(path.clone());
                        let by = replica.path.clone();
                        self.changes.taken_over.insert(path.clone(), by);
                    }
                    return Some(value);
                }
            }
        }
        None
    }

    /// Whether a replica has taken over what is remembered of that path.
    fn took(&self, replica: &Replica<'_>, path: &str) -> bool {
        self.changes.taken_over.get(path) == Some(&replica.path)
    }

    /// Notes that something is not what it was, where it is not.
    fn note(
        &mut self,
        replica: &Replica<'_>,
        what: What,
        from: String,
        to: Option<String>,
        cause: Cause,
    ) {
        // An address stays the same when its network is drawn wider.
        let bare = |text: &str| text.split('/').next().map(str::to_owned);
        if to.as_deref().and_then(bare) == bare(&from) {
            return;
        }
        self.changes.all.push(Changed {
            workload: replica.id,
            path: replica.path.clone(),
            what,
            from,
            to,
            cause,
        });
    }

    /// What is to be remembered, what of it is not as it was, and which networks are full.
    pub(super) fn finish(mut self) -> (Allocations, Changes, Findings) {
        let full = self.full();
        for (path, number) in self.old.all("vmid") {
            let here = self.new.get("vmid", path).is_some();
            if here || self.changes.taken_over.contains_key(path) {
                continue;
            }
            let addresses = self.old.below("address", path);
            self.changes.left.push(Left {
                path: path.to_owned(),
                number: number.to_owned(),
                addresses: addresses.map(|(_, address)| address.to_owned()).collect(),
            });
        }
        (self.new, self.changes, full)
    }
}

fn hash(path: &str) -> u64 {
    let digest = Sha256::digest(path.as_bytes());
    digest
        .iter()
        .take(8)
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}
