//! The flows that the spec declares, and what a target adds for a workload's life on it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Flow, FlowSet, Peer, Port, Reason, Service, cni, rules, site};
use crate::{
    check::Checked,
    diag::Findings,
    model::{
        Connect, Estate, Expose, External, Id, Offer, OfferTo, Target as Connected, Tenant,
        Workload,
    },
    outcome::Outcome,
    schema::kinds::{CniAbility, Via},
    target::Target,
    units::{Cidr, Host},
};

/// Collects the flows of every cluster.
pub fn collect(checked: &Checked<'_>, targets: &[&dyn Target]) -> Outcome<FlowSet> {
    let estate = checked.estate();
    let mut findings = Findings::new();
    let mut set = FlowSet::default();
    let mut unoffered = Vec::new();
    for (cluster, spec) in estate.clusters.iter() {
        let mut flows = Vec::new();
        for (id, _) in estate.workloads_of(cluster) {
            connects(checked, id, &mut flows, &mut unoffered, &mut findings);
            exposes(&estate.workloads[id], id, &mut flows);
        }
        for target in targets.iter().filter(|target| target.serves(spec)) {
            flows.extend(target.traffic(checked, cluster, checked.platform()));
        }
        flows.sort_by(|a, b| {
            (&a.from, &a.to, &a.ports, &a.reason).cmp(&(&b.from, &b.to, &b.ports, &b.reason))
        });
        flows.dedup();
        set.clusters.push((cluster, flows));
    }
    findings.extend(not_offered(estate, &unoffered));
    unanswered(estate, &mut findings);
    Outcome::new(set, findings)
}

fn connects<'e>(
    checked: &Checked<'e>,
    id: Id<Workload>,
    flows: &mut Vec<Flow>,
    unoffered: &mut Vec<Unoffered<'e>>,
    findings: &mut Findings,
) {
    let estate = checked.estate();
    let workload = &estate.workloads[id];
    for connect in &workload.connects {
        let to = match connect.to {
            Connected::Workload(other)
                if estate.workloads[other.to].cluster != workload.cluster =>
            {
                flows.extend(abroad(estate, id, other.to, connect, findings));
                continue;
            }
            Connected::Workload(other) => {
                if !permitted(estate, id, other.to, connect, unoffered) {
                    continue;
                }
                vec![Peer::Workload(other.to)]
            }
            Connected::External(system) => {
                let spec = &estate.externals[system.to];
                let narrowed = connect.cidr.is_some() || connect.host.is_some();
                let (cidrs, hosts) = if narrowed {
                    narrow(connect)
                } else {
                    (spec.cidrs(), spec.hosts())
                };
                outside(Some(system.to), cidrs, hosts)
            }
            Connected::Internet => {
                let (cidrs, hosts) = narrow(connect);
                outside(None, cidrs, hosts)
            }
            Connected::Platform(service) => vec![Peer::Platform(service)],
        };
        let ports = match connect.to {
            Connected::Platform(service) if connect.ports.is_empty() => {
                usual(checked, workload, service)
            }
            _ => connect.ports.clone(),
        };
        if ports.is_empty() {
            continue;
        }
        flows.extend(to.into_iter().map(|to| Flow {
            from: Peer::Workload(id),
            to,
            ports: ports.clone(),
            reason: Reason::Declared,
            origin: connect.spec.meta.origin,
        }));
    }
}

/// What a connection to the outside is narrowed to.
fn narrow(connect: &Connect) -> (Vec<Cidr>, Vec<Host>) {
    let cidrs = connect.cidr.iter().map(|cidr| cidr.value);
    let hosts = connect.host.iter().map(|host| host.value.clone());
    (cidrs.collect(), hosts.collect())
}

