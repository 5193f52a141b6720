//! A machine's image has no source that its cluster can use.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Body, Estate, ImageUse, Workload},
    schema::kinds::ImageSource,
};

declare_rule! { pub RULE = "image-not-for-cluster", Platform, Error, "an image without a source that the machine's cluster can use", include_str!("image_not_for_cluster.md") }

/// Reports each machine with such an image.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Body::Vm(vm, ImageUse::Named(image)) = &workload.body else {
            continue;
        };
        let image = &estate.images[image.to];
        if image
            .source
            .iter()
            .any(|source| usable(estate, workload, source))
        {
            continue;
        }
        let cluster = &estate.clusters[workload.cluster];
        let message = format!(
            "image `{}` has no source for cluster `{}` ({})",
            image.name.value,
            cluster.name.value,
            cluster.backend.name()
        );
        let sources = match cluster.is_kubernetes() {
            true => "a registry's reference, `http=`, `s3=` or `pvc=`",
            false => "`proxmox-template=`, `http=` or `iso=`",
        };
        findings.push(
            Diagnostic::new(&RULE, estate.span(vm.image.origin), message)
                .label("cannot come from anywhere")
                .also(
                    image.meta.name_span,
                    "its sources are for other clusters, or of other kinds",
                )
                .help(format!("add a `source` to it with {sources}")),
        );
    }
}

/// Whether a source is meant for the cluster and of a kind that it takes.
fn usable(estate: &Estate, workload: &Workload, source: &ImageSource) -> bool {
    let cluster = &estate.clusters[workload.cluster];
    let name = cluster.name.value.as_str();
    let meant = source
        .cluster
        .as_ref()
        .is_none_or(|own| &*own.value.text == name);
    let of_kubernetes = source.oci.is_some()
        || source.http.is_some()
        || source.s3.is_some()
        || source.pvc.is_some();
    let of_proxmox =
        source.proxmox_template.is_some() || source.http.is_some() || source.iso.is_some();
    meant
        && if cluster.is_kubernetes() {
            of_kubernetes
        } else {
            of_proxmox
        }
}
