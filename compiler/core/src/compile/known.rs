//! What an estate says of a cluster beside its flows: for questions about ends of which no flow
//! speaks.

use std::sync::Arc;

use crate::{
    flows::{Port, Service, ports_of_system, site},
    model::{Cluster, Estate, External, Id, OfferTo, Target, Workload},
    schema::kinds,
    units::Cidr,
};

/// What is known of a cluster.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Its workloads, by path.
    pub workloads: Vec<KnownWorkload>,
    /// The declared systems outside.
    pub externals: Vec<KnownExternal>,
    /// What is known of addresses, the most certain first.
    pub addresses: Vec<(Cidr, Whereabouts)>,
}

/// What a workload says of who may call it, and whom it calls.
#[derive(Debug, Clone)]
pub struct KnownWorkload {
    /// Its path: `acme.web`.
    pub path: Arc<str>,
    /// The ports that it listens on, by name.
    pub ports: Vec<(Arc<str>, Port)>,
    /// Its ports that it offers, and to whom: a tenant's name, or the path of a workload.
    pub offers: Vec<(Port, Arc<str>)>,
    /// Whom of other workloads it calls, by path, and on which ports.
    pub connects: Vec<(Arc<str>, Vec<Port>)>,
    /// Of a machine that has no part in the pod network of a cluster of Kubernetes: the networks
    /// that it is on.
    pub only_on: Vec<Arc<str>>,
}

/// What is declared of a system outside.
#[derive(Debug, Clone)]
pub struct KnownExternal {
    /// Its name.
    pub name: Arc<str>,
    /// Its addresses.
    pub cidrs: Vec<Cidr>,
    /// The ports that it declares, by name; those are all, unless it declares none.
    pub ports: Vec<(Arc<str>, Port)>,
}

/// What has an address of the cluster's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whereabouts {
    /// A part of the platform.
    Platform(Service),
    /// A node, by its name.
    Node(Arc<str>),
    /// Something in a range of the cluster's own: `pods`, `services` or `nodes`.
    Range(&'static str),
}

impl Known {
    pub(super) fn of(estate: &Estate, on: Id<Cluster>) -> Self {
        let workloads = estate.workloads_of(on);
        let externals = estate.externals.values();
        Self {
            workloads: workloads
                .map(|(_, workload)| KnownWorkload::of(estate, workload))
                .collect(),
            externals: externals.map(KnownExternal::of).collect(),
            addresses: addresses(estate, on),
        }
    }
}

impl KnownWorkload {
    fn of(estate: &Estate, workload: &Workload) -> Self {
        let ports = workload.listens();
        let offers = workload.offers.iter().map(|offer| {
            let to = match offer.to {
                OfferTo::Tenant(to) => estate.tenants[to.to].name.value.as_str().into(),
                OfferTo::Workload(to) => estate.workloads[to.to].path.clone(),
            };
            (offer.port, to)
        });
        let connects = workload.connects.iter();
        let connects = connects.filter_map(|connect| match connect.to {
            Target::Workload(to) => {
                Some((estate.workloads[to.to].path.clone(), connect.ports.clone()))
            }
            _ => None,
        });
        Self {
            path: workload.path.clone(),
            ports: ports
                .map(|(name, port)| (name.as_str().into(), port))
                .collect(),
            offers: offers.collect(),
            connects: connects.collect(),
            only_on: only_on(estate, workload),
        }
    }
}

impl KnownExternal {
    fn of(external: &External) -> Self {
        let ports = ports_of_system(external);
        Self {
            name: external.name.value.as_str().into(),
            cidrs: external.cidrs(),
            ports: ports
                .map(|(name, port)| (name.as_str().into(), port))
                .collect(),
        }
    }
}

fn only_on(estate: &Estate, workload: &Workload) -> Vec<Arc<str>> {
    let is_off = estate.clusters[workload.cluster].is_kubernetes() && workload.is_off_pod_network();
    let nics = workload.nics.iter().filter(|_| is_off);
    let networks = nics.filter_map(|nic| nic.network);
    let names = networks.map(|network| estate.networks[network.to].spec.name.value.as_str());
    let mut names: Vec<Arc<str>> = names.map(Into::into).collect();
    names.sort();
    names.dedup();
    names
}

fn addresses(estate: &Estate, on: Id<Cluster>) -> Vec<(Cidr, Whereabouts)> {
    let cluster = &estate.clusters[on];
    let facts = cluster.spec.facts.as_ref();
    let told = |service, said: Option<&kinds::Facts>| {
        let said = said.and_then(|facts| match service {
            Service::Dns => facts.dns.as_ref()?.ip.as_ref().map(|it| &it.addresses),
            _ => facts.metadata_ip.as_ref().map(|it| &it.addresses),
        });
        let all = said.into_iter().flatten();
        let all = all.map(move |ip| (Cidr::host(ip.value), Whereabouts::Platform(service)));
        all.collect::<Vec<_>>()
    };
    let mut all = told(Service::Dns, facts);
    all.extend(told(Service::Metadata, facts));
    let nodes = estate.pools_of(on).flat_map(|(_, pool)| &pool.nodes);
    all.extend(nodes.filter_map(|node| {
        let name = node.name.as_str().into();
        Some((Cidr::host(node.ip?), Whereabouts::Node(name)))
    }));
    let api = estate.api_addresses(on).into_iter();
    all.extend(api.map(|ip| {
        let place = Whereabouts::Platform(Service::KubeApi);
        (Cidr::host(ip.value), place)
    }));
    let ranges = site::ranges(cluster).into_iter();
    all.extend(ranges.map(|(what, cidr)| (cidr.value, Whereabouts::Range(what))));
    all
}
