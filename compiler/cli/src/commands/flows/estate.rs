//! The flows of an estate: each of its clusters a sheet, in the spec's own words.

use std::collections::{BTreeMap, BTreeSet};

use tenantry_core::{
    compile::{FlowsCluster, FlowsRun, SpecEnd, SpecFlow},
    diag::Level,
    flows::{self, Port},
    prove::flows::{Beyond, Proof, Whose},
};
use tenantry_reach::{Addresses, Ends, PortSet, Protocol};

use super::{
    sheet::{Cell, Class, Flow, Node, Reason, Sheet},
    words,
};
use crate::{
    exit::Failure,
    render::{Files, counted, place::Places},
};

/// A cluster of an environment.
pub(super) struct Ground<'r> {
    pub(super) cluster: &'r FlowsCluster,
    pub(super) sheet: Sheet,
}

/// The clusters that are asked for.
///
/// # Errors
/// There is no such cluster.
pub(super) fn grounds<'r>(
    run: &'r FlowsRun,
    wanted: Option<&str>,
    files: &dyn Files,
) -> Result<Vec<Ground<'r>>, Failure> {
    let environments = run.environments.iter();
    let all = environments.flat_map(|environment| {
        let env = environment.env.as_deref();
        environment
            .clusters
            .iter()
            .map(move |cluster| (env, cluster))
    });
    let all: Vec<(Option<&str>, &FlowsCluster)> = all.collect();
    if let Some(wanted) = wanted
        && !all.is_empty()
        && all.iter().all(|(_, cluster)| *cluster.name != *wanted)
    {
        let mut names: Vec<String> = all.iter().map(|(_, it)| format!("`{}`", it.name)).collect();
        names.sort();
        names.dedup();
        let failure = Failure::new(format!("there is no cluster `{wanted}`"));
        return Err(failure.help(format!("there is {}", words::listed(&names))));
    }
    let chosen = all.into_iter();
    let chosen = chosen.filter(|(_, it)| wanted.is_none_or(|wanted| *it.name == *wanted));
    let places = Places::of(files);
    let findings = &run.run.findings;
    let beside = Beside {
        is_told: findings
            .iter()
            .any(|finding| DIFFERENCES.contains(&finding.rule.name())),
        errors: findings.iter().any(|finding| finding.level >= Level::Error),
    };
    let grounds = chosen.map(|(env, cluster)| Ground {
        sheet: sheet(env, cluster, &places, beside),
        cluster,
    });
    Ok(grounds.collect())
}

/// What the findings of the run say of what is shown.
#[derive(Debug, Clone, Copy)]
struct Beside {
    /// Whether they tell what emitted policies do otherwise: what the spec allows is no finding.
    is_told: bool,
    /// Whether there are errors, so that nothing is emitted.
    errors: bool,
}

/// The rules that tell where what is emitted lets through something else than the flows.
const DIFFERENCES: [&str; 2] = ["flow-beyond-spec", "unproven-flow"];

fn sheet(env: Option<&str>, cluster: &FlowsCluster, places: &Places<'_>, beside: Beside) -> Sheet {
    let mut nodes = Nodes::default();
    let workloads = cluster.proof.iter().flat_map(|proof| &proof.pods);
    for whose in workloads {
        if let Whose::Workload(path) = whose {
            nodes.place(&SpecEnd::Workload(path.clone()));
        }
    }
    let mut flows: Vec<Flow> = Vec::new();
    let over = over(cluster);
    for (at, flow) in cluster.flows.iter().enumerate() {
        flows.push(Flow {
            from: vec![nodes.place(&flow.from)],
            to: vec![nodes.place(&flow.to)],
            ports: ports(&flow.ports),
            reason: match flow.reason {
                flows::Reason::Declared => Reason::Declared,
                flows::Reason::Derived(_) => Reason::Derived,
            },
            why: match over.get(&at) {
                None => why(flow),
                Some(networks) => format!("{}, over {} too", why(flow), words::listed(networks)),
            },
            place: flow.span.map(|span| {
                let line = places.at(span.file, span.start).line;
                format!("{}:{line}", places.files().path(span.file))
            }),
        });
    }
    let mut figures = Vec::new();
    if let Some(proof) = &cluster.proof {
        nodes.settle(proof, &flows);
        figures = self::figures(cluster, &nodes, &flows);
        flows.extend(resolvers(proof, &mut nodes));
    } else {
        figures.extend(self::figures(cluster, &nodes, &flows));
    }
    flows.sort_by(|one, other| {
        let ends = one
            .from
            .cmp(&other.from)
            .then_with(|| one.to.cmp(&other.to));
        ends.then_with(|| one.reason.cmp(&other.reason))
    });
    Sheet {
        title: match env {
            Some(env) => format!("{} in {env}", cluster.name),
            None => cluster.name.to_string(),
        },
        figures,
        verdicts: verdicts(cluster, beside),
        beyond: cluster.unproven.iter().map(cell).collect(),
        nodes: nodes.all,
        flows,
    }
}