/// An outside end by its addresses, and one by its names: they are kept by other means.
fn outside(system: Option<Id<External>>, cidrs: Vec<Cidr>, hosts: Vec<Host>) -> Vec<Peer> {
    let peer = |cidrs, hosts| Peer::External {
        system,
        cidrs,
        hosts,
    };
    if cidrs.is_empty() || hosts.is_empty() {
        return vec![peer(cidrs, hosts)];
    }
    vec![peer(cidrs, Vec::new()), peer(Vec::new(), hosts)]
}

/// The ports of a part of the platform. None where the spec doesn't say where it is, which was
/// reported, or where there is none, which was too.
fn usual(checked: &Checked<'_>, workload: &Workload, service: Service) -> Vec<Port> {
    let (estate, on) = (checked.estate(), workload.cluster);
    if !estate.clusters[on].is_kubernetes() {
        return match service {
            Service::Dns => site::DNS_PORTS.to_vec(),
            _ => Vec::new(),
        };
    }
    site::find(estate, checked.platform(), on, service).map_or_else(|_| Vec::new(), |it| it.ports)
}

/// A connection to another cluster leaves ours for the other one's edge, where the port is
/// exposed: selectors reach no further than their own cluster.
fn abroad(
    estate: &Estate,
    id: Id<Workload>,
    other: Id<Workload>,
    connect: &Connect,
    findings: &mut Findings,
) -> Vec<Flow> {
    let (from, target) = (&estate.workloads[id], &estate.workloads[other]);
    let mut flows = Vec::new();
    for port in &connect.ports {
        // A broken `expose` was reported where it stands.
        let told = estate.is_tainted(other);
        let ways = || target.exposes.iter().filter(|expose| expose.port == *port);
        let Some(expose) = ways().next() else {
            if !told {
                findings.push(rules::not_exposed(estate, from, target, connect));
            }
            break;
        };
        // Of several ways in one will do of which it is known where it is.
        let found = ways().find_map(|way| Some((way, edge(estate, from, target, way)?)));
        match found {
            Some((expose, to)) => flows.push(Flow {
                from: Peer::Workload(id),
                to,
                ports: vec![edge_port(expose)],
                reason: Reason::Declared,
                origin: connect.spec.meta.origin,
            }),
            None if told => {}
            None => {
                findings.push(rules::edge_unknown(estate, from, target, connect, expose));
                break;
            }
        }
    }
    flows
}

/// Where an exposed port is reached from outside its cluster: the addresses of the gateway, or
/// the workload's own network, where they are known; else the name that it answers under, for
/// callers whose policies know names. Never everywhere.
fn edge(estate: &Estate, from: &Workload, target: &Workload, expose: &Expose) -> Option<Peer> {
    let cidrs = edge_addresses(estate, target, expose);
    let caller = &estate.clusters[from.cluster];
    let follows_names = caller.is_kubernetes() && cni::can(caller, CniAbility::Fqdn);
    let named = cidrs.is_empty() && follows_names;
    let host = expose.spec.host.as_ref().filter(|_| named);
    if cidrs.is_empty() && host.is_none() {
        return None;
    }
    Some(Peer::External {
        system: None,
        cidrs,
        hosts: host.map(|host| host.value.clone()).into_iter().collect(),
    })
}

fn edge_addresses(estate: &Estate, target: &Workload, expose: &Expose) -> Vec<Cidr> {
    let plan = estate.clusters[target.cluster].spec.network_plan.as_ref();
    match (&expose.spec.ip, expose.spec.via.value) {
        (Some(ip), _) => vec![Cidr::host(ip.value)],
        (None, Via::Direct) => {
            let networks = target.nics.iter().filter_map(|nic| nic.network);
            networks
                .map(|network| &estate.networks[network.to].spec)
                .flat_map(|network| [network.cidr, network.cidr6])
                .flatten()
                .map(|cidr| cidr.value)
                .collect()
        }
        // The port of the nodes is chosen by the cluster.
        (None, Via::NodePort) => Vec::new(),
        (None, Via::Gateway | Via::Ingress | Via::LoadBalancer | Via::SshGateway) => {
            let pool = plan.and_then(|plan| plan.gateway_pool.as_ref());
            pool.map(|pool| pool.cidr.value).into_iter().collect()
        }
    }
}

