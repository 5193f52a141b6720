//! The cloud's metadata hands the node's identity to whoever asks.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    flows::{Service, blocks::METADATA},
    model::{Connect, External, Target},
    origin::OriginId,
    units::{Cidr, Ip, Unit},
};

declare_rule! { pub RULE = "metadata-reachable", Network, Warn, "a workload that may ask the cloud's metadata", include_str!("metadata_reachable.md") }

/// Reports each connection that leads there, by name or by address.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        for connect in &workload.connects {
            let outside = match &connect.to {
                Target::External(system) => Some(&estate.externals[system.to]),
                _ => None,
            };
            let Some(at) = leads_there(connect, outside) else {
                continue;
            };
            let message = format!("`{}` may ask the cloud's metadata", workload.path);
            findings.push(
                Diagnostic::new(&RULE, estate.span(at), message)
                    .label("answers for the node")
                    .why("it tells every caller the credentials of the machine that the pod runs on: with them one acts as the node, in the cloud's own API, for all tenants")
                    .help("give the workload credentials of its own as a `secret`, or by the cloud's identities for workloads, and take the connection away"),
            );
        }
    }
}

/// The place that leads to the metadata.
fn leads_there(connect: &Connect, outside: Option<&External>) -> Option<OriginId> {
    if matches!(connect.to, Target::Platform(Service::Metadata)) {
        return Some(connect.spec.target.origin);
    }
    // What is wide leaves link-local and private addresses out by itself.
    let is_metadata = |cidr: Cidr| {
        let mut known = METADATA
            .iter()
            .filter_map(|ip| <Ip as Unit>::parse(ip).ok());
        cidr.prefix_len() >= 16 && known.any(|ip| cidr.contains(ip))
    };
    if let Some(cidr) = &connect.cidr {
        return is_metadata(cidr.value).then_some(cidr.origin);
    }
    let theirs = outside
        .filter(|_| connect.host.is_none())?
        .cidr
        .iter()
        .flat_map(|cidr| &cidr.cidrs);
    theirs
        .filter(|cidr| is_metadata(cidr.value))
        .map(|_| connect.spec.target.origin)
        .next()
}