/// The networks beside the pod network over which flows go as well, by the place of the flow.
fn over(cluster: &FlowsCluster) -> BTreeMap<usize, Vec<String>> {
    let mut over: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let networks = cluster.proof.iter().flat_map(|proof| &proof.networks);
    for network in networks {
        let flows: BTreeSet<usize> = network.because.iter().copied().flatten().collect();
        for at in flows {
            over.entry(at).or_default().push(network.name.clone());
        }
    }
    over
}

/// What asks the resolvers of networks beside the pod network: no flow of the spec says so, and the
/// policies of the network let it through.
fn resolvers(proof: &Proof, nodes: &mut Nodes) -> Vec<Flow> {
    let mut flows = Vec::new();
    for network in &proof.networks {
        let wanted = network.wanted.iter().zip(&network.because);
        for (wanted, _) in wanted.filter(|(_, because)| because.is_none()) {
            let (Ends::Pods(from), Ends::Addresses(to)) = (&wanted.from, &wanted.to) else {
                continue;
            };
            let own = from.iter().filter_map(|pod| {
                let pod = (*network.pods.get(pod.0 as usize)?)?;
                match proof.pods.get(pod.0 as usize)? {
                    Whose::Workload(path) => Some(nodes.place(&SpecEnd::Workload(path.clone()))),
                    _ => None,
                }
            });
            let mut from: Vec<usize> = own.collect();
            from.sort_unstable();
            from.dedup();
            let name = format!("resolver of {}", network.name);
            nodes.all.push(Node {
                addresses: to.clone(),
                ..outside(&name, vec![words::addresses(to)])
            });
            flows.push(Flow {
                from,
                to: vec![nodes.all.len() - 1],
                ports: wanted.ports.clone(),
                reason: Reason::Derived,
                why: format!(
                    "names are asked of the resolver of network {}",
                    network.name
                ),
                place: None,
            });
        }
    }
    flows.retain(|flow| !flow.from.is_empty());
    flows
}

fn why(flow: &SpecFlow) -> String {
    match &flow.reason {
        flows::Reason::Declared => "declared".to_owned(),
        flows::Reason::Derived(from) => from.to_string(),
    }
}

fn cell(cell: &tenantry_core::prove::flows::Cell) -> Cell {
    Cell {
        basis: cell.basis,
        what: cell.what.clone(),
        why: cell.why.clone(),
    }
}

/// Ports of the spec as a set.
pub(super) fn ports(ports: &[Port]) -> PortSet {
    let mut set = PortSet::none();
    for port in ports {
        let protocol = match port.protocol {
            flows::Protocol::Tcp => Protocol::Tcp,
            flows::Protocol::Udp => Protocol::Udp,
            flows::Protocol::Sctp => Protocol::Sctp,
        };
        set.add(protocol, port.from, port.to);
    }
    set
}

fn figures(cluster: &FlowsCluster, nodes: &Nodes, flows: &[Flow]) -> Vec<(String, String)> {
    let figure = |count: usize, one: &str, many: &str| {
        let what = if count == 1 { one } else { many };
        (count.to_string(), what.to_owned())
    };
    let workloads = nodes.all.iter().filter(|it| it.class == Class::Workload);
    let declared = flows
        .iter()
        .filter(|it| it.reason == Reason::Declared)
        .count();
    let mut figures = vec![
        figure(workloads.count(), "workload", "workloads"),
        figure(declared, "declared flow", "declared flows"),
        figure(flows.len() - declared, "derived flow", "derived flows"),
    ];
    if let Some(proof) = &cluster.proof {
        figures.push(figure(proof.objects.emitted, "policy", "policies"));
    }
    figures
}

/// What was shown of it.
fn verdicts(cluster: &FlowsCluster, beside: Beside) -> Vec<String> {
    let Some(proof) = &cluster.proof else {
        let why = if beside.errors {
            "Not proved: nothing is emitted beside errors, and a workload that has one is left out."
        } else {
            "Not proved: no policies of Kubernetes hold these flows, or none were emitted."
        };
        return vec![why.to_owned()];
    };
    let policies = counted(proof.objects.emitted, "object");
    // A flow to names is no policy's, and stands among what these do not decide.
    let proved: BTreeSet<usize> = proof.because.iter().copied().collect();
    let all = counted(cluster.flows.len(), "flow");
    let flows = match proved.len() == cluster.flows.len() {
        true => all,
        false => format!("{} of {all}", proved.len()),
    };
    let proved = if proof.holds() {
        format!(
            "Proved on the {policies} that are emitted: {flows}, nothing more and nothing less."
        )
    } else if beside.is_told {
        "Not proved: what is emitted lets through something else, as the findings tell.".to_owned()
    } else {
        "Not proved: what is emitted lets through something else, which the spec allows \
         (`allow flow-beyond-spec`)."
            .to_owned()
    };
    let naive = format!(
        "{} for {}; one for each half of each edge would be {}.",
        counted(proof.objects.emitted, "policy object"),
        counted(proof.objects.workloads, "workload"),
        proof.objects.naive
    );
    let networks = proof.networks.iter().map(network);
    [proved, naive].into_iter().chain(networks).collect()
}

