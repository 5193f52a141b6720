//! The networks beside the pod network on which policies hold: each is judged by itself, with the
//! addresses that the workloads were given there.
//!
//! What shall go over each is worked out from the flows, the interfaces and the networks' own words
//! alone. Strangers are there as on the pod network, but without addresses: one that takes somebody
//! else's is held by its own side, which has to let nothing through.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use ipnet::IpNet;
use tenantry_reach::{
    Addresses, Cluster, Complaint, Difference, Ends, Network, PodId, PortSet, TooMuch, Wanted,
    add_strangers, networks_of,
};

use super::{Ground, compare, expected, outside, pods::Pods};
use crate::{
    flows::{Flow, Peer, cni, site},
    lower,
    model::{self, Estate, Id, NetworkIn, Workload},
    schema::kinds::{CniAbility, TargetName},
    units::Cidr,
};

/// What was proved of one network beside the pod network.
#[derive(Debug, Clone)]
pub struct Beyond {
    /// What the spec calls it.
    pub name: String,
    /// By which definitions pods are attached to it: `namespace/name`, sorted.
    pub definitions: Vec<String>,
    /// The pods on it, with their addresses there, pods of nobody, and the policies.
    pub cluster: Cluster,
    /// The place of each of those pods among the cluster's; none of nobody's.
    pub pods: Vec<Option<PodId>>,
    /// What shall go over it.
    pub wanted: Vec<Wanted>,
    /// Of each of those the flow that says so, by its place among the cluster's flows; none where it
    /// is asked for the network's resolvers.
    pub because: Vec<Option<usize>>,
    /// How what goes through differs; empty when all is proved.
    pub differences: Vec<Difference>,
    /// Why nothing could be compared, where that is so.
    pub too_much: Option<TooMuch>,
}

impl Beyond {
    /// Whether what goes over it is what shall, and nothing else.
    pub fn holds(&self) -> bool {
        self.differences.is_empty() && self.too_much.is_none()
    }
}

/// Proves each network of a cluster on which policies hold; and what cannot be judged, because what
/// is emitted makes another network of it.
pub(super) fn all(
    ground: Ground<'_>,
    on: Id<model::Cluster>,
    cluster: &Cluster,
    pods: &Pods<'_>,
) -> (Vec<Beyond>, Vec<Complaint>) {
    let estate = ground.estate;
    let held = cni::can(&estate.clusters[on], CniAbility::MultiNetwork);
    // Without that target nobody is attached to anything.
    if !held || !ground.emits(TargetName::Kubevirt) {
        return Default::default();
    }
    let lans = lans(ground, on);
    let networks = networks_of(cluster);
    let mut judged: BTreeMap<&str, &Network> = BTreeMap::new();
    for network in &networks {
        for definition in &network.definitions {
            judged.insert(definition, network);
        }
    }
    let calls = calls(ground, on);
    let (mut proofs, mut complaints) = (Vec::new(), Vec::new());
    for (id, lan) in lans {
        let spec = &estate.networks[id];
        match lan.found(spec.spec.name.value.as_str(), &judged) {
            Ok(network) => {
                let laid = Laid::of(ground, &lan, network, pods, &mut complaints);
                proofs.push(laid.proved(ground, on, id, &calls));
            }
            Err(why) => complaints.push(complaint(spec, why)),
        }
    }
    (proofs, complaints)
}

fn complaint(network: &NetworkIn, message: String) -> Complaint {
    Complaint {
        source: String::new(),
        at: 0,
        object: format!("network {}", network.spec.name.value),
        path: String::new(),
        message,
    }
}

/// The flows by the workload that opens them.
type Calls<'f> = BTreeMap<Id<Workload>, Vec<(usize, &'f Flow)>>;

fn calls<'f>(ground: Ground<'f>, on: Id<model::Cluster>) -> Calls<'f> {
    let mut calls = Calls::new();
    for (at, flow) in ground.flows.of(on).iter().enumerate() {
        if let Peer::Workload(from) = flow.from {
            calls.entry(from).or_default().push((at, flow));
        }
    }
    calls
}

/// Who is on a network, by the model.
#[derive(Debug, Default)]
struct Lan {
    /// Of each workload its replicas' names, and the address that each has there. One that is
    /// switched off has no replicas.
    workloads: BTreeMap<Id<Workload>, BTreeMap<String, Option<IpAddr>>>,
    /// The namespaces that are on it.
    namespaces: BTreeSet<String>,
}

