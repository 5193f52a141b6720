//! Ends as they are asked for: pods by name, and addresses.

use std::{collections::BTreeSet, net::IpAddr};

use ipnet::IpNet;
use tenantry_core::diag::nearest::nearest;
use tenantry_reach::{End, Judge, PodId, cluster::Pod};

use crate::exit::Failure;

/// Why a text is no end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unknown {
    /// In a sentence without a full stop.
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Unknown {
    /// As a failure of what an option says.
    pub(super) fn about(self, option: &str) -> Failure {
        let failure = Failure::new(format!("{option}: {}", self.message));
        match self.help {
            Some(help) => failure.help(help),
            None => failure,
        }
    }
}

/// What a text calls: `namespace/pod`, with a workload's name for any pod of it, or an address.
/// The address of a pod is that pod. A workload whose pods policies tell apart is all of them.
pub(super) fn ends(judge: &Judge<'_>, text: &str) -> Result<Vec<End>, Unknown> {
    if let Ok(address) = text.parse::<IpAddr>() {
        // An address of IPv4 that is written as one of IPv6 (`::ffff:10.0.0.1`) is the same one.
        let address = address.to_canonical();
        // Pods in a node's network share its address: which of them is meant nobody can tell.
        return Ok(match judge.at(address).as_slice() {
            [pod] => vec![End::Pod(*pod)],
            _ => vec![End::Address(address)],
        });
    }
    if text.contains('/') && text.parse::<IpNet>().is_ok() {
        return Err(Unknown {
            message: format!("`{text}` is a block of addresses"),
            help: Some("ask of one address in it".to_owned()),
        });
    }
    let parts: Vec<&str> = text.split('/').collect();
    let (namespace, kind, name) = match parts.as_slice() {
        [namespace, name] => (*namespace, None, *name),
        [namespace, kind, name] => (*namespace, Some(*kind), *name),
        _ => return Err(unknown(judge, text)),
    };
    let cluster = judge.cluster();
    let is_meant =
        |pod: &PodId| kind.is_none_or(|kind| cluster.pod(*pod).kind.eq_ignore_ascii_case(kind));
    let found = judge.named(namespace, name).into_iter();
    let found: Vec<PodId> = found.filter(is_meant).collect();
    let apart = judge.replicas(namespace, name).into_iter();
    let apart: Vec<PodId> = apart.filter(is_meant).collect();
    let kinds = apart.iter().map(|pod| cluster.pod(*pod).kind.as_str());
    let kinds: BTreeSet<&str> = kinds.collect();
    match (found.as_slice(), apart.as_slice()) {
        ([], []) => Err(unknown(judge, text)),
        ([pod, others @ ..], []) if others.iter().all(|other| alike(judge, *pod, *other)) => {
            Ok(vec![End::Pod(*pod)])
        }
        ([], apart) if kinds.len() == 1 => Ok(apart.iter().copied().map(End::Pod).collect()),
        _ => {
            let found = found.iter().map(|pod| cluster.pod(*pod).kind.as_str());
            let kinds: Vec<&str> = found.chain(kinds).collect();
            Err(ambiguous(text, (namespace, name), &kinds))
        }
    }
}

/// Whether whatever is asked of one has the other's answer.
fn alike(judge: &Judge<'_>, one: PodId, other: PodId) -> bool {
    let [one, other] = [one, other].map(|id| Pod {
        kind: String::new(),
        ..judge.cluster().pod(id).clone()
    });
    one == other
}

fn ambiguous(text: &str, (namespace, name): (&str, &str), kinds: &[&str]) -> Unknown {
    let names = kinds
        .iter()
        .map(|kind| format!("`{namespace}/{kind}/{name}`"));
    Unknown {
        message: format!("`{text}` is the name of {} workloads", kinds.len()),
        help: Some(format!(
            "say which: {}",
            names.collect::<Vec<_>>().join(" or ")
        )),
    }
}

fn unknown(judge: &Judge<'_>, text: &str) -> Unknown {
    let pods = &judge.cluster().pods;
    let paths: Vec<String> = pods.iter().map(Pod::path).collect();
    let same_name = pods.iter().position(|pod| pod.name == text);
    let near = match same_name {
        Some(at) => paths.get(at).map(String::as_str),
        None => nearest(text, paths.iter().map(String::as_str)),
    };
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if pods.is_empty() => "the manifests hold no pods and no workloads".to_owned(),
        None => "an end is written as namespace/name, of a pod or of a workload, or as an address"
            .to_owned(),
    };
    Unknown {
        message: format!("there is no pod `{text}`"),
        help: Some(help),
    }
}
