//! Whom a text calls in an estate: by name, or by an address of which the spec may know whose it is.

use std::{fmt, net::IpAddr, sync::Arc};

use tenantry_core::{
    compile::{Known, Whereabouts},
    diag::nearest::nearest,
    flows::Service,
    prove::flows::{Beyond, Whose},
};
use tenantry_reach::{End, Ends, Judge};

use super::{
    estate::Ground,
    sheet::{self, Class, Node},
    words,
};
use crate::exit::Failure;

/// An end as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sought {
    pub(super) name: String,
    /// Its places among the nodes, where anything is said of it: a system outside may have several.
    pub(super) nodes: Vec<usize>,
    /// The address, where it is one.
    pub(super) address: Option<IpAddr>,
    /// What is known of that.
    pub(super) place: Option<Place>,
}

/// Where an address is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// On a network beside the pod network; the network.
    On(String),
    /// It is a part of the platform, as the facts say.
    Platform,
    /// It is a node; the node, and whether the API server answers there.
    Node(Arc<str>, bool),
    /// It is in a range of the cluster's own; which.
    Range(&'static str),
}

/// Parts of the platform and the world of which a spec need not say anything.
const KNOWN: [&str; 6] = [
    "internet",
    "platform.dns",
    "platform.ingress",
    "platform.kube-api",
    "platform.metadata",
    "platform.metrics",
];

/// What a system outside is called, without the places that are meant.
pub(super) fn system(node: &Node) -> Option<&str> {
    let name = node.name.split(" (").next();
    name.filter(|_| node.class == Class::Outside)
}

/// Whom a text calls; none of this cluster's.
///
/// # Errors
/// An address is asked of, and it is not known who is where.
pub(super) fn sought(ground: &Ground<'_>, text: &str) -> Result<Option<Sought>, Failure> {
    if let Ok(address) = text.parse::<IpAddr>() {
        // An address of IPv4 that is written as one of IPv6 is the same one.
        return addressed(ground, address.to_canonical()).map(Some);
    }
    let nodes = named(ground, text);
    let mut externals = ground.cluster.known.externals.iter();
    let known = !nodes.is_empty() || KNOWN.contains(&text) || externals.any(|it| *it.name == *text);
    Ok(known.then(|| Sought {
        name: text.to_owned(),
        nodes,
        address: None,
        place: None,
    }))
}

/// The nodes of a name. Who comes in from outside is the internet as well, and a system whose
/// addresses may.
fn named(ground: &Ground<'_>, text: &str) -> Vec<usize> {
    let mut externals = ground.cluster.known.externals.iter();
    let own = externals.find(|it| *it.name == *text);
    let own = own.map_or(&[][..], |it| it.cidrs.as_slice());
    let comes = |node: &Node| {
        let mut ranges = own.iter().map(|cidr| cidr.get());
        let has = |address| node.addresses.contains(address);
        !own.is_empty() && ranges.all(|range| has(range.network()) && has(range.broadcast()))
    };
    let nodes = ground.sheet.nodes.iter().enumerate();
    let named = nodes.filter(|(_, node)| {
        let system = system(node);
        let client = system == Some("clients") && (text == "internet" || comes(node));
        node.name == text || system == Some(text) || client
    });
    named.map(|(at, _)| at).collect()
}

/// Who has an address.
fn addressed(ground: &Ground<'_>, address: IpAddr) -> Result<Sought, Failure> {
    let Some(proof) = &ground.cluster.proof else {
        let why = format!(
            "{}: addresses are known only where policies are emitted",
            ground.sheet.title
        );
        return Err(Failure::new(why).help("ask by name: tenant.workload, internet, platform.dns"));
    };
    let mut networks = proof.networks.iter();
    if let Some(sought) = networks.find_map(|network| on(ground, network, address)) {
        return Ok(sought);
    }
    let (place, name) = match whereabouts(&ground.cluster.known, address) {
        Some(Whereabouts::Platform(service)) => {
            let name = format!("platform.{}", service.word());
            (Some(Place::Platform), Some(name))
        }
        Some(Whereabouts::Node(name)) => {
            let api = Whereabouts::Platform(Service::KubeApi);
            let mut all = all(&ground.cluster.known, address);
            (
                Some(Place::Node(name.clone(), all.any(|it| *it == api))),
                None,
            )
        }
        Some(Whereabouts::Range(range)) => (Some(Place::Range(range)), None),
        None => (None, None),
    };
    Ok(Sought {
        nodes: name
            .as_deref()
            .map_or_else(Vec::new, |name| named(ground, name)),
        name: name.unwrap_or_else(|| address.to_string()),
        address: Some(address),
        place,
    })
}

fn all(known: &Known, address: IpAddr) -> impl Iterator<Item = &Whereabouts> {
    let all = known.addresses.iter();
    all.filter(move |(range, _)| range.get().contains(&address))
        .map(|(_, place)| place)
}

fn whereabouts(known: &Known, address: IpAddr) -> Option<&Whereabouts> {
    all(known, address).next()
}

/// Who has an address on a network beside the pod network: a machine, or what answers for names.
fn on(ground: &Ground<'_>, network: &Beyond, address: IpAddr) -> Option<Sought> {
    let judge = Judge::new(&network.cluster);
    let machine = judge.at(address).into_iter().find_map(|pod| {
        let own = (*network.pods.get(pod.0 as usize)?)?;
        match ground.cluster.proof.as_ref()?.pods.get(own.0 as usize)? {
            Whose::Workload(path) => Some(path.to_string()),
            _ => None,
        }
    });
    let resolver = || {
        let wanted = network.wanted.iter().zip(&network.because);
        let mut resolvers = wanted.filter(|(_, because)| because.is_none());
        resolvers.any(|(wanted, _)| match &wanted.to {
            Ends::Addresses(addresses) => addresses.contains(address),
            Ends::Pods(_) => false,
        })
    };
    let (name, nodes) = match machine {
        Some(path) => (path.clone(), named(ground, &path)),
        None if resolver() => (address.to_string(), Vec::new()),
        None => return None,
    };
    Some(Sought {
        name,
        nodes,
        address: Some(address),
        place: Some(Place::On(network.name.clone())),
    })
}

