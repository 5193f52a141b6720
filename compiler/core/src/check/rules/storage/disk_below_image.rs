//! A boot disk that is smaller than what it shall be filled from.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Body, ImageUse},
};

declare_rule! { pub RULE = "disk-below-image", Storage, Error, "a boot disk that is smaller than its image", include_str!("disk_below_image.md") }

/// Reports each machine whose `root` is below the `min-size` of its image.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in estate.workloads.iter() {
        let Body::Vm(_, ImageUse::Named(image)) = &workload.body else {
            continue;
        };
        let image = &estate.images[image.to];
        let root = workload
            .disks
            .iter()
            .find(|disk| disk.spec.name.value.as_str() == "root");
        let (Some(least), Some(root)) = (&image.min_size, root) else {
            continue;
        };
        let size = &root.spec.size;
        if size.value >= least.value {
            continue;
        }
        let message = format!(
            "the root disk of `{}` is {}, and image `{}` needs {}",
            workload.path, size.value, image.name.value, least.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(size.origin), message)
                .label("the image does not fit")
                .also(estate.span(least.origin), "needs this much")
                .help(format!("write `disk root \"{}\"` or more", least.value)),
        );
    }
}
