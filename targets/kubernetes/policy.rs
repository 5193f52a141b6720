//! NetworkPolicies. Each namespace is closed and may ask the resolver; on top of that each
//! workload has one policy with all that it may call and all that may call it.
//!
//! A peer is always a namespace and a workload in one element: as two elements they would be
//! alternatives, and let in the whole namespace. Rules are never without peers or ports, which
//! would stand for all of them. Ports are numbers: names are resolved differently from one pod
//! network to the next.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::networking::v1::{
        IPBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule,
        NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec,
    },
    apimachinery::pkg::{apis::meta::v1::LabelSelector, util::intstr::IntOrString},
};
use tenantry_core::{
    emit::Objects,
    flows::{Peer, Port, Service, blocks::Blocks, site},
    lower::{
        Lowered, LoweredCluster, LoweredTenant, LoweredWorkload, RuleGroup, Sides,
        names::WORKLOAD_LABEL,
    },
    model::{Cluster, Estate, Id, Workload},
    origin::OriginId,
    units::{Cidr, Ports},
};

use super::NAME;
use crate::kube::{Draft, Scope};

/// The label that the API server itself puts on every namespace; nobody can borrow it.
pub(super) const NAMESPACE_LABEL: &str = "kubernetes.io/metadata.name";

/// The name of each namespace's own policy.
pub(super) const DEFAULT_DENY: &str = "default-deny";

/// Emits the policies of a cluster.
pub(super) fn emit(lowered: &Lowered<'_>, cluster: &LoweredCluster, out: &mut Objects) {
    let policies = Policies {
        lowered,
        on: cluster.id,
        blocks: Blocks::of(lowered.estate, cluster.id),
    };
    out.each(&cluster.tenants, |tenant, out| {
        policies.closed(tenant, out);
        for workload in &tenant.workloads {
            policies.workload(tenant, workload, out);
        }
        policies.importer(tenant, out);
    });
}

/// What all policies of a cluster share.
pub(super) struct Policies<'l> {
    pub(super) lowered: &'l Lowered<'l>,
    pub(super) on: Id<Cluster>,
    blocks: Blocks,
}

/// Peers by port set, each with the reason why it is there. Ports and peers are never empty.
pub(super) type Rules = BTreeMap<Vec<Port>, Vec<(NetworkPolicyPeer, OriginId)>>;

/// Ports, and the place where each is declared.
pub(super) type Declared = Vec<(Ports, OriginId)>;

