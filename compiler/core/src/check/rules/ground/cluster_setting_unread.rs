//! A part of a cluster that clusters of its kind do not have.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Backend, Cluster},
    origin::OriginId,
};

declare_rule! { pub RULE = "cluster-setting-unread", Platform, Error, "a part of a cluster that clusters of its kind do not have", include_str!("cluster_setting_unread.md") }

/// Reports each such part. Of a Proxmox cluster the pod network and the components are another
/// rule's.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for cluster in estate.clusters.values() {
        let kind = match cluster.backend {
            Backend::Kubernetes(_) => "a Kubernetes cluster",
            Backend::Proxmox(_) => "a Proxmox cluster",
            Backend::Hosts => "a cluster of plain machines",
        };
        for (word, origin, why) in unread(cluster) {
            let message = format!("cluster `{}` has `{word}`, and {kind} has no use for it", cluster.name.value);
            findings.push(
                Diagnostic::new(&RULE, estate.span(origin), message)
                    .label("read by nobody")
                    .why(why)
                    .help("leave it out"),
            );
        }
    }
}

type Part = (&'static str, OriginId, &'static str);

fn unread(cluster: &Cluster) -> Vec<Part> {
    let spec = &cluster.spec;
    let mut parts: Vec<Part> = Vec::new();
    if !matches!(cluster.backend, Backend::Proxmox(_)) {
        parts.extend(spec.quorum_device.as_ref().map(|device| {
            let why = "it is a further voter of Proxmox's own cluster service";
            ("quorum-device", device.meta.origin, why)
        }));
    }
    if cluster.is_kubernetes() {
        return parts;
    }
    let plan = spec.network_plan.as_ref();
    let of_pods = "there are no pods, services or gateways to give addresses to";
    for (word, range) in [
        ("pods", plan.and_then(|plan| plan.pods.as_ref())),
        ("services", plan.and_then(|plan| plan.services.as_ref())),
        ("pods6", plan.and_then(|plan| plan.pods6.as_ref())),
        ("services6", plan.and_then(|plan| plan.services6.as_ref())),
    ] {
        parts.extend(range.map(|range| (word, range.origin, of_pods)));
    }
    let gateways = plan.and_then(|plan| plan.gateway_pool.as_ref());
    parts.extend(gateways.map(|pool| ("gateway-pool", pool.meta.origin, of_pods)));
    let of_kubernetes = "it is about what runs in Kubernetes";
    parts.extend(spec.facts.as_ref().map(|facts| ("facts", facts.meta.origin, of_kubernetes)));
    if let Backend::Hosts = cluster.backend {
        parts.extend(spec.cni.as_ref().map(|cni| ("cni", cni.meta.origin, of_pods)));
        parts.extend(spec.platform.as_ref().map(|platform| ("platform", platform.meta.origin, of_kubernetes)));
    }
    parts
}