/// What was shown of a network beside the pod network.
fn network(network: &Beyond) -> String {
    let flows: BTreeSet<usize> = network.because.iter().copied().flatten().collect();
    let machines = network.pods.iter().flatten().count();
    let name = &network.name;
    if !network.holds() {
        return format!("Not proved of network {name}, which has policies of its own.");
    }
    format!(
        "Network {name}, {} on it, is proved by itself: {} of these flows may go over it too, and \
         nothing else.",
        counted(machines, "machine"),
        flows.len()
    )
}

/// The ends of flows, each once.
#[derive(Default)]
struct Nodes {
    all: Vec<Node>,
    places: BTreeMap<SpecEnd, usize>,
}

impl Nodes {
    fn place(&mut self, end: &SpecEnd) -> usize {
        if let Some(place) = self.places.get(end) {
            return *place;
        }
        self.all.push(node(end));
        self.places.insert(end.clone(), self.all.len() - 1);
        self.all.len() - 1
    }

    /// What is outside is where the proof says that it is: the spec's words leave out what is
    /// inside of the cluster.
    fn settle(&mut self, proof: &Proof, flows: &[Flow]) {
        for (wanted, flow) in proof.wanted.iter().zip(&proof.because) {
            let Some(flow) = flows.get(*flow) else {
                continue;
            };
            for (ends, nodes) in [(&wanted.from, &flow.from), (&wanted.to, &flow.to)] {
                let (Ends::Addresses(addresses), [node]) = (ends, nodes.as_slice()) else {
                    continue;
                };
                // Most flows to an outside end mean the same addresses.
                if let Some(node) = self.all.get_mut(*node)
                    && node.addresses != *addresses
                {
                    node.addresses.extend(addresses);
                }
            }
        }
    }
}

fn node(end: &SpecEnd) -> Node {
    let node = |class, name: String, group: &str, about: &str| Node {
        class,
        name,
        group: group.to_owned(),
        about: about.to_owned(),
        addresses: Addresses::none(),
    };
    match end {
        SpecEnd::Workload(path) => {
            let tenant = path.split('.').next().unwrap_or_default();
            node(Class::Workload, path.to_string(), tenant, "workload")
        }
        SpecEnd::Namespace(tenant) => {
            let about = "every pod of its namespace";
            node(Class::Everybody, format!("{tenant}.*"), tenant, about)
        }
        SpecEnd::Importer(tenant) => {
            let about = "the pods that fill disks of its machines";
            node(
                Class::Platform,
                format!("{tenant} importers"),
                tenant,
                about,
            )
        }
        SpecEnd::Platform(service) => {
            let (name, about) = service_words(*service);
            node(Class::Platform, format!("platform.{name}"), "", about)
        }
        SpecEnd::External {
            system,
            cidrs,
            hosts,
        } => {
            let name = system.as_deref().unwrap_or("internet");
            let places = cidrs.iter().map(ToString::to_string);
            let places = places.chain(hosts.iter().map(ToString::to_string));
            outside(name, places.collect())
        }
        SpecEnd::Clients(cidrs) => {
            outside("clients", cidrs.iter().map(ToString::to_string).collect())
        }
    }
}

/// A system outside, at these places of it.
fn outside(name: &str, places: Vec<String>) -> Node {
    let name = match places.as_slice() {
        [] => name.to_owned(),
        places => format!("{name} ({})", words::listed(places)),
    };
    Node {
        class: Class::Outside,
        name,
        group: String::new(),
        about: "outside".to_owned(),
        addresses: Addresses::none(),
    }
}

/// How the spec calls a part of the platform, and what it is.
fn service_words(service: flows::Service) -> (&'static str, &'static str) {
    use flows::Service;
    match service {
        Service::Dns => ("dns", "the cluster's resolver"),
        Service::KubeApi => ("kube-api", "the API server"),
        Service::Ingress => ("ingress", "the gateway or ingress controller"),
        Service::Monitoring => ("metrics", "whoever reads metrics"),
        Service::Storage => ("storage", "the store of objects"),
        Service::Cdi => ("cdi", "the controller of disk importers"),
        Service::VirtApi => ("virt-api", "KubeVirt's API"),
        Service::Metadata => ("metadata", "cloud metadata"),
    }
}
