//! An image that means something else tomorrow.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Body, ImageUse, Workload},
    origin::V,
    units::OciRef,
};

declare_rule! { pub RULE = "image-not-pinned", Images, Warn, "an image without a tag or digest, or with `latest`", include_str!("image_not_pinned.md") }

/// Reports each reference that means whatever is newest.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let declared = estate.images.values().flat_map(|image| {
        let who = format!("image `{}`", image.name.value);
        image
            .source
            .iter()
            .filter_map(|source| source.oci.as_ref())
            .map(move |oci| (who.clone(), oci))
    });
    let used = estate.workloads.values().flat_map(|workload| {
        let who = format!("`{}`", workload.path);
        references(workload).into_iter().map(move |oci| (who.clone(), oci))
    });
    for (who, oci) in declared.chain(used).filter(|(_, oci)| oci.value.is_floating()) {
        let (label, what) = match oci.value.tag() {
            Some(tag) => (format!("`{tag}` moves"), "whatever is newest"),
            None => ("no tag".to_owned(), "`latest`, which is whatever is newest"),
        };
        let message = format!("{who} uses \"{}\", which means {what}", oci.value);
        findings.push(
            Diagnostic::new(&RULE, estate.span(oci.origin), message)
                .label(label)
                .why("each node pulls it when it first needs it, so that two replicas of one spec can run different code")
                .help(format!(
                    "name a version, \"{name}:1.2.3\", or better what it is made of, \"{name}@sha256:…\"",
                    name = oci.value.name()
                )),
        );
    }
}

/// All images of a workload that come straight from a registry.
fn references(workload: &Workload) -> Vec<&V<OciRef>> {
    macro_rules! of_container {
        ($container:expr) => {{
            let container = $container;
            let mut all = vec![&container.image];
            all.extend(container.init.iter().map(|init| &init.image));
            all.extend(container.sidecar.iter().map(|sidecar| &sidecar.image));
            all
        }};
    }
    match &workload.body {
        Body::Vm(_, ImageUse::Oci(oci)) => vec![oci],
        Body::Vm(..) | Body::Lxc(_) | Body::Chart(_) => Vec::new(),
        Body::Container(container) => of_container!(container),
        Body::Job(job) => of_container!(job),
    }
}
