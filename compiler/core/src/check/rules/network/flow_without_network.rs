//! A flow to or from a machine that is on no network with the other end.

use std::collections::BTreeMap;

use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    flows::cni,
    model::{Estate, Expose, Id, NetworkIn, Target, Workload},
    schema::kinds::Via,
};

declare_rule! { pub RULE = "flow-without-network", Network, Error, "a flow between ends that are on no network together", include_str!("flow_without_network.md") }

/// How many flows a message names, and how many of their places it shows.
const NAMED: usize = 3;

/// A flow that has no way, with the machine off the pod network that it is told of.
struct Stuck {
    machine: Id<Workload>,
    /// The flow by itself, in a sentence.
    alone: String,
    /// The same among others: ``to `acme.db` ``.
    short: String,
    place: Span,
}

/// Reports each machine of KubeVirt off the pod network whose flows need that network. One
/// interface is what lacks, however many flows have no way without it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let mut stuck: BTreeMap<Id<Workload>, Vec<Stuck>> = BTreeMap::new();
    for (id, workload) in subject.whole_workloads() {
        let cluster = &estate.clusters[workload.cluster];
        // Of a broken cluster it is not known on which networks policies hold.
        if !cluster.is_kubernetes() || cluster.spec.meta.broken {
            continue;
        }
        let called = calls(estate, id, workload);
        for flow in called.into_iter().chain(comes_in(id, workload)) {
            stuck.entry(flow.machine).or_default().push(flow);
        }
    }
    findings.extend(stuck.iter().filter_map(|(id, all)| told(estate, *id, all)));
}

/// The connections of a workload that have no way.
fn calls(estate: &Estate, id: Id<Workload>, caller: &Workload) -> Vec<Stuck> {
    let mut stuck = Vec::new();
    for connect in &caller.connects {
        let Target::Workload(other) = connect.to else {
            continue;
        };
        let called = &estate.workloads[other.to];
        if called.cluster != caller.cluster
            || estate.is_tainted(other.to)
            || meets(caller, called)
            || may_be_routed(estate, caller, called)
        {
            continue;
        }
        let (machine, short) = match called.is_off_pod_network() {
            true => (other.to, format!("from `{}`", caller.path)),
            false => (id, format!("to `{}`", called.path)),
        };
        stuck.push(Stuck {
            machine,
            alone: format!(
                "`{}` connects to `{}`, which is on no network with it",
                caller.path, called.path
            ),
            short,
            place: connect.spec.meta.span,
        });
    }
    stuck
}

/// What is to come in over the pod network and cannot: what clients reach, and who reads metrics.
fn comes_in(id: Id<Workload>, workload: &Workload) -> Vec<Stuck> {
    if !workload.is_off_pod_network() {
        return Vec::new();
    }
    let stuck = |what: String, short: &str, place| Stuck {
        machine: id,
        alone: format!("{what}, which is not on the pod network"),
        short: short.to_owned(),
        place,
    };
    let exposes = workload
        .exposes
        .iter()
        .filter(|expose| is_by_service(expose));
    let exposed = exposes.map(|expose| {
        let what = format!("clients come over the pod network to `{}`", workload.path);
        stuck(what, "from outside", expose.spec.meta.span)
    });
    let monitor = workload.spec.monitor.iter();
    let read = monitor
        .filter(|monitor| monitor.port.is_some())
        .map(|monitor| {
            let what = format!(
                "metrics are read over the pod network from `{}`",
                workload.path
            );
            stuck(what, "from who reads its metrics", monitor.meta.span)
        });
    exposed.chain(read).collect()
}

/// Whether it is reached by a Service, whose ends are pods. No backend of Kubernetes has the
/// other ways, which is told of by itself.
fn is_by_service(expose: &Expose) -> bool {
    !matches!(expose.spec.via.value, Via::SshGateway | Via::Direct)
}

/// Whether they are on one network: the pod network, or another.
fn meets(one: &Workload, other: &Workload) -> bool {
    let networks = |workload: &Workload| -> Vec<Id<NetworkIn>> {
        let nics = workload.nics.iter();
        nics.filter_map(|nic| Some(nic.network?.to)).collect()
    };
    let pods = !one.is_off_pod_network() && !other.is_off_pod_network();
    let theirs = networks(other);
    pods || networks(one)
        .iter()
        .any(|network| theirs.contains(network))
}

/// Whether a router of the site may lead from one to the other: where no policy holds the caller,
/// nor the called, or the called has a way in from outside.
fn may_be_routed(estate: &Estate, caller: &Workload, called: &Workload) -> bool {
    let open = |workload: &Workload| {
        let mut nics = workload.nics.iter();
        nics.any(|nic| nic.network.is_some() && cni::policed(estate, workload, nic).is_none())
    };
    open(caller) && (open(called) || !called.exposes.is_empty())
}

/// The finding of a machine.
fn told(estate: &Estate, id: Id<Workload>, stuck: &[Stuck]) -> Option<Diagnostic> {
    let machine = &estate.workloads[id];
    let (first, others) = stuck.split_first()?;
    let nic = machine.nics.first()?.spec.meta.span;
    let on = on(estate, machine);
    let finding = match others {
        [] => Diagnostic::new(&RULE, first.place, first.alone.as_str())
            .label("no way")
            .also(nic, on),
        _ => {
            let finding = Diagnostic::new(&RULE, nic, together(machine, stuck)).label(on);
            let places = stuck.iter().take(NAMED);
            places.fold(finding, |finding, flow| finding.also(flow.place, "no way"))
        }
    };
    Some(
        finding
            .why("a flow goes over a network that both of its ends are on; clients, who reads metrics, and workloads without interfaces of their own are on the pod network alone")
            .help(format!(
                "give `{}` an interface on the pod network, `nic default`, or both ends one on the same network",
                machine.path
            )),
    )
}

/// What is wrong with a machine of which several flows have no way.
fn together(machine: &Workload, stuck: &[Stuck]) -> String {
    let each = stuck.iter().take(NAMED);
    let mut each: Vec<String> = each.map(|flow| flow.short.clone()).collect();
    if stuck.len() > NAMED {
        each.push(format!("{} more", stuck.len() - NAMED));
    }
    format!(
        "`{}` is not on the pod network, and {} of its flows have no other way ({})",
        machine.path,
        stuck.len(),
        words::and(&each)
    )
}

/// Where a machine is instead.
fn on(estate: &Estate, machine: &Workload) -> String {
    let networks = machine.nics.iter().filter_map(|nic| nic.network);
    let names: Vec<&str> = networks
        .map(|network| estate.networks[network.to].spec.name.value.as_str())
        .collect();
    let network = if names.len() == 1 {
        "network"
    } else {
        "networks"
    };
    format!("`{}` is on {network} {} alone", machine.path, words::names(&names))
}