/// The end on a network beside the pod network.
pub(super) fn end_on(ground: &Ground<'_>, network: &Beyond, sought: &Sought) -> Option<End> {
    let proof = ground.cluster.proof.as_ref()?;
    let judge = Judge::new(&network.cluster);
    if let Some(address) = sought.address {
        let pod = judge.at(address).first().map(|pod| End::Pod(*pod));
        let here = sought.place == Some(Place::On(network.name.clone()));
        return pod.or_else(|| here.then_some(End::Address(address)));
    }
    let [node] = sought.nodes.as_slice() else {
        return None;
    };
    let node = ground.sheet.nodes.get(*node)?;
    let at = network.pods.iter().position(|pod| {
        let whose = pod.and_then(|pod| proof.pods.get(pod.0 as usize));
        matches!(whose, Some(Whose::Workload(path)) if **path == *node.name)
    })?;
    Some(End::Pod(tenantry_reach::PodId(u32::try_from(at).ok()?)))
}

impl Sought {
    /// As a sheet looks for it.
    pub(super) fn places(&self) -> Vec<sheet::Sought> {
        match (self.nodes.as_slice(), self.address) {
            ([], Some(address)) => vec![sheet::Sought::Address(address)],
            ([], None) => vec![sheet::Sought::Nobody],
            (nodes, _) => nodes.iter().map(|at| sheet::Sought::Node(*at)).collect(),
        }
    }

    /// The same as one that calls: the internet comes in through the gateway as well.
    pub(super) fn callers(&self, ground: &Ground<'_>) -> Vec<sheet::Sought> {
        let mut places = self.places();
        if self.name == "internet" {
            let gateway = named(ground, "platform.ingress");
            places.extend(gateway.into_iter().map(sheet::Sought::Node));
        }
        places
    }

    /// Whether it is outside of what policies are for: no pod of anybody's.
    pub(super) fn is_outside(&self, ground: &Ground<'_>) -> bool {
        let nodes = &ground.sheet.nodes;
        let mut own = self.nodes.iter().filter_map(|at| nodes.get(*at));
        let platform = self.name.starts_with("platform.");
        let ranged = matches!(self.place, Some(Place::Range(_) | Place::On(_)));
        !platform && !ranged && own.all(|node| node.class == Class::Outside)
    }

    /// Whether policies of the pod network are asked about another packet, or about none.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.is_anybody() || matches!(self.place, Some(Place::On(_) | Place::Platform))
    }

    /// Whether it is a node, which is always open to the pods that run on it.
    pub(super) fn is_node(&self) -> bool {
        matches!(self.place, Some(Place::Node(..)))
    }

    /// Whether it is an address that may be anybody's inside.
    pub(super) fn is_anybody(&self) -> bool {
        matches!(self.place, Some(Place::Range("pods" | "services")))
    }

    /// What is known of its address, in a sentence.
    pub(super) fn told(&self) -> Option<String> {
        let address = self.address?;
        Some(match self.place.as_ref()? {
            Place::On(network) if self.nodes.is_empty() => {
                format!("{address} answers for names on network {network}.")
            }
            Place::On(network) => format!("{address} is {} on network {network}.", self.name),
            Place::Platform => format!("{address} is {}.", self.name),
            Place::Node(node, api) => {
                let also = match api {
                    true => ", where the API server answers",
                    false => "",
                };
                format!(
                    "{address} is node `{node}`{also}: a node reaches the pods that run on it and \
                     is reached by them, whatever policies say."
                )
            }
            Place::Range("pods") => format!(
                "{address} is in the range of pods, and whose it is shows only while they run: ask \
                 by the name of the workload."
            ),
            Place::Range("services") => format!(
                "{address} is in the range of Services: policies are asked about the pod behind \
                 one, so ask by the name of the workload."
            ),
            Place::Range(range) => format!("{address} is in the range of {range}."),
        })
    }
}

impl fmt::Display for Sought {
    /// The name, and the address behind it where it is called by that.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match self.address.map(|address| address.to_string()) {
            Some(address) if address != self.name => write!(f, " ({address})"),
            _ => Ok(()),
        }
    }
}

/// Nobody of any cluster is called so.
pub(super) fn unknown(grounds: &[Ground<'_>], option: &str, text: &str) -> Failure {
    let nodes = || grounds.iter().flat_map(|ground| &ground.sheet.nodes);
    let failure = Failure::new(format!("{option}: nobody is called `{text}`"));
    let is_short = |node: &&Node| {
        let short = node.name.split_once('.').map(|(_, short)| short);
        node.class == Class::Workload && short == Some(text)
    };
    let mut short: Vec<String> = nodes()
        .filter(is_short)
        .map(|node| format!("`{}`", node.name))
        .collect();
    short.sort();
    short.dedup();
    if !short.is_empty() {
        return failure.help(format!("did you mean {}?", words::either(&short)));
    }
    let externals = grounds.iter().flat_map(|it| &it.cluster.known.externals);
    let names = nodes().map(|node| system(node).unwrap_or(&node.name));
    let names = names.chain(externals.map(|it| &*it.name)).chain(KNOWN);
    match nearest(text, names) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help(
            "an end is tenant.workload, internet, platform.dns, an external system or an address",
        ),
    }
}