fn lans(ground: Ground<'_>, on: Id<model::Cluster>) -> BTreeMap<Id<NetworkIn>, Lan> {
    let estate = ground.estate;
    let mut lans: BTreeMap<Id<NetworkIn>, Lan> = BTreeMap::new();
    for (id, workload) in estate.workloads_of(on) {
        for nic in &workload.nics {
            let Some(network) = cni::policed(estate, workload, nic) else {
                continue;
            };
            let lan = lans.entry(network).or_default();
            let namespace = &estate.tenants[workload.tenant].namespace.value;
            lan.namespaces.insert(namespace.to_string());
            let replicas = lower::attached(estate, ground.allocations, id, nic);
            let known = replicas.map(|(name, at)| (name, at.map(|at| at.ip().get())));
            lan.workloads.entry(id).or_default().extend(known);
        }
    }
    lans
}

impl Lan {
    /// What was emitted of it: one network, whatever namespace it is seen from, on which policies
    /// are held.
    fn found<'j>(
        &self,
        name: &str,
        judged: &BTreeMap<&str, &'j Network>,
    ) -> Result<&'j Network, String> {
        let mut found: Option<&'j Network> = None;
        for namespace in &self.namespaces {
            let definition = format!("{namespace}/{name}");
            let Some(network) = judged.get(definition.as_str()).copied() else {
                return Err(format!("nobody is attached to it by {definition}"));
            };
            if let Some(why) = &network.cluster.unheld {
                return Err(format!("{definition}: {why}"));
            }
            if found.is_some_and(|found| found.name != network.name) {
                return Err(format!("{definition} leads to another network"));
            }
            found = Some(network);
        }
        found.ok_or_else(|| "nobody is on it".to_owned())
    }
}

/// A network as it was emitted, with what the model knows of it.
struct Laid {
    definitions: Vec<String>,
    cluster: Cluster,
    /// Whose each of its pods is among the cluster's.
    pods: Vec<Option<PodId>>,
    /// Of each workload the pods that it has there.
    workloads: BTreeMap<Id<Workload>, Vec<PodId>>,
    /// The addresses of all of those.
    addresses: Addresses,
    /// The pods of which all is told: those in the namespaces that are on it.
    of: Vec<PodId>,
}

impl Laid {
    fn of(
        ground: Ground<'_>,
        lan: &Lan,
        network: &Network,
        pods: &Pods<'_>,
        complaints: &mut Vec<Complaint>,
    ) -> Self {
        let mut cluster = network.cluster.clone();
        let there: BTreeMap<PodId, usize> = network.pods.iter().copied().zip(0..).collect();
        let mut workloads: BTreeMap<Id<Workload>, Vec<PodId>> = BTreeMap::new();
        let mut addresses = Addresses::none();
        let mut off = BTreeSet::new();
        for (id, replicas) in &lan.workloads {
            let own = pods.workloads.get(id).into_iter().flatten();
            let own: Vec<usize> = own.filter_map(|pod| there.get(pod).copied()).collect();
            for (name, address) in replicas {
                let mut own = own.iter().copied();
                let at = own.find(|at| cluster.pods[*at].name == *name);
                let why = match (at, address) {
                    (Some(at), Some(address)) => {
                        cluster.pods[at].addresses = vec![*address];
                        addresses.extend(&Addresses::one(*address));
                        continue;
                    }
                    (None, _) => "is not attached to",
                    (Some(_), None) => "has no address on",
                };
                complaints.push(Complaint {
                    source: String::new(),
                    at: 0,
                    object: ground.estate.workloads[*id].path.to_string(),
                    path: String::new(),
                    message: format!("{name} {why} {}", network.name),
                });
            }
            let ids = own
                .iter()
                .map(|at| PodId(u32::try_from(*at).unwrap_or(u32::MAX)));
            match replicas.is_empty() {
                true => off.extend(ids),
                false => drop(workloads.insert(*id, ids.collect())),
            }
        }
        let mut all: Vec<Option<PodId>> = network.pods.iter().copied().map(Some).collect();
        all.extend(add_strangers(&mut cluster).iter().map(|_| None));
        let of = cluster.pod_ids();
        let of = of.filter(|id| !off.contains(id));
        let of = of.filter(|id| lan.namespaces.contains(&cluster.pod(*id).namespace));
        Self {
            of: of.collect(),
            definitions: network.definitions.clone(),
            cluster,
            pods: all,
            workloads,
            addresses,
        }
    }

