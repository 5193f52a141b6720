//! An interface joins a network of which no host knows the way in.

use std::collections::BTreeMap;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Id, NetworkIn, Nic, Workload},
};

declare_rule! { pub RULE = "bridge-missing", Platform, Error, "an interface on a network without a bridge", include_str!("bridge_missing.md") }

/// How many workloads a message names, and how many of their places it shows.
const NAMED: usize = 3;

/// Reports each network of a Kubernetes cluster that interfaces join and that names no bridge.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let mut joined: BTreeMap<Id<NetworkIn>, Vec<(&Workload, &Nic)>> = BTreeMap::new();
    for (_, workload) in subject.whole_workloads() {
        if !estate.clusters[workload.cluster].is_kubernetes() {
            continue;
        }
        for nic in &workload.nics {
            let Some(network) = nic.network else { continue };
            let spec = &estate.networks[network.to].spec;
            // Of a broken network the bridge may be what could not be read.
            if spec.bridge.is_none() && !spec.meta.broken {
                joined.entry(network.to).or_default().push((workload, nic));
            }
        }
    }
    for (network, who) in joined {
        findings.push(told(&estate.networks[network], &who));
    }
}

/// The finding about a network: one, however many join it.
fn told(network: &NetworkIn, who: &[(&Workload, &Nic)]) -> Diagnostic {
    let network = &network.spec;
    let mut paths: Vec<&str> = who.iter().map(|(workload, _)| &*workload.path).collect();
    paths.dedup();
    let subject = match paths[..] {
        [only] => format!("`{only}`"),
        _ => format!("{} workloads ({})", paths.len(), words::few(&paths, NAMED)),
    };
    let message = format!(
        "{subject} cannot join network `{}`, which names no bridge",
        network.name.value
    );
    let finding = Diagnostic::new(&RULE, network.meta.span, message).label("has no `bridge`");
    let places = who.iter().take(NAMED);
    places
        .fold(finding, |finding, (_, nic)| {
            finding.also(nic.spec.meta.span, "joins it")
        })
        .why("a pod joins a network beside the pod network through a bridge that its host has")
        .help("add `bridge=NAME` to the network, the bridge that the hosts have for it")
}
