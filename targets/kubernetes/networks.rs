//! The policies of networks beside the pod network (MultiNetworkPolicies), where the cluster's CNI
//! attaches these itself and holds policies there.
//!
//! Each such network is closed in each namespace that is on it, and each workload has one policy
//! with what may go over it. Whoever holds these policies doesn't know which pod has which address,
//! so that peers are addresses and never labels. A pod that borrows another's address gains nothing:
//! its own policy bounds whom it calls and by whom it is called, whatever it calls itself.
//!
//! A flow between workloads may go over every network that both are on. One that leaves the cluster
//! may go over the network of the first interface, which carries the default route, and over those
//! whose own range or routes hold the address.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::{
    api::networking::v1::{NetworkPolicyPeer, NetworkPolicySpec},
    apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta},
};
use tenantry_core::{
    emit::{Need, Objects},
    flows::{
        Peer,
        blocks::{Block, Blocks, holes},
        cni, site,
    },
    lower::{Lowered, LoweredCluster, LoweredTenant, LoweredWorkload, RuleGroup},
    model::{Cluster, Id, NetworkIn, Workload},
    schema::kinds::CniAbility,
    units::{Cidr, Ip},
};

use super::{
    NAME,
    policy::{self, Declared, Rules},
};
use crate::kube::{Custom, Scope, attachment};

/// Emits the policies of a cluster's further networks, where something holds them.
pub(super) fn emit(lowered: &Lowered<'_>, cluster: &LoweredCluster, out: &mut Objects) {
    if !cni::can(
        &lowered.estate.clusters[cluster.id],
        CniAbility::MultiNetwork,
    ) {
        return;
    }
    let networks = Networks {
        lowered,
        on: cluster.id,
        blocks: Blocks::of(lowered.estate, cluster.id),
        members: members(lowered, cluster),
    };
    out.each(&cluster.tenants, |tenant, out| networks.tenant(tenant, out));
}

/// Who is on a network.
#[derive(Debug, Default)]
struct Members {
    /// The addresses of each workload.
    workloads: BTreeMap<Id<Workload>, Vec<Cidr>>,
    /// Those of all.
    addresses: BTreeSet<Ip>,
}

fn members(lowered: &Lowered<'_>, cluster: &LoweredCluster) -> BTreeMap<Id<NetworkIn>, Members> {
    let estate = lowered.estate;
    let mut all: BTreeMap<Id<NetworkIn>, Members> = BTreeMap::new();
    for (_, plan) in lowered.workloads(cluster) {
        let workload = &estate.workloads[plan.id];
        for nic in &workload.nics {
            let Some(network) = cni::policed(estate, workload, nic) else {
                continue;
            };
            let members = all.entry(network).or_default();
            let own = members.workloads.entry(plan.id).or_default();
            let instances = plan.instances.iter();
            let name = nic.spec.name.value.as_str();
            for address in instances.filter_map(|it| it.addresses.get(name)) {
                own.push(Cidr::host(address.ip()));
                members.addresses.insert(address.ip());
            }
        }
    }
    all
}

/// What all policies of a cluster's further networks share.
struct Networks<'l> {
    lowered: &'l Lowered<'l>,
    on: Id<Cluster>,
    blocks: Blocks,
    members: BTreeMap<Id<NetworkIn>, Members>,
}

impl Networks<'_> {
    fn tenant(&self, tenant: &LoweredTenant, out: &mut Objects) {
        let estate = self.lowered.estate;
        let mut closed = BTreeSet::new();
        for plan in &tenant.workloads {
            let workload = &estate.workloads[plan.id];
            let nics = workload.nics.iter();
            let own: BTreeSet<_> = nics
                .filter_map(|nic| cni::policed(estate, workload, nic))
                .collect();
            for network in own {
                if closed.insert(network) {
                    self.closed(tenant, network, out);
                }
                self.workload(tenant, plan, network, out);
            }
        }
    }

    /// Nothing in and nothing out, for every pod of the namespace that is attached to the network.
    fn closed(&self, tenant: &LoweredTenant, network: Id<NetworkIn>, out: &mut Objects) {
        let spec = &self.lowered.estate.networks[network];
        let scope = Scope::tenant(NAME, self.lowered.estate, self.on, tenant)
            .because(spec.spec.meta.origin);
        let name = attachment::name(spec);
        let none = [(); 2].map(|()| (Rules::new(), Declared::new()));
        push(&scope, spec, &name, LabelSelector::default(), none, out);
    }

    /// What of a workload's flows may go over the network.
    fn workload(
        &self,
        tenant: &LoweredTenant,
        plan: &LoweredWorkload,
        network: Id<NetworkIn>,
        out: &mut Objects,
    ) {
        let estate = self.lowered.estate;
        let Some(members) = self.members.get(&network) else {
            return;
        };
        let way = Way::of(&estate.workloads[plan.id], network, self, members);
        let ingress = self.rules(&plan.ingress, members, None);
        let mut egress = self.rules(&plan.egress, members, Some(&way));
        way.resolvers(&mut egress);
        if ingress.is_empty() && egress.is_empty() {
            return;
        }
        let scope = Scope::workload(NAME, estate, self.on, tenant, plan);
        // With a dot, so that it is no other network's.
        let name = format!("{}.{}", attachment::name(way.network), plan.name);
        let others = policy::called(&plan.egress);
        let rules = [
            (ingress, policy::declared(estate, &[plan.id])),
            (egress, policy::declared(estate, &others)),
        ];
        push(&scope, way.network, &name, scope.selector(), rules, out);
    }

    /// The rules of one direction: workloads by their addresses on the network and, where `way` says
    /// how, what is outside.
    fn rules(&self, groups: &[RuleGroup], members: &Members, way: Option<&Way<'_>>) -> Rules {
        let mut rules = Rules::new();
        for group in groups {
            for rule in &group.peers {
                let peers = match (&rule.peer, way) {
                    (Peer::Workload(id), _) => {
                        let addresses = members.workloads.get(id).into_iter().flatten();
                        addresses.map(|it| policy::block(*it, Vec::new())).collect()
                    }
                    (peer, Some(way)) => way.peers(self.outside(peer)),
                    (_, None) => Vec::new(),
                };
                policy::add(&mut rules, &group.ports, peers, rule.origin);
            }
        }
        rules
    }

    /// The addresses of an end that is no workload.
    fn outside(&self, peer: &Peer) -> Vec<Block> {
        let Peer::Platform(service) = peer else {
            return self.blocks.of_peer(peer);
        };
        let (estate, platform) = (self.lowered.estate, self.lowered.platform);
        let site = site::find(estate, platform, self.on, *service);
        let addresses = site.map(|site| site.addresses).unwrap_or_default();
        addresses.into_iter().map(|it| (it, Vec::new())).collect()
    }
}