    /// Holds what is emitted against what shall go over the network.
    fn proved(
        self,
        ground: Ground<'_>,
        on: Id<model::Cluster>,
        id: Id<NetworkIn>,
        calls: &Calls<'_>,
    ) -> Beyond {
        let (wanted, because) = self.wanted(ground, on, id, calls);
        let (differences, too_much) = match compare(&self.cluster, &wanted, &self.of) {
            Ok(differences) => (differences, None),
            Err(too_much) => (Vec::new(), Some(too_much)),
        };
        Beyond {
            name: ground.estate.networks[id].spec.name.value.to_string(),
            definitions: self.definitions,
            cluster: self.cluster,
            pods: self.pods,
            wanted,
            because,
            differences,
            too_much,
        }
    }

    fn wanted(
        &self,
        ground: Ground<'_>,
        on: Id<model::Cluster>,
        id: Id<NetworkIn>,
        calls: &Calls<'_>,
    ) -> (Vec<Wanted>, Vec<Option<usize>>) {
        let (estate, network) = (ground.estate, &ground.estate.networks[id]);
        let outside = outside::Outside::of(estate, on);
        let ranges = Ranges::of(network);
        let (mut wanted, mut because) = (Vec::new(), Vec::new());
        for (caller, pods) in &self.workloads {
            let from = || Ends::Pods(pods.clone());
            let carries = carries_default(estate, *caller, id);
            for (at, flow) in calls.get(caller).into_iter().flatten() {
                let to = match &flow.to {
                    Peer::Workload(called) => match self.workloads.get(called) {
                        Some(pods) => Ends::Pods(pods.clone()),
                        None => continue,
                    },
                    Peer::Platform(service) => {
                        let site = site::find(estate, ground.platform, on, *service);
                        let cidrs = site.map(|site| site.addresses).unwrap_or_default();
                        let each = cidrs.iter().map(|it| exactly(*it));
                        Ends::Addresses(self.beyond(&ranges, carries, each))
                    }
                    peer => {
                        let each = outside.each(peer);
                        Ends::Addresses(self.beyond(&ranges, carries, each.into_iter()))
                    }
                };
                if !to.is_empty() {
                    wanted.push(Wanted {
                        from: from(),
                        to,
                        ports: expected::ports(&flow.ports),
                    });
                    because.push(Some(*at));
                }
            }
            let resolvers = network.spec.dns.iter().flat_map(|dns| &dns.addresses);
            let resolvers = resolvers.map(|ip| Cidr::host(ip.value));
            let each = resolvers.map(exactly);
            let resolvers = self.beyond(&ranges, carries, each);
            if carries && !resolvers.is_empty() {
                let mut ports = PortSet::none();
                ports.add(tenantry_reach::Protocol::Tcp, 53, 53);
                ports.add(tenantry_reach::Protocol::Udp, 53, 53);
                wanted.push(Wanted {
                    from: from(),
                    to: Ends::Addresses(resolvers),
                    ports,
                });
                because.push(None);
            }
        }
        (wanted, because)
    }

    /// What of addresses is reached over the network. Each range comes with what it means; of the
    /// network's own only what is declared to lie within it.
    fn beyond(
        &self,
        ranges: &Ranges,
        carries: bool,
        each: impl Iterator<Item = (IpNet, Addresses)>,
    ) -> Addresses {
        let mut all = Addresses::none();
        for (said, meant) in each {
            let inner = Addresses::block(said).without(&ranges.own).is_empty();
            let meant = match inner {
                true => meant,
                false => meant.without(&ranges.own),
            };
            all.extend(&match carries {
                true => meant,
                false => meant.and(&ranges.reached),
            });
        }
        all.without(&self.addresses)
    }
}

/// The ranges of a network.
struct Ranges {
    /// Its own.
    own: Addresses,
    /// Those, and those to which it has routes.
    reached: Addresses,
}

impl Ranges {
    fn of(network: &NetworkIn) -> Self {
        let own = [network.spec.cidr, network.spec.cidr6];
        let own: Vec<Cidr> = own.into_iter().flatten().map(|it| it.value).collect();
        let own = outside::exactly(&own);
        let routes: Vec<Cidr> = network.spec.route.iter().map(|it| it.cidr.value).collect();
        let mut reached = own.clone();
        reached.extend(&outside::exactly(&routes));
        Self { own, reached }
    }
}

/// A range of which all is meant.
fn exactly(cidr: Cidr) -> (IpNet, Addresses) {
    (cidr.get(), Addresses::block(cidr.get()))
}

/// Whether a workload's way to everywhere leads over a network: that of its first interface.
fn carries_default(estate: &Estate, workload: Id<Workload>, network: Id<NetworkIn>) -> bool {
    let first = estate.workloads[workload].nics.first();
    first
        .and_then(|nic| nic.network)
        .is_some_and(|first| first.to == network)
}