impl Policies<'_> {
    /// Nothing in, nothing out but what every pod of the namespace may: ask the resolver.
    fn closed(&self, tenant: &LoweredTenant, out: &mut Objects) {
        let scope = Scope::tenant(NAME, self.lowered.estate, self.on, tenant);
        let rules = self.sides(&tenant.every);
        push(&scope, DEFAULT_DENY, LabelSelector::default(), rules, out);
    }

    /// What a workload may do beyond that.
    fn workload(&self, tenant: &LoweredTenant, workload: &LoweredWorkload, out: &mut Objects) {
        let ingress = self.rules(&workload.ingress, &[]);
        let egress = self.rules(&workload.egress, &tenant.every.egress);
        if ingress.is_empty() && egress.is_empty() {
            return;
        }
        let scope = Scope::workload(NAME, self.lowered.estate, self.on, tenant, workload);
        let (own, others) = ([workload.id], called(&workload.egress));
        let rules = [
            (ingress, declared(self.lowered.estate, &own)),
            (egress, declared(self.lowered.estate, &others)),
        ];
        push(&scope, &workload.name, scope.selector(), rules, out);
    }

    /// Both directions of pods that are no workload's, so that no spec declares their ports.
    pub(super) fn sides(&self, sides: &Sides) -> [(Rules, Declared); 2] {
        [&sides.ingress, &sides.egress].map(|groups| (self.rules(groups, &[]), Vec::new()))
    }

    /// The rules of one direction, but for what is said already of the whole namespace.
    fn rules(&self, groups: &[RuleGroup], said: &[RuleGroup]) -> Rules {
        let mut rules = Rules::new();
        for group in groups {
            for rule in &group.peers {
                let known = ports_of(said, &rule.peer);
                let ports: Vec<Port> = group
                    .ports
                    .iter()
                    .filter(|port| !known.contains(port))
                    .copied()
                    .collect();
                add(&mut rules, &ports, self.peers(&rule.peer), rule.origin);
            }
        }
        rules
    }

    /// An end of a flow. Names have no place in these policies; another kind holds them.
    fn peers(&self, peer: &Peer) -> Vec<NetworkPolicyPeer> {
        let estate = self.lowered.estate;
        match peer {
            Peer::Workload(id) => vec![self.workload_peer(*id)],
            Peer::Platform(service) => self.platform(*service),
            Peer::Namespace(tenant) => vec![both(
                estate.tenants[*tenant].namespace.value.as_str(),
                LabelSelector::default(),
            )],
            Peer::Importer(tenant) => vec![both(
                estate.tenants[*tenant].namespace.value.as_str(),
                labels([site::IMPORTER]),
            )],
            Peer::External { .. } | Peer::Clients(_) => {
                let blocks = self.blocks.of_peer(peer).into_iter();
                blocks.map(|(cidr, except)| block(cidr, except)).collect()
            }
        }
    }

    /// A part of the platform.
    fn platform(&self, service: Service) -> Vec<NetworkPolicyPeer> {
        let (estate, platform) = (self.lowered.estate, self.lowered.platform);
        let Ok(site) = site::find(estate, platform, self.on, service) else {
            // `missing-fact` has stopped the build of such an estate.
            return Vec::new();
        };
        let pods = site.pods.iter().map(pods);
        let addresses = site.addresses.iter().map(|cidr| block(*cidr, Vec::new()));
        pods.chain(addresses).collect()
    }

    fn workload_peer(&self, id: Id<Workload>) -> NetworkPolicyPeer {
        let estate = self.lowered.estate;
        let workload = &estate.workloads[id];
        let namespace = estate.tenants[workload.tenant].namespace.value.as_str();
        both(
            namespace,
            labels([(WORKLOAD_LABEL, workload.name.value.as_str())]),
        )
    }
}

/// Where the ports of workloads are declared.
pub(super) fn declared(estate: &Estate, workloads: &[Id<Workload>]) -> Declared {
    let ports = workloads
        .iter()
        .flat_map(|id| estate.workloads[*id].spec.ports());
    ports
        .map(|port| (port.number.value, port.meta.origin))
        .collect()
}

/// The ports on which a peer is among these.
fn ports_of<'g>(groups: &'g [RuleGroup], peer: &Peer) -> &'g [Port] {
    let mut groups = groups.iter();
    let found = groups.find(|group| group.peers.iter().any(|rule| rule.peer == *peer));
    found.map_or(&[], |group| &group.ports)
}

/// The workloads among those that are called.
pub(super) fn called(groups: &[RuleGroup]) -> Vec<Id<Workload>> {
    let peers = groups.iter().flat_map(|group| &group.peers);
    peers
        .filter_map(|rule| match rule.peer {
            Peer::Workload(id) => Some(id),
            _ => None,
        })
        .collect()
}

pub(super) fn add(
    rules: &mut Rules,
    ports: &[Port],
    peers: Vec<NetworkPolicyPeer>,
    origin: OriginId,
) {
    if ports.is_empty() || peers.is_empty() {
        return;
    }
    let known = rules.entry(ports.to_vec()).or_default();
    for peer in peers {
        if !known.iter().any(|(other, _)| *other == peer) {
            known.push((peer, origin));
        }
    }
}

fn pods(pods: &site::Pods) -> NetworkPolicyPeer {
    let labels = labels(
        pods.labels
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str())),
    );
    both(&pods.namespace, labels)
}

/// Pods of a namespace: both selectors in one element.
fn both(namespace: &str, pods: LabelSelector) -> NetworkPolicyPeer {
    NetworkPolicyPeer {
        namespace_selector: Some(labels([(NAMESPACE_LABEL, namespace)])),
        pod_selector: Some(pods),
        ..NetworkPolicyPeer::default()
    }
}