/// A gateway answers on the ports of the web; everything else on the port itself.
fn edge_port(expose: &Expose) -> Port {
    match expose.spec.via.value {
        Via::Gateway | Via::Ingress => Port::tcp(if expose.spec.tls.value { 443 } else { 80 }),
        Via::LoadBalancer | Via::NodePort | Via::SshGateway | Via::Direct => expose.port,
    }
}

/// Whether a connection inside a cluster may be: inside a tenant always, between tenants when
/// the other side offers the port.
fn permitted<'e>(
    estate: &'e Estate,
    id: Id<Workload>,
    other: Id<Workload>,
    connect: &'e Connect,
    unoffered: &mut Vec<Unoffered<'e>>,
) -> bool {
    let workload = &estate.workloads[id];
    let target = &estate.workloads[other];
    if target.tenant == workload.tenant {
        return true;
    }
    let missing = connect
        .ports
        .iter()
        .find(|port| !offered(estate, id, other, **port));
    // What a broken workload offers is not known, and what is wrong with it was reported; so was a
    // port that it does not have, called or offered.
    let told = |port: &&Port| {
        let mut offers = target.offers.iter();
        estate.is_tainted(other)
            || !target.listens_on(estate, **port)
            || offers.any(|it| made_to(estate, it, id) && !target.listens_on(estate, it.port))
    };
    if let Some(port) = missing.filter(|port| !told(port)) {
        let meant = target
            .offers
            .iter()
            .find(|offer| made_to(estate, offer, id) && !calls_on(workload, other, offer.port))
            .or_else(|| to_nobody(estate, other, *port));
        unoffered.push(Unoffered {
            from: workload,
            to: other,
            connect,
            port: *port,
            meant,
        });
    }
    missing.is_none()
}

/// A connection to another tenant that has no other half.
struct Unoffered<'e> {
    from: &'e Workload,
    to: Id<Workload>,
    connect: &'e Connect,
    port: Port,
    /// What is offered instead, by a slip of one side or the other.
    meant: Option<&'e Offer>,
}