/// What of the outside a workload reaches over a network.
struct Way<'l> {
    network: &'l NetworkIn,
    members: &'l Members,
    /// The network's own ranges.
    own: Vec<Cidr>,
    /// The ranges that lie that way, those among them; none for everything.
    routed: Option<Vec<Cidr>>,
}

impl<'l> Way<'l> {
    fn of(
        workload: &Workload,
        network: Id<NetworkIn>,
        networks: &Networks<'l>,
        members: &'l Members,
    ) -> Self {
        let first = workload.nics.first().and_then(|nic| nic.network);
        let is_first = first.is_some_and(|first| first.to == network);
        let network = &networks.lowered.estate.networks[network];
        let spec = &network.spec;
        let own: Vec<Cidr> = [&spec.cidr, &spec.cidr6]
            .into_iter()
            .flatten()
            .map(|range| range.value)
            .collect();
        let routes = spec.route.iter().map(|route| route.cidr.value);
        let routed = own.iter().copied().chain(routes).collect();
        Self {
            network,
            members,
            own,
            routed: (!is_first).then_some(routed),
        }
    }

    fn peers(&self, blocks: Vec<Block>) -> Vec<NetworkPolicyPeer> {
        let parts = blocks.iter().flat_map(|block| self.over(block));
        parts
            .map(|(cidr, except)| policy::block(cidr, except))
            .collect()
    }

    /// What of a block lies that way. The network's own range is inside of the estate, so that of
    /// a block that reaches beyond it nothing there is meant; one that lies within it is whoever
    /// else is on the wire, without the workloads.
    fn over(&self, (cidr, except): &Block) -> Vec<Block> {
        let mut parts: Vec<Cidr> = match &self.routed {
            None => vec![*cidr],
            Some(ranges) => {
                let shared = ranges.iter().filter(|range| range.overlaps(*cidr));
                shared
                    .map(|range| *range.max(cidr))
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect()
            }
        };
        let within = self.own.iter().any(|range| range.contains_net(*cidr));
        let known = parts.clone();
        parts.retain(|part| {
            let mut wider = known.iter().filter(|other| *other != part);
            !wider.any(|other| other.contains_net(*part))
        });
        let parts = parts.into_iter();
        parts
            .filter_map(|part| {
                let mut shut = except.clone();
                let own = self.own.iter().filter(|range| range.overlaps(part));
                shut.extend(own.filter(|_| !within));
                if shut.len() == except.len() {
                    let others = self.members.addresses.range(part.first()..=part.last());
                    shut.extend(others.map(|ip| Cidr::host(*ip)));
                }
                let left = !shut.iter().any(|hole| hole.contains_net(part));
                left.then(|| (part, holes(part, &shut)))
            })
            .collect()
    }

    /// The resolvers that the first interface brings are asked over its network.
    fn resolvers(&self, rules: &mut Rules) {
        let Some(dns) = self.network.spec.dns.as_ref() else {
            return;
        };
        if self.routed.is_some() {
            return;
        }
        let addresses = dns.addresses.iter().map(|ip| Cidr::host(ip.value));
        let peers = self.peers(addresses.map(|it| (it, Vec::new())).collect());
        policy::add(rules, &site::DNS_PORTS, peers, dns.meta.origin);
    }
}

/// One policy of a network.
fn push(
    scope: &Scope<'_>,
    network: &NetworkIn,
    name: &str,
    selector: LabelSelector,
    rules: [(Rules, Declared); 2],
    out: &mut Objects,
) {
    let mut metadata: ObjectMeta = scope.metadata(name);
    let namespace = metadata.namespace.clone().unwrap_or_default();
    metadata.annotations.get_or_insert_default().insert(
        attachment::POLICY_FOR.to_owned(),
        attachment::path(network, &namespace),
    );
    let (api_version, kind) = attachment::POLICY;
    let draft = policy::draft(selector, rules, |spec: NetworkPolicySpec| {
        scope.object(&Custom {
            api_version,
            kind,
            metadata,
            spec,
        })
    });
    draft.need(Need::Component("ovn")).push(out);
}

#[cfg(test)]
mod tests;