pub(super) fn labels<'a>(labels: impl IntoIterator<Item = (&'a str, &'a str)>) -> LabelSelector {
    let labels = labels.into_iter();
    LabelSelector {
        match_labels: Some(
            labels
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
        ),
        ..LabelSelector::default()
    }
}

pub(super) fn block(cidr: Cidr, except: Vec<Cidr>) -> NetworkPolicyPeer {
    let except: Vec<String> = except.iter().map(Cidr::to_string).collect();
    NetworkPolicyPeer {
        ip_block: Some(IPBlock {
            cidr: cidr.to_string(),
            except: (!except.is_empty()).then_some(except),
        }),
        ..NetworkPolicyPeer::default()
    }
}

fn port(port: &Port) -> NetworkPolicyPort {
    NetworkPolicyPort {
        end_port: (port.to > port.from).then(|| i32::from(port.to)),
        port: Some(IntOrString::Int(i32::from(port.from))),
        protocol: Some(port.protocol.name().to_owned()),
    }
}

/// One policy of what may come in and of what may go out, each with the places where its ports
/// are declared. Both directions are named, so that the lists mean all that is allowed.
pub(super) fn push(
    scope: &Scope<'_>,
    name: &str,
    selector: LabelSelector,
    rules: [(Rules, Declared); 2],
    out: &mut Objects,
) {
    let metadata = scope.metadata(name);
    let policy = |spec| NetworkPolicy {
        metadata,
        spec: Some(spec),
    };
    draft(selector, rules, |spec| scope.object(&policy(spec))).push(out);
}

/// The same as an object of any kind that says what it says in these words.
pub(super) fn draft(
    selector: LabelSelector,
    [(ingress, own), (egress, others)]: [(Rules, Declared); 2],
    make: impl FnOnce(NetworkPolicySpec) -> Draft,
) -> Draft {
    let origins = [
        ("ingress", "from", origins(&ingress, &own)),
        ("egress", "to", origins(&egress, &others)),
    ];
    let mut draft = make(NetworkPolicySpec {
        egress: some(egress, |ports, to| NetworkPolicyEgressRule {
            ports: Some(ports),
            to: Some(to),
        }),
        ingress: some(ingress, |ports, from| NetworkPolicyIngressRule {
            from: Some(from),
            ports: Some(ports),
        }),
        pod_selector: Some(selector),
        policy_types: Some(vec!["Ingress".to_owned(), "Egress".to_owned()]),
    });
    for (section, list, rules) in origins {
        for (at, (ports, peers)) in rules.iter().enumerate() {
            // The ports are there for the first who needs them, if nobody declares them.
            if let Some(first) = peers.first() {
                draft = draft.mark(&format!("/spec/{section}/{at}"), *first);
            }
            for (port, origin) in ports.iter().enumerate() {
                if let Some(origin) = origin {
                    draft = draft.mark(&format!("/spec/{section}/{at}/ports/{port}"), *origin);
                }
            }
            for (peer, origin) in peers.iter().enumerate() {
                draft = draft.mark(&format!("/spec/{section}/{at}/{list}/{peer}"), *origin);
            }
        }
    }
    draft
}

/// Of each rule, where its ports are declared and why its peers are there.
fn origins(rules: &Rules, declared: &Declared) -> Vec<(Vec<Option<OriginId>>, Vec<OriginId>)> {
    let declares = |port: &Port| {
        let mut known = declared.iter();
        let found = known.find(|(ports, _)| ports.contains(port.from) && ports.contains(port.to));
        found.map(|(_, origin)| *origin)
    };
    rules
        .iter()
        .map(|(ports, peers)| {
            (
                ports.iter().map(declares).collect(),
                peers.iter().map(|(_, origin)| *origin).collect(),
            )
        })
        .collect()
}

fn some<R>(
    rules: Rules,
    rule: impl Fn(Vec<NetworkPolicyPort>, Vec<NetworkPolicyPeer>) -> R,
) -> Option<Vec<R>> {
    let rules: Vec<R> = rules
        .into_iter()
        .map(|(ports, peers)| {
            let ports = ports.iter().map(port).collect();
            rule(ports, peers.into_iter().map(|(peer, _)| peer).collect())
        })
        .collect();
    (!rules.is_empty()).then_some(rules)
}

#[cfg(test)]
mod tests;