/// One finding for each `offer` that lacks, however many of a tenant call for it.
fn not_offered(estate: &Estate, unoffered: &[Unoffered<'_>]) -> Findings {
    let mut lacking: BTreeMap<_, Vec<&Unoffered<'_>>> = BTreeMap::new();
    for (at, one) in unoffered.iter().enumerate() {
        // On another port than what is offered each caller may be wrong by itself.
        let is_own = one.meant.is_some_and(|offer| offer.port != one.port)
            || rules::silences_not_offered(one.from, one.connect);
        let lack = (one.to, one.port, one.from.tenant, is_own.then_some(at));
        lacking.entry(lack).or_default().push(one);
    }
    let told = lacking.into_values().filter_map(|all| {
        let first = all.first()?;
        let callers: Vec<(&Workload, &Connect)> =
            all.iter().map(|one| (one.from, one.connect)).collect();
        let target = &estate.workloads[first.to];
        rules::not_offered(estate, &callers, target, first.port, first.meant)
    });
    told.collect()
}

/// An offer of a port to a tenant of its own: a slip, for within a tenant nothing is offered.
fn to_nobody(estate: &Estate, owner: Id<Workload>, port: Port) -> Option<&Offer> {
    let mut offers = estate.workloads[owner].offers.iter();
    offers.find(|offer| offer.port == port && is_own(estate, owner, offer))
}

/// Whether an offer is made to the tenant of who makes it.
fn is_own(estate: &Estate, owner: Id<Workload>, offer: &Offer) -> bool {
    let to = match offer.to {
        OfferTo::Tenant(tenant) => tenant.to,
        OfferTo::Workload(workload) => estate.workloads[workload.to].tenant,
    };
    to == estate.workloads[owner].tenant
}

/// Whether a workload offers a port to another one.
fn offered(estate: &Estate, caller: Id<Workload>, owner: Id<Workload>, port: Port) -> bool {
    let mut offers = estate.workloads[owner].offers.iter();
    offers.any(|offer| offer.port == port && made_to(estate, offer, caller))
}

/// Whether an offer is made to a workload, or to its tenant.
fn made_to(estate: &Estate, offer: &Offer, caller: Id<Workload>) -> bool {
    match offer.to {
        OfferTo::Tenant(tenant) => tenant.to == estate.workloads[caller].tenant,
        OfferTo::Workload(workload) => workload.to == caller,
    }
}

/// Whether a workload connects to another one on a port.
fn calls_on(workload: &Workload, other: Id<Workload>, port: Port) -> bool {
    workload.connects.iter().any(|connect| {
        connect.ports.contains(&port)
            && matches!(connect.to, Connected::Workload(to) if to.to == other)
    })
}

/// Every offer is answered by a connection of whom it is made to: a door in a wall that nobody
/// asked for is a mistake of one side or the other. What a broken workload connects to is not
/// known, and of who connects on another port that was told.
fn unanswered(estate: &Estate, findings: &mut Findings) {
    // Ports that somebody of another tenant connects to without their being offered.
    let mut wanted = BTreeSet::new();
    let mut taken = BTreeSet::new();
    let mut takers = BTreeSet::new();
    let mut mistaken = BTreeSet::new();
    for (id, workload) in estate.workloads.iter() {
        for connect in &workload.connects {
            if let Connected::Workload(other) = connect.to {
                for port in &connect.ports {
                    taken.insert((other.to, *port, workload.tenant));
                    takers.insert((other.to, *port, id));
                    if estate.workloads[other.to].tenant != workload.tenant
                        && !offered(estate, id, other.to, *port)
                    {
                        wanted.insert((other.to, *port));
                    }
                    if !offered(estate, id, other.to, *port) {
                        mistaken.insert((other.to, workload.tenant));
                    }
                }
            }
        }
    }
    let broken: BTreeSet<Id<Tenant>> = estate
        .workloads
        .iter()
        .filter(|(id, _)| estate.is_tainted(*id))
        .map(|(_, workload)| workload.tenant)
        .chain(estate.bereft.iter().copied())
        .collect();
    for (id, workload) in estate.workloads.iter() {
        for offer in &workload.offers {
            let answered = match offer.to {
                OfferTo::Tenant(to) => {
                    broken.contains(&to.to)
                        || taken.contains(&(id, offer.port, to.to))
                        || mistaken.contains(&(id, to.to))
                }
                OfferTo::Workload(to) => {
                    estate.is_tainted(to.to)
                        || takers.contains(&(id, offer.port, to.to))
                        || mistaken.contains(&(id, estate.workloads[to.to].tenant))
                }
            };
            // That nobody offers what is wanted was told, with the slip.
            let told = is_own(estate, id, offer) && wanted.contains(&(id, offer.port));
            if !answered && !told && !estate.is_tainted(id) {
                findings.push(rules::offer_unanswered(estate, workload, offer));
            }
        }
    }
}

/// What outside clients reach comes in through the gateway, or from their own addresses where
/// nothing stands in between.
fn exposes(workload: &Workload, id: Id<Workload>, flows: &mut Vec<Flow>) {
    for expose in &workload.exposes {
        let from = if expose.through_gateway() {
            Peer::Platform(Service::Ingress)
        } else {
            Peer::Clients(expose.clients.clone())
        };
        flows.push(Flow {
            from,
            to: Peer::Workload(id),
            ports: vec![expose.port],
            reason: Reason::Derived("expose".into()),
            origin: expose.spec.meta.origin,
        });
    }
}
